"""What to take along, once the visit is over."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.journeys.events import Awakened, Event
from kiosk.journeys.pages import Goodbye
from kiosk.session import Session
from ui.pages.card_panel import kind_of_cards
from ui.pages.page_view_model import PageViewModel
from ui.place import Place
from ui.rows import Rows
from ui.texts import Texts

QML_IMPORT_NAME = "Hall.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class TakeRow:
    """A thing that may still lie somewhere on the terminal."""

    name: str
    where: str
    icon: str


@dataclass(frozen=True, slots=True)
class GoodbyeProps:
    """All that the page binds to; swapped whole, before anyone is told."""

    heading: str = ""
    lead: str = ""
    submitted: bool = False
    cleared: str = ""
    more: str = ""
    things: tuple[TakeRow, ...] = ()


def derive_goodbye(page: Goodbye, session: Session, place: Place, say: Texts) -> GoodbyeProps:
    either = kind_of_cards(session.devices)
    things = [(f"card{either}", "card"), ("papers", "book")]
    if page.slip_printed:
        things.append(("slip", "printer"))
    cleared = ".submitted" if page.submitted else ".uncertain" if page.uncertain else ""
    return GoodbyeProps(
        heading=say("goodbye.heading.submitted" if page.submitted else "goodbye.heading.left"),
        lead=say("goodbye.lead"),
        submitted=page.submitted,
        cleared=say(f"goodbye.cleared{cleared}"),
        more=say("goodbye.more"),
        things=tuple(TakeRow(say(f"goodbye.{key}"), say(f"goodbye.{key}.where"), icon) for key, icon in things),
    )


@QmlElement
@QmlUncreatable("belongs to the shell")
class GoodbyeViewModel(PageViewModel):
    changed = Signal()
    _props = GoodbyeProps()

    def __init__(self, place: Place, say: Texts, post: Callable[[Event], None], parent: QObject | None = None) -> None:
        super().__init__(place, say, post, parent)
        self._things = Rows(TakeRow, self)

    def _derive(self, page: Goodbye, session: Session) -> GoodbyeProps:
        return derive_goodbye(page, session, self._place, self._say)

    def _swap_rows(self) -> None:
        self._things.swap(self._props.things)

    @Slot()
    def startAgain(self) -> None:
        self._post(Awakened())

    @Property(str, notify=changed)
    def heading(self) -> str:
        return self._props.heading

    @Property(str, notify=changed)
    def lead(self) -> str:
        return self._props.lead

    @Property(bool, notify=changed)
    def submitted(self) -> bool:
        return self._props.submitted

    @Property(str, notify=changed)
    def cleared(self) -> str:
        return self._props.cleared

    @Property(str, notify=changed)
    def more(self) -> str:
        return self._props.more

    @Property(QObject, constant=True)
    def things(self) -> QObject:
        return self._things
