"""What a receipt printer hears: an incremental parser from ESC/POS bytes to commands. It never raises.

Command references: Epson ESC/POS; Chinese mode (`FS &`, GB18030) as Chinese mechanisms have it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

DLE, LF, CR, HT, FF, ESC, FS, GS = 0x10, 0x0A, 0x0D, 0x09, 0x0C, 0x1B, 0x1C, 0x1D
MOST_GRAPHICS = 4_000_000  # bytes; a real mechanism has less memory than this


class Alignment(Enum):
    LEFT, CENTRE, RIGHT = range(3)


@dataclass(frozen=True, slots=True)
class Initialise:
    pass


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character. `chinese`: it takes a whole Chinese cell; text is U+FFFD where nothing is known."""

    text: str
    chinese: bool


@dataclass(frozen=True, slots=True)
class DefinedGlyph:
    """A character of FE A1.. that the host drew itself (`FS 2`)."""

    code: int


@dataclass(frozen=True, slots=True)
class DefineGlyph:
    """24 columns of 3 bytes."""

    code: int
    columns: bytes


@dataclass(frozen=True, slots=True)
class InlineImage:
    """`ESC *`: columns of 8 or 24 dots that stand in the line like a character."""

    mode: int
    columns: bytes


@dataclass(frozen=True, slots=True)
class LineFeed:
    pass


@dataclass(frozen=True, slots=True)
class Feed:
    """Print the line and feed; exactly one of the two counts."""

    lines: int = 0
    dots: int = 0


@dataclass(frozen=True, slots=True)
class Align:
    to: Alignment


@dataclass(frozen=True, slots=True)
class Size:
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Bold:
    on: bool


@dataclass(frozen=True, slots=True)
class Underline:
    on: bool


@dataclass(frozen=True, slots=True)
class Reverse:
    on: bool


@dataclass(frozen=True, slots=True)
class LineSpacing:
    """Dots from line to line; `None` is the printer's own."""

    dots: int | None


@dataclass(frozen=True, slots=True)
class Position:
    """Dots from the left edge."""

    dots: int


@dataclass(frozen=True, slots=True)
class Cut:
    feed_dots: int


@dataclass(frozen=True, slots=True)
class Raster:
    """`GS v 0`: rows of `width_bytes`, the highest bit left. `scale` doubles width and height."""

    width_bytes: int
    height: int
    rows: bytes
    scale: tuple[int, int]


@dataclass(frozen=True, slots=True)
class QrCode:
    """A stored symbol is printed. `module`: dots a module; `correction`: one of LMQH."""

    payload: bytes
    module: int
    correction: str


@dataclass(frozen=True, slots=True)
class Barcode:
    kind: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class StatusAsked:
    """`DLE EOT n`, answered at once whatever waits."""

    n: int


@dataclass(frozen=True, slots=True)
class Recover:
    """`DLE ENQ n`: 1 goes on at the line, 2 drops what waits."""

    n: int


@dataclass(frozen=True, slots=True)
class AutomaticStatus:
    mask: int


@dataclass(frozen=True, slots=True)
class Confirm:
    """Answer with `token` once all before this is on paper."""

    token: bytes


@dataclass(frozen=True, slots=True)
class Ignored:
    """Bytes that make this printer do nothing."""

    octets: bytes


Command = (
    Initialise | Glyph | DefinedGlyph | DefineGlyph | InlineImage | LineFeed | Feed | Align | Size | Bold | Underline
    | Reverse | LineSpacing | Position | Cut | Raster | QrCode | Barcode | StatusAsked | Recover | AutomaticStatus
    | Confirm | Ignored
)  # fmt: skip

