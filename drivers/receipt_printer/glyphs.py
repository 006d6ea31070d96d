"""Pictures of characters that a printer has no code for, from the fonts installed here (asked of fontconfig)."""

import subprocess
from functools import lru_cache
from typing import Protocol

from PIL import Image, ImageDraw, ImageFont

NO_GLYPH = "〓"  # the geta mark: what Chinese and Japanese type set where a character is missing
_PREFERRED = (
    "Noto Sans Mono CJK SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "HanaMinA",
    "HanaMinB",
    "BabelStone Han",
)


class Glyphs(Protocol):
    """Draws single characters."""

    def draw(self, character: str, *, width_dots: int, height_dots: int) -> Image.Image:
        """A picture of mode `1`, exactly this large, ink is 1. A character no font has is the geta mark."""
        ...


class FontGlyphs:
    """Satisfies `Glyphs`; looks for a font once a character."""

    def draw(self, character: str, *, width_dots: int, height_dots: int) -> Image.Image:
        image = Image.new("1", (width_dots, height_dots), 0)
        if character != " ":
            found = _font_with(character) or _font_with(NO_GLYPH)
            shown = character if _font_with(character) else NO_GLYPH
            if found is not None:
                font = ImageFont.truetype(found[0], size=height_dots, index=found[1])
                pen = ImageDraw.Draw(image)
                pen.fontmode = "1"
                pen.text((width_dots / 2, height_dots - height_dots // 8), shown, fill=1, font=font, anchor="ms")
        return image


@lru_cache(maxsize=512)
def _font_with(character: str) -> tuple[str, int] | None:
    """File and face index; without fontconfig there is none."""
    query = ["fc-list", f":charset={ord(character):x}", "--format", "%{family}\t%{style}\t%{file}\t%{index}\n"]
    try:
        listed = subprocess.run(query, capture_output=True, text=True, check=True, timeout=5).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    faces = [line.split("\t") for line in listed.splitlines()]
    ranked = sorted(faces, key=lambda face: (_rank(face[0]), "Regular" not in face[1], face[2]))
    return next(((file, int(index) & 0xFFFF) for _, _, file, index in ranked), None)


def _rank(families: str) -> int:
    return next((at for at, family in enumerate(_PREFERRED) if family in families.split(",")), len(_PREFERRED))
