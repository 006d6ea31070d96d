"""One terminal and whoever stands at it: which page is shown, and what each event makes of it.

`step` is the only way from one state to the next. Devices and timers follow from the page: entering and
leaving a page starts and stops what it needs, so no page has to remember to.
"""

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import cast

from kiosk.availability import Devices, fault_of, why_not_now
from kiosk.composing import Moment, Origin, uuid7
from kiosk.configuration import Hall, Times
from kiosk.delivery import Delivery
from kiosk.items import Catalogue
from kiosk.journeys import application, handing_in, printing, sheets
from kiosk.journeys.effects import Effect, StartTimer, StopFinding, StopScanning, StopTimer, StopWatching, WatchDesk
from kiosk.journeys.events import (
    ApplicationBegun,
    Awakened,
    DeliveryChanged,
    Device,
    DeviceChanged,
    Event,
    HelpAsked,
    ItemChosen,
    LargeToggled,
    LeftVisit,
    OverlayClosed,
    PageScanned,
    PagesPrintAsked,
    PagesPrintCancelled,
    PagesPrintEnded,
    PagesPrintProgress,
    RatingKept,
    RatingNotKept,
    ReaderBack,
    ReaderLost,
    Received,
    ScanProgress,
    SheetSourcesTold,
    Timer,
    TimerFired,
    Touch,
    Touched,
    WentBack,
    WentHome,
)
from kiosk.journeys.pages import (
    Asking,
    AwaitingReceipt,
    Capturing,
    Checking,
    ChoosingWay,
    Done,
    Goodbye,
    Home,
    Identifying,
    Idle,
    NotEligible,
    NotKept,
    OutOfService,
    Page,
    PagesTaken,
    PrintingPages,
    ReadingGuide,
    ReadingSheets,
    Sealing,
    SigningByCard,
    SigningByHand,
    SlipPrinted,
    SlipPrinting,
)
from kiosk.journeys.printing import PrintoutComing, PrintoutFailed, PrintoutUnknown
from kiosk.ports import SheetSource, Starting, Status
from kiosk.printouts import copy_of, guide_of
from kiosk.transition import Transition


@dataclass(frozen=True, slots=True)
class Terminal:
    """What does not change while the program runs. `place`: the hall and the terminal's number, as people say it."""

    catalogue: Catalogue
    origin: Origin
    place: str
    hall: Hall
    times: Times = field(default_factory=Times)


class Overlay(Enum):
    """What lies over the page; the page stays as it is."""

    HELP = "help"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Session:
    """`number` counts visits: what was asked for in one is dropped in the next.

    `sheet_sources`: where the document scanner takes paper from, as far as it has told.
    """

    page: Page = field(default_factory=Idle)
    number: int = 1
    large: bool = False
    overlay: Overlay | None = None
    devices: Devices = field(default_factory=Devices)
    sheet_sources: tuple[SheetSource, ...] = ()
    delivery: Delivery = field(default_factory=Delivery)


Step = Transition[Session, Effect]


def step(session: Session, event: Event, *, moment: Moment, terminal: Terminal) -> Step:
    """What follows from an event. One that comes too late for its page changes nothing."""
    after, effects = _step(session, event, moment, terminal)
    after = _in_or_out_of_service(after)
    if _visit_ended(session.page, after.page):
        after = replace(after, number=session.number + 1, large=False, overlay=None)
    return Transition(after, (*_left(session, after), *effects, *_entered(session, after, event, terminal.times)))


def _step(session: Session, event: Event, moment: Moment, terminal: Terminal) -> tuple[Session, tuple[Effect, ...]]:
    match event:
        case Touched():
            return session, ()
        case LargeToggled():
            return replace(session, large=not session.large), ()
        case HelpAsked() if not isinstance(session.page, Idle | OutOfService | Goodbye):
            return replace(session, overlay=Overlay.HELP), ()
        case OverlayClosed():
            return replace(session, overlay=None), ()
        case LeftVisit():
            return replace(session, page=_farewell(session.page), overlay=None), ()
        case TimerFired(Timer.IDLE) if isinstance(session.page, Idle | OutOfService):
            return replace(session, large=False), ()
        case TimerFired(Timer.IDLE) if idle_timeout_s(session, terminal.times) is not None:
            return replace(session, overlay=Overlay.WARNING), ()
        case TimerFired(Timer.ANSWER) if session.overlay is Overlay.WARNING:
            return replace(session, page=_farewell(session.page), overlay=None), ()
        case TimerFired(Timer.GOODBYE) if isinstance(session.page, Goodbye):
            return replace(session, page=Idle()), ()
        case DeviceChanged(device, status):
            return _device_changed(session, device, status, moment, terminal)
        case SheetSourcesTold(sources):
            return replace(session, sheet_sources=sources), ()
        case DeliveryChanged(delivery):
            return replace(session, delivery=delivery), ()
    page, effects = _page_step(session, event, moment, terminal)
    if type(page) is type(session.page) and not _sheet_came(session, page, event):
        return replace(session, page=page), effects
    answered = session.overlay is Overlay.WARNING  # a card laid down leads on as a touch does, and so does a sheet
    return replace(session, page=page, overlay=None if answered else session.overlay), effects


