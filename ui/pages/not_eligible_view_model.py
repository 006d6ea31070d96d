"""Why the card alone says that this cannot be done, and who can be asked."""

from dataclasses import dataclass

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.journeys.events import WentBack, WentHome
from kiosk.journeys.pages import NotEligible
from kiosk.session import Session
from ui.pages.page_view_model import PageViewModel
from ui.place import Place
from ui.texts import Texts

QML_IMPORT_NAME = "Hall.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class NotEligibleProps:
    """All that the page binds to; swapped whole, before anyone is told."""

    heading: str = ""
    lead: str = ""
    take_card: str = ""
    kept: str = ""
    doubt: str = ""
    ask: str = ""
    home: str = ""


def derive_not_eligible(page: NotEligible, session: Session, place: Place, say: Texts) -> NotEligibleProps:
    return NotEligibleProps(
        heading=say("not_eligible.heading"),
        lead=say("not_eligible.lead", years=page.years, age=page.age),
        take_card=say("not_eligible.card"),
        kept=say("not_eligible.kept"),
        doubt=say("not_eligible.doubt"),
        ask=say("not_eligible.ask", desk=place.hall.desk),
        home=say("not_eligible.home"),
    )


@QmlElement
@QmlUncreatable("belongs to the shell")
class NotEligibleViewModel(PageViewModel):
    changed = Signal()
    _props = NotEligibleProps()

    def _derive(self, page: NotEligible, session: Session) -> NotEligibleProps:
        return derive_not_eligible(page, session, self._place, self._say)

    @Slot()
    def goBack(self) -> None:
        self._post(WentBack())

    @Slot()
    def goHome(self) -> None:
        self._post(WentHome())

    @Property(str, notify=changed)
    def heading(self) -> str:
        return self._props.heading

    @Property(str, notify=changed)
    def lead(self) -> str:
        return self._props.lead

    @Property(str, notify=changed)
    def takeCard(self) -> str:
        return self._props.take_card

    @Property(str, notify=changed)
    def kept(self) -> str:
        return self._props.kept

    @Property(str, notify=changed)
    def doubt(self) -> str:
        return self._props.doubt

    @Property(str, notify=changed)
    def ask(self) -> str:
        return self._props.ask

    @Property(str, notify=changed)
    def home(self) -> str:
        return self._props.home
