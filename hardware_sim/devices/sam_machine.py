"""The security module (SAM) of an identity card reader as a pure machine: a frame in, a frame out.

It keeps the physics of the card: a card that was read is not found again until it leaves the field; one that leaves
before its files are out gives status word 41, one that leaves while they go over the wire gives no more bytes.
Frames: GA 450, preamble `AA AA AA 96 69`.
"""

import random
import struct
from collections.abc import Container
from dataclasses import dataclass, replace
from enum import Enum, auto

from hardware_sim.chip import Chip

PREAMBLE = bytes.fromhex("AAAAAA9669")
LONGEST_REQUEST = 512

OK, FOUND, NO_CARD, NOT_SELECTED = 0x90, 0x9F, 0x80, 0x81
BAD_CHECKSUM, BAD_LENGTH, BAD_COMMAND = 0x10, 0x11, 0x21
NOT_AUTHENTIC, WRONG_CARD, READ_FAILED, SELF_TEST_FAILED, NO_SUCH_ITEM = 0x31, 0x40, 0x41, 0x60, 0x91

RESET, STATUS, SAM_NUMBER = 0x10FF, 0x11FF, 0x12FF
FIND, SELECT, READ, READ_ADDRESS, READ_WITH_FINGERPRINT = 0x2001, 0x2002, 0x3001, 0x3003, 0x3010
READS = (READ, READ_WITH_FINGERPRINT)


class Field(Enum):
    """What the antenna knows of the card. After `SPENT` only lifting helps."""

    EMPTY = auto()
    ENTERED = auto()
    FOUND = auto()
    SELECTED = auto()
    SPENT = auto()


@dataclass(frozen=True, slots=True)
class PlacedCard:
    """A card on the reader. `for_bytes`: so much of the answer to a read comes before it is pulled away."""

    chip: Chip
    for_bytes: int | None = None


def frame(body: bytes) -> bytes:
    """Preamble, length, body and checksum."""
    counted = struct.pack(">H", len(body) + 1) + body
    return PREAMBLE + counted + bytes([_xor(counted)])


def _xor(octets: bytes) -> int:
    check = 0
    for octet in octets:
        check ^= octet
    return check


def _answer(status_word: int, payload: bytes = b"") -> bytes:
    return frame(bytes([0, 0, status_word]) + payload)


def next_frame(received: bytearray) -> bytes | None:
    """Cut the first whole frame off `received` and drop the noise before it; `None`: wait for more."""
    while True:
        start = received.find(PREAMBLE)
        if start < 0:
            del received[: max(0, len(received) - len(PREAMBLE) + 1)]
            return None
        del received[:start]
        if len(received) < 7:
            return None
        length = int.from_bytes(received[5:7], "big")
        if length > LONGEST_REQUEST:
            del received[: len(PREAMBLE)]
            continue
        if len(received) < 7 + length:
            return None
        whole = bytes(received[: 7 + length])
        del received[: 7 + length]
        return whole


def command_of(request: bytes) -> int:
    """The command of a whole frame, 0 when it holds none."""
    return int.from_bytes(request[7:9], "big") if len(request) >= 10 else 0


class SamMachine:
    """`answer` is the whole of it; `insert` and `lift` are the citizen's hands. `faults`: the names of those that are
    so; it knows `reader.self-test` and those of the card, but for its being pulled.
    """

    def __init__(
        self, *, serial: int = 20260001, faults: Container[str] = (), chance: random.Random | None = None
    ) -> None:
        self._number = struct.pack("<HHIII", 5, 3, 20251101, serial, 305419896)
        self._card: PlacedCard | None = None
        self._faults = faults
        self._chance = chance or random.Random(0)
        self.field = Field.EMPTY

    def pull_after(self, for_bytes: int) -> None:
        """The card that lies there will be pulled away when so much of the answer to a read has come."""
        if self._card is not None:
            self._card = replace(self._card, for_bytes=for_bytes)

    def insert(self, card: PlacedCard) -> None:
        """Lay a card on the reader; one that lay there is taken away first."""
        self._card = card
        self.field = Field.ENTERED

    def lift(self) -> None:
        self._card = None
        self.field = Field.EMPTY

    def answer(self, request: bytes) -> bytes:
        """The frame that answers a whole request frame, before anything spoils it on the wire."""
        counted, check = request[5:-1], request[-1:]
        if check != bytes([_xor(counted)]):
            return _answer(BAD_CHECKSUM)
        if len(counted) != 4:
            return _answer(BAD_LENGTH)
        if "reader.self-test" in self._faults:
            return _answer(SELF_TEST_FAILED)
        match int.from_bytes(counted[2:], "big"):
            case 0x10FF | 0x11FF:
                return _answer(OK)
            case 0x12FF:
                return _answer(OK, self._number)
            case 0x2001:
                return self._find()
            case 0x2002:
                return self._select()
            case 0x3001:
                return self._read(with_fingerprint=False)
            case 0x3010:
                return self._read(with_fingerprint=True)
            case 0x3003:
                return self._read_address()
            case _:
                return _answer(BAD_COMMAND)

    def _find(self) -> bytes:
        if self.field in (Field.EMPTY, Field.SPENT):
            return _answer(NO_CARD)
        self.field = Field.FOUND
        return _answer(FOUND, bytes(4))

    def _select(self) -> bytes:
        if self.field not in (Field.FOUND, Field.SELECTED):
            return _answer(NOT_SELECTED)
        if "card.two" in self._faults:  # they answer at once, and neither is understood
            return _answer(NOT_SELECTED)
        if "card.not-genuine" in self._faults:
            return _answer(NOT_AUTHENTIC)
        self.field = Field.SELECTED
        return _answer(OK, bytes(8))

    def _read(self, *, with_fingerprint: bool) -> bytes:
        if self._card is None or self.field is not Field.SELECTED:
            return _answer(READ_FAILED)
        if "card.wrong" in self._faults:
            return _answer(WRONG_CARD)
        chip = self._card.chip
        text = self._torn(chip.text) if "card.torn" in self._faults else chip.text
        files = [text, chip.photo] + ([chip.fingerprint] if with_fingerprint else [])
        answer = _answer(OK, b"".join(struct.pack(">H", len(file)) for file in files) + b"".join(files))
        for_bytes = self._card.for_bytes
        if for_bytes is not None and for_bytes < len(answer):
            self.lift()
            return answer[:for_bytes] or _answer(READ_FAILED)
        self.field = Field.SPENT
        return answer

    def _torn(self, text: bytes) -> bytes:
        """Every date and the type cannot be read: whatever the layout, the text does not say who it is."""
        torn = bytearray(text)
        for start, length in ((30, 24), (122, 36), (188, 52), (248, 2)):
            torn[start : start + length] = bytes([0xFF, self._chance.randrange(0xD8, 0xE0)] * (length // 2))
        return bytes(torn)

    def _read_address(self) -> bytes:
        if self._card is None or self.field not in (Field.SELECTED, Field.SPENT):
            return _answer(READ_FAILED)
        if not self._card.chip.newest_address:
            return _answer(NO_SUCH_ITEM)
        return _answer(OK, self._card.chip.newest_address)
