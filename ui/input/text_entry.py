"""What is being typed into one field: pure transitions from touch to touch. No Qt, no engine."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from ui.input.handwriting import MAX_STROKES, Stroke
from ui.input.pinyin import MAX_LETTERS, SEPARATOR, Candidate


class Mode(StrEnum):
    """A tab of the keyboard."""

    PINYIN = "pinyin"
    HANDWRITING = "handwriting"
    DIGITS = "digits"
    LATIN = "latin"


ALL_MODES: Final = tuple(Mode)


@dataclass(frozen=True, slots=True)
class TextEntry:
    """The text so far, the letters or strokes that are no text yet, and the page of candidates in view."""

    text: str
    max_length: int
    mode: Mode
    letters: str = ""
    strokes: tuple[Stroke, ...] = ()
    page: int = 0
    capitals: bool = False

    @property
    def room(self) -> int:
        """How many characters may still be added."""
        return self.max_length - len(self.text)

    def in_mode(self, mode: Mode) -> "TextEntry":
        return replace(self, mode=mode, letters="", strokes=(), page=0, capitals=False)

    def with_letter(self, letter: str) -> "TextEntry":
        """A Pinyin letter more, or a separator; ignored when it cannot become anything."""
        if self.room < 1 or len(self.letters) >= MAX_LETTERS:
            return self
        if letter == SEPARATOR and (not self.letters or self.letters.endswith(SEPARATOR)):
            return self
        return replace(self, letters=self.letters + letter, page=0)

    def with_character(self, characters: str) -> "TextEntry":
        """Characters that need no candidates; ignored when they do not fit."""
        if len(characters) > self.room:
            return self
        return replace(self, text=self.text + characters)

    def with_chosen(self, candidate: Candidate) -> "TextEntry":
        """The candidate becomes text; letters that it does not use stay to go on with."""
        if len(candidate.text) > self.room:
            return self
        rest = self.letters[candidate.letters_used :].lstrip(SEPARATOR)
        return replace(self, text=self.text + candidate.text, letters=rest, strokes=(), page=0)

    def with_stroke(self, stroke: Stroke) -> "TextEntry":
        if self.room < 1 or not stroke or len(self.strokes) >= MAX_STROKES:
            return self
        return replace(self, strokes=(*self.strokes, stroke), page=0)

    def without_last_stroke(self) -> "TextEntry":
        return replace(self, strokes=self.strokes[:-1], page=0)

    def without_strokes(self) -> "TextEntry":
        return replace(self, strokes=(), page=0)

    def without_last(self) -> "TextEntry":
        """One letter less while letters stand there, else one character of the text."""
        if self.letters:
            return replace(self, letters=self.letters[:-1], page=0)
        return replace(self, text=self.text[:-1])

    def cleared(self) -> "TextEntry":
        return replace(self, text="", letters="", strokes=(), page=0)
