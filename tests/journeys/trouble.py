"""A terminal in a world where one thing is wrong for a while, and a citizen who does the obvious on every page.

The world answers effects as devices would, one event a tick, and remembers what truly happened.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from kiosk.faults import PRINTER_SILENT
from kiosk.journeys.effects import (
    AwaitReceipt,
    CancelPages,
    CapturePage,
    Effect,
    FindCard,
    KeepRating,
    PrintPages,
    PrintSlip,
    ReadCard,
    ScanPages,
    Seal,
    StartTimer,
    StopFinding,
    StopScanning,
    StopTimer,
    StopWatching,
    WatchDesk,
)
from kiosk.journeys.events import (
    AnswerEdited,
    AnswersConfirmed,
    ApplicationBegun,
    Awakened,
    CardFound,
    CardNotRead,
    CardRead,
    Device,
    DeviceChanged,
    Event,
    ItemChosen,
    LeftVisit,
    PageCaptured,
    PageNotCaptured,
    PageScanned,
    PageSeen,
    PagesPrintAsked,
    PagesPrintCancelled,
    PrintEnded,
    PutOff,
    RatingGiven,
    RatingKept,
    RatingNotKept,
    Received,
    ReprintAsked,
    ScanAsked,
    ScanCancelled,
    ScannerChosen,
    ScanOver,
    ScanProgress,
    Sight,
    Signed,
    SubmissionNotSealed,
    SubmissionSealed,
    Timer,
    TimerFired,
    TriedAgain,
    WentBack,
    WentOn,
)
from kiosk.journeys.pages import (
    Asking,
    Capturing,
    Checking,
    Done,
    Goodbye,
    Home,
    Identifying,
    Idle,
    NotKept,
    OutOfService,
    PrintingPages,
    RatingState,
    ReadingGuide,
    ReadingSheets,
    SheetsComing,
    SigningByHand,
    SlipPrinted,
    SlipPrinting,
    Take,
)
from kiosk.journeys.printing import Printout, PrintoutComing, PrintoutFailed, PrintoutThere, PrintoutUnknown
from kiosk.ports import (
    Disconnected,
    NeedsAttention,
    NotPrinted,
    Printed,
    PrintOutcome,
    PrintUnknown,
    Ready,
    SheetSource,
)
from kiosk.submission import Receipt
from tests.journeys.page_tray import PageTray
from tests.journeys.visit import GOOD, NOTHING, PAGE, SHOWN, SIGNATURE, Visit, content
from tests.journeys.wrong import PagesTrouble, Trouble

ITEM = "old-age-allowance"
ANSWERS = {"lives": "same", "phone": "13800005678", "account": "social-security-card"}
BLURRED = Sight(page=True, whole=True, bright=True, sharp=False, steady=True)
PATIENCE = 4  # tries of the same thing before the citizen leaves it
MOST_TICKS = 400
STACK = 3  # sheets; one more than the household register has named pages


@dataclass
class Afternoon:
    """`begins` and `ends` are ticks; `ends` None: it stays wrong."""

    visit: Visit
    trouble: Trouble
    begins: int
    ends: int | None
    tick: int = 0
    sealed: set[str] = field(default_factory=set)
    printed: set[str] = field(default_factory=set)
    received: set[str] = field(default_factory=set)
    _timers: dict[Timer, int] = field(default_factory=dict)
    _due: list[Event] = field(default_factory=list)
    _looking: bool = False
    _watching: bool = False
    _tries: dict[str, int] = field(default_factory=dict)
    _pages: dict[str, int] = field(default_factory=dict)
    left: bool = False
    tray: PageTray = field(default_factory=PageTray)
    _unprinted: set[str] = field(default_factory=lambda: {"guide", "copy"})

    @property
    def wrong(self) -> bool:
        return self.begins <= self.tick and (self.ends is None or self.tick < self.ends)

    def live(self) -> None:
        """Until the visit is over, or so long that nobody would have stayed."""
        while self.tick < MOST_TICKS:
            self._news()
            if self.left and isinstance(self.visit.page, Idle | OutOfService):
                return
            events = [self._next_due()] if self._due else self._world() or self._citizen()
            for event in events:
                self._happen(event)
            self.tick += 1
        raise AssertionError(f"stuck on {type(self.visit.page).__name__} with {self.trouble}")

    def _next_due(self) -> Event:
        event = self._due.pop(0)
        if isinstance(event, PageScanned | ScanProgress) and self.trouble.lost and self._is_lost(Device.SCANNER):
            self._due = [e for e in self._due if not isinstance(e, PageScanned | ScanProgress | ScanOver)]
            return ScanOver(event.scan_id, self.trouble.lost[1])
        return event

    def _news(self) -> None:
        """A device that is lost, or is back."""
        if self.trouble.lost is None:
            return
        device, fault, gone = self.trouble.lost
        if self.tick == self.begins:
            self._happen(DeviceChanged(device, Disconnected(fault) if gone else NeedsAttention(fault)))
        if self.tick == self.ends:
            self._happen(DeviceChanged(device, Ready()))

    def _happen(self, event: Event) -> None:
        self.visit.now += timedelta(seconds=1)
        self.visit.happens(event)
        for effect in self.visit.effects:
            self._take(effect)
        self.check()

    def _take(self, effect: Effect) -> None:
        match effect:
            case FindCard():
                self._looking = True
            case StopFinding():
                self._looking = False
            case ReadCard(device):
                fault = self.trouble.unread if self.wrong else None
                self._looking = False
                if not self._is_lost(device):
                    self._due.append(CardNotRead(device, fault) if fault else CardRead(content()))
            case WatchDesk():
                self._watching = True
            case StopWatching():
                self._watching = False
            case CapturePage():
                fault = self.trouble.uncaptured if self.wrong else None
                if self._is_lost(Device.CAMERA) and self.trouble.lost:
                    fault = self.trouble.lost[1]
                self._due.append(PageNotCaptured(fault) if fault else PageCaptured(PAGE))
            case ScanPages(scan_id, _, at_most):
                self._due += self._scan(scan_id, at_most)
            case StopScanning():
                pass  # what is under way still comes
            case Seal(submission):
                self._due.append(self._seal(submission.sid))
            case AwaitReceipt(sid):
                if not (self.wrong and self.trouble.platform_away):
                    assert sid in self.sealed
                    self.received.add(sid)
                    self._due.append(Received(Receipt(sid, "2026112300045175", self.visit.now)))
            case PrintSlip(job_id):
                outcome = self._print()
                if isinstance(outcome, Printed):
                    self.printed.add(job_id)
                self._due.append(PrintEnded(job_id, outcome))
            case PrintPages(job_id):
                self.tray.begin(job_id)
            case CancelPages(job_id):
                self._due += self.tray.cancel(job_id)
            case KeepRating():
                fault = self.trouble.seal_fault if self.wrong else None
                self._due.append(RatingNotKept(fault) if fault else RatingKept())
            case StartTimer(timer):
                self._timers[timer] = self.tick
            case StopTimer(timer):
                self._timers.pop(timer, None)

    def _scan(self, scan_id: str, at_most: int) -> list[Event]:
        sheets: list[Event] = []
        for _ in range(min(at_most, STACK)):
            sheets += [ScanProgress(scan_id, 0.5), PageScanned(scan_id, PAGE)]
        if self._is_lost(Device.SCANNER) and self.trouble.lost:
            return [ScanOver(scan_id, self.trouble.lost[1])]
        if self.wrong and self.trouble.scan_hangs:
            return sheets[:2]
        if self.wrong and self.trouble.unscanned:
            return [*sheets[:2], ScanOver(scan_id, self.trouble.unscanned)]
        return [*sheets, ScanOver(scan_id, None)]

    def _is_lost(self, device: Device) -> bool:
        return self.wrong and self.trouble.lost is not None and self.trouble.lost[0] is device

    def _seal(self, sid: str) -> Event:
        if self.wrong and self.trouble.seal_fault:
            if self.trouble.seals_after_all:
                self.sealed.add(sid)
            return SubmissionNotSealed(self.trouble.seal_fault, self.trouble.seal_certain)
        self.sealed.add(sid)
        return SubmissionSealed(sid)

    def _print(self) -> PrintOutcome:
        if self.wrong:
            if self.trouble.print_unknown:
                return PrintUnknown(self.trouble.print_fault or PRINTER_SILENT)
            if self.trouble.print_fault:
                return NotPrinted(self.trouble.print_fault)
            if self.trouble.lost and self.trouble.lost[0] is Device.PRINTER:
                return NotPrinted(self.trouble.lost[1])
        return Printed()

    def _world(self) -> list[Event]:
        """What happens by itself: a card that lies there is found, a page is seen, a timer runs out."""
        page = self.visit.page
        if self._looking and not self._is_lost(Device.READER) and not self._tired_of("card"):
            return [CardFound(Device.READER)]
        watching = isinstance(page, Capturing) and self._watching and not self._is_lost(Device.CAMERA)
        if watching and (seen := self._seen(page)):
            return [PageSeen(seen)]
        if printed := self.tray.moves(self._pages_trouble()):
            return printed
        for timer in (Timer.ACKNOWLEDGE, Timer.GOODBYE):
            if timer in self._timers and self.tick - self._timers[timer] > 2:
                del self._timers[timer]
                return [TimerFired(timer)]
        return []

    def _pages_trouble(self) -> PagesTrouble:
        if self._is_lost(Device.PAGE_PRINTER) and self.trouble.lost:
            return PagesTrouble(ends=PrintUnknown(self.trouble.lost[1]))
        return self.trouble.pages if self.wrong and self.trouble.pages else PagesTrouble()

    def _seen(self, page: Capturing) -> Sight | None:
        """A paper is laid down; one that was taken, or was not good, is taken away again. None: nothing moves."""
        if not page.missing or self._would_scan(page):
            return None
        if page.take in (Take.TAKEN, Take.FAILED) and page.sight.page:
            return NOTHING
        if page.take is Take.TAKING or page.sight.page or self._tired_of(f"laying {page.material_id} {page.slot}"):
            return None
        return BLURRED if self.wrong and self.trouble.sight_is_bad else GOOD

    def _would_scan(self, page: Capturing) -> bool:
        tried = self._tries.get(f"scanner {page.material_id}", 0)
        return self.visit.session.devices.works(Device.SCANNER) and tried < PATIENCE

    def _tired_of(self, what: str) -> bool:
        if self.ends is not None and self.tick <= self.ends:
            return False
        self._tries[what] = self._tries.get(what, 0) + 1
        return self._tries[what] > PATIENCE

    def _leave(self) -> list[Event]:
        self.left = True
        return [LeftVisit()]

    def _citizen(self) -> list[Event]:
        """The obvious; whoever has tried it often enough goes."""
        match self.visit.page:
            case Idle():
                return [Awakened()]
            case OutOfService():
                self.left = self.left or self._tired_of("service")
                return []
            case Home():
                return self._leave() if self._tired_of("home") else [ItemChosen(ITEM)]
            case ReadingGuide() if self._wants("guide"):
                return [PagesPrintAsked()]
            case PrintingPages(printout=printout):
                return self._at_the_tray(printout)
            case ReadingGuide():
                return self._leave() if self._tired_of("guide") else [ApplicationBegun()]
            case Asking(field_id=field_id):
                return [AnswerEdited(ANSWERS[field_id]), WentOn()]
            case Capturing() as page:
                return self._at_the_camera(page)
            case ReadingSheets() as page:
                return self._at_the_scanner(page)
            case Checking():
                return [AnswersConfirmed(SHOWN)]
            case SigningByHand():
                return [Signed(SIGNATURE)]
            case NotKept(certain=certain):
                if not self._tired_of("seal"):
                    return [TriedAgain()]
                return [WentBack()] if certain and not self._tired_of("back") else self._leave()
            case Done() as done:
                return self._with_the_result(done)
            case Goodbye():
                self.left = True
                return []
            case Identifying():
                return self._leave() if self._tired_of("card") else []
        return []

    def _at_the_camera(self, page: Capturing) -> list[Event]:
        if not page.missing:
            return [WentOn()]
        if self._would_scan(page) and not self._tired_of(f"scanner {page.material_id}"):
            return [ScannerChosen()]
        material = page.case.item.material(page.material_id)
        if not self._tired_of(f"photograph {page.material_id} {page.slot}"):
            return [PageSeen(NOTHING)]  # and lays it down anew
        return [PutOff()] if material.later else self._leave()

    def _at_the_scanner(self, page: ReadingSheets) -> list[Event]:
        if isinstance(page.scan, SheetsComing):
            return [ScanCancelled()] if self._tired_of("waiting for a sheet") else []
        if not page.missing:
            return [WentOn()]
        again = not self._tired_of(f"scan {page.material_id} {page.slot}")
        return [ScanAsked(SheetSource.FEEDER)] if again else [WentBack()]

    def _wants(self, what: str) -> bool:
        """Once, where it can be had."""
        wanted = what in self._unprinted and self.visit.session.devices.works(Device.PAGE_PRINTER)
        if wanted:
            self._unprinted.discard(what)
        return wanted

    def _at_the_tray(self, printout: Printout) -> list[Event]:
        match printout:
            case PrintoutComing():
                return [PagesPrintCancelled()] if self._tired_of("waiting for A4") else []
            case PrintoutThere():
                return [WentBack()]
            case PrintoutFailed() | PrintoutUnknown():
                return [WentBack()] if self._tired_of("A4") else [PagesPrintAsked()]

    def _with_the_result(self, done: Done) -> list[Event]:
        if isinstance(done.slip, SlipPrinting):
            return []
        if done.receipt and done.rating is RatingState.OPEN:
            return [RatingGiven(5)]
        if not isinstance(done.slip, SlipPrinted) and not self._tired_of("slip"):
            return [ReprintAsked()]
        if self._wants("copy"):
            return [PagesPrintAsked()]
        return self._leave()

    # What must be true after every event.

    def check(self) -> None:
        match self.visit.page:
            case Done(filed, receipt, slip, copies):
                assert filed.sid in self.sealed, "said to be kept, and is not"
                assert receipt is None or filed.sid in self.received, "said to be received, and is not"
                if isinstance(slip, SlipPrinted):
                    assert f"{filed.sid}#{copies}" in self.printed, "said to be printed, and is not"
            case Goodbye(submitted, slip_printed, uncertain):
                assert not submitted or self.sealed, "said goodbye to a submission that is not there"
                assert not slip_printed or self.printed
                if self.sealed and not submitted:
                    assert uncertain, "said that nothing was handed in, and it was"
            case PrintingPages(printout=PrintoutThere()):
                assert self.tray.asked[-1] in self.tray.came_out, "said to be on A4, and is not"
            case Capturing() | ReadingSheets() as page:
                there = len(page.pages) - len(page.missing)
                assert there >= self._pages.get(page.material_id, 0), "a page that was taken is gone"
                self._pages[page.material_id] = there
        assert len(self.sealed) <= 1, "handed in twice"
