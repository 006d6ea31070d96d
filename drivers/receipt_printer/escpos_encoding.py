"""A document as ESC/POS bytes.

Written are only: `1B40` init (by the printer class), `1B33 n` line spacing, `1B61 n` alignment, `1D21 n` and `1C21 n`
size, `1C26`/`1C2E` Chinese mode on/off or `1C2843` UTF-8, `1B2A 21` a picture in a line, `1D7630` raster, `1D286B` QR,
`1B4A n` feed, `1D5642 n` feed and cut, `1D5600` cut, and what a profile's presenter takes. A character that has no
code is printed as a picture, and in large type its whole line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, assert_never

from PIL import Image
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M

from drivers.receipt_printer.character_sets import encode_mode, encode_text, has_code
from drivers.receipt_printer.glyphs import FontGlyphs, Glyphs
from drivers.receipt_printer.profiles import CHARACTER_DOTS, Profile
from kiosk.documents import Document, Field, Heading, Mark, Note, Qr, Rule, Title
from kiosk.line_breaking import longest_piece, printable, width, wrapped

LINE_DOTS = 36  # half a character of air between lines
TITLE_DOTS = 2 * CHARACTER_DOTS + 12
GAP = 2  # columns between a label and its value
RASTER_ROWS = 255

LEFT, CENTRE = b"\x1ba\x00", b"\x1ba\x01"
DOUBLE, SINGLE = b"\x1d!\x11", b"\x1d!\x00"
CHINESE_DOUBLE, CHINESE_SINGLE = b"\x1c!\x0c", b"\x1c!\x00"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some commands, and what they use: `dots` of paper moved (as many as one knows) and cuts."""

    octets: bytes
    dots: int = 0
    cuts: int = 0


def encode_document(document: Document[str], profile: Profile, glyphs: Glyphs | None = None) -> list[Piece]:
    """Everything from the first line to the cut (or, without a cutter, the feed to where paper is torn)."""
    return list(_Writer(profile, glyphs or FontGlyphs()).document(document))


def encode_ending(profile: Profile) -> Piece:
    """Feed, cut and hand out, as far as the mechanism can."""
    feed, dots = profile.feed_dots, profile.feed_dots
    moved = b"\x1bJ" + bytes([feed]) if feed else b""
    match profile.cutter:
        case "none":
            return Piece(moved, dots)
        case "feed-and-cut":
            cut = b"\x1dVB" + bytes([feed])
        case "cut":
            cut = moved + b"\x1dV\x00"
        case _:
            assert_never(profile.cutter)
    return Piece(cut + (bytes.fromhex(profile.presenter.present) if profile.presenter else b""), dots, cuts=1)


def encode_qr(payload: str, module_dots: int) -> bytes:
    """QR model 2, error correction M, centred, with a line of quiet below it."""
    stored = payload.encode("utf-8")
    functions = (
        b"1A2\x00",
        b"1C" + bytes([module_dots]),
        b"1E1",
        b"1P0" + stored,
        b"1Q0",
    )
    return CENTRE + b"".join(b"\x1d(k" + len(f).to_bytes(2, "little") + f for f in functions) + LEFT + b"\x1bd\x01"


def encode_raster(picture: Image.Image, *, doubled: bool = False) -> bytes:
    """A picture of mode `1`, ink is 1, in bands of at most 255 rows. `doubled`: the printer makes 2 x 2 of each dot."""
    return b"".join(_bands(picture, 3 if doubled else 0))


def field_lines(label: str, value: str, columns: int, label_columns: int) -> list[str]:
    """Label and value side by side, the value's further lines under its first; else the value below, set in."""
    label = printable(label)
    if width(label) + GAP <= label_columns:
        beside = columns - label_columns
        if longest_piece(value) <= beside:
            lines = wrapped(value, beside) or [""]
            head = label + " " * (label_columns - width(label)) + lines[0]
            return [head.rstrip(" "), *(" " * label_columns + line for line in lines[1:])]
    return [*wrapped(label, columns), *(" " * GAP + line for line in wrapped(value, columns - GAP))]


