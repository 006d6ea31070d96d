"""Pictures that a host stores in the printer and prints later: `GS ( L`, `GS 8 L`, `FS q`, `GS *` and their prints.

Parameters after Epson's reference: a function, then a tone (48 monochrome, 52 multiple), keys, scales, colours,
width and height in dots, and the dots by rows or by columns, the highest bit left or on top.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hardware_sim.devices.escpos_commands import Command, Dots, Ignored, Raster, Unknown

MOST_KEPT = 64_000_000  # dots in all; more than any printer keeps
_TONE_WEIGHTS = {0x31: 1, 0x32: 2, 0x33: 4, 0x34: 8}
_THRESHOLDS = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]])
_DEFINE = {0x43: "NV", 0x44: "NV", 0x53: "download", 0x54: "download"}
_PRINT = {0x45: "NV", 0x55: "download"}
_DELETE = {0x42: "NV", 0x52: "download"}
_CLEAR = {0x41: "NV", 0x51: "download"}
_QUESTIONS = {0x00, 0x03, 0x04, 0x30, 0x33, 0x34, 0x40, 0x50, 0x01, 0x31}
_BY_COLUMNS = {0x44, 0x54, 0x71}

Key = tuple[str, int | bytes]


@dataclass(slots=True)
class _Buffer:
    """What fn 112 and 113 stored for fn 50. `tones` sums the weights of the colours at each dot."""

    tones: np.ndarray
    several: bool
    scale: tuple[int, int]

    def dots(self) -> Dots:
        if not self.several:
            return self.tones > 0
        height, width = self.tones.shape
        tiled = np.tile(_THRESHOLDS, (height // 4 + 1, width // 4 + 1))[:height, :width]
        dots: Dots = self.tones > tiled
        return dots


class PictureMemory:
    def __init__(self) -> None:
        self._kept: dict[Key, Dots] = {}
        self._buffer: _Buffer | None = None

    def reset(self) -> None:
        """`ESC @`: only what is in the permanent memory stays."""
        self._kept = {key: dots for key, dots in self._kept.items() if key[0] in ("NV", "FS q")}
        self._buffer = None

    def keep(self, key: Key, dots: Dots) -> None:
        self._kept.pop(key, None)
        if sum(one.size for one in self._kept.values()) + dots.size <= MOST_KEPT:
            self._kept[key] = dots

    def printed(self, key: Key, mode: int) -> Iterator[Command]:
        """`FS p` and `GS /`: mode 1 doubles the width, 2 the height, 3 both."""
        if key in self._kept:
            yield raster_of(self._kept[key], (1 + (mode & 1), 1 + (mode >> 1 & 1)))

    def commanded(self, parameters: bytes) -> Iterator[Command]:
        """What stands in `GS ( L` or `GS 8 L` behind its length."""
        if len(parameters) < 2 or parameters[0] != 0x30:
            yield Unknown(f"GS ( L {len(parameters)} bytes")
            return
        function, rest = parameters[1], parameters[2:]
        key = (_PRINT | _DELETE).get(function, ""), rest[:2]
        if function in (0x70, 0x71) and len(rest) >= 8:
            self._store(function, rest)
        elif function in (0x02, 0x32):
            if self._buffer is not None:
                yield raster_of(self._buffer.dots(), self._buffer.scale)
            self._buffer = None
        elif function in _DEFINE and len(rest) >= 8:
            width, height = _size(rest, 4)
            self.keep((_DEFINE[function], rest[1:3]), _dots(rest[9:], width, height, function in _BY_COLUMNS))
        elif function in _PRINT and len(rest) >= 4:
            if key in self._kept:
                yield raster_of(self._kept[key], (max(rest[2], 1), max(rest[3], 1)))
        elif function in _DELETE:
            self._kept.pop(key, None)
        elif function in _CLEAR:
            self._kept = {key: dots for key, dots in self._kept.items() if key[0] != _CLEAR[function]}
        elif function in _QUESTIONS:
            yield Ignored(f"GS ( L function {function}")
        else:
            yield Unknown(f"GS ( L function {function} {len(parameters)} bytes")

    def _store(self, function: int, rest: bytes) -> None:
        tone, across, down, colour = rest[:4]
        width, height = _size(rest, 4)
        dots = _dots(rest[8:], width, height, function in _BY_COLUMNS)
        scale = (2 if across == 2 else 1, 2 if down == 2 else 1)
        tones = dots.astype(np.uint8) * (_TONE_WEIGHTS.get(colour, 1) if tone == 0x34 else 1)
        held = self._buffer
        if held is not None and held.tones.shape == tones.shape and held.scale == scale:
            held.tones += tones
        elif held is not None:  # stored one on the other: both come out, as large as the larger
            shape = [max(pair) for pair in zip(held.tones.shape, tones.shape, strict=True)]
            both = np.zeros(shape, np.uint8)
            for one in (held.tones, tones):
                both[: one.shape[0], : one.shape[1]] += one
            self._buffer = _Buffer(both, held.several or tone == 0x34, scale)
        else:
            self._buffer = _Buffer(tones, tone == 0x34, scale)


def _size(rest: bytes, at: int) -> tuple[int, int]:
    return int.from_bytes(rest[at : at + 2], "little"), int.from_bytes(rest[at + 2 : at + 4], "little")


def _dots(octets: bytes, width: int, height: int, by_columns: bool) -> Dots:
    """Dots that were sent, never more than that; what is missing at the end is white."""
    across, down = (height, width) if by_columns else (width, height)
    line_bytes = max((across + 7) // 8, 1)
    lines = min(down, -(-len(octets) // line_bytes))
    bits = np.unpackbits(np.frombuffer(octets.ljust(lines * line_bytes, b"\0")[: lines * line_bytes], np.uint8))
    dots = bits.astype(np.bool_).reshape(lines, line_bytes * 8)[:, :across]
    return dots.T if by_columns else dots


def columns_to_rows(columns: bytes, column_bytes: int) -> Dots:
    """Dots that come column by column, the top dot in the highest bit."""
    column_bytes = max(column_bytes, 1)
    whole = columns[: len(columns) // column_bytes * column_bytes]
    return np.unpackbits(np.frombuffer(whole, np.uint8)).astype(np.bool_).reshape(-1, column_bytes * 8).T


def raster_of(dots: Dots, scale: tuple[int, int]) -> Raster:
    rows = np.packbits(dots, axis=1)
    return Raster(rows.shape[1], rows.shape[0], rows.tobytes(), scale)
