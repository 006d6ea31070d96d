"""How a printer is, from what it says of itself (RFC 8011, 5.4)."""

from dataclasses import dataclass, replace

from drivers.page_printer.ipp_messages import Answer, Operation, Values, number, texts
from drivers.page_printer.state_reasons import Judged, judge
from kiosk.faults import (
    PAGE_PRINTER_BUSY,
    PAGE_PRINTER_NOT_WORKING,
    PAGE_PRINTER_REFUSED,
    SHEETS_OUT,
    Fault,
)
from kiosk.ports import Degraded, NeedsAttention, Ready

PDF = "application/pdf"
A4 = "iso_a4_210x297mm"
ASKED = (
    "printer-state",
    "printer-state-reasons",
    "printer-is-accepting-jobs",
    "queued-job-count",
    "media-ready",
    "document-format-supported",
    "operations-supported",
)
_STOPPED = 5  # printer-state
_BUSY, _NOT_ACCEPTING, _CLIENT_ERRORS = 0x0507, 0x0506, range(0x0400, 0x0500)


@dataclass(frozen=True, slots=True)
class Condition:
    """`queued`: jobs that it has and has not finished. `takes_parts`: a job and its document may come one by one."""

    judged: Judged
    stopped: bool = False
    accepting: bool = True
    queued: int = 0
    takes_pdf: bool = True
    has_a4: bool = True
    takes_parts: bool = True

    def without_own_job(self) -> "Condition":
        return replace(self, queued=max(0, self.queued - 1))

    @property
    def stops(self) -> Fault | None:
        """Why nothing comes out, by what it says; not whether it takes a job."""
        if self.judged.stops:
            return self.judged.stops[0]
        return self.suspect or PAGE_PRINTER_NOT_WORKING if self.stopped else None

    @property
    def suspect(self) -> Fault | None:
        """What it only warns of, and what a job that stands still most likely waits for."""
        return self.judged.suspects[0] if self.judged.suspects else None

    @property
    def status(self) -> Ready | Degraded | NeedsAttention:
        if not (self.accepting and self.takes_pdf):
            return NeedsAttention(PAGE_PRINTER_REFUSED)
        if self.stops is not None:
            return NeedsAttention(self.stops)
        reasons = list(self.judged.warns)
        if not self.has_a4 and SHEETS_OUT not in reasons:
            reasons.append(SHEETS_OUT)
        if self.queued and PAGE_PRINTER_BUSY not in reasons:
            reasons.append(PAGE_PRINTER_BUSY)
        return Degraded(tuple(reasons)) if reasons else Ready()


def condition_of(answer: Answer) -> Condition | Fault:
    """The fault for an answer that says nothing of the printer."""
    if (fault := refusal(answer)) is not None:
        return fault
    said = answer.printer
    if number(said, "printer-state") is None:
        return PAGE_PRINTER_NOT_WORKING
    formats, media, operations = texts(said, "document-format-supported"), texts(said, "media-ready"), _operations(said)
    return Condition(
        judge(texts(said, "printer-state-reasons")),
        stopped=number(said, "printer-state") == _STOPPED,
        accepting=number(said, "printer-is-accepting-jobs") != 0,
        queued=number(said, "queued-job-count") or 0,
        takes_pdf=not formats or PDF in formats,
        has_a4=not media or any(one.startswith(A4) for one in media),
        takes_parts={Operation.CREATE_JOB, Operation.SEND_DOCUMENT} <= operations,
    )


def refusal(answer: Answer) -> Fault | None:
    """`None` when it did what it was asked."""
    if answer.accepted:
        return None
    if answer.status == _BUSY:
        return PAGE_PRINTER_BUSY
    if answer.status in _CLIENT_ERRORS or answer.status == _NOT_ACCEPTING:
        return PAGE_PRINTER_REFUSED
    return PAGE_PRINTER_NOT_WORKING


def _operations(said: Values) -> frozenset[int]:
    return frozenset(value for value in said.get("operations-supported", ()) if isinstance(value, int))
