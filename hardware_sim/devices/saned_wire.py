"""SANE's network protocol, the scanner's end: calls out of bytes, answers into bytes, and words for either.

All words are 32 bits, big-endian. A string is its length with its NUL (0: none) and its bytes; a pointer begins with a
word that is 0 when something follows; an array with how many elements follow. An image comes over a connection of its
own in records: length and bytes, at last `FFFFFFFF` and a status as one byte. Protocol version 3.
Sources: the SANE standard, chapter Network Protocol; which byte stands where: sanei_net.c, sanei_wire.c and saned.c.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

PORT = 6566
VERSION = 1 << 24 | 0 << 16 | 3  # of SANE 1.0, network protocol 3
LITTLE_ENDIAN = 0x1234  # the order of samples of 16 bits
LONGEST = 4096  # of a string or value that a host sends
_END = 0xFFFF_FFFF


class Call(IntEnum):
    INIT = 0
    GET_DEVICES = 1
    OPEN = 2
    CLOSE = 3
    GET_OPTION_DESCRIPTORS = 4
    CONTROL_OPTION = 5
    GET_PARAMETERS = 6
    START = 7
    CANCEL = 8
    AUTHORIZE = 9
    EXIT = 10


class Status(IntEnum):
    GOOD = 0
    UNSUPPORTED = 1
    CANCELLED = 2
    DEVICE_BUSY = 3
    INVAL = 4
    EOF = 5
    JAMMED = 6
    NO_DOCS = 7
    COVER_OPEN = 8
    IO_ERROR = 9
    NO_MEM = 10
    ACCESS_DENIED = 11


class Kind(IntEnum):
    """Of an option's value. A `FIXED` is a number with 16 bits behind the point."""

    BOOL = 0
    INT = 1
    FIXED = 2
    STRING = 3
    BUTTON = 4
    GROUP = 5


class Unit(IntEnum):
    NONE = 0
    MM = 3
    DPI = 4


class Action(IntEnum):
    GET = 0
    SET = 1
    SET_AUTO = 2


NUMBERS = (Kind.BOOL, Kind.INT, Kind.FIXED)


@dataclass(frozen=True, slots=True)
class Request:
    """One call: its words, and its strings or the bytes of its value, each in order."""

    call: Call
    words: tuple[int, ...] = ()
    texts: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Range:
    least: int
    most: int
    step: int = 0


@dataclass(frozen=True, slots=True)
class Option:
    """A descriptor. `size` in bytes; `capabilities`: 1 can be set by a program, 4 can be asked for."""

    name: str
    title: str
    kind: Kind
    unit: Unit = Unit.NONE
    size: int = 4
    capabilities: int = 5
    constraint: Range | tuple[int, ...] | tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Parameters:
    """Of an image. `colour`: three samples a dot. Eight bits a sample."""

    colour: bool
    width: int
    lines: int

    @property
    def line_bytes(self) -> int:
        return self.width * (3 if self.colour else 1)


class _Short(Exception):
    """The rest has not come yet."""


class _Wrong(Exception):
    """No host says that."""


