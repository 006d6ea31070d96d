"""What the keyboard shows, derived from the text being typed and what the engines make of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from PySide6.QtCore import Property, QObject, QPointF, Signal, Slot
from PySide6.QtQml import QmlElement

from ui.input.candidate_pages import Cell, Grid, lay_out
from ui.input.handwriting import HandwritingMissing, HandwritingRecogniser
from ui.input.pinyin import SEPARATOR, Candidate, PinyinDecoder, PinyinMissing
from ui.input.text_entry import ALL_MODES, Mode, TextEntry

QML_IMPORT_NAME = "Hall.Input"
QML_IMPORT_MAJOR_VERSION = 1

CANDIDATES: Final = 72
RECOGNISED: Final = 10
WORDS: Final = (
    "delete_one",
    "clear",
    "separator",
    "previous",
    "next",
    "first_page",
    "last_page",
    "no_strokes",
    "undo_stroke",
    "rewrite",
    "capitals",
    "full",
    "pad",
)
"""What stands on keys, each as `input.key.<word>` in the texts."""


class Say(Protocol):
    """A message key to its sentence, as `ui.texts.Texts` does it."""

    def __call__(self, key: str, /, **values: object) -> str: ...


@dataclass(frozen=True, slots=True)
class TextKeyboardProps:
    """All that the keyboard binds to; swapped whole, before anyone is told."""

    text: str
    letters: str
    mode: Mode
    modes: tuple[Mode, ...]
    hint: str
    cells: tuple[Cell, ...]
    has_previous: bool
    has_next: bool
    room: int
    strokes: int
    capitals: bool


def derive_text_keyboard(
    entry: TextEntry, modes: Sequence[Mode], candidates: Sequence[Candidate], grid: Grid, say: Say
) -> TextKeyboardProps:
    pages = lay_out([candidate.text for candidate in candidates], grid)
    page = min(entry.page, max(0, len(pages) - 1))
    return TextKeyboardProps(
        text=entry.text,
        letters=entry.letters,
        mode=entry.mode,
        modes=tuple(modes),
        hint="" if pages else _hint(entry, say),
        cells=pages[page] if pages else (),
        has_previous=page > 0,
        has_next=page + 1 < len(pages),
        room=entry.room,
        strokes=len(entry.strokes),
        capitals=entry.capitals,
    )


def _hint(entry: TextEntry, say: Say) -> str:
    """What to do now, in the place of candidates; modes without candidates have no such place."""
    if entry.mode not in (Mode.PINYIN, Mode.HANDWRITING):
        return ""
    if entry.room < 1:
        return say("input.full", length=entry.max_length)
    if entry.letters:
        return say("input.no_syllable")
    if entry.strokes:
        return say("input.not_recognised")
    return say(f"input.hint.{entry.mode.value}")


@QmlElement
class TextKeyboardViewModel(QObject):
    """One keyboard; `begin` points it at a field, `forget` ends a citizen's session."""

    changed = Signal()
    tabsChanged = Signal()
    wordsChanged = Signal()
    cellsChanged = Signal()
    edited = Signal(str)

    def __init__(
        self,
        decoder: PinyinDecoder,
        recogniser: HandwritingRecogniser,
        say: Say,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._decoder = decoder
        self._recogniser = recogniser
        self._say = say
        self._grid = Grid(columns=6, rows=2, characters_per_cell=3)
        self._modes: tuple[Mode, ...] = (Mode.DIGITS,)
        self._entry = TextEntry("", 0, Mode.DIGITS)
        self._candidates: tuple[Candidate, ...] = ()
        self._props = self._derived()

    # What a page does

    def begin(self, text: str = "", *, max_length: int, modes: Iterable[Mode] = ALL_MODES) -> None:
        """Types into a field of at most `max_length` characters, in the first of `modes` that this machine has."""
        self._modes = tuple(mode for mode in modes if self._works(mode)) or (Mode.DIGITS,)
        self._entry = TextEntry(text[:max_length], max_length, self._modes[0])
        self._candidates = ()
        self._swap()

    def speak(self, say: Say) -> None:
        """Shows another language from now on; nothing that was typed is lost."""
        self._say = say
        self.wordsChanged.emit()
        self.tabsChanged.emit()
        self._swap()

    def forget(self) -> None:
        """Drops everything typed and both engines' memory; `begin` starts anew."""
        self._decoder.forget()
        self._recogniser.close()
        self._candidates = ()
        self._entry = TextEntry("", 0, self._modes[0])
        self._swap()

    # What a finger does

    @Slot(str)
    def chooseMode(self, mode: str) -> None:
        if Mode(mode) in self._modes:
            self._move(self._entry.in_mode(Mode(mode)))

    @Slot(str)
    def pressKey(self, characters: str) -> None:
        if self._entry.mode is Mode.PINYIN:
            self._move(self._entry.with_letter(characters))
        else:
            self._move(self._entry.with_character(characters.upper() if self._entry.capitals else characters))

    @Slot()
    def separate(self) -> None:
        self._move(self._entry.with_letter(SEPARATOR))

    @Slot()
    def toggleCapitals(self) -> None:
        self._move(replace(self._entry, capitals=not self._entry.capitals))

    @Slot(int)
    def choose(self, index: int) -> None:
        if 0 <= index < len(self._candidates):
            self._move(self._entry.with_chosen(self._candidates[index]))

    @Slot()
    def deleteOne(self) -> None:
        self._move(self._entry.without_last())

    @Slot()
    def clear(self) -> None:
        self._move(self._entry.cleared())

    @Slot()
    def previousPage(self) -> None:
        if self._props.has_previous:
            self._move(replace(self._entry, page=self._entry.page - 1))

    @Slot()
    def nextPage(self) -> None:
        if self._props.has_next:
            self._move(replace(self._entry, page=self._entry.page + 1))

    @Slot("QVariantList")
    def addStroke(self, points: list[QPointF]) -> None:
        self._move(self._entry.with_stroke(tuple((round(point.x()), round(point.y())) for point in points)))

    @Slot()
    def undoStroke(self) -> None:
        self._move(self._entry.without_last_stroke())

    @Slot()
    def eraseStrokes(self) -> None:
        self._move(self._entry.without_strokes())

    @Slot(int, int, int)
    def arrange(self, columns: int, rows: int, charactersPerCell: int) -> None:
        """The cells that fit on the glass; the keyboard's layout calls it."""
        self._grid = Grid(max(1, columns), max(1, rows), max(1, charactersPerCell))
        self._entry = replace(self._entry, page=0)
        self._swap()

    # What the keyboard binds to

    @Property(str, notify=changed)
    def text(self) -> str:
        return self._props.text

    @Property(str, notify=changed)
    def letters(self) -> str:
        """Letters that are no text yet; a page that goes on now would lose them."""
        return self._props.letters

    @Property(str, notify=changed)
    def mode(self) -> str:
        return self._props.mode

    @Property("QVariantList", notify=tabsChanged)  # type: ignore[arg-type]
    def tabs(self) -> list[dict[str, str]]:
        return [{"mode": mode.value, "label": self._say(f"input.tab.{mode.value}")} for mode in self._props.modes]

    @Property("QVariantList", notify=cellsChanged)  # type: ignore[arg-type]
    def cells(self) -> list[dict[str, object]]:
        return [
            {"index": cell.index, "text": cell.text, "row": cell.row, "column": cell.column, "span": cell.span}
            for cell in self._props.cells
        ]

    @Property(str, notify=changed)
    def hint(self) -> str:
        return self._props.hint

    @Property(bool, notify=changed)
    def hasPrevious(self) -> bool:
        return self._props.has_previous

    @Property(bool, notify=changed)
    def hasNext(self) -> bool:
        return self._props.has_next

    @Property(int, notify=changed)
    def room(self) -> int:
        return self._props.room

    @Property(int, notify=changed)
    def strokes(self) -> int:
        return self._props.strokes

    @Property(bool, notify=changed)
    def capitals(self) -> bool:
        return self._props.capitals

    @Property("QVariantMap", notify=wordsChanged)  # type: ignore[arg-type]
    def words(self) -> dict[str, str]:
        return {word: self._say(f"input.key.{word}") for word in WORDS}

    # Inside

    def _works(self, mode: Mode) -> bool:
        match mode:
            case Mode.PINYIN:
                return self._decoder.missing() is None
            case Mode.HANDWRITING:
                return self._recogniser.missing() is None
            case Mode.DIGITS | Mode.LATIN:
                return True

    def _move(self, entry: TextEntry) -> None:
        if entry == self._entry:
            return
        if entry.letters != self._entry.letters or entry.strokes != self._entry.strokes:
            self._candidates = self._candidates_for(entry)
        self._entry = entry
        self._swap()

    def _candidates_for(self, entry: TextEntry) -> tuple[Candidate, ...]:
        if entry.letters:
            decoded = self._decoder.candidates(entry.letters, limit=CANDIDATES)
            found = () if isinstance(decoded, PinyinMissing) else decoded
        else:
            recognised = self._recogniser.recognise(entry.strokes, limit=RECOGNISED)
            characters = () if isinstance(recognised, HandwritingMissing) else recognised
            found = tuple(Candidate(character, 0) for character in characters)
        return tuple(candidate for candidate in found if len(candidate.text) <= entry.room)

    def _derived(self) -> TextKeyboardProps:
        return derive_text_keyboard(self._entry, self._modes, self._candidates, self._grid, self._say)

    def _swap(self) -> None:
        props, before = self._derived(), self._props
        if props != before:
            self._props = props
            self.changed.emit()
            if props.modes != before.modes:
                self.tabsChanged.emit()
            if props.cells != before.cells:
                self.cellsChanged.emit()
            if props.text != before.text:
                self.edited.emit(props.text)