def _page_step(session: Session, event: Event, moment: Moment, terminal: Terminal) -> tuple[Page, tuple[Effect, ...]]:
    page = session.page
    match page, event:
        case ((Idle() | OutOfService() | Goodbye()), Awakened()):
            return Home(), ()
        case Done(slip=SlipPrinting()), WentHome():
            return page, ()
        case ((Home() | ReadingGuide() | NotEligible() | Done()), WentHome()):
            return Home(), ()
        case Home(case), ItemChosen(item_id) if item_id in terminal.catalogue.by_id:
            item = terminal.catalogue.by_id[item_id]
            return ReadingGuide(item, case if case and case.item == item else None), ()
        case Home(), WentBack():
            return _farewell(page), ()
        case ReadingGuide(case=case), WentBack():
            return Home(case), ()
        case ReadingGuide(item, case), ApplicationBegun() if why_not_now(item, session.devices, case):
            return page, ()
        case ((ReadingGuide() | Done()), PagesPrintAsked()):
            return _print_pages(page, page, session, moment, terminal)
        case PrintingPages(behind, PrintoutFailed() | PrintoutUnknown()), PagesPrintAsked():
            return _print_pages(page, behind, session, moment, terminal)
        case PrintingPages(behind, printout), WentBack() if not isinstance(printout, PrintoutComing):
            return behind, ()
        case PrintingPages(printout=printout), PagesPrintCancelled() | PagesPrintProgress() | PagesPrintEnded():
            told = printing.step(printout, event)
            return replace(page, printout=told.state), told.effects
        case PrintingPages(Done() as behind), Received() | RatingKept() | RatingNotKept():
            done, effects = _page_step(replace(session, page=behind), event, moment, terminal)
            return replace(page, behind=cast(Done, done)), effects
        case ReadingGuide() | Identifying() | NotEligible(), _:
            return application.step(page, event, moment=moment)
        case Asking() | Capturing() | ReadingSheets() | PagesTaken() | Checking(), _:
            return application.step(page, event, moment=moment)
        case (
            (SigningByHand() | ChoosingWay() | SigningByCard() | Sealing() | NotKept() | AwaitingReceipt() | Done()),
            _,
        ):
            return handing_in.step(
                page,
                event,
                moment=moment,
                origin=terminal.origin,
                catalogue=terminal.catalogue,
                place=terminal.place,
                acknowledge_wait_s=0.0 if session.delivery.offline else terminal.times.acknowledge_wait_s,
            )
    return page, ()


def _print_pages(
    page: Page, behind: ReadingGuide | Done, session: Session, moment: Moment, terminal: Terminal
) -> tuple[Page, tuple[Effect, ...]]:
    """`page` stays where nothing can be printed now."""
    if not session.devices.works(Device.PAGE_PRINTER):
        return page, ()
    match behind:
        case ReadingGuide(item):
            sid, simulated = None, terminal.origin.simulated
            today = moment.at.date()
            document = guide_of(item, hall=terminal.hall, place=terminal.place, today=today, simulated=simulated)
        case Done(slip=SlipPrinting()):
            return page, ()
        case Done(filed=filed, receipt=receipt, submitted=submitted):
            sid, document = filed.sid, copy_of(filed, submitted, receipt)
    begun = printing.begin(uuid7(moment.at, moment.entropy), sid, document, large=session.large)
    return PrintingPages(behind, begun.state), begun.effects


def _device_changed(
    session: Session, device: Device, status: Status, moment: Moment, terminal: Terminal
) -> tuple[Session, tuple[Effect, ...]]:
    session = replace(session, devices=replace(session.devices, **{device.value: status}))
    if isinstance(status, Starting):
        return session, ()
    fault = fault_of(status)
    page: Page = session.page
    effects: tuple[Effect, ...] = ()
    if device in {Device.READER, Device.SMART_CARD}:
        page, effects = _page_step(session, ReaderLost(device) if fault else ReaderBack(device), moment, terminal)
    elif device is Device.CAMERA and fault and isinstance(page, Capturing):
        page = application.camera_lost(page, fault)
    return replace(session, page=page), effects


