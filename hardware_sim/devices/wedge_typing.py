"""What a keyboard-wedge scanner types: a code as presses and releases of keys, set to the US layout. Pure.

Key codes are those of Linux' `input-event-codes.h`. A character without a key is typed as Ctrl with another key
(control characters), or as Alt with its number on the keypad.
"""

from collections.abc import Iterator, Mapping
from enum import Enum

from hardware_sim.devices.scan_engine_machine import HOSTILE

Stroke = tuple[int, int]  # key, and 1 for down or 0 for up
DOWN, UP = 1, 0
LEFT_CTRL, LEFT_SHIFT, LEFT_ALT = 29, 42, 56
KEYPAD = {"0": 82, "1": 79, "2": 80, "3": 81, "4": 75, "5": 76, "6": 77, "7": 71, "8": 72, "9": 73}
_ALONE = {
    2: "1234567890-=",
    16: "qwertyuiop[]",
    30: "asdfghjkl;'`",
    43: "\\zxcvbnm,./",
    57: " ",
}
_SHIFTED = {2: "!@#$%^&*()_+", 16: "QWERTYUIOP{}", 30: 'ASDFGHJKL:"~', 43: "|ZXCVBNM<>?"}
PLAIN = {character: first + at for first, row in _ALONE.items() for at, character in enumerate(row)}
SHIFTED = {character: first + at for first, row in _SHIFTED.items() for at, character in enumerate(row)}


class End(Enum):
    """The key that a scanner is set to type behind a code."""

    ENTER = 28
    TAB = 15
    KEYPAD_ENTER = 96
    NONE = 0


class AltNumbers(Enum):
    """How a scanner is set to type what has no key: each byte, or each character by its number."""

    BYTES = "bytes"
    GBK = "gbk"
    UNICODE = "unicode"


KEYS = frozenset(
    {*PLAIN.values(), *SHIFTED.values(), *KEYPAD.values(), LEFT_CTRL, LEFT_SHIFT, LEFT_ALT}
    | {end.value for end in End if end is not End.NONE}
)


def strokes(payload: bytes, *, numbers: AltNumbers = AltNumbers.BYTES, end: End = End.ENTER) -> list[Stroke]:
    """The whole code. Text that is not what `numbers` needs is typed byte by byte."""
    typed = [stroke for number in _numbers(payload, numbers) for stroke in _typed(number)]
    return typed + ([] if end is End.NONE else list(_pressed(end.value)))


def spoiled_strokes(
    payload: bytes,
    faults: Mapping[str, Mapping[str, object]],
    *,
    numbers: AltNumbers = AltNumbers.BYTES,
    end: End = End.ENTER,
) -> list[Stroke]:
    """The same from a scanner that has faults, by their names in the registry."""
    if "scanner.no-answer" in faults:
        return []
    if "scanner.hostile" in faults:
        payload = HOSTILE[str(faults["scanner.hostile"].get("kind", "control"))]
    half = "scanner.half-code" in faults
    shown = payload[: (len(payload) + 1) // 2] if half else payload
    typed = strokes(shown, numbers=numbers, end=End.NONE if half else end)
    return typed * 2 if "scanner.double-fire" in faults else typed


def _numbers(payload: bytes, numbers: AltNumbers) -> list[int]:
    """Of each character its ASCII code, or the number that is typed for it."""
    try:
        match numbers:
            case AltNumbers.BYTES:
                return list(payload)
            case AltNumbers.GBK:
                return [int.from_bytes(one.encode("gbk"), "big") for one in payload.decode("gbk")]
            case AltNumbers.UNICODE:
                return [ord(one) for one in payload.decode("utf-8")]
    except UnicodeError:
        return list(payload)


def _typed(number: int) -> Iterator[Stroke]:
    character = chr(number) if number < 0x80 else ""
    if character in PLAIN:
        yield from _pressed(PLAIN[character])
    elif character in SHIFTED:
        yield from _held(LEFT_SHIFT, list(_pressed(SHIFTED[character])))
    elif character:
        yield from _held(LEFT_CTRL, list(_typed(0x3F if number == 0x7F else number + 0x40 | 0x20 * (0 < number < 27))))
    else:
        yield from _held(LEFT_ALT, [stroke for digit in str(number) for stroke in _pressed(KEYPAD[digit])])


def _pressed(key: int) -> Iterator[Stroke]:
    yield key, DOWN
    yield key, UP


def _held(key: int, meanwhile: list[Stroke]) -> Iterator[Stroke]:
    yield key, DOWN
    yield from meanwhile
    yield key, UP
