"""What a receipt printer says of itself, byte by byte, from the state of its mechanism.

`DLE EOT n`, `GS a`, `GS r`, `GS I` after Epson's reference; `DLE EOT 14h` as Custom's kiosk mechanisms have it.
"""

from dataclasses import dataclass

MAKER, MODEL, FIRMWARE, SERIAL = "Hall", "SIM-80", "1.0", "SIM0000001"


@dataclass(frozen=True, slots=True)
class Mechanism:
    """Each member is a fault or a state that somebody outside could see."""

    cover_open: bool = False
    paper_out: bool = False
    near_end: bool = False
    paper_jammed: bool = False
    cutter_stuck: bool = False
    head_hot: bool = False
    ticket_waiting: bool = False

    @property
    def error(self) -> bool:
        return self.paper_jammed or self.cutter_stuck or self.head_hot

    @property
    def online(self) -> bool:
        return not (self.cover_open or self.paper_out or self.error)


def answer_byte(m: Mechanism, n: int) -> int:
    """`DLE EOT n`, n from 1 to 4."""
    match n:
        case 1:
            flags = 0x08 * (not m.online)
        case 2:
            flags = 0x04 * m.cover_open | 0x20 * m.paper_out | 0x40 * m.error
        case 3:
            flags = 0x04 * m.paper_jammed | 0x08 * m.cutter_stuck | 0x40 * m.head_hot
        case _:
            flags = 0x0C * (m.near_end or m.paper_out) | 0x60 * m.paper_out
    return 0x12 | flags


def automatic_bytes(m: Mechanism) -> bytes:
    """The four bytes of `GS a`."""
    return bytes(
        [
            0x10 | 0x08 * (not m.online) | 0x20 * m.cover_open,
            0x04 * m.paper_jammed | 0x08 * m.cutter_stuck | 0x40 * m.head_hot,
            paper_byte(m),
            0x00,
        ]
    )


def paper_byte(m: Mechanism) -> int:
    """`GS r 1`, `ESC v`."""
    return 0x03 * (m.near_end or m.paper_out) | 0x0C * m.paper_out


def full_status(m: Mechanism) -> bytes:
    """The six bytes of `DLE EOT 14h`: paper, user, recoverable, unrecoverable."""
    paper = 0x01 * m.paper_out | 0x04 * (m.near_end or m.paper_out) | 0x20 * m.ticket_waiting
    user = 0x03 * m.cover_open
    return bytes([0x10, 0x0F, paper, user, 0x01 * m.head_hot | 0x40 * m.paper_jammed, 0x01 * m.cutter_stuck])


def answer_in_turn(m: Mechanism, question: str, n: int) -> bytes:
    """`GS I`, `GS r`, `ESC v`, `ESC u`; nothing for what this printer does not have."""
    match question, n:
        case ("GS r", 1 | 0x31) | ("ESC v", _):
            return bytes([paper_byte(m)])
        case ("GS r", 2 | 0x32) | ("ESC u", _):
            return b"\x00"
        case "GS I", 1 | 0x31:
            return b"\x20"
        case "GS I", 2 | 0x32:
            return b"\x02"  # it has a cutter
        case "GS I", 3 | 0x33:
            return b"\x01"
        case "GS I", 0x41 | 0x42 | 0x43 | 0x44 | 0x45:
            text = {0x41: FIRMWARE, 0x42: MAKER, 0x43: MODEL, 0x44: SERIAL, 0x45: "China GB18030"}[n]
            return b"\x5f" + text.encode() + b"\x00"
        case _:
            return b""
