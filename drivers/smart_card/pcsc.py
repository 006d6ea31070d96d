"""Our wire to the PC/SC service: what lies in one reader, and APDUs to it and back.

pcsc-lite's calls have no time-outs and keep the service's socket in mind for the life of a process. So they run in a
child (`pcsc_process.py`), which is ended when it does not answer in time and started again at the next call.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Any

from drivers.child_process import ChildProcess, NoAnswer
from drivers.traces.children import Child, child_at
from drivers.traces.recording import Tape

LOOKS_WITHIN_S = 0.6
STARTS_WITHIN_S = 5.0
PIECES_MAX = 40  # of one answer, that a card hands over by GET RESPONSE
_SCRIPT = Path(__file__).with_name("pcsc_process.py")
_ANSWER_MAX = 200_000
_PRESENT, _IN_USE, _MUTE, _COUNTED_FROM = 0x20, 0x100, 0x200, 16


class Trouble(Enum):
    """What PC/SC's return codes come down to."""

    NO_CARD = auto()
    REMOVED = auto()  # while it was in use
    NOT_UNDERSTOOD = auto()  # a card, or what lies there, with which the reader cannot speak
    SILENT = auto()  # no answer in time
    BUSY = auto()  # another program uses it
    READER_AWAY = auto()
    SERVICE_AWAY = auto()


@dataclass(frozen=True, slots=True)
class Empty:
    pass


@dataclass(frozen=True, slots=True)
class Inserted:
    """`count`: of cards in and out that the service noticed; it begins anew with a service, hence with a `context`."""

    atr: bytes
    context: str
    count: int


@dataclass(frozen=True, slots=True)
class Answer:
    """`status`: the two status bytes, big endian."""

    content: bytes
    status: int


Exchange = Callable[[bytes], Answer | Trouble]

_TROUBLES = {
    0x8010000C: Trouble.NO_CARD,
    0x80100069: Trouble.REMOVED,
    0x80100068: Trouble.REMOVED,  # reset by somebody: what was selected is not any more
    0x80100016: Trouble.NOT_UNDERSTOOD,  # not transacted, and the card is there
    0x8010000F: Trouble.NOT_UNDERSTOOD,
    0x80100065: Trouble.NOT_UNDERSTOOD,
    0x80100066: Trouble.NOT_UNDERSTOOD,
    0x80100067: Trouble.NOT_UNDERSTOOD,
    0x8010000B: Trouble.BUSY,
    0x80100009: Trouble.READER_AWAY,
    0x80100017: Trouble.READER_AWAY,
    0x8010002E: Trouble.READER_AWAY,
}


def trouble_of(code: int) -> Trouble | None:
    """What a return code of PC/SC means; `None`: it went well. A code that is not known is the service's failure."""
    return None if code == 0 else _TROUBLES.get(code & 0xFFFFFFFF, Trouble.SERVICE_AWAY)


def reader_name(address: str) -> str:
    """`pcsc:NAME`: the reader's name or how it begins. ValueError for any other form."""
    kind, _, name = address.partition(":")
    if kind != "pcsc" or not name:
        raise ValueError(f"not an address of a PC/SC reader: {address!r} (pcsc:NAME)")
    return name


def pcsc_child(address: str, tape: Tape | None = None) -> Child:
    """Of the reader with this address (`pcsc:NAME`), or of a trace of one (`trace:/path/FILE`). ValueError for any
    other form, and for a damaged trace."""
    return child_at(address, lambda: _child(reader_name(address)), tape)


def _child(reader: str) -> ChildProcess:
    return ChildProcess(_SCRIPT, reader, longest=_ANSWER_MAX)


