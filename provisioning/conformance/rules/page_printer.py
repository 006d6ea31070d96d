"""What every page printer must keep: printed is what the printer counted, and nothing comes out of a job given up."""

import threading
import time
from collections.abc import Callable
from itertools import count
from typing import Protocol
from uuid import uuid4

from kiosk.faults import PAGE_PRINTER_COVER_OPEN, SHEETS_OUT
from kiosk.ports import (
    Degraded,
    Disconnected,
    NeedsAttention,
    NotPrinted,
    PageJob,
    PagePrinter,
    PagesPrinted,
    PagesPrinting,
    PrintUnknown,
    Ready,
)
from provisioning.conformance.expectations import Broken, expect, expect_a, expect_soon, expect_that
from provisioning.conformance.sheets import sheets_of_a4
from provisioning.conformance.trying import Hands, Rule

ENDS_WITHIN_S = 180.0
ASK_EVERY_S = 0.1
LIVES = (Degraded,)  # little paper or toner is no reason not to print
_numbers = count(1)


class PagePrinterHands(Hands, Protocol):
    """`leave_sheets`: so many in the tray. `mute_counter`: it prints, and tells no number of sheets. `put_right` undoes
    what `open_cover` and `mute_counter` did. `sheets_out`: those that came out since the device was tidied."""

    def leave_sheets(self, sheets: int) -> None: ...
    def refill(self) -> None: ...
    def open_cover(self) -> None: ...
    def mute_counter(self) -> None: ...
    def put_right(self) -> None: ...
    def unplug(self) -> None: ...
    def plug(self) -> None: ...
    def sheets_out(self, *, at_least: int) -> int: ...


def job(sheets: int) -> PageJob:
    return PageJob(f"conform-{uuid4().hex[:8]}-{next(_numbers)}", sheets_of_a4(sheets), sheets)


def a_job_comes_out_whole_and_once(printer: PagePrinter, hands: PagePrinterHands) -> None:
    """An idle printer is ready; each job comes out whole and once, and the printer says how many sheets it was."""
    _is_well(printer)
    for sheets, in_all in ((1, 1), (2, 3)):
        expect(run(printer, job(sheets)), PagesPrinted(sheets), f"a job of {sheets}")
        expect(hands.sheets_out(at_least=in_all), in_all, "sheets that came out")


def a_job_that_nobody_began_is_not_printed(printer: PagePrinter, hands: PagePrinterHands) -> None:
    """Without a job there is nothing to ask for, and taking back is allowed, twice over."""
    expect(run(printer, job(1)), PagesPrinted(1), "a job")
    for _ in range(2):
        printer.cancel()
    expect_that(not isinstance(printer.next(), PagesPrinting), "a job that has ended is said to be printing")
    expect(hands.sheets_out(at_least=1), 1, "sheets that came out")


def a_job_waits_for_paper_and_goes_on(printer: PagePrinter, hands: PagePrinterHands) -> None:
    """Where the paper ends within a job it says so and waits; with paper again the job becomes whole."""
    hands.leave_sheets(1)
    _waits_for_paper(printer, job(3))
    hands.refill()
    expect(_ending(printer, lambda said: False), PagesPrinted(3), "a job of 3 that waited for paper")
    expect(hands.sheets_out(at_least=3), 3, "sheets that came out")


def a_job_that_was_taken_back_prints_nothing_more(printer: PagePrinter, hands: PagePrinterHands) -> None:
    """A job that was taken back while it waited is not printed, and nothing more of it comes out."""
    hands.leave_sheets(1)
    _waits_for_paper(printer, job(3))
    expect_a(NotPrinted, printer.cancel(), "taking back a job that waits for paper")
    hands.refill()
    expect_soon(Ready, printer.status, "asked how it is with paper again", or_a=LIVES)
    expect(run(printer, job(1)), PagesPrinted(1), "the next job")
    expect(hands.sheets_out(at_least=2), 2, "sheets that came out: one before, one of the next job")


