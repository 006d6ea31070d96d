"""Writes down what is said between a driver and its device, cleaned before any of it leaves the memory.

A tape is one file of one device. An exchange is cleaned and written whole, when the next one begins.
"""

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from drivers.traces.protocols import WireProtocol
from drivers.traces.trace_file import Entry, Header, Way, entry_line, header_line
from drivers.transport import Transport, TransportLost

NOT_TAKEN = "not-taken"  # what was said last did not go out; any other loss is met when the device is heard
MOST_HELD = 8_000_000  # bytes of an exchange that does not end
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recording:
    """Where the tapes of a program go: a folder, a file a device and start."""

    folder: Path

    def __post_init__(self) -> None:
        """Raises OSError when nothing can be written there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not os.access(self.folder, os.W_OK | os.X_OK):
            raise PermissionError(f"nothing can be written into {self.folder}")

    def tape(self, device: str, driver: str, protocol: WireProtocol) -> "Tape":
        taken = {path.name for path in self.folder.iterdir()}
        names = (f"{device}-{number:03d}.trace" for number in range(1, len(taken) + 2))
        return Tape(self.folder / next(name for name in names if name not in taken), device, driver, protocol)


class Tape:
    """One trace being written, by one thread. A disk that takes no more ends it with a line in the log, and disturbs no
    device. The file is made at once, for its owner alone; OSError when it cannot be, or is there already."""

    def __init__(
        self,
        path: Path,
        device: str,
        driver: str,
        protocol: WireProtocol,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._protocol = protocol
        self._clean = protocol.cleaner()
        self._clock = clock
        self._began: float | None = None
        self._said: list[Entry] = []
        self._held = 0
        header = Header(device, driver, protocol.name, datetime.now(UTC).date())
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        self._path.write_text(header_line(header), "ascii")

    def flush(self) -> None:
        """What was said so far is an exchange, to which nothing more belongs: it is written down."""
        said, self._said, self._held = self._said, [], 0
        lost = [(at, entry) for at, entry in enumerate(said) if entry.way is Way.LOST]
        spoken = [entry for entry in said if entry.way is not Way.LOST]
        cleaned = self._clean([(entry.way, entry.octets) for entry in spoken]) if spoken else []
        written = [Entry(one.at_ms, one.way, octets) for one, octets in zip(spoken, cleaned, strict=True)]
        for at, entry in lost:
            written.insert(at, entry)
        self._write("".join(map(entry_line, written)))

    def sent(self, octets: bytes) -> None:
        if self._protocol.begins(octets):
            self.flush()
        self._note(Way.SENT, octets)

    def received(self, octets: bytes) -> None:
        """What comes in pieces is one saying."""
        if not octets:
            return
        if self._said and self._said[-1].way is Way.RECEIVED:
            before = self._said.pop()
            self._said.append(Entry(before.at_ms, Way.RECEIVED, before.octets + octets))
        else:
            self._note(Way.RECEIVED, octets)

    def answered(self, octets: bytes) -> None:
        """A message that is whole by itself, even behind another."""
        self._note(Way.RECEIVED, octets)

    def lost(self, how: str) -> None:
        self._note(Way.LOST, how.encode("ascii"))

    def _note(self, way: Way, octets: bytes) -> None:
        now = self._clock()
        if self._began is None:
            self._began = now
        self._said.append(Entry(round((now - self._began) * 1000), way, octets))
        self._held += len(octets)
        if self._held > MOST_HELD:
            self.flush()

    def _write(self, lines: str) -> None:
        if self._path.name and lines:
            try:
                with self._path.open("a", encoding="ascii") as file:
                    file.write(lines)
            except OSError as error:
                _log.error("%s is written no further: %s", self._path, error.strerror)
                self._path = Path()


class RecordedTransport:
    """Passes everything through, and onto a tape."""

    def __init__(self, transport: Transport, tape: Tape) -> None:
        self._transport = transport
        self._tape = tape

    def discard_input(self) -> None:
        self._tape.flush()
        try:
            self._transport.discard_input()
        except TransportLost:
            self._tape.lost("transport")
            raise

    def write(self, data: bytes) -> None:
        self._tape.sent(data)
        try:
            self._transport.write(data)
        except TransportLost:
            self._tape.lost(NOT_TAKEN)
            raise

    def read(self, *, within_s: float) -> bytes:
        try:
            received = self._transport.read(within_s=within_s)
        except TransportLost:
            self._tape.lost("transport")
            raise
        self._tape.received(received)
        return received

    def close(self) -> None:
        self._tape.flush()
        self._transport.close()


def recorded(transport: Transport, tape: Tape | None) -> Transport:
    """The transport, recorded where there is a tape."""
    return transport if tape is None else RecordedTransport(transport, tape)
