"""The other ways to vouch for the answers: the own card again, or somebody of the hall as witness."""

from PySide6.QtCore import Property, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.journeys.events import Way, WayChosen, WentBack
from ui.pages.page_view_model import PageViewModel

QML_IMPORT_NAME = "Hall.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
@QmlUncreatable("The shell creates it")
class OtherWayViewModel(PageViewModel):
    """The page says the same to everybody; nothing of the person stands on it."""

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
