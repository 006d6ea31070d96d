"""An A4 printer that is asked over IPP itself (RFC 8010, RFC 8011, PWG 5100.9), as IPP Everywhere has it.

What is told of a job is what the printer says of it: that it took the document is not that a sheet came out.
"""

import logging
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from drivers.page_printer.ipp_conversation import IppConversation
from drivers.page_printer.ipp_messages import Answer, number
from drivers.page_printer.ipp_wire import (
    AnswerLost,
    Garbled,
    HttpRefused,
    IppWire,
    NoAnswer,
    NotReached,
    Wire,
    parse_address,
)
from drivers.page_printer.job_course import Course, JobState, course_in, course_of
from drivers.page_printer.printer_condition import Condition, condition_of, refusal
from kiosk.faults import (
    PAGE_PRINTER_BUSY,
    PAGE_PRINTER_CANCELLED,
    PAGE_PRINTER_NOT_WORKING,
    PAGE_PRINTER_UNCONFIRMED,
    Fault,
)
from kiosk.ports import (
    Degraded,
    Disconnected,
    NeedsAttention,
    NotPrinted,
    PageJob,
    PagesOutcome,
    PagesPrinted,
    PagesPrinting,
    PrintUnknown,
    Ready,
)

TESTED_AGAINST = "CUPS' ippeveprinter and scripted printers; never run against a real device"
STATUS_WITHIN_S, BEGIN_WITHIN_S, NEXT_WITHIN_S, CANCEL_WITHIN_S = 2.8, 9.5, 1.8, 4.7
STANDS_STILL_S = 60.0  # without a sheet, and without a word why; from sleep a printer takes half of it
WAITS_S = 300.0  # for what the printer says that it needs, such as paper
SILENT_S = 30.0  # in the middle of a job
TAKEN_BACK_S = 20.0  # until a printer says that nothing more comes
LOOK_AGAIN_S = 0.1
Outcome = TypeVar("Outcome", PagesPrinted, NotPrinted, PrintUnknown, PagesOutcome)
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Running:
    """The job that was handed over. `number`: the printer's; `None` until it is known. `moved_at_s`: when a sheet came
    out, or what it waits for changed. `why`: for what it is being taken back."""

    job: PageJob
    moved_at_s: float
    heard_at_s: float
    number: int | None = None
    sheets_out: int = 0
    waits_for: Fault | None = None
    why: Fault | None = None


