"""A receipt printer's side of ESC/POS, in memory: paper that ends, a cover, a plug, a mouth, and what came out.

What is received is printed line by line as far as it can; the rest waits, as in a real printer, until it can go on or
the host gives it up.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from drivers.transport import TransportLost
from tests.wires.escpos_paper import Paper, read_paper

REAL_TIME = re.compile(rb"(\x10\x04[\x01-\x04\x14]|\x10\x05\x02|\x1b@|\x1da.)", re.DOTALL)
CONFIRMATION = re.compile(rb"\x1d\(H\x06\x0000(.{4})", re.DOTALL)
ACTION = re.compile(
    rb"(\x1d\(H\x06\x0000.{4}|\x1dVB.|\x1dV\x00|\x1dI.|\x1dg2\x00.\x00|\x1de\x03.|\x1de[\x02\x05])|(?<=\n)", re.DOTALL
)
BEGUN = re.compile(rb"\x1d(V(B)?|e(\x03)?|I|g(2.{0,2})?|\((H.{0,7})?)?\Z", re.DOTALL)
IDENTITY = {
    b"\x1dI\x01": b"\x20",
    b"\x1dI\x02": b"\x02",
    b"\x1dI\x41": b"_2.01 ESC\x00",
    b"\x1dI\x42": b"_MAKER\x00",
    b"\x1dI\x43": b"_P-80\x00",
    b"\x1dg2\x00\x94\x00": b"_40321\x00",
    b"\x1dg2\x00\xb2\x00": b"_812\x00",
    b"\x1dg2\x00\xc6\x00": b"_95\x00",
}


class Trouble(Enum):
    """What keeps it from printing besides paper and cover: the bits of `1004 03`, and of Custom's last two bytes."""

    MECHANICAL = (0x04, b"\x40\x00")
    CUTTER = (0x08, b"\x00\x01")
    BROKEN = (0x20, b"\x00\x08")
    HOT = (0x40, b"\x01\x00")