_CODE_PAGES = {0: "cp437", 2: "cp850", 3: "cp860", 5: "cp865", 16: "cp1252", 17: "cp866", 18: "cp852", 19: "cp858"}
_PLAIN_SKIPS = {  # escape letter -> how many parameter bytes follow that change nothing here
    (ESC, 0x20): 1, (ESC, 0x3D): 1, (ESC, 0x4D): 1, (ESC, 0x47): 1, (ESC, 0x52): 1, (ESC, 0x56): 1, (ESC, 0x5C): 2,
    (ESC, 0x63): 2, (ESC, 0x70): 3, (ESC, 0x7B): 1, (ESC, 0x4C): 0, (ESC, 0x53): 0, (ESC, 0x69): 0, (ESC, 0x6D): 0,
    (FS, 0x43): 1, (FS, 0x2D): 1, (FS, 0x53): 2, (GS, 0x48): 1, (GS, 0x49): 1, (GS, 0x4C): 2, (GS, 0x50): 2,
    (GS, 0x57): 2, (GS, 0x66): 1, (GS, 0x68): 1, (GS, 0x72): 1, (GS, 0x77): 1, (GS, 0x62): 1, (GS, 0x3A): 0,
}  # fmt: skip


class _More(Exception):
    pass


class _Reader:
    """Takes bytes off a buffer and leaves it untouched until `used` is taken."""

    def __init__(self, octets: bytearray) -> None:
        self._octets = octets
        self.used = 0

    def byte(self) -> int:
        return self.take(1)[0]

    def word(self) -> int:
        return int.from_bytes(self.take(2), "little")

    def take(self, count: int) -> bytes:
        if len(self._octets) < self.used + count:
            raise _More
        self.used += count
        return bytes(self._octets[self.used - count : self.used])


