"""How far a job is, from what the printer says of it (RFC 8011, 5.3; PWG 5100.7)."""

from dataclasses import dataclass
from enum import Enum

from drivers.page_printer.ipp_messages import Answer, Values, number, texts
from kiosk.faults import PAGE_PRINTER_CANCELLED, PAGE_PRINTER_NOT_WORKING, PAGE_PRINTER_UNCONFIRMED, Fault
from kiosk.ports import NotPrinted, PagesOutcome, PagesPrinted, PrintUnknown

ASKED = (
    "job-id",
    "job-name",
    "job-state",
    "job-state-reasons",
    "job-media-sheets-completed",
    "job-impressions-completed",
)
_NO_SUCH_JOB = frozenset({0x0406, 0x0407})  # not found, gone


class JobState(Enum):
    """In what a job can still do. RFC 8011, 5.3.7 has numbers for more."""

    WAITS = "waits"  # pending, held
    PRINTS = "prints"  # processing, stopped
    CANCELLED = "cancelled"
    ABORTED = "aborted"
    COMPLETED = "completed"
    FORGOTTEN = "forgotten"  # the printer knows nothing of it any more


_STOPPED = 6
_STATES = {
    3: JobState.WAITS,
    4: JobState.WAITS,
    5: JobState.PRINTS,
    _STOPPED: JobState.PRINTS,
    7: JobState.CANCELLED,
    8: JobState.ABORTED,
    9: JobState.COMPLETED,
}


@dataclass(frozen=True, slots=True)
class Course:
    """`sheets_out`: `None` where the printer does not count them. `stopped`: it was begun and waits for something."""

    state: JobState
    sheets_out: int | None = None
    reasons: tuple[str, ...] = ()
    stopped: bool = False

    def outcome(self, *, sheets: int, why: Fault | None = None) -> PagesOutcome | None:
        """`None` while it goes on. `why`: what stopped it, as far as is known.

        Of a job that was cancelled or aborted nothing more comes; what came before is on paper, and the job as a whole
        is not printed.
        """
        match self.state:
            case JobState.WAITS | JobState.PRINTS:
                return None
            case JobState.CANCELLED:
                return NotPrinted(why or PAGE_PRINTER_CANCELLED)
            case JobState.ABORTED:
                return NotPrinted(why or PAGE_PRINTER_NOT_WORKING)
            case JobState.COMPLETED if "queued-in-device" in self.reasons:  # sent on, to what prints
                return None
            case JobState.COMPLETED if (
                self.sheets_out is not None
                and self.sheets_out >= sheets
                and "job-completed-with-errors" not in self.reasons
            ):
                return PagesPrinted(sheets)
            case JobState.COMPLETED | JobState.FORGOTTEN:
                return PrintUnknown(PAGE_PRINTER_UNCONFIRMED)


def course_of(answer: Answer) -> Course | None:
    """`None` for an answer that says nothing of the job."""
    if answer.status in _NO_SUCH_JOB:
        return Course(JobState.FORGOTTEN)
    return course_in(answer.job) if answer.accepted else None


def course_in(job: Values) -> Course | None:
    told = number(job, "job-state") or 0
    if told not in _STATES:
        return None
    return Course(_STATES[told], _sheets_out(job), texts(job, "job-state-reasons"), stopped=told == _STOPPED)


def _sheets_out(job: Values) -> int | None:
    """A one-sided sheet is one impression."""
    sheets = number(job, "job-media-sheets-completed")
    if sheets is None:
        sheets = number(job, "job-impressions-completed")
    return None if sheets is None else max(0, sheets)
