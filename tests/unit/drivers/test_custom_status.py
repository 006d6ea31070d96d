"""The six bytes of kiosk mechanisms, however they arrive."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.receipt_printer.custom_status import FULL_STATUS, full_condition, parse_full_status
from drivers.receipt_printer.escpos_status import XOFF, XON, Condition
from kiosk.faults import (
    PAPER_OUT,
    PRINTER_COVER_OPEN,
    PRINTER_CUTTER,
    PRINTER_HEAD_HOT,
    PRINTER_JAMMED,
    PRINTER_NOT_WORKING,
)

FINE, WAITING = bytes.fromhex("100F 00000000"), bytes.fromhex("100F 20000000")
QUIET_BYTES = [byte for byte in range(256) if byte not in (0x10, XON, XOFF)]


def test_the_question_is_the_published_one() -> None:
    assert FULL_STATUS.hex() == "100414"


@pytest.mark.parametrize(
    ("status", "condition"),
    [
        ("00000000", Condition()),
        ("01000000", Condition(PAPER_OUT)),
        ("04000000", Condition(paper_low=True)),
        ("20000000", Condition(slip_waiting=True)),
        ("24000000", Condition(paper_low=True, slip_waiting=True)),
        ("40000000", Condition(PAPER_OUT)),
        ("00010000", Condition(PRINTER_COVER_OPEN)),
        ("00020000", Condition(PRINTER_COVER_OPEN)),
        ("000C0000", Condition()),
        ("00000100", Condition(PRINTER_HEAD_HOT)),
        ("00004000", Condition(PRINTER_JAMMED)),
        ("00000800", Condition(PRINTER_NOT_WORKING)),
        ("00000001", Condition(PRINTER_CUTTER)),
        ("00000008", Condition(PRINTER_NOT_WORKING)),
    ],
)
def test_each_bit_says_what_the_references_say(status: str, condition: Condition) -> None:
    assert full_condition(bytes.fromhex(status)) == condition


@given(
    st.lists(st.sampled_from([FINE, WAITING]) | st.sampled_from(QUIET_BYTES).map(lambda b: bytes([b])), max_size=8),
    st.integers(1, 7),
)
def test_pieces_say_the_same_as_the_whole(parts: list[bytes], size: int) -> None:
    stream, rest, conditions, others = b"".join(parts), b"", 0, b""
    for at in range(0, len(stream), size):
        heard = parse_full_status(rest + stream[at : at + size])
        rest, conditions, others = heard.rest, conditions + len(heard.automatic), others + heard.others
    assert (conditions, rest) == (parts.count(FINE) + parts.count(WAITING), b"")
    assert others == b"".join(part for part in parts if len(part) == 1)


@given(st.binary(max_size=200))
def test_any_bytes_are_sorted_without_raising(received: bytes) -> None:
    assert len(parse_full_status(received).rest) <= 5


def test_a_status_that_ends_like_the_next_begins_is_whole() -> None:
    heard = parse_full_status(bytes.fromhex("100F 00000010"))
    assert (len(heard.automatic), heard.rest) == (1, b"")
