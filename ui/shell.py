"""The one door through which state comes to the screen: which page stands, what lies over it, what all share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import assert_never

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.journeys.events import Event, HelpAsked, LargeToggled
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
)
from kiosk.ports import View
from kiosk.session import Overlay, Session
from ui.camera_provider import CameraProvider
from ui.header import Header, derive_header
from ui.input.text_keyboard_view_model import TextKeyboardViewModel
from ui.pages.capture_view_model import CaptureViewModel
from ui.pages.check_view_model import CheckViewModel
from ui.pages.done_view_model import DoneViewModel
from ui.pages.goodbye_view_model import GoodbyeViewModel
from ui.pages.guide_view_model import GuideViewModel
from ui.pages.help_view_model import HelpViewModel
from ui.pages.home_view_model import HomeViewModel
from ui.pages.identify_view_model import IdentifyViewModel
from ui.pages.idle_view_model import IdleViewModel
from ui.pages.keeping_view_model import KeepingViewModel
from ui.pages.not_eligible_view_model import NotEligibleViewModel
from ui.pages.not_kept_view_model import NotKeptViewModel
from ui.pages.other_way_view_model import OtherWayViewModel
from ui.pages.out_of_service_view_model import OutOfServiceViewModel
from ui.pages.page_view_model import PageViewModel
from ui.pages.pages_taken_view_model import PagesTakenViewModel
from ui.pages.printing_view_model import PrintingViewModel
from ui.pages.question_view_model import QuestionViewModel
from ui.pages.scan_view_model import ScanViewModel
from ui.pages.sign_by_card_view_model import SignByCardViewModel
from ui.pages.sign_view_model import SignViewModel
from ui.pages.timeout_view_model import TimeoutViewModel
from ui.place import Place
from ui.texts import Texts

QML_IMPORT_NAME = "Hall.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

SHARED_FILES: Mapping[str, str] = {"sealing": "KeepingPage.qml", "awaiting": "KeepingPage.qml"}


def page_name(page: Page) -> str:
    match page:
        case Idle():
            return "idle"
        case OutOfService():
            return "outOfService"
        case Home():
            return "home"
        case ReadingGuide():
            return "guide"
        case Identifying():
            return "identify"
        case NotEligible():
            return "notEligible"
        case Asking():
            return "question"
        case Capturing():
            return "capture"
        case ReadingSheets():
            return "scan"
        case PagesTaken():
            return "pagesTaken"
        case Checking():
            return "check"
        case SigningByHand():
            return "sign"
        case ChoosingWay():
            return "otherWay"
        case SigningByCard():
            return "signByCard"
        case Sealing():
            return "sealing"
        case NotKept():
            return "notKept"
        case AwaitingReceipt():
            return "awaiting"
        case Done():
            return "done"
        case PrintingPages():
            return "printing"
        case Goodbye():
            return "goodbye"
    assert_never(page)


def page_file(name: str) -> str:
    return SHARED_FILES.get(name, f"{name[0].upper()}{name[1:]}Page.qml")


@dataclass(frozen=True, slots=True)
class ShellProps:
    page_name: str
    header: Header
    large: bool
    overlay: Overlay | None


def derive_shell(session: Session, place: Place, say: Texts) -> ShellProps:
    header = derive_header(session.page, place, say, large=session.large)
    return ShellProps(page_name(session.page), header, session.large, session.overlay)


@QmlElement
@QmlUncreatable("made with the window")
class Shell(QObject):
    """Starts on the page of a new session. `post` hears every touch as an event."""

    changed = Signal()

    def __init__(
        self,
        place: Place,
        say: Texts,
        post: Callable[[Event], None],
        *,
        camera: CameraProvider,
        keyboard: TextKeyboardViewModel | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._place = place
        self._say = say
        self.post = post
        self._help = HelpViewModel(place, say, post, self)
        self._timeout = TimeoutViewModel(place, say, post, self)
        self._capture = CaptureViewModel(place, say, post, camera=camera, parent=self)
        self._scan = ScanViewModel(place, say, post, camera=camera, parent=self)
        self._taken = PagesTakenViewModel(place, say, post, camera=camera, parent=self)
        self._question = QuestionViewModel(place, say, post, keyboard=keyboard, parent=self)
        self._view_models = self._one_for_each_page()
        session = Session()
        self._props = derive_shell(session, place, say)
        self.show(session)

    def _one_for_each_page(self) -> dict[str, PageViewModel]:
        given = (self._place, self._say, self.post, self)
        keeping = KeepingViewModel(*given)
        return {
            "idle": IdleViewModel(*given),
            "outOfService": OutOfServiceViewModel(*given),
            "home": HomeViewModel(*given),
            "guide": GuideViewModel(*given),
            "identify": IdentifyViewModel(*given),
            "notEligible": NotEligibleViewModel(*given),
            "question": self._question,
            "capture": self._capture,
            "scan": self._scan,
            "pagesTaken": self._taken,
            "check": CheckViewModel(*given),
            "sign": SignViewModel(*given),
            "otherWay": OtherWayViewModel(*given),
            "signByCard": SignByCardViewModel(*given),
            "sealing": keeping,
            "notKept": NotKeptViewModel(*given),
            "awaiting": keeping,
            "done": DoneViewModel(*given),
            "printing": PrintingViewModel(*given),
            "goodbye": GoodbyeViewModel(*given),
        }

    def show(self, session: Session) -> None:
        """The only way state comes in. Whoever leaves a page, its view model forgets it."""
        left = self._view_models[self._props.page_name]
        props = derive_shell(session, self._place, self._say)
        entered = self._view_models[props.page_name]
        entered.show(session.page, session)
        self._timeout.show(session)
        if props != self._props:
            self._props = props
            self.changed.emit()
        if left is not entered:
            left.leave()

    def show_view(self, view: View) -> None:
        """What the camera sees now; nobody but the page that photographs looks at it."""
        self._capture.show_view(view)

    @Slot()
    def toggleLarge(self) -> None:
        self.post(LargeToggled())

    @Slot()
    def askHelp(self) -> None:
        self.post(HelpAsked())

    @Property(str, notify=changed)
    def pageName(self) -> str:
        return self._props.page_name

    @Property(str, notify=changed)
    def pageFile(self) -> str:
        return page_file(self._props.page_name)

    @Property(QObject, notify=changed)
    def pageViewModel(self) -> QObject:
        return self._view_models[self._props.page_name]

    @Property(str, notify=changed)
    def title(self) -> str:
        return self._props.header.title

    @Property(str, notify=changed)
    def subtitle(self) -> str:
        return self._props.header.subtitle

    @Property(int, notify=changed)
    def step(self) -> int:
        return self._props.header.step

    @Property(int, notify=changed)
    def steps(self) -> int:
        return self._props.header.steps

    @Property(bool, notify=changed)
    def large(self) -> bool:
        return self._props.large

    @Property(bool, notify=changed)
    def helping(self) -> bool:
        return self._props.overlay is Overlay.HELP

    @Property(bool, notify=changed)
    def warned(self) -> bool:
        return self._props.overlay is Overlay.WARNING

    @Property(HelpViewModel, constant=True)
    def help(self) -> HelpViewModel:
        return self._help

    @Property(TimeoutViewModel, constant=True)
    def timeout(self) -> TimeoutViewModel:
        return self._timeout

    @Property(str, constant=True)
    def simulatedNotice(self) -> str:
        return self._say("simulated") if self._place.simulated else ""

    @Property(str, constant=True)
    def sealCharacter(self) -> str:
        return self._say("header.seal")

    @Property(str, constant=True)
    def largeText(self) -> str:
        return self._say("mode.large")

    @Property(str, constant=True)
    def backText(self) -> str:
        return self._say("bar.back")

    @Property(str, constant=True)
    def helpText(self) -> str:
        return self._say("bar.help")
