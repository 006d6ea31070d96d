"""What stands above each page: where one is, and which of the steps this is."""

from dataclasses import dataclass
from typing import assert_never

from kiosk.journeys.pages import (
    STEPS,
    Asking,
    AwaitingReceipt,
    Capturing,
    Checking,
    ChoosingWay,
    Done,
    Goodbye,
    Home,
    Identifying,
    Idle,
    NotEligible,
    NotKept,
    OutOfService,
    Page,
    PagesTaken,
    PrintingPages,
    ReadingGuide,
    ReadingSheets,
    Sealing,
    SigningByCard,
    SigningByHand,
    step_number,
)
from ui.place import Place
from ui.texts import Texts


@dataclass(frozen=True, slots=True)
class Header:
    """`step` counts from 1; `steps` is 0 where none are counted."""

    title: str
    subtitle: str
    step: int
    steps: int


def derive_header(page: Page, place: Place, say: Texts, *, large: bool) -> Header:
    """In large mode the second line loses its last part."""
    title = _item_name(page) or say("header.title")
    step = step_number(page)
    if step:
        key = "header.step.large" if large else "header.step"
        what = page.case.item.field(page.field_id).label if isinstance(page, Asking) else say(f"header.step.{step}")
        return Header(title, say(key, step=step, steps=STEPS, what=what), step, STEPS)
    if isinstance(page, ReadingGuide):
        return Header(title, say("header.guide"), 0, 0)
    if large:
        return Header(title, place.hall.short_name, 0, 0)
    return Header(title, say("header.place", hall=place.hall.name, terminal=place.terminal_number), 0, 0)


def _item_name(page: Page) -> str:
    match page:
        case ReadingGuide(item) | Identifying(item) | NotEligible(item):
            return item.called
        case Asking(case) | Capturing(case) | ReadingSheets(case) | PagesTaken(case) | Checking(case):
            return case.item.called
        case SigningByHand(case) | ChoosingWay(case):
            return case.item.called
        case SigningByCard(case) | Sealing(case) | NotKept(case):
            return case.item.called
        case AwaitingReceipt(filed) | Done(filed):
            return filed.item_name
        case PrintingPages(behind):
            return _item_name(behind)
        case Idle() | Home() | OutOfService() | Goodbye():
            return ""
    assert_never(page)
