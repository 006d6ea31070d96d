"""The receipt printer as a pure machine: bytes in, strips on paper, status bytes out. It keeps the paper's physics.

Paper that ends stops the slip at the line; what was received waits, and goes on after a refill unless the
host gives it up (`DLE ENQ 2`, `ESC @`). What is confirmed (`GS ( H`) is on paper.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum

import numpy as np

from hardware_sim.devices import escpos_stream as escpos
from hardware_sim.devices import thermal_print as head
from hardware_sim.devices.thermal_print import CELL, DOTS_PER_LINE, DOTS_PER_MM, Dots, Line, Strip, Style

NEW_ROLL_MM = 80_000.0
NEAR_END_MM = 2_000.0


class EndedBy(Enum):
    """How a piece of paper came off."""

    CUT = "cut"
    TORN = "torn"  # the connection ended without a cut
    PAPER_END = "paper-end"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A piece of paper: dots (rows x 576), the lines of text on it."""

    dots: Dots
    lines: tuple[str, ...]
    ended_by: EndedBy


@dataclass(frozen=True, slots=True)
class ConnectionEnded:
    """Waits its turn behind what was sent over the connection."""


@dataclass(frozen=True, slots=True)
class Sever:
    """The paper comes off once the strips before are on it."""

    by: EndedBy


Waiting = escpos.Command | ConnectionEnded | Sever


