"""Functions of a maker's closed library (`.so`), called in a child process: what hangs or crashes there is an outcome.

The child may write no file: what such a library leaves behind would be somebody's card.
"""

import json
import re
import time
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from drivers.child_process import ChildProcess, NoAnswer
from drivers.traces.children import Child

LEFT_ALONE_S = (1.0, 10.0, 60.0, 600.0)  # after the first, second... failure in a row
_CHILD = Path(__file__).with_name("vendor_library_child.py")
_LONGEST = 400_000


@dataclass(frozen=True, slots=True)
class Room:
    """An argument: a buffer of so many bytes, into which the library writes."""

    size: int


@dataclass(frozen=True, slots=True)
class Number:
    """An argument: an `unsigned int` by its address, which the library may change."""

    value: int = 0


Argument = int | Room | Number  # int: by value


@dataclass(frozen=True, slots=True)
class Returned:
    """What a call gave: its `int`, and what stands in its rooms and numbers, in order."""

    value: int
    rooms: tuple[bytes, ...] = ()
    numbers: tuple[int, ...] = ()


class LibraryTrouble(Enum):
    ABSENT = auto()  # it does not load: another processor's, or something that it needs is not there
    LACKS = auto()  # it has no such function; it works all the same
    HANGS = auto()
    CRASHED = auto()
    OVERRAN = auto()  # it wrote beyond a room: nothing that it says is believed


def library_child(library: Path) -> ChildProcess:
    """The process in which a library is called."""
    return ChildProcess(_CHILD, str(library), longest=_LONGEST, with_packages=False, left_alone_s=LEFT_ALONE_S)


_TROUBLES = {"absent": LibraryTrouble.ABSENT, "lacks": LibraryTrouble.LACKS, "overran": LibraryTrouble.OVERRAN}


class VendorLibrary:
    """One library. For one thread. After a failure it is left alone, ever longer, until what failed works again."""

    def __init__(self, library: Path, *, child: Child | None = None) -> None:
        self._library = library
        self._child = child or library_child(library)
        self._failed_in = ""
        self._trouble = LibraryTrouble.ABSENT

    def call(self, function: str, *arguments: Argument, within_s: float) -> Returned | LibraryTrouble:
        """Waits no longer than that, the start of the child included. One that is left alone has its last trouble."""
        if self._child.left_alone:
            return self._trouble
        until = time.monotonic() + within_s
        if not self._child.start(within_s=within_s):
            return self._failed(function, LibraryTrouble.ABSENT, "does not start in time")
        self._child.send(json.dumps({"call": function, "arguments": [_asked(a) for a in arguments]}).encode())
        match self._child.receive(until=until):
            case NoAnswer.NOT_YET:
                return self._failed(function, LibraryTrouble.HANGS, f"hangs in {function}")
            case NoAnswer.ENDED:
                return self._failed(function, LibraryTrouble.CRASHED, f"crashed in {function}")
            case bytes(answer):
                return self._told(function, parse_call(answer))

    def close(self) -> None:
        """End the child; the next call starts another."""
        self._child.close()

    def _told(self, function: str, said: Returned | LibraryTrouble) -> Returned | LibraryTrouble:
        match said:
            case Returned():
                if function == self._failed_in:
                    self._child.worked()
                    self._failed_in = ""
                return said
            case LibraryTrouble.LACKS:
                return said
            case LibraryTrouble.OVERRAN:
                return self._failed(function, said, f"wrote too much in {function}")
            case LibraryTrouble.ABSENT:
                return self._failed(function, said, "does not load")
            case _:
                return self._failed(function, said, f"spoilt its process in {function}")

    def _failed(self, function: str, trouble: LibraryTrouble, how: str) -> LibraryTrouble:
        self._failed_in, self._trouble = function, trouble
        self._child.failed(f"{self._library.name} {how}")
        return trouble


def _asked(argument: Argument) -> object:
    match argument:
        case Room(size):
            return {"room": size}
        case Number(value):
            return {"number": value}
        case value:
            return value


def parse_call(answer: bytes) -> Returned | LibraryTrouble:
    """What the child said of one call; `CRASHED` for what is no answer, since a library may spoil the child."""
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError):
        return LibraryTrouble.CRASHED
    match said:
        case {"returned": int(value), "rooms": list(rooms), "numbers": list(numbers)}:
            if all(isinstance(number, int) for number in numbers) and all(map(_is_hex, rooms)):
                return Returned(value, tuple(bytes.fromhex(room) for room in rooms), tuple(numbers))
        case {"trouble": str(trouble)} if trouble in _TROUBLES:
            return _TROUBLES[trouble]
    return LibraryTrouble.CRASHED


def _is_hex(room: object) -> bool:
    return isinstance(room, str) and re.fullmatch(r"([0-9a-f]{2})*", room) is not None