class _Bytes:
    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self.at = 0

    def take(self, count: int) -> bytes:
        if len(self._octets) < self.at + count:
            raise _Short
        self.at += count
        return self._octets[self.at - count : self.at]

    def word(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def text(self) -> bytes:
        length = self.word()
        if length > LONGEST:
            raise _Wrong
        return self.take(length).split(b"\0")[0]

    def value(self, kind: int) -> bytes:
        """An option's value as bytes: the length that comes counts words of numbers and characters of texts."""
        count = self.word()
        if count > LONGEST:
            raise _Wrong
        return self.take(count * (4 if kind in NUMBERS else 1 if kind == Kind.STRING else 0))


_LAYOUTS = {
    Call.INIT: "wt",
    Call.GET_DEVICES: "",
    Call.OPEN: "t",
    Call.AUTHORIZE: "ttt",
    Call.EXIT: "",
    Call.CONTROL_OPTION: "www",
}


def next_request(received: bytearray) -> Request | None:
    """Cut the first whole call off `received`; `None`: wait for more. ValueError for what is no call."""
    source = _Bytes(bytes(received[: 16 * LONGEST]))
    try:
        number = source.word()
        if number not in Call.__members__.values():
            raise _Wrong
        call = Call(number)
        words, texts = [], []
        for field in _LAYOUTS.get(call, "w"):
            if field == "w":
                words.append(source.word())
            else:
                texts.append(source.text())
        if call is Call.CONTROL_OPTION and words[2] != Action.SET_AUTO:
            words += [source.word(), source.word()]
            texts.append(source.value(words[3]))
    except _Short:
        return None
    except _Wrong:
        raise ValueError(f"no call of a host: {received[:16].hex()}") from None
    del received[: source.at]
    return Request(call, tuple(words), tuple(texts))


def request(call: Call, *words: int, texts: Sequence[bytes] = (), value: bytes | None = None) -> bytes:
    """What a host sends. `words` of CONTROL_OPTION: handle, option, action, kind of value."""
    sent = _words(call, *words) + b"".join(_string(text) for text in texts)
    if value is None:
        return sent
    return sent + _words(len(value)) + _value(words[3], value)


def initialised(status: Status) -> bytes:
    return _words(status, VERSION)


def devices(status: Status, found: Sequence[tuple[str, str, str, str]]) -> bytes:
    """`found`: name, vendor, model and type of each."""
    listed = b"".join(_words(0) + b"".join(_string(text.encode()) for text in device) for device in found)
    return _words(status, len(found) + 1) + listed + _words(1)


def opened(status: Status, handle: int) -> bytes:
    return _words(status, handle) + _string(None)


def acknowledged() -> bytes:
    """To CLOSE, CANCEL and AUTHORIZE."""
    return _words(0)


def options(descriptors: Sequence[Option]) -> bytes:
    return _words(len(descriptors)) + b"".join(map(_option, descriptors))


def controlled(status: Status, info: int, kind: int, value: bytes) -> bytes:
    return _words(status, info, kind, len(value)) + _value(kind, value) + _string(None)


def parameters(status: Status, image: Parameters) -> bytes:
    frame = 1 if image.colour else 0  # RGB or gray; it is the last and only frame
    return _words(status, frame, 1, image.line_bytes, image.width, image.lines, 8)


def started(status: Status, port: int) -> bytes:
    return _words(status, port, LITTLE_ENDIAN) + _string(None)


def record(octets: bytes) -> bytes:
    """A part of an image."""
    return _words(len(octets)) + octets


def ended(status: Status) -> bytes:
    """The end of an image, or why it breaks off."""
    return _words(_END) + bytes([status])


def words(direction: str, octets: bytes) -> str:
    """One line about what went over the wire in one piece: `direction` is `to-device` or `from-device`."""
    if direction == "to-device":
        return _words_of_calls(octets)
    if len(octets) == 5 and octets[:4] == b"\xff\xff\xff\xff":
        return f"image ends: {_status_name(octets[4])}"
    if len(octets) < 4:
        return f"{len(octets)} bytes"
    first = int.from_bytes(octets[:4], "big")
    if first == len(octets) - 4 and first:
        return f"image, {first} bytes"
    return f"answer: {_status_name(first)}" if first in Status.__members__.values() else f"answer, {len(octets)} bytes"


def _words_of_calls(octets: bytes) -> str:
    rest, said = bytearray(octets), []
    try:
        while (one := next_request(rest)) is not None:
            said.append(_said(one))
    except ValueError:
        said.append("no call")
    return ", ".join(said) or f"part of a call, {len(octets)} bytes"


def _said(one: Request) -> str:
    name = f"SANE_NET_{one.call.name}"
    if one.call is Call.OPEN:
        return f"{name} {one.texts[0].decode('ascii', 'replace')}"
    if one.call is Call.CONTROL_OPTION:
        action = ("get", "set", "set automatically")[one.words[2]] if one.words[2] < 3 else "?"
        return f"{name} {action} option {one.words[1]}"
    return name


def _status_name(number: int) -> str:
    return Status(number).name if number in Status.__members__.values() else f"status {number}"


def _words(*numbers: int) -> bytes:
    return struct.pack(f">{len(numbers)}I", *(number & 0xFFFF_FFFF for number in numbers))


def _string(text: bytes | None) -> bytes:
    return _words(0) if text is None else _words(len(text) + 1) + text + b"\0"


def _value(kind: int, value: bytes) -> bytes:
    if kind in NUMBERS:
        return _words(len(value) // 4) + value
    return _words(len(value)) + value if kind == Kind.STRING else _words(0)


def _option(one: Option) -> bytes:
    named = b"".join(_string(text.encode()) for text in (one.name, one.title, one.title))
    head = _words(0) + named + _words(one.kind, one.unit, one.size, one.capabilities)
    match one.constraint:
        case None:
            return head + _words(0)
        case Range(least, most, step):
            return head + _words(1, 0, least, most, step)
        case choices if isinstance(choices[0], str):
            return (
                head + _words(3, len(choices) + 1) + b"".join(_string(str(one).encode()) for one in choices) + _words(0)
            )
        case numbers:
            return head + _words(2, len(numbers) + 1, len(numbers), *map(int, numbers))
