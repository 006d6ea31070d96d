"""On which line of a TOML text each key and each element stands, which `tomllib` does not tell."""

import re
import tomllib
from bisect import bisect_right

Place = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_KEY = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|[A-Za-z0-9_-]+')
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'',
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\r\n]+")


def toml_lines(text: str) -> dict[Place, int]:
    """The line, from 1, of each place: keys and indices from the root. `text` must be valid TOML."""
    return _Reading(text).all_of_it()


class _Reading:
    """One pass over a text. It need not judge it: `tomllib` has."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._ends = [found.start() for found in re.finditer("\n", text)]
        self._lines: dict[Place, int] = {}
        self._last_table: dict[Place, int] = {}  # of an array of tables

    def all_of_it(self) -> dict[Place, int]:
        table: Place = ()
        while self._skip(_BLANK) < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._entry(table)
        return self._lines

    def _header(self) -> Place:
        of_array = self._text.startswith("[[", self._at)
        self._at += 2 if of_array else 1
        line, *keys = self._line(), *self._keys()
        place: Place = ()
        for key in keys[:-1]:
            place = self._newest((*place, str(key)))
        place = (*place, str(keys[-1]))
        if of_array:
            self._last_table[place] = self._last_table.get(place, -1) + 1
            self._note(place, line)
        place = self._newest(place)
        self._note(place, line)
        self._at += 2 if of_array else 1
        return place

    def _newest(self, place: Place) -> Place:
        return (*place, self._last_table[place]) if place in self._last_table else place

    def _entry(self, table: Place) -> None:
        line = self._line()
        place = (*table, *self._keys())
        self._note(place, line)
        self._at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(place)

    def _value(self, place: Place) -> None:
        match self._text[self._at]:
            case '"' | "'":
                self._skip(_STRING)
            case "[":
                self._elements(place, "]")
            case "{":
                self._elements(place, "}")
            case _:
                self._skip(_SCALAR)

    def _elements(self, place: Place, end: str) -> None:
        self._at += 1
        index = 0
        while self._text[self._skip(_BLANK)] != end:
            if self._text[self._at] == ",":
                self._at += 1
                continue
            if end == "}":
                self._entry(place)
            else:
                self._note((*place, index), self._line())
                self._value((*place, index))
                index += 1
        self._at += 1

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip(_SPACE)
            start = self._at
            written = self._text[start : self._skip(_KEY)]
            keys.append(tomllib.loads(f"key = {written}")["key"] if written[0] in "\"'" else written)
            if self._text[self._skip(_SPACE)] != ".":
                return keys
            self._at += 1

    def _note(self, place: Place, line: int) -> None:
        for length in range(1, len(place) + 1):
            self._lines.setdefault(place[:length], line)

    def _line(self) -> int:
        return bisect_right(self._ends, self._at - 1) + 1

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self._text, self._at)
        if found is not None:
            self._at = found.end()
        return self._at
