"""What an item asks for and gives, and whether one can begin now."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.availability import Devices, why_not_now
from kiosk.faults import Fault
from kiosk.items import Fact, Item, Material
from kiosk.journeys.events import ApplicationBegun, Event, PagesPrintAsked, WentBack
from kiosk.journeys.pages import ReadingGuide
from kiosk.session import Session
from ui.pages.card_panel import kind_of_cards
from ui.pages.page_view_model import PageViewModel
from ui.pages.printing_view_model import why_no_pages
from ui.place import Place
from ui.rows import Rows
from ui.texts import Texts

QML_IMPORT_NAME = "Hall.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


# Drawings of papers that many items ask for; any other is shown as a paper.
ROOM_OF_BUTTON = 15  # characters under its label
COUNTED = "零一两三四五六七八九十"


@dataclass(frozen=True, slots=True)
class GuideLine:
    """`pending`: what a department still has to confirm."""

    text: str
    note: str = ""
    icon: str = ""
    strong: bool = False
    pending: str = ""


@dataclass(frozen=True, slots=True)
class GuideSection:
    label: str
    lines: tuple[GuideLine, ...]


@dataclass(frozen=True, slots=True)
class GuideProps:
    """Bound to by the page, swapped whole. `needs`: who may apply and what to bring; `terms`: time, fee, result."""

    heading: str = ""
    offline: str = ""
    start: str = ""
    start_reason: str = ""
    pages_label: str = ""
    pages_blocked: str = ""
    previous: str = ""
    next: str = ""
    first: str = ""
    last: str = ""
    needs: tuple[GuideSection, ...] = ()
    terms: tuple[GuideSection, ...] = ()
    basis: tuple[GuideSection, ...] = ()


def derive_guide(page: ReadingGuide, session: Session, place: Place, say: Texts) -> GuideProps:
    item, lacking = page.item, why_not_now(page.item, session.devices, page.case)
    pages_blocked = why_no_pages(session, say)
    return GuideProps(
        heading=say("guide.heading.begun" if page.case else "guide.heading"),
        offline=say("delivery.offline.slip") if session.delivery.offline else "",
        start=say("guide.continue" if page.case else "guide.start"),
        start_reason=_reason(lacking, say, large=session.large) if lacking else "",
        pages_label=say("printing.ask.guide") if pages_blocked is not None else "",
        pages_blocked=pages_blocked or "",
        previous=say("guide.previous"),
        next=say("guide.next"),
        first=say("guide.first"),
        last=say("guide.last"),
        needs=(
            GuideSection(say("guide.who"), tuple(map(GuideLine, item.guide.who))),
            GuideSection(say("guide.bring"), _bring(item, session.devices, say)),
        ),
        terms=(
            GuideSection(say("guide.time"), _time(item, say)),
            GuideSection(say("guide.fee"), (_fact(item.guide.fee, say),)),
            GuideSection(say("guide.result"), (_fact(item.guide.result, say),)),
        ),
        basis=(GuideSection(say("guide.basis"), (_citation(item.guide.basis, say),)),),
    )


def _reason(fault: Fault, say: Texts, *, large: bool) -> str:
    """A button has room for what is wrong, and for what happens next only where that is short."""
    sentence = say(f"fault.{fault.code}")
    return sentence.partition("，")[0] if large or len(sentence) > ROOM_OF_BUTTON else sentence


def _bring(item: Item, devices: Devices, say: Texts) -> tuple[GuideLine, ...]:
    if not item.materials:
        return (GuideLine(say(f"guide.bring.card_only{kind_of_cards(devices)}"), strong=True),)
    count = len(item.materials)
    lead = say("guide.bring.more", count=COUNTED[count] if count < len(COUNTED) else f" {count} ")
    return (GuideLine(lead), *(_material(material, say) for material in item.materials))


def _material(material: Material, say: Texts) -> GuideLine:
    if material.later:
        note = say("guide.bring.later")
    else:
        note = say("guide.bring.pages", pages=say("guide.bring.and").join(material.pages))
    return GuideLine(material.name, note, material.icon, strong=True)


def _time(item: Item, say: Texts) -> tuple[GuideLine, ...]:
    here = GuideLine(say("guide.time.here", minutes=item.minutes))
    days = item.guide.promised_days
    if days.confirmed and days.value:
        return here, GuideLine(say("guide.time.promised", days=days.value))
    return here, GuideLine(say("guide.time.unknown"), pending=say("guide.pending"))


def _fact(fact: Fact, say: Texts) -> GuideLine:
    return GuideLine(fact.value, pending="" if fact.confirmed and fact.value else say("guide.pending"))


def _citation(basis: Fact, say: Texts) -> GuideLine:
    """The article on a line of its own, after the law's name."""
    line = _fact(basis, say)
    return replace(line, text=line.text.replace("》第", "》\n第"))


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section as a row of a model: its lines are maps that QML can read."""

    label: str
    lines: tuple[dict[str, object], ...]


def _row(section: GuideSection) -> SectionRow:
    return SectionRow(section.label, tuple(map(asdict, section.lines)))


@QmlElement
@QmlUncreatable("belongs to the shell")
class GuideViewModel(PageViewModel):
    changed = Signal()
    _props = GuideProps()

    def __init__(self, place: Place, say: Texts, post: Callable[[Event], None], parent: QObject | None = None) -> None:
        super().__init__(place, say, post, parent)
        self._needs = Rows(SectionRow, self)
        self._terms = Rows(SectionRow, self)
        self._basis = Rows(SectionRow, self)

    def _derive(self, page: ReadingGuide, session: Session) -> GuideProps:
        return derive_guide(page, session, self._place, self._say)

    def _swap_rows(self) -> None:
        self._needs.swap(tuple(map(_row, self._props.needs)))
        self._terms.swap(tuple(map(_row, self._props.terms)))
        self._basis.swap(tuple(map(_row, self._props.basis)))

    @Slot()
    def goBack(self) -> None:
        self._post(WentBack())

    @Slot()
    def begin(self) -> None:
        self._post(ApplicationBegun())

    @Slot()
    def printPages(self) -> None:
        self._post(PagesPrintAsked())

    @Property(str, notify=changed)
    def heading(self) -> str:
        return self._props.heading

    @Property(str, notify=changed)
    def offline(self) -> str:
        return self._props.offline

    @Property(str, notify=changed)
    def start(self) -> str:
        return self._props.start

    @Property(str, notify=changed)
    def startReason(self) -> str:
        return self._props.start_reason

    @Property(str, notify=changed)
    def pagesLabel(self) -> str:
        """Empty where there is no printer for sheets of A4."""
        return self._props.pages_label

    @Property(str, notify=changed)
    def pagesBlocked(self) -> str:
        return self._props.pages_blocked

    @Property(str, notify=changed)
    def previous(self) -> str:
        return self._props.previous

    @Property(str, notify=changed)
    def next(self) -> str:
        return self._props.next

    @Property(str, notify=changed)
    def first(self) -> str:
        return self._props.first

    @Property(str, notify=changed)
    def last(self) -> str:
        return self._props.last

    @Property(QObject, constant=True)
    def needs(self) -> QObject:
        return self._needs

    @Property(QObject, constant=True)
    def terms(self) -> QObject:
        return self._terms

    @Property(QObject, constant=True)
    def basis(self) -> QObject:
        return self._basis
