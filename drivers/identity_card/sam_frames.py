"""Frames between host and the security module (SAM) of an identity card reader.

    host -> SAM   AA AA AA 96 69 | LEN | CMD PARA          | CHK
    SAM -> host   AA AA AA 96 69 | LEN | SW1 SW2 SW3 [DATA] | CHK

LEN (2 bytes, big endian) counts all that follows it; CHK is the XOR of LEN and all after it but itself.
Source: the readers' published programming guides (GA 450 family).
"""

import re
import struct
from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import reduce
from operator import xor

PREAMBLE = bytes.fromhex("AAAAAA9669")
LONGEST = 2321  # a read with fingerprints
SHORTEST = 4
TEXT_BYTES = 256
PHOTO_BYTES = 1024
ADDRESS_BYTES = 70


class Command(Enum):
    STATUS = bytes.fromhex("11FF")
    SAM_NUMBER = bytes.fromhex("12FF")
    FIND_CARD = bytes.fromhex("2001")
    SELECT_CARD = bytes.fromhex("2002")
    READ_TEXT_AND_PHOTO = bytes.fromhex("3001")
    READ_NEWEST_ADDRESS = bytes.fromhex("3003")


class Word(IntEnum):
    """All status words (SW3) that the guides name."""

    WRONG_CHECKSUM = 0x10
    WRONG_LENGTH = 0x11
    WRONG_COMMAND = 0x21
    NOT_RECOGNISED = 0x24
    CANNOT_AUTHENTICATE_CARD = 0x31
    CANNOT_AUTHENTICATE_SAM = 0x32
    NOT_VERIFIED = 0x33
    WRONG_CARD_TYPE = 0x40
    NOT_READ = 0x41
    NO_RANDOM_NUMBER = 0x47
    SELF_TEST_FAILED = 0x60
    NOT_AUTHORISED = 0x66
    NO_CARD = 0x80
    NOT_SELECTED = 0x81
    DONE = 0x90
    NO_SUCH_ITEM = 0x91
    FOUND = 0x9F


ABOUT_A_CARD = frozenset(
    {
        Word.CANNOT_AUTHENTICATE_CARD,
        Word.CANNOT_AUTHENTICATE_SAM,
        Word.NOT_VERIFIED,
        Word.WRONG_CARD_TYPE,
        Word.NOT_READ,
        Word.NO_RANDOM_NUMBER,
        Word.NO_CARD,
        Word.NOT_SELECTED,
    }
)
CARD_COMMANDS = frozenset(
    {Command.FIND_CARD, Command.SELECT_CARD, Command.READ_TEXT_AND_PHOTO, Command.READ_NEWEST_ADDRESS}
)
MISHEARD = frozenset({Word.WRONG_CHECKSUM, Word.WRONG_LENGTH, Word.WRONG_COMMAND, Word.NOT_RECOGNISED})
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_FILES = 4 + TEXT_BYTES + PHOTO_BYTES
_SUCCESS: dict[Command, tuple[Word, range]] = {  # the word and how many bytes may follow it
    Command.STATUS: (Word.DONE, range(1)),
    Command.SAM_NUMBER: (Word.DONE, range(16, 17)),
    Command.FIND_CARD: (Word.FOUND, range(4, 5)),
    Command.SELECT_CARD: (Word.DONE, range(8, 9)),
    Command.READ_TEXT_AND_PHOTO: (Word.DONE, range(_FILES, _FILES + 1)),
    Command.READ_NEWEST_ADDRESS: (Word.DONE, range(ADDRESS_BYTES, LONGEST - SHORTEST + 1, ADDRESS_BYTES)),
}


@dataclass(frozen=True, slots=True)
class Reply:
    status: int  # SW3, see Word
    payload: bytes


@dataclass(frozen=True, slots=True)
class Incomplete:
    """More bytes are needed."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A whole frame that cannot be trusted."""


def encode_command(command: Command) -> bytes:
    body = (len(command.value) + 1).to_bytes(2, "big") + command.value
    return PREAMBLE + body + bytes([reduce(xor, body)])


def parse_reply(received: bytes) -> Reply | Incomplete | Broken:
    """The first frame in `received`; noise before its preamble is skipped."""
    return first_reply(received)[0]


def first_reply(received: bytes) -> tuple[Reply | Incomplete | Broken, bytes]:
    """The first frame in `received` and what follows it; noise before its preamble is dropped."""
    start = received.find(PREAMBLE)
    if start < 0:
        return Incomplete(), received[1 - len(PREAMBLE) :]
    received = received[start:]
    frame = received[len(PREAMBLE) :]
    if len(frame) < 2:
        return Incomplete(), received
    length = int.from_bytes(frame[:2], "big")
    if not SHORTEST <= length <= LONGEST:
        return Broken(), frame
    if len(frame) < 2 + length:
        return Incomplete(), received
    frame, rest = frame[: 2 + length], frame[2 + length :]
    if reduce(xor, frame):  # CHK included, so the whole must cancel out
        return Broken(), rest
    return Reply(status=frame[4], payload=frame[5:-1]), rest


def can_answer(command: Command, reply: Reply) -> bool:
    """Replies carry no command id: whether this one has the shape of an answer to `command`."""
    match reply.status:
        case Word.DONE | Word.FOUND:
            word, lengths = _SUCCESS[command]
            return reply.status == word and len(reply.payload) in lengths
        case Word.NO_SUCH_ITEM:
            return command is Command.READ_NEWEST_ADDRESS
        case status:
            return command in CARD_COMMANDS or status not in ABOUT_A_CARD


def parse_sam_number(payload: bytes) -> str | None:
    """The 16 bytes as they stand on the reader's plate: `05.03-20230615-0000012345-0000067890`."""
    if len(payload) != 16:
        return None
    return "{:02}.{:02}-{:08}-{:010}-{:010}".format(*struct.unpack("<HHIII", payload))


def parse_text_and_photo(payload: bytes) -> tuple[bytes, bytes] | None:
    """The chip's text (256 bytes) and photo (WLT, 1024 bytes); None when the lengths do not agree."""
    lengths = TEXT_BYTES.to_bytes(2, "big") + PHOTO_BYTES.to_bytes(2, "big")
    if payload[:4] != lengths or len(payload) != 4 + TEXT_BYTES + PHOTO_BYTES:
        return None
    return payload[4 : 4 + TEXT_BYTES], payload[4 + TEXT_BYTES :]


def parse_newest_address(payload: bytes) -> str | None:
    """The last of the addresses that says something, 70 bytes UTF-16LE each; None when there is none that can be read.

    The guides speak of one. Where several come the last is taken for the newest, as they are written one after
    another: a guess.
    """
    if len(payload) % ADDRESS_BYTES:
        return None
    for start in range(len(payload) - ADDRESS_BYTES, -1, -ADDRESS_BYTES):
        try:
            address = payload[start : start + ADDRESS_BYTES].decode("utf-16-le").strip(" \0")
        except UnicodeDecodeError:
            return None
        if address:
            return None if _CONTROL.search(address) else address
    return None
