"""The chip's photo as a picture, by a vendor's library in a child process (`wlt_child.py`).

Nobody waits for it longer than it may take, and one that crashes or hangs is left alone for a while.
"""

import logging
import os
import select
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

from drivers.identity_card.sam_frames import PHOTO_BYTES
from kiosk.ports import Frame

WIDTH, HEIGHT = 102, 126
DECODED_WITHIN_S = 2.0
LEFT_ALONE_S = (1.0, 10.0, 60.0, 600.0)  # after the first, second... failure in a row
_CHILD = Path(__file__).with_name("wlt_child.py")
_BITMAP_ROW = WIDTH * 3 + 2  # padded to 4 bytes
_BITMAP_BYTES = 54 + _BITMAP_ROW * HEIGHT
_log = logging.getLogger(__name__)


class PortraitDecoder:
    """`begin` hands a photo over, `finish` takes the picture. From one thread."""

    def __init__(self, library: Path) -> None:
        self._library = library
        self._child: subprocess.Popen[bytes] | None = None
        self._deadline = 0.0
        self._busy = False
        self._failures = 0
        self._left_alone_until = 0.0

    @property
    def working(self) -> bool:
        """Whether the last photo became a picture; true before the first."""
        return self._failures == 0

    def begin(self, photo: bytes) -> None:
        """Start to decode; nothing when the library is left alone or `photo` is not 1024 bytes."""
        self._busy = False
        if len(photo) != PHOTO_BYTES or time.monotonic() < self._left_alone_until:
            return
        try:
            if self._child is None:
                self._child = _started(self._library)
            assert self._child.stdin is not None
            self._child.stdin.write(photo)
        except OSError:
            self._failed("does not start or has died")
            return
        self._busy = True
        self._deadline = time.monotonic() + DECODED_WITHIN_S

    def finish(self, *, within_s: float) -> Frame | None:
        """The picture, None when there is none by then. A decoder that is late is ended."""
        if not self._busy:
            return None
        self._busy = False
        answer = self._answer(min(time.monotonic() + within_s, self._deadline))
        if answer is None:
            self._failed("crashed or hangs")
            return None
        frame = parse_picture(answer)
        if frame is None:
            self._failed("gave no picture")
            return None
        self._failures = 0
        return frame

    def close(self) -> None:
        """End the child; the next photo starts another."""
        child, self._child = self._child, None
        if child is not None:
            os.killpg(child.pid, signal.SIGKILL)  # with what the library has started; it was not waited for yet
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()
            child.wait()

    def _answer(self, deadline: float) -> bytes | None:
        head = self._read(4, deadline)
        if head is None or (length := int.from_bytes(head, "big")) > _BITMAP_BYTES:
            return None
        return self._read(length, deadline)

    def _read(self, count: int, deadline: float) -> bytes | None:
        assert self._child is not None
        assert self._child.stdout is not None
        got = b""
        while len(got) < count:
            if not select.select([self._child.stdout], [], [], max(deadline - time.monotonic(), 0))[0]:
                return None
            piece = self._child.stdout.read(count - len(got))
            if not piece:
                return None
            got += piece
        return got

    def _failed(self, how: str) -> None:
        self.close()
        left_alone_s = LEFT_ALONE_S[min(self._failures, len(LEFT_ALONE_S) - 1)]
        self._failures += 1
        self._left_alone_until = time.monotonic() + left_alone_s
        _log.warning("photo decoder %s %s; left alone for %g s", self._library.name, how, left_alone_s)


def _started(library: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-I", "-S", str(_CHILD), str(library)]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        start_new_session=True,
    )


def parse_picture(written: bytes) -> Frame | None:
    """A decoder's bytes: a BMP file, or red, green, blue from the top left; None for anything else.

    One published caller takes the rows from the bottom: libraries differ, and none was ever tried here.
    """
    if len(written) == WIDTH * HEIGHT * 3:
        return Frame(WIDTH, HEIGHT, written)
    if len(written) != _BITMAP_BYTES or not written.startswith(b"BM"):
        return None
    pixels_at, _, width, height, _, bits, compression = struct.unpack_from("<10xIIiiHHI", written)
    if (pixels_at, width, abs(height), bits, compression) != (54, WIDTH, HEIGHT, 24, 0):
        return None
    rows = [written[at : at + WIDTH * 3] for at in range(pixels_at, _BITMAP_BYTES, _BITMAP_ROW)]
    bgr = b"".join(rows if height < 0 else reversed(rows))
    rgb = bytearray(bgr)
    rgb[0::3], rgb[2::3] = bgr[2::3], bgr[0::3]
    return Frame(WIDTH, HEIGHT, bytes(rgb))
