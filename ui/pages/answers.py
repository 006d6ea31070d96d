"""Where an answer comes from, in words."""

from kiosk.case import Case, Source
from kiosk.identity import CardKind
from kiosk.items import Field
from ui.texts import Texts


def source_of(case: Case, field: Field, say: Texts) -> str:
    """Said in words; empty while the field is open."""
    answer = case.answer(field)
    if answer is None:
        return ""
    social = answer.source is Source.CARD and case.applicant.card.kind is CardKind.SOCIAL_SECURITY
    return say("source.card.social" if social else f"source.{answer.source.value}")


def from_card(case: Case, field: Field) -> bool:
    answer = case.answer(field)
    return answer is not None and answer.source is Source.CARD
