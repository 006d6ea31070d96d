"""An answer as a person reads it: the words of a choice, numbers in groups."""

from kiosk.case import Case
from kiosk.items import Field
from kiosk.numbers import COVER, covered, grouped, groups_for


def value_of(case: Case, field: Field, *, cover: bool = False, mark: str = COVER) -> str:
    """The answer in words; empty while it is open. With `cover`, a masked one shows `mark` but at its ends."""
    answer = case.answer(field)
    if answer is None:
        return ""
    groups = groups_for(answer.value, field.groups) if field.card else field.groups
    if cover and field.masked:
        return covered(answer.value, groups, mark=mark)
    return grouped(answer.value, groups) if field.groups else field.label_of(answer.value)
