"""What an ESC/POS printer says back: status bytes, automatic status and the confirmation of a print.

    answer to 10 04 n      0xx1xx10                         one byte
    automatic status       0xx1xx00  0xx0xxxx  three times  unasked, at every change
    confirmation           37 22 d1 d2 d3 d4 00             once all before it is on paper
    XOFF, XON              13, 11                           anywhere

Each kind is known by its bytes alone, because an id is made of `ID_BYTES`, which have no bit that marks a status.
Source: the ESC/POS command reference (DLE EOT, GS a, GS ( H).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import sha256

from kiosk.faults import PAPER_OUT, PRINTER_COVER_OPEN, PRINTER_JAMMED, PRINTER_NOT_WORKING, Fault

ID_BYTES = bytes([*range(0x40, 0x50), *range(0x60, 0x70)])  # bit 4 is 0: never taken for a status
CANCEL = b"\x10\x05\x02"  # clear the buffers after an error, at once
INITIALISE = b"\x1b@"
AUTOMATIC_STATUS_ON, AUTOMATIC_STATUS_OFF = b"\x1da\xff", b"\x1da\x00"


class Asked(IntEnum):
    """The `n` of `10 04 n`."""

    PRINTER = 1
    OFFLINE_CAUSE = 2
    ERROR_CAUSE = 3
    PAPER = 4


@dataclass(frozen=True, slots=True)
class Condition:
    """How the mechanism is. `fault` keeps it from printing; `paper_low` does not."""

    fault: Fault | None = None
    paper_low: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything whole in what was received, and the rest for the next time."""

    answers: tuple[int, ...] = ()
    automatic: tuple[Condition, ...] = ()
    confirmed: tuple[bytes, ...] = ()
    rest: bytes = b""


def encode_question(asked: Asked) -> bytes:
    return bytes([0x10, 0x04, asked])


def print_id(job_id: str) -> bytes:
    """Four bytes that stand for the job in its confirmation."""
    digest = sha256(job_id.encode("utf-8")).digest()
    return bytes(ID_BYTES[byte % len(ID_BYTES)] for byte in digest[:4])


def encode_confirmation_request(identifier: bytes) -> bytes:
    return b"\x1d(H\x06\x0000" + identifier


def condition_of(answers: Iterable[tuple[Asked, int]]) -> Condition:
    """What the answers to `10 04 n` say together; what keeps it from printing most plainly comes first."""
    bits = dict(answers)
    paper, cause = bits.get(Asked.PAPER, 0), bits.get(Asked.OFFLINE_CAUSE, 0)
    error, printer = bits.get(Asked.ERROR_CAUSE, 0), bits.get(Asked.PRINTER, 0)
    fault = _first(
        (cause & 0x04, PRINTER_COVER_OPEN),
        (paper & 0x60 or cause & 0x20, PAPER_OUT),
        (error & 0x08, PRINTER_JAMMED),
        (error & 0x60 or cause & 0x40 or printer & 0x08, PRINTER_NOT_WORKING),
    )
    return Condition(fault=fault, paper_low=bool(paper & 0x0C))


def automatic_condition(status: bytes) -> Condition:
    """The four bytes of an automatic status."""
    fault = _first(
        (status[0] & 0x20, PRINTER_COVER_OPEN),
        (status[2] & 0x0C, PAPER_OUT),
        (status[1] & 0x08, PRINTER_JAMMED),
        (status[1] & 0x64 or status[0] & 0x08, PRINTER_NOT_WORKING),
    )
    return Condition(fault=fault, paper_low=bool(status[2] & 0x03))


def parse_heard(received: bytes) -> Heard:
    """Sorts what arrived; bytes that belong to nothing are dropped. Never raises."""
    sorter = _Sorter()
    for byte in received:
        sorter.take(byte)
    return Heard(tuple(sorter.answers), tuple(sorter.automatic), tuple(sorter.confirmed), sorter.rest)


@dataclass
class _Sorter:
    answers: list[int] = field(default_factory=list)
    automatic: list[Condition] = field(default_factory=list)
    confirmed: list[bytes] = field(default_factory=list)
    status: bytes = b""
    block: bytes = b""

    @property
    def rest(self) -> bytes:
        return self.block + self.status

    def take(self, byte: int) -> None:
        if byte in (0x11, 0x13):
            return
        if byte & 0x93 == 0x12:
            self.answers.append(byte)
        elif byte & 0x93 == 0x10:
            self.status = bytes([byte])
        elif self.status and byte & 0x90 == 0:
            self.status += bytes([byte])
            if len(self.status) == 4:
                self.automatic.append(automatic_condition(self.status))
                self.status = b""
        else:
            self.status = b""
            self._take_of_block(byte)

    def _take_of_block(self, byte: int) -> None:
        expected = (b"\x37", b"\x22", ID_BYTES, ID_BYTES, ID_BYTES, ID_BYTES, b"\x00")[len(self.block)]
        if byte in expected:
            self.block += bytes([byte])
        else:
            self.block = bytes([byte]) if byte == 0x37 else b""
        if len(self.block) == 7:
            self.confirmed.append(self.block[2:6])
            self.block = b""


def _first(*causes: tuple[int, Fault]) -> Fault | None:
    return next((fault for bits, fault in causes if bits), None)
