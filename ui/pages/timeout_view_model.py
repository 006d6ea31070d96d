"""The last seconds before a visit ends by itself."""

from collections.abc import Callable

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.journeys.events import Event, LeftVisit, OverlayClosed
from kiosk.journeys.pages import Done, NotKept, Page, PrintingPages
from kiosk.session import Session
from ui.place import Place
from ui.texts import Texts

QML_IMPORT_NAME = "Hall.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


def what_of(page: Page) -> str:
    """The key of what happens to what was given, should the visit end here."""
    match page:
        case Done():
            return "timeout.what.kept"
        case PrintingPages(behind):
            return what_of(behind)
        case NotKept(certain=False):
            return "timeout.what.uncertain"
        case _:
            return "timeout.what"


@QmlElement
@QmlUncreatable("belongs to the shell")
class TimeoutViewModel(QObject):
    changed = Signal()

    def __init__(self, place: Place, say: Texts, post: Callable[[Event], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._place = place
        self._say = say
        self._post = post
        self._what = "timeout.what"

    def show(self, session: Session) -> None:
        what = what_of(session.page)
        if what != self._what:
            self._what = what
            self.changed.emit()

    @Slot()
    def stay(self) -> None:
        self._post(OverlayClosed())

    @Slot()
    def leaveVisit(self) -> None:
        self._post(LeftVisit())

    @Property(str, notify=changed)
    def what(self) -> str:
        return self._say(self._what)

    @Property(float, constant=True)
    def seconds(self) -> float:
        return self._place.times.answer_timeout_s

    @Property(str, constant=True)
    def heading(self) -> str:
        return self._say("timeout.heading")

    @Property(str, constant=True)
    def lead(self) -> str:
        return self._say("timeout.lead")

    @Property(str, constant=True)
    def unit(self) -> str:
        return self._say("timeout.unit")

    @Property(str, constant=True)
    def stayText(self) -> str:
        return self._say("timeout.stay")

    @Property(str, constant=True)
    def leaveText(self) -> str:
        return self._say("timeout.leave")
