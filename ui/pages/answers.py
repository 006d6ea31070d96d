"""An answer as a person reads it: the words of a choice, numbers in groups, and where it comes from."""

from kiosk.case import Case, Source
from kiosk.identity import CardKind
from kiosk.items import Field
from ui.numbers import covered, grouped, groups_for
from ui.texts import Texts


def value_of(case: Case, field: Field, *, cover: bool = False) -> str:
    """The answer in words; empty while it is open. With `cover`, a masked one but for its ends."""
    answer = case.answer(field)
    if answer is None:
        return ""
    groups = groups_for(answer.value, field.groups) if field.card else field.groups
    if cover and field.masked:
        return covered(answer.value, groups)
    return grouped(answer.value, groups) if field.groups else field.label_of(answer.value)


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
