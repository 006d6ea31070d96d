"""Each device in its thread: effects become calls of its port, and outcomes become events.

A service tells `report(event, visit)`; `visit` is the number of the visit that asked, or None for news that
concerns whoever stands here now.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from kiosk.clock import UNKNOWN
from kiosk.delivery import Delivery
from kiosk.documents import Document
from kiosk.faults import CLOCK_WRONG, STORE_REFUSED, Fault
from kiosk.journeys.events import (
    CardFound,
    CardNotRead,
    CardRead,
    DeliveryChanged,
    Device,
    DeviceChanged,
    Event,
    PageCaptured,
    PageNotCaptured,
    PageSeen,
    PrintEnded,
    RatingKept,
    RatingNotKept,
    Received,
    Shift,
    Sight,
    SubmissionNotSealed,
    SubmissionSealed,
)
from kiosk.ports import (
    CapturedPage,
    CardContent,
    CardPresent,
    Degraded,
    Disconnected,
    DocumentCamera,
    IdentityCardReader,
    NeedsAttention,
    NoCard,
    NotCaptured,
    NotReadable,
    NotSealed,
    Page,
    Printed,
    PrintJob,
    PrintOutcome,
    Ready,
    ReceiptPrinter,
    Sealed,
    SealUnknown,
    Starting,
    Status,
    View,
)
from kiosk.submission import Rating, SealedSubmission
from sync.outbox.keys import StoreRefused
from sync.outbox.store import Outbox
from sync.steps import reached
from terminal.delivery import delivery_of
from terminal.device_thread import DeviceThread

log = logging.getLogger(__name__)

Report = Callable[[Event, int | None], None]
OnBug = Callable[[BaseException], None]

LOOK_FOR_CARD_S = 0.01
LOOK_AT_DESK_S = 0.04
ASK_FOR_RECEIPT_S = 0.1
STATUS_S = 2.0
LOST_STATUS_S = 0.5
TOO_FAR_OFF = 0.22


class StatusReport:
    """Says a device's status when it has changed, and logs once when it is lost and once when it is back."""

    def __init__(self, device: Device, report: Report) -> None:
        self._device = device
        self._report = report
        self._last: Status = Starting()

    @property
    def wait_s(self) -> float:
        """How long until it should be asked again."""
        return LOST_STATUS_S if isinstance(self._last, NeedsAttention | Disconnected) else STATUS_S

    def tell(self, status: Status) -> None:
        if status == self._last:
            return
        if isinstance(status, NeedsAttention | Disconnected):
            log.info("%s is away: %s", self._device.value, status.fault.code)
        elif isinstance(self._last, NeedsAttention | Disconnected):
            log.info("%s is back", self._device.value)
        self._last = status
        self._report(DeviceChanged(self._device, status), None)


class ReaderService:
    def __init__(self, reader: IdentityCardReader, report: Report, on_bug: OnBug) -> None:
        self._reader = reader
        self._report = report
        self._status = StatusReport(Device.READER, report)
        self._finding_for: int | None = None
        self.thread = DeviceThread("identity-card-reader", poll=self._poll, on_bug=on_bug)

    def find(self, visit: int) -> None:
        self.thread.post(lambda: self._find_for(visit))

    def stop_finding(self) -> None:
        self.thread.post(lambda: self._find_for(None))

    def read(self, visit: int) -> None:
        self.thread.post(lambda: self._read(visit))

    def _find_for(self, visit: int | None) -> None:
        self._finding_for = visit

    def _poll(self) -> float:
        if self._finding_for is None:
            self._status.tell(self._reader.status())
            return self._status.wait_s
        match self._reader.find_card():
            case CardPresent():
                visit, self._finding_for = self._finding_for, None
                self._status.tell(Ready())
                self._report(CardFound(), visit)
                return STATUS_S
            case NoCard():
                self._status.tell(Ready())
                return LOOK_FOR_CARD_S
            case (NeedsAttention() | Disconnected()) as away:
                self._finding_for = None  # the page asks again once the reader is back
                self._status.tell(away)
                return LOST_STATUS_S

    def _read(self, visit: int) -> None:
        match self._reader.read_card():
            case CardContent() as content:
                self._report(CardRead(content), visit)
            case NotReadable(fault):
                self._report(CardNotRead(fault), visit)
            case Disconnected() as away:
                self._status.tell(away)


