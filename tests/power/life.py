"""One run of one end on a recorded disk: random steps, and after each commit and each return what must be found."""

import random
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Generic, Self, TypeVar

import apsw

from tests.power.cuts import Lost
from tests.power.dump import Dump, difference, dump
from tests.power.recording import Tape, recorded

Promise = TypeVar("Promise")


@dataclass(frozen=True, slots=True)
class Standing(Generic[Promise]):
    """Every row of the database (None: there was never one), and what was promised of each submission, by sid."""

    rows: Dump | None
    promised: Mapping[str, Promise]


def matching(found: Dump, allowed: Sequence[Standing[Promise]]) -> Sequence[Standing[Promise]]:
    """Those of the allowed that have just the rows found. The third only says what the second's commit will return.

    Raises Lost when it is neither of the first two.
    """
    nothing = not found["submission"]
    if not any(found == one.rows or (one.rows is None and nothing) for one in allowed[:2]):
        raise Lost("\n".join(f"allowed {at}: {difference(one.rows, found)}" for at, one in enumerate(allowed[:2])))
    return [one for one in allowed if found == one.rows] or [Standing(None, {})]


class Life(Generic[Promise]):
    """`promised` is changed by the steps when what they called has returned."""

    STEPS: ClassVar[Sequence[tuple[int, Callable[[Self], None]]]]  # how often, and what
    AT_MOST = 24

    def __init__(self, tape: Tape, before: Standing[Promise], chance: random.Random) -> None:
        self.tape, self.chance = tape, chance
        self.promised = dict(before.promised)
        self.standings = [before]

    @abstractmethod
    def open(self) -> None:
        """The first step: start on what is on the disk."""

    @abstractmethod
    def close(self) -> None: ...

    @property
    @abstractmethod
    def connection(self) -> apsw.Connection: ...

    def run(self) -> Sequence[Standing[Promise]]:
        weights = [weight for weight, _ in self.STEPS]
        steps = self.chance.choices(self.STEPS, weights, k=self.chance.randint(4, self.AT_MOST))
        with recorded(self.tape), _connections_made(self._tell_commits):
            try:
                self._step(self.open)
                for _, step in steps:
                    self._step(lambda step=step: step(self))
            finally:
                self.close()
        return self.standings

    def some(self, wanted: Callable[[Promise], bool]) -> list[str]:
        """The sid of one submission of which such a thing was promised, if there is one."""
        found = sorted(sid for sid, promise in self.promised.items() if wanted(promise))
        return self.chance.sample(found, k=min(1, len(found)))

    def _step(self, work: Callable[[], None]) -> None:
        work()
        rows = dump(self.connection)
        assert self.standings[-1].rows in (rows, None), "something was written outside of a transaction"
        self._stands(Standing(rows, dict(self.promised)))

    def _stands(self, standing: Standing[Promise]) -> None:
        if standing != self.standings[-1]:
            self.standings.append(standing)
            self.tape.mark(len(self.standings) - 1)

    def _tell_commits(self, connection: apsw.Connection) -> None:
        connection.trace_v2(apsw.SQLITE_TRACE_PROFILE, self._traced)

    def _traced(self, event: dict) -> None:
        first_start = self.standings[-1].rows is None  # until it has returned, all may begin anew
        if event["sql"] == "COMMIT" and not first_start:
            self._stands(Standing(dump(event["connection"]), dict(self.promised)))


@contextmanager
def _connections_made(tell: Callable[[apsw.Connection], None]) -> Iterator[None]:
    apsw.connection_hooks.append(tell)
    try:
        yield
    finally:
        apsw.connection_hooks.remove(tell)


@contextmanager
def connections_made() -> Iterator[list[apsw.Connection]]:
    """What is opened meanwhile."""
    made: list[apsw.Connection] = []
    with _connections_made(made.append):
        yield made
