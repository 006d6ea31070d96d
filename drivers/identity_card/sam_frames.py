"""Frames between host and the security module (SAM) of an identity card reader.

    host -> SAM   AA AA AA 96 69 | LEN | CMD PARA          | CHK
    SAM -> host   AA AA AA 96 69 | LEN | SW1 SW2 SW3 [DATA] | CHK

LEN (2 bytes, big endian) counts all that follows it; CHK is the XOR of LEN and all after it but itself.
Source: the readers' published programming guides (GA 450 family).
"""

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


class Command(Enum):
    STATUS = bytes.fromhex("11FF")
    SAM_NUMBER = bytes.fromhex("12FF")
    FIND_CARD = bytes.fromhex("2001")
    SELECT_CARD = bytes.fromhex("2002")
    READ_TEXT_AND_PHOTO = bytes.fromhex("3001")


class Word(IntEnum):
    """Status words (SW3) that a driver tells apart."""

    CANNOT_AUTHENTICATE_CARD = 0x31
    CANNOT_AUTHENTICATE_SAM = 0x32
    WRONG_CARD_TYPE = 0x40
    NOT_READ = 0x41
    SELF_TEST_FAILED = 0x60
    NOT_AUTHORISED = 0x66
    NO_CARD = 0x80
    NOT_SELECTED = 0x81
    DONE = 0x90
    FOUND = 0x9F


ABOUT_A_CARD = frozenset({Word.WRONG_CARD_TYPE, Word.NOT_READ, Word.NO_CARD, Word.NOT_SELECTED})
CARD_COMMANDS = frozenset({Command.FIND_CARD, Command.SELECT_CARD, Command.READ_TEXT_AND_PHOTO})
_SUCCESS: dict[Command, tuple[Word, int]] = {  # the word and how many bytes follow it
    Command.STATUS: (Word.DONE, 0),
    Command.SAM_NUMBER: (Word.DONE, 16),
    Command.FIND_CARD: (Word.FOUND, 4),
    Command.SELECT_CARD: (Word.DONE, 8),
    Command.READ_TEXT_AND_PHOTO: (Word.DONE, 4 + TEXT_BYTES + PHOTO_BYTES),
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
    """The first frame in `received` and what follows it; noise before its preamble is skipped."""
    start = received.find(PREAMBLE)
    if start < 0:
        return Incomplete(), received
    frame = received[start + len(PREAMBLE) :]
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
    if reply.status in (Word.DONE, Word.FOUND):
        return (reply.status, len(reply.payload)) == _SUCCESS[command]
    return command in CARD_COMMANDS or reply.status not in ABOUT_A_CARD


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
