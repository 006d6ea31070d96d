"""Dialogues with devices as files: one JSON object a line, `sent`, `received` or `lost`.

A trace may leave the machine: what a device said is written down only after `cleaned` has replaced what is personal in
it. Everything that came until the next question is one entry, so that `cleaned` sees whole answers.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from drivers.transport import Transport, TransportLost

Cleaned = Callable[[bytes], bytes]


def nothing_personal(answer: bytes) -> bytes:
    """For devices that know nobody."""
    return answer


def trace_argument(parser: argparse.ArgumentParser) -> None:
    """`--trace FILE`, for a probe that opens its device with `traced`."""
    parser.add_argument("--trace", type=Path, metavar="FILE", help="write down what is said, without personal data")


def traced(transport: Transport, trace: Path | None, *, cleaned: Cleaned = nothing_personal) -> Transport:
    """The transport, recorded where a trace is asked for."""
    return transport if trace is None else RecordedTransport(transport, trace, cleaned=cleaned)


class RecordedTransport:
    """Passes everything through and appends it to a trace."""

    def __init__(self, transport: Transport, trace: Path, *, cleaned: Cleaned = nothing_personal) -> None:
        self._transport = transport
        self._trace = trace
        self._cleaned = cleaned
        self._answer = b""

    def discard_input(self) -> None:
        self._note_answer()
        try:
            self._transport.discard_input()
        except TransportLost:
            self._note("lost", b"")
            raise

    def write(self, data: bytes) -> None:
        self._note_answer()
        self._note("sent", data)
        try:
            self._transport.write(data)
        except TransportLost:
            self._note("lost", b"")
            raise

    def read(self, *, within_s: float) -> bytes:
        try:
            received = self._transport.read(within_s=within_s)
        except TransportLost:
            self._note_answer()
            self._note("lost", b"")
            raise
        self._answer += received
        return received

    def close(self) -> None:
        self._note_answer()
        self._transport.close()

    def _note_answer(self) -> None:
        if self._answer:
            self._note("received", self._cleaned(self._answer))
            self._answer = b""

    def _note(self, what: str, octets: bytes) -> None:
        with self._trace.open("a", encoding="ascii") as file:
            file.write(json.dumps({what: octets.hex()}) + "\n")


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
