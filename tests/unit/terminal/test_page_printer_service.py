"""The page printer in its thread: a job is followed to its one end, and written down before the screen hears of it."""

import contextlib
import queue
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kiosk.documents import Note
from kiosk.faults import PAGE_PRINTER_CANCELLED, PAGE_PRINTER_UNCONFIRMED, SHEETS_JAMMED, SHEETS_OUT
from kiosk.journeys.events import Device, DeviceChanged, Event, PagesPrintEnded, PagesPrintProgress
from kiosk.ports import (
    NeedsAttention,
    NotPrinted,
    PageJob,
    PagesOutcome,
    PagesPrinted,
    PagesPrinting,
    PrintUnknown,
    Ready,
    Status,
)
from sync.outbox.store import Outbox
from terminal.services.page_printer import PagePrinterService
from terminal.services.store import StoreService

WITHIN_S = 10.0
SID = "0193f3a0-0000-7000-8000-000000000001"
DOCUMENT = (Note("一张"),)


@dataclass
class Tray:
    """A printer at its port, of which the test says what it does next."""

    condition: Status = field(default_factory=Ready)
    does: "queue.SimpleQueue[PagesPrinting | PagesOutcome]" = field(default_factory=queue.SimpleQueue)
    jobs: list[PageJob] = field(default_factory=list)
    state: PagesPrinting | PagesOutcome = field(default_factory=lambda: PagesPrinting(0))
    cancels_to: PagesOutcome = field(default_factory=lambda: NotPrinted(PAGE_PRINTER_CANCELLED))

    def status(self) -> Status:
        return self.condition

    def begin(self, job: PageJob) -> PagesPrinting | NotPrinted | PrintUnknown:
        self.jobs.append(job)
        self.state = PagesPrinting(0)
        return self.state

    def next(self) -> PagesPrinting | PagesOutcome:
        with contextlib.suppress(queue.Empty):
            self.state = self.does.get(timeout=0.02)
        return self.state

    def cancel(self) -> PagesOutcome:
        return self.cancels_to


@dataclass
class Bench:
    tray: Tray
    store: StoreService
    printer: PagePrinterService
    told: "queue.SimpleQueue[tuple[Event, int | None]]"
    bugs: list[BaseException]

    def print(self, job_id: str = "job", sid: str | None = SID, visit: int = 1) -> None:
        self.store.print_pages(job_id, sid, DOCUMENT, large=False, printer=self.printer, visit=visit)

    def until(self, wanted: Callable[[Event], bool]) -> tuple[Event, int | None]:
        while True:
            event, visit = self.told.get(timeout=WITHIN_S)
            if wanted(event):
                return event, visit

    def ended(self) -> tuple[PagesPrintEnded, int | None]:
        event, visit = self.until(lambda event: isinstance(event, PagesPrintEnded))
        assert isinstance(event, PagesPrintEnded)
        return event, visit

    def jobs(self) -> list[tuple[str, str, str]]:
        found: queue.SimpleQueue[list[tuple[str, str, str]]] = queue.SimpleQueue()
        self.store.ask(lambda outbox: found.put(list(outbox.print_jobs())))
        return found.get(timeout=WITHIN_S)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    told: queue.SimpleQueue[tuple[Event, int | None]] = queue.SimpleQueue()
    bugs: list[BaseException] = []

    def report(event: Event, visit: int | None) -> None:
        told.put((event, visit))

    tray = Tray()
    store = StoreService(lambda: Outbox(tmp_path / "store"), report, bugs.append)
    bench = Bench(tray, store, PagePrinterService(tray, report, bugs.append), told, bugs)
    bench.store.thread.start()
    bench.printer.thread.start()
    bench.until(lambda event: event == DeviceChanged(Device.PAGE_PRINTER, Ready()))
    yield bench
    bench.printer.cancel()
    bench.printer.thread.stop(within_s=WITHIN_S)
    bench.store.thread.stop(within_s=WITHIN_S)
    assert not bugs


