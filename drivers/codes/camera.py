"""Codes that are held before a camera, or lie on its desk.

`python -m drivers.codes.camera --probe --address /dev/video0` looks once (or at a folder of frames);
`--probe --images FOLDER` reads every picture in a folder, one JSON object a line and code.
"""

import argparse
import json
import logging
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.codes.hold_off import HoldOff
from drivers.document_camera.document_camera import FrameSource
from drivers.document_camera.frame_traces import FRAMES, frames_at
from drivers.document_camera.frames import FolderOfFrames
from drivers.document_camera.uvc import UvcCamera
from drivers.probing import Finding, probe_main, status_finding, tape_of
from kiosk.codes import CodeSource
from kiosk.faults import CAMERA_UNPLUGGED, CODE_READER_NOT_WORKING, CODE_READER_UNPLUGGED, Fault
from kiosk.ports import CodeRead, Disconnected, NeedsAttention, NoCode, Ready

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rgb = NDArray[np.uint8]

LOOK_WITHIN_S = 0.35  # beside the time that the frame takes
STALE_AFTER_S = 2.0  # a sensor's noise makes every frame another one
PICTURE_WITHIN_S = 2.0
PROGRAM = "drivers.codes.camera"


class CameraCodeReader:
    """Satisfies `kiosk.ports.CodeReader` over any source of frames. Of several codes each look tells another one."""

    def __init__(self, source: FrameSource, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._clock = clock
        self._hold_off = HoldOff(clock)
        self._frame: int | None = None  # the newest frame's hash
        self._changed_at = 0.0
        self._failed = False
        logging.getLogger(__name__).info("code camera: tested against %s", source.tested_against)

    def status(self) -> Ready | NeedsAttention | Disconnected:
        if self._failed:  # what failed is tried again, or it would stay out of order for ever
            frame = self._fresh_frame()
            if isinstance(frame, NeedsAttention | Disconnected):
                return frame
        status = self._source.status()
        return status if isinstance(status, Ready) else _as_of_code_reader(status.fault)

    def look(self) -> CodeRead | NoCode | NeedsAttention | Disconnected:
        frame = self._fresh_frame()
        if isinstance(frame, NeedsAttention | Disconnected):
            return frame
        from drivers.codes.decoding import read_codes

        told: CodeRead | None = None
        for found in read_codes(frame, within_s=LOOK_WITHIN_S):
            code = CodeRead(found.payload, found.text, found.symbology, CodeSource.CAMERA)
            if told is not None:
                self._hold_off.seen(code)
            elif self._hold_off.is_new(code):
                told = code
        return told or NoCode()

    def rest(self) -> None:
        self._hold_off.forget()
        self._frame = None
        self._source.release()

    def _fresh_frame(self) -> "Rgb | NeedsAttention | Disconnected":
        """The newest frame; one that has not changed for a while is none."""
        frame = self._source.grab()
        outcome = _as_of_code_reader(frame) if isinstance(frame, Fault) else self._judged(frame)
        self._failed = outcome is not None
        if outcome is None:
            assert not isinstance(frame, Fault)
            return frame
        self._source.release()
        return outcome

    def _judged(self, frame: "Rgb") -> NeedsAttention | None:
        seen, now = hash(frame.tobytes()), self._clock()
        if seen != self._frame:
            self._frame, self._changed_at = seen, now
        return NeedsAttention(CODE_READER_NOT_WORKING) if now - self._changed_at > STALE_AFTER_S else None


def _as_of_code_reader(fault: Fault) -> NeedsAttention | Disconnected:
    if fault == CAMERA_UNPLUGGED:
        return Disconnected(CODE_READER_UNPLUGGED)
    return NeedsAttention(CODE_READER_NOT_WORKING)


def source_at(address: str) -> FrameSource:
    """A folder of frames where there is one, else a camera."""
    path = Path(address)
    return FolderOfFrames(path) if path.is_dir() else UvcCamera(path)


def _probe(chosen: argparse.Namespace) -> Iterator[Finding]:
    tape = tape_of(chosen, "code_reader", "camera", FRAMES)
    source = frames_at(chosen.address, lambda: source_at(chosen.address), tape)
    reader = CameraCodeReader(source)
    yield Finding("tested against", source.tested_against)
    status = reader.status()
    yield status_finding(status)
    if isinstance(status, Ready):
        match reader.look():
            case CodeRead(payload, text, symbology, _):
                yield Finding("code", f"{symbology.value}, {len(payload)} bytes: {text or payload.hex()}")
            case NoCode():
                yield Finding("code", "none")
            case failed:
                yield status_finding(failed)
    reader.rest()


def read_folder(folder: Path) -> int:
    """Prints what the pictures hold. `ms` is the time of reading codes, without opening the file."""
    from drivers.codes.decoding import FoundCode, read_codes
    from drivers.codes.pictures import picture_files, read_picture

    try:
        files = picture_files(folder)
    except OSError as error:
        print(f"cannot read the folder {folder}: {error.strerror}", file=sys.stderr)
        return 2
    for path in files:
        picture = read_picture(path)
        began = time.perf_counter()
        codes = [] if picture is None else read_codes(picture, within_s=PICTURE_WITHIN_S)
        ms = round((time.perf_counter() - began) * 1000, 2)
        told: Sequence[FoundCode | None] = codes or [None]
        for code in told:
            line = {
                "file": path.name,
                "payload": code and code.payload.hex(),
                "text": code and code.text,
                "symbology": code and code.symbology.value,
                "ms": ms,
            }
            print(json.dumps(line), flush=True)  # in ASCII, whatever a stranger wrote and the terminal can show
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog=f"python -m {PROGRAM}", description="Read the codes in pictures.")
    parser.add_argument("--probe", action="store_true", required=True)
    parser.add_argument("--images", type=Path, help="a folder of png, jpg, jpeg and gif files")
    parser.add_argument("--json", action="store_true", help="one JSON object a line; pictures are always told so")
    chosen, left = parser.parse_known_args(arguments)
    if chosen.images is not None and not left:
        return read_folder(chosen.images)
    return probe_main(_probe, program=PROGRAM, address_example="/dev/video0", arguments=arguments, extend=_extend)


def _extend(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--images", help="instead of a device: a folder of pictures, alone with --probe and --json")


if __name__ == "__main__":
    sys.exit(main())
