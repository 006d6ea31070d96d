"""A process of its own for a vendor's photo decoder, which may crash, hang or write where it should not.

`python -m drivers.identity_card.wlt_child LIBRARY`: each 1024 bytes (WLT) on standard input are answered on standard
output by a length (4 bytes, big endian) and that many bytes as the library wrote them; length 0 is no picture.
Libraries call the function `unpack(source, destination, int)`, some under its C++ name. Imports nothing of ours: it
must start fast.
"""

import ctypes
import os
import resource
import signal
import sys
from typing import Any

WLT_BYTES = 1024
PIXEL_BYTES = 102 * 126 * 3
BITMAP_BYTES = 54 + (102 * 3 + 2) * 126  # as a BMP file, its rows padded to 4 bytes
ROOM_BYTES = 1 << 20  # so that one that writes too much is noticed, and seldom dies of it
UNTOUCHED = 0xA5
NAMES = ("unpack", "_Z6unpackPcS_i")
ARGUMENT = 708  # what published callers pass; no source says what it means
GIVE_UP_S = 5  # when nobody is left to end a call that hangs


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


def main(library: str) -> None:
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)  # what a library prints is neither an answer nor fit for a log
    os.dup2(quiet, 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core would hold a face
    unpack = unpack_of(library)
    while len(wlt := sys.stdin.buffer.read(WLT_BYTES)) == WLT_BYTES:
        signal.alarm(GIVE_UP_S)
        picture = decoded(unpack, wlt)
        signal.alarm(0)
        answers.write(len(picture).to_bytes(4, "big") + picture)


if __name__ == "__main__":
    main(sys.argv[1])
