"""The outbox in its thread: sealing, receipts, the journal of print jobs, and what signed time says of the clock."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from kiosk.clock import UNKNOWN
from kiosk.delivery import Delivery
from kiosk.documents import Document
from kiosk.faults import CLOCK_WRONG, STORE_REFUSED, Fault
from kiosk.journeys.events import (
    DeliveryChanged,
    Device,
    PagesPrintEnded,
    PagesPrintProgress,
    PrintEnded,
    RatingKept,
    RatingNotKept,
    Received,
    SubmissionNotSealed,
    SubmissionSealed,
)
from kiosk.ports import (
    Degraded,
    NeedsAttention,
    NotSealed,
    PagesOutcome,
    PrintOutcome,
    Ready,
    Sealed,
    SealUnknown,
    Status,
)
from kiosk.submission import Rating, SealedSubmission
from sync.outbox.keys import StoreRefused
from sync.outbox.store import Outbox
from sync.steps import reached
from terminal.delivery import delivery_of
from terminal.device_thread import DeviceThread
from terminal.services.page_printer import Course, PagePrinterService
from terminal.services.receipt_printer import PrinterService
from terminal.services.reporting import OnBug, Report, StatusReport
from ui.paper import typeset

log = logging.getLogger(__name__)

ASK_FOR_RECEIPT_S = 0.1


class StoreService:
    """The outbox in its thread; it owns the journal of print jobs too, knows what signed time says of the clock, and
    tells how what was sealed gets on.

    One that must not be opened is a fault like any other, and tried again: an operator can put it right.
    `look` is called in this thread whenever nobody waits for anything. `now` is in the time zone of the hall.
    """

    def __init__(
        self,
        open_outbox: Callable[[], Outbox],
        report: Report,
        on_bug: OnBug,
        *,
        look: Callable[[Outbox], None] = lambda _: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.clock = UNKNOWN
        self._clock_wrong = False
        self._delivery = Delivery()
        self._look = look
        self._now = now
        self._open = open_outbox
        self._outbox: Outbox | None = None
        self._refusal = ""
        self._report = report
        self._status = StatusReport(Device.STORE, report)
        self._awaited: tuple[str, int] | None = None
        self.thread = DeviceThread("store", poll=self._poll, on_bug=on_bug)

    @property
    def outbox(self) -> Outbox:
        """Opened in the store's own thread, at the first call. Raises StoreRefused."""
        if self._outbox is None:
            self._outbox = self._open()
        return self._outbox

    def _opens(self) -> bool:
        """Whether the outbox may be opened; why not is logged once."""
        try:
            self._outbox = self.outbox
        except StoreRefused as refusal:
            if str(refusal) != self._refusal:
                log.critical("the store must not be opened: %s", refusal)
            self._refusal = str(refusal)
            self._status.tell(NeedsAttention(STORE_REFUSED))
            return False
        return True

    def ask(self, job: Callable[[Outbox], None]) -> None:
        """In the store's thread, where it may be opened."""
        self.thread.post(lambda: job(self.outbox) if self._opens() else None)

    def seal(self, submission: SealedSubmission, visit: int) -> None:
        self.thread.post(lambda: self._seal(submission, visit))

    def keep_rating(self, rating: Rating, visit: int) -> None:
        self.thread.post(lambda: self._keep_rating(rating, visit))

    def await_receipt(self, sid: str | None, visit: int) -> None:
        """Look for this receipt, and no longer for another; None ends it."""
        self.thread.post(lambda: self._await(sid, visit))

    def print(self, job_id: str, sid: str, document: Document[str], *, printer: PrinterService, visit: int) -> None:
        """The job is in the journal before the printer hears of it, and its end before the screen does."""

        def ended(outcome: PrintOutcome) -> None:
            self.thread.post(lambda: self._print_ended(job_id, sid, outcome, visit))

        def begin() -> None:
            self.outbox.record_print(job_id, sid, None)
            printer.print(job_id, document, then=ended)

        self.thread.post(begin)

    def print_pages(
        self,
        job_id: str,
        sid: str | None,
        document: Document[str],
        *,
        large: bool,
        printer: PagePrinterService,
        visit: int,
    ) -> None:
        """As `print`, on A4. What is nobody's (`sid` None) leaves no row: the device's counters know of it."""

        def comes(sheets_out: int, sheets: int, waits_for: Fault | None) -> None:
            self._report(PagesPrintProgress(job_id, sheets_out, sheets, waits_for), visit)

        def ended(outcome: PagesOutcome) -> None:
            self.thread.post(lambda: self._pages_ended(job_id, sid, outcome, visit))

        def begin() -> None:
            if sid:
                self.outbox.record_print(job_id, sid, None)
            sheets = partial(typeset, document, large=large, one_sheet=sid is not None)
            printer.print(job_id, sheets, Course(comes, ended))

        self.thread.post(begin)

    def cancel_pages(self, job_id: str, *, printer: PagePrinterService) -> None:
        """After the job was handed over, never before it."""
        self.thread.post(lambda: printer.cancel(job_id))

    def _pages_ended(self, job_id: str, sid: str | None, outcome: PagesOutcome, visit: int) -> None:
        if sid:
            self.outbox.record_print(job_id, sid, outcome)
        self._report(PagesPrintEnded(job_id, outcome), visit)

    def _print_ended(self, job_id: str, sid: str, outcome: PrintOutcome, visit: int) -> None:
        self.outbox.record_print(job_id, sid, outcome)
        self._report(PrintEnded(job_id, outcome), visit)

    def _seal(self, submission: SealedSubmission, visit: int) -> None:
        if not self._opens():
            self._report(SubmissionNotSealed(STORE_REFUSED), visit)
            return
        reached("terminal.before_seal")
        match self.outbox.seal(submission):
            case Sealed():
                reached("terminal.sealed")
                self._report(SubmissionSealed(submission.sid), visit)
            case NotSealed(fault) | SealUnknown(fault) as outcome:
                self._status.tell(NeedsAttention(fault))
                self._report(SubmissionNotSealed(fault, certain=isinstance(outcome, NotSealed)), visit)

    def _keep_rating(self, rating: Rating, visit: int) -> None:
        match self.outbox.keep_rating(rating):
            case Sealed():
                reached("terminal.rating_kept")
                self._report(RatingKept(), visit)
            case NotSealed(fault):
                self._report(RatingNotKept(fault), visit)

    def _await(self, sid: str | None, visit: int) -> None:
        self._awaited = None if sid is None else (sid, visit)

    def _poll(self) -> float:
        if not self._opens():
            return self._status.wait_s
        if self._awaited is None:
            self._status.tell(self._status_by_clock(self.outbox))
            self._tell_delivery(self.outbox)
            self._look(self.outbox)
            return self._status.wait_s
        sid, visit = self._awaited
        receipt = self.outbox.receipt_of(sid)
        if receipt is None:
            return ASK_FOR_RECEIPT_S
        self._awaited = None
        self._report(Received(receipt), visit)
        return 0.0

    def _tell_delivery(self, outbox: Outbox) -> None:
        overview = outbox.overview()
        if isinstance(overview, Fault):
            return  # the status says so
        delivery = delivery_of(overview, self._now())
        if delivery != self._delivery:
            self._delivery = delivery
            self._report(DeliveryChanged(delivery), None)

    def _status_by_clock(self, outbox: Outbox) -> Status:
        """With a clock that cannot be right nothing is sealed: a card that ran out would pass."""
        status, now = outbox.status(), self._now()
        self.clock = outbox.clock()
        floor, was_wrong = self.clock.floor, self._clock_wrong
        self._clock_wrong = self.clock.is_wrong(now)
        if floor and self._clock_wrong and not was_wrong:
            log.error("the clock is wrong: %s is before what the platform has signed", now.isoformat())
            outbox.journal("clock.wrong", behind_s=round((floor - now).total_seconds()))
        elif was_wrong and not self._clock_wrong:
            outbox.journal("clock.right")
        blocks = self._clock_wrong and isinstance(status, Ready | Degraded)
        return NeedsAttention(CLOCK_WRONG) if blocks else status
