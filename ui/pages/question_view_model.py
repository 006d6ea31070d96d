"""What a question page shows: one field, what is already known to help, and how its draft stands."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.answers import value_of
from kiosk.case import RESIDENT_NUMBER_LENGTH, problem_with
from kiosk.items import AnswerKind, Field
from kiosk.journeys.events import AnswerEdited, Event, WentBack, WentOn
from kiosk.journeys.pages import Asking
from kiosk.session import Session
from ui.input.text_keyboard_view_model import TextKeyboardViewModel
from ui.pages.answers import from_card, source_of
from ui.pages.page_view_model import PageViewModel
from ui.place import Place
from ui.rows import Rows
from ui.texts import Texts

QML_IMPORT_NAME = "Hall.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class KnownRow:
    """A field that was answered before and helps with this one."""

    label: str
    value: str
    source: str
    from_card: bool


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class QuestionProps:
    """`remaining` says how long the answer is and what is missing; `blocked` why it is no answer yet."""

    kind: AnswerKind = "text"
    heading: str = ""
    lead: str = ""
    label: str = ""
    draft: str = ""
    remaining: str = ""
    blocked: str = ""
    next_label: str = ""
    groups: tuple[int, ...] = ()
    length: int = 0
    error: str = ""
    known: tuple[KnownRow, ...] = ()
    choices: tuple[ChoiceRow, ...] = ()


def derive_question(page: Asking, session: Session, place: Place, say: Texts) -> QuestionProps:
    case = page.case
    field = case.item.field(page.field_id)
    assert field.ask is not None
    problem = problem_with(field, page.draft)
    return QuestionProps(
        kind=field.kind,
        heading=field.ask.heading,
        lead=field.ask.lead,
        label=field.label,
        draft=page.draft,
        remaining=_remaining(field, page.draft, say),
        blocked=say(f"answer.{problem.code}", missing=problem.missing) if problem else "",
        next_label=say("question.next"),
        groups=field.groups or (_longest(field),),
        length=_longest(field),
        error=say(f"answer.{problem.code}") if problem and _typed_out(field, page.draft) else "",
        known=tuple(
            KnownRow(
                known.label, value_of(case, known, cover=True), source_of(case, known, say), from_card(case, known)
            )
            for known in map(case.item.field, field.ask.shows)
            if case.answer(known)
        ),
        choices=tuple(ChoiceRow(c.value, c.label, c.value == page.draft) for c in field.choices),
    )


def _longest(field: Field) -> int:
    match field.kind:
        case "digits":
            return field.digits[1]
        case "identity-number":
            return RESIDENT_NUMBER_LENGTH
        case _:
            return field.max_em


def _typed_out(field: Field, draft: str) -> bool:
    return field.kind in {"digits", "identity-number"} and len(draft) == _longest(field)


def _remaining(field: Field, draft: str, say: Texts) -> str:
    """`11 位数字，还差 2 位`."""
    match field.kind:
        case "choice" | "text":
            return ""
        case "identity-number":
            fewest, most = RESIDENT_NUMBER_LENGTH, RESIDENT_NUMBER_LENGTH
            length = say("question.length.identity_number", length=most)
        case "digits":
            fewest, most = field.digits
            length = (
                say("question.length.exact", length=most)
                if fewest == most
                else say("question.length.between", fewest=fewest, most=most)
            )
    missing = fewest - len(draft)
    return say("question.remaining", length=length, missing=missing) if missing > 0 else length


@QmlElement
@QmlUncreatable("The shell creates it")
class QuestionViewModel(PageViewModel):
    changed = Signal()
    _props = QuestionProps()

    def __init__(
        self,
        place: Place,
        say: Texts,
        post: Callable[[Event], None],
        *,
        keyboard: TextKeyboardViewModel | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(place, say, post, parent)
        self._keyboard = keyboard
        self._asked = ""
        self._known = Rows(KnownRow, self)
        self._choices = Rows(ChoiceRow, self)
        if keyboard:
            keyboard.edited.connect(self._typed)
            keyboard.changed.connect(self.changed)

    def show(self, page: Asking, session: Session) -> None:
        if page.field_id != self._asked:
            self._end_typing()
        begins, self._asked = page.field_id != self._asked, page.field_id
        super().show(page, session)
        if self._keyboard and self._props.kind == "text" and begins:
            self._keyboard.begin(self._props.draft, max_length=self._props.length)

    def leave(self) -> None:
        self._end_typing()
        super().leave()

    def _end_typing(self) -> None:
        """The keyboard forgets what was typed; what it says meanwhile is no answer."""
        asked, self._asked = self._asked, ""
        if self._keyboard and self._props.kind == "text" and asked:
            self._keyboard.forget()

    def _derive(self, page: Asking, session: Session) -> QuestionProps:
        return derive_question(page, session, self._place, self._say)

    def _swap_rows(self) -> None:
        self._known.swap(self._props.known)
        self._choices.swap(self._props.choices)

    # What a finger does

    @Slot(str)
    def pressKey(self, character: str) -> None:
        self._post(AnswerEdited(self._props.draft + character))

    @Slot()
    def deleteOne(self) -> None:
        self._post(AnswerEdited(self._props.draft[:-1]))

    @Slot()
    def clear(self) -> None:
        self._post(AnswerEdited(""))

    @Slot(str)
    def choose(self, value: str) -> None:
        self._post(AnswerEdited(value))

    @Slot()
    def goOn(self) -> None:
        self._post(WentOn())

    @Slot()
    def goBack(self) -> None:
        self._post(WentBack())

    def _typed(self, text: str) -> None:
        if self._asked and text != self._props.draft:
            self._post(AnswerEdited(text))

    # What the page binds to

    @Property(str, notify=changed)
    def kind(self) -> str:
        return self._props.kind

    @Property(str, notify=changed)
    def heading(self) -> str:
        return self._props.heading

    @Property(str, notify=changed)
    def lead(self) -> str:
        return self._props.lead

    @Property(str, notify=changed)
    def label(self) -> str:
        return self._props.label

    @Property(str, notify=changed)
    def draft(self) -> str:
        return self._props.draft

    @Property(str, notify=changed)
    def remaining(self) -> str:
        return self._props.remaining

    @Property(str, notify=changed)
    def blocked(self) -> str:
        """Why one cannot go on yet; letters that are no character yet would be lost."""
        if self._keyboard and self._props.kind == "text" and self._asked and self._keyboard.letters:
            return self._say("question.letters")
        return self._props.blocked

    @Property(str, notify=changed)
    def nextLabel(self) -> str:
        return self._props.next_label

    @Property("QVariantList", notify=changed)
    def groups(self) -> list[int]:
        return list(self._props.groups)

    @Property(int, notify=changed)
    def length(self) -> int:
        return self._props.length

    @Property(str, notify=changed)
    def error(self) -> str:
        """What is wrong with a number that is as long as it can be."""
        return self._props.error

    @Property(str, constant=True)
    def clearLabel(self) -> str:
        return self._say("question.clear")

    @Property(str, constant=True)
    def deleteLabel(self) -> str:
        return self._say("question.delete")

    @Property(QObject, constant=True)
    def known(self) -> QObject:
        return self._known

    @Property(QObject, constant=True)
    def choices(self) -> QObject:
        return self._choices

    @Property(QObject, constant=True)
    def keyboard(self) -> QObject | None:
        return self._keyboard
