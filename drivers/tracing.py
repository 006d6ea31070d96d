"""Dialogues with devices as files: one JSON object a line, `sent`, `received` or `lost`.

A trace holds every byte as it went over the wire. Replacing personal data in it is the caller's job, before the
file leaves the machine; nothing here does it.
"""

import json
from pathlib import Path

from drivers.transport import Transport, TransportLost


class RecordedTransport:
    """Passes everything through and appends it to a trace."""

    def __init__(self, transport: Transport, trace: Path) -> None:
        self._transport = transport
        self._trace = trace

    def discard_input(self) -> None:
        try:
            self._transport.discard_input()
        except TransportLost:
            self._note("lost", "")
            raise

    def write(self, data: bytes) -> None:
        self._note("sent", data.hex())
        try:
            self._transport.write(data)
        except TransportLost:
            self._note("lost", "")
            raise

    def read(self, *, within_s: float) -> bytes:
        try:
            received = self._transport.read(within_s=within_s)
        except TransportLost:
            self._note("lost", "")
            raise
        self._note("received", received.hex())
        return received

    def close(self) -> None:
        self._transport.close()

    def _note(self, what: str, hexadecimal: str) -> None:
        with self._trace.open("a", encoding="ascii") as file:
            file.write(json.dumps({what: hexadecimal}) + "\n")


class DialogueDiffers(AssertionError):
    """The driver said something else than in the trace."""


class ReplayedTransport:
    """Answers as the trace did, as long as the driver says what it said then."""

    def __init__(self, trace: Path) -> None:
        lines = trace.read_text(encoding="ascii").splitlines()
        self._entries: list[tuple[str, str]] = [next(iter(json.loads(line).items())) for line in lines]
        self._at = 0

    @property
    def finished(self) -> bool:
        return self._at == len(self._entries)

    def discard_input(self) -> None:
        self._lose_if_lost()

    def write(self, data: bytes) -> None:
        if self._next() != ("sent", data.hex()):
            raise DialogueDiffers(f"entry {self._at}: {data.hex()} was not sent then")
        self._lose_if_lost()

    def read(self, *, within_s: float) -> bytes:
        self._lose_if_lost()
        if self._at == len(self._entries) or self._entries[self._at][0] != "received":
            return b""
        return bytes.fromhex(self._next()[1])

    def close(self) -> None:
        """Nothing is open."""

    def _next(self) -> tuple[str, str]:
        if self.finished:
            raise DialogueDiffers("the trace has ended")
        self._at += 1
        return self._entries[self._at - 1]

    def _lose_if_lost(self) -> None:
        if not self.finished and self._entries[self._at][0] == "lost":
            self._at += 1
            raise TransportLost("lost in the trace")
