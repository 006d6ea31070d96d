"""A receipt printer's side of ESC/POS, in memory: paper that ends, a cover, a plug, and what came out.

What is received is printed line by line as far as there is paper; the rest waits, as in a real printer, until paper
comes or the host gives it up.
"""

import re
from dataclasses import dataclass, field

from drivers.transport import TransportLost
from tests.wires.escpos_paper import Paper, read_paper

CONFIRMATION = re.compile(rb"\x1d\(H\x06\x0000(.{4})", re.DOTALL)
SPLIT = re.compile(rb"(?<=\n)|(?=\x1d\(H\x06\x0000)|(?=\x1dVB)|(?<=\x1dVB.)", re.DOTALL)


@dataclass
class PrinterWire:
    """Both the wire (for a driver) and the hands (for a test). `lines_left`: how many lines of paper there are."""

    lines_left: int = 1000
    cover_open: bool = False
    cutter_jammed: bool = False
    plugged: bool = True
    silent: bool = False
    mute_confirmation: bool = False
    tells_changes: bool = True
    pulled_after: int | None = None  # how many more writes the plug stays in
    stale: bool = False  # the connection was closed while nobody used it
    slips: list[Paper] = field(default_factory=list)
    waiting: list[bytes] = field(default_factory=list)
    on_paper: bytes = b""
    automatic: bool = False
    pending: bytes = b""
    received: bytes = b""

    # Hands.

    def refill(self) -> None:
        self.lines_left = 1000
        self._changed()
        self._go_on()

    def take_paper_out(self) -> None:
        self.lines_left = 0
        self._changed()

    # Wire.

    def discard_input(self) -> None:
        self._connect()
        self.pending = b""

    def write(self, data: bytes) -> None:
        self._connect()
        if self.pulled_after is not None:
            if self.pulled_after == 0:
                self.plugged = False
                raise TransportLost("pulled")
            self.pulled_after -= 1
        self.received += data
        rest = b""
        for part in re.split(rb"(\x10\x04[\x01-\x04]|\x10\x05\x02|\x1b@|\x1da.)", data, flags=re.DOTALL):
            if part[:2] == b"\x10\x04":
                self._say(bytes([self._status(part[2])]))
            elif part == b"\x10\x05\x02":
                self.waiting, rest = [], b""
            elif part[:2] == b"\x1da":
                self.automatic = part[2] != 0
                self._changed()
            elif part == b"\x1b@":
                self.on_paper += part
            else:
                rest += part
                self.waiting += [piece for piece in SPLIT.split(part) if piece]
        self._go_on()

    def read(self, *, within_s: float) -> bytes:
        self._connect()
        arrived, self.pending = self.pending[:5], self.pending[5:]
        return arrived

    def close(self) -> None:
        """Nothing is open."""

    def _connect(self) -> None:
        if not self.plugged or self.stale:
            self.stale = False
            raise TransportLost("unplugged")

    def _go_on(self) -> None:
        while self.waiting and self.lines_left > 0 and not self.cover_open:
            piece = self.waiting.pop(0)
            if asked := CONFIRMATION.match(piece):
                if not self.mute_confirmation:
                    self._say(b"\x37\x22" + asked[1] + b"\x00")
                continue
            self.on_paper += piece
            self.lines_left -= piece.endswith(b"\n")
            if piece.startswith(b"\x1dVB"):
                self.slips.append(read_paper(self.on_paper))
                self.on_paper = b""
            if self.lines_left == 0:
                self._changed()

    def _status(self, n: int) -> int:
        out = self.lines_left == 0
        return (
            0x12
            | {
                1: 0x08 * (out or self.cover_open),
                2: 0x04 * self.cover_open | 0x20 * out,
                3: 0x08 * self.cutter_jammed,
                4: 0x60 * out | 0x0C * (self.lines_left < 50),
            }[n]
        )

    def _changed(self) -> None:
        if self.automatic and self.tells_changes:
            out = self.lines_left == 0
            self._say(bytes([0x10 | 0x08 * out | 0x20 * self.cover_open, 0, 0x0F * out, 0]))

    def _say(self, answer: bytes) -> None:
        if not self.silent:
            self.pending += answer
