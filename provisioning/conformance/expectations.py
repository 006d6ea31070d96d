"""What rules say when something else came than was expected. Kinds and fault codes, nothing personal."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar, cast

from kiosk.faults import Fault

Outcome = TypeVar("Outcome")
LOOK_EVERY_S = 0.1
BACK_WITHIN_S = 15.0  # a device on USB needs some seconds until it is there again


class Broken(Exception):
    """A rule does not hold; the message tells a technician what was expected and what came."""


class CannotDo(Exception):
    """These hands cannot do that, so that what follows was not tried."""


def told(said: object) -> str:
    """An outcome in one word or two, without anything personal in it."""
    if isinstance(said, Fault):
        return said.code
    if isinstance(said, list | tuple):
        return f"[{', '.join(map(told, said))}]"
    if isinstance(said, bool | int | float | str | None):
        return repr(said)
    if isinstance(said, bytes):
        return f"{len(said)} bytes"
    within = ", ".join([*_counts_in(said), *(fault.code for fault in faults_in(said))])
    return f"{type(said).__name__}({within})" if within else type(said).__name__


def _counts_in(said: object) -> list[str]:
    return [f"{count} sheets" for name in ("sheets", "sheets_out") if (count := getattr(said, name, None)) is not None]


def faults_in(said: object) -> Iterator[Fault]:
    """The faults that an outcome names."""
    for name in ("fault", "waits_for"):
        if isinstance(fault := getattr(said, name, None), Fault):
            yield fault
    yield from getattr(said, "reasons", ())


def expect(said: object, wanted: object, when: str) -> None:
    if said != wanted:
        raise Broken(f"{when}: expected {told(wanted)}, came {told(said)}")


def expect_a(kind: type[Outcome], said: object, when: str, *, or_a: tuple[type, ...] = ()) -> Outcome:
    """`or_a`: what is as good."""
    kinds = (kind, *or_a)
    if not isinstance(said, kinds):
        raise Broken(f"{when}: expected {' or '.join(k.__name__ for k in kinds)}, came {told(said)}")
    return cast(Outcome, said)


def expect_that(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Broken(otherwise)


def expect_soon(kind: type[Outcome], ask: Callable[[], object], when: str, *, or_a: tuple[type, ...] = ()) -> Outcome:
    """Asks again and again, as the terminal does, until the answer is of this kind or the time is over."""
    deadline, pause = time.monotonic() + BACK_WITHIN_S, threading.Event()
    while not isinstance(said := ask(), (kind, *or_a)) and time.monotonic() < deadline:
        pause.wait(LOOK_EVERY_S)
    return expect_a(kind, said, f"{when}, for {BACK_WITHIN_S:g} s", or_a=or_a)
