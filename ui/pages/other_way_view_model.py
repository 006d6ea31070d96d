"""The other ways to vouch for the answers: the own card again, or somebody of the hall as witness."""

from dataclasses import dataclass

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.journeys.events import Way, WayChosen, WentBack
from kiosk.journeys.pages import ChoosingWay
from kiosk.session import Session
from ui.pages.card_panel import kind_of_cards
from ui.pages.page_view_model import PageViewModel
from ui.texts import Texts

QML_IMPORT_NAME = "Hall.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class OtherWayProps:
    """Nothing of the person stands on it."""

    heading: str = ""
    lead: str = ""
    card_name: str = ""
    card_line: str = ""
    witness_name: str = ""
    witness_line: str = ""


def derive_other_way(session: Session, say: Texts) -> OtherWayProps:
    kind = kind_of_cards(session.devices)
    return OtherWayProps(
        heading=say("other_way.heading"),
        lead=say("other_way.lead"),
        card_name=say(f"other_way.card{kind}"),
        card_line=say(f"other_way.card{kind}.line"),
        witness_name=say("other_way.witness"),
        witness_line=say(f"other_way.witness{kind}.line"),
    )


@QmlElement
@QmlUncreatable("The shell creates it")
class OtherWayViewModel(PageViewModel):
    changed = Signal()
    _props = OtherWayProps()

    def _derive(self, page: ChoosingWay, session: Session) -> OtherWayProps:
        return derive_other_way(session, self._say)

    @Slot(str)
    def choose(self, way: str) -> None:
        self._post(WayChosen(Way(way)))

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
    def cardName(self) -> str:
        return self._props.card_name

    @Property(str, notify=changed)
    def cardLine(self) -> str:
        return self._props.card_line

    @Property(str, notify=changed)
    def witnessName(self) -> str:
        return self._props.witness_name

    @Property(str, notify=changed)
    def witnessLine(self) -> str:
        return self._props.witness_line
