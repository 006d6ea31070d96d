"""Pictures of characters that a printer has no code for, from the fonts installed here (asked of fontconfig once)."""

import subprocess
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Protocol

from PIL import Image, ImageDraw, ImageFont

NO_GLYPH = "〓"  # the geta mark: what Chinese and Japanese type set where a character is missing
FONTCONFIG_WITHIN_S = 10
_PREFERRED = (
    "Noto Sans Mono CJK SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "HanaMinA",
    "HanaMinB",
    "BabelStone Han",
)
_QUERY = ["fc-list", "--format", "%{family}\t%{style}\t%{file}\t%{index}\t%{variable}\t%{charset}\n"]


class Glyphs(Protocol):
    """Draws single characters."""

    def draw(self, character: str, *, width_dots: int, height_dots: int) -> Image.Image:
        """A picture of mode `1`, exactly this large, ink is 1. A character no font has is the geta mark."""
        ...


@dataclass(frozen=True)
class Face:
    """A face of a font file, and what it covers as fontconfig writes it: `20-7e a0-ff 4e00`."""

    file: str
    index: int
    charset: str

    def has(self, character: str) -> bool:
        starts, ends = self._ranges
        at = bisect_right(starts, ord(character)) - 1
        return at >= 0 and ord(character) <= ends[at]

    @cached_property
    def _ranges(self) -> tuple[list[int], list[int]]:
        bounds = [part.partition("-")[::2] for part in self.charset.split()]
        return [int(first, 16) for first, _ in bounds], [int(last or first, 16) for first, last in bounds]


class FontGlyphs:
    """Satisfies `Glyphs`."""

    def draw(self, character: str, *, width_dots: int, height_dots: int) -> Image.Image:
        return _drawn(character, width_dots, height_dots)


@lru_cache(maxsize=2048)
def _drawn(character: str, width_dots: int, height_dots: int) -> Image.Image:
    image = Image.new("1", (width_dots, height_dots), 0)
    shown = character if face_with(character) else NO_GLYPH
    face = face_with(shown)
    if character != " " and face is not None:
        pen = ImageDraw.Draw(image)
        pen.fontmode = "1"
        middle = (width_dots / 2, height_dots - height_dots // 8)
        pen.text(middle, shown, fill=1, font=_font(face, height_dots), anchor="ms")
    return image


def face_with(character: str) -> Face | None:
    """The first face that has it; without fontconfig there is none."""
    return next((face for face in _faces() if face.has(character)), None)


@lru_cache(maxsize=32)
def _font(face: Face, height_dots: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(face.file, size=height_dots, index=face.index)


@cache
def _faces() -> tuple[Face, ...]:
    """Every face that covers something of its own, the preferred families first, regular before the rest."""
    try:
        listed = subprocess.run(_QUERY, capture_output=True, text=True, check=True, timeout=FONTCONFIG_WITHIN_S).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    rows = [line.split("\t") for line in listed.splitlines() if line.count("\t") == 5]
    rows.sort(key=lambda row: (_rank(row[0]), "Regular" not in row[1], row[2]))
    return tuple(_covering_more(rows))


def _covering_more(rows: list[list[str]]) -> Iterator[Face]:
    """Weights of a family cover the same: the first stands for all."""
    seen: set[str] = set()
    for _, _, file, index, variable, charset in rows:
        if variable != "True" and charset not in seen:
            seen.add(charset)
            yield Face(file, int(index) & 0xFFFF, charset)


def _rank(families: str) -> int:
    return next((at for at, family in enumerate(_PREFERRED) if family in families.split(",")), len(_PREFERRED))
