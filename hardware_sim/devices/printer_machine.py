"""The receipt printer as a pure machine: bytes in, strips on paper, status bytes out. It keeps the paper's physics.

Paper that ends stops the slip at the line; what was received waits, and goes on after a refill unless the
host gives it up (`DLE ENQ 2`, `ESC @`). What is confirmed (`GS ( H`) is on paper.
"""

import random
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from hardware_sim.devices import escpos_commands as escpos
from hardware_sim.devices import printer_status
from hardware_sim.devices.escpos_commands import Dots
from hardware_sim.devices.escpos_stream import EscPosStream
from hardware_sim.devices.printed_codes import PrintedCode
from hardware_sim.devices.printer_status import Mechanism
from hardware_sim.devices.text_coding import Chinese
from hardware_sim.devices.thermal_print import DOTS_PER_LINE, DOTS_PER_MM, Strip, blank
from hardware_sim.devices.typesetter import Typesetter

NEW_ROLL_MM = 80_000.0
NEAR_END_MM = 2_000.0
HEAD_COOLS_S = 20.0
LONGEST_PIECE = 80_000  # rows; ten metres that nobody cuts tear off by their own weight
MOST_MACRO, MOST_MACRO_RUN = 2_048, 20_000  # commands


class EndedBy(Enum):
    """How a piece of paper came off."""

    CUT = "cut"
    TORN = "torn"  # the connection ended without a cut
    PAPER_END = "paper-end"
    JAMMED = "jammed"  # it was cut and is stuck inside


@dataclass(frozen=True, slots=True)
class Receipt:
    """A piece of paper: dots (rows x the width of the head), the lines on it with marks for pictures and codes, and
    apart from them the lines of text alone. `refused`: codes that could not be printed. `pictures`: their dots alone,
    where there are any."""

    dots: Dots
    lines: tuple[str, ...]
    ended_by: EndedBy
    text_lines: tuple[str, ...] = ()
    codes: tuple[PrintedCode, ...] = ()
    cuts: int = 0
    unknown: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    pictures: Dots | None = None


@dataclass(frozen=True, slots=True)
class ConnectionEnded:
    """Waits its turn behind what was sent over the connection."""


@dataclass(frozen=True, slots=True)
class Sever:
    """The paper comes off once the strips before are on it."""

    by: EndedBy


Waiting = escpos.Command | ConnectionEnded | Sever
_QUIET = (  # no job begins with it
    escpos.Initialise
    | escpos.Set
    | escpos.AutomaticStatus
    | escpos.Confirm
    | escpos.Asked
    | escpos.Present
    | ConnectionEnded
    | Sever
)


