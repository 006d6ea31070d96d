"""What was said to a reader's library (`vendor_library.py`), without whose card it was.

Of what the library wrote into its rooms a chip's text becomes somebody invented, the photo the test photograph, the
newest address a word; all else but the reader's own number becomes zeros.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from drivers.identity_card.sam_frames import ADDRESS_BYTES, TEXT_BYTES
from drivers.identity_card.sam_traces import invented_text
from drivers.traces.invented import photograph
from drivers.traces.protocols import Said, WireProtocol
from drivers.traces.trace_file import Way

_HEXADECIMAL = re.compile(r"(?:[0-9a-f]{2})+")
_NOBODYS = ("SDT_GetSAMIDToStr", "SDT_GetSAMID")
_ADDRESS = "住址".ljust(ADDRESS_BYTES // 2).encode("utf-16-le")


def without_the_card(exchange: Sequence[Said]) -> list[bytes]:
    """One call and what it gave."""
    cleaned, function = [], ""
    for way, octets in exchange:
        message = _json(octets)
        if way is Way.SENT:
            function = str(message.get("call", ""))
            cleaned.append(octets)
        else:
            cleaned.append(_without(function, message, octets))
    return cleaned


def _without(function: str, message: dict[str, Any], octets: bytes) -> bytes:
    rooms = message.get("rooms")
    if not isinstance(rooms, list) or function in _NOBODYS:
        return octets
    before, name, behind = octets.partition(b'"rooms"')
    said = before + name
    for number, room in enumerate(rooms):
        if isinstance(room, str) and _HEXADECIMAL.fullmatch(room):
            head, found, behind = behind.partition(room.encode())
            said += head + (_room(function, number, bytes.fromhex(room)).hex().encode() if found else b"")
    return said + behind


def _room(function: str, number: int, room: bytes) -> bytes:
    match function, number:
        case "SDT_ReadBaseMsg", 0:
            written = invented_text(room[:TEXT_BYTES].ljust(TEXT_BYTES, b"\0"))
        case "SDT_ReadBaseMsg", 1:
            written = photograph(1024)
        case "SDT_ReadNewAppMsg", 0:
            written = _ADDRESS
        case _:
            written = b""
    return written[: len(room)].ljust(len(room), b"\0")


def _json(message: bytes) -> dict[str, Any]:
    try:
        read = json.loads(message)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def port_of(first_call: bytes) -> int | None:
    """At which the reader was opened."""
    match _json(first_call):
        case {"call": "SDT_OpenPort", "arguments": [int(port), *_]}:
            return port
    return None


SDT = WireProtocol("sdt-library", lambda: without_the_card)