class PcscWire:
    """One reader, by its name or how that begins. For one thread; `close` ends the child, its own or the one given."""

    def __init__(self, reader: str, *, child: Child | None = None) -> None:
        self._child = child or _child(reader)
        self._until = 0.0

    def readers(self) -> list[str] | Trouble:
        """The names of all readers that the service has."""
        self._until = time.monotonic() + LOOKS_WITHIN_S
        answer = self._ask("list")
        return answer if isinstance(answer, Trouble) else list(answer["readers"])

    def look(self) -> Inserted | Empty | Trouble:
        """What lies in the reader now, within 0.6 s (the first time after a start of the child a little more)."""
        self._until = time.monotonic() + LOOKS_WITHIN_S
        answer = self._ask("look")
        if isinstance(answer, Trouble):
            return answer
        state = int(answer["state"])
        if not state & (_PRESENT | _MUTE):
            return Empty()
        return Inserted(bytes.fromhex(answer["atr"]), answer["context"], state >> _COUNTED_FROM)

    def connect(self, *, within_s: float) -> Trouble | None:
        """Take the card for ourselves. All exchanges until `disconnect` must be over within that time."""
        self._until = time.monotonic() + within_s
        if isinstance(seen := self._ask("look"), Trouble):
            return seen
        # A call that waits for another program waits as long as that takes.
        in_use = seen["state"] & _IN_USE
        for step, waits_for_others in (("connect", in_use), ("begin", True)):
            if isinstance(trouble := self._ask(step), Trouble):
                return Trouble.BUSY if trouble is Trouble.SILENT and waits_for_others else trouble
        return None

    def transmit(self, apdu: bytes) -> bytes | Trouble:
        """One APDU, and what came back."""
        answer = self._ask("transmit", apdu.hex())
        return answer if isinstance(answer, Trouble) else bytes.fromhex(answer["octets"])

    def exchange(self, apdu: bytes) -> Answer | Trouble:
        """One command with its whole answer."""
        return exchanged(self.transmit, apdu)

    def disconnect(self) -> None:
        self._until = time.monotonic() + LOOKS_WITHIN_S
        if self._child.running:
            self._ask("disconnect")

    def close(self) -> None:
        self._child.close()

    def _ask(self, *request: str) -> dict[str, Any] | Trouble:
        if not self._child.running:
            began = time.monotonic()
            if not self._child.start(within_s=STARTS_WITHIN_S):
                return Trouble.SERVICE_AWAY
            self._until += time.monotonic() - began
        if not self._child.send(json.dumps(request).encode()):
            return Trouble.SERVICE_AWAY
        line = self._child.receive(until=self._until)
        if isinstance(line, NoAnswer):
            self._child.close()
            return Trouble.SILENT if line is NoAnswer.NOT_YET else Trouble.SERVICE_AWAY
        answer: dict[str, Any] = json.loads(line)
        return trouble_of(answer["code"]) or answer


def exchanged(transmit: Callable[[bytes], bytes | Trouble], apdu: bytes) -> Answer | Trouble:
    """One command with its whole answer: the right Le where the card tells it (`6Cxx`), the rest where some waits
    (`61xx`). Bounded, whatever the card answers."""
    octets = transmit(apdu)
    if isinstance(octets, bytes) and len(octets) >= 2 and octets[-2] == 0x6C:
        octets = transmit(with_le(apdu, octets[-1]))
    content = b""
    for _ in range(PIECES_MAX):
        if isinstance(octets, Trouble):
            return octets
        if len(octets) < 2:
            return Trouble.NOT_UNDERSTOOD
        content += octets[:-2]
        if octets[-2] != 0x61:
            return Answer(content, int.from_bytes(octets[-2:], "big"))
        octets = transmit(bytes((apdu[0], 0xC0, 0x00, 0x00, octets[-1])))
    return Trouble.NOT_UNDERSTOOD


def with_le(apdu: bytes, le: int) -> bytes:
    """The same short command with another Le, which it may have lacked."""
    has_le = len(apdu) == 5 or (len(apdu) > 5 and len(apdu) == 6 + apdu[4])
    return (apdu[:-1] if has_le else apdu) + bytes((le,))