class CameraService:
    """`show(view, visit)` gets every frame while somebody watches."""

    def __init__(
        self, camera: DocumentCamera, report: Report, on_bug: OnBug, *, show: Callable[[View, int], None]
    ) -> None:
        self._camera = camera
        self._report = report
        self._show = show
        self._status = StatusReport(Device.CAMERA, report)
        self._watching_for: int | None = None
        self._sight: Sight | None = None
        self.thread = DeviceThread("document-camera", poll=self._poll, on_bug=on_bug)

    def watch(self, visit: int) -> None:
        self.thread.post(lambda: self._watch_for(visit))

    def stop_watching(self) -> None:
        self.thread.post(lambda: self._watch_for(None))

    def capture(self, visit: int, *, whole_desk: bool) -> None:
        self.thread.post(lambda: self._capture(visit, whole_desk))

    def _watch_for(self, visit: int | None) -> None:
        self._watching_for, self._sight = visit, None
        if visit is None:
            self._camera.rest()

    def _poll(self) -> float:
        if self._watching_for is None:
            self._status.tell(self._camera.status())
            return self._status.wait_s
        match self._camera.look():
            case View() as view:
                self._status.tell(Ready())
                self._show(view, self._watching_for)
                sight = sight_of(view.page)
                if sight != self._sight:
                    self._sight = sight
                    self._report(PageSeen(sight), self._watching_for)
                return LOOK_AT_DESK_S
            case Disconnected() as away:
                self._sight = None
                self._status.tell(away)
                return LOST_STATUS_S

    def _capture(self, visit: int, whole_desk: bool) -> None:
        match self._camera.capture(whole_desk=whole_desk):
            case CapturedPage() as page:
                self._report(PageCaptured(page), visit)
            case NotCaptured(fault):
                self._report(PageNotCaptured(fault), visit)
            case Disconnected(fault) as away:
                self._status.tell(away)
                self._report(PageNotCaptured(fault), visit)


def sight_of(page: Page | None) -> Sight:
    """What of a found page matters to a person."""
    if page is None:
        return Sight(page=False)
    across, down = page.off_centre
    shift = Shift.NONE
    if not page.whole or max(abs(across), abs(down)) > TOO_FAR_OFF:
        if abs(across) >= abs(down):
            shift = Shift.LEFT if across > 0 else Shift.RIGHT
        else:
            shift = Shift.UP if down > 0 else Shift.DOWN
    return Sight(page=True, whole=page.whole, bright=page.bright, sharp=page.sharp, steady=page.steady, shift=shift)


class PrinterService:
    def __init__(self, printer: ReceiptPrinter, report: Report, on_bug: OnBug) -> None:
        self._printer = printer
        self._status = StatusReport(Device.PRINTER, report)
        self.thread = DeviceThread("receipt-printer", poll=self._poll, on_bug=on_bug)

    def print(self, job_id: str, document: Document[str], *, then: Callable[[PrintOutcome], None]) -> None:
        """`then` is called in the printer's thread."""
        self.thread.post(lambda: self._print(PrintJob(job_id, document), then))

    def _poll(self) -> float:
        self._status.tell(self._printer.status())
        return self._status.wait_s

    def _print(self, job: PrintJob, then: Callable[[PrintOutcome], None]) -> None:
        reached("terminal.before_print")
        outcome = self._printer.print(job)
        if isinstance(outcome, Printed):
            reached("terminal.printed")
        then(outcome)


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