class PrinterMachine:
    """Call `receive` with bytes, `advance` until it gives `None`, and take `answers` and `receipts`."""

    def __init__(self) -> None:
        self.remaining_mm = NEW_ROLL_MM
        self.cover_open = False
        self.jammed = False
        self.silent = False
        self.answers = bytearray()
        self.receipts: deque[Receipt] = deque()
        self._stopped_for_paper = False
        self._queue: deque[Waiting] = deque()
        self._strips: deque[Strip] = deque()
        self._style = Style()
        self._line = Line()
        self._defined: dict[int, Dots] = {}
        self._piece: list[Strip] = []
        self._stream = escpos.EscPosStream()
        self._automatic = False
        self._told = b""

    # The citizen's and the technician's hands.

    def load_paper(self, mm: float = NEW_ROLL_MM) -> None:
        self.remaining_mm = mm
        self._stopped_for_paper = False
        self._tell_changes()

    def remove_paper(self) -> None:
        self._tear_off(EndedBy.PAPER_END)
        self.remaining_mm = 0.0
        self._tell_changes()

    def set_cover(self, *, opened: bool) -> None:
        self.cover_open = opened
        self._tell_changes()

    def set_jam(self, *, jammed: bool) -> None:
        self.jammed = jammed
        self._tell_changes()

    # State.

    @property
    def paper_out(self) -> bool:
        return self._stopped_for_paper or self.remaining_mm <= 0

    @property
    def near_end(self) -> bool:
        return self.remaining_mm < NEAR_END_MM

    @property
    def online(self) -> bool:
        return not (self.paper_out or self.cover_open or self.jammed)

    @property
    def waiting(self) -> bool:
        """Whether something received is not on paper yet."""
        return bool(self._queue or self._strips)

    def status_byte(self, n: int) -> int:
        """The answer to `DLE EOT n`."""
        match n:
            case 1:
                flags = 0 if self.online else 0x08
            case 2:
                flags = 0x04 * self.cover_open | 0x20 * self.paper_out | 0x40 * self.jammed
            case 3:
                flags = 0x08 * self.jammed
            case _:
                flags = 0x0C * (self.near_end or self.paper_out) | 0x60 * self.paper_out
        return 0x12 | flags

    def automatic_status(self) -> bytes:
        """The four bytes of `GS a`."""
        return bytes(
            [
                0x10 | (0 if self.online else 0x08) | 0x20 * self.cover_open,
                0x08 * self.jammed,
                0x03 * (self.near_end or self.paper_out) | 0x0C * self.paper_out,
                0x00,
            ]
        )

    # The wire.

    def connected(self) -> None:
        self._stream = escpos.EscPosStream()
        self.answers.clear()
        self._automatic = False

    def disconnected(self) -> None:
        self._automatic = False
        self.answers.clear()
        self._queue.append(ConnectionEnded())

    def receive(self, octets: bytes) -> None:
        """Real-time commands act at once, everything else waits its turn."""
        for command in self._stream.feed(octets):
            match command:
                case escpos.StatusAsked(n):
                    self._say(bytes([self.status_byte(n)]))
                case escpos.Recover(n=2):
                    self._give_up()
                case escpos.Initialise() if not self.online:
                    self._give_up()
                    self._queue.append(command)
                case escpos.Recover() | escpos.Ignored():
                    pass
                case _:
                    self._queue.append(command)

    def advance(self) -> float | None:
        """Do the next thing that waits. Gives the paper moved in mm, `None` when nothing can be done."""
        if not self.online:
            return None
        if not self._strips:
            if not self._queue:
                return None
            self._execute(self._queue.popleft())
        if not self._strips:
            return 0.0
        return self._print(self._strips[0])

    def _print(self, strip: Strip) -> float | None:
        length_mm = len(strip.dots) / DOTS_PER_MM
        if length_mm > self.remaining_mm:
            self._stopped_for_paper = True
            self._tear_off(EndedBy.PAPER_END)
            self._tell_changes()
            return None
        self._strips.popleft()
        self._piece.append(strip)
        self.remaining_mm -= length_mm
        self._tell_changes()
        return length_mm

    def _execute(self, command: Waiting) -> None:
        style = self._style
        match command:
            case escpos.Initialise():
                self._style, self._line = Style(), Line()
                self._defined.clear()
            case escpos.Glyph("\t"):
                self._pad_to((self._line.width // (8 * CELL // 2) + 1) * 8 * CELL // 2)
            case escpos.Glyph(text, chinese):
                self._add(head.glyph(text, style, chinese=chinese), text)
            case escpos.DefinedGlyph(code):
                self._add_defined(code)
            case escpos.DefineGlyph(code, columns):
                self._defined[code] = head.columns_glyph(columns, 3)
            case escpos.InlineImage():
                self._add(head.inline_image(command), head.PICTURE_MARK)
            case escpos.LineFeed():
                self._end_line()
            case escpos.Feed(lines, dots):
                self._feed(lines, dots)
            case escpos.Align(to):
                style.alignment = to
            case escpos.Size(width, height):
                style.width, style.height = width, height
            case escpos.Bold(on):
                style.bold = on
            case escpos.Underline(on):
                style.underline = on
            case escpos.Reverse(on):
                style.reverse = on
            case escpos.LineSpacing(dots):
                style.spacing = dots
            case escpos.Position(dots):
                self._pad_to(dots)
            case escpos.Raster():
                self._add_block(head.picture_strips(command, style))
            case escpos.QrCode():
                self._add_block(head.qr_strips(command, style))
            case escpos.Barcode():
                self._add_block(head.barcode_strips(command, style))
            case escpos.Cut(feed_dots):
                self._end_line(only_if_begun=True)
                self._strips += head.blank(feed_dots)
                self._queue.appendleft(Sever(EndedBy.CUT))
            case escpos.Confirm(token):
                self._say(b"\x37\x22" + token + b"\x00")
            case escpos.AutomaticStatus(mask):
                self._automatic = mask != 0
                self._told = b""
                self._tell_changes()
            case ConnectionEnded():
                self._end_line(only_if_begun=True)
                self._queue.appendleft(Sever(EndedBy.TORN))
            case Sever(by):
                self._tear_off(by)

    def _add(self, cell: Dots, text: str) -> None:
        cell = cell[:, :DOTS_PER_LINE]
        if self._line.width + cell.shape[1] > DOTS_PER_LINE:
            self._end_line()
        self._line.add(cell, text)

    def _add_defined(self, code: int) -> None:
        if code in self._defined:
            self._add(head.styled(self._defined[code], self._style), head.PICTURE_MARK)
        else:
            self._add(head.glyph("\ufffd", self._style, chinese=True), "\ufffd")

    def _pad_to(self, dots: int) -> None:
        gap = min(dots, DOTS_PER_LINE) - self._line.width
        if gap > 0:
            self._line.add(np.zeros((CELL, gap), np.bool_), " " * max(1, gap // (CELL // 2)))

    def _end_line(self, *, only_if_begun: bool = False) -> None:
        if self._line.cells or not only_if_begun:
            self._strips.append(head.set_line(self._line, self._style))
            self._line = Line()

    def _add_block(self, strips: list[Strip]) -> None:
        self._end_line(only_if_begun=True)
        self._strips += strips

    def _feed(self, lines: int, dots: int) -> None:
        if self._line.cells:
            self._end_line()
            lines = max(0, lines - 1)  # the line itself has moved the paper by one
        spacing = head.OWN_LINE_SPACING if self._style.spacing is None else self._style.spacing
        self._strips += head.blank(dots or lines * spacing)

    def _tear_off(self, by: EndedBy) -> None:
        """What hangs out of the printer becomes a receipt, unless nothing is on it."""
        piece, self._piece = self._piece, []
        if any(strip.dots.any() for strip in piece):
            lines = tuple(strip.text for strip in piece if strip.text is not None)
            self.receipts.append(Receipt(np.concatenate([strip.dots for strip in piece]), lines, by))

    def _give_up(self) -> None:
        self._queue.clear()
        self._strips.clear()
        self._line = Line()

    def _say(self, octets: bytes) -> None:
        if not self.silent:
            self.answers += octets

    def _tell_changes(self) -> None:
        status = self.automatic_status()
        if self._automatic and status != self._told:
            self._told = status
            self._say(status)
