"""The other ways to vouch for the answers: the own card again, or somebody of the hall as witness."""

from collections.abc import Callable

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.journeys.events import Event, Way, WayChosen, WentBack
from kiosk.journeys.pages import ChoosingWay
from kiosk.session import Session
from ui.place import Place
from ui.texts import Texts

QML_IMPORT_NAME = "Hall.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
@QmlUncreatable("The shell creates it")
class OtherWayViewModel(QObject):
    """Nothing of the person stands on this page."""

    changed = Signal()

    def __init__(self, place: Place, say: Texts, post: Callable[[Event], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._say, self._post = say, post

    def show(self, page: ChoosingWay, session: Session) -> None:
        """The page says the same to everybody."""

    def leave(self) -> None:
        """Nothing to forget."""

    @Slot(str)
    def choose(self, way: str) -> None:
        self._post(WayChosen(Way(way)))

    @Slot()
    def goBack(self) -> None:
        self._post(WentBack())

    @Property(str, constant=True)
    def heading(self) -> str:
        return self._say("other_way.heading")

    @Property(str, constant=True)
    def lead(self) -> str:
        return self._say("other_way.lead")

    @Property(str, constant=True)
    def cardName(self) -> str:
        return self._say("other_way.card")

    @Property(str, constant=True)
    def cardLine(self) -> str:
        return self._say("other_way.card.line")

    @Property(str, constant=True)
    def witnessName(self) -> str:
        return self._say("other_way.witness")

    @Property(str, constant=True)
    def witnessLine(self) -> str:
        return self._say("other_way.witness.line")
