"""The physics of the card and the frames of the reader."""

import re
from collections.abc import Container

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware_sim.chip import Chip, chip_of
from hardware_sim.devices.sam_machine import (
    PREAMBLE,
    Field,
    PlacedCard,
    SamMachine,
    frame,
    next_frame,
)
from hardware_sim.people import cast

STATUS, NUMBER = bytes.fromhex("AAAAAA9669000311FFED"), bytes.fromhex("AAAAAA9669000312FFEE")
FIND, SELECT = bytes.fromhex("AAAAAA96690003200122"), bytes.fromhex("AAAAAA96690003200221")
READ, READ_FINGERPRINT = bytes.fromhex("AAAAAA96690003300132"), bytes.fromhex("AAAAAA96690003301023")
ADDRESS = bytes.fromhex("AAAAAA96690003300330")

FOUND, NONE = bytes.fromhex("AAAAAA9669000800009F0000000097"), bytes.fromhex("AAAAAA9669000400008084")
SELECTED = bytes.fromhex("AAAAAA9669000C00009000000000000000009C")
FAILED = frame(bytes.fromhex("000041"))


def with_card(name: str = "chen-guilan", *, for_bytes: int | None = None, faults: Container[str] = ()) -> SamMachine:
    machine = SamMachine(faults=faults)
    machine.insert(PlacedCard(chip_of(cast()[name]), for_bytes))
    return machine


def found_and_selected(machine: SamMachine) -> SamMachine:
    assert machine.answer(FIND) == FOUND
    assert machine.answer(SELECT) == SELECTED
    return machine


def test_status_is_ready_until_the_self_test_fails() -> None:
    assert SamMachine().answer(STATUS) == bytes.fromhex("AAAAAA9669000400009094")
    assert SamMachine(faults=["reader.self-test"]).answer(STATUS) == frame(bytes.fromhex("000060"))


def test_the_security_module_has_a_number_of_sixteen_bytes() -> None:
    answer = SamMachine().answer(NUMBER)
    assert len(answer) == 5 + 2 + 3 + 16 + 1


def test_nothing_is_found_on_an_empty_reader() -> None:
    assert SamMachine().answer(FIND) == NONE


def test_a_whole_read_is_1295_bytes_text_before_photo() -> None:
    chip = chip_of(cast()["chen-guilan"])
    answer = found_and_selected(with_card()).answer(READ)
    assert len(answer) == 1295
    assert answer[5:14] == bytes.fromhex("050800009001000400")
    assert answer[14:-1] == chip.text + chip.photo


@pytest.mark.parametrize(("fingerprint", "length"), [(b"", 1297), (bytes(512), 1809), (bytes(1024), 2321)])
def test_a_read_with_fingerprint_has_the_length_of_what_the_card_holds(fingerprint: bytes, length: int) -> None:
    machine = SamMachine()
    machine.insert(PlacedCard(Chip(bytes(256), bytes(1024), fingerprint)))
    assert len(found_and_selected(machine).answer(READ_FINGERPRINT)) == length


def test_a_card_left_on_the_reader_is_not_found_again_until_it_is_lifted() -> None:
    machine = found_and_selected(with_card())
    machine.answer(READ)
    assert machine.answer(FIND) == NONE
    assert machine.answer(READ) == FAILED
    machine.lift()
    assert machine.answer(FIND) == NONE
    machine.insert(PlacedCard(chip_of(cast()["chen-guilan"])))
    assert machine.answer(FIND) == FOUND


def test_a_card_that_was_not_read_yet_is_found_again() -> None:
    machine = with_card()
    assert machine.answer(FIND) == machine.answer(FIND) == FOUND


def test_a_card_lifted_before_the_read_fails_to_be_read() -> None:
    machine = found_and_selected(with_card())
    machine.lift()
    assert machine.answer(READ) == FAILED


