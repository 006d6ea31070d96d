"""Code readers on a bench: a camera over a folder of frames, and a scan engine over a scripted wire."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from drivers.codes.camera import CameraCodeReader
from drivers.codes.scan_engine import ScanEngine
from drivers.document_camera.frames import FolderOfFrames
from kiosk import ports
from provisioning.conformance.rules.code_reader import CodeHands
from tests.wires.code_frames import place_frame, qr_frame
from tests.wires.engine_wire import EngineWire


class HurriedClock:
    """Real time, and what was added to it."""

    def __init__(self) -> None:
        self._added_s = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self._added_s

    def let_pass(self, seconds: float) -> None:
        self._added_s += seconds


@dataclass
class FolderCodeHands:
    folder: Path
    clock: HurriedClock

    def tidy(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.hide()

    def show(self, payload: bytes) -> None:
        place_frame(qr_frame(payload), self.folder)

    def hide(self) -> None:
        place_frame(qr_frame(None), self.folder)

    def unplug(self) -> None:
        shutil.rmtree(self.folder)

    def plug(self) -> None:
        self.tidy()

    def let_pass(self, seconds: float) -> None:
        self.clock.let_pass(seconds)


@contextmanager
def folder_code_camera() -> Iterator[tuple[ports.CodeReader, CodeHands]]:
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory) / "window"
        hands = FolderCodeHands(folder, HurriedClock())
        hands.tidy()
        yield CameraCodeReader(FolderOfFrames(folder), clock=hands.clock), hands


@contextmanager
def scripted_scan_engine() -> Iterator[tuple[ports.CodeReader, CodeHands]]:
    wire = EngineWire()
    yield ScanEngine(wire, clock=wire.clock), wire
