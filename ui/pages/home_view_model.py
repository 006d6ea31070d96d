"""What can be done here, item by item, and whether a slip can be printed now."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.availability import fault_of, why_not_now
from kiosk.case import Case
from kiosk.faults import PAPER_OUT
from kiosk.items import Item
from kiosk.journeys.events import Event, ItemChosen, WentBack
from kiosk.journeys.pages import Home
from kiosk.session import Session
from ui.delivery import offline_line
from ui.pages.card_panel import kind_of_cards
from ui.pages.page_view_model import PageViewModel
from ui.place import Place
from ui.rows import Rows
from ui.texts import Texts

QML_IMPORT_NAME = "Hall.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class ItemRow:
    """`line`: what it takes and what to bring, or why it cannot be done now."""

    item_id: str
    name: str
    line: str
    available: bool = True


@dataclass(frozen=True, slots=True)
class HomeProps:
    """All that the page binds to; swapped whole, before anyone is told."""

    heading: str = ""
    lead: str = ""
    notice: str = ""
    offline: str = ""
    way: str = ""
    way_card: str = ""
    way_answer: str = ""
    way_camera: str = ""
    way_sign: str = ""
    items: tuple[ItemRow, ...] = ()


def derive_home(page: Home, session: Session, place: Place, say: Texts) -> HomeProps:
    return HomeProps(
        heading=say("home.heading.large" if session.large else "home.heading"),
        lead=say("home.lead"),
        notice=_notice(session, say),
        offline=offline_line(session.delivery, say),
        way=say("home.way"),
        way_card=say(f"home.way.card{kind_of_cards(session.devices)}"),
        way_answer=say("home.way.answer"),
        way_camera=say("home.way.camera"),
        way_sign=say("home.way.sign"),
        items=tuple(_row(item, page, session, say) for item in place.catalogue.items),
    )


def _row(item: Item, page: Home, session: Session, say: Texts) -> ItemRow:
    case = page.case if page.case and page.case.item == item else None
    if fault := why_not_now(item, session.devices, case):
        why = say(f"fault.{fault.code}").partition("，")[0]
        return ItemRow(item.id, item.called, say("home.not_now", why=why), available=False)
    return ItemRow(item.id, item.called, _line(item, case, say))


def _line(item: Item, case: Case | None, say: Texts) -> str:
    if case:
        return say("home.begun")
    papers = (say("home.identity_card"), *(material.name for material in item.materials if not material.later))
    return say("home.item", minutes=item.minutes, papers="、".join(papers))


def _notice(session: Session, say: Texts) -> str:
    fault = fault_of(session.devices.receipt_printer)
    if fault is None:
        return ""
    return say("home.paper_out") if fault == PAPER_OUT else say("home.no_slip", why=say(f"fault.{fault.code}"))


@QmlElement
@QmlUncreatable("belongs to the shell")
class HomeViewModel(PageViewModel):
    changed = Signal()
    _props = HomeProps()

    def __init__(self, place: Place, say: Texts, post: Callable[[Event], None], parent: QObject | None = None) -> None:
        super().__init__(place, say, post, parent)
        self._items = Rows(ItemRow, self)

    def _derive(self, page: Home, session: Session) -> HomeProps:
        return derive_home(page, session, self._place, self._say)

    def _swap_rows(self) -> None:
        self._items.swap(self._props.items)

    @Slot()
    def goBack(self) -> None:
        self._post(WentBack())

    @Slot(str)
    def choose(self, item_id: str) -> None:
        self._post(ItemChosen(item_id))

    @Property(str, notify=changed)
    def heading(self) -> str:
        return self._props.heading

    @Property(str, notify=changed)
    def lead(self) -> str:
        return self._props.lead

    @Property(str, notify=changed)
    def notice(self) -> str:
        return self._props.notice

    @Property(str, notify=changed)
    def offline(self) -> str:
        return self._props.offline

    @Property(str, notify=changed)
    def way(self) -> str:
        return self._props.way

    @Property(str, notify=changed)
    def wayCard(self) -> str:
        return self._props.way_card

    @Property(str, notify=changed)
    def wayAnswer(self) -> str:
        return self._props.way_answer

    @Property(str, notify=changed)
    def wayCamera(self) -> str:
        return self._props.way_camera

    @Property(str, notify=changed)
    def waySign(self) -> str:
        return self._props.way_sign

    @Property(QObject, constant=True)
    def items(self) -> QObject:
        return self._items
