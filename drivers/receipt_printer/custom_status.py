"""What kiosk mechanisms of the Custom family say of themselves: six bytes that answer `10 04 14` at once.

    10 0F, paper, user, recoverable error, unrecoverable error

paper: 01 none, 04 near end, 20 a slip waits in the mouth, 40 the end is near enough to stop. user: 01 head up, 02
cover open. recoverable: 01 head too hot, 40 paper jam, the rest means not working. unrecoverable: 01 cutter, 02 its
cover, the rest not working. Source: the makers' command references; the bits of "recoverable" differ between models.
"""

import re

from drivers.receipt_printer.escpos_status import XOFF, XON, Condition, Heard, first_of
from kiosk.faults import (
    PAPER_OUT,
    PRINTER_COVER_OPEN,
    PRINTER_CUTTER,
    PRINTER_HEAD_HOT,
    PRINTER_JAMMED,
    PRINTER_NOT_WORKING,
)

FULL_STATUS = b"\x10\x04\x14"
_ANSWER = re.compile(rb"\x10\x0f(.{4})", re.DOTALL)
_BEGUN = re.compile(rb"\x10(\x0f.{0,3})?\Z", re.DOTALL)


def full_condition(status: bytes) -> Condition:
    """The four bytes after `10 0F`."""
    paper, user, recoverable, unrecoverable = status
    fault = first_of(
        (user & 0x03, PRINTER_COVER_OPEN),
        (paper & 0x41, PAPER_OUT),
        (unrecoverable & 0x03, PRINTER_CUTTER),
        (unrecoverable, PRINTER_NOT_WORKING),
        (recoverable & 0x40, PRINTER_JAMMED),
        (recoverable & 0x01, PRINTER_HEAD_HOT),
        (recoverable, PRINTER_NOT_WORKING),
    )
    return Condition(fault=fault, paper_low=bool(paper & 0x04), slip_waiting=bool(paper & 0x20))


def parse_full_status(received: bytes) -> Heard:
    """Sorts what arrived as `escpos_status.parse_heard` does: conditions, other bytes, the rest. Never raises."""
    last = max((found.end() for found in _ANSWER.finditer(received)), default=0)
    begun = _BEGUN.search(received, last)
    whole, rest = (received[: begun.start()], begun[0]) if begun else (received, b"")
    others = _ANSWER.sub(b"", whole)
    flow = next((byte for byte in reversed(others) if byte in (XON, XOFF)), None)
    return Heard(
        automatic=tuple(full_condition(found[1]) for found in _ANSWER.finditer(whole)),
        others=others.translate(None, bytes([XON, XOFF])),
        flow=flow,
        rest=rest,
    )
