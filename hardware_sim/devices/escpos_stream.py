"""What a receipt printer hears: an incremental parser from ESC/POS bytes to commands. It never raises.

What it does not know it names and skips; families that carry their length (`GS (`, `FS (`, `ESC (`, `GS 8`) are
skipped whole. Binary data of a command are never taken for commands.
"""

import re
from collections.abc import Callable, Iterator

from hardware_sim.devices import escpos_commands as escpos
from hardware_sim.devices import escpos_reference as reference
from hardware_sim.devices.code_pages import INTERNATIONAL
from hardware_sim.devices.escpos_pictures import PictureMemory, columns_to_rows
from hardware_sim.devices.escpos_reference import DLE, ESC, FS, GS, name_of
from hardware_sim.devices.text_coding import Chinese, TextCoding

MOST_GRAPHICS = 16_000_000  # bytes of one command; what is longer is skipped
MOST_TABS, MOST_BARCODE = 32, 255
_TEXT = re.compile(rb"[\x20-\x7e\x80-\xff]+")
_NUL_ENDED_BARCODES = range(9)  # 7 and 8 (CODE93, CODE128) after other makers


class _More(Exception):
    pass


class Reader:
    """Takes bytes off a buffer and leaves it untouched until `used` is taken."""

    def __init__(self, octets: bytearray) -> None:
        self._octets = octets
        self.used = 0
        self.skip = 0

    def byte(self) -> int:
        return self.take(1)[0]

    def word(self) -> int:
        return int.from_bytes(self.take(2), "little")

    def take(self, count: int) -> bytes:
        if len(self._octets) < self.used + count:
            raise _More
        self.used += count
        return bytes(self._octets[self.used - count : self.used])

    def picture(self, count: int) -> bytes | None:
        """`None` when it is more than a printer can hold: it will be skipped as it comes."""
        if count <= MOST_GRAPHICS:
            return self.take(count)
        self.skip = count
        return None

    def until_nul(self, most: int) -> bytes:
        octets = bytearray()
        while len(octets) < most and (octet := self.byte()):
            octets.append(octet)
        return bytes(octets)


