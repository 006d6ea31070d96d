"""What a weak line does to the connections that run over it: the modes, their words, and how far each lets bytes go.

Bytes are counted for each connection from the moment the mode began to apply to it.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from enum import StrEnum
from types import NoneType
from typing import get_args, get_type_hints

from hardware_sim.control import Refused, known


class Way(StrEnum):
    REQUESTS = "requests"
    ANSWERS = "answers"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Clean:
    """Everything passes at once."""


@dataclass(frozen=True, slots=True)
class Delay:
    """Everything arrives so much later, each way; at most 64 kB are under way at once."""

    ms: int = 80


@dataclass(frozen=True, slots=True)
class Trickle:
    """So many bytes a second each way, one by one, over all connections together."""

    bytes_per_s: int = 1


@dataclass(frozen=True, slots=True)
class Rate:
    """So much a second each way, over all connections together."""

    kbit_per_s: int = 512


@dataclass(frozen=True, slots=True)
class Reset:
    """Both ends get a RST instead of the byte after the first N of a way."""

    after_bytes: int = 0
    of: Way = Way.EITHER


@dataclass(frozen=True, slots=True)
class BlackHole:
    """Connections are accepted, nothing comes through: for ever, or for so long and then all that waited does."""

    for_s: float | None = None


@dataclass(frozen=True, slots=True)
class HalfOpen:
    """After N bytes of a way the server is gone without a FIN: what the client sends goes nowhere, for ever."""

    after_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Truncate:
    """The client gets a FIN instead of the byte after the first N of an answer. A TLS handshake is an answer too."""

    after_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Each plain HTTP request whose first line contains the words goes to the server again, over a connection of
    its own, once the first has passed whole. Over TLS nothing can be repeated, and everything passes as it is."""

    matching: str = ""


@dataclass(frozen=True, slots=True)
class CaptivePortal:
    """Another's HTML answers every HTTP request with 200, or 302 to the given address; TLS gets another's certificate.
    Connections that are open get a RST."""

    redirect_to: str = ""


@dataclass(frozen=True, slots=True)
class CutEvery:
    """In this share of the units of what a connection sends, both ends get a RST, somewhere in the unit.
    The same seed cuts the n-th connection at the same byte."""

    unit_bytes: int = 256_000
    share: float = 0.2
    seed: int = 0


Mode = Clean | Delay | Trickle | Rate | Reset | BlackHole | HalfOpen | Truncate | Duplicate | CaptivePortal | CutEvery
MODES: dict[str, type[Mode]] = {
    "clean": Clean,
    "delay": Delay,
    "trickle": Trickle,
    "rate": Rate,
    "reset": Reset,
    "black-hole": BlackHole,
    "half-open": HalfOpen,
    "truncate": Truncate,
    "duplicate": Duplicate,
    "captive-portal": CaptivePortal,
    "cut-every": CutEvery,
}


def parse_mode(words: Sequence[str]) -> Mode:
    """From its name and its values in order, those at the end left out: `reset 1000 answers`.
    Raises `Refused` for what it does not know."""
    name, *values = words or [""]
    mode = MODES[known(name, MODES, "mode")]
    types = list(get_type_hints(mode).values())
    if len(values) > len(types):
        raise Refused(f"too many values; {usage(name)}")
    try:
        return mode(*(_parsed(word, kind) for word, kind in zip(values, types, strict=False)))
    except ValueError as error:
        raise Refused(f"{error}; {usage(name)}") from error


def usage(name: str) -> str:
    """The mode's words: `reset [AFTER_BYTES] [requests|answers|either]`."""
    types = get_type_hints(MODES[name])
    values = ("|".join(Way) if types[field.name] is Way else field.name.upper() for field in fields(MODES[name]))
    return " ".join([name, *(f"[{value}]" for value in values)])


def words_of(mode: Mode) -> str:
    """The words that `parse_mode` understands."""
    name = next(name for name, kind in MODES.items() if isinstance(mode, kind))
    return " ".join([name, *(str(value) for value in astuple(mode) if value not in (None, ""))])


def _parsed(word: str, kind: object) -> object:
    kind = next((one for one in get_args(kind) if one is not NoneType), kind)
    if kind in (int, float):
        number = int(word) if kind is int else float(word)
        if not 0 <= number < math.inf:
            raise ValueError(f"{word} is no amount")
        return number
    return Way(known(word, Way, "way")) if kind is Way else word


class Course:
    """How far a mode lets one connection go. `number`: of the connection on its line, from 1."""

    def __init__(self, mode: Mode, *, number: int, began_s: float) -> None:
        self.mode = mode
        self._began_s = began_s
        self._passed = {Way.REQUESTS: 0, Way.ANSWERS: 0}
        self._answer = 0
        self._cut_at = _cut_at(mode, number) if isinstance(mode, CutEvery) else math.inf

    def due_s(self, arrived_s: float) -> float:
        """When something that arrived then may leave, on the clock of `began_s`."""
        match self.mode:
            case Delay(ms):
                return arrived_s + ms / 1000
            case BlackHole(None):
                return math.inf
            case BlackHole(float() | int() as for_s):
                return max(arrived_s, self._began_s + for_s)
            case _:
                return arrived_s

    def left(self, way: Way) -> float:
        """How many bytes may still pass before the connection is cut; `inf`: all."""
        match self.mode:
            case Reset(after, of) if of in (way, Way.EITHER):
                return after - self._passed[way]
            case HalfOpen(after):
                return after - self._passed[way]
            case Truncate(after) if way is Way.ANSWERS:
                return after - self._answer
            case CutEvery() if way is Way.REQUESTS:
                return self._cut_at - self._passed[way]
            case _:
                return math.inf

    def count(self, way: Way, number: int) -> None:
        self._passed[way] += number
        self._answer = self._answer + number if way is Way.ANSWERS else 0


def _cut_at(mode: CutEvery, number: int) -> float:
    """The byte of the connection before which it is cut: units are drawn one by one."""
    if mode.share <= 0 or mode.unit_bytes < 1:
        return math.inf
    chance = random.Random(f"{mode.seed}:{number}")
    unit = 0
    while chance.random() >= mode.share:
        unit += 1
    return unit * mode.unit_bytes + chance.randrange(mode.unit_bytes)


class Pace:
    """Spends a rate, shared by all connections that go one way. Starts with one piece in hand."""

    def __init__(self, bytes_per_s: float, *, piece: int, now_s: float) -> None:
        self._rate = bytes_per_s
        self._piece = piece
        self._saved = float(piece)
        self._at_s = now_s

    def allowed(self, now_s: float) -> int:
        """How many bytes may pass now; 0 until a piece has been saved up."""
        most = max(self._piece, self._rate / 10)
        self._saved = min(most, self._saved + (now_s - self._at_s) * self._rate)
        self._at_s = now_s
        return int(self._saved) if self._saved >= self._piece else 0

    def next_s(self) -> float:
        """When the next piece will have been saved up."""
        return self._at_s + (self._piece - self._saved) / self._rate if self._rate else math.inf

    def spend(self, number: int) -> None:
        self._saved -= number


def pace_of(mode: Mode, now_s: float) -> Pace | None:
    match mode:
        case Trickle(bytes_per_s):
            return Pace(bytes_per_s, piece=1, now_s=now_s)
        case Rate(kbit_per_s):
            return Pace(kbit_per_s * 125, piece=max(1, kbit_per_s * 125 // 50), now_s=now_s)
        case _:
            return None
