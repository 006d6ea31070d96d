"""A document as ESC/POS bytes.

Written are only: `1B40` init (by the printer class), `1B33 n` line spacing, `1B61 n` alignment, `1D21 n` and `1C21 n`
size, `1C26`/`1C2E` Chinese mode on/off, `1B2A 21` a picture in a line, `1D7630` raster, `1D286B` QR, `1B64 n` feed,
`1D5642 n` feed and cut. Chinese mode is on between all blocks; one-byte text stands between `1C2E` and `1C26`, because
in Chinese mode every byte from 81 on starts a character. A character that has no two-byte code is printed as a
picture, and in large type its whole line.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import assert_never

from PIL import Image

from drivers.receipt_printer.glyphs import FontGlyphs, Glyphs
from drivers.receipt_printer.line_breaking import longest_piece, printable, width, wrapped
from drivers.receipt_printer.profiles import Profile
from kiosk.documents import Document, Field, Note, Qr, Rule, Title

CHARACTER_DOTS = 24
LINE_DOTS = 36  # half a character of air between lines
GAP = 2  # columns between a label and its value
RASTER_ROWS = 255

LEFT, CENTRE = b"\x1ba\x00", b"\x1ba\x01"
CHINESE_ON, CHINESE_OFF = b"\x1c&", b"\x1c."
DOUBLE = b"\x1d!\x11\x1c!\x0c"
SINGLE = b"\x1d!\x00\x1c!\x00"
FEED_AND_CUT = b"\x1dVB\x10"


def encode_document(document: Document[str], profile: Profile, glyphs: Glyphs | None = None) -> bytes:
    """Everything from the first line to the cut (or, without a cutter, the feed to where paper is torn)."""
    writer = _Writer(profile, glyphs or FontGlyphs())
    label_columns = _label_columns(document, profile.columns)
    parts = [CHINESE_ON, _line_spacing(LINE_DOTS), SINGLE, LEFT]
    for block in document:
        match block:
            case Title(text):
                parts.append(writer.title(text))
            case Field(label, value):
                parts.extend(writer.line(line) for line in field_lines(label, value, profile.columns, label_columns))
            case Note(text):
                parts.extend(writer.line(line) for line in wrapped(text, profile.columns))
            case Rule():
                parts.append(writer.line("─" * profile.chinese_columns))
            case Qr(payload):
                parts.append(encode_qr(payload, profile.qr_module_dots))
            case _:
                assert_never(block)
    feed = bytes([0x1B, 0x64, profile.feed_lines_to_tear])
    return b"".join([*parts, FEED_AND_CUT if profile.cutter else feed])


def encode_text(text: str, encoding: str, glyphs: Glyphs) -> bytes:
    """Text between Chinese mode and Chinese mode; a character without a code becomes a picture in its line."""
    parts: list[bytes] = []
    for (one_byte, coded), run in groupby(text, key=lambda c: (c.isascii(), has_code(c, encoding))):
        if not coded:
            parts.extend(
                encode_inline(glyphs.draw(c, width_dots=CHARACTER_DOTS, height_dots=CHARACTER_DOTS)) for c in run
            )
        else:
            encoded = "".join(run).encode(encoding)
            parts.append(CHINESE_OFF + encoded + CHINESE_ON if one_byte else encoded)
    return b"".join(parts)


def encode_inline(glyph: Image.Image) -> bytes:
    """A picture 24 dots high as part of a line: columns from the left, the top dot in the highest bit."""
    columns = glyph.transpose(Image.Transpose.TRANSPOSE).tobytes()
    return b"\x1b*\x21" + glyph.width.to_bytes(2, "little") + columns


def has_code(character: str, encoding: str) -> bool:
    """Whether a printer with this character set has it: one ASCII byte or a two-byte code that is not a user's own."""
    if character.isascii():
        return character.isprintable()
    if 0xE000 <= ord(character) <= 0xF8FF:
        return False
    try:
        return len(character.encode(encoding)) == 2
    except UnicodeEncodeError:
        return False


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

    def title(self, text: str) -> bytes:
        lines = wrapped(text, self._profile.columns // 2)
        printed = b"".join(self._line(line, scale=2) for line in lines)
        return CENTRE + DOUBLE + _line_spacing(2 * CHARACTER_DOTS + 12) + printed + self._plain()

    def line(self, text: str) -> bytes:
        return self._line(text, scale=1)

    def _line(self, text: str, *, scale: int) -> bytes:
        if scale == 1 or all(has_code(character, self._profile.encoding) for character in text):
            return encode_text(text, self._profile.encoding, self._glyphs) + b"\n"
        return encode_raster(self._picture(text, scale=scale))

    def _plain(self) -> bytes:
        return SINGLE + _line_spacing(LINE_DOTS) + LEFT

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


def encode_raster(picture: Image.Image) -> bytes:
    """A picture of mode `1`, ink is 1, in bands of at most 255 rows."""
    return b"".join(_bands(picture))


def _bands(picture: Image.Image) -> Iterator[bytes]:
    row_bytes = (picture.width + 7) // 8
    packed = picture.tobytes()
    for top in range(0, picture.height, RASTER_ROWS):
        rows = min(RASTER_ROWS, picture.height - top)
        header = b"\x1dv0\x00" + row_bytes.to_bytes(2, "little") + rows.to_bytes(2, "little")
        yield header + packed[top * row_bytes : (top + rows) * row_bytes]


def _line_spacing(dots: int) -> bytes:
    return b"\x1b3" + bytes([dots])