class PrinterMachine:
    """Call `receive` with bytes, `advance` until it gives `None`, and take `answers` and `receipts`.

    `presenter`: a cut ticket waits in the mouth until somebody takes it, as in kiosks. Time is told by `tell_time`.
    """

    def __init__(
        self,
        *,
        chinese: Chinese = Chinese.ON,
        four_bytes: bool = False,
        width_dots: int = DOTS_PER_LINE,
        presenter: bool = False,
        chance: random.Random | None = None,
    ) -> None:
        self.mechanism = Mechanism()
        self.silent = False
        self.halved = False
        self.noise_bytes = 0
        self.baud = 0  # of the line, 0 is as fast as it comes
        self.job_began = False  # something of it is printed or about to be
        self.job_ended = False  # and whoever sent it was answered, or is gone
        self.jams_after_cut = False
        self.retracted = 0
        self.answers = bytearray()
        self.receipts: deque[Receipt] = deque()
        self._presenter = presenter
        self._chance = chance or random.Random("receipt_printer")
        self._remaining_mm = NEW_ROLL_MM
        self._now_s, self._hot_until_s = 0.0, 0.0
        self._queue: deque[Waiting] = deque()
        self._strips: deque[Strip] = deque()
        self._typesetter = Typesetter(width_dots)
        self._width = width_dots
        self._piece: list[Strip] = []
        self._piece_rows = 0
        self._unknown: list[str] = []
        self._macro: list[escpos.Command] = []
        self._recording = False
        self._stream = EscPosStream(chinese, four_bytes=four_bytes)
        self._automatic = False
        self._told = b""

    # The citizen's and the technician's hands.

    def load_paper(self, mm: float = NEW_ROLL_MM) -> None:
        self._remaining_mm = mm
        self._change(paper_out=mm <= 0, near_end=mm < NEAR_END_MM)

    def end_paper_after(self, mm: float) -> None:
        """The roll ends so much further on, whatever was left."""
        self._remaining_mm = min(self._remaining_mm, mm)
        self._change(paper_out=self.mechanism.paper_out or self._remaining_mm <= 0, near_end=True)

    def remove_paper(self) -> None:
        self._tear_off(EndedBy.PAPER_END)
        self._remaining_mm = 0.0
        self._change(paper_out=True, near_end=True)

    def set_cover(self, *, opened: bool) -> None:
        self._change(cover_open=opened)

    def set_jam(self, *, jammed: bool) -> None:
        """The cutter is stuck; clearing frees a stuck piece too."""
        self._change(cutter_stuck=jammed, paper_jammed=self.mechanism.paper_jammed and jammed)

    def free_piece(self) -> None:
        """What was stuck is taken out."""
        self.jams_after_cut = False
        self._change(paper_jammed=False)

    def heat(self, *, hot: bool) -> None:
        """The head is too hot, until it has cooled by itself."""
        self._hot_until_s = self._now_s + HEAD_COOLS_S
        self._change(head_hot=hot)

    def take_ticket(self) -> bool:
        """Somebody takes what waits in the mouth; false when nothing does."""
        waited = self.mechanism.ticket_waiting
        self._change(ticket_waiting=False)
        return waited

    def tell_time(self, now_s: float) -> float | None:
        """Gives the seconds until the head has cooled, `None` when it is not hot."""
        self._now_s = now_s
        if not self.mechanism.head_hot:
            return None
        if now_s >= self._hot_until_s:
            self._change(head_hot=False)
            return None
        return self._hot_until_s - now_s

    # State.

    @property
    def remaining_mm(self) -> float:
        return self._remaining_mm

    @property
    def online(self) -> bool:
        return self.mechanism.online

    @property
    def waiting(self) -> int:
        """How much was received and is not on paper yet."""
        return len(self._queue) + len(self._strips)

    @property
    def unfinished(self) -> bool:
        """Whether something hangs out of the printer."""
        return any(strip.dots.any() for strip in self._piece)

    def _change(self, **states: bool) -> None:
        self.mechanism = replace(self.mechanism, **states)
        self._tell_changes()

    # The wire.

    def connected(self) -> None:
        self._stream.restart()
        self.answers.clear()
        self._automatic = False

    def disconnected(self) -> None:
        self._hear(self._stream.finish())
        self._automatic = False
        self.answers.clear()
        self._queue.append(ConnectionEnded())

    def receive(self, octets: bytes) -> None:
        """Real-time commands act at once, everything else waits its turn."""
        self._hear(self._stream.feed(octets))

    def _hear(self, commands: Iterable[escpos.Command]) -> None:
        for command in commands:
            match command:
                case escpos.StatusAsked(n=0x14):
                    self._say(printer_status.full_status(self.mechanism) if self._presenter else b"")
                case escpos.StatusAsked(n):
                    self._say(bytes([printer_status.answer_byte(self.mechanism, n)]))
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
            if not self.job_began and not isinstance(self._queue[0], _QUIET):
                self.job_began, self.job_ended = True, False
                return 0.0
            self._execute(self._queue.popleft())
        if not self._strips:
            return 0.0
        return self._print(self._strips[0])

    def _print(self, strip: Strip) -> float | None:
        length_mm = len(strip.dots) / DOTS_PER_MM
        if length_mm > self._remaining_mm:
            self._tear_off(EndedBy.PAPER_END)
            self._change(paper_out=True, near_end=True)
            return None
        self._strips.popleft()
        self._piece.append(strip)
        self._piece_rows += len(strip.dots)
        self._remaining_mm -= length_mm
        if self._piece_rows > LONGEST_PIECE:
            self._tear_off(EndedBy.TORN)
        if self._remaining_mm < NEAR_END_MM and not self.mechanism.near_end:
            self._change(near_end=True)
        return length_mm

    def _execute(self, command: Waiting) -> None:
        if self._recording and not isinstance(command, escpos.MacroMark | escpos.MacroRun | ConnectionEnded | Sever):
            self._macro.append(command)
            self._recording = len(self._macro) < MOST_MACRO
        match command:
            case escpos.Cut(feed_dots):
                self._strips += self._typesetter.end_line(only_if_begun=True)
                self._strips += blank(feed_dots, self._width)
                self._queue.appendleft(Sever(EndedBy.CUT))
            case escpos.Confirm(token):
                self._say(b"\x37\x22" + token + b"\x00")
            case escpos.Asked(question, n):
                self._say(printer_status.answer_in_turn(self.mechanism, question, n))
            case escpos.AutomaticStatus(mask):
                self._automatic = mask != 0
                self._told = b""
                self._tell_changes()
            case escpos.Present(n):
                self._present(n)
            case escpos.MacroMark():
                self._recording = not self._recording
                if self._recording:
                    self._macro = []
            case escpos.MacroRun(times):
                self._recording = False
                times = min(times, MOST_MACRO_RUN // max(1, len(self._macro)))
                self._queue.extendleft(reversed(self._macro * times))
            case escpos.Unknown(name):
                self._unknown.append(name)
            case ConnectionEnded():
                self._strips += self._typesetter.end_line(only_if_begun=True)
                self._typesetter.execute(escpos.Initialise())
                self._macro, self._recording = [], False
                self._queue.appendleft(Sever(EndedBy.TORN))
            case Sever(by):
                self._sever(by)
            case _:
                self._strips += self._typesetter.execute(command)

    def _sever(self, by: EndedBy) -> None:
        stuck = by is EndedBy.CUT and self.jams_after_cut
        came_off = self._tear_off(EndedBy.JAMMED if stuck else by)
        if stuck:
            self.jams_after_cut = False
            self._change(paper_jammed=True)
        elif came_off and by is EndedBy.CUT and self._presenter:
            self._change(ticket_waiting=True)
        self.job_began = False
        if by is EndedBy.TORN:
            self.job_ended = True
            self._unknown.clear()

    def _present(self, n: int) -> None:
        if not self._presenter:
            self._unknown.append(f"GS e {n}")
        elif n == 2 and self.take_ticket():
            self.retracted += 1
        elif n == 5:
            self.take_ticket()

    def _tear_off(self, by: EndedBy) -> bool:
        """What hangs out of the printer becomes a receipt, unless nothing is on it."""
        unfinished, piece, self._piece = self.unfinished, self._piece, []
        self._piece_rows = 0
        refused, self._typesetter.refused = tuple(self._typesetter.refused), []
        if not unfinished:
            return False
        unknown, self._unknown = tuple(self._unknown), []
        self.receipts.append(
            Receipt(
                dots=np.concatenate([strip.dots for strip in piece]),
                lines=tuple(strip.shown for strip in piece if strip.shown is not None),
                ended_by=by,
                text_lines=_trimmed([strip.text for strip in piece if strip.text is not None]),
                codes=tuple(strip.code for strip in piece if strip.code is not None),
                cuts=int(by in (EndedBy.CUT, EndedBy.JAMMED)),
                unknown=unknown,
                refused=refused,
                pictures=_pictures(piece),
            )
        )
        return True

    def _give_up(self) -> None:
        self.job_began = False
        self._queue.clear()
        self._strips.clear()
        self._typesetter.give_up()

    def _say(self, octets: bytes) -> None:
        if octets and not self.job_began and not self.waiting:
            self.job_ended = True
        if self.silent or not octets:
            return
        if self.halved:
            octets = octets[: len(octets) // 2]
        noise = bytes(self._chance.randrange(0x80, 0x100) for _ in range(self.noise_bytes))  # no status has bit 7
        self.answers += noise + octets

    def _tell_changes(self) -> None:
        status = printer_status.automatic_bytes(self.mechanism)
        if self._automatic and status != self._told:
            self._told = status
            self._say(status)


def _pictures(piece: list[Strip]) -> Dots | None:
    if not any(strip.is_picture for strip in piece):
        return None
    return np.concatenate([strip.dots if strip.is_picture else np.zeros_like(strip.dots) for strip in piece])


def _trimmed(lines: list[str]) -> tuple[str, ...]:
    """Without the blank lines before the first and after the last."""
    filled = [at for at, line in enumerate(lines) if line.strip()]
    return tuple(lines[filled[0] : filled[-1] + 1]) if filled else ()