def an_open_cover_is_told_and_passes(printer: PagePrinter, hands: PagePrinterHands) -> None:
    """An open cover keeps it from printing, is told as such, and is over when it was closed."""
    hands.open_cover()
    attention = expect_soon(NeedsAttention, printer.status, "asked how it is with its cover open")
    expect(attention, NeedsAttention(PAGE_PRINTER_COVER_OPEN), "asked how it is with its cover open")
    began: object = printer.begin(job(1))
    if isinstance(began, PagesPrinting):  # it may take the job and wait
        began = printer.cancel()
    expect_a(NotPrinted, began, "printing with the cover open")
    hands.put_right()
    _is_well(printer)
    expect(run(printer, job(1)), PagesPrinted(1), "printing with the cover closed")
    expect(hands.sheets_out(at_least=1), 1, "sheets that came out")


def what_is_no_document_is_never_printed(printer: PagePrinter, hands: PagePrinterHands) -> None:
    """A damaged document is never said to be printed, and the next job is."""
    whole = sheets_of_a4(2)
    for what, pdf in (("half a document", whole[: len(whole) // 2]), ("bytes that are none", b"\x00\xff" * 500)):
        said = run(printer, PageJob(job(2).job_id, pdf, 2))
        expect_that(not isinstance(said, PagesPrinted), f"{what} is said to be printed")
    _is_well(printer)
    expect(run(printer, job(1)), PagesPrinted(1), "the next job")


def sheets_that_nobody_counted_are_unknown(printer: PagePrinter, hands: PagePrinterHands) -> None:
    """A job of which the printer tells no number of sheets is unknown, and never printed."""
    hands.mute_counter()
    expect_a(PrintUnknown, run(printer, job(1)), "a job whose sheets nobody counted")
    hands.put_right()
    expect(run(printer, job(1)), PagesPrinted(1), "the next job")


def a_printer_that_was_unplugged_comes_back_by_itself(printer: PagePrinter, hands: PagePrinterHands) -> None:
    """A printer that was unplugged says so, prints nothing, and comes back by itself."""
    hands.unplug()
    expect_soon(Disconnected, printer.status, "asked how it is without its plug")
    expect_a(NotPrinted, printer.begin(job(1)), "printing without its plug")
    hands.plug()
    _is_well(printer)
    expect(run(printer, job(1)), PagesPrinted(1), "printing with its plug in again")
    expect(hands.sheets_out(at_least=1), 1, "sheets that came out")


def run(printer: PagePrinter, wanted: PageJob) -> object:
    """A whole job: how it ended."""
    began = printer.begin(wanted)
    return _ending(printer, lambda said: False) if isinstance(began, PagesPrinting) else began


def _waits_for_paper(printer: PagePrinter, wanted: PageJob) -> None:
    expect_a(PagesPrinting, printer.begin(wanted), "beginning a job with one sheet left")
    waiting = _ending(printer, lambda said: said.waits_for is not None)
    waiting = expect_a(PagesPrinting, waiting, "a job for which the paper does not suffice")
    expect(waiting.waits_for, SHEETS_OUT, "what a job waits for when no paper is left")
    expect_that(waiting.sheets_out <= 1, f"{waiting.sheets_out} sheets are said to be out of a tray that held one")


def _ending(printer: PagePrinter, stops: Callable[[PagesPrinting], bool]) -> object:
    """What comes after printing, or the first thing at which it `stops`."""
    deadline, pause = time.monotonic() + ENDS_WITHIN_S, threading.Event()
    while time.monotonic() < deadline:
        said = printer.next()
        if not isinstance(said, PagesPrinting) or stops(said):
            return said
        pause.wait(ASK_EVERY_S)
    printer.cancel()
    raise Broken(f"the job did not end within {ENDS_WITHIN_S:g} s")


def _is_well(printer: PagePrinter) -> None:
    for _ in range(2):
        expect_soon(Ready, printer.status, "asked how it is", or_a=LIVES)


RULES: tuple[Rule, ...] = (
    a_job_comes_out_whole_and_once,
    a_job_that_nobody_began_is_not_printed,
    a_job_waits_for_paper_and_goes_on,
    a_job_that_was_taken_back_prints_nothing_more,
    an_open_cover_is_told_and_passes,
    what_is_no_document_is_never_printed,
    sheets_that_nobody_counted_are_unknown,
    a_printer_that_was_unplugged_comes_back_by_itself,
)