class IppPrinter:
    """Satisfies `kiosk.ports.PagePrinter`. ValueError for what is no address of a printer. `wire`: in place of
    one of its own.

    `PagesPrinted` only where the job is completed and the printer counted its sheets, or its impressions: one-sided, an
    impression is a sheet. A job that was cancelled or aborted is `NotPrinted` whatever came out before: it is not
    whole, and nothing more comes. What a job that stands still waits for is its fault.

    Where the printer can, the job is made first and its document sent then: the job's number is known before anything
    can be printed. Elsewhere an answer that is lost is made up for by the job's name. Nothing is sent twice.
    """

    def __init__(self, address: str, *, wire: Wire | None = None, now: Callable[[], float] = time.monotonic) -> None:
        self._talk = IppConversation(wire or IppWire(parse_address(address)))
        self._now = now
        self._running: _Running | None = None
        self._ended: tuple[str, PagesOutcome] = ("", NotPrinted(PAGE_PRINTER_CANCELLED))
        self._told: set[str] = set()
        _log.info("page printer: tested against %s", TESTED_AGAINST)

    def status(self) -> Ready | Degraded | NeedsAttention | Disconnected:
        try:
            condition = self._condition(time.monotonic() + STATUS_WITHIN_S)
        except (Garbled, HttpRefused) as strange:
            return NeedsAttention(strange.fault)
        except (NotReached, AnswerLost) as lost:
            return Disconnected(lost.fault)
        if isinstance(condition, Fault):
            return Degraded((condition,)) if condition == PAGE_PRINTER_BUSY else NeedsAttention(condition)
        return (condition if self._running is None else condition.without_own_job()).status

    def begin(self, job: PageJob) -> PagesPrinting | NotPrinted | PrintUnknown:
        until = time.monotonic() + BEGIN_WITHIN_S
        if self._running is not None and self._running.job.job_id == job.job_id:
            return PagesPrinting(self._running.sheets_out, self._running.waits_for)
        if self._ended[0] == job.job_id:
            outcome = self._ended[1]
            return PagesPrinting(outcome.sheets) if isinstance(outcome, PagesPrinted) else outcome
        self.cancel()
        self._running = running = _Running(job, self._now(), self._now())
        refused = self._handed_over(running, until)
        if refused is not None:
            return self._end(NotPrinted(refused))
        running.moved_at_s = running.heard_at_s = self._now()
        return PagesPrinting(0)

    def next(self) -> PagesPrinting | PagesPrinted | NotPrinted | PrintUnknown:
        running, until = self._running, time.monotonic() + NEXT_WITHIN_S
        if running is None:
            return self._ended[1]
        try:
            course = self._course(running, until)
            outcome = course.outcome(sheets=running.job.sheets, why=running.why or running.waits_for)
            if outcome is not None:
                return self._end(outcome)
            condition = self._condition(until)
        except NoAnswer as lost:
            if self._now() - running.heard_at_s > SILENT_S:
                return self._end(PrintUnknown(lost.fault))
            return PagesPrinting(running.sheets_out, lost.fault)
        running.heard_at_s = self._now()
        self._note(running, course, condition)
        if self._stands_still(running):
            if running.why is not None:
                return self._end(PrintUnknown(running.why))
            running.why, running.moved_at_s = running.waits_for or PAGE_PRINTER_NOT_WORKING, self._now()
            self._take_back(running, until)
        return PagesPrinting(running.sheets_out, running.waits_for)

    def cancel(self) -> PagesOutcome:
        running, until = self._running, time.monotonic() + CANCEL_WITHIN_S
        if running is None:
            return self._ended[1]
        running.why = running.why or PAGE_PRINTER_CANCELLED
        outcome: PagesOutcome = PrintUnknown(PAGE_PRINTER_UNCONFIRMED)
        asked = False
        while time.monotonic() + LOOK_AGAIN_S < until:
            try:
                course = self._course(running, until)
                if (told := course.outcome(sheets=running.job.sheets, why=running.why)) is not None:
                    return self._end(told)
                if not asked:
                    asked = self._take_back(running, until)
                    continue
            except NoAnswer as lost:
                outcome = PrintUnknown(lost.fault)
            time.sleep(LOOK_AGAIN_S)
        return self._end(outcome)

    def _handed_over(self, running: _Running, until: float) -> Fault | None:
        """`None`: it has the document, or may have it. Otherwise nothing of it will come out."""
        try:
            condition = self._condition(until)
            if isinstance(condition, Fault):
                return condition
            if isinstance(status := condition.status, NeedsAttention):
                return status.fault
            return self._made(running, until) if condition.takes_parts else self._printed(running, until)
        except NoAnswer as lost:
            return lost.fault

    def _made(self, running: _Running, until: float) -> Fault | None:
        made = self._talk.create_job(running.job.job_id, until=until)
        if (fault := self._refused(made)) is not None:
            return fault
        running.number = number(made.job, "job-id")
        if running.number is None:
            return PAGE_PRINTER_NOT_WORKING
        try:
            fault = self._refused(self._talk.send_document(running.number, running.job.pdf, until=until))
        except AnswerLost:
            return None  # its course will tell
        except (NotReached, HttpRefused) as lost:
            fault = lost.fault
        if fault is not None:
            self._take_back(running, until)
        return fault

    def _printed(self, running: _Running, until: float) -> Fault | None:
        try:
            answer = self._talk.print_job(running.job.job_id, running.job.pdf, until=until)
        except AnswerLost:
            return None
        running.number = number(answer.job, "job-id")
        return self._refused(answer)

    def _refused(self, answer: Answer) -> Fault | None:
        fault = refusal(answer)
        if fault is not None:
            _log.info("page printer: refused with %#06x %s", answer.status, ascii(answer.message))
        return fault

    def _course(self, running: _Running, until: float) -> Course:
        """Raises `NoAnswer`."""
        if running.number is None:
            found = self._talk.job_named(running.job.job_id, until=until)
            if found is None:
                return Course(JobState.FORGOTTEN)
            running.number = number(found, "job-id")
            course = course_in(found)
        else:
            course = course_of(self._talk.job(running.number, until=until))
        if course is None:
            raise Garbled("an answer that says nothing of the job")
        return course

    def _condition(self, until: float) -> Condition | Fault:
        """Raises `NoAnswer`."""
        condition = condition_of(self._talk.printer(until=until))
        if isinstance(condition, Condition):
            for reason in condition.judged.unknown:
                if reason not in self._told:
                    self._told.add(reason)
                    _log.info("page printer: a reason that nobody knows: %s", ascii(reason[:80]))
        return condition

    def _note(self, running: _Running, course: Course, condition: Condition | Fault) -> None:
        """How far it is, and what it waits for."""
        sheets_out = min(course.sheets_out or 0, running.job.sheets)
        waits_for = _waits_for(course, condition)
        if running.why is None and (sheets_out > running.sheets_out or waits_for != running.waits_for):
            running.moved_at_s = self._now()
        running.sheets_out, running.waits_for = max(sheets_out, running.sheets_out), waits_for

    def _stands_still(self, running: _Running) -> bool:
        waits_s = WAITS_S if running.waits_for else STANDS_STILL_S
        return self._now() - running.moved_at_s > (waits_s if running.why is None else TAKEN_BACK_S)

    def _take_back(self, running: _Running, until: float) -> bool:
        """Ask for it; its course tells whether it was. False: the question was lost."""
        if running.number is None:
            return False
        with suppress(NoAnswer):
            self._talk.cancel_job(running.number, until=until)
            return True
        return False

    def _end(self, outcome: Outcome) -> Outcome:
        assert self._running is not None
        self._ended, self._running = (self._running.job.job_id, outcome), None
        return outcome


def _waits_for(course: Course, condition: Condition | Fault) -> Fault | None:
    if isinstance(condition, Fault):
        return condition
    if condition.stops is not None:
        return condition.stops
    if course.stopped:
        return condition.suspect
    return PAGE_PRINTER_BUSY if course.state is JobState.WAITS and condition.queued > 1 else None


if __name__ == "__main__":
    from drivers.page_printer.probe import main

    sys.exit(main())
