"""A process of its own for a vendor's photo decoder, which may crash, hang or write where it should not.

Each request is 1024 bytes (WLT), its answer what the library wrote; empty is no picture. Libraries call the function
`unpack(source, destination, int)`, some under its C++ name. Imports nothing of ours: it must start fast.
"""

import ctypes
from typing import Any

WLT_BYTES = 1024
PIXEL_BYTES = 102 * 126 * 3
BITMAP_BYTES = 54 + (102 * 3 + 2) * 126  # as a BMP file, its rows padded to 4 bytes
ROOM_BYTES = 1 << 20  # so that one that writes too much is noticed, and seldom dies of it
UNTOUCHED = 0xA5
NAMES = ("unpack", "_Z6unpackPcS_i")
ARGUMENT = 708  # what published callers pass; no source says what it means


def unpack_of(library: str) -> Any:
    loaded = ctypes.CDLL(library)
    for name in NAMES:
        if hasattr(loaded, name):
            return getattr(loaded, name)
    raise SystemExit(f"no unpack in {library}")


def decoded(unpack: Any, wlt: bytes) -> bytes:
    """What was written, empty when it has neither the size of the pixels nor that of a BMP file."""
    source = ctypes.create_string_buffer(wlt + bytes(ROOM_BYTES - WLT_BYTES), ROOM_BYTES)
    room = ctypes.create_string_buffer(bytes([UNTOUCHED]) * ROOM_BYTES, ROOM_BYTES)
    unpack(source, room, ARGUMENT)
    written = room.raw.rstrip(bytes([UNTOUCHED]))  # a picture may end in this byte too
    size = BITMAP_BYTES if written.startswith(b"BM") and len(written) > PIXEL_BYTES else PIXEL_BYTES
    return room.raw[:size] if size // 2 < len(written) <= size else b""


def serve(wire: Any, library: str) -> None:
    unpack = unpack_of(library)
    while (wlt := wire.receive()) is not None:
        wire.send(decoded(unpack, wlt))
