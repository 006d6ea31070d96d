"""Functions of a maker's closed library (`.so`), called in a child process: what hangs or crashes there is an outcome.

The child may write no file: what such a library leaves behind would be somebody's card.
"""

import json
import time
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from drivers.child_process import ChildProcess, NoAnswer

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


class VendorLibrary:
    """One library. For one thread. After a failure it is left alone, ever longer, until what failed works again."""

    def __init__(self, library: Path) -> None:
        self._library = library
        self._child = ChildProcess(
            _CHILD, str(library), longest=_LONGEST, with_packages=False, left_alone_s=LEFT_ALONE_S
        )
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
                return self._told(function, json.loads(answer))

    def close(self) -> None:
        """End the child; the next call starts another."""
        self._child.close()

    def _told(self, function: str, answer: dict[str, object]) -> Returned | LibraryTrouble:
        match answer:
            case {"returned": int(value), "rooms": list(rooms), "numbers": list(numbers)}:
                if function == self._failed_in:
                    self._child.worked()
                    self._failed_in = ""
                return Returned(value, tuple(bytes.fromhex(room) for room in rooms), tuple(numbers))
            case {"trouble": "lacks"}:
                return LibraryTrouble.LACKS
            case {"trouble": "overran"}:
                return self._failed(function, LibraryTrouble.OVERRAN, f"wrote too much in {function}")
            case _:
                return self._failed(function, LibraryTrouble.ABSENT, f"does not load: {answer.get('why', '')}")

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
