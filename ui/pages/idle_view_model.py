"""What stands on the glass while nobody is here: no person, only where to touch."""

from dataclasses import dataclass

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.journeys.events import Awakened
from kiosk.journeys.pages import Idle
from kiosk.session import Session
from ui.delivery import offline_line, staff_lines
from ui.pages.page_view_model import PageViewModel
from ui.place import Place
from ui.texts import Texts

QML_IMPORT_NAME = "Hall.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class IdleProps:
    """All that the page binds to; swapped whole, before anyone is told. `offline`, `staff`: empty while all is well."""

    heading: str = ""
    lead: str = ""
    start: str = ""
    items_label: str = ""
    items: str = ""
    where: str = ""
    hours: str = ""
    offline: str = ""
    staff: str = ""


def derive_idle(page: Idle, session: Session, place: Place, say: Texts) -> IdleProps:
    return IdleProps(
        heading=say("idle.heading"),
        lead=say("idle.lead"),
        start=say("idle.start"),
        items_label=say("idle.items"),
        items="\n".join(item.called for item in place.catalogue.items),
        where=say("idle.place", hall=place.hall.name, terminal=place.terminal_number),
        hours=place.hall.hours,
        offline=offline_line(session.delivery, say),
        staff=staff_lines(session.delivery, say),
    )


@QmlElement
@QmlUncreatable("belongs to the shell")
class IdleViewModel(PageViewModel):
    changed = Signal()
    _props = IdleProps()

    def _derive(self, page: Idle, session: Session) -> IdleProps:
        return derive_idle(page, session, self._place, self._say)

    @Slot()
    def awaken(self) -> None:
        self._post(Awakened())

    @Property(str, notify=changed)
    def heading(self) -> str:
        return self._props.heading

    @Property(str, notify=changed)
    def lead(self) -> str:
        return self._props.lead

    @Property(str, notify=changed)
    def start(self) -> str:
        return self._props.start

    @Property(str, notify=changed)
    def itemsLabel(self) -> str:
        return self._props.items_label

    @Property(str, notify=changed)
    def items(self) -> str:
        return self._props.items

    @Property(str, notify=changed)
    def where(self) -> str:
        return self._props.where

    @Property(str, notify=changed)
    def hours(self) -> str:
        return self._props.hours

    @Property(str, notify=changed)
    def offline(self) -> str:
        return self._props.offline

    @Property(str, notify=changed)
    def staff(self) -> str:
        return self._props.staff
