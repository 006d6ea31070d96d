"""A TCP proxy that is a weak line between a terminal and a gateway; one thread, its own clock.

The server is reached when the first byte of a connection may go to it. Two lines one after the other do what both do.
"""

import contextlib
import math
import select
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from hardware_sim.captive_portal import Portal, PortalConnection, RequestFrames
from hardware_sim.line_modes import (
    CaptivePortal,
    Clean,
    Course,
    Duplicate,
    HalfOpen,
    Mode,
    Pace,
    Truncate,
    Way,
    pace_of,
    words_of,
)

WINDOW_BYTES = 64 * 1024  # under way in one direction, so that a sender feels the line
PART_BYTES = 16 * 1024
RST_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER, 0 s


@dataclass(frozen=True, slots=True)
class Counters:
    """Since the line went up. Bytes are those that came through; `cuts` and `duplicates` (counted when the server
    begins to answer) are the line's own doing, `portal_answers` are connections that the portal took."""

    connections: int = 0
    open: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    cuts: int = 0
    duplicates: int = 0
    portal_answers: int = 0


CLEAN = Clean()
FIN = b""


class _Rst:
    """Stands among the parts of a flow where its source broke off."""


@dataclass(slots=True)
class _Flow:
    """One way of a connection: what has arrived from its source and waits to leave, with when it arrived."""

    held: deque[tuple[float, bytes | _Rst]] = field(default_factory=deque)
    held_bytes: int = 0
    source_ended: bool = False
    blocked: bool = False
    finished: bool = False

    def arrive(self, now_s: float, part: bytes | _Rst) -> None:
        self.held.append((now_s, part))
        if isinstance(part, _Rst) or part == FIN:
            self.source_ended = True
        else:
            self.held_bytes += len(part)


class _Connection:
    def __init__(self, client: socket.socket, course: Course, *, number: int) -> None:
        self.client = client
        self.server: socket.socket | None = None
        self.portal: PortalConnection | None = None
        self.number = number
        self.requests, self.answers = _Flow(), _Flow()
        self.portal_answered = False
        self.server_gone = False
        self.frames = RequestFrames()
        self.follow(course)

    def follow(self, course: Course) -> None:
        self.course = course
        self.frames = RequestFrames()

    @property
    def ways(self) -> tuple[tuple[Way, _Flow, socket.socket | None, socket.socket | None], ...]:
        return (
            (Way.REQUESTS, self.requests, self.client, self.server),
            (Way.ANSWERS, self.answers, self.server, self.client),
        )


@dataclass(slots=True)
class _Again:
    """A request on its way to the server once more."""

    server: socket.socket
    unsent: bytes


