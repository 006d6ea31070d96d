"""Printing on A4: the guide before one begins, and the copy of what was handed in."""

from datetime import timedelta

import pytest

from kiosk.documents import Message
from kiosk.faults import PAGE_PRINTER_CANCELLED, PAGE_PRINTER_UNCONFIRMED, SHEETS_JAMMED, SHEETS_OUT
from kiosk.journeys.effects import CancelPages, Effect, PrintPages, StartTimer, StopTimer
from kiosk.journeys.events import (
    Awakened,
    Device,
    DeviceChanged,
    ItemChosen,
    LargeToggled,
    LeftVisit,
    PagesPrintAsked,
    PagesPrintCancelled,
    PagesPrintEnded,
    PagesPrintProgress,
    Timer,
    TimerFired,
    WentBack,
    WentHome,
)
from kiosk.journeys.pages import Done, Goodbye, Home, Idle, PrintingPages, ReadingGuide
from kiosk.journeys.printing import PrintoutComing, PrintoutFailed, PrintoutThere, PrintoutUnknown
from kiosk.ports import NeedsAttention, NotPrinted, PagesPrinted, PrintUnknown, Ready
from kiosk.session import idle_timeout_s
from tests.journeys.visit import GRANDMOTHER, Visit

ITEM = "old-age-allowance"


@pytest.fixture
def a4(visit: Visit) -> Visit:
    """A terminal that prints on A4."""
    return visit.happens(DeviceChanged(Device.PAGE_PRINTER, Ready()))


@pytest.fixture
def reading(a4: Visit) -> Visit:
    return a4.happens(Awakened(), ItemChosen(ITEM))


@pytest.fixture
def done(a4: Visit) -> Visit:
    """Sealed, received, the slip printed."""
    return a4.comes_to_check().signs().is_sealed().is_received().is_printed()


def job(visit: Visit) -> PrintPages:
    effect = visit.last(PrintPages)
    assert isinstance(effect, PrintPages)
    return effect


def words(effect: PrintPages) -> str:
    """All that the document says, by keys and values."""
    return repr(effect.document)


def test_the_guide_is_printed_and_one_is_back_where_one_was(reading: Visit) -> None:
    reading.happens(PagesPrintAsked())
    asked = job(reading)
    assert (asked.sid, asked.large) == (None, False)
    assert reading.terminal.hall.telephone in words(asked)
    assert reading.page == PrintingPages(_guide(reading), PrintoutComing(asked.job_id))
    reading.happens(PagesPrintProgress(asked.job_id, 0, 2), PagesPrintProgress(asked.job_id, 1, 2))
    assert _printout(reading) == PrintoutComing(asked.job_id, sheets_out=1, sheets=2)
    reading.happens(PagesPrintEnded(asked.job_id, PagesPrinted(2)))
    assert _printout(reading) == PrintoutThere(2)
    assert reading.happens(WentBack()).page == ReadingGuide(reading.terminal.catalogue.by_id[ITEM])


def test_the_copy_says_what_was_confirmed_and_covers_the_numbers(done: Visit) -> None:
    done.happens(PagesPrintAsked())
    asked = job(done)
    assert isinstance(done.page, PrintingPages)
    assert isinstance(done.page.behind, Done)
    assert asked.sid == done.page.behind.filed.sid
    said = words(asked)
    assert GRANDMOTHER.name in said
    assert GRANDMOTHER.number not in said
    assert "13800005678" not in said.replace(" ", "")
    assert "slip.state.received" in said
    assert "printout.copy.signed.hand" in said


def test_a_copy_of_what_is_kept_here_carries_no_receipt_number(a4: Visit) -> None:
    a4.comes_to_check().signs().is_sealed().happens(TimerFired(Timer.ACKNOWLEDGE)).is_printed()
    said = words(job(a4.happens(PagesPrintAsked())))
    assert "slip.state.kept" in said
    assert "slip.receipt_number" not in said


def test_large_mode_prints_larger(reading: Visit) -> None:
    assert job(reading.happens(LargeToggled(), PagesPrintAsked())).large


def test_where_devices_are_simulated_the_sheets_say_so(reading: Visit) -> None:
    document = job(reading.happens(PagesPrintAsked())).document
    assert getattr(document[0], "text", None) == Message("simulated")


@pytest.mark.parametrize("status", [None, NeedsAttention(SHEETS_OUT)])
def test_without_a_printer_that_works_nothing_is_printed(visit: Visit, status: NeedsAttention | None) -> None:
    if status:
        visit.happens(DeviceChanged(Device.PAGE_PRINTER, status))
    visit.happens(Awakened(), ItemChosen(ITEM), PagesPrintAsked())
    assert isinstance(visit.page, ReadingGuide)
    assert not any(isinstance(effect, PrintPages) for effect in visit.asked)


def test_the_copy_waits_until_the_slip_is_printed(a4: Visit) -> None:
    a4.comes_to_check().signs().is_sealed().is_received().happens(PagesPrintAsked())
    assert isinstance(a4.page, Done)


