"""From the bytes of text to characters: code pages, the Chinese modes, UTF-8, and what `auto` decides.

`auto` is for a printer of which nobody said whether it is Chinese. Until a stream chooses (`ESC t`, `FS &`, `FS .`,
`FS C`, `FS ( C`) the high bytes between two control codes are weighed together:
valid UTF-8 with a sequence of three or four bytes is UTF-8; else valid GB18030 is Chinese when at least half of its
characters are common (GB 2312), it is no line drawing (B0-DF only, with three equal bytes or two of a line), no
chart of a code page (each byte one more than the last), and no lone pair in a Latin word;
everything else is the code page, CP437 as Epson's printers start.
"""

import re
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from hardware_sim.devices import code_pages
from hardware_sim.devices.escpos_commands import DefinedGlyph, Glyph

MOST_WEIGHED = 4096  # bytes of text that are held back to be weighed together
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_DRAWN = re.compile(rb"\xc4\xc4|\xcd\xcd|([\xb0-\xdf])\1\1")
_LONG_UTF_8 = re.compile(rb"[\xe0-\xf4][\x80-\xbf]{2}")


class Chinese(Enum):
    AUTO = "auto"
    ON = "on"
    OFF = "off"


class Mode(Enum):
    """How high bytes are read now."""

    WEIGHED = 0
    PAGE = 1
    GB18030 = 2
    SHIFT_JIS = 3
    JIS = 4
    UTF_8 = 5