def _label_columns(document: Document[str], columns: int) -> int:
    """One column for all labels that leave the greater part of the line to their values."""
    widths = [width(printable(block.label)) + GAP for block in document if isinstance(block, Field)]
    return max((w for w in widths if w <= columns * 3 // 8), default=0)


class _Writer:
    def __init__(self, profile: Profile, glyphs: Glyphs) -> None:
        self._profile = profile
        self._glyphs = glyphs

    def document(self, document: Document[str]) -> Iterator[Piece]:
        columns = self._profile.columns
        label_columns = _label_columns(document, columns)
        yield Piece(encode_mode(self._profile) + self._plain())
        for block in document:
            match block:
                case Title(text):
                    yield from self._title(text)
                case Field(label, value):
                    yield from map(self._line, field_lines(label, value, columns, label_columns))
                case Mark(text) | Heading(text) | Note(text):
                    yield from map(self._line, wrapped(text, columns))
                case Rule():
                    yield self._rule()
                case Qr(payload):
                    yield self._qr(payload)
                case _:
                    assert_never(block)
        yield encode_ending(self._profile)

    def _line(self, text: str) -> Piece:
        return Piece(encode_text(text, self._profile, self._glyphs) + b"\n", LINE_DOTS)

    def _title(self, text: str) -> Iterator[Piece]:
        chinese = self._profile.character_mode == "chinese"
        yield Piece(CENTRE + DOUBLE + (CHINESE_DOUBLE if chinese else b"") + _line_spacing(TITLE_DOTS))
        for line in wrapped(text, self._profile.columns // 2):
            if all(has_code(character, self._profile.encoding) for character in line):
                yield Piece(encode_text(line, self._profile, self._glyphs) + b"\n", TITLE_DOTS)
            else:
                picture = self._picture(line, scale=2)
                yield Piece(encode_raster(picture), picture.height)
        yield Piece(self._plain())

    def _rule(self) -> Piece:
        text = "─" * self._profile.chinese_columns
        if has_code("─", self._profile.encoding):
            return self._line(text)
        picture = self._picture(text, scale=1)
        return Piece(encode_raster(picture), picture.height)

    def _qr(self, payload: str) -> Piece:
        code: QRCode[Any] = QRCode(error_correction=ERROR_CORRECT_M, border=0)
        code.add_data(payload)
        module = self._profile.qr_module_dots
        dots = (17 + 4 * code.best_fit()) * module + LINE_DOTS
        if self._profile.qr == "native":
            return Piece(encode_qr(payload, module), dots)
        code.make()
        across = len(code.modules)
        picture = Image.new("1", (across, across))
        picture.putdata([int(bool(dark)) for row in code.modules for dark in row])
        doubled = module % 2 == 0
        side = across * (module // 2 if doubled else module)
        drawn = encode_raster(picture.resize((side, side), Image.Resampling.NEAREST), doubled=doubled)
        return Piece(CENTRE + drawn + LEFT + b"\x1bd\x01", dots)

    def _plain(self) -> bytes:
        chinese = CHINESE_SINGLE if self._profile.character_mode == "chinese" else b""
        return SINGLE + chinese + _line_spacing(LINE_DOTS) + LEFT

    def _picture(self, text: str, *, scale: int) -> Image.Image:
        """One line as wide as the paper, with the air that a printed line has below it; a large one is centred."""
        column, height = CHARACTER_DOTS // 2 * scale, CHARACTER_DOTS * scale
        line = Image.new("1", (self._profile.width_dots, height + LINE_DOTS - CHARACTER_DOTS), 0)
        at = (self._profile.width_dots - width(text) * column) // 2 if scale > 1 else 0
        for character in text:
            dots = width(character) * column
            line.paste(self._glyphs.draw(character, width_dots=dots, height_dots=height), (at, 0))
            at += dots
        return line


def _bands(picture: Image.Image, mode: int) -> Iterator[bytes]:
    row_bytes = (picture.width + 7) // 8
    packed = picture.tobytes()
    for top in range(0, picture.height, RASTER_ROWS):
        rows = min(RASTER_ROWS, picture.height - top)
        header = b"\x1dv0" + bytes([mode]) + row_bytes.to_bytes(2, "little") + rows.to_bytes(2, "little")
        yield header + packed[top * row_bytes : (top + rows) * row_bytes]


def _line_spacing(dots: int) -> bytes:
    return b"\x1b3" + bytes([dots])
