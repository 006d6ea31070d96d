"""The camera of a code reader: the newest frame as `current.png` in a folder, about ten times a second, and what
somebody holds before it. An unplugged camera has no folder.
"""

import shutil
import threading
from pathlib import Path

import cv2

from hardware_sim.clock import Bell, Clock, RealClock
from hardware_sim.devices.code_pictures import CodeTrouble, Picture, ShownCode, code_view, with_noise

CURRENT = "current.png"
FRAMES_PER_S = 10.0
VARIANTS = 3  # of the noise: encoded once each, then shown in turn


class CodeFrames:
    """Serves frames in `folder` from `start` until `stop`. Any thread may call.

    With `CodeTrouble.STALE` the folder keeps the frame from before, until something is shown without it.
    """

    def __init__(
        self, folder: Path, *, frames_per_s: float = FRAMES_PER_S, clock: Clock | None = None, seed: int = 0
    ) -> None:
        self._folder = folder
        self._frame_s = 1 / frames_per_s
        self._clock = clock or RealClock()
        self._seed = seed
        self._guard = threading.Lock()
        self._bell = Bell()
        self._shown: ShownCode | None = None
        self._shows = 0
        self._view: Picture | None = code_view(None, seed=seed)
        self._encoded: list[bytes] = []
        self._pulled = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self.plug()

    def stop(self) -> None:
        self.unplug()
        self._bell.close()

    def plug(self) -> None:
        """The folder appears with a first frame in it. Nothing when it is there."""
        if self._thread is None:
            fresh = self._folder.with_name(f".{self._folder.name}.new")
            fresh.mkdir(exist_ok=True)
            if self._view is not None:
                (fresh / CURRENT).write_bytes(self._next_png(self._view))
            if self._folder.exists():  # left by a process that was killed
                shutil.rmtree(self._folder)
            fresh.rename(self._folder)
            self._pulled = False
            self._bell.hush()
            self._thread = threading.Thread(target=self._serve, name="simulated code camera")
            self._thread.start()

    def unplug(self) -> None:
        """The folder is gone. Nothing when it is."""
        if self._thread is not None:
            self._pulled = True
            self._bell.ring()
            self._thread.join()
            self._thread = None
            shutil.rmtree(self._folder)

    def show(self, code: ShownCode) -> None:
        """The newest frame shows it when this returns. ValueError: the symbology cannot hold that payload."""
        self._hold(code)

    def hide(self) -> None:
        self._hold(None)

    def state(self) -> dict[str, object]:
        with self._guard:
            shown = self._shown
        return {
            "plugged": self._thread is not None,
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
            self._write_next()

    def _next_png(self, view: Picture) -> bytes:
        if len(self._encoded) < VARIANTS:
            much = self._shown is not None and CodeTrouble.NOISE in self._shown.troubles
            frame = with_noise(view, self._seed + len(self._encoded), much=much)
            png = cv2.imencode(".png", frame, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()
        else:
            png = self._encoded.pop(0)
        self._encoded.append(png)
        return png

    def _write_next(self) -> None:
        if self._view is not None and self._folder.is_dir():
            fresh = self._folder / f".{CURRENT}.new"
            fresh.write_bytes(self._next_png(self._view))
            fresh.replace(self._folder / CURRENT)

    def _serve(self) -> None:
        while not self._clock.select([self._bell], within_s=self._frame_s) and not self._pulled:
            with self._guard:
                self._write_next()
