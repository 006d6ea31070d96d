"""Frames from a UVC document camera, through Video4Linux.

`python -m drivers.document_camera.uvc --probe --address /dev/video0` looks once.
"""

import argparse
import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drivers.document_camera.document_camera import DocumentCamera
from drivers.document_camera.frame_traces import FRAMES, frames_at
from drivers.document_camera.freshness import Freshness
from drivers.document_camera.looking_once import look_once
from drivers.probing import Finding, probe_main, tape_of
from kiosk.faults import CAMERA_FROZEN, CAMERA_NOT_WORKING, CAMERA_UNPLUGGED, Fault
from kiosk.ports import Disconnected, NeedsAttention, Ready

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rgb = NDArray[np.uint8]

TESTED_AGAINST = "absent devices, broken nodes and a kernel's test camera (vivid) only; never run against a real device"
WIDTH, HEIGHT = 2592, 1944  # asked for; the camera takes the nearest it has, or one that is larger
SETTLING_FRAMES = 5  # exposure and white balance need some frames after the start
SETTLE_WITHIN_S = 0.6  # some cameras give two frames a second
STALE_AFTER_S = 0.2  # after this, the buffered frames are old ones
FRAME_WITHIN_S = "1"
NOISE_EVERY = 16  # dots: some of these differ between any two frames of a sensor


class UvcCamera:
    """Satisfies `FrameSource`; takes the camera at the first grab and keeps it until released."""

    tested_against = TESTED_AGAINST

    def __init__(self, node: Path) -> None:
        self._node = node
        self._capture: Any = None
        self._grabbed_at = 0.0
        self._buffered = 1
        self._freshness = Freshness()

    def status(self) -> Ready | NeedsAttention | Disconnected:
        return Ready() if self._is_there() else Disconnected(CAMERA_UNPLUGGED)

    def grab(self) -> "Rgb | Fault":
        import cv2
        import numpy as np

        if not self._is_there():
            self.release()
            return CAMERA_UNPLUGGED
        bgr = self._newest() if self._capture is not None or self._start() else None
        if bgr is None:
            return CAMERA_NOT_WORKING if self._is_there() else CAMERA_UNPLUGGED
        if self._freshness.frozen(bgr[::NOISE_EVERY, ::NOISE_EVERY].tobytes()):
            return CAMERA_FROZEN
        return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)

    def release(self) -> None:
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def _start(self) -> bool:
        os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", FRAME_WITHIN_S)
        import cv2

        capture = cv2.VideoCapture(str(self._node), cv2.CAP_V4L2)
        if not capture.isOpened():
            capture.release()
            return False
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))  # before the size
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, WIDTH)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, HEIGHT)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        self._buffered = max(1, int(capture.get(cv2.CAP_PROP_BUFFERSIZE)))  # some keep two whatever is asked
        began_at = time.monotonic()
        for _ in range(SETTLING_FRAMES):
            if not capture.grab():
                capture.release()
                return False
            self._grabbed_at = time.monotonic()
            if self._grabbed_at - began_at > SETTLE_WITHIN_S:
                break
        self._capture = capture
        return True

    def _newest(self) -> Any:
        """None: no frame came in time, and none is waited for again."""
        stale = time.monotonic() - self._grabbed_at > STALE_AFTER_S
        fresh = not stale or all(self._capture.grab() for _ in range(self._buffered))
        arrived, bgr = self._capture.read() if fresh else (False, None)
        self._grabbed_at = time.monotonic()
        return bgr if arrived else None

    def _is_there(self) -> bool:
        try:
            return stat.S_ISCHR(self._node.stat().st_mode)
        except OSError:
            return False


def _probe(chosen: argparse.Namespace) -> Iterator[Finding]:
    tape = tape_of(chosen, "document_camera", "uvc", FRAMES)
    source = frames_at(chosen.address, lambda: UvcCamera(Path(chosen.address)), tape)
    yield from look_once(DocumentCamera(source), source.tested_against)


if __name__ == "__main__":
    sys.exit(probe_main(_probe, program="drivers.document_camera.uvc", address_example="/dev/video0"))
