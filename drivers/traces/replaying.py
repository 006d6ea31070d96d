"""A trace as a device: it answers as the real one did, as long as the driver says what it said then.

What the driver says is cleaned as the trace was and compared; whoever plays another person's part says the same.
"""

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

from drivers.traces.protocols import Said, protocol_named
from drivers.traces.recording import NOT_TAKEN
from drivers.traces.trace_file import DamagedTrace, Entry, Way, read_trace
from drivers.transport import TransportLost

SHOWN = 24  # bytes of each side in a difference


class DialogueDiffers(AssertionError):
    """The driver said something else than in the trace. The message says at which entry, and how."""


class LostInTrace(Exception):
    """The wire failed here in the trace; `how` as that kind of wire knows it."""

    def __init__(self, how: str) -> None:
        super().__init__(f"lost in the trace: {how}")
        self.how = how


class Replay:
    """The dialogue of a trace, for one thread. `timed`: answers take their time as then.

    Raises `DamagedTrace` for what cannot be read, ValueError for a protocol that nobody knows.
    """

    def __init__(
        self,
        path: Path,
        *,
        timed: bool = False,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        trace = read_trace(path)
        self.header = trace.header
        self._path = path
        try:
            self._protocol = protocol_named(trace.header.protocol)
        except ValueError as error:
            raise DamagedTrace(path, 1, str(error)) from error
        self.entries = trace.entries
        self._at = 0
        self._timed, self._clock, self._sleep = timed, clock, sleep
        self._moment = clock()  # of the entry before
        self._exchange: list[tuple[int, Said]] = []  # entries of the trace, and what is said now

    @property
    def finished(self) -> bool:
        return self._at == len(self.entries)

    def begins(self) -> None:
        """A new exchange: the last one is compared; what the device said and nobody heard is skipped."""
        self._compare()
        while (entry := self._next()) is not None and entry.way is Way.RECEIVED:
            self._at += 1

    def send(self, octets: bytes) -> None:
        """Raises `DialogueDiffers` or `LostInTrace`."""
        if self._protocol.begins(octets):
            self._compare()
        entry = self._next()
        if entry is None:
            raise self._differs(self._at, "the trace has ended", octets)
        if entry.way is not Way.SENT:
            raise self._differs(
                self._at, f"then the device was {'heard' if entry.way is Way.RECEIVED else 'lost'}", octets
            )
        self._take((Way.SENT, octets))
        if len(entry.octets) != len(octets):
            raise self._differs(self._at - 1, f"then {len(entry.octets)} bytes were sent", octets)
        if self._protocol.begins(octets):
            self._compare()
        following = self._next()
        if following is not None and (following.way, following.octets) == (Way.LOST, NOT_TAKEN.encode()):
            self.lose_if_lost()

    def receive(self, *, within_s: float) -> bytes:
        """What comes next, at once unless it is timed; empty when nothing does. Raises `LostInTrace`."""
        entry = self._next()
        wait_s = 0.0
        if self._timed and entry is not None:
            before_ms = self.entries[self._at - 1].at_ms if self._at else 0
            wait_s = self._moment + (entry.at_ms - before_ms) / 1000 - self._clock()
        if entry is None or entry.way is Way.SENT or wait_s > within_s:
            if self._timed:
                self._sleep(max(0.0, within_s))
            return b""
        if wait_s > 0:
            self._sleep(wait_s)
        self.lose_if_lost()
        self._take((Way.RECEIVED, entry.octets))
        return entry.octets

    def left_s(self, until: float) -> float:
        """Until a moment of its clock."""
        return max(0.0, until - self._clock())

    def lose_if_lost(self) -> None:
        entry = self._next()
        if entry is not None and entry.way is Way.LOST:
            self._at += 1
            self._moment = self._clock()
            raise LostInTrace(entry.octets.decode("ascii"))

    def _next(self) -> Entry | None:
        return None if self.finished else self.entries[self._at]

    def _take(self, said: Said) -> None:
        self._exchange.append((self._at, said))
        self._at += 1
        self._moment = self._clock()

    def _compare(self) -> None:
        exchange, self._exchange = self._exchange, []
        if not exchange:
            return
        cleaned = self._protocol.cleaner()([said for _, said in exchange])
        for (at, (way, _)), now in zip(exchange, cleaned, strict=True):
            if way is Way.SENT and now != (then := self.entries[at].octets):
                byte = next(place for place, (one, other) in enumerate(zip(then, now, strict=True)) if one != other)
                raise self._differs(
                    at, f"then byte {byte} and on was {then[byte:][:SHOWN].hex()}", now[byte:], clean=True
                )

    def _differs(self, at: int, then: str, octets: bytes, *, clean: bool = False) -> DialogueDiffers:
        now = octets if clean else self._protocol.cleaner()([(Way.SENT, octets)])[0]
        shown = now[:SHOWN].hex() + ("..." if len(now) > SHOWN else "")
        return DialogueDiffers(f"{self._path}: entry {at + 1}: {then}; now {len(octets)} bytes are sent: {shown}")


class ReplayedTransport:
    """A `Transport` that plays a trace."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay

    def discard_input(self) -> None:
        self._replay.begins()
        try:
            self._replay.lose_if_lost()
        except LostInTrace as lost:
            raise TransportLost(str(lost)) from lost

    def write(self, data: bytes) -> None:
        try:
            self._replay.send(data)
        except LostInTrace as lost:
            raise TransportLost(str(lost)) from lost

    def read(self, *, within_s: float) -> bytes:
        try:
            return self._replay.receive(within_s=within_s)
        except LostInTrace as lost:
            raise TransportLost(str(lost)) from lost

    def close(self) -> None:
        """Nothing is open."""


def replayed(address: str) -> ReplayedTransport:
    """A wire of bytes. ValueError as `replay_at`."""
    return ReplayedTransport(replay_at(address))


def replay_at(address: str) -> Replay:
    """`trace:/path` or `trace:/path?timed`. ValueError for any other form, and for a damaged trace."""
    kind, _, rest = address.partition(":")
    path, _, query = rest.partition("?")
    if kind != "trace" or not path or parse_qs(query, keep_blank_values=True).keys() - {"timed"}:
        raise ValueError(f"not a trace: {address!r} (trace:/path/to/FILE or trace:/path/to/FILE?timed)")
    return Replay(Path(path), timed=query.startswith("timed"))
