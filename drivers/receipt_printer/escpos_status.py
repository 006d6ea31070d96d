"""What an ESC/POS printer says back: status bytes, automatic status and the confirmation of a print.

    answer to 10 04 n      0xx1xx10                         one byte
    automatic status       0xx1xx00  0xx0xxxx  three times  unasked, at every change
    confirmation           37 22 d1 d2 d3 d4 00             once all before it is on paper
    XOFF, XON              13, 11                           anywhere
    answer to 1D 49 n      5F text 00, or single bytes      in its turn behind what was sent before

Each kind is known by its bytes alone, because an id is made of `ID_BYTES`, which have no bit that marks a status.
Source: the ESC/POS command reference (DLE EOT, GS a, GS ( H).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import sha256

from kiosk.faults import (
    PAPER_OUT,
    PRINTER_COVER_OPEN,
    PRINTER_CUTTER,
    PRINTER_HEAD_HOT,
    PRINTER_JAMMED,
    PRINTER_NOT_WORKING,
    Fault,
)

ID_BYTES = bytes([*range(0x40, 0x50), *range(0x60, 0x70)])  # bit 4 is 0: never taken for a status
CANCEL = b"\x10\x05\x02"  # clear the buffers after an error, at once
INITIALISE = b"\x1b@"
AUTOMATIC_STATUS_ON, AUTOMATIC_STATUS_OFF = b"\x1da\xff", b"\x1da\x00"
OFFLINE = 0x08  # in the answer to `10 04 01`
FEEDING = 0x08  # in the answer to `10 04 02`: somebody holds the button
XON, XOFF = 0x11, 0x13
_TEXT_ANSWER = re.compile(rb"_([\x20-\x7e]{1,80})\x00")


class Asked(IntEnum):
    """The `n` of `10 04 n`."""

    PRINTER = 1
    OFFLINE_CAUSE = 2
    ERROR_CAUSE = 3
    PAPER = 4


@dataclass(frozen=True, slots=True)
class Condition:
    """How the mechanism is. `fault` keeps it from printing; the others do not."""

    fault: Fault | None = None
    paper_low: bool = False
    slip_waiting: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything whole in what was received, and the rest for the next time.

    `others`: bytes of no status. `flow`: the last XON or XOFF, None without.
    """

    answers: tuple[int, ...] = ()
    automatic: tuple[Condition, ...] = ()
    confirmed: tuple[bytes, ...] = ()
    others: bytes = b""
    flow: int | None = None
    rest: bytes = b""

    @property
    def troubled(self) -> bool:
        """Whether it says that something keeps it from printing. Noise may say so too: ask it again."""
        return any(condition.fault for condition in self.automatic) or any(a & OFFLINE for a in self.answers)


def encode_question(asked: Asked) -> bytes:
    return bytes([0x10, 0x04, asked])


def print_id(job_id: str) -> bytes:
    """Four bytes that stand for the job in its confirmation."""
    digest = sha256(job_id.encode("utf-8")).digest()
    return bytes(ID_BYTES[byte % len(ID_BYTES)] for byte in digest[:4])


def encode_confirmation_request(identifier: bytes) -> bytes:
    return b"\x1d(H\x06\x0000" + identifier


def encode_spelling(identifier: bytes) -> bytes:
    """The id in bits, each asked as `1D 49 01` or `1D 49 02`: for printers that confirm nothing but answer in turn."""
    return b"".join(b"\x1dI" + bytes([1 + bit]) for bit in _bits(identifier))


def spelt(identifier: bytes, model: bytes, kind: bytes) -> bytes:
    """What a printer answers to that when these are its answers to `1D 49 01` and `02`; empty where they are alike."""
    if not model or not kind or model == kind:
        return b""
    return b"".join((model, kind)[bit] for bit in _bits(identifier))


def _bits(identifier: bytes) -> Iterator[int]:
    yield from (byte >> at & 1 for byte in sha256(identifier).digest()[:3] for at in range(8))


def condition_of(answers: Iterable[tuple[Asked, int]]) -> Condition:
    """What the answers to `10 04 n` say together; what keeps it from printing most plainly comes first."""
    bits = dict(answers)
    paper, cause = bits.get(Asked.PAPER, 0), bits.get(Asked.OFFLINE_CAUSE, 0)
    error, printer = bits.get(Asked.ERROR_CAUSE, 0), bits.get(Asked.PRINTER, 0)
    fault = first_of(
        (cause & 0x04, PRINTER_COVER_OPEN),
        (paper & 0x60 or cause & 0x20, PAPER_OUT),
        (error & 0x08, PRINTER_CUTTER),
        (error & 0x04, PRINTER_JAMMED),
        (error & 0x20, PRINTER_NOT_WORKING),
        (error & 0x40, PRINTER_HEAD_HOT),
        (cause & 0x40 or (printer & OFFLINE and not cause & FEEDING), PRINTER_NOT_WORKING),
    )
    return Condition(fault=fault, paper_low=bool(paper & 0x0C))


def automatic_condition(status: bytes) -> Condition:
    """The four bytes of an automatic status."""
    fault = first_of(
        (status[0] & 0x20, PRINTER_COVER_OPEN),
        (status[2] & 0x0C, PAPER_OUT),
        (status[1] & 0x08, PRINTER_CUTTER),
        (status[1] & 0x04, PRINTER_JAMMED),
        (status[1] & 0x20, PRINTER_NOT_WORKING),
        (status[1] & 0x40, PRINTER_HEAD_HOT),
        (status[0] & OFFLINE and not status[0] & 0x40, PRINTER_NOT_WORKING),  # 40: somebody feeds by the button
    )
    return Condition(fault=fault, paper_low=bool(status[2] & 0x03))


def parse_heard(received: bytes) -> Heard:
    """Sorts what arrived; bytes that belong to nothing are dropped. Never raises."""
    sorter = _Sorter()
    for byte in received:
        sorter.take(byte)
    return Heard(
        tuple(sorter.answers),
        tuple(sorter.automatic),
        tuple(sorter.confirmed),
        bytes(sorter.others),
        sorter.flow,
        sorter.rest,
    )


def parse_identity(received: bytes) -> tuple[str, ...]:
    """What `1D 49 41..` and `1D 67 32` answered: each `5F`, printable text, `00`. Never raises."""
    return tuple(found[1].decode("ascii").strip() for found in _TEXT_ANSWER.finditer(received))


@dataclass
class _Sorter:
    answers: list[int] = field(default_factory=list)
    automatic: list[Condition] = field(default_factory=list)
    confirmed: list[bytes] = field(default_factory=list)
    others: bytearray = field(default_factory=bytearray)
    flow: int | None = None
    status: bytes = b""
    block: bytes = b""

    @property
    def rest(self) -> bytes:
        return self.block + self.status

    def take(self, byte: int) -> None:
        if byte in (XON, XOFF):
            self.flow = byte
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
            self.others.append(byte)
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


def first_of(*causes: tuple[int, Fault]) -> Fault | None:
    """The fault of the first bits that are set."""
    return next((fault for bits, fault in causes if bits), None)
