"""How long one request may take, whatever the other side does: when it is over, its connection is shut down.

The thread that makes the request sets the deadline and moves it on with every progress; another one looks, at its own
pace. A shut-down socket ends every call that hangs in it: connecting, the handshake, sending, reading.
"""

import math
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sync.agent.clock import Clock


class Deadline:
    """Of one session, which has one request at a time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._within_s = self._due_s = math.inf
        self._passed = self._cut = False

    @contextmanager
    def within(self, within_s: float) -> Iterator[None]:
        """The request in this block has `within_s` seconds, from now or from its last progress."""
        with self._lock:
            self._within_s, self._passed = within_s, False
            self._due_s = self._clock.monotonic_s() + within_s
        try:
            yield
        finally:
            with self._lock:
                self._due_s = math.inf

    def progress(self) -> None:
        with self._lock:
            if self._due_s < math.inf:
                self._due_s = self._clock.monotonic_s() + self._within_s

    def hurry(self, within_s: float) -> None:
        """What hangs now may do so for `within_s` more at most."""
        with self._lock:
            self._due_s = min(self._due_s, self._clock.monotonic_s() + within_s)

    def watch(self, opened: socket.socket) -> None:
        """A connection of this session, from its first packet on. A copy is kept, so that it can be shut down even
        while TLS has taken the socket over."""
        copy = opened.dup()
        with self._lock:
            gone = [one for one in self._sockets if _is_over(one)]
            self._sockets = [one for one in self._sockets if one not in gone] + [copy]
            if self._passed or self._cut:
                _shut(copy)
        for one in gone:
            one.close()

    def look(self) -> bool:
        """Shut down what is over time; whether something was."""
        with self._lock:
            if self._clock.monotonic_s() < self._due_s:
                return False
            self._due_s, self._passed = math.inf, True
            for one in self._sockets:
                _shut(one)
            return True

    def cut(self) -> None:
        """Shut everything down, now and from now on: the session is at its end."""
        with self._lock:
            self._cut = True
            for one in self._sockets:
                _shut(one)

    def close(self) -> None:
        with self._lock:
            sockets, self._sockets = self._sockets, []
        for one in sockets:
            one.close()


def _is_over(one: socket.socket) -> bool:
    try:
        one.getpeername()
    except OSError:
        return True
    return False


def _shut(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
