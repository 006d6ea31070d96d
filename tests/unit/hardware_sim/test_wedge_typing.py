"""What a wedge scanner types, key by key, and that the driver's own table of keys makes the code of it again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codes.wedge_keys import Spoilt, Typed, parse_keys
from hardware_sim.devices.scan_engine_machine import HOSTILE
from hardware_sim.devices.wedge_typing import KEYS, AltNumbers, End, Stroke, spoiled_strokes, strokes

A, TWO, ENTER, CTRL, SHIFT, ALT, KEYPAD_2, KEYPAD_0 = 30, 3, 28, 29, 42, 56, 80, 82


def events(typed: list[Stroke]) -> list[tuple[int, int, int]]:
    """As the kernel gives them: each with its report."""
    return [event for key, value in typed for event in ((1, key, value), (0, 0, 0))]


def test_a_capital_is_a_key_while_shift_is_held_and_enter_ends_the_code() -> None:
    assert strokes(b"aA") == [(A, 1), (A, 0), (SHIFT, 1), (A, 1), (A, 0), (SHIFT, 0), (ENTER, 1), (ENTER, 0)]


def test_a_control_character_is_typed_with_ctrl() -> None:
    assert strokes(b"\x01", end=End.NONE) == [(CTRL, 1), (A, 1), (A, 0), (CTRL, 0)]
    assert strokes(b"\0", end=End.NONE) == [(CTRL, 1), (SHIFT, 1), (TWO, 1), (TWO, 0), (SHIFT, 0), (CTRL, 0)]


def test_what_has_no_key_is_a_number_on_the_keypad() -> None:
    pressed = [(KEYPAD_2, 1), (KEYPAD_2, 0), (KEYPAD_0, 1), (KEYPAD_0, 0), (KEYPAD_2, 1), (KEYPAD_2, 0)]
    assert strokes(bytes([202]), end=End.NONE) == [(ALT, 1), *pressed, (ALT, 0)]


@given(st.binary(min_size=1, max_size=60), st.sampled_from(End))
def test_any_bytes_are_typed_so_that_the_driver_reads_them(payload: bytes, end: End) -> None:
    typed = strokes(payload, end=end)
    assert {key for key, _ in typed} <= KEYS
    assert parse_keys(events(typed)) == [Typed(payload)]


@pytest.mark.parametrize(
    ("numbers", "payload"),
    [
        (AltNumbers.GBK, "潮州 A1".encode("gbk")),
        (AltNumbers.UNICODE, "𬭎 b".encode()),
        (AltNumbers.UNICODE, b"\xff not text"),
    ],
)
def test_characters_may_be_typed_by_their_numbers(numbers: AltNumbers, payload: bytes) -> None:
    assert parse_keys(events(strokes(payload, numbers=numbers))) == [Typed(payload)]


@pytest.mark.parametrize("kind", HOSTILE)
def test_every_hostile_code_can_be_typed(kind: str) -> None:
    typed = spoiled_strokes(b"any", {"scanner.hostile": {"kind": kind}})
    assert parse_keys(events(typed)) == [Typed(HOSTILE[kind])]


def test_faults_are_seen_in_the_keys() -> None:
    assert spoiled_strokes(b"12", {"scanner.double-fire": {}}) == strokes(b"12") * 2
    assert spoiled_strokes(b"1234", {"scanner.half-code": {}}) == strokes(b"12", end=End.NONE)
    assert spoiled_strokes(b"12", {"scanner.no-answer": {}}) == []


def test_a_code_longer_than_any_is_told_as_spoilt() -> None:
    assert parse_keys(events(strokes(b"x" * 9000)))[0] == Spoilt()
