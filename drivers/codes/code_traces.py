"""What a reader of codes said, without what the codes held.

A code becomes one of the same length and shape; codes that differ still do, and the same one comes again as the same.
"""

import os
import re
import struct
from collections.abc import Callable, Sequence
from typing import NamedTuple

from drivers.codes.scan_engine_frames import ACKNOWLEDGED
from drivers.codes.wedge_keys import EV_KEY, EV_SYN, KEYPAD, Event, Keys, key_of
from drivers.traces import invented
from drivers.traces.protocols import Said, WireProtocol
from drivers.traces.replaying import LostInTrace, Replay
from drivers.traces.trace_file import Way
from kiosk.check_digits import is_resident_number

_EVENT = struct.Struct("<HHi")  # type, code and value of a key event
_PIECES = re.compile(b"(" + re.escape(ACKNOWLEDGED) + rb"|[\r\n]+)")
_DOWN = 1
_X, _KEYPAD_0 = 45, 82
_COUNTED = re.compile(rb"[0-9A-Za-z]{1,3}(?=[^0-9A-Za-z]*\Z)")


class Codes:
    """The codes of one trace, and what stands for each."""

    def __init__(self) -> None:
        self._for: dict[bytes, bytes] = {}

    def invented(self, payload: bytes) -> bytes:
        if payload not in self._for:
            self._for[payload] = self._fresh(payload)
        return self._for[payload]

    def _fresh(self, payload: bytes) -> bytes:
        told = payload.decode("ascii", "replace")
        serial = len(self._for) + 2
        if is_resident_number(told) and told[17].isdigit():
            serials = range(serial, serial + 20)
            return next(found for n in serials if (found := invented.resident_number(n))[17] != "X").encode("ascii")
        cleaned = invented.text(payload, _encoding(payload))
        if cleaned not in self._for.values():
            return cleaned
        return _COUNTED.sub(lambda place: f"{serial:03d}"[-len(place[0]) :].encode("ascii"), cleaned)


def _encoding(payload: bytes) -> str:
    try:
        payload.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _of_scan_engine() -> Callable[[Sequence[Said]], list[bytes]]:
    codes = Codes()

    def clean(exchange: Sequence[Said]) -> list[bytes]:
        return [octets if way is Way.SENT else b"".join(map(piece, _PIECES.split(octets))) for way, octets in exchange]

    def piece(octets: bytes) -> bytes:
        return octets if not octets or _PIECES.fullmatch(octets) else codes.invented(octets)

    return clean


def packed(events: Sequence[Event]) -> bytes:
    """Key events as they stand in a trace."""
    return b"".join(_EVENT.pack(*event) for event in events)


def unpacked(octets: bytes) -> list[Event]:
    """ValueError for what was not packed."""
    try:
        return list(_EVENT.iter_unpack(octets))
    except struct.error as error:
        raise ValueError("no key events") from error


def _of_wedge() -> Callable[[Sequence[Said]], list[bytes]]:
    codes = Codes()
    return lambda exchange: [packed(_without_the_code(unpacked(octets), codes)) for _, octets in exchange]


def _without_the_code(events: Sequence[Event], codes: Codes) -> list[Event]:
    """The same strokes on other keys. What is typed as a number under Alt becomes 0; raw codes of keys are left out."""
    keys, typed_by, payloads = Keys(), dict[int, int](), [bytearray()]
    places: dict[int, tuple[int, int]] = {}  # of an event: which code, and which character of it
    for at, event in enumerate(events):
        before = len(keys.typed)
        if keys.take(event) is not None:
            payloads.append(bytearray())
        elif len(keys.typed) == before + 1 and event[2] == _DOWN:
            places[at] = (len(payloads) - 1, len(payloads[-1]))
            payloads[-1].append(keys.typed[-1])
    cleaned, strokes = [codes.invented(bytes(payload)) if payload else b"" for payload in payloads], list[Event]()
    for at, (kind, code, value) in enumerate(events):
        if kind == EV_KEY and at in places:
            which, character = places[at]
            typed_by[code] = key_of(chr(cleaned[which][character])) or _X
        elif kind == EV_KEY and value == _DOWN:
            typed_by[code] = _KEYPAD_0 if code in KEYPAD else code
        strokes.append(
            (kind, typed_by.get(code, code), value) if kind == EV_KEY else (kind, code, value * (kind == EV_SYN))
        )
    return strokes


class KeyEvent(NamedTuple):
    type: int
    code: int
    value: int


class ReplayedKeys:
    """An input device that types what a trace holds; whoever wedges it in reads it as evdev's."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        self.fd, self._other_end = os.pipe()
        os.write(self._other_end, b"\0")  # there is something to read until all of it was read

    def read(self) -> list[KeyEvent]:
        """What was typed until there was silence. OSError where the device was lost; nothing more at the end."""
        try:
            octets = self._replay.receive(within_s=0)
        except LostInTrace as lost:
            raise OSError(str(lost)) from lost
        if not octets:
            os.read(self.fd, 1)
        return [KeyEvent(*event) for event in unpacked(octets)]

    def close(self) -> None:
        os.close(self.fd)
        os.close(self._other_end)


SCAN_ENGINE = WireProtocol("scan-engine", _of_scan_engine)
WEDGE = WireProtocol("wedge", _of_wedge)
