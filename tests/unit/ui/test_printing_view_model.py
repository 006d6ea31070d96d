"""What is said while sheets of A4 are printed, derived from the state alone."""

from dataclasses import replace

import pytest

from kiosk.faults import (
    ALL,
    PAGE_PRINTER_BUSY,
    PAGE_PRINTER_CANCELLED,
    PAGE_PRINTER_COVER_OPEN,
    PAGE_PRINTER_TRAY_FULL,
    SHEETS_LOW,
    SHEETS_OUT,
    Fault,
)
from kiosk.journeys.pages import PrintingPages
from kiosk.journeys.printing import PrintoutComing, PrintoutFailed, PrintoutThere
from kiosk.ports import Degraded, Disconnected, NeedsAttention, Starting, Status
from kiosk.session import Session
from ui.pages.printing_view_model import PrintingProps, derive_printing, why_no_pages
from ui.pages.timeout_view_model import what_of
from ui.sheet_people import A4, PLACE, WORKING, at
from ui.sheet_printing import DONE, GUIDE, PRINTING
from ui.texts import texts_of

SAY = texts_of("zh_hans")
OF_THE_PRINTER = [fault for fault in ALL.values() if fault.code.startswith("page_printer.")]
BUTTON_EM = 9  # of the second line of a button in the bar, in large type


def derived(session: Session) -> PrintingProps:
    assert isinstance(session.page, PrintingPages)
    return derive_printing(session.page, session, PLACE, SAY)


def with_printer(status: Status | None) -> Session:
    return at(GUIDE, replace(WORKING, page_printer=status))


@pytest.mark.parametrize(
    ("fault", "words"),
    [(SHEETS_OUT, "加纸"), (PAGE_PRINTER_TRAY_FULL, "取走"), (PAGE_PRINTER_COVER_OPEN, "工作人员来看看")],
)
def test_who_sees_to_what_it_waits_for_is_said(fault: Fault, words: str) -> None:
    props = derived(at(PrintingPages(GUIDE, PrintoutComing("job", sheets=1, waits_for=fault)), A4))
    assert words in props.lead
    assert "自己接着打" in props.lead
    assert (props.state, props.tone) == (SAY(f"fault.{fault.code}"), "attention")


def test_the_sheet_that_comes_is_counted_from_one_and_never_past_the_last() -> None:
    def state(out: int) -> str:
        return derived(at(PrintingPages(GUIDE, PrintoutComing("job", sheets_out=out, sheets=2)), A4)).state

    assert [state(0), state(1), state(2)] == [
        "正在打印第 1 张，共 2 张",
        "正在打印第 2 张，共 2 张",
        "正在打印第 2 张，共 2 张",
    ]


def test_whoever_takes_the_copy_is_told_that_it_carries_their_name() -> None:
    assert "您的姓名" in derived(at(PrintingPages(DONE, PrintoutThere(1)), A4)).lead
    assert "您的姓名" not in derived(at(PrintingPages(GUIDE, PrintoutThere(1)), A4)).lead


def test_what_was_taken_back_is_no_failure() -> None:
    props = derived(at(PrintingPages(GUIDE, PrintoutFailed(PAGE_PRINTER_CANCELLED, 0)), A4))
    assert props.heading == "没有打印"


def test_it_is_not_printed_again_on_a_printer_that_does_not_work() -> None:
    page = PrintingPages(GUIDE, PrintoutFailed(SHEETS_OUT, 0))
    assert derived(at(page, A4)).other_blocked == ""
    assert derived(at(page, with_printer(NeedsAttention(SHEETS_OUT)).devices)).other_blocked == "没有纸了"


def test_only_what_keeps_the_printer_from_working_blocks_it() -> None:
    assert why_no_pages(with_printer(None), SAY) is None
    assert why_no_pages(with_printer(Degraded((SHEETS_LOW, PAGE_PRINTER_BUSY))), SAY) == ""
    assert why_no_pages(with_printer(Starting()), SAY) == SAY("printing.starting")


@pytest.mark.parametrize("fault", OF_THE_PRINTER, ids=lambda fault: fault.code)
def test_why_it_is_blocked_has_room_in_a_button(fault: Fault) -> None:
    reason = why_no_pages(with_printer(Disconnected(fault)), SAY)
    assert reason
    assert len(reason) <= BUTTON_EM
    assert "A4" not in reason


def test_who_has_handed_in_is_not_warned_of_losing_it_while_the_copy_is_printed() -> None:
    assert what_of(PRINTING["printing-there"].page) == "timeout.what.kept"
    assert what_of(PRINTING["printing-there-guide"].page) == "timeout.what"
