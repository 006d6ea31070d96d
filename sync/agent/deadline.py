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
        self._left: list[socket.socket] = []
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
                self._let_go()

    def progress(self) -> None:
        with self._lock:
            if self._due_s < math.inf:
                self._due_s = self._clock.monotonic_s() + self._within_s

    def hurry(self, within_s: float) -> None:
        """What hangs now may do so for `within_s` more at most."""
        with self._lock:
            self._due_s = min(self._due_s, self._clock.monotonic_s() + within_s)

    def watch(self, opened: socket.socket) -> socket.socket:
        """A connection of this session, from its first packet on. The copy that is kept can be shut down even while TLS
        has taken the socket over; it is to be given back when the connection is closed."""
        copy = opened.dup()
        with self._lock:
            self._sockets.append(copy)
            if self._passed or self._cut:
                _shut(copy)
        return copy

    def leave(self, copy: socket.socket) -> None:
        """The session has closed this connection; what is left of its answer is still under the deadline."""
        with self._lock:
            self._left.append(copy)
            if self._due_s == math.inf:
                self._let_go()

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
            self._left = self._sockets[:]
            self._let_go()

    def _let_go(self) -> None:
        """A copy that stays open would keep the other side waiting."""
        for one in self._left:
            if one in self._sockets:
                self._sockets.remove(one)
                one.close()
        self._left.clear()


def _shut(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
