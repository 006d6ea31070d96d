"""Frames from a folder: `current.png` or `current.jpg`, replaced atomically by whoever plays the desk.

`python -m drivers.document_camera.frames --probe --address FOLDER` looks once.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.document_camera.document_camera import DocumentCamera
from drivers.document_camera.looking_once import look_once
from drivers.probing import Finding, probe_main
from kiosk.faults import CAMERA_NOT_WORKING, CAMERA_UNPLUGGED, Fault
from kiosk.ports import Disconnected, NeedsAttention, Ready

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rgb = NDArray[np.uint8]

TESTED_AGAINST = "folders of frames; it is no real device and never will be"
NAMES = ("current.png", "current.jpg")


class FolderOfFrames:
    """Satisfies `FrameSource`; the newer of the two files is the frame."""

    tested_against = TESTED_AGAINST

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def status(self) -> Ready | NeedsAttention | Disconnected:
        return Ready() if self._newest() else Disconnected(CAMERA_UNPLUGGED)

    def grab(self) -> "Rgb | Fault":
        import cv2
        import numpy as np

        newest = self._newest()
        try:
            encoded = newest.read_bytes() if newest else None
        except OSError:  # gone between the two looks
            encoded = None
        if encoded is None:
            return CAMERA_UNPLUGGED
        bgr = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR) if encoded else None
        return CAMERA_NOT_WORKING if bgr is None else np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)

    def release(self) -> None:
        """Nothing is held between two frames."""

    def _newest(self) -> Path | None:
        written: list[tuple[int, Path]] = []
        for name in NAMES:
            try:
                written.append(((self._folder / name).stat().st_mtime_ns, self._folder / name))
            except OSError:
                continue
        return max(written)[1] if written else None


def _probe(chosen: argparse.Namespace) -> Iterator[Finding]:
    yield from look_once(DocumentCamera(FolderOfFrames(Path(chosen.address))), TESTED_AGAINST)


if __name__ == "__main__":
    sys.exit(probe_main(_probe, program="drivers.document_camera.frames", address_example="/run/desk"))