def test_paper_that_runs_out_is_waited_for_and_it_goes_on_by_itself(reading: Visit) -> None:
    job_id = job(reading.happens(PagesPrintAsked())).job_id
    reading.happens(DeviceChanged(Device.PAGE_PRINTER, NeedsAttention(SHEETS_OUT)))
    reading.happens(PagesPrintProgress(job_id, 1, 2, SHEETS_OUT))
    assert _printout(reading) == PrintoutComing(job_id, 1, 2, SHEETS_OUT)
    reading.happens(PagesPrintProgress(job_id, 1, 2), PagesPrintEnded(job_id, PagesPrinted(2)))
    assert _printout(reading) == PrintoutThere(2)


def test_what_nobody_knows_is_not_said_to_be_printed_and_can_be_printed_again(reading: Visit) -> None:
    first = job(reading.happens(PagesPrintAsked())).job_id
    reading.happens(PagesPrintEnded(first, PrintUnknown(PAGE_PRINTER_UNCONFIRMED)))
    assert _printout(reading) == PrintoutUnknown(PAGE_PRINTER_UNCONFIRMED)
    reading.now += timedelta(seconds=1)
    second = job(reading.happens(PagesPrintAsked())).job_id
    assert second != first
    reading.happens(PagesPrintEnded(first, PagesPrinted(1)))
    assert _printout(reading) == PrintoutComing(second)


def test_how_many_sheets_of_a_broken_print_lie_there_is_told(reading: Visit) -> None:
    job_id = job(reading.happens(PagesPrintAsked())).job_id
    reading.happens(PagesPrintProgress(job_id, 1, 2), PagesPrintEnded(job_id, NotPrinted(SHEETS_JAMMED)))
    assert _printout(reading) == PrintoutFailed(SHEETS_JAMMED, sheets_out=1)


def test_it_can_be_taken_back_once_and_what_came_of_it_is_what_the_printer_says(reading: Visit) -> None:
    job_id = job(reading.happens(PagesPrintAsked())).job_id
    assert reading.happens(PagesPrintCancelled()).effects[0] == CancelPages(job_id)
    assert not _of(reading.happens(PagesPrintCancelled()).effects, CancelPages)
    assert isinstance(reading.happens(WentBack()).page, PrintingPages)
    reading.happens(PagesPrintEnded(job_id, NotPrinted(PAGE_PRINTER_CANCELLED)))
    assert _printout(reading) == PrintoutFailed(PAGE_PRINTER_CANCELLED, 0)
    reading.happens(WentBack())
    assert isinstance(reading.page, ReadingGuide)


def test_a_job_that_was_through_before_it_could_be_taken_back_is_printed(reading: Visit) -> None:
    job_id = job(reading.happens(PagesPrintAsked())).job_id
    reading.happens(PagesPrintCancelled(), PagesPrintEnded(job_id, PagesPrinted(1)))
    assert _printout(reading) == PrintoutThere(1)


def test_while_it_prints_nobody_is_hurried(done: Visit) -> None:
    done.happens(PagesPrintAsked())
    assert StopTimer(Timer.IDLE) in done.effects
    assert idle_timeout_s(done.session, done.terminal.times) is None
    done.happens(PagesPrintEnded(job(done).job_id, PagesPrinted(1)))
    assert any(isinstance(effect, StartTimer) and effect.timer is Timer.IDLE for effect in done.effects)


def test_whoever_leaves_while_it_prints_takes_the_copy_back(done: Visit) -> None:
    job_id = job(done.happens(PagesPrintAsked())).job_id
    number = done.session.number
    done.happens(LeftVisit())
    assert done.page == Goodbye(submitted=True, slip_printed=True)
    assert CancelPages(job_id) in done.effects
    done.happens(TimerFired(Timer.GOODBYE))
    assert (done.page, done.session.number) == (Idle(), number + 1)
    done.happens(PagesPrintEnded(job_id, PagesPrinted(1)))
    assert done.page == Idle()


def test_nothing_is_taken_back_that_has_ended(reading: Visit) -> None:
    reading.happens(PagesPrintAsked())
    reading.happens(PagesPrintEnded(job(reading).job_id, PagesPrinted(1)), LeftVisit())
    assert isinstance(reading.page, Idle)
    assert not any(isinstance(effect, CancelPages) for effect in reading.asked)


def test_a_receipt_that_comes_while_it_prints_is_there_afterwards(a4: Visit) -> None:
    a4.comes_to_check().signs().is_sealed().happens(TimerFired(Timer.ACKNOWLEDGE)).is_printed()
    a4.happens(PagesPrintAsked()).is_received()
    a4.happens(PagesPrintEnded(job(a4).job_id, PagesPrinted(1)), WentBack())
    assert isinstance(a4.page, Done)
    assert a4.page.receipt
    a4.now += timedelta(seconds=1)
    assert "slip.receipt_number" in words(job(a4.happens(PagesPrintAsked())))


def test_who_goes_on_to_another_item_leaves_no_answer_behind(done: Visit) -> None:
    done.happens(WentHome())
    assert done.page == Home()
    assert GRANDMOTHER.name not in repr(done.session)


def _printout(visit: Visit) -> object:
    assert isinstance(visit.page, PrintingPages)
    return visit.page.printout


def _guide(visit: Visit) -> ReadingGuide:
    return ReadingGuide(visit.terminal.catalogue.by_id[ITEM])


def _of(effects: tuple[Effect, ...], kind: type) -> list[Effect]:
    return [effect for effect in effects if isinstance(effect, kind)]