@pytest.mark.parametrize("for_bytes", [1, 600, 1294])
def test_of_a_card_pulled_after_some_bytes_no_more_comes_and_it_is_gone(for_bytes: int) -> None:
    whole = found_and_selected(with_card()).answer(READ)
    machine = found_and_selected(with_card(for_bytes=for_bytes))
    assert machine.answer(READ) == whole[:for_bytes]
    assert machine.field is Field.EMPTY


def test_a_card_pulled_before_the_first_byte_fails_to_be_read() -> None:
    machine = found_and_selected(with_card(for_bytes=0))
    assert machine.answer(READ) == FAILED
    assert machine.field is Field.EMPTY


def test_a_card_pulled_after_the_last_byte_was_read() -> None:
    assert len(found_and_selected(with_card(for_bytes=1295)).answer(READ)) == 1295


def test_selecting_needs_finding_and_reading_needs_selecting() -> None:
    machine = with_card()
    assert machine.answer(SELECT) == bytes.fromhex("AAAAAA9669000400008185")
    assert machine.answer(READ) == FAILED


def test_the_newest_address_is_there_only_on_cards_that_were_written_to() -> None:
    moved = found_and_selected(with_card("lin-zhiqiang"))
    moved.answer(READ)
    assert moved.answer(ADDRESS)[10:-1].decode("utf-16-le").rstrip() == "潮州市枫溪区枫溪镇瓷都大道88号"
    assert found_and_selected(with_card()).answer(ADDRESS) == frame(bytes.fromhex("000091"))


def test_a_card_of_another_kind_says_so_when_it_is_read() -> None:
    assert found_and_selected(with_card(faults=["card.wrong"])).answer(READ) == frame(bytes([0, 0, 0x40]))


@pytest.mark.parametrize(("fault", "status_word"), [("card.two", 0x81), ("card.not-genuine", 0x31)])
def test_two_cards_and_one_that_does_not_authenticate_are_found_and_not_selected(fault: str, status_word: int) -> None:
    machine = with_card(faults=[fault])
    assert machine.answer(FIND) == FOUND
    assert machine.answer(SELECT) == frame(bytes([0, 0, status_word]))


@pytest.mark.parametrize("name", [*cast()])
def test_a_torn_text_is_a_whole_frame_in_which_no_date_and_no_number_can_be_read(name: str) -> None:
    torn = found_and_selected(with_card(name, faults=["card.torn"])).answer(READ)
    assert frame(torn[7:-1]) == torn
    assert torn[14 + 256 : -1] == chip_of(cast()[name]).photo
    assert not re.search(r"[0-9]{8}", torn[14 : 14 + 256].decode("utf-16-le", "replace"))
    assert torn[14 + 248 : 14 + 250].decode("utf-16-le", "replace") == "\ufffd"


def test_requests_with_false_checksum_length_or_command_are_told_so() -> None:
    machine = SamMachine()
    assert machine.answer(STATUS[:-1] + b"\x00") == frame(bytes.fromhex("000010"))
    assert machine.answer(frame(b"\x11\xff\x00")) == frame(bytes.fromhex("000011"))
    assert machine.answer(frame(b"\x77\x01")) == frame(bytes.fromhex("000021"))


@given(st.binary(max_size=40), st.lists(st.sampled_from([STATUS, FIND, READ]), max_size=4), st.integers(1, 9))
def test_frames_are_cut_out_of_noise_however_they_arrive(noise: bytes, sent: list[bytes], piece: int) -> None:
    noise = noise.replace(b"\xaa", b"")
    stream, received, cut = noise + b"".join(sent), bytearray(), []
    for start in range(0, len(stream), piece):
        received += stream[start : start + piece]
        while (whole := next_frame(received)) is not None:
            cut.append(whole)
    assert cut == sent


@given(st.binary(max_size=200))
def test_whatever_comes_over_the_wire_the_reader_answers_whole_frames(octets: bytes) -> None:
    received, machine = bytearray(octets), with_card()
    while (whole := next_frame(received)) is not None:
        assert machine.answer(whole).startswith(PREAMBLE)
    assert machine.answer(octets) == frame(machine.answer(octets)[7:-1])
