"""What the identify page shows, derived from how the card is being read."""

from dataclasses import dataclass, field
from typing import assert_never

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.faults import CARD_UNSUPPORTED
from kiosk.journeys.events import WentBack
from kiosk.journeys.identify import AwaitingCard, Expired, Identified, NotRead, ReaderAway, Reading
from kiosk.journeys.pages import Identifying
from kiosk.ports import Starting
from kiosk.session import Session
from ui.pages.card_panel import CardPanelProps, derive_card_panel
from ui.pages.page_view_model import PageViewModel
from ui.place import Place
from ui.texts import Texts

QML_IMPORT_NAME = "Hall.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class IdentifyProps:
    """All that the page binds to; swapped whole, before anyone is told. `hint`: the other way there is."""

    heading: str = ""
    lead: str = ""
    hint: str = ""
    panel: CardPanelProps = field(default_factory=CardPanelProps)


def derive_identify(page: Identifying, session: Session, place: Place, say: Texts) -> IdentifyProps:
    starting = isinstance(session.devices.identity_card_reader, Starting)
    panel = derive_card_panel(page.identify, say, starting=starting)
    size = ".large" if session.large else ""
    desk = place.hall.desk
    match page.identify:
        case AwaitingCard():
            hint = say("identify.put.hint", desk=desk)
            return IdentifyProps(say(f"identify.put{size}"), say(f"identify.put.lead{size}"), hint, panel)
        case Reading():
            return IdentifyProps(say("identify.reading.heading"), say("identify.reading.lead"), "", panel)
        case NotRead(fault):
            hint = say("identify.again.hint", desk=desk)
            if fault == CARD_UNSUPPORTED:
                return IdentifyProps(say("identify.other_card"), say("identify.other_card.lead"), hint, panel)
            return IdentifyProps(say("identify.again"), say(f"identify.again.lead{size}"), hint, panel)
        case Expired(since):
            day = say("identify.date", year=since.year, month=since.month, day=since.day)
            hint = say("identify.expired.hint", desk=desk)
            return IdentifyProps(say("identify.expired"), say("identify.expired.lead", since=day), hint, panel)
        case ReaderAway():
            hint = say("identify.away.hint", desk=desk)
            return IdentifyProps(say("identify.away"), say("identify.away.lead"), hint, panel)
        case Identified():
            return IdentifyProps(say("identify.done"), "", "", panel)
    assert_never(page.identify)


@QmlElement
@QmlUncreatable("belongs to the shell")
class IdentifyViewModel(PageViewModel):
    changed = Signal()
    _props = IdentifyProps()

    def _derive(self, page: Identifying, session: Session) -> IdentifyProps:
        return derive_identify(page, session, self._place, self._say)

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
    def hint(self) -> str:
        return self._props.hint

    @Property(str, notify=changed)
    def stage(self) -> str:
        return self._props.panel.stage

    @Property(str, notify=changed)
    def tone(self) -> str:
        return self._props.panel.tone

    @Property(str, notify=changed)
    def stateText(self) -> str:
        return self._props.panel.state_text

    @Property(str, notify=changed)
    def mark(self) -> str:
        return self._props.panel.mark