class WeakLine:
    """Listens on `host`:`port` (0: any) from the beginning, until `close`. All methods may be called in any thread."""

    def __init__(
        self,
        to: tuple[str, int],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        mode: Mode = CLEAN,
        script: Sequence[Mode] = (),
    ) -> None:
        self._to = to
        self._listener = socket.create_server((host, port), backlog=512)
        self._listener.setblocking(False)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW_BYTES)
        self.host, self.port = host, int(self._listener.getsockname()[1])
        self._changed = threading.Condition()
        self._connections: list[_Connection] = []
        self._again: list[_Again] = []
        self._counters = Counters()
        self._portal: Portal | None = None
        self._stopping = False
        self._wake_read, self._wake_write = socket.socketpair()
        self._wake_read.setblocking(False)
        self._script = deque(script)
        self._enter(mode)
        self._thread = threading.Thread(target=self._run, name="weak line")
        self._thread.start()

    def __enter__(self) -> "WeakLine":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Cut what is open, and end; may be called again."""
        with self._changed:
            self._stopping = True
        self._wake()
        self._thread.join()

    def switch(self, mode: Mode) -> None:
        """From now on, for connections that are open too; what was scripted and has not come is forgotten."""
        with self._changed:
            self._script.clear()
            self._enter(mode)
            for connection in list(self._connections):
                if isinstance(mode, CaptivePortal) == (connection.portal is not None):
                    connection.follow(Course(mode, number=connection.number, began_s=self._since_s))
                else:
                    self._break_off(connection)
        self._wake()

    def script(self, *modes: Mode) -> None:
        """The next connections get these, one each; those after them what was switched."""
        with self._changed:
            self._script = deque(modes)

    def cut(self) -> None:
        """RST to all that is open now."""
        with self._changed:
            for connection in list(self._connections):
                self._break_off(connection)
            self._changed.notify_all()
        self._wake()

    @property
    def counters(self) -> Counters:
        with self._changed:
            return replace(self._counters, open=len(self._connections))

    def wait_until(self, met: Callable[[Counters], bool], *, within_s: float = 10.0) -> Counters:
        """The counters as soon as they are so. Raises TimeoutError when they do not become so."""
        with self._changed:
            if not self._changed.wait_for(lambda: met(self.counters), within_s):
                raise TimeoutError(f"the line stands at {self.counters}")
            return self.counters

    def status(self) -> dict[str, Any]:
        with self._changed:
            return {
                "address": f"{self.host}:{self.port}",
                "to": f"{self._to[0]}:{self._to[1]}",
                "mode": words_of(self._mode),
                "script": [words_of(mode) for mode in self._script],
                **asdict(self.counters),
            }

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError, OSError):
            self._wake_write.send(b"\0", socket.MSG_DONTWAIT)

    def _enter(self, mode: Mode) -> None:
        self._mode = mode
        self._since_s = time.monotonic()
        self._paces: dict[tuple[Mode, Way], Pace | None] = {}

    def _count(self, **more: int) -> None:
        self._counters = replace(
            self._counters, **{name: getattr(self._counters, name) + number for name, number in more.items()}
        )

    # What follows runs in the line's own thread, or under its lock.

    def _run(self) -> None:
        next_s = math.inf
        while not self._stopping:
            poll = select.poll()
            for descriptor, events in self._interests().items():
                poll.register(descriptor, events)
            wait_ms = None if next_s == math.inf else max(0, math.ceil((next_s - time.monotonic()) * 1000))
            ready = {descriptor for descriptor, _ in poll.poll(wait_ms)}
            with self._changed:
                next_s = self._turn(ready, time.monotonic())
                self._changed.notify_all()
        with self._changed:
            for connection in list(self._connections):
                self._drop(connection, rst=True)
            for again in self._again:
                again.server.close()
            for one in (self._listener, self._wake_read, self._wake_write):
                one.close()

    def _interests(self) -> dict[int, int]:
        with self._changed:
            wanted = {self._listener.fileno(): select.POLLIN, self._wake_read.fileno(): select.POLLIN}
            for connection in self._connections:
                for _, flow, source, sink in connection.ways:
                    if source and not flow.source_ended and flow.held_bytes < WINDOW_BYTES:
                        wanted[source.fileno()] = wanted.get(source.fileno(), 0) | select.POLLIN
                    if sink and flow.blocked:
                        wanted[sink.fileno()] = wanted.get(sink.fileno(), 0) | select.POLLOUT
            for again in self._again:
                wanted[again.server.fileno()] = select.POLLOUT if again.unsent else select.POLLIN
            return wanted

    def _turn(self, ready: set[int], now_s: float) -> float:
        """Take what came, pass on what may pass; when to look again though nothing comes."""
        if self._wake_read.fileno() in ready:
            with contextlib.suppress(BlockingIOError):
                self._wake_read.recv(PART_BYTES)
        if self._listener.fileno() in ready:
            self._accept(now_s)
        for again in list(self._again):
            if again.server.fileno() in ready:
                self._go_on_again(again)
        next_s = math.inf
        for connection in list(self._connections):
            for _, flow, source, sink in connection.ways:
                if sink and sink.fileno() in ready:
                    flow.blocked = False
                if source and source.fileno() in ready and not flow.source_ended and flow.held_bytes < WINDOW_BYTES:
                    self._take(flow, source, now_s)
            for way in (Way.REQUESTS, Way.ANSWERS):
                if connection in self._connections:
                    next_s = min(next_s, self._pass_on(connection, way, now_s))
        return next_s

    def _accept(self, now_s: float) -> None:
        try:
            client, _ = self._listener.accept()
        except (BlockingIOError, ConnectionError):
            return
        _prepare(client)
        self._count(connections=1)
        mode, began_s = (self._script.popleft(), now_s) if self._script else (self._mode, self._since_s)
        number = self._counters.connections
        connection = _Connection(client, Course(mode, number=number, began_s=began_s), number=number)
        if isinstance(mode, CaptivePortal):
            self._portal = self._portal or Portal()
            connection.portal = self._portal.connection(mode.redirect_to)
        self._connections.append(connection)

    def _take(self, flow: _Flow, source: socket.socket, now_s: float) -> None:
        try:
            flow.arrive(now_s, source.recv(PART_BYTES))
        except BlockingIOError:
            pass
        except OSError:
            flow.arrive(now_s, _Rst())

    def _pass_on(self, connection: _Connection, way: Way, now_s: float) -> float:
        """Let through what may leave; when more may, `inf` when only an event can tell."""
        flow = connection.requests if way is Way.REQUESTS else connection.answers
        while flow.held and not flow.blocked:
            arrived_s, part = flow.held[0]
            due_s = connection.course.due_s(arrived_s)
            if due_s > now_s:
                return due_s
            if isinstance(part, _Rst):
                self._drop(connection, rst=True)
                return math.inf
            if part == FIN:
                self._finish(connection, way, flow)
                return math.inf
            if way is Way.REQUESTS and connection.server_gone:
                flow.held.popleft()
                flow.held_bytes -= len(part)
                continue
            left = connection.course.left(way)
            if left <= 0:
                self._cut(connection)
                if connection.server_gone:
                    continue
                return math.inf
            pace = self._pace(connection.course.mode, way, now_s)
            allowed = pace.allowed(now_s) if pace else len(part)
            if pace and not allowed:
                return pace.next_s()
            sent = self._send(connection, way, part[: int(min(len(part), left, allowed))])
            if connection not in self._connections:
                return math.inf
            self._passed(connection, way, part[:sent], pace)
            flow.held_bytes -= sent
            flow.held[0] = (arrived_s, part[sent:])
            if sent == len(part):
                flow.held.popleft()
        return math.inf

    def _pace(self, mode: Mode, way: Way, now_s: float) -> Pace | None:
        if (mode, way) not in self._paces:
            self._paces[mode, way] = pace_of(mode, now_s)
        return self._paces[mode, way]

    def _send(self, connection: _Connection, way: Way, part: bytes) -> int:
        """How many bytes the other side took."""
        if way is Way.REQUESTS and connection.portal is not None:
            self._ask_portal(connection, connection.portal, part)
            return len(part)
        if way is Way.REQUESTS and connection.server is None:
            connection.server = _connecting(self._to)
        sink = connection.server if way is Way.REQUESTS else connection.client
        assert sink is not None
        try:
            return sink.send(part)
        except BlockingIOError:
            (connection.requests if way is Way.REQUESTS else connection.answers).blocked = True
            return 0
        except OSError:
            self._drop(connection, rst=True)
            return 0

    def _passed(self, connection: _Connection, way: Way, part: bytes, pace: Pace | None) -> None:
        connection.course.count(way, len(part))
        if pace:
            pace.spend(len(part))
        if way is Way.ANSWERS:
            self._count(bytes_down=len(part) if connection.portal is None else 0)
            return
        self._count(bytes_up=len(part) if connection.portal is None else 0)
        match connection.course.mode:
            case Duplicate(matching):
                for request in connection.frames.feed(part):
                    if matching.encode() in request.partition(b"\r\n")[0]:
                        self._again.append(_Again(_connecting(self._to), request))

    def _ask_portal(self, connection: _Connection, portal: PortalConnection, part: bytes) -> None:
        answer, now_s = portal.receive(part), time.monotonic()
        if answer:
            self._count(portal_answers=0 if connection.portal_answered else 1)
            connection.portal_answered = True
            connection.answers.arrive(now_s, answer)
        if portal.over and not connection.answers.source_ended:
            connection.answers.arrive(now_s, FIN)

    def _finish(self, connection: _Connection, way: Way, flow: _Flow) -> None:
        """A FIN has come through; after the second one the connection is over."""
        flow.held.popleft()
        flow.finished = True
        other = connection.answers if way is Way.REQUESTS else connection.requests
        if other.finished or (way is Way.REQUESTS and connection.server is None):
            self._drop(connection, rst=False)
            return
        sink = connection.server if way is Way.REQUESTS else connection.client
        if sink:
            with contextlib.suppress(OSError):
                sink.shutdown(socket.SHUT_WR)

    def _break_off(self, connection: _Connection) -> None:
        self._count(cuts=1)
        self._drop(connection, rst=True)

    def _cut(self, connection: _Connection) -> None:
        """The line's own doing, as its mode has it."""
        match connection.course.mode:
            case HalfOpen():
                self._count(cuts=1)
                connection.server_gone = True
                if connection.server:
                    connection.server.close()
                connection.server = None
                connection.answers.held.clear()
            case Truncate():
                self._count(cuts=1)
                self._drop(connection, rst=False)
            case _:
                self._break_off(connection)

    def _drop(self, connection: _Connection, *, rst: bool) -> None:
        if connection not in self._connections:
            return
        self._connections.remove(connection)
        for end in (connection.client, connection.server):
            if end:
                if rst:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST_ON_CLOSE)
                end.close()

    def _go_on_again(self, again: _Again) -> None:
        try:
            if again.unsent:
                again.unsent = again.unsent[again.server.send(again.unsent) :]
                return
            again.server.recv(PART_BYTES)
            self._count(duplicates=1)
        except BlockingIOError:
            return
        except OSError:
            pass
        self._again.remove(again)
        again.server.close()


def _prepare(end: socket.socket) -> None:
    end.setblocking(False)
    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _connecting(to: tuple[str, int]) -> socket.socket:
    """A connection under way: the first that is sent to it may have to wait, or say why not."""
    end = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW_BYTES)
    _prepare(end)
    end.connect_ex(to)
    return end
