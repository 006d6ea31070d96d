"""Smart cards as pure machines: an APDU in, its answer with the status word out. What a card keeps between APDUs is
what is selected; a reset forgets it.

Social security card: LD/T 32-2015, the records that it gives without keys. Contactless numbers and the storage
variant of the resident card: PC/SC part 3 and what dual readers make of it. ISO 7816-4 for the rest.
"""

import random
import struct
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from hardware_sim.chip import Chip
from hardware_sim.people import Person

OK, WRONG_LENGTH, NOTHING_WAITS, NO_FILE_SELECTED = 0x9000, 0x6700, 0x6985, 0x6986
NOT_FOUND, NO_RECORD, BAD_PARAMETERS, NOT_SUPPORTED = 0x6A82, 0x6A83, 0x6A86, 0x6A81
BAD_INSTRUCTION, BAD_CLASS, ANSWER_WAITS, RIGHT_LENGTH = 0x6D00, 0x6E00, 0x6100, 0x6C00

SOCIAL_SECURITY = "sx1.sh.社会保障".encode("gbk")
CARD_FILE, HOLDER_FILE = 0xEF05, 0xEF06
# Structures and lengths as on cards of the field; the last bytes are invented.
SOCIAL_SECURITY_ATR = bytes.fromhex("3B6D000000815444318660100100000001")
BANK_ATR = bytes.fromhex("3B6D000080318065B0872701BC83089000")

Records = dict[int, bytes]


