"""Who helps, and where: the same over every page."""

from collections.abc import Callable

from PySide6.QtCore import Property, QObject, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.journeys.events import Event, LeftVisit, OverlayClosed
from ui.place import Place
from ui.texts import Texts

QML_IMPORT_NAME = "Hall.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
@QmlUncreatable("belongs to the shell")
class HelpViewModel(QObject):
    """Nothing here changes while the program runs."""

    def __init__(self, place: Place, say: Texts, post: Callable[[Event], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._place = place
        self._say = say
        self._post = post

    @Slot()
    def close(self) -> None:
        self._post(OverlayClosed())

    @Slot()
    def leaveVisit(self) -> None:
        self._post(LeftVisit())

    @Property(str, constant=True)
    def heading(self) -> str:
        return self._say("help.heading")

    @Property(str, constant=True)
    def lead(self) -> str:
        return self._say("help.lead")

    @Property(str, constant=True)
    def deskLabel(self) -> str:
        return self._say("help.desk")

    @Property(str, constant=True)
    def desk(self) -> str:
        return self._place.hall.desk

    @Property(str, constant=True)
    def telephoneLabel(self) -> str:
        return self._say("help.telephone")

    @Property(str, constant=True)
    def telephone(self) -> str:
        return self._place.hall.telephone

    @Property(str, constant=True)
    def hoursLabel(self) -> str:
        return self._say("help.hours")

    @Property(str, constant=True)
    def hours(self) -> str:
        return self._place.hall.hours

    @Property(str, constant=True)
    def saying(self) -> str:
        return self._say("help.say", terminal=self._place.terminal_number)

    @Property(str, constant=True)
    def closeText(self) -> str:
        return self._say("help.close")

    @Property(str, constant=True)
    def leaveText(self) -> str:
        return self._say("help.leave")
