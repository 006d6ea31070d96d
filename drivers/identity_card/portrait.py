"""The chip's photo as a picture, by a vendor's library in a child process (`wlt_child.py`).

Nobody waits for it longer than it may take, and one that crashes or hangs is left alone for a while.
"""

import struct
import time
from pathlib import Path

from drivers.child_process import ChildProcess, NoAnswer
from drivers.identity_card.sam_frames import PHOTO_BYTES
from kiosk.ports import Frame

WIDTH, HEIGHT = 102, 126
DECODED_WITHIN_S = 2.0
LEFT_ALONE_S = (1.0, 10.0, 60.0, 600.0)  # after the first, second... failure in a row
_SCRIPT = Path(__file__).with_name("wlt_child.py")
_BITMAP_ROW = WIDTH * 3 + 2  # padded to 4 bytes
_BITMAP_BYTES = 54 + _BITMAP_ROW * HEIGHT


class PortraitDecoder:
    """`begin` hands a photo over, `finish` takes the picture. From one thread."""

    def __init__(self, library: Path) -> None:
        self._child = ChildProcess(
            _SCRIPT, str(library), longest=_BITMAP_BYTES, with_packages=False, left_alone_s=LEFT_ALONE_S
        )
        self._deadline = 0.0
        self._busy = False

    @property
    def working(self) -> bool:
        """Whether the last photo became a picture; true before the first."""
        return self._child.failures == 0

    def begin(self, photo: bytes) -> None:
        """Start to decode; nothing when the library is left alone or `photo` is not 1024 bytes."""
        self._busy = False
        if len(photo) != PHOTO_BYTES or self._child.left_alone:
            return
        if not self._child.send(photo):
            self._child.failed("does not start or has died")
            return
        self._busy = True
        self._deadline = time.monotonic() + DECODED_WITHIN_S

    def finish(self, *, within_s: float) -> Frame | None:
        """The picture, None when there is none by then. A decoder that is late is ended."""
        if not self._busy:
            return None
        self._busy = False
        answer = self._child.receive(until=min(time.monotonic() + within_s, self._deadline))
        frame = None if isinstance(answer, NoAnswer) else parse_picture(answer)
        if frame is None:
            self._child.failed("crashed or hangs" if isinstance(answer, NoAnswer) else "gave no picture")
        else:
            self._child.worked()
        return frame

    def close(self) -> None:
        """End the child; the next photo starts another."""
        self._child.close()


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