def _in_or_out_of_service(session: Session) -> Session:
    fault = session.devices.blocking
    match session.page:
        case Idle() if fault:
            return replace(session, page=OutOfService(fault))
        case OutOfService(shown) if fault != shown:
            return replace(session, page=OutOfService(fault) if fault else Idle())
    return session


def _farewell(page: Page) -> Page:
    match page:
        case Home(case=None) | ReadingGuide(case=None) | Idle() | OutOfService() | Goodbye():
            return Idle()
        case Sealing() | AwaitingReceipt() | Done(slip=SlipPrinting()):
            return page  # it ends by itself, and soon; who left now would not hear how
        case Done():
            return Goodbye(submitted=True, slip_printed=isinstance(page.slip, SlipPrinted))
        case PrintingPages(behind):
            return _farewell(behind)
        case NotKept(certain=False):
            return Goodbye(submitted=False, slip_printed=False, uncertain=True)
        case _:
            return Goodbye(submitted=False, slip_printed=False)


def idle_timeout_s(session: Session, times: Times) -> float | None:
    """How long nobody may touch this page before the warning, or before its mode is reset. None: no limit here."""
    match session.page:
        case Idle() | OutOfService():
            return times.idle_timeout_large_s if session.large else None
        case Goodbye() | Sealing() | AwaitingReceipt():
            return None
        case Done(slip=SlipPrinting()) | PrintingPages(printout=PrintoutComing()):
            return None
        case Asking(case, field_id) if case.item.field(field_id).kind != "choice":
            return times.entry_timeout_s
        case _:
            return times.idle_timeout_large_s if session.large else times.idle_timeout_s


def _visit_ended(before: Page, after: Page) -> bool:
    """Whether whoever stands here now is somebody else."""
    nobody = Idle | OutOfService
    if isinstance(before, Goodbye):
        return not isinstance(after, Goodbye)
    return isinstance(after, nobody) and not isinstance(before, nobody)


def _sheet_came(before: Session, page: Page, event: Event) -> bool:
    """While paper comes out of the scanner nobody has gone."""
    return isinstance(event, PageScanned | ScanProgress) and page is not before.page


def _material(page: Page) -> str | None:
    return page.material_id if isinstance(page, Capturing) else None


def _left(before: Session, after: Session) -> tuple[Effect, ...]:
    """What the page that was left has to let go."""
    effects: list[Effect] = []
    if isinstance(before.page, Identifying | SigningByCard) and type(before.page) is not type(after.page):
        effects.append(StopFinding())
    if isinstance(before.page, PrintingPages) and not isinstance(after.page, PrintingPages):
        effects += printing.cancelled(before.page.printout)
    if isinstance(before.page, Capturing) and not isinstance(after.page, Capturing):
        effects.append(StopWatching())
    if sheets.is_running(before.page) and not isinstance(after.page, ReadingSheets):
        effects.append(StopScanning())
    return tuple(effects)


def _entered(before: Session, after: Session, event: Event, times: Times) -> tuple[Effect, ...]:
    """What the page that was entered needs, and the timers that follow from page, overlay and touch."""
    effects: list[Effect] = []
    if isinstance(after.page, Capturing) and _material(before.page) != after.page.material_id:
        effects.append(WatchDesk())  # for the next material too: what lies there is then told anew
    if isinstance(after.page, Goodbye) and not isinstance(before.page, Goodbye):
        effects.append(StartTimer(Timer.GOODBYE, times.goodbye_s))
    if after.overlay is Overlay.WARNING:
        if before.overlay is not Overlay.WARNING:
            effects.append(StartTimer(Timer.ANSWER, times.answer_timeout_s))
        return tuple(effects)
    if before.overlay is Overlay.WARNING:
        effects.append(StopTimer(Timer.ANSWER))
    idle_s = idle_timeout_s(after, times)
    touched = isinstance(event, Touched | Touch) or _sheet_came(before, after.page, event)
    if idle_s is None:
        if idle_timeout_s(before, times) is not None:
            effects.append(StopTimer(Timer.IDLE))
    elif touched or type(before.page) is not type(after.page) or idle_timeout_s(before, times) is None:
        effects.append(StartTimer(Timer.IDLE, idle_s))
    return tuple(effects)
