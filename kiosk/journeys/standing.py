"""Where one stands in a case: the page of each stop, and one page back."""

from dataclasses import replace

from kiosk.case import AskFor, Case, CheckAll, Stop, TakePages, open_stops, stop_before
from kiosk.journeys.events import Sight
from kiosk.journeys.pages import Asking, Capturing, Checking, Page, ReadingGuide, Take
from kiosk.papers import Pages, next_place


def stand_at(case: Case, stop: Stop, *, returning: bool = False) -> Page:
    """The page of a stop, with what was given there before."""
    match stop:
        case AskFor(field_id):
            answer = case.answer(case.item.field(field_id))
            return Asking(case, field_id, answer.value if answer else "", returning)
        case TakePages(material_id):
            taken = case.taken_of(case.item.material(material_id))
            desk = at_the_desk(case, material_id, taken, slot_after(case, material_id, taken), returning=returning)
            return desk if case.papers else replace(desk, take=Take.WAITING)  # the first page of all
        case CheckAll():
            return Checking(case)


def at_the_desk(
    case: Case, material_id: str, pages: Pages, slot: int, *, returning: bool, again: bool = False
) -> Capturing:
    """Under the camera; the last page may still lie there."""
    return Capturing(case, material_id, pages, slot, Sight(page=False), Take.TAKEN, None, returning, again)


def slot_after(case: Case, material_id: str, pages: Pages) -> int:
    """The next page to take, or the last one where nothing more fits."""
    at = next_place(case.item.material(material_id), pages)
    return len(pages) - 1 if at is None else at


def back_to_check(case: Case, stop: Stop) -> Page:
    """From a correction; while it has left something open, one page back instead."""
    return one_back(case, stop, returning=True) if open_stops(case) else Checking(case)


def one_back(case: Case, stop: Stop, *, returning: bool = False) -> Page:
    before = stop_before(case, stop)
    return stand_at(case, before, returning=returning) if before else ReadingGuide(case.item, case)
