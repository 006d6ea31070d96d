"""What still works here, and where to go, while nothing can be handed in."""

from dataclasses import dataclass

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.journeys.events import Awakened
from kiosk.journeys.pages import OutOfService
from kiosk.session import Session
from ui.pages.page_view_model import PageViewModel
from ui.place import Place
from ui.texts import Texts

QML_IMPORT_NAME = "Hall.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class OutOfServiceProps:
    """All that the page binds to; swapped whole, before anyone is told."""

    heading: str = ""
    lead: str = ""
    still: str = ""
    guides: str = ""
    instead: str = ""
    desk_label: str = ""
    desk: str = ""
    telephone_label: str = ""
    telephone: str = ""
    hours_label: str = ""
    hours: str = ""


def derive_out_of_service(page: OutOfService, session: Session, place: Place, say: Texts) -> OutOfServiceProps:
    fault = say(f"fault.{page.fault.code}")
    size = ""
    if session.large:
        size, fault = ".large", fault.replace("，", "，\n")
    return OutOfServiceProps(
        heading=say(f"out_of_service.heading{size}"),
        lead=say(f"out_of_service.lead{size}", fault=fault),
        still=say("out_of_service.still"),
        guides=say("out_of_service.guides"),
        instead=say("out_of_service.instead"),
        desk_label=say("out_of_service.desk"),
        desk=place.hall.desk,
        telephone_label=say("out_of_service.telephone"),
        telephone=place.hall.telephone,
        hours_label=say("out_of_service.hours"),
        hours=place.hall.hours,
    )


@QmlElement
@QmlUncreatable("belongs to the shell")
class OutOfServiceViewModel(PageViewModel):
    changed = Signal()
    _props = OutOfServiceProps()

    def _derive(self, page: OutOfService, session: Session) -> OutOfServiceProps:
        return derive_out_of_service(page, session, self._place, self._say)

    @Slot()
    def openGuides(self) -> None:
        self._post(Awakened())

    @Property(str, notify=changed)
    def heading(self) -> str:
        return self._props.heading

    @Property(str, notify=changed)
    def lead(self) -> str:
        return self._props.lead

    @Property(str, notify=changed)
    def still(self) -> str:
        return self._props.still

    @Property(str, notify=changed)
    def guides(self) -> str:
        return self._props.guides

    @Property(str, notify=changed)
    def instead(self) -> str:
        return self._props.instead

    @Property(str, notify=changed)
    def deskLabel(self) -> str:
        return self._props.desk_label

    @Property(str, notify=changed)
    def desk(self) -> str:
        return self._props.desk

    @Property(str, notify=changed)
    def telephoneLabel(self) -> str:
        return self._props.telephone_label

    @Property(str, notify=changed)
    def telephone(self) -> str:
        return self._props.telephone

    @Property(str, notify=changed)
    def hoursLabel(self) -> str:
        return self._props.hours_label

    @Property(str, notify=changed)
    def hours(self) -> str:
        return self._props.hours
