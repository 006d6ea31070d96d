"""What the print head makes of characters and pictures: black dots, and the lines that are filled with them."""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from hardware_sim import typefaces
from hardware_sim.devices.escpos_commands import Dots, InlineImage, Raster
from hardware_sim.devices.escpos_pictures import columns_to_rows
from hardware_sim.devices.printed_codes import PrintedCode

DOTS_PER_LINE = 576  # 72 mm of the 80 mm paper
DOTS_PER_MM = 8
CELL = 24
HALF = CELL // 2
FONTS = ((12, 24), (9, 17))  # A and B: width and height of a half cell
OWN_LINE_SPACING = 32
PICTURE_MARK = "▨"
_LATIN = Path("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf")


@dataclass(frozen=True, slots=True)
class Strip:
    """Rows of dots as wide as the head. `text`: the line that is on it; `shown`: the same with a mark for pictures and
    codes; both `None` for feeds and parts of a picture."""

    dots: Dots
    text: str | None = None
    shown: str | None = None
    code: PrintedCode | None = None
    is_picture: bool = False


@dataclass(slots=True)
class Style:
    """How the next characters and codes look. The names are the values of `Setting`."""

    alignment: int = 0
    width: int = 1
    height: int = 1
    bold: int = 0
    double_strike: int = 0
    underline: int = 0
    reverse: int = 0
    upside_down: int = 0
    rotated: int = 0
    font: int = 0
    character_spacing: int = 0
    chinese_spacing: int = 0
    line_spacing: int = -1
    left_margin: int = 0
    print_width: int = 65535
    bar_height: int = 162
    bar_module: int = 3
    hri_position: int = 0
    hri_font: int = 0
    stacked_width: int = 0

    @property
    def feed(self) -> int:
        """Dots from line to line."""
        return OWN_LINE_SPACING if self.line_spacing < 0 else self.line_spacing


@dataclass(frozen=True, slots=True)
class Cell:
    """Something that stands in a line: `at` from the left edge of the area, `advance` to what comes next."""

    at: int
    dots: Dots
    text: str
    advance: int
    unit: int = HALF


@dataclass(slots=True)
class Line:
    """The line that is being filled."""

    cells: list[Cell] = field(default_factory=list)
    at: int = 0

    def add(self, dots: Dots, text: str, advance: int, unit: int = HALF) -> None:
        self.cells.append(Cell(self.at, dots, text, advance, unit))
        self.at += advance

    @property
    def height(self) -> int:
        return max((cell.dots.shape[0] for cell in self.cells), default=0)

    @property
    def width(self) -> int:
        return max((cell.at + cell.advance for cell in self.cells), default=0)

    def words(self, *, with_pictures: bool) -> str | None:
        """The text as it stands on paper: a gap between two words is as many spaces, what was printed over is gone.
        `None` when there are only pictures."""
        shown = [cell for cell in self.cells if with_pictures or cell.text != PICTURE_MARK]
        if self.cells and not shown:
            return None
        owner: dict[int, int] = {}
        for number, cell in enumerate(shown):
            if cell.text != " ":
                owner.update(dict.fromkeys(range(cell.at, cell.at + cell.dots.shape[1]), number))
        over: list[Cell] = []
        for number, cell in sorted(enumerate(shown), key=lambda pair: pair[1].at):
            width = cell.dots.shape[1]
            kept = sum(owner.get(at, number) == number for at in range(cell.at, cell.at + width))
            if 2 * kept > width:
                over.append(cell)
        text, end = "", over[0].at if over else 0
        for cell in over:
            text += " " * round((cell.at - end) / cell.unit) + cell.text
            end = max(end, cell.at + cell.advance)
        return text.rstrip()

    def dots(self, width: int) -> Dots:
        """Characters on a common base."""
        height = self.height
        dots = np.zeros((height, width), np.bool_)
        for cell in self.cells:
            drawn = cell.dots[:, : max(0, width - cell.at)]
            dots[height - drawn.shape[0] :, cell.at : cell.at + drawn.shape[1]] |= drawn
        return dots


@lru_cache(maxsize=4096)
def _plain_glyph(text: str, width: int, height: int) -> Dots:
    canvas = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(canvas)
    if text == "\ufffd":
        draw.rectangle((1, 2, width - 3, height - 3), outline=255)
    elif "\u2500" <= text <= "\u259f" and width < height:  # lines and blocks fill their cell
        return _fitted_block(text, width, height)
    else:
        base = height - round(height / (6 if width == height else 5))
        draw.text((0, base), text, font=_face(text, width, height), fill=255, anchor="ls")
    return np.asarray(canvas) > 110


