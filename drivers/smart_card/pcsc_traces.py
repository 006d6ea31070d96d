"""What was said to a PC/SC reader's child (`pcsc_process.py`), without whose card it was.

Records of a social security card and blocks of an identity card become those of somebody invented; every other
answer of a card becomes zeros. An answer that a card hands over in pieces is understood whole.
"""

import json
import struct
from collections.abc import Sequence
from typing import Any

from drivers.identity_card.sam_traces import invented_text
from drivers.smart_card.social_security_card import (
    BIRTH,
    CARD_NUMBER,
    HOLDER_FILE,
    HOLDER_FROM,
    ISSUED,
    NAME,
    NATION,
    NUMBER,
    SEX,
    VALID_TO,
)
from drivers.traces.invented import photograph, resident_number
from drivers.traces.protocols import Said, WireProtocol
from drivers.traces.trace_file import Way
from kiosk.chip_layouts import CHIP_TEXT_BYTES, KIND_AT

_RECORDS = {
    CARD_NUMBER: b"A00000000",
    NUMBER: resident_number().encode("ascii"),
    NAME: "陈桂兰".encode("gbk"),
    SEX: b"2",
    NATION: b"\x01",
    BIRTH: bytes.fromhex("19440101"),
    ISSUED: bytes.fromhex("20200101"),
    VALID_TO: bytes.fromhex("20300101"),
}
_PADDING = b"\xff\x00 "
_BLOCK, _PHOTO, _LENGTHS = 256, 1024, 4
_CONVERSATION = ("begin", "transmit", "disconnect")  # belong to the `connect` before them
_GET_RESPONSE = 0xC0


def without_the_card(exchange: Sequence[Said]) -> list[bytes]:
    """From connecting to a card, or from one look, to the end."""
    cleaned = [octets for _, octets in exchange]
    file, kind = b"", b"\0\0"
    for command, places in _answers(exchange):
        answers = [_octets(exchange[place][1]) for place in places]
        content = b"".join(answer[:-2] for answer in answers)
        if command[1:2] == b"\xa4" and len(command) >= 7 and command[4] == 2:
            file = command[5:7]
        if command[:3] == b"\xff\xb0\x00" and len(content) >= _BLOCK:
            kind = content[_LENGTHS + KIND_AT : _LENGTHS + KIND_AT + 2]
        said = _nobodys(command, content, file, kind)
        for place, answer in zip(places, answers, strict=True):
            part, said = said[: len(answer[:-2])], said[len(answer[:-2]) :]
            cleaned[place] = _with(cleaned[place], "octets", answer, part + answer[-2:])
    return [
        _without_serial(octets) if way is Way.RECEIVED else octets
        for (way, _), octets in zip(exchange, cleaned, strict=True)
    ]


def begins(request: bytes) -> bool:
    return _json(request)[:1] not in [[step] for step in _CONVERSATION]


def _answers(exchange: Sequence[Said]) -> list[tuple[bytes, list[int]]]:
    """Each command with where its answer stands, piece by piece."""
    answers: list[tuple[bytes, list[int]]] = []
    expected = False
    for place, (way, octets) in enumerate(exchange):
        if way is Way.SENT:
            match _json(octets):
                case ["transmit", str(apdu)]:
                    command, expected = bytes.fromhex(apdu), True
                    if not answers or command[1:2] != bytes([_GET_RESPONSE]):
                        answers.append((command, []))
                case _:
                    expected = False
        elif expected and len(_octets(octets)) >= 2:
            answers[-1][1].append(place)
    return answers


def _nobodys(command: bytes, content: bytes, file: bytes, kind: bytes) -> bytes:
    if command[1:2] == b"\xb2" and len(command) >= 4:
        tag = command[2] + (HOLDER_FROM if command[3] and file == HOLDER_FILE.to_bytes(2, "big") else 0)
        return _record(tag, content)
    if command[:2] == b"\xff\xb0":
        text = invented_text(kind.rjust(KIND_AT + 2, b" ").ljust(CHIP_TEXT_BYTES, b" "))
        stream = struct.pack(">HH", CHIP_TEXT_BYTES, _PHOTO) + text + photograph(_PHOTO)
        return stream[_BLOCK * command[2] :][: len(content)].ljust(len(content), b"\0")
    return bytes(len(content))


def _record(tag: int, content: bytes) -> bytes:
    if tag not in _RECORDS:
        return bytes(len(content))
    head, value = (content[:2], content[2:]) if len(content) >= 2 and content[0] == tag else (b"", content)
    if not value.strip(_PADDING):
        return content
    padding = value[-1:] if value[-1:] in (b"\xff", b"\0", b" ") else b" "
    invented = _RECORDS[tag][: len(value)]
    return head + invented.ljust(len(value), padding)


def _without_serial(answer: bytes) -> bytes:
    """Historical bytes of an answer to reset may hold a chip's number; TCK is made to fit."""
    try:
        atr = bytes.fromhex(_field(answer, "atr"))
    except ValueError:
        return answer
    if len(atr) < 2:
        return answer
    at, more, protocols = 2, atr[1] >> 4, 0
    while more and at <= len(atr):
        at += bin(more).count("1")
        following = atr[at - 1] if more & 8 and at <= len(atr) else 0
        protocols |= following & 0x0F
        more = following >> 4
    history = atr[1] & 0x0F
    cleaned = atr[:at] + bytes(len(atr[at : at + history])) + atr[at + history :]
    if protocols and len(cleaned) > at + history:
        check = 0
        for octet in cleaned[1 : at + history]:
            check ^= octet
        cleaned = cleaned[: at + history] + bytes([check]) + cleaned[at + history + 1 :]
    return _with(answer, "atr", atr, cleaned)


def _octets(answer: bytes) -> bytes:
    try:
        return bytes.fromhex(_field(answer, "octets"))
    except ValueError:
        return b""


def _field(answer: bytes, name: str) -> str:
    said = _json(answer)
    return str(said.get(name, "")) if isinstance(said, dict) else ""


def _json(message: bytes) -> Any:
    try:
        return json.loads(message)
    except ValueError:
        return []


def _with(answer: bytes, field: str, old: bytes, new: bytes) -> bytes:
    before, name, behind = answer.partition(f'"{field}"'.encode())
    return before + name + behind.replace(old.hex().encode(), new.hex().encode(), 1)


PCSC = WireProtocol("pcsc", lambda: without_the_card, begins)
