"""The child in which a maker's library is loaded and called (`vendor_library.py`). Imports nothing of ours.

A request is JSON: `{"call": name, "arguments": [...]}` with an integer, `{"room": bytes}` or `{"number": value}` each.
"""

import ctypes
import json
import os
import resource
import signal
from pathlib import Path
from typing import Any

GUARD = bytes([0xA5]) * 65536  # behind every room, so that one who writes too much is noticed and seldom dies of it


def serve(wire: Any, library: str) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    os.chdir(Path(library).parent)  # where makers look for their licence and their other libraries
    try:
        loaded = ctypes.CDLL(library)
    except OSError:
        wire.receive()
        wire.send(_encoded({"trouble": "absent"}))
        return
    while (request := wire.receive()) is not None:
        asked = json.loads(request)
        wire.send(_encoded(_called(loaded, asked["call"], asked["arguments"])))


def _called(library: Any, name: str, asked: list[Any]) -> dict[str, Any]:
    if not hasattr(library, name):
        return {"trouble": "lacks"}
    given: list[Any] = []
    rooms: list[tuple[ctypes.Array[ctypes.c_char], int]] = []
    numbers: list[ctypes.c_uint] = []
    for argument in asked:
        match argument:
            case int(value):
                given.append(ctypes.c_int(value))
            case {"room": int(size)}:
                room = ctypes.create_string_buffer(bytes(size) + GUARD, size + len(GUARD))
                rooms.append((room, size))
                given.append(room)
            case {"number": int(value)}:
                number = ctypes.c_uint(value)
                numbers.append(number)
                given.append(ctypes.byref(number))
    returned = getattr(library, name)(*given)
    if any(room.raw[size:] != GUARD for room, size in rooms):
        return {"trouble": "overran"}
    return {
        "returned": returned,
        "rooms": [room.raw[:size].hex() for room, size in rooms],
        "numbers": [number.value for number in numbers],
    }


def _encoded(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer).encode()