def _face(text: str, width: int, height: int) -> ImageFont.FreeTypeFont:
    """The CJK face where it is as wide as the cell, else one that has half-width letters of all Europe."""
    size = CELL if width == height else 2 * width
    face = typefaces.mono(size)
    if width == height or (text.isascii() or not _LATIN.exists()):
        return face
    return _latin(round(width / 0.602)) if face.getlength(text) != width or ord(text) < 0x2000 else face


@lru_cache(maxsize=8)
def _latin(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_LATIN), size)


def _fitted_block(text: str, width: int, height: int) -> Dots:
    face = _latin(40) if _LATIN.exists() else typefaces.mono(40)
    left, top, right, bottom = face.getbbox("\u2588", anchor="ls")
    canvas = Image.new("L", (round(right - left), round(bottom - top)), 0)
    ImageDraw.Draw(canvas).text((-left, -top), text, font=face, fill=255, anchor="ls")
    return np.asarray(canvas.resize((width, height), Image.Resampling.BOX)) > 110


def glyph(text: str, style: Style, *, chinese: bool) -> Dots:
    """A character of one or half a cell in a style: stretched dots, as mechanisms do it."""
    width, height = (CELL, CELL) if chinese else FONTS[style.font]
    return styled(_plain_glyph(text, width, height), style)


def styled(cell: Dots, style: Style) -> Dots:
    if style.bold or style.double_strike:
        cell = cell | np.pad(cell, ((0, 0), (1, 0)))[:, :-1]
    if style.underline and not style.rotated:
        cell = cell.copy()
        cell[-max(style.underline, 2) :, :] = True
    if style.width > 1 or style.height > 1:
        cell = cell.repeat(style.height, axis=0).repeat(style.width, axis=1)
    if style.reverse:
        cell = ~cell
    return np.rot90(cell, -1) if style.rotated else cell


def inline_image(image: InlineImage) -> Dots:
    """`ESC *`: 8-dot modes are three times as coarse downwards, single-density modes twice across."""
    column_bytes = 1 if image.mode < 32 else 3 if image.mode < 64 else 6
    dots = columns_to_rows(image.columns, column_bytes)
    if column_bytes == 1:
        dots = dots.repeat(3, axis=0)
    return dots.repeat(2, axis=1) if image.mode in (0, 32) else dots


def raster_dots(raster: Raster) -> Dots:
    bits = np.unpackbits(np.frombuffer(raster.rows, np.uint8)).astype(np.bool_)
    dots = bits.reshape(raster.height, raster.width_bytes * 8)[:, :DOTS_PER_LINE]
    return dots.repeat(raster.scale[1], axis=0).repeat(raster.scale[0], axis=1)[:, :DOTS_PER_LINE]


def picture_mark(dots: Dots) -> str | None:
    """A picture as low as a line of text stands as one mark a character; what is higher as its size."""
    if not dots.any():
        return None
    height, width = dots.shape
    if height > 3 * CELL:
        return f"[image] {width}x{height}"
    inked = np.flatnonzero(dots.any(axis=0))
    cell = CELL if height < 2 * CELL else 2 * CELL
    return PICTURE_MARK * max(1, round(int(inked[-1] - inked[0] + 1) / cell))


def aligned(dots: Dots, *, left: int, width: int, alignment: int, paper: int) -> Dots:
    """The dots in an area `width` wide that begins at `left`, on paper of `paper` dots."""
    dots = dots[:, : max(0, min(width, paper - left))]
    free = max(0, width - dots.shape[1])
    at = left + {0: 0, 1: free // 2, 2: free}[alignment]
    whole = np.zeros((dots.shape[0], paper), np.bool_)
    whole[:, at : at + dots.shape[1]] = dots[:, : paper - at]
    return whole


def blank(rows: int, width: int) -> list[Strip]:
    """Paper that moves on without ink."""
    return [Strip(np.zeros((min(CELL, rows - at), width), np.bool_)) for at in range(0, rows, CELL)]


def cut_into_strips(dots: Dots, last: Strip) -> list[Strip]:
    """Strips as high as a line, so that paper can end within them; what `last` says goes with the last one."""
    starts = range(0, len(dots), CELL)
    pieces = [Strip(dots[at : at + CELL], is_picture=last.is_picture) for at in starts[:-1]]
    if not starts:
        return []
    return [*pieces, Strip(dots[starts[-1] :], last.text, last.shown, last.code, last.is_picture)]
