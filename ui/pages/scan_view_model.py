"""What the scanner page shows: how to put the paper in, how far the scan is, and what was read so far."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, QSize, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.availability import fault_of
from kiosk.journeys.events import Device, Event, PagesAsked, ScanAsked, ScanCancelled, WentBack, WentOn
from kiosk.journeys.pages import ReadingSheets, SheetsComing, SheetsRead
from kiosk.papers import Pages
from kiosk.ports import Disconnected, SheetSource, Starting
from kiosk.session import Session
from ui.camera_provider import CameraProvider, PagePictures
from ui.pages.page_view_model import PageViewModel
from ui.pages.taken_pages import (
    THUMB,
    Thumb,
    count_of,
    missing_names,
    page_name,
    rest_of,
    slots_shown,
    thumbs_of,
)
from ui.place import Place
from ui.rows import Rows
from ui.texts import Texts

QML_IMPORT_NAME = "Hall.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

NEWEST = QSize(1200, 1200)


@dataclass(frozen=True, slots=True)
class ScanProps:
    """`progress`: 0..1 of the page that comes, or -1. `newest`: the picture of the page that came last."""

    heading: str = ""
    lead: str = ""
    state: str = ""
    tone: str = "waiting"
    progress: float = -1.0
    running: bool = False
    newest: str = ""
    taken_text: str = ""
    missing_text: str = ""
    feeder_label: str = ""
    glass_label: str = ""
    scan_blocked: str = ""
    blocked: str = ""
    thumbs: tuple[Thumb, ...] = ()


def derive_scan(
    page: ReadingSheets, session: Session, place: Place, say: Texts, sources: Mapping[int, str], newest: str
) -> ScanProps:
    """`sources`, `newest`: where the pictures of the pages are to be found."""
    running = page.scan if isinstance(page.scan, SheetsComing) else None
    state, tone = _state(page, session, say)
    names = missing_names(page.material, page.pages, say)
    offered = session.sheet_sources or (SheetSource.FEEDER,)
    return ScanProps(
        heading=_heading(page, say),
        lead=_lead(page, session, say),
        state=state,
        tone=tone,
        progress=-1.0 if running is None or running.part is None else running.part,
        running=running is not None,
        newest=newest,
        taken_text=count_of(page.pages, say, none=say("scan.none")),
        missing_text=rest_of(page.material, page.pages, say),
        feeder_label=say("scan.feeder") if SheetSource.FEEDER in offered else "",
        glass_label=say("scan.glass") if SheetSource.GLASS in offered else "",
        scan_blocked=_scan_blocked(page, session, say),
        blocked=say("scan.blocked.running") if running else say("scan.blocked", pages=names) if names else "",
        thumbs=thumbs_of(
            page.material, page.pages, page.slot, say, sources, look="" if running else say("papers.look")
        ),
    )


def _heading(page: ReadingSheets, say: Texts) -> str:
    material = page.material.name
    if isinstance(page.scan, SheetsComing):
        return say("scan.heading.running", material=material)
    if page.again:
        return say("scan.heading.again", material=material, page=page_name(page.material, page.slot, say))
    if not page.missing and not (isinstance(page.scan, SheetsRead) and page.scan.fault):
        return say("scan.heading.done", material=material)
    return say("scan.heading.go_on" if any(page.pages) else "scan.heading", material=material)


def _lead(page: ReadingSheets, session: Session, say: Texts) -> str:
    taken = len(page.pages) - len(page.missing)
    if isinstance(page.scan, SheetsComing):
        return say("scan.lead.running")
    if isinstance(session.devices.document_scanner, Disconnected):
        return say("scan.lead.away" if session.devices.works(Device.CAMERA) else "capture.lead.away")
    if isinstance(page.scan, SheetsRead) and page.scan.fault:
        return say("scan.lead.stays", count=taken) if taken else say("scan.lead.anew")
    if page.again:
        return say("scan.lead.one")
    if not page.missing:
        return say("scan.lead.done.more" if page.at_most else "scan.lead.done")
    if len(page.material.pages) == 1:
        return say("scan.lead.one")
    key = "scan.lead.rest" if len(page.missing) == 1 else "scan.lead.several"
    return say(key, pages=missing_names(page.material, page.pages, say))


def _state(page: ReadingSheets, session: Session, say: Texts) -> tuple[str, str]:
    status = session.devices.document_scanner
    match page.scan:
        case SheetsComing():
            return say("scan.look.page", number=page.slot + 1), "working"
        case SheetsRead(fault=fault) if fault:
            return say(f"fault.{fault.code}"), "attention"
    if fault := fault_of(status):
        return say(f"fault.{fault.code}"), "fault"
    if isinstance(status, Starting):
        return say("scan.look.starting"), "preparing"
    if not page.missing and not page.again:
        return say("scan.look.complete"), "good"
    if isinstance(page.scan, SheetsRead) and page.scan.read:
        names = missing_names(page.material, page.pages, say)
        return say("scan.look.rest", count=page.scan.read, pages=names), "attention"
    return say("scan.look.put"), "waiting"


def _scan_blocked(page: ReadingSheets, session: Session, say: Texts) -> str:
    """Why no scan can be begun. What needs a hand at the scanner is found out by trying."""
    if isinstance(session.devices.document_scanner, Disconnected):
        return say("scan.away")
    return "" if page.at_most else say("scan.full")


@QmlElement
@QmlUncreatable("The shell creates it")
class ScanViewModel(PageViewModel):
    changed = Signal()
    _props = ScanProps()

    def __init__(
        self,
        place: Place,
        say: Texts,
        post: Callable[[Event], None],
        *,
        camera: CameraProvider,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(place, say, post, parent)
        self._small = PagePictures(camera, "scanned", THUMB)
        self._large = PagePictures(camera, "newest", NEWEST)
        self._before: Pages = ()
        self._newest: int | None = None
        self._thumbs = Rows(Thumb, self)

    def leave(self) -> None:
        self._small.forget()
        self._large.forget()
        self._before, self._newest = (), None
        super().leave()

    def _derive(self, page: ReadingSheets, session: Session) -> ScanProps:
        came = [at for at, taken in enumerate(page.pages) if taken and taken not in self._before]
        self._newest = max(came, default=self._newest) if page.scan and page.scan.read else None
        self._before = page.pages
        shown = () if self._newest is None else (self._newest,)
        newest = self._large.of(page.pages, shown).get(self._newest or 0, "") if shown else ""
        sources = self._small.of(page.pages, slots_shown(page.pages, page.slot))
        return derive_scan(page, session, self._place, self._say, sources, newest)

    def _swap_rows(self) -> None:
        self._thumbs.swap(self._props.thumbs)

    # What a finger does

    @Slot()
    def scanFeeder(self) -> None:
        self._post(ScanAsked(SheetSource.FEEDER))

    @Slot()
    def scanGlass(self) -> None:
        self._post(ScanAsked(SheetSource.GLASS))

    @Slot()
    def stop(self) -> None:
        self._post(ScanCancelled())

    @Slot(int)
    def look(self, slot: int) -> None:
        self._post(PagesAsked(slot))

    @Slot()
    def goOn(self) -> None:
        self._post(WentOn())

    @Slot()
    def goBack(self) -> None:
        self._post(WentBack())

    # What the page binds to

    @Property(str, notify=changed)
    def heading(self) -> str:
        return self._props.heading

    @Property(str, notify=changed)
    def lead(self) -> str:
        return self._props.lead

    @Property(str, notify=changed)
    def stateText(self) -> str:
        return self._props.state

    @Property(str, notify=changed)
    def stateTone(self) -> str:
        return self._props.tone

    @Property(float, notify=changed)
    def progress(self) -> float:
        return self._props.progress

    @Property(bool, notify=changed)
    def running(self) -> bool:
        return self._props.running

    @Property(str, notify=changed)
    def newest(self) -> str:
        return self._props.newest

    @Property(str, notify=changed)
    def takenText(self) -> str:
        return self._props.taken_text

    @Property(str, notify=changed)
    def missingText(self) -> str:
        return self._props.missing_text

    @Property(str, notify=changed)
    def feederLabel(self) -> str:
        return self._props.feeder_label

    @Property(str, notify=changed)
    def glassLabel(self) -> str:
        return self._props.glass_label

    @Property(str, notify=changed)
    def scanBlocked(self) -> str:
        return self._props.scan_blocked

    @Property(str, notify=changed)
    def blocked(self) -> str:
        return self._props.blocked

    @Property(QObject, constant=True)
    def thumbs(self) -> QObject:
        return self._thumbs

    @Property(str, constant=True)
    def stopLabel(self) -> str:
        return self._say("scan.stop")

    @Property(str, constant=True)
    def doneLabel(self) -> str:
        return self._say("scan.done")

    @Property(str, notify=changed)
    def drawingText(self) -> str:
        return self._say("scan.drawing.feeder" if self._props.feeder_label else "scan.drawing.glass")
