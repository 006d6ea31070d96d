"""A document on sheets of A4, as PDF: type, lines and sheets, drawn with cairo (ADR 24). Safe in any thread.

Everything here is in points of 1/72 inch, from the sheet's top left.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from itertools import groupby
from typing import assert_never

import cairocffi as cairo
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M

from kiosk.documents import Document, Field, Heading, Mark, Note, Qr, Rule, Title
from kiosk.line_breaking import printable, wrapped

MM = 72 / 25.4
WIDTH, HEIGHT = 210 * MM, 297 * MM
EDGE, HEAD = 20 * MM, 16 * MM
ROOM, DEPTH = WIDTH - 2 * EDGE, HEIGHT - 2 * HEAD
SIZE, LARGE = 13.0, 17.5
FLOOR, STEP = 8.4, 0.6  # the smallest type, for what must stand on one sheet
LEADING = 1.5
LABEL_PART = 0.36  # of the line, which a column of labels may take
QR_SIDE, QR_QUIET = 30 * MM, 4
NO_GLYPH = "〓"  # the geta mark: what Chinese and Japanese type set where a character is missing

TEXT = "Noto Sans CJK SC"
STRONG = "Noto Sans CJK SC Medium"
SERIF = "Noto Serif CJK SC SemiBold"
RARE = (TEXT, "HanaMinA", "HanaMinB", "BabelStone Han")  # for what the family before them lacks


@dataclass(frozen=True, slots=True)
class Paper:
    pdf: bytes
    sheets: int


def typeset(document: Document[str], *, large: bool, one_sheet: bool = False) -> Paper:
    """In the citizen's type size, or the largest under it in which `one_sheet` holds it all.

    What no size down to the floor brings onto one sheet goes on on the next; more than one are numbered.
    """
    size = LARGE if large else SIZE
    sheets = _sheets(document, size)
    while one_sheet and len(sheets) > 1 and size - STEP >= FLOOR:
        size -= STEP
        sheets = _sheets(document, size)
    return Paper(_drawn(sheets), len(sheets))


# Type.


class Type:
    """One family at one size, and what stands in for characters it lacks."""

    def __init__(self, family: str, size: float) -> None:
        self.size = size
        self._fonts = tuple(_font(name, size) for name in (family, *RARE))
        self._found: dict[str, tuple[str, int]] = {}

    def width(self, text: str) -> float:
        return sum(self._fonts[at].text_extents(run)[4] for run, at in self._runs(text))

    def draw(self, context: cairo.Context, x: float, y: float, text: str) -> None:
        """`y`: the base line."""
        for run, at in self._runs(text):
            font = self._fonts[at]
            glyphs, clusters, flags = font.text_to_glyphs(x, y, run, with_clusters=True)
            context.set_scaled_font(font)
            context.show_text_glyphs(run, glyphs, clusters, flags)
            x += font.text_extents(run)[4]

    def _runs(self, text: str) -> Iterator[tuple[str, int]]:
        for at, found in groupby((self._look_up(character) for character in text), key=lambda one: one[1]):
            yield "".join(character for character, _ in found), at

    def _look_up(self, character: str) -> tuple[str, int]:
        """The character and the font that has it."""
        if character not in self._found:
            having = (at for at, font in enumerate(self._fonts) if font.text_to_glyphs(0, 0, character, False)[0][0])
            at = next(having, None)
            self._found[character] = (NO_GLYPH, 0) if at is None else (character, at)
        return self._found[character]


def _font(family: str, size: float) -> cairo.ScaledFont:
    options = cairo.FontOptions()
    options.set_hint_style(cairo.HINT_STYLE_NONE)
    options.set_hint_metrics(cairo.HINT_METRICS_OFF)
    return cairo.ScaledFont(cairo.ToyFontFace(family), cairo.Matrix(size, 0, 0, size), cairo.Matrix(), options)


# Lines.


Draw = Callable[[cairo.Context, float], None]


@dataclass(frozen=True, slots=True)
class Line:
    """A strip of the sheet; what stands in it is drawn from its top. `held`: the next stands on the same sheet."""

    depth: float
    drawn: tuple[Draw, ...]
    held: bool = False


class _Writer:
    def __init__(self, document: Document[str], size: float) -> None:
        self._document = document
        self._size = size
        self._text, self._strong = Type(TEXT, size), Type(STRONG, size)
        self._heading, self._title = Type(SERIF, 1.2 * size), Type(SERIF, 1.9 * size)

    @cached_property
    def _beside(self) -> float:
        """Where values begin: after the widest label that leaves the greater part of the line."""
        widths = (self._text.width(block.label) + self._size for block in self._document if isinstance(block, Field))
        return max((width for width in widths if width <= LABEL_PART * ROOM), default=0.0)

    def marks(self) -> Iterator[Line]:
        """What stands at the head of every sheet."""
        for block in self._document:
            if isinstance(block, Mark):
                yield from self._paragraph(self._text, block.text)

    def lines(self) -> Iterator[Line]:
        """All else."""
        for block in self._document:
            if not isinstance(block, Mark):
                yield from self._block(block)

    def _block(self, block: Title[str] | Heading[str] | Field[str] | Note[str] | Rule | Qr) -> Iterator[Line]:
        match block:
            case Title(text):
                yield from self._centred(self._title, text)
            case Heading(text):
                yield Line(0.6 * self._size, (), held=True)
                yield from self._paragraph(self._heading, text, held=True)
            case Field(label, value):
                yield from self._field(label, value)
            case Note(text):
                yield from self._paragraph(self._text, text)
            case Rule():
                yield Line(self._size, (self._rule,))
            case Qr(payload):
                yield Line(QR_SIDE + self._size, (_qr(payload),), held=True)
            case _:
                assert_never(block)

    def _paragraph(self, type_: Type, text: str, *, held: bool = False) -> Iterator[Line]:
        for line in wrapped(text, ROOM, type_.width):
            yield Line(LEADING * type_.size, (_words(type_, 0.0, line),), held)

    def _centred(self, type_: Type, text: str) -> Iterator[Line]:
        for line in wrapped(text, ROOM, type_.width):
            left = (ROOM - type_.width(line)) / 2
            yield Line(LEADING * type_.size, (_words(type_, left, line),), held=True)

    def _field(self, label: str, value: str) -> Iterator[Line]:
        label, type_ = printable(label), self._strong
        depth = LEADING * self._size
        values = wrapped(value, ROOM - self._beside, type_.width) or [""]
        if self._text.width(label) + self._size > self._beside:
            for line in wrapped(label, ROOM, self._text.width):
                yield Line(depth, (_words(self._text, 0.0, line),), held=True)
        else:
            first, *values = values
            words = (_words(self._text, 0.0, label), _words(type_, self._beside, first))
            yield Line(depth, words, held=bool(values))
        for at, line in enumerate(values, 1):
            yield Line(depth, (_words(type_, self._beside, line),), held=at < len(values))

    def _rule(self, context: cairo.Context, top: float) -> None:
        context.set_line_width(0.6)
        context.move_to(EDGE, top + self._size / 2)
        context.line_to(WIDTH - EDGE, top + self._size / 2)
        context.stroke()


def _words(type_: Type, left: float, text: str) -> Draw:
    return lambda context, top: type_.draw(context, EDGE + left, top + 1.1 * type_.size, text)


def _qr(payload: str) -> Draw:
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QR_QUIET)
    code.add_data(payload)
    modules = code.get_matrix()
    side, left = QR_SIDE / len(modules), (WIDTH - QR_SIDE) / 2

    def draw(context: cairo.Context, top: float) -> None:
        for row, line in enumerate(modules):
            for column, dark in enumerate(line):
                if dark:
                    context.rectangle(left + column * side, top + row * side, side, side)
        context.fill()

    return draw


# Sheets.


def _sheets(document: Document[str], size: float) -> Sequence[Sequence[Line]]:
    writer = _Writer(document, size)
    head = tuple(writer.marks())
    head_depth = sum(line.depth for line in head)
    sheets: list[list[Line]] = [[*head]]
    used = head_depth
    for group in _groups(writer.lines()):
        depth = sum(line.depth for line in group)
        if used > head_depth and used + depth > DEPTH:
            sheets.append([*head])
            used = head_depth
        sheets[-1] += group
        used += depth
    return sheets


def _groups(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Lines that stand on the same sheet."""
    group: list[Line] = []
    for line in lines:
        group.append(line)
        if not line.held:
            yield group
            group = []
    if group:
        yield group


def _drawn(sheets: Sequence[Sequence[Line]]) -> bytes:
    pdf = BytesIO()
    surface = cairo.PDFSurface(pdf, WIDTH, HEIGHT)
    context = cairo.Context(surface)
    small = Type(TEXT, FLOOR)
    for number, sheet in enumerate(sheets, 1):
        top = HEAD
        for line in sheet:
            for draw in line.drawn:
                draw(context, top)
            top += line.depth
        if len(sheets) > 1:
            words = f"{number} / {len(sheets)}"
            small.draw(context, (WIDTH - small.width(words)) / 2, HEIGHT - HEAD / 2, words)
        surface.show_page()
    surface.finish()
    return pdf.getvalue()