class EscPosStream:
    """Remembers only what the meaning of the following bytes depends on, and the pictures that a host stored."""

    def __init__(self, chinese: Chinese = Chinese.ON, *, four_bytes: bool = False) -> None:
        self._waiting = bytearray()
        self._to_skip = 0
        self._coding = TextCoding(chinese, four_bytes)
        self._pictures = PictureMemory()
        self._reset()
        self._families: dict[int, Callable[[Reader], Iterator[escpos.Command]]] = {
            DLE: self._dle,
            ESC: self._esc,
            FS: self._fs,
            GS: self._gs,
        }

    def restart(self) -> None:
        """A new connection: what was left of the last one is gone, the pictures are not."""
        self._waiting.clear()
        self._to_skip = 0
        self._reset()

    def _reset(self) -> None:
        self._coding.reset()
        self._pictures.reset()
        self._drawn: set[int] = set()
        self._symbols: dict[int, dict[int, bytes]] = {}

    def feed(self, octets: bytes) -> list[escpos.Command]:
        """The commands that became whole with these bytes."""
        self._waiting += octets
        return self._parse(ended=False)

    def finish(self) -> list[escpos.Command]:
        """Nothing more will come: the text that was held back, and the name of what was cut short."""
        commands = self._parse(ended=True)
        if self._waiting:
            lead, *rest = self._waiting
            name = name_of(lead, *rest[:1]) if lead in reference.LEADS else f"{lead:02X}"
            commands.append(escpos.Unknown(f"{name} cut short after {len(self._waiting)} bytes"))
        self._waiting.clear()
        self._to_skip = 0
        return commands

    def _parse(self, *, ended: bool) -> list[escpos.Command]:
        commands: list[escpos.Command] = []
        while self._waiting:
            if self._to_skip:
                skipped = min(self._to_skip, len(self._waiting))
                self._to_skip -= skipped
                del self._waiting[:skipped]
                continue
            if text := _TEXT.match(self._waiting):
                whole = ended or text.end() < len(self._waiting)
                glyphs, used = self._coding.take(text[0], whole=whole)
                commands += glyphs
                del text  # it holds the buffer
                del self._waiting[:used]
                if not whole:
                    break
                continue
            self._coding.end_run()
            reader = Reader(self._waiting)
            try:
                commands += list(self._one(reader))
            except _More:
                break
            self._to_skip = reader.skip
            del self._waiting[: reader.used]
        return commands

    def _one(self, reader: Reader) -> Iterator[escpos.Command]:
        first = reader.byte()
        if first in self._families:
            yield from self._families[first](reader)
        elif first == 0x0A:
            yield escpos.LineFeed()
        elif first == 0x09:
            yield escpos.Tab()
        elif first == 0x0C:
            yield escpos.PageEnd(printed=True)
        elif first == 0x18:
            yield escpos.PageCancel()
        elif first not in reference.NOT_PRINTED:
            yield escpos.Unknown(reference.CONTROL_NAMES[first])

    def _plain(self, lead: int, letter: int, reader: Reader) -> Iterator[escpos.Command]:
        lengths = reference.BY_SECOND.get((lead, letter))
        if lengths is not None:
            second = reader.byte()
            name = name_of(lead, letter, second)
            reader.take(lengths.get(second, 0))
            yield escpos.Ignored(name) if second in lengths and lead != ESC else escpos.Unknown(name)
            return
        plain = reference.PLAIN[lead].get(letter)
        name = name_of(lead, letter)
        if plain is None:
            yield escpos.Unknown(name)
            return
        parameters = reader.take(plain.length)
        if plain.meaning is not None:
            yield from plain.meaning(parameters)
        else:
            yield escpos.Unknown(name) if plain.foreign else escpos.Ignored(name)

    def _dle(self, reader: Reader) -> Iterator[escpos.Command]:
        match letter := reader.byte():
            case 0x04:
                n = reader.byte()
                if n in (7, 8, 18):  # ink, MICR, interfaces: one more byte, and nothing of it here
                    reader.byte()
                    yield escpos.Ignored(name_of(DLE, letter))
                elif n in (1, 2, 3, 4, 0x14):
                    yield escpos.StatusAsked(n)
                else:
                    yield escpos.Unknown(f"{name_of(DLE, letter)} {n}")
            case 0x05:
                yield escpos.Recover(reader.byte())
            case 0x14:
                function = reader.byte()
                if function == 0x14:  # Custom's question in its other form
                    yield escpos.StatusAsked(0x14)
                    return
                length = {1: 2, 2: 2, 3: 5, 7: 1, 8: 7}.get(function)
                name = f"{name_of(DLE, letter)} {function}"
                if length is None:
                    yield escpos.Unknown(name)
                    return
                data = reader.take(length)
                yield escpos.Recover(2) if data == b"\x01\x03\x14\x01\x06\x02\x08" else escpos.Ignored(name)
            case _:
                yield escpos.Unknown(name_of(DLE, letter))

    def _esc(self, reader: Reader) -> Iterator[escpos.Command]:
        match letter := reader.byte():
            case 0x40:
                self._reset()
                yield escpos.Initialise()
            case 0x74:
                if not self._coding.select_page(n := reader.byte()):
                    yield escpos.Unknown(f"ESC t {n}")
            case 0x52:
                if (n := reader.byte()) in INTERNATIONAL:
                    self._coding.international = n
                else:
                    yield escpos.Unknown(f"ESC R {n}")
            case 0x2A:
                mode, count = reader.byte(), reader.word()
                yield escpos.InlineImage(mode, reader.take(count * (1 if mode < 32 else 3 if mode < 64 else 6)))
            case 0x44:
                stops = self._tab_stops(reader)
                yield escpos.TabStops(stops)
            case 0x26:
                yield from self._define_glyphs(reader)
            case 0x25:
                on = reader.byte() & 1
                self._coding.drawn = frozenset(self._drawn if on else ())
            case 0x3F:
                self._drawn.discard(code := reader.byte())
                self._coding.drawn &= self._drawn
                yield escpos.DefineGlyph(code, b"")
            case 0x28:
                yield from self._extended(ESC, reader)
            case _:
                yield from self._plain(ESC, letter, reader)

    def _tab_stops(self, reader: Reader) -> tuple[int, ...]:
        stops: list[int] = []
        while len(stops) < MOST_TABS and (stop := reader.byte()) > (stops[-1] if stops else 0):
            stops.append(stop)
        if len(stops) == MOST_TABS:
            reader.byte()
        return tuple(stops)

    def _define_glyphs(self, reader: Reader) -> Iterator[escpos.Command]:
        height, first, last = reader.byte(), reader.byte(), reader.byte()
        for code in range(first, last + 1):
            yield escpos.DefineGlyph(code, reader.take(height * reader.byte()), max(height, 1))
        in_use = bool(self._coding.drawn)
        self._drawn |= set(range(first, last + 1))
        if in_use:
            self._coding.drawn = frozenset(self._drawn)

    def _fs(self, reader: Reader) -> Iterator[escpos.Command]:
        match letter := reader.byte():
            case 0x26:
                self._coding.select_kanji(on=True)
            case 0x2E:
                self._coding.select_kanji(on=False)
            case 0x43:
                self._coding.select_kanji_code(reader.byte())
            case 0x32:
                _, code = reader.byte(), reader.byte()
                yield escpos.DefineGlyph(0xFE00 | code, reader.take(72))
            case 0x28:
                yield from self._extended(FS, reader)
            case 0x70:
                n, mode = reader.byte(), reader.byte()
                yield from self._pictures.printed(("FS q", n), mode)
            case 0x71:
                for n in range(1, reader.byte() + 1):
                    width, height = reader.word(), reader.word()
                    columns = reader.picture(width * height * 8)
                    if columns is None:
                        yield escpos.Unknown("FS q too large")
                        return
                    self._pictures.keep(("FS q", n), columns_to_rows(columns, height))
            case 0x67:
                store, _, _, count = reader.byte(), reader.byte(), reader.take(4), reader.word()
                reader.take(count if store == 0x31 else 0)
                yield escpos.Ignored(name_of(FS, letter))
            case _:
                yield from self._plain(FS, letter, reader)

    def _gs(self, reader: Reader) -> Iterator[escpos.Command]:
        match letter := reader.byte():
            case 0x56:
                yield from self._cut(reader)
            case 0x76:
                yield from self._raster(reader)
            case 0x28:
                yield from self._extended(GS, reader)
            case 0x38:
                yield from self._long(reader)
            case 0x6B:
                yield self._barcode(reader)
            case 0x2A:
                width, height = reader.byte(), reader.byte()
                self._pictures.keep(("GS *", 0), columns_to_rows(reader.take(width * height * 8), height))
            case 0x2F:
                yield from self._pictures.printed(("GS *", 0), reader.byte())
            case 0x51:  # a raster in a narrower place than GS v 0
                reader.byte()
                yield from self._rows("GS Q 0", reader)
            case 0x44:
                yield from self._bitmap_file(reader)
            case 0x65:  # Custom's presenter
                n = reader.byte()
                if n == 3:
                    reader.byte()
                yield escpos.Present(n) if n in (2, 3, 5) else escpos.Unknown(f"GS e {n}")
            case _:
                yield from self._plain(GS, letter, reader)

    def _cut(self, reader: Reader) -> Iterator[escpos.Command]:
        match reader.byte():
            case 0 | 1 | 0x30 | 0x31 as how:
                yield escpos.Cut(0, partial=bool(how & 1))
            case 0x41 | 0x42 | 0x61 | 0x62 | 0x67 | 0x68 as how:
                yield escpos.Cut(reader.byte(), partial=how in (0x42, 0x62, 0x68))
            case other:
                yield escpos.Unknown(f"GS V {other}")

    def _raster(self, reader: Reader) -> Iterator[escpos.Command]:
        if (kind := reader.byte()) != 0x30:
            yield escpos.Unknown(name_of(GS, 0x76, kind))
            return
        yield from self._rows("GS v 0", reader)

    def _rows(self, name: str, reader: Reader) -> Iterator[escpos.Command]:
        mode, width_bytes, height = reader.byte(), reader.word(), reader.word()
        rows = reader.picture(width_bytes * height)
        if rows is None:
            yield escpos.Unknown(f"{name} too large")
        elif rows:
            yield escpos.Raster(width_bytes, height, rows, (1 + (mode & 1), 1 + (mode >> 1 & 1)))

    def _bitmap_file(self, reader: Reader) -> Iterator[escpos.Command]:
        """`GS D`: a Windows bitmap to be kept; its size stands in it."""
        letters = bytes([reader.byte(), reader.byte()])
        if letters not in (b"\x30\x43", b"\x30\x53"):
            yield escpos.Unknown(name_of(GS, 0x44, *letters))
            return
        reader.take(4)
        header = reader.take(6)
        size = int.from_bytes(header[2:6], "little") if header[:2] == b"BM" else 6
        if reader.picture(max(0, size - 6)) is None:
            yield escpos.Unknown("GS D too large")
            return
        yield escpos.Unknown(f"{name_of(GS, 0x44, *letters)} {size} bytes")

    def _long(self, reader: Reader) -> Iterator[escpos.Command]:
        function, length = reader.byte(), int.from_bytes(reader.take(4), "little")
        parameters = reader.picture(length)
        if function == 0x4C and parameters is not None:
            yield from self._pictures.commanded(parameters)
        else:
            yield escpos.Unknown(f"{name_of(GS, 0x38, function)} {length} bytes")

    def _extended(self, lead: int, reader: Reader) -> Iterator[escpos.Command]:
        function, length = reader.byte(), reader.word()
        parameters = reader.take(length)
        name = f"{name_of(lead, 0x28, function)} {length} bytes"
        match (lead, function):
            case (reference.GS, 0x48) if len(parameters) == 6 and parameters[:2] == b"\x30\x30":
                yield escpos.Confirm(parameters[2:])
            case (reference.GS, 0x6B):
                yield from self._symbol(parameters, name)
            case (reference.GS, 0x4C):
                yield from self._pictures.commanded(parameters)
            case (reference.FS, 0x43) if len(parameters) == 2 and parameters[0] == 0x30:
                self._coding.select_utf_8(on=parameters[1] in (2, 0x32))
            case _:
                yield escpos.Ignored(name) if function in reference.EXTENDED[lead] else escpos.Unknown(name)

    def _symbol(self, parameters: bytes, name: str) -> Iterator[escpos.Command]:
        if len(parameters) < 2 or not 0x30 <= parameters[0] <= 0x36:
            yield escpos.Unknown(name)
            return
        family, function = parameters[:2]
        settings = self._symbols.setdefault(family, {})
        match function:
            case 0x51:
                kept = tuple((number, value) for number, value in sorted(settings.items()) if number != 0x50)
                if payload := settings.get(0x50, b""):
                    yield escpos.Symbol(family, payload, kept)
            case 0x52:
                yield escpos.Ignored(name)  # the size it would have: asked, not answered
            case 0x50:
                settings[0x50] = parameters[3:]
            case 0x41 | 0x42 | 0x43 | 0x44 | 0x45 | 0x46 | 0x47 | 0x48:
                settings[function] = parameters[2:]
            case _:
                yield escpos.Unknown(name)

    def _barcode(self, reader: Reader) -> escpos.Command:
        kind = reader.byte()
        if kind in _NUL_ENDED_BARCODES:
            return escpos.Barcode(kind + 65, reader.until_nul(MOST_BARCODE))
        if 65 <= kind <= 79:
            return escpos.Barcode(kind, reader.take(reader.byte()))
        if kind == 97:  # a QR code of other makers: version, correction and a length of two bytes
            reader.take(2)
            return escpos.Symbol(0x31, reader.take(reader.word()))
        name = f"GS k {kind}"
        if kind < 65:
            return escpos.Unknown(f"{name} {len(reader.until_nul(MOST_BARCODE))} bytes")
        return escpos.Unknown(f"{name} {len(reader.take(reader.byte()))} bytes")
