"""The camera of a code reader: what somebody holds before it, as frames in a folder."""

import threading
from pathlib import Path

import cv2

from hardware_sim.clock import Clock, RealClock
from hardware_sim.devices.code_pictures import CodeTrouble, Picture, ShownCode, code_view, with_noise
from hardware_sim.devices.frame_folder import FrameFolder

FRAMES_PER_S = 10.0
VARIANTS = 3  # of the noise: encoded once each, then shown in turn


class CodeFrames:
    """Serves frames in `folder` from `start` until `stop`. Any thread may call.

    While nothing is shown the picture stands still, and under a hand clock once each frame was there. With
    `CodeTrouble.STALE` the folder keeps the frame from before, until something is shown without it.
    """

    def __init__(
        self, folder: Path, *, frames_per_s: float = FRAMES_PER_S, clock: Clock | None = None, seed: int = 0
    ) -> None:
        self._seed = seed
        self._clock = clock or RealClock()
        self._guard = threading.RLock()
        self._shown: ShownCode | None = None
        self._shows = 0
        self._view: Picture | None = code_view(None, seed=seed)
        self._encoded: list[bytes] = []
        self._frames = FrameFolder(
            folder,
            self._next_png,
            guard=self._guard,
            clock=self._clock,
            frames_per_s=frames_per_s,
            live=False,
            name="simulated code camera",
        )

    def start(self) -> None:
        self._frames.start()

    def stop(self) -> None:
        self._frames.stop()

    def plug(self) -> None:
        """The folder appears with a first frame in it. Nothing when it is there."""
        self._frames.plug()

    def unplug(self) -> None:
        """The folder is gone. Nothing when it is."""
        self._frames.unplug()

    def show(self, code: ShownCode) -> None:
        """The newest frame shows it when this returns. ValueError: the symbology cannot hold that payload."""
        self._hold(code)

    def hide(self) -> None:
        self._hold(None)

    def state(self) -> dict[str, object]:
        with self._guard:
            shown = self._shown
        return {
            "plugged": self._frames.plugged,
            "shown": shown.payload.hex() if shown else None,
            "symbology": shown.symbology if shown else None,
            "medium": shown.medium.value if shown else None,
            "troubles": sorted(trouble.value for trouble in shown.troubles) if shown else [],
        }

    def _hold(self, code: ShownCode | None) -> None:
        if code is None or CodeTrouble.STALE not in code.troubles:
            self._shows += 1
            view = code_view(code, seed=self._seed * 1000 + self._shows)
        else:
            view = None
        with self._guard:
            self._shown, self._view, self._encoded = code, view, []
            self._frames.show_now()

    def _next_png(self) -> bytes | None:
        if self._view is None or (self._shown is None and self._encoded):
            return None
        if len(self._encoded) == VARIANTS and not isinstance(self._clock, RealClock):
            return None
        if len(self._encoded) < VARIANTS:
            much = self._shown is not None and CodeTrouble.NOISE in self._shown.troubles
            frame = with_noise(self._view, self._seed + len(self._encoded), much=much)
            png = cv2.imencode(".png", frame, [cv2.IMWRITE_PNG_COMPRESSION, 0])[1].tobytes()
        else:
            png = self._encoded.pop(0)
        self._encoded.append(png)
        return png