@dataclass
class PrinterWire:
    """Both the wire (for a driver) and the hands (for a test). `lines_left`: how many lines of paper there are."""

    dialect: Literal["escpos", "custom"] = "escpos"
    encoding: str = "gb18030"
    lines_left: int = 1000
    cover_open: bool = False
    trouble: Trouble | None = None
    freed: bool = False  # what stuck is out, and it waits to be told to go on
    cools_after: int = 0  # times that a hot head is asked before it goes on
    plugged: bool = True
    silent: bool = False
    mute_confirmation: bool = False
    tells_changes: bool = True
    noise: bytes = b""  # before each answer
    halves: bool = False  # only the first half of each answer comes
    pulled_after: int | None = None  # how many more writes the plug stays in
    closed_after: int | None = None  # how many more writes the connection holds
    pauses_every: int | None = None  # bytes, until it says XOFF; XON comes when it was listened to
    after_lines: tuple[int, Callable[[], None]] | None = None  # what happens to it in the middle
    clears_mouth: bool = True
    stale: bool = False  # the connection was closed while nobody used it
    mouth: bool = False
    retracted: int = 0
    slips: list[Paper] = field(default_factory=list)
    waiting: list[bytes] = field(default_factory=list)
    on_paper: bytes = b""
    automatic: bool = False
    pending: bytes = b""
    received: bytes = b""
    begun: bytes = b""
    since_pause: int = 0
    paused: bool = False

    # Hands.

    def refill(self) -> None:
        self.lines_left = 1000
        self._changed()
        self._go_on()

    def take_paper_out(self) -> None:
        self.lines_left = 0
        self._changed()

    def open_cover(self) -> None:
        self.cover_open = True
        self._changed()

    def close_cover(self) -> None:
        self.cover_open = False
        self._changed()
        self._go_on()

    def set_trouble(self, trouble: Trouble | None) -> None:
        self.trouble = trouble
        self._changed()
        self._go_on()

    def power_off(self) -> None:
        """The plug is out, and what it had received is gone."""
        self.plugged = False
        self.waiting, self.begun, self.pending, self.automatic = [], b"", b"", False

    # Wire.

    def discard_input(self) -> None:
        self._connect()
        self.pending = b""

    def write(self, data: bytes) -> None:
        self._connect()
        self.pulled_after = self._counted(self.pulled_after)
        self.closed_after = self._counted(self.closed_after)
        assert not self.paused or len(data) <= 3, "written after XOFF"
        self.received += data
        self.since_pause += len(data)
        for part in REAL_TIME.split(data):
            if part[:2] == b"\x10\x04":
                self._answer_status(part[2])
            elif part == b"\x10\x05\x02":
                self.waiting, self.begun = [], b""
                if self.freed:
                    self.set_trouble(None)
            elif part[:2] == b"\x1da":
                self.automatic = part[2] != 0
                self._changed()
            elif part == b"\x1b@":
                self.on_paper += part
            else:
                whole = self.begun + part
                held = BEGUN.search(whole)
                self.begun = held[0] if held else b""
                whole = whole[: len(whole) - len(self.begun)]
                self.waiting += [piece for piece in ACTION.split(whole) if piece]
        if self.pauses_every is not None and self.since_pause >= self.pauses_every:
            self.paused, self.since_pause = True, 0
            self._say(b"\x13")
        self._go_on()
        if not self.plugged:
            raise TransportLost("switched off")

    def read(self, *, within_s: float) -> bytes:
        self._connect()
        if self.paused and not self.pending:
            self.paused = False
            self._say(b"\x11")
        arrived, self.pending = self.pending[:5], self.pending[5:]
        return arrived

    def close(self) -> None:
        """Nothing is open."""

    def _connect(self) -> None:
        if not self.plugged or self.stale:
            self.stale = False
            raise TransportLost("unplugged")

    def _counted(self, left: int | None) -> int | None:
        if left == 0:
            self.plugged = self.pulled_after is None
            self.closed_after = None
            self.automatic = False
            raise TransportLost("pulled")
        return None if left is None else left - 1

    @property
    def _stopped(self) -> bool:
        return self.lines_left == 0 or self.cover_open or self.trouble is not None or not self.plugged

    def _go_on(self) -> None:
        while self.waiting and not self._stopped:
            piece = self.waiting.pop(0)
            if asked := CONFIRMATION.match(piece):
                if not self.mute_confirmation:
                    self._say(b"\x37\x22" + asked[1] + b"\x00")
                continue
            if piece[:2] in (b"\x1dI", b"\x1dg"):
                if not self.mute_confirmation:
                    self._say(IDENTITY[piece])
                continue
            self.on_paper += piece
            if piece.endswith(b"\n"):
                self._line()
            if piece[:2] == b"\x1dV":
                self.slips.append(read_paper(self.on_paper, self.encoding))
                self.on_paper = b"\x1c(C\x02\x000\x02" if self.encoding == "utf-8" else b""
            if piece[:3] == b"\x1de\x03":
                self.mouth = True
            elif piece[:2] == b"\x1de" and self.mouth and self.clears_mouth:
                self.mouth, self.retracted = False, self.retracted + 1

    def _line(self) -> None:
        self.lines_left -= 1
        if self.lines_left == 0:
            self._changed()
        if self.after_lines:
            lines, happens = self.after_lines
            self.after_lines = (lines - 1, happens) if lines > 1 else None
            if lines == 1:
                happens()

    def _answer_status(self, n: int) -> None:
        if self.trouble is Trouble.HOT and self.cools_after:
            self.cools_after -= 1
            if self.cools_after == 0:
                self.set_trouble(None)
        if (n == 0x14) == (self.dialect == "custom"):
            self._say(self._full_status() if n == 0x14 else bytes([self._status(n)]))

    def _status(self, n: int) -> int:
        out = self.lines_left == 0
        return (
            0x12
            | {
                1: 0x08 * self._stopped,
                2: 0x04 * self.cover_open | 0x20 * out | 0x40 * (self.trouble is not None),
                3: self.trouble.value[0] if self.trouble else 0,
                4: 0x60 * out | 0x0C * (self.lines_left < 50),
            }[n]
        )

    def _full_status(self) -> bytes:
        paper = 0x01 * (self.lines_left == 0) | 0x04 * (self.lines_left < 50) | 0x20 * self.mouth
        return bytes([0x10, 0x0F, paper, 0x02 * self.cover_open]) + (self.trouble.value[1] if self.trouble else b"\0\0")

    def _changed(self) -> None:
        if self.automatic and self.tells_changes:
            out = self.lines_left == 0
            first = 0x10 | 0x08 * self._stopped | 0x20 * self.cover_open
            self._say(bytes([first, self.trouble.value[0] if self.trouble else 0, 0x0F * out, 0]))

    def _say(self, answer: bytes) -> None:
        if not self.silent:
            whole = self.noise + answer
            self.pending += whole[: len(whole) // 2] if self.halves else whole
