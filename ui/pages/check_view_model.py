"""What the check page shows: every answer and every material, page by page, and what exactly somebody then signs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.answers import value_of
from kiosk.case import Case, width_em
from kiosk.composing import Shown
from kiosk.items import Field, Material
from kiosk.journeys.events import AnswersConfirmed, ChangeAsked, Event, PapersAsked, WentBack
from kiosk.journeys.pages import Checking
from kiosk.session import Session
from ui.pages.answers import source_of
from ui.pages.page_view_model import PageViewModel
from ui.place import Place
from ui.rows import Rows
from ui.texts import Texts

QML_IMPORT_NAME = "Hall.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

ROWS_IN_LARGE = 3
ACTION_EM, TWO_ACTIONS_EM = 5, 8


@dataclass(frozen=True, slots=True)
class CheckRow:
    """An answer, or how a material stands. `covered` is empty where nothing is to be covered.

    `change` is what one can do about it, in words; `height` how many rows it takes.
    """

    row_id: str
    is_material: bool
    label: str
    value: str
    covered: str = ""
    source: str = ""
    change: str = ""
    tone: str = ""
    height: int = 1


@dataclass(frozen=True, slots=True)
class Room:
    """How many rows fit on a page, without and with the two buttons that turn pages, and how wide a value is in em.

    A value of more than `lines` lines takes the room of two rows.
    """

    alone: int = 9
    paged: int = 8
    value_em: int = 16
    lines: int = 2


@dataclass(frozen=True, slots=True)
class CheckProps:
    heading: str = ""
    materials_heading: str = ""
    answers: tuple[CheckRow, ...] = ()
    materials: tuple[CheckRow, ...] = ()
    note: str = ""
    page: int = 0
    pages: int = 1
    pages_text: str = ""
    pages_short: str = ""
    first_reason: str = ""
    last_reason: str = ""
    confirm_label: str = ""
    blocked: str = ""


def rows_of(case: Case, say: Texts, *, value_em: int = 16, lines_in_row: int = 2) -> tuple[CheckRow, ...]:
    """All rows in order: the answers, then the materials."""
    answers = tuple(
        _answer_row(case, field, say, value_em, lines_in_row) for field in case.fields if case.answer(field)
    )
    return (*answers, *(_material_row(case, material, say) for material in case.item.materials))


def _answer_row(case: Case, field: Field, say: Texts, value_em: int, lines_in_row: int) -> CheckRow:
    value = value_of(case, field)
    actions = (1 if field.ask else 0) + (1 if field.masked else 0)
    room_em = value_em - (0, ACTION_EM, TWO_ACTIONS_EM)[actions]
    lines = ceil(width_em(value) / max(1, room_em))
    return CheckRow(
        row_id=field.id,
        is_material=False,
        label=field.label,
        value=value,
        covered=value_of(case, field, cover=True) if field.masked else "",
        source=source_of(case, field, say) if field.card else "",
        change=say("check.change") if field.ask else "",
        height=1 if lines <= lines_in_row else 2,
    )


def _material_row(case: Case, material: Material, say: Texts) -> CheckRow:
    taken = len(case.pages_of(material))
    if taken:
        status, change, tone = say("check.taken", count=taken), say("check.look"), "good"
    elif material.later:
        status, change, tone = say("check.later"), say("check.take"), "attention"
    else:
        status, change, tone = say("check.missing"), say("check.take"), "fault"
    return CheckRow(material.id, True, material.name, status, change=change, tone=tone)


def note_of(case: Case, say: Texts) -> str:
    """A promise only where the department has confirmed one."""
    days = case.item.guide.promised_days
    if days.confirmed and days.value:
        return say("check.note.days", days=days.value)
    return say("check.note")


def materials_heading_of(case: Case, say: Texts) -> str:
    count = len(case.item.materials)
    return say("check.materials", count=count) if count else ""


def shown_of(case: Case, say: Texts) -> Shown:
    """Every sentence of the check page over all its pages, with nothing covered, without its buttons."""
    rows = rows_of(case, say)
    answers = tuple(
        (row.label, row.value, *((row.source,) if row.source else ())) for row in rows if not row.is_material
    )
    materials = tuple((row.label, row.value) for row in rows if row.is_material)
    heading = materials_heading_of(case, say)
    return Shown(
        ((say("check.heading"),), *answers, *(((heading,),) if heading else ()), *materials, (note_of(case, say),)),
        say.version,
    )


def paged(rows: Sequence[CheckRow], room: Room) -> tuple[tuple[CheckRow, ...], ...]:
    """Rows page by page; the heading of the materials takes the room of a row."""
    if _height(rows) <= room.alone:
        return (tuple(rows),)
    pages: list[tuple[CheckRow, ...]] = [()]
    for row in rows:
        if pages[-1] and _height((*pages[-1], row)) > room.paged:
            pages.append(())
        pages[-1] = (*pages[-1], row)
    return tuple(pages)


def _height(rows: Sequence[CheckRow]) -> int:
    answers = any(not row.is_material for row in rows)
    materials = any(row.is_material for row in rows)
    return sum(row.height for row in rows) + (1 if answers and materials else 0)


def derive_check(
    page: Checking, session: Session, place: Place, say: Texts, *, room: Room, at: int, seen: frozenset[int]
) -> CheckProps:
    """Page `at` of the rows; what nobody has seen yet cannot be confirmed."""
    case = page.case
    rooms = (
        replace(room, alone=min(room.alone, ROWS_IN_LARGE), paged=min(room.paged, ROWS_IN_LARGE))
        if session.large
        else room
    )
    pages = paged(rows_of(case, say, value_em=room.value_em, lines_in_row=room.lines), rooms)
    at = min(at, len(pages) - 1)
    unseen = len(pages) - len(seen | {at})
    materials = tuple(row for row in pages[at] if row.is_material)
    return CheckProps(
        heading=say("check.heading"),
        materials_heading=materials_heading_of(case, say) if materials else "",
        answers=tuple(row for row in pages[at] if not row.is_material),
        materials=materials,
        note=note_of(case, say) if at == len(pages) - 1 else "",
        page=at,
        pages=len(pages),
        pages_text=say("check.page", page=at + 1, pages=len(pages)),
        pages_short=say("check.page.short", page=at + 1, pages=len(pages)),
        first_reason="" if at else say("check.first"),
        last_reason=say("check.last") if at == len(pages) - 1 else "",
        confirm_label=say("check.confirm"),
        blocked=say("check.unseen", count=unseen) if unseen else "",
    )


@QmlElement
@QmlUncreatable("The shell creates it")
class CheckViewModel(PageViewModel):
    changed = Signal()
    _props = CheckProps()

    def __init__(self, place: Place, say: Texts, post: Callable[[Event], None], parent: QObject | None = None) -> None:
        super().__init__(place, say, post, parent)
        self._shown: tuple[Checking, Session] | None = None
        self._room = Room()
        self._at = 0
        self._seen: frozenset[int] = frozenset()
        self._answers = Rows(CheckRow, self)
        self._materials = Rows(CheckRow, self)

    def show(self, page: Checking, session: Session) -> None:
        before = self._shown
        self._shown = (page, session)
        if before is None or before[0] != page or before[1].large != session.large:
            self._turn_to(0, seen=frozenset())
        else:
            super().show(page, session)

    def leave(self) -> None:
        self._shown = None
        super().leave()

    def _turn_to(self, at: int, *, seen: frozenset[int]) -> None:
        self._at, self._seen = at, seen | {at}
        if self._shown:
            super().show(*self._shown)

    def _derive(self, page: Checking, session: Session) -> CheckProps:
        return derive_check(page, session, self._place, self._say, room=self._room, at=self._at, seen=self._seen)

    def _swap_rows(self) -> None:
        self._answers.swap(self._props.answers)
        self._materials.swap(self._props.materials)

    # What the layout and a finger do

    @Slot(int, int, int, int)
    def arrange(self, alone: int, paged: int, valueEm: int, lines: int) -> None:
        """How much fits on the glass; see `Room`."""
        room = Room(max(1, alone), max(1, paged), max(1, valueEm), max(1, lines))
        if room != self._room:
            self._room = room
            self._turn_to(0, seen=frozenset())

    @Slot()
    def previousPage(self) -> None:
        if self._props.page > 0:
            self._turn_to(self._props.page - 1, seen=self._seen)

    @Slot()
    def nextPage(self) -> None:
        if self._props.page + 1 < self._props.pages:
            self._turn_to(self._props.page + 1, seen=self._seen)

    @Slot(str)
    def change(self, field_id: str) -> None:
        self._post(ChangeAsked(field_id))

    @Slot(str)
    def papers(self, material_id: str) -> None:
        self._post(PapersAsked(material_id))

    @Slot()
    def confirm(self) -> None:
        if self._shown and not self._props.blocked:
            self._post(AnswersConfirmed(shown_of(self._shown[0].case, self._say)))

    @Slot()
    def goBack(self) -> None:
        self._post(WentBack())

    # What the page binds to

    @Property(str, notify=changed)
    def heading(self) -> str:
        return self._props.heading

    @Property(str, notify=changed)
    def materialsHeading(self) -> str:
        return self._props.materials_heading

    @Property(QObject, constant=True)
    def answers(self) -> QObject:
        return self._answers

    @Property(QObject, constant=True)
    def materials(self) -> QObject:
        return self._materials

    @Property(bool, notify=changed)
    def hasAnswers(self) -> bool:
        return bool(self._props.answers)

    @Property(str, notify=changed)
    def note(self) -> str:
        return self._props.note

    @Property(int, notify=changed)
    def pages(self) -> int:
        return self._props.pages

    @Property(str, notify=changed)
    def pagesText(self) -> str:
        return self._props.pages_text

    @Property(str, notify=changed)
    def pagesShort(self) -> str:
        return self._props.pages_short

    @Property(str, notify=changed)
    def firstReason(self) -> str:
        return self._props.first_reason

    @Property(str, notify=changed)
    def lastReason(self) -> str:
        return self._props.last_reason

    @Property(str, notify=changed)
    def confirmLabel(self) -> str:
        return self._props.confirm_label

    @Property(str, notify=changed)
    def blocked(self) -> str:
        return self._props.blocked

    @Property(str, constant=True)
    def showLabel(self) -> str:
        return self._say("check.show")

    @Property(str, constant=True)
    def previousLabel(self) -> str:
        return self._say("check.previous")

    @Property(str, constant=True)
    def nextLabel(self) -> str:
        return self._say("check.next")
