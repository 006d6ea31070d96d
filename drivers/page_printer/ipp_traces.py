"""An IPP printer on tape, and played back, without what was printed and for whom.

Of a document its length is left. Names of users, and of jobs other than the terminal's own, keep their shape alone, and
so do a printer's sentences, which may speak of a job.
"""

from collections.abc import Callable, Iterator, Sequence

from drivers.page_printer.ipp_wire import (
    AnswerLost,
    HttpRefused,
    IppAddress,
    IppWire,
    NoAnswer,
    NotReached,
    Wire,
    parse_address,
)
from drivers.traces import invented
from drivers.traces.protocols import Said, WireProtocol
from drivers.traces.recording import Tape
from drivers.traces.replaying import LostInTrace, Replay, replay_at
from drivers.traces.trace_file import Way

_HEAD, _END, _FIRST_VALUE = 8, 0x03, 0x10
_JOB, _URI = b"job-name", b"printer-uri"
_OF_JOBS = (b"job-", b"document-", b"requesting-")
_SENTENCES = frozenset({b"status-message", b"detailed-status-message", b"printer-state-message"})
_TEXTS, _WITH_LANGUAGE = frozenset({0x35, 0x36, 0x41, 0x42}), frozenset({0x35, 0x36})  # texts and names
_WAYS: dict[str, type[NoAnswer]] = {"not-reached": NotReached, "answer-lost": AnswerLost, "refused": HttpRefused}


def _values(message: bytes) -> Iterator[tuple[bytes, int, int, int]]:
    """Name, kind, and where each value begins and ends; the last is nameless, and is the document. ValueError for what
    is no message."""
    at, name = _HEAD, b""
    while at < len(message):
        kind = message[at]
        at += 1
        if kind == _END:
            yield b"", 0, at, len(message)
            return
        if kind < _FIRST_VALUE:
            continue
        length = int.from_bytes(message[at : at + 2], "big")
        name = message[at + 2 : at + 2 + length] or name
        at += 2 + length
        end = at + 2 + int.from_bytes(message[at : at + 2], "big")
        if end > len(message):
            break
        yield name, kind, at + 2, end
        at = end
    raise ValueError("not a message of IPP")


def _language_bytes(value: bytes) -> int:
    """Of a text that names its language: what stands before the text itself."""
    return min(len(value), 4 + int.from_bytes(value[:2], "big"))


def _cleaner() -> Callable[[Sequence[Said]], list[bytes]]:
    ours: set[bytes] = set()

    def clean(exchange: Sequence[Said]) -> list[bytes]:
        return [nobodys(octets, sent=way is Way.SENT) for way, octets in exchange]

    def nobodys(message: bytes, *, sent: bool) -> bytes:
        cleaned = bytearray(message)
        try:
            for name, kind, begin, end in _values(message):
                value = message[begin:end]
                if not name:
                    cleaned[begin:end] = bytes(len(value))
                elif name == _JOB and sent:
                    ours.add(value)
                elif kind in _TEXTS and (name.startswith(_OF_JOBS) or name in _SENTENCES) and value not in ours:
                    told = _language_bytes(value) if kind in _WITH_LANGUAGE else 0
                    cleaned[begin:end] = value[:told] + invented.text(value[told:], "utf-8")
        except ValueError:
            return message[:_HEAD] + bytes(len(message[_HEAD:]))
        return bytes(cleaned)

    return clean


IPP = WireProtocol("ipp", _cleaner)


def wire_at(address: str, tape: Tape | None = None) -> Wire:
    """To a printer (`ipp://...`), or to a trace of one (`trace:/path/FILE`). ValueError for any other form, and for a
    damaged trace."""
    if address.startswith("trace:"):
        return ReplayedIppWire(replay_at(address))
    wire = IppWire(parse_address(address))
    return wire if tape is None else RecordedIppWire(wire, tape)


class RecordedIppWire:
    """Passes everything on, and onto a tape."""

    def __init__(self, wire: IppWire, tape: Tape) -> None:
        self.address = wire.address
        self._wire = wire
        self._tape = tape

    def ask(self, request: bytes, *, until: float) -> bytes:
        self._tape.sent(request)
        try:
            answer = self._wire.ask(request, until=until)
        except NoAnswer as lost:
            self._tape.lost(next((way for way, kind in _WAYS.items() if type(lost) is kind), "answer-lost"))
            raise
        self._tape.answered(answer)
        return answer


class ReplayedIppWire:
    """A printer whose answers a trace gives."""

    def __init__(self, replay: Replay) -> None:
        self.address = IppAddress("", 0, "", _uri(replay))
        self._replay = replay

    def ask(self, request: bytes, *, until: float) -> bytes:
        try:
            self._replay.send(request)
            answer = self._replay.receive(within_s=self._replay.left_s(until))
        except LostInTrace as lost:
            raise _WAYS.get(lost.how, AnswerLost)(str(lost)) from lost
        if not answer:
            raise AnswerLost("nothing was answered in the trace")
        return answer


def _uri(replay: Replay) -> str:
    """By which the printer was asked."""
    for entry in replay.entries:
        if entry.way is Way.SENT:
            try:
                named = {name: entry.octets[begin:end] for name, _, begin, end in _values(entry.octets)}
            except ValueError:
                continue
            return named.get(_URI, b"").decode("ascii", "replace")
    return ""
