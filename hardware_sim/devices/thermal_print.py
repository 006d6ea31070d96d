"""What the print head makes of text, pictures and codes: strips of black dots with the words that stand in them."""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import qrcode
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from qrcode.exceptions import DataOverflowError

from hardware_sim import typefaces
from hardware_sim.devices.escpos_stream import Alignment, Barcode, InlineImage, QrCode, Raster

DOTS_PER_LINE = 576  # 72 mm of the 80 mm paper
DOTS_PER_MM = 8
CELL = 24
OWN_LINE_SPACING = 32
PICTURE_MARK = "▨"

Dots = NDArray[np.bool_]

_CORRECTIONS = {
    "L": qrcode.ERROR_CORRECT_L,
    "M": qrcode.ERROR_CORRECT_M,
    "Q": qrcode.ERROR_CORRECT_Q,
    "H": qrcode.ERROR_CORRECT_H,
}


@dataclass(frozen=True, slots=True)
class Strip:
    """`dots`: rows x 576. `text`: the line it carries, `None` for feeds and parts of a picture."""

    dots: Dots
    text: str | None = None


@dataclass(slots=True)
class Style:
    """How the next characters look."""

    alignment: Alignment = Alignment.LEFT
    width: int = 1
    height: int = 1
    bold: bool = False
    underline: bool = False
    reverse: bool = False
    spacing: int | None = None


@dataclass(slots=True)
class Line:
    """The line that is being filled."""

    cells: list[Dots] = field(default_factory=list)
    text: str = ""
    width: int = 0

    def add(self, cell: Dots, text: str) -> None:
        self.cells.append(cell)
        self.text += text
        self.width += cell.shape[1]


@lru_cache(maxsize=4096)
def _plain_glyph(text: str, width: int) -> Dots:
    canvas = Image.new("L", (width, CELL), 0)
    draw = ImageDraw.Draw(canvas)
    if text == "\ufffd":
        draw.rectangle((1, 2, width - 3, CELL - 3), outline=255)
    else:
        draw.text((0, 20), text, font=typefaces.mono(CELL), fill=255, anchor="ls")
    return np.asarray(canvas) > 110


def glyph(text: str, style: Style, *, chinese: bool) -> Dots:
    """A character of one or half a cell in a style: stretched dots, as mechanisms do it."""
    return styled(_plain_glyph(text, CELL if chinese else CELL // 2), style)


def styled(cell: Dots, style: Style) -> Dots:
    if style.bold:
        cell = cell | np.pad(cell, ((0, 0), (1, 0)))[:, :-1]
    if style.underline:
        cell = cell.copy()
        cell[-2:, :] = True
    if style.width > 1 or style.height > 1:
        cell = cell.repeat(style.height, axis=0).repeat(style.width, axis=1)
    return ~cell if style.reverse else cell


def columns_glyph(columns: bytes, column_bytes: int) -> Dots:
    """Dots that come column by column, the top dot in the highest bit."""
    whole = columns[: len(columns) // column_bytes * column_bytes]
    bits = np.unpackbits(np.frombuffer(whole, np.uint8)).astype(np.bool_)
    return bits.reshape(-1, column_bytes * 8).T


def inline_image(image: InlineImage) -> Dots:
    """`ESC *`: 8-dot modes are three times as coarse downwards, single-density modes twice across."""
    dots = columns_glyph(image.columns, 3 if image.mode in (32, 33) else 1)
    if image.mode in (0, 1):
        dots = dots.repeat(3, axis=0)
    return dots.repeat(2, axis=1) if image.mode in (0, 32) else dots


def set_line(line: Line, style: Style) -> Strip:
    """The line with its spacing below, characters standing on a common base."""
    height = max((cell.shape[0] for cell in line.cells), default=0)
    spacing = OWN_LINE_SPACING if style.spacing is None else style.spacing
    dots = np.zeros((max(height + (OWN_LINE_SPACING - CELL if height > CELL else 0), spacing), DOTS_PER_LINE), np.bool_)
    left = _left_edge(line.width, style.alignment)
    for cell in line.cells:
        dots[height - cell.shape[0] : height, left : left + cell.shape[1]] = cell[:, : DOTS_PER_LINE - left]
        left += cell.shape[1]
    return Strip(dots, line.text.rstrip())


def _left_edge(width: int, alignment: Alignment) -> int:
    free = max(0, DOTS_PER_LINE - width)
    return {Alignment.LEFT: 0, Alignment.CENTRE: free // 2, Alignment.RIGHT: free}[alignment]


def blank(rows: int) -> list[Strip]:
    """Paper that moves on without ink."""
    return [Strip(np.zeros((min(CELL, rows - at), DOTS_PER_LINE), np.bool_)) for at in range(0, rows, CELL)]


def picture_strips(raster: Raster, style: Style) -> list[Strip]:
    """A raster picture, in strips as high as a line so that paper can end within it."""
    bits = np.unpackbits(np.frombuffer(raster.rows, np.uint8)).astype(np.bool_)
    dots = bits.reshape(raster.height, raster.width_bytes * 8)
    dots = dots.repeat(raster.scale[1], axis=0).repeat(raster.scale[0], axis=1)
    return _strips(dots, style, _picture_text(dots))


def _picture_text(dots: Dots) -> str | None:
    """A picture as low as a line of text stands as one mark a character; what is higher as its size."""
    if not dots.any():
        return None
    height, width = dots.shape
    if height > 3 * CELL:
        return f"[image] {width}x{height}"
    inked = np.flatnonzero(dots.any(axis=0))
    cell = CELL if height < 2 * CELL else 2 * CELL
    return PICTURE_MARK * max(1, round(int(inked[-1] - inked[0] + 1) / cell))


def qr_strips(code: QrCode, style: Style) -> list[Strip]:
    """The symbol, or nothing when the payload or the symbol is too large, as mechanisms do."""
    symbol = qrcode.QRCode(error_correction=_CORRECTIONS[code.correction], border=0)
    symbol.add_data(code.payload, optimize=0)
    try:
        symbol.make(fit=True)
    except (DataOverflowError, ValueError):
        return []
    dots = np.array(symbol.get_matrix(), np.bool_).repeat(code.module, axis=0).repeat(code.module, axis=1)
    if dots.shape[1] > DOTS_PER_LINE:
        return []
    return _strips(dots, style, f"[QR] {printable(code.payload)}")


def barcode_strips(code: Barcode, style: Style) -> list[Strip]:
    """The words of a barcode; the bars themselves are not drawn."""
    line = Line()
    text = f"[barcode] {printable(code.payload)}"
    for character in text[: DOTS_PER_LINE // (CELL // 2)]:
        line.add(glyph(character, Style(), chinese=False), character)
    return [set_line(line, style)]


def printable(payload: bytes) -> str:
    """A code's payload as text on one line."""
    text = payload.decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _strips(dots: Dots, style: Style, text: str | None) -> list[Strip]:
    dots = dots[:, :DOTS_PER_LINE]
    left = _left_edge(dots.shape[1], style.alignment)
    whole = np.zeros((dots.shape[0], DOTS_PER_LINE), np.bool_)
    whole[:, left : left + dots.shape[1]] = dots
    starts = range(0, len(whole), CELL)
    return [Strip(whole[at : at + CELL], text if at == starts[-1] else None) for at in starts]