class Card(Protocol):
    """What lies in a reader."""

    @property
    def atr(self) -> bytes: ...
    @property
    def name(self) -> str: ...
    def reset(self) -> None: ...
    def answer(self, apdu: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Command:
    """A short APDU. `expected`: Le, 1 to 256, `None` where none was given."""

    cla: int
    ins: int
    p1: int
    p2: int
    body: bytes
    expected: int | None


def command_of(apdu: bytes) -> Command | None:
    """`None`: its lengths do not fit."""
    if len(apdu) < 4:
        return None
    body, expected = b"", apdu[4:]
    if len(apdu) > 5:
        body, expected = apdu[5 : 5 + apdu[4]], apdu[5 + apdu[4] :]
        if len(body) != apdu[4] or not body:
            return None
    if len(expected) > 1:
        return None
    cla, ins, p1, p2 = apdu[:4]
    return Command(cla, ins, p1, p2, body, (expected[0] or 256) if expected else None)


def _word(status: int) -> bytes:
    return struct.pack(">H", status)


def _exactly(content: bytes, expected: int | None) -> bytes:
    """As protocol T=0 gives content: with the right Le, or the word that tells it."""
    return content + _word(OK) if expected == len(content) else _word(RIGHT_LENGTH | len(content))


class SocialSecurityCard:
    """A file system of one application with two files of records, read after both are selected."""

    name = "social-security"
    atr = SOCIAL_SECURITY_ATR

    def __init__(self, files: dict[int, Records]) -> None:
        self._files = files
        self.reset()

    def reset(self) -> None:
        self._in_application = False
        self._records: Records | None = None
        self._waiting = b""

    def answer(self, apdu: bytes) -> bytes:
        command = command_of(apdu)
        if command is None:
            return _word(WRONG_LENGTH)
        if command.cla != 0x00:
            return _word(BAD_CLASS)
        waiting, self._waiting = self._waiting, b""
        match command.ins, command.p1:
            case 0xA4, 0x04:
                return self._select_application(command.body)
            case 0xA4, 0x02:
                return self._select_file(command.body)
            case 0xA4, _:
                return _word(BAD_PARAMETERS)
            case 0xC0, _:
                return _exactly(waiting, command.expected) if waiting else _word(NOTHING_WAITS)
            case 0xB2, tag:
                return self._read(tag, command)
            case _:
                return _word(BAD_INSTRUCTION)

    def _select_application(self, name: bytes) -> bytes:
        if name != SOCIAL_SECURITY:
            return _word(NOT_FOUND)
        self._in_application, self._records = True, None
        named = bytes([0x84, len(name)]) + name + bytes.fromhex("A500")
        self._waiting = bytes([0x6F, len(named)]) + named
        return _word(ANSWER_WAITS | len(self._waiting))

    def _select_file(self, name: bytes) -> bytes:
        if len(name) != 2:
            return _word(WRONG_LENGTH)
        chosen = self._files.get(int.from_bytes(name, "big")) if self._in_application else None
        if chosen is None:
            return _word(NOT_FOUND)
        self._records = chosen
        return _word(OK)

    def _read(self, tag: int, command: Command) -> bytes:
        if self._records is None:
            return _word(NO_FILE_SELECTED)
        if command.p2 != 0:
            return _word(BAD_PARAMETERS)
        if (value := self._records.get(tag)) is None:
            return _word(NO_RECORD)
        return _exactly(bytes([tag, len(value)]) + value, command.expected)


def social_security_files(
    person: Person, *, card_number: str, issued: date, valid_to: date, padding: bytes = b"\0"
) -> dict[int, Records]:
    """What the card of a person holds; cities pad with 00 or FF. `ValueError`: the name is longer than its 30 bytes."""
    name = person.name.encode("gb18030")
    if len(name) > 30:
        raise ValueError(f"{person.name!r} does not fit into 30 bytes")
    return {
        CARD_FILE: {
            0x01: bytes.fromhex("100100D156000005") + card_number.encode("ascii")[-8:].rjust(8, b"0"),
            0x02: b"3",
            0x03: b"2.00",
            0x04: bytes.fromhex("910000021001000000000001"),
            0x05: _bcd(issued),
            0x06: _bcd(valid_to),
            0x07: card_number.encode("ascii").ljust(9, padding),
        },
        HOLDER_FILE: {
            0x08: person.number.encode("ascii").ljust(18, padding),
            0x09: name.ljust(30, padding),
            0x0A: person.sex.encode("ascii"),
            0x0B: bytes.fromhex(person.nation),
            0x0C: bytes.fromhex(person.number[:6]) if person.number[:6].isdecimal() else b"\xff" * 3,
            0x0D: _bcd(person.birth),
        },
    }


def _bcd(day: date) -> bytes:
    return bytes.fromhex(f"{day:%Y%m%d}")


def social_security_card(person: Person) -> SocialSecurityCard:
    """The card of a person, always the same one. The card's own number is drawn from the person's."""
    chance = random.Random(f"social-security-card-{person.number}")
    issued = date(2018 + chance.randrange(7), 1 + chance.randrange(12), 1 + chance.randrange(28))
    number = f"{chance.choice('ABCDEFGHJK')}{chance.randrange(10**8):08d}"
    valid_to = issued.replace(year=issued.year + 10)
    return SocialSecurityCard(social_security_files(person, card_number=number, issued=issued, valid_to=valid_to))


class ContactlessCard:
    """A memory card on the antenna of a contactless reader, which answers for it."""

    name = "contactless"

    def __init__(self, uid: bytes = bytes.fromhex("04A1B2C3D4E5F0")) -> None:
        self.uid = uid
        self.atr = _contactless_atr(bytes.fromhex("4F0CA000000306030001") + bytes(4))

    def reset(self) -> None:
        """It keeps nothing."""

    def answer(self, apdu: bytes) -> bytes:
        command = command_of(apdu)
        if command is None:
            return _word(WRONG_LENGTH)
        match command:
            case Command(0xFF, 0xCA, 0, 0, b"", expected) if expected in (256, len(self.uid)):
                return self.uid + _word(OK)
            case Command(0xFF, 0xCA, 0, 0, b"", int()):
                return _word(RIGHT_LENGTH | len(self.uid))
            case Command(0xFF, 0xCA):
                return _word(NOT_SUPPORTED)
            case Command(0xFF):
                return _word(BAD_INSTRUCTION)
            case _:
                return _word(BAD_CLASS)


class StorageCard:
    """A resident identity card as some dual readers give it: blocks of 256 bytes, after the lengths of both files."""

    name = "resident-storage"

    def __init__(self, chip: Chip) -> None:
        self._stream = struct.pack(">HH", len(chip.text), len(chip.photo)) + chip.text + chip.photo
        self.atr = _contactless_atr(bytes.fromhex("0000000033818100"))

    def reset(self) -> None:
        """It keeps nothing."""

    def answer(self, apdu: bytes) -> bytes:
        command = command_of(apdu)
        if command is None:
            return _word(WRONG_LENGTH)
        match command:
            case Command(0xFF, 0xB0, block, 0, b"", int(expected)):
                content = self._stream[block * 256 : block * 256 + expected]
                return content + _word(OK) if content else _word(NOT_FOUND)
            case Command(0xFF, 0xB0):
                return _word(BAD_PARAMETERS)
            case Command(0xFF):
                return _word(BAD_INSTRUCTION)
            case _:
                return _word(BAD_CLASS)


class UnknownCard:
    """Some other card with contacts, as a bank's: nothing of what the terminal asks for is on it."""

    name = "unknown"
    atr = BANK_ATR

    def reset(self) -> None:
        """It keeps nothing."""

    def answer(self, apdu: bytes) -> bytes:
        command = command_of(apdu)
        if command is None:
            return _word(WRONG_LENGTH)
        if command.cla != 0x00:
            return _word(BAD_CLASS)
        return _word({0xA4: NOT_FOUND, 0xB2: NO_FILE_SELECTED}.get(command.ins, BAD_INSTRUCTION))


def _contactless_atr(historical: bytes) -> bytes:
    """What a reader makes up for a card without contacts: T=0 and T=1 told, check byte at the end."""
    atr = bytes([0x3B, 0x80 | len(historical), 0x80, 0x01]) + historical
    check = 0
    for octet in atr[1:]:
        check ^= octet
    return atr + bytes([check])
