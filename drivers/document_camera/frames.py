"""Frames from a folder: `current.png` or `current.jpg`, replaced atomically by whoever plays the desk.

Where a file `live` lies beside it new frames must go on coming; without one a picture may stand there for ever.
`python -m drivers.document_camera.frames --probe --address FOLDER` looks once.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

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

TESTED_AGAINST = "folders of frames; it is no real device and never will be"
NAMES = ("current.png", "current.jpg")
LIVE = "live"


class FolderOfFrames:
    """Satisfies `FrameSource`; the newer of the two files is the frame."""

    tested_against = TESTED_AGAINST

    def __init__(self, folder: Path, *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._freshness = Freshness(now_s)

    def status(self) -> Ready | NeedsAttention | Disconnected:
        return Ready() if self._newest() else Disconnected(CAMERA_UNPLUGGED)

    def grab(self) -> "Rgb | Fault":
        import cv2
        import numpy as np

        newest = self._newest()
        if newest is None:
            return CAMERA_UNPLUGGED
        written_ns, path = newest
        try:
            encoded = path.read_bytes()
        except OSError:  # gone between the two looks
            return CAMERA_UNPLUGGED
        if (self._folder / LIVE).exists() and self._freshness.frozen(written_ns):
            return CAMERA_FROZEN
        bgr = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR) if encoded else None
        return CAMERA_NOT_WORKING if bgr is None else np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)

    def release(self) -> None:
        """Nothing is held between two frames."""

    def _newest(self) -> tuple[int, Path] | None:
        """When it was written, in ns, and where it lies."""
        written: list[tuple[int, Path]] = []
        for name in NAMES:
            try:
                written.append(((self._folder / name).stat().st_mtime_ns, self._folder / name))
            except OSError:
                continue
        return max(written) if written else None


def _probe(chosen: argparse.Namespace) -> Iterator[Finding]:
    tape = tape_of(chosen, "document_camera", "frames", FRAMES)
    source = frames_at(chosen.address, lambda: FolderOfFrames(Path(chosen.address)), tape)
    yield from look_once(DocumentCamera(source), source.tested_against)


if __name__ == "__main__":
    sys.exit(probe_main(_probe, program="drivers.document_camera.frames", address_example="/run/desk"))
