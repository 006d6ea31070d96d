"""Frames of the identity card reader: what is whole is read, what is broken is never believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.identity_card.sam_frames import (
    PREAMBLE,
    Broken,
    Command,
    Incomplete,
    Reply,
    can_answer,
    encode_command,
    first_reply,
    parse_newest_address,
    parse_reply,
    parse_sam_number,
    parse_text_and_photo,
)
from tests.wires.sam_wire import SAM_NUMBER, SAM_NUMBER_SHOWN, frame

FOUND = bytes.fromhex("AAAAAA9669 0008 00009F 00000000 97")
PUBLISHED = {
    Command.STATUS: "AAAAAA9669 0003 11FF ED",
    Command.SAM_NUMBER: "AAAAAA9669 0003 12FF EE",
    Command.FIND_CARD: "AAAAAA9669 0003 2001 22",
    Command.SELECT_CARD: "AAAAAA9669 0003 2002 21",
    Command.READ_TEXT_AND_PHOTO: "AAAAAA9669 0003 3001 32",
    Command.READ_NEWEST_ADDRESS: "AAAAAA9669 0003 3003 30",
}


@pytest.mark.parametrize("command", Command)
def test_every_command_is_the_published_frame(command: Command) -> None:
    assert encode_command(command) == bytes.fromhex(PUBLISHED[command])


@pytest.mark.parametrize(
    ("published", "status", "payload"),
    [
        ("AAAAAA9669 0004 000090 94", 0x90, b""),
        ("AAAAAA9669 0004 000080 84", 0x80, b""),
        ("AAAAAA9669 0004 000081 85", 0x81, b""),
        ("AAAAAA9669 0008 00009F 00000000 97", 0x9F, bytes(4)),
        ("AAAAAA9669 000C 000090 0000000000000000 9C", 0x90, bytes(8)),
    ],
)
def test_published_answers_are_read(published: str, status: int, payload: bytes) -> None:
    assert parse_reply(bytes.fromhex(published)) == Reply(status, payload)


@given(st.integers(0, len(FOUND) - 1))
def test_a_frame_cut_anywhere_waits_for_more(length: int) -> None:
    assert parse_reply(FOUND[:length]) == Incomplete()


@given(st.integers(len(PREAMBLE) + 2, len(FOUND) - 1), st.integers(1, 255))
def test_a_wrong_byte_anywhere_is_never_believed(at: int, flipped: int) -> None:
    spoilt = bytearray(FOUND)
    spoilt[at] ^= flipped
    assert parse_reply(bytes(spoilt)) == Broken()


@given(st.binary(max_size=64))
def test_noise_before_the_preamble_is_skipped(noise: bytes) -> None:
    if PREAMBLE not in noise + FOUND[:4]:
        assert parse_reply(noise + FOUND) == parse_reply(FOUND)


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=40)), max_size=5))
def test_frames_that_arrive_together_are_read_one_by_one(replies: list[tuple[int, bytes]]) -> None:
    rest, read = b"".join(frame(status, payload) for status, payload in replies), []
    while isinstance((first := first_reply(rest))[0], Reply):
        read.append((first[0].status, first[0].payload))
        rest = first[1]
    assert (read, rest) == (replies, b"")


@given(st.binary(max_size=3000))
def test_any_bytes_get_an_answer(received: bytes) -> None:
    reply, rest = first_reply(received)
    assert isinstance(reply, Reply | Incomplete | Broken)
    assert len(rest) <= len(received)


def test_an_answer_to_another_question_is_known_by_its_shape() -> None:
    found, ready = Reply(0x9F, bytes(4)), Reply(0x90, b"")
    assert can_answer(Command.FIND_CARD, found)
    assert not can_answer(Command.SELECT_CARD, found)
    assert not can_answer(Command.SELECT_CARD, ready)
    assert not can_answer(Command.STATUS, Reply(0x80, b""))
    assert can_answer(Command.READ_NEWEST_ADDRESS, Reply(0x91, b""))
    assert not can_answer(Command.FIND_CARD, Reply(0x91, b""))
    assert can_answer(Command.READ_NEWEST_ADDRESS, Reply(0x90, bytes(140)))
    assert not can_answer(Command.READ_NEWEST_ADDRESS, Reply(0x90, bytes(71)))


@given(st.binary(min_size=64, max_size=4000))
def test_noise_without_end_is_not_kept(noise: bytes) -> None:
    if PREAMBLE not in noise:
        assert first_reply(noise) == (Incomplete(), noise[-4:])


def test_the_sam_number_reads_as_on_the_plate() -> None:
    assert parse_sam_number(SAM_NUMBER) == SAM_NUMBER_SHOWN
    assert parse_sam_number(SAM_NUMBER[:-1]) is None


@given(st.binary(max_size=1300))
def test_files_whose_lengths_do_not_agree_are_not_read(payload: bytes) -> None:
    assert (parse_text_and_photo(payload) is not None) == (payload[:4] == b"\1\0\4\0" and len(payload) == 1284)


def test_text_and_photo_are_cut_apart() -> None:
    assert parse_text_and_photo(b"\1\0\4\0" + b"t" * 256 + b"p" * 1024) == (b"t" * 256, b"p" * 1024)


def written(*addresses: str) -> bytes:
    return b"".join(address.ljust(35).encode("utf-16-le") for address in addresses)


def test_the_last_address_that_says_something_is_the_newest() -> None:
    assert parse_newest_address(written("演示路1号")) == "演示路1号"
    assert parse_newest_address(written("演示路1号", "演示路2号", "")) == "演示路2号"


@pytest.mark.parametrize(
    "payload", [b"", written(""), bytes(70), written("演示路1号")[:-1], b"\x00\xd8" * 35, written("演示\x1b路")]
)
def test_an_address_that_says_nothing_or_nonsense_is_none(payload: bytes) -> None:
    assert parse_newest_address(payload) is None


@given(st.binary(max_size=300))
def test_any_bytes_are_an_address_or_none(payload: bytes) -> None:
    address = parse_newest_address(payload)
    assert address is None or (len(address) <= 35 and address == address.strip(" \0") and address)
