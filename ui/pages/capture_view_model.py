"""What the camera page shows: what to lay down, what the camera makes of it, and what was taken so far."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import assert_never

from PySide6.QtCore import Property, QObject, QPointF, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.availability import fault_of
from kiosk.journeys.events import (
    CaptureAsked,
    Device,
    Event,
    PagesAsked,
    PutOff,
    ScannerChosen,
    Shift,
    Sight,
    WentBack,
    WentOn,
)
from kiosk.journeys.pages import Capturing, Take
from kiosk.ports import Starting, View
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


@dataclass(frozen=True, slots=True)
class Look:
    """How the page lies, as words, with the icon and tone that go with them."""

    text: str
    tone: str
    icon: str = ""


@dataclass(frozen=True, slots=True)
class CaptureProps:
    """`corners_text` and `light_text` stand beside the state; empty while there is no page to check."""

    heading: str = ""
    lead: str = ""
    look: Look = Look("", "waiting")
    shift: str = "none"
    watching: bool = False
    corners_text: str = ""
    corners_good: bool = False
    light_text: str = ""
    light_good: bool = False
    taken_text: str = ""
    missing_text: str = ""
    take_label: str = ""
    take_blocked: str = ""
    scanner_label: str = ""
    later_label: str = ""
    blocked: str = ""
    thumbs: tuple[Thumb, ...] = ()


def derive_capture(
    page: Capturing, session: Session, place: Place, say: Texts, sources: Mapping[int, str]
) -> CaptureProps:
    """`sources`: where the picture of a page that was taken is to be found, by slot."""
    material = page.material
    away = fault_of(session.devices.document_camera)
    lying = page.sight.page and not away and page.awaited
    checked = lying and page.take in {Take.WAITING, Take.FAILED}
    names = missing_names(material, page.pages, say)
    return CaptureProps(
        heading=_heading(page, say),
        lead=_lead(page, session, say),
        look=_look(page, session, say),
        shift=page.sight.shift.value if checked and page.take is Take.WAITING else Shift.NONE.value,
        watching=away is None,
        corners_text=say("capture.corners" if page.sight.whole else "capture.corners.not") if checked else "",
        corners_good=page.sight.whole,
        light_text=say(_light(page.sight)) if checked else "",
        light_good=page.sight.bright and not page.sight.glare,
        taken_text=count_of(page.pages, say, none=say("capture.none")),
        missing_text=rest_of(material, page.pages, say),
        take_label=say("capture.take" if page.awaited or not page.fits else "capture.take.more"),
        take_blocked=_take_blocked(page, session, say),
        scanner_label=say("capture.scanner") if page.fits and session.devices.works(Device.SCANNER) else "",
        later_label=say("capture.later") if material.later else "",
        blocked=say("capture.blocked", pages=names) if names else "",
        thumbs=thumbs_of(
            material,
            page.pages,
            page.slot,
            say,
            sources,
            look=say("papers.look") if page.take is not Take.TAKING else "",
        ),
    )


def _heading(page: Capturing, say: Texts) -> str:
    material = page.material.name
    if not page.awaited:
        return say("capture.heading.done", material=material)
    name = page_name(page.material, page.slot, say)
    if page.again:
        return say("capture.heading.again", material=material, page=name)
    if name in material:
        return say("capture.heading.whole", material=material)
    return say("capture.heading", material=material, page=name)


def _lead(page: Capturing, session: Session, say: Texts) -> str:
    if fault_of(session.devices.document_camera):
        if session.devices.works(Device.SCANNER):
            return say("capture.lead.away.scanner")
        return say("capture.lead.away.later" if page.material.later else "capture.lead.away")
    if page.awaited:
        return say("capture.lead")
    return say("capture.lead.done.more" if page.fits else "capture.lead.done")


def _look(page: Capturing, session: Session, say: Texts) -> Look:
    camera = session.devices.document_camera
    if fault := fault_of(camera):
        return Look(say(f"fault.{fault.code}"), "fault")
    if not page.fits or (not page.awaited and page.take in {Take.WAITING, Take.TAKEN}):
        return Look(say("capture.look.complete"), "good")
    name = page_name(page.material, page.slot, say)
    match page.take:
        case Take.TAKING:
            return Look(say("capture.look.taking"), "working", "camera")
        case Take.FAILED if page.fault:
            return Look(say(f"fault.{page.fault.code}"), "attention")
        case Take.TAKEN if page.sight.page:
            any_taken = any(page.pages)
            return Look(say("capture.look.next" if any_taken else "capture.look.lift", page=name), "good")
        case Take.WAITING | Take.TAKEN | Take.FAILED:
            if isinstance(camera, Starting):
                return Look(say("capture.look.starting"), "preparing")
            return _how_it_lies(page.sight, name, say)
    assert_never(page.take)


def _light(sight: Sight) -> str:
    return "capture.light.not" if not sight.bright else "capture.light.glare" if sight.glare else "capture.light"


def _how_it_lies(sight: Sight, name: str, say: Texts) -> Look:
    if not sight.page:
        return Look(say("capture.look.put", page=name), "waiting")
    if sight.shift is not Shift.NONE:
        return Look(
            say(f"capture.look.{sight.shift.value}"), "attention", "right" if sight.shift is Shift.RIGHT else ""
        )
    if not sight.whole:
        return Look(say("capture.look.corners"), "attention")
    if not sight.bright:
        return Look(say("capture.look.dark"), "attention")
    if sight.glare:
        return Look(say("capture.look.glare"), "attention")
    if not sight.steady:
        return Look(say("capture.look.moving"), "working", "hands")
    if not sight.sharp:
        return Look(say("capture.look.blurred"), "attention")
    return Look(say("capture.look.taking"), "working", "camera")


def _take_blocked(page: Capturing, session: Session, say: Texts) -> str:
    """Why one cannot take a picture oneself now."""
    if fault_of(session.devices.document_camera):
        return say("capture.take.away")
    if page.take is Take.TAKING:
        return say("capture.take.taking")
    return "" if page.fits else say("capture.take.complete")


@QmlElement
@QmlUncreatable("The shell creates it")
class CaptureViewModel(PageViewModel):
    changed = Signal()
    seen = Signal()  # by far more often than `changed`: a frame came
    _props = CaptureProps()

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
        self._camera = camera
        self._showing = False
        self._pictures = PagePictures(camera, "desk", THUMB)
        self._live = ""
        self._outline: tuple[tuple[float, float], ...] = ()
        self._frame_ratio = 1.0
        self._thumbs = Rows(Thumb, self)

    def show(self, page: Capturing, session: Session) -> None:
        self._showing = True
        super().show(page, session)

    def show_view(self, view: View) -> None:
        """The newest frame; one that comes after the page was left is not kept."""
        if not self._showing:
            return
        self._live = self._camera.show(view.frame)
        self._outline = view.page.corners if view.page else ()
        self._frame_ratio = view.frame.width / view.frame.height
        self.seen.emit()

    def leave(self) -> None:
        self._showing = False
        self._live, self._outline = "", ()
        self._camera.forget_frame()
        self._pictures.forget()
        super().leave()
        self.seen.emit()

    def _derive(self, page: Capturing, session: Session) -> CaptureProps:
        sources = self._pictures.of(page.pages, slots_shown(page.pages, page.slot))
        return derive_capture(page, session, self._place, self._say, sources)

    def _swap_rows(self) -> None:
        self._thumbs.swap(self._props.thumbs)

    # What a finger does

    @Slot()
    def takeIt(self) -> None:
        self._post(CaptureAsked())

    @Slot(int)
    def look(self, slot: int) -> None:
        self._post(PagesAsked(slot))

    @Slot()
    def useScanner(self) -> None:
        self._post(ScannerChosen())

    @Slot()
    def putOff(self) -> None:
        self._post(PutOff())

    @Slot()
    def goOn(self) -> None:
        self._post(WentOn())

    @Slot()
    def goBack(self) -> None:
        self._post(WentBack())

    # What the page binds to

    @Property(str, notify=seen)
    def liveSource(self) -> str:
        return self._live

    @Property("QVariantList", notify=seen)
    def outline(self) -> list[QPointF]:
        """The corners of the page in fractions of the frame; empty while there is none."""
        return [QPointF(x, y) for x, y in self._outline]

    @Property(float, notify=seen)
    def frameRatio(self) -> float:
        """Width by height."""
        return self._frame_ratio

    @Property(str, notify=changed)
    def heading(self) -> str:
        return self._props.heading

    @Property(str, notify=changed)
    def lead(self) -> str:
        return self._props.lead

    @Property(str, notify=changed)
    def stateText(self) -> str:
        return self._props.look.text

    @Property(str, notify=changed)
    def stateTone(self) -> str:
        return self._props.look.tone

    @Property(str, notify=changed)
    def stateIcon(self) -> str:
        return self._props.look.icon

    @Property(str, notify=changed)
    def shift(self) -> str:
        return self._props.shift

    @Property(bool, notify=changed)
    def watching(self) -> bool:
        return self._props.watching

    @Property(str, notify=changed)
    def cornersText(self) -> str:
        return self._props.corners_text

    @Property(bool, notify=changed)
    def cornersGood(self) -> bool:
        return self._props.corners_good

    @Property(str, notify=changed)
    def lightText(self) -> str:
        return self._props.light_text

    @Property(bool, notify=changed)
    def lightGood(self) -> bool:
        return self._props.light_good

    @Property(str, notify=changed)
    def takenText(self) -> str:
        return self._props.taken_text

    @Property(str, notify=changed)
    def missingText(self) -> str:
        return self._props.missing_text

    @Property(str, notify=changed)
    def takeBlocked(self) -> str:
        return self._props.take_blocked

    @Property(str, notify=changed)
    def laterLabel(self) -> str:
        return self._props.later_label

    @Property(str, notify=changed)
    def blocked(self) -> str:
        return self._props.blocked

    @Property(QObject, constant=True)
    def thumbs(self) -> QObject:
        return self._thumbs

    @Property(str, notify=changed)
    def takeLabel(self) -> str:
        return self._props.take_label

    @Property(str, notify=changed)
    def scannerLabel(self) -> str:
        return self._props.scanner_label

    @Property(str, constant=True)
    def doneLabel(self) -> str:
        return self._say("capture.done")

    @Property(str, constant=True)
    def liveLabel(self) -> str:
        return self._say("capture.live")
