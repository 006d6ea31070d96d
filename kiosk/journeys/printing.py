"""Printing on A4: from the job that was asked for to how it ended.

Nothing is shown as printed but what the printer said came out. Whoever leaves takes the job back.
"""

from dataclasses import dataclass, replace
from typing import assert_never

from kiosk.documents import Document, Message
from kiosk.faults import Fault
from kiosk.journeys.effects import CancelPages, PrintPages
from kiosk.journeys.events import PagesPrintCancelled, PagesPrintEnded, PagesPrintEvent, PagesPrintProgress
from kiosk.ports import NotPrinted, PagesOutcome, PagesPrinted, PrintUnknown
from kiosk.transition import Transition


@dataclass(frozen=True, slots=True)
class PrintoutComing:
    """`sheets`: how many it will be; 0 until it is known. `waits_for`: what must be put right before it goes on."""

    job_id: str
    sheets_out: int = 0
    sheets: int = 0
    waits_for: Fault | None = None
    cancelling: bool = False


@dataclass(frozen=True, slots=True)
class PrintoutThere:
    sheets: int


@dataclass(frozen=True, slots=True)
class PrintoutFailed:
    """Surely not printed, or not whole: `sheets_out` may lie there."""

    fault: Fault
    sheets_out: int


@dataclass(frozen=True, slots=True)
class PrintoutUnknown:
    """Sent to the printer, which did not confirm it."""

    fault: Fault


Printout = PrintoutComing | PrintoutThere | PrintoutFailed | PrintoutUnknown
Step = Transition[Printout, PrintPages | CancelPages]


def begin(job_id: str, sid: str | None, document: Document[Message], *, large: bool) -> Step:
    return Transition(PrintoutComing(job_id), (PrintPages(job_id, sid, document, large),))


def step(printout: Printout, event: PagesPrintEvent | PagesPrintCancelled) -> Step:
    """What follows. What is told of another job, or too late, changes nothing."""
    if not isinstance(printout, PrintoutComing):
        return Transition(printout)
    match event:
        case PagesPrintCancelled():
            return Transition(replace(printout, cancelling=True), cancelled(printout))
        case PagesPrintProgress(job_id) | PagesPrintEnded(job_id) if job_id != printout.job_id:
            return Transition(printout)
        case PagesPrintProgress(_, sheets_out, sheets, waits_for):
            return Transition(replace(printout, sheets_out=sheets_out, sheets=sheets, waits_for=waits_for))
        case PagesPrintEnded(_, outcome):
            return Transition(_ended(printout, outcome))
    assert_never(event)


def cancelled(printout: Printout) -> tuple[CancelPages, ...]:
    """Nobody waits for it any more."""
    if isinstance(printout, PrintoutComing) and not printout.cancelling:
        return (CancelPages(printout.job_id),)
    return ()


def _ended(printout: PrintoutComing, outcome: PagesOutcome) -> Printout:
    match outcome:
        case PagesPrinted(sheets):
            return PrintoutThere(sheets)
        case NotPrinted(fault):
            return PrintoutFailed(fault, printout.sheets_out)
        case PrintUnknown(fault):
            return PrintoutUnknown(fault)
    assert_never(outcome)
