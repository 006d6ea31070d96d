"""What is said when a submission could not be written down, or when nobody knows whether it was."""

from dataclasses import dataclass

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.journeys.events import TriedAgain, WentBack
from kiosk.journeys.pages import NotKept
from kiosk.session import Session
from ui.pages.page_view_model import PageViewModel
from ui.place import Place
from ui.texts import Texts

QML_IMPORT_NAME = "Hall.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class NotKeptProps:
    heading: str = ""
    lead: str = ""
    state: str = ""
    what_to_do: tuple[str, ...] = ()
    back_label: str = ""


def derive_not_kept(page: NotKept, session: Session, place: Place, say: Texts) -> NotKeptProps:
    desk = say("not_kept.desk", desk=place.hall.desk)
    if not page.certain:
        return NotKeptProps(
            heading=say("not_kept.unknown.heading"),
            lead=say("not_kept.unknown.lead"),
            state=say(f"fault.{page.fault.code}"),
            what_to_do=(say("not_kept.unknown.again"), desk),
        )
    return NotKeptProps(
        heading=say("not_kept.heading"),
        lead=say("not_kept.lead"),
        state=say(f"fault.{page.fault.code}"),
        what_to_do=(say("not_kept.again"), say("not_kept.back"), desk),
        back_label=say("not_kept.check"),
    )


@QmlElement
@QmlUncreatable("The shell creates it")
class NotKeptViewModel(PageViewModel):
    changed = Signal()
    _props = NotKeptProps()

    def _derive(self, page: NotKept, session: Session) -> NotKeptProps:
        return derive_not_kept(page, session, self._place, self._say)

    @Slot()
    def tryAgain(self) -> None:
        self._post(TriedAgain())

    @Slot()
    def goBack(self) -> None:
        self._post(WentBack())

    @Property(str, notify=changed)
    def heading(self) -> str:
        return self._props.heading

    @Property(str, notify=changed)
    def lead(self) -> str:
        return self._props.lead

    @Property(str, notify=changed)
    def stateText(self) -> str:
        return self._props.state

    @Property("QStringList", notify=changed)
    def whatToDo(self) -> list[str]:
        return list(self._props.what_to_do)

    @Property(str, constant=True)
    def againLabel(self) -> str:
        return self._say("not_kept.try")

    @Property(str, notify=changed)
    def backLabel(self) -> str:
        """Empty where one must not go back."""
        return self._props.back_label