def test_a_job_is_followed_to_its_end_and_both_are_written_down(bench: Bench) -> None:
    bench.print()
    assert bench.until(lambda event: isinstance(event, PagesPrintProgress))[0] == PagesPrintProgress("job", 0, 1)
    assert bench.jobs() == [("job", SID, "begun")]
    bench.tray.does.put(PagesPrinting(0, SHEETS_OUT))
    waits = PagesPrintProgress("job", 0, 1, SHEETS_OUT)
    assert bench.until(lambda event: event == waits) == (waits, 1)
    bench.tray.does.put(PagesPrinted(1))
    assert bench.ended() == (PagesPrintEnded("job", PagesPrinted(1)), 1)
    assert bench.jobs() == [("job", SID, "printed")]
    assert bench.tray.jobs[0].sheets == 1
    assert bench.tray.jobs[0].pdf.startswith(b"%PDF")


def test_the_technician_hears_what_a_job_waits_for_and_that_it_goes_on(bench: Bench) -> None:
    bench.print()
    bench.tray.does.put(PagesPrinting(0, SHEETS_OUT))
    bench.until(lambda event: event == DeviceChanged(Device.PAGE_PRINTER, NeedsAttention(SHEETS_OUT)))
    bench.tray.does.put(PagesPrinting(0))
    bench.until(lambda event: event == DeviceChanged(Device.PAGE_PRINTER, Ready()))


@pytest.mark.parametrize(
    ("outcome", "state"),
    [(NotPrinted(SHEETS_JAMMED), "not-printed"), (PrintUnknown(PAGE_PRINTER_UNCONFIRMED), "unknown")],
)
def test_what_did_not_surely_come_out_is_never_written_down_as_printed(
    bench: Bench, outcome: PagesOutcome, state: str
) -> None:
    bench.tray.does.put(outcome)
    bench.print()
    assert bench.ended()[0] == PagesPrintEnded("job", outcome)
    assert bench.jobs() == [("job", SID, state)]


def test_a_job_that_is_taken_back_at_once_never_overtakes_its_beginning(bench: Bench) -> None:
    bench.print()
    bench.store.cancel_pages("job", printer=bench.printer)
    assert bench.ended()[0] == PagesPrintEnded("job", NotPrinted(PAGE_PRINTER_CANCELLED))
    assert bench.jobs() == [("job", SID, "not-printed")]


def test_what_came_out_before_it_could_be_taken_back_is_printed(bench: Bench) -> None:
    bench.tray.cancels_to = PagesPrinted(1)
    bench.print()
    bench.store.cancel_pages("job", printer=bench.printer)
    assert bench.ended()[0] == PagesPrintEnded("job", PagesPrinted(1))


def test_another_job_is_not_taken_back_with_an_earlier_one(bench: Bench) -> None:
    bench.print("first")
    bench.tray.does.put(PagesPrinted(1))
    bench.ended()
    bench.print("second", visit=2)
    bench.store.cancel_pages("first", printer=bench.printer)
    bench.until(lambda event: event == PagesPrintProgress("second", 0, 1))
    bench.tray.does.put(PagesPrinted(1))
    assert bench.ended() == (PagesPrintEnded("second", PagesPrinted(1)), 2)


def test_a_new_job_ends_one_that_nobody_waits_for(bench: Bench) -> None:
    bench.print("first")
    bench.print("second", visit=2)
    assert bench.ended() == (PagesPrintEnded("first", NotPrinted(PAGE_PRINTER_CANCELLED)), 1)
    bench.tray.does.put(PagesPrinted(1))
    assert bench.ended() == (PagesPrintEnded("second", PagesPrinted(1)), 2)


def test_a_guide_is_nobodys_and_leaves_no_row(bench: Bench) -> None:
    bench.tray.does.put(PagesPrinted(1))
    bench.print("guide", sid=None)
    bench.ended()
    assert bench.jobs() == []


def test_how_the_printer_is_is_told_when_nothing_is_printed(bench: Bench) -> None:
    bench.tray.condition = NeedsAttention(SHEETS_OUT)
    bench.printer.thread.poll_now()
    bench.until(lambda event: event == DeviceChanged(Device.PAGE_PRINTER, NeedsAttention(SHEETS_OUT)))
