"""A camera on tape, and played back: that a frame came and its size, or why none did. No picture is kept.

A trace shows the test picture in its place: a sheet on a dark desk.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from drivers.document_camera.document_camera import FrameSource
from drivers.traces.protocols import WireProtocol, by_saying
from drivers.traces.recording import Tape
from drivers.traces.replaying import Replay, replay_at
from kiosk.faults import ALL, CAMERA_NOT_WORKING, CAMERA_UNPLUGGED, Fault
from kiosk.ports import Disconnected, NeedsAttention, Ready

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rgb = NDArray[np.uint8]

STATUS, GRAB = b"status", b"grab"
LONGEST_SIDE = 20_000
FRAMES = WireProtocol("frames", by_saying())  # sizes and codes of faults, nothing else, are said


def frames_at(address: str, make: Callable[[], FrameSource], tape: Tape | None = None) -> FrameSource:
    """A trace's where the address is one, else what `make` gives. ValueError for a damaged trace."""
    if address.startswith("trace:"):
        return ReplayedFrames(replay_at(address))
    source = make()
    return source if tape is None else RecordedFrames(source, tape)


class RecordedFrames:
    """Satisfies `FrameSource`."""

    def __init__(self, source: FrameSource, tape: Tape) -> None:
        self._source = source
        self._tape = tape

    @property
    def tested_against(self) -> str:
        return self._source.tested_against

    def status(self) -> Ready | NeedsAttention | Disconnected:
        status = self._source.status()
        self._say(STATUS, None if isinstance(status, Ready) else status.fault, {})
        return status

    def grab(self) -> "Rgb | Fault":
        frame = self._source.grab()
        if isinstance(frame, Fault):
            self._say(GRAB, frame, {})
        else:
            self._say(GRAB, None, {"width": frame.shape[1], "height": frame.shape[0]})
        return frame

    def release(self) -> None:
        self._tape.flush()
        self._source.release()

    def _say(self, asked: bytes, fault: Fault | None, size: dict[str, int]) -> None:
        self._tape.sent(asked)
        self._tape.answered(json.dumps(size if fault is None else {"fault": fault.code}).encode("ascii"))


class ReplayedFrames:
    """Satisfies `FrameSource`."""

    tested_against = "a trace"

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        self._frames = 0

    def status(self) -> Ready | NeedsAttention | Disconnected:
        match self._ask(STATUS):
            case Fault() as fault:
                return Disconnected(fault) if fault == CAMERA_UNPLUGGED else NeedsAttention(fault)
            case _:
                return Ready()

    def grab(self) -> "Rgb | Fault":
        match self._ask(GRAB):
            case {"width": int(width), "height": int(height)} if 0 < width < LONGEST_SIDE and 0 < height < LONGEST_SIDE:
                self._frames += 1
                return picture(width, height, number=self._frames)
            case Fault() as fault:
                return fault
            case _:
                return CAMERA_NOT_WORKING

    def release(self) -> None:
        """Nothing is held."""

    def _ask(self, what: bytes) -> object:
        """What was answered then; a `Fault` where one was, and where it cannot be understood."""
        self._replay.send(what)
        try:
            said = json.loads(self._replay.receive(within_s=0) or b"null")
        except ValueError:
            return CAMERA_NOT_WORKING
        if not isinstance(said, dict):
            return CAMERA_NOT_WORKING
        code = said.get("fault")
        return said if code is None else ALL.get(str(code), CAMERA_NOT_WORKING)


def picture(width: int, height: int, *, number: int = 0) -> "Rgb":
    """The test picture: height x width x 3. Like those of a sensor each is another one, by a dot."""
    import numpy as np

    desk = np.full((height, width, 3), 60, np.uint8)
    desk[height // 4 : height - height // 4, width // 4 : width - width // 4] = 235
    desk[0, 0] = number % 256
    return desk