class EscPosStream:
    """Remembers only what the meaning of the following bytes depends on."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._reset()
        self._families: dict[int, Callable[[_Reader], Iterator[Command]]] = {
            DLE: self._dle,
            ESC: self._esc,
            FS: self._fs,
            GS: self._gs,
        }

    def _reset(self) -> None:
        self._chinese = True
        self._code_page = "cp437"
        self._qr_payload, self._qr_module, self._qr_correction = b"", 3, "L"

    def feed(self, octets: bytes) -> list[Command]:
        """The commands that became whole with these bytes."""
        self._waiting += octets
        commands: list[Command] = []
        while self._waiting:
            reader = _Reader(self._waiting)
            try:
                found = list(self._one(reader))
            except _More:
                break
            del self._waiting[: reader.used]
            commands += found
        return commands

    def _one(self, reader: _Reader) -> Iterator[Command]:
        first = reader.byte()
        if first in self._families:
            yield from self._families[first](reader)
        elif first == LF:
            yield LineFeed()
        elif first == HT:
            yield Glyph("\t", chinese=False)
        elif first < 0x20 or first == 0x7F:
            yield Ignored(bytes([first]))
        elif first < 0x80:
            yield Glyph(chr(first), chinese=False)
        elif self._chinese and first > 0x80:
            yield self._chinese_glyph(first, reader.byte())
        else:
            yield Glyph(bytes([first]).decode(self._code_page, "replace"), chinese=False)

    def _chinese_glyph(self, first: int, second: int) -> Command:
        if first == 0xFE and 0xA1 <= second <= 0xFE:
            return DefinedGlyph(second)
        text = bytes([first, second]).decode("gb18030", "replace")
        return Glyph(text if len(text) == 1 else "\ufffd", chinese=True)

    def _dle(self, reader: _Reader) -> Iterator[Command]:
        match reader.byte():
            case 0x04:
                yield StatusAsked(reader.byte())
            case 0x05:
                yield Recover(reader.byte())
            case 0x14:
                yield Ignored(bytes([DLE, 0x14]) + reader.take(3))
            case other:
                yield Ignored(bytes([DLE, other]))

    def _esc(self, reader: _Reader) -> Iterator[Command]:
        match letter := reader.byte():
            case 0x40:
                self._reset()
                yield Initialise()
            case 0x61:
                yield Align(Alignment((reader.byte() & 0x0F) % 3))
            case 0x45:
                yield Bold(bool(reader.byte() & 1))
            case 0x2D:
                yield Underline(reader.byte() & 3 != 0)
            case 0x21:
                style = reader.byte()
                yield Bold(bool(style & 0x08))
                yield Size(1 + (style >> 5 & 1), 1 + (style >> 4 & 1))
                yield Underline(bool(style & 0x80))
            case 0x64:
                yield Feed(lines=reader.byte())
            case 0x4A:
                yield Feed(dots=reader.byte())
            case 0x32:
                yield LineSpacing(None)
            case 0x33:
                yield LineSpacing(reader.byte())
            case 0x24:
                yield Position(reader.word())
            case 0x74:
                self._code_page = _CODE_PAGES.get(reader.byte(), "cp437")
            case 0x2A:
                mode, count = reader.byte(), reader.word()
                yield InlineImage(mode, reader.take(count * (3 if mode in (32, 33) else 1)))
            case 0x44:
                while reader.byte():
                    pass
            case _:
                yield self._skipped(ESC, letter, reader)

    def _fs(self, reader: _Reader) -> Iterator[Command]:
        match letter := reader.byte():
            case 0x26:
                self._chinese = True
            case 0x2E:
                self._chinese = False
            case 0x21:
                style = reader.byte()
                yield Size(1 + (style >> 2 & 1), 1 + (style >> 3 & 1))
                yield Underline(bool(style & 0x80))
            case 0x57:
                double = 1 + (reader.byte() & 1)
                yield Size(double, double)
            case 0x32:
                _, code = reader.byte(), reader.byte()
                yield DefineGlyph(code, reader.take(72))
            case _:
                yield self._skipped(FS, letter, reader)

    def _gs(self, reader: _Reader) -> Iterator[Command]:
        match letter := reader.byte():
            case 0x21:
                size = reader.byte()
                yield Size((size >> 4 & 7) + 1, (size & 7) + 1)
            case 0x42:
                yield Reverse(bool(reader.byte() & 1))
            case 0x56:
                yield Cut(feed_dots=reader.byte() if reader.byte() in (0x41, 0x42, 0x61, 0x62) else 0)
            case 0x61:
                yield AutomaticStatus(reader.byte())
            case 0x76:
                yield from self._raster(reader)
            case 0x28:
                function, length = reader.byte(), reader.word()
                yield from self._extended(function, reader.take(length))
            case 0x6B:
                yield self._barcode(reader)
            case _:
                yield self._skipped(GS, letter, reader)

    def _raster(self, reader: _Reader) -> Iterator[Command]:
        if (kind := reader.byte()) != 0x30:
            yield Ignored(bytes([GS, 0x76, kind]))
            return
        mode, width_bytes, height = reader.byte(), reader.word(), reader.word()
        if width_bytes * height > MOST_GRAPHICS:
            yield Ignored(bytes([GS, 0x76, kind, mode]))
            return
        yield Raster(width_bytes, height, reader.take(width_bytes * height), (1 + (mode & 1), 1 + (mode >> 1 & 1)))

    def _extended(self, function: int, parameters: bytes) -> Iterator[Command]:
        if function == 0x48 and len(parameters) == 6 and parameters[:2] == b"\x30\x30":
            yield Confirm(parameters[2:])
            return
        if function != 0x6B or len(parameters) < 2 or parameters[0] != 0x31:
            yield Ignored(bytes([GS, 0x28, function]) + parameters)
            return
        setting = parameters[2] if len(parameters) > 2 else 0
        match parameters[1]:
            case 0x43:
                self._qr_module = min(max(setting, 1), 16)
            case 0x45:
                self._qr_correction = "LMQH"[setting & 3]
            case 0x50:
                self._qr_payload = parameters[3:]
            case 0x51:
                yield QrCode(self._qr_payload, self._qr_module, self._qr_correction)

    def _barcode(self, reader: _Reader) -> Command:
        kind = reader.byte()
        if kind >= 65:
            return Barcode(kind, reader.take(reader.byte()))
        payload = bytearray()
        while (octet := reader.byte()) != 0:
            payload.append(octet)
        return Barcode(kind, bytes(payload))

    def _skipped(self, family: int, letter: int, reader: _Reader) -> Command:
        return Ignored(bytes([family, letter]) + reader.take(_PLAIN_SKIPS.get((family, letter), 0)))
