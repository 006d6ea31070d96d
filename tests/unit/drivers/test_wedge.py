"""What a keyboard-wedge scanner types, and a wedge that is not there."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codes.wedge import Wedge, gone
from drivers.codes.wedge_keys import Event, Spoilt, Typed, parse_keys
from kiosk.faults import CODE_READER_NOT_WORKING, CODE_READER_UNPLUGGED
from kiosk.ports import Disconnected, NeedsAttention

# Of the US layout, by the names and numbers of Linux' input-event-codes.h; written apart from the driver.
CODES = {"ESC": 1, "MINUS": 12, "EQUAL": 13, "TAB": 15, "ENTER": 28, "LEFTCTRL": 29, "LEFTSHIFT": 42, "RIGHTSHIFT": 54}
CODES |= {"LEFTALT": 56, "SPACE": 57, "CAPSLOCK": 58, "KPENTER": 96, "RIGHTALT": 100}
PLAIN = {**{digit: 2 + at for at, digit in enumerate("1234567890")}, "-": 12, "=": 13, "[": 26, "]": 27, ";": 39}
PLAIN |= {"'": 40, "`": 41, "\\": 43, ",": 51, ".": 52, "/": 53, " ": 57}
for first, row in ((16, "qwertyuiop"), (30, "asdfghjkl"), (44, "zxcvbnm")):
    PLAIN |= {letter: first + at for at, letter in enumerate(row)}
SHIFTED = dict(zip('!@#$%^&*()_+{}:"~|<>?', "1234567890-=[];'`\\,./", strict=True))
KEYPAD = {"0": 82, "1": 79, "2": 80, "3": 81, "4": 75, "5": 76, "6": 77, "7": 71, "8": 72, "9": 73}


def press(*codes: int) -> list[Event]:
    return [(1, code, 1) for code in codes] + [(1, code, 0) for code in reversed(codes)]


def type_text(text: str, *, caps: bool = False) -> list[Event]:
    events: list[Event] = []
    for character in text:
        shifted = character in SHIFTED or (character.isupper() != (caps and character.isalpha()))
        key = PLAIN[SHIFTED.get(character, character.lower())]
        events += press(CODES["LEFTSHIFT"], key) if shifted else press(key)
    return events


def alt_number(number: str) -> list[Event]:
    inside = [event for digit in number for event in press(KEYPAD[digit])]
    return [(1, CODES["LEFTALT"], 1), *inside, (1, CODES["LEFTALT"], 0)]


TEXTS = st.text(st.sampled_from([*PLAIN, *SHIFTED, *"QWERTYUIOPASDFGHJKLZXCVBNM"]), min_size=1, max_size=40)


@given(TEXTS, st.sampled_from(["ENTER", "TAB", "KPENTER"]))
def test_every_character_of_the_layout_is_read(text: str, end: str) -> None:
    assert parse_keys(type_text(text) + press(CODES[end])) == [Typed(text.encode())]


@given(TEXTS)
def test_caps_lock_turns_letters_and_nothing_else(text: str) -> None:
    locked = press(CODES["CAPSLOCK"])
    assert parse_keys(locked + type_text(text, caps=True) + locked) == [Typed(text.encode())]


@given(st.binary(min_size=1, max_size=30).filter(lambda octets: b"\0" not in octets))
def test_any_byte_can_come_as_a_number_on_the_keypad(octets: bytes) -> None:
    for form in ("{}", "{:03}", "{:04}"):
        events = [event for octet in octets for event in alt_number(form.format(octet))]
        assert parse_keys(events) == [Typed(octets)]


def test_chinese_comes_as_gbk_numbers_or_as_unicode() -> None:
    gbk = alt_number(str(int.from_bytes("社".encode("gbk"), "big")))
    assert parse_keys(gbk) == [Typed("社".encode("gbk"))]
    assert parse_keys(alt_number(str(ord("𬭎")))) == [Typed("𬭎".encode())]
    assert parse_keys(alt_number("9999999") + press(CODES["ENTER"])) == []


@given(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
def test_control_characters_are_data_and_end_no_code(letter: str) -> None:
    events = type_text("a") + press(CODES["LEFTCTRL"], PLAIN[letter]) + type_text("b") + press(CODES["ENTER"])
    assert parse_keys(events) == [Typed(b"a" + bytes([ord(letter) - 96]) + b"b")]


@pytest.mark.parametrize(("key", "octet"), [("[", 0x1B), ("\\", 0x1C), ("]", 0x1D)])
def test_control_signs_are_data(key: str, octet: int) -> None:
    assert parse_keys(press(CODES["RIGHTSHIFT"]) + press(CODES["LEFTCTRL"], PLAIN[key])) == [Typed(bytes([octet]))]


def test_digits_of_the_keypad_are_digits() -> None:
    assert parse_keys(press(*(KEYPAD["1"],)) + press(KEYPAD["0"])) == [Typed(b"10")]


def test_a_held_key_types_once() -> None:
    assert parse_keys([(1, PLAIN["a"], 1), (1, PLAIN["a"], 2), (1, PLAIN["a"], 2), (1, PLAIN["a"], 0)]) == [Typed(b"a")]


def test_a_code_of_which_events_were_lost_is_none() -> None:
    events = [*type_text("10"), (0, 3, 0), *type_text("01"), *press(CODES["ENTER"]), *type_text("7")]
    assert parse_keys(events) == [Spoilt(), Typed(b"7")]


def test_a_code_longer_than_any_is_none() -> None:
    assert parse_keys(type_text("a") * 9000 + press(CODES["ENTER"])) == [Spoilt()]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 0x2FF), st.integers(-1, 3))))
def test_any_events_give_codes_or_none(events: list[Event]) -> None:
    assert all(isinstance(code, Spoilt) or code.payload for code in parse_keys(events))


@pytest.mark.parametrize("address", ["/dev/input/by-id/no-such-scanner", "name:No such scanner"])
def test_a_wedge_that_is_not_there_is_disconnected(address: str) -> None:
    wedge = Wedge(address)
    assert (wedge.status(), wedge.look()) == (Disconnected(CODE_READER_UNPLUGGED),) * 2
    wedge.rest()
    wedge.close()


def test_what_is_no_keyboard_needs_attention(tmp_path: Path) -> None:
    nothing = tmp_path / "event0"
    nothing.touch()
    wedge = Wedge(str(nothing))
    assert (wedge.status(), wedge.look()) == (NeedsAttention(CODE_READER_NOT_WORKING),) * 2


def test_what_hung_up_is_gone_without_being_read() -> None:
    reader, writer = os.pipe()
    try:
        os.write(writer, b"still to be read")
        assert not gone(reader)
        os.close(writer)
        assert gone(reader)
    finally:
        os.close(reader)
