"""Status bytes, automatic status and confirmations are told apart however they arrive."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.receipt_printer.escpos_status import (
    ID_BYTES,
    Asked,
    Condition,
    condition_of,
    encode_confirmation_request,
    encode_question,
    parse_heard,
    print_id,
)
from kiosk.faults import (
    PAPER_OUT,
    PRINTER_COVER_OPEN,
    PRINTER_CUTTER,
    PRINTER_HEAD_HOT,
    PRINTER_JAMMED,
    PRINTER_NOT_WORKING,
    Fault,
)

PAPER_ENDED = bytes([0x18, 0x00, 0x0F, 0x00])
ALL_WELL = bytes([0x10, 0x00, 0x00, 0x00])
ID = print_id("job-1")
CONFIRMED = b"\x37\x22" + ID + b"\x00"


def test_who_feeds_by_the_button_finds_no_fault() -> None:
    assert condition_of([(Asked.PRINTER, 0x1A), (Asked.OFFLINE_CAUSE, 0x1A)]) == Condition()
    assert parse_heard(b"\x58\x00\x00\x00").automatic == (Condition(),)


def test_the_questions_are_the_published_bytes() -> None:
    assert [encode_question(asked).hex() for asked in Asked] == ["100401", "100402", "100403", "100404"]
    assert encode_confirmation_request(b"ABCD") == bytes.fromhex("1D28480600 3030 41424344")


@pytest.mark.parametrize(
    ("asked", "byte", "condition"),
    [
        (Asked.PRINTER, 0x12, Condition()),
        (Asked.PRINTER, 0x1A, Condition(PRINTER_NOT_WORKING)),
        (Asked.OFFLINE_CAUSE, 0x16, Condition(PRINTER_COVER_OPEN)),
        (Asked.OFFLINE_CAUSE, 0x32, Condition(PAPER_OUT)),
        (Asked.OFFLINE_CAUSE, 0x52, Condition(PRINTER_NOT_WORKING)),
        (Asked.ERROR_CAUSE, 0x16, Condition(PRINTER_JAMMED)),
        (Asked.ERROR_CAUSE, 0x1A, Condition(PRINTER_CUTTER)),
        (Asked.ERROR_CAUSE, 0x32, Condition(PRINTER_NOT_WORKING)),
        (Asked.ERROR_CAUSE, 0x52, Condition(PRINTER_HEAD_HOT)),
        (Asked.PAPER, 0x1E, Condition(paper_low=True)),
        (Asked.PAPER, 0x7E, Condition(PAPER_OUT, paper_low=True)),
    ],
)
def test_each_bit_says_what_the_reference_says(asked: Asked, byte: int, condition: Condition) -> None:
    assert condition_of([(asked, byte)]) == condition


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (ALL_WELL, None),
        (PAPER_ENDED, PAPER_OUT),
        (b"\x38\x00\x00\x00", PRINTER_COVER_OPEN),
        (b"\x18\x04\x00\x00", PRINTER_JAMMED),
        (b"\x18\x08\x00\x00", PRINTER_CUTTER),
        (b"\x18\x20\x00\x00", PRINTER_NOT_WORKING),
        (b"\x18\x40\x00\x00", PRINTER_HEAD_HOT),
    ],
)
def test_automatic_status_says_what_the_reference_says(status: bytes, fault: Fault | None) -> None:
    assert [condition.fault for condition in parse_heard(status).automatic] == [fault]


@given(st.text(), st.text())
def test_an_id_belongs_to_its_job(one: str, other: str) -> None:
    assert set(print_id(one)) <= set(ID_BYTES)
    assert print_id(one) == print_id(one)
    assert all(0x20 <= byte <= 0x7E and byte & 0x10 == 0 for byte in print_id(other))


@given(
    st.integers(0, len(CONFIRMED)),
    st.lists(st.sampled_from([ALL_WELL, PAPER_ENDED, b"\x12", b"\x11", b"\x13"]), max_size=4),
)
def test_a_confirmation_is_heard_through_whatever_comes_between(at: int, between: list[bytes]) -> None:
    heard = parse_heard(CONFIRMED[:at] + b"".join(between) + CONFIRMED[at:])
    assert heard.confirmed == (ID,)
    assert len(heard.automatic) == sum(len(status) == 4 for status in between)
    assert heard.answers == (0x12,) * between.count(b"\x12")


@given(st.lists(st.sampled_from([ALL_WELL, PAPER_ENDED, b"\x12", CONFIRMED]), max_size=6), st.integers(1, 5))
def test_pieces_say_the_same_as_the_whole(parts: list[bytes], size: int) -> None:
    stream, rest = b"".join(parts), b""
    confirmed = 0
    for at in range(0, len(stream), size):
        heard = parse_heard(rest + stream[at : at + size])
        rest, confirmed = heard.rest, confirmed + len(heard.confirmed)
    assert (confirmed, rest) == (parts.count(CONFIRMED), b"")


@given(st.binary(max_size=200))
def test_any_bytes_are_sorted_without_raising(received: bytes) -> None:
    assert len(parse_heard(received).rest) <= 9
