"""The time that simulated devices live in: that of the world, faster if wanted, or a clock advanced by hand.

A device waits in one way only: `clock.select` over its descriptors, at most so long in simulated time. What must wake
it besides its wires has a `Bell` among them.
"""

import contextlib
import math
import os
import select
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

SETTLED_WITHIN_S = 1.0  # of real time: so long it waits for devices that it woke
LOOK_AGAIN_S = 0.01  # at what wakes a device unseen, and at threads that ended


class HasDescriptor(Protocol):
    """A socket, a `Bell`, a file."""

    def fileno(self) -> int: ...


Source = int | HasDescriptor


class Clock(Protocol):
    """Simulated seconds since the clock began. Any thread may call."""

    def now(self) -> float: ...

    def count_on(self, thread: threading.Thread) -> None:
        """It runs and is going to wait for this clock: until it does, no time passes that is advanced by hand."""
        ...

    def select(
        self, readers: Iterable[Source], writers: Iterable[Source] = (), *, within_s: float | None = None
    ) -> list[Source]:
        """The sources that are ready, as soon as one is; none when `within_s` simulated seconds are over first."""
        ...

    def select_until(self, moment_s: float, readers: Iterable[Source]) -> list[Source]:
        """The same until a moment of this clock, which may go on before the wait begins."""
        ...


class Bell:
    """A descriptor that any thread can make readable; it stays so until `hush`."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def ring(self) -> None:
        with contextlib.suppress(BlockingIOError):  # rung so often that the pipe is full
            os.write(self._write, b"x")

    def hush(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while os.read(self._read, 4096):
                pass

    def fileno(self) -> int:
        return self._read

    def close(self) -> None:
        os.close(self._read)
        os.close(self._write)


def ready(readers: Iterable[Source], writers: Iterable[Source], within_s: float | None) -> list[Source]:
    """As soon as one is, or none when so much real time is over; unlike `select` of any number of descriptors."""
    wanted = [(source, select.POLLIN) for source in readers] + [(source, select.POLLOUT) for source in writers]
    poll = select.poll()
    for source, event in wanted:
        poll.register(source, event)
    found = dict(poll.poll(None if within_s is None else math.ceil(max(0.0, within_s) * 1000)))
    return [source for source, _ in wanted if found.get(source if isinstance(source, int) else source.fileno())]


class RealClock:
    """The world's own time, or `speed` times as fast."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._began = time.monotonic()

    def now(self) -> float:
        return (time.monotonic() - self._began) * self.speed

    def count_on(self, thread: threading.Thread) -> None:
        """Its time passes by itself."""

    def select(
        self, readers: Iterable[Source], writers: Iterable[Source] = (), *, within_s: float | None = None
    ) -> list[Source]:
        return ready(readers, writers, None if within_s is None else within_s / self.speed)

    def select_until(self, moment_s: float, readers: Iterable[Source]) -> list[Source]:
        return self.select(readers, within_s=None if moment_s == math.inf else max(0.0, moment_s - self.now()))


@dataclass(eq=False)
class _Waiter:
    thread: threading.Thread
    until_s: float
    bell: Bell
    readers: list[Source]
    writers: list[Source]

    @property
    def has_something_to_do(self) -> bool:
        """Whether it goes on at once, without any time passing."""
        return bool(ready([*self.readers, self.bell], self.writers, 0))


class HandClock:
    """Stands still until `advance`. Then it goes from one moment at which a device waits to the next, in order, and
    at each lets the devices that are due do what they do until they wait again."""

    def __init__(self) -> None:
        self._now_s = 0.0
        self._changed = threading.Condition()
        self._waiting: list[_Waiter] = []
        self._known: set[threading.Thread] = set()
        self._one_hand = threading.Lock()

    def now(self) -> float:
        with self._changed:
            return self._now_s

    def count_on(self, thread: threading.Thread) -> None:
        with self._changed:
            self._known.add(thread)

    def select(
        self, readers: Iterable[Source], writers: Iterable[Source] = (), *, within_s: float | None = None
    ) -> list[Source]:
        moment_s = math.inf if within_s is None else self.now() + max(0.0, within_s)
        return self._wait(moment_s, list(readers), list(writers))

    def select_until(self, moment_s: float, readers: Iterable[Source]) -> list[Source]:
        return self._wait(moment_s, list(readers), [])

    def _wait(self, until_s: float, readers: list[Source], writers: list[Source]) -> list[Source]:
        bell = Bell()
        with self._changed:
            if until_s <= self._now_s:
                bell.close()
                return ready(readers, writers, 0)
            waiter = _Waiter(threading.current_thread(), until_s, bell, readers, writers)
            self._known.add(waiter.thread)
            self._waiting.append(waiter)
            self._changed.notify_all()
        try:
            found = ready([*readers, bell], writers, None)
        finally:
            with self._changed:
                self._waiting.remove(waiter)
                bell.close()
        return [source for source in found if source is not bell]

    def advance(self, seconds: float) -> None:
        """So much time passes. Returns when the devices that had something to do in it wait again."""
        with self._one_hand, self._changed:
            end_s = self._now_s + seconds
            self._settle()
            while (moment_s := min((waiter.until_s for waiter in self._waiting), default=math.inf)) <= end_s:
                self._now_s = max(self._now_s, moment_s)
                due = [waiter for waiter in self._waiting if waiter.until_s <= self._now_s]
                for waiter in due:
                    waiter.until_s = math.inf
                    waiter.bell.ring()
                self._settle()
            self._now_s = end_s

    def _settle(self) -> None:
        """Until everybody who ever waited, and still lives, waits with nothing to do."""

        def settled() -> bool:
            self._known = {thread for thread in self._known if thread.is_alive()}
            waiting = [waiter.thread for waiter in self._waiting if not waiter.has_something_to_do]
            return self._known <= set(waiting)

        given_up_s = time.monotonic() + SETTLED_WITHIN_S
        while not self._changed.wait_for(settled, LOOK_AGAIN_S) and time.monotonic() < given_up_s:
            pass