@dataclass(slots=True)
class TextCoding:
    """`four_bytes`: it knows GB18030 beyond the two-byte codes. `drawn`: codes that the host drew (`ESC &`)."""

    chinese: Chinese
    four_bytes: bool
    mode: Mode = Mode.PAGE
    page: str | None = "cp437"
    international: int = 0
    kanji: Mode = Mode.GB18030
    drawn: frozenset[int] = frozenset()
    before: int = 0

    def reset(self) -> None:
        start = {Chinese.AUTO: Mode.WEIGHED, Chinese.ON: Mode.GB18030, Chinese.OFF: Mode.PAGE}[self.chinese]
        self.mode, self.page, self.international, self.kanji = start, "cp437", 0, Mode.GB18030
        self.drawn, self.before = frozenset(), 0

    def select_page(self, number: int) -> bool:
        """`ESC t`; false for a number that no printer has."""
        if number not in code_pages.PAGES:
            return False
        self.page = code_pages.PAGES[number]
        if self.mode is Mode.WEIGHED:
            self.mode = Mode.PAGE
        return self.page is not None

    def select_kanji(self, *, on: bool) -> None:
        if self.chinese is not Chinese.OFF:
            self.mode = self.kanji if on else Mode.PAGE

    def select_kanji_code(self, number: int) -> None:
        """`FS C`: 0 JIS, used after `FS &`; 1 and 2 Shift-JIS, used at once."""
        if self.chinese is not Chinese.OFF:
            self.kanji = Mode.SHIFT_JIS if number in (1, 2, 0x31, 0x32) else Mode.JIS
            if self.kanji is Mode.SHIFT_JIS:
                self.mode = Mode.SHIFT_JIS

    def select_utf_8(self, *, on: bool) -> None:
        self.mode = Mode.UTF_8 if on else Mode.PAGE

    def take(self, text: bytes, *, whole: bool) -> tuple[list[Glyph | DefinedGlyph], int]:
        """Characters of `text`, which has no control codes, and how many bytes they were.

        `whole`: a control code follows, nothing will be added. What might go on is left for the next time."""
        used, glyphs = 0, list[Glyph | DefinedGlyph]()
        while used < len(text):
            length, found = self._one(text, used, whole=whole)
            if length == 0:
                break
            glyphs += found
            used += length
            self.before = text[used - 1]
        return glyphs, used

    def end_run(self) -> None:
        self.before = 0

    def _one(self, text: bytes, at: int, *, whole: bool) -> tuple[int, list[Glyph | DefinedGlyph]]:
        first = text[at]
        if first in self.drawn and first < 0x80:
            return 1, [DefinedGlyph(first)]
        if self.mode is Mode.JIS:
            return self._pair(text, at, whole=whole)
        if first < 0x80:
            return 1, [self._single(first)]
        match self.mode:
            case Mode.GB18030 if first > 0x80:
                return self._pair(text, at, whole=whole)
            case Mode.SHIFT_JIS if first in range(0xA1, 0xE0):
                return 1, [Glyph(bytes([first]).decode("cp932"), chinese=False)]
            case Mode.SHIFT_JIS:
                return self._pair(text, at, whole=whole)
            case Mode.UTF_8:
                return self._utf_8(text, at, whole=whole)
            case Mode.WEIGHED:
                if not whole and len(text) - at < MOST_WEIGHED:
                    return 0, []
                return len(text) - at, self.weighed(text[at:])
            case _:
                return 1, [DefinedGlyph(first) if first in self.drawn else self._single(first)]

    def _single(self, octet: int) -> Glyph:
        return Glyph(code_pages.character(octet, self.page, self.international), chinese=False)

    def _pair(self, text: bytes, at: int, *, whole: bool) -> tuple[int, list[Glyph | DefinedGlyph]]:
        pair = text[at : at + 2]
        if len(pair) < 2:
            return (1, [Glyph("\ufffd", chinese=False)]) if whole else (0, [])
        if pair[0] == 0xFE and pair[1] > 0xA0 and self.mode is Mode.GB18030:
            return 2, [DefinedGlyph(0xFE00 | pair[1])]
        if self.four_bytes and self.mode is Mode.GB18030 and 0x30 <= pair[1] <= 0x39:
            if len(text) < at + 4 and not whole:
                return 0, []
            return min(4, len(text) - at), [_wide(text[at : at + 4], "gb18030")]
        if self.mode is Mode.JIS:
            return 2, [_wide(b"\x1b$B" + pair + b"\x1b(B", "iso2022_jp")]
        return 2, [_wide(pair, "gb18030" if self.mode is Mode.GB18030 else "cp932")]

    def _utf_8(self, text: bytes, at: int, *, whole: bool) -> tuple[int, list[Glyph | DefinedGlyph]]:
        length = next((n for n, least in ((4, 0xF0), (3, 0xE0), (2, 0xC0)) if text[at] >= least), 1)
        if len(text) < at + length and not whole:
            return 0, []
        try:
            one = text[at : at + length].decode("utf-8")
        except UnicodeDecodeError:
            return 1, [Glyph("\ufffd", chinese=False)]
        return length, [Glyph(one, chinese=is_wide(one))]

    def weighed(self, text: bytes) -> list[Glyph | DefinedGlyph]:
        """Text that begins with a high byte and is read as a whole."""
        if _LONG_UTF_8.search(text) and _decodes(text, "utf-8"):
            read = [(one, is_wide(one)) for one in text.decode("utf-8")]
        elif self._is_chinese(text):
            read = [(one, True) for one in text.decode("gb18030")]
        else:
            return [self._single(octet) for octet in text]
        return [self._single(ord(one)) if one < "\x80" else Glyph(one, chinese=wide) for one, wide in read]

    def _is_chinese(self, text: bytes) -> bool:
        if not _decodes(text, "gb18030"):
            return False
        beyond = [one for one in text.decode("gb18030") if one >= "\x80"]
        if 2 * sum(_decodes(one, "gb2312") for one in beyond) < len(beyond):
            return False
        high = b"".join(_HIGH_RUN.findall(text))
        if _DRAWN.search(text) and all(0xB0 <= octet <= 0xDF for octet in high):
            return False
        if len(high) > 3 and all(after == before + 1 for before, after in pairwise(high)):
            return False
        return not all(self._is_lone(text, run) for run in _HIGH_RUN.finditer(text))

    def _is_lone(self, text: bytes, run: re.Match[bytes]) -> bool:
        """A pair of high bytes that stands inside a Latin word."""
        before = text[run.start() - 1] if run.start() else self.before
        after = text[run.end()] if run.end() < len(text) else 0
        return run.end() - run.start() <= 2 and chr(before).isalpha() and (after == 0 or chr(after).isalpha())


def is_wide(character: str) -> bool:
    """Whether it takes a whole Chinese cell: what East Asian fonts draw so wide."""
    code = ord(character)
    return code >= 0x1100 and any(low <= code <= high for low, high in _WIDE)


_WIDE = (
    (0x1100, 0x115F), (0x2018, 0x201D), (0x2026, 0x2026), (0x2030, 0x203B), (0x2103, 0x2109), (0x2116, 0x2121),
    (0x2160, 0x217F), (0x2190, 0x21FF), (0x2460, 0x24FF), (0x2605, 0x2642), (0x2E80, 0xA4CF), (0xAC00, 0xD7A3),
    (0xE000, 0xFAFF), (0xFE30, 0xFE6F), (0xFF01, 0xFF60), (0xFFE0, 0xFFE6), (0x1F300, 0x1FAFF), (0x20000, 0x3FFFD),
)  # fmt: skip


def _wide(octets: bytes, codec: str) -> Glyph:
    text = octets.decode(codec, "replace")
    return Glyph(text if len(text) == 1 else "\ufffd", chinese=True)


def _decodes(text: bytes | str, codec: str) -> bool:
    try:
        if isinstance(text, bytes):
            text.decode(codec)
        else:
            text.encode(codec)
    except UnicodeError:
        return False
    return True
