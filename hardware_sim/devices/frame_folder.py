"""A camera's plug and its frames: the newest one as `current.png` in a folder that is there while the plug is in.

Frames come at an even pace while there are new ones, and none is drawn or written while there is none.
"""

import math
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from hardware_sim.clock import Bell, Clock

CURRENT, LIVE = "current.png", "live"


class FrameFolder:
    """Serves `folder` from `start` until `stop`. Any thread may call.

    `next_png` gives the next frame, whole; the same object again: nothing moved, and only its time is new; `None`:
    nothing new until somebody calls `changed`. It is called with `guard` held. `live`: whether the file that promises
    frames lies beside them. On a full disk the picture stands still until there is room.
    """

    def __init__(
        self,
        folder: Path,
        next_png: Callable[[], bytes | None],
        *,
        guard: threading.RLock,
        clock: Clock,
        frames_per_s: float,
        live: bool,
        name: str,
    ) -> None:
        self._folder = folder
        self._next_png = next_png
        self._guard = guard
        self._clock = clock
        self._frame_s = 1 / frames_per_s
        self._live = live
        self._bell = Bell()
        self._written: bytes | None = None
        self._in_again_s = math.inf
        self._resting = False
        self._stopping = False
        self._thread = threading.Thread(target=self._serve, name=name)
        self.plugged = False

    def start(self) -> None:
        self.plug()
        self._thread.start()
        self._clock.count_on(self._thread)

    def stop(self) -> None:
        if self._thread.is_alive():
            self._stopping = True
            self._bell.ring()
            self._thread.join()
        self.unplug()
        self._bell.close()

    def plug(self) -> None:
        """The folder appears with a frame in it. Nothing when it is there."""
        with self._guard:
            self._in_again_s = math.inf
            if not self.plugged:
                self._make_folder()
                self.plugged = True
        self.changed()

    def unplug(self, *, for_s: float = 0.0) -> None:
        """The folder is gone, for good or for so long."""
        with self._guard:
            self._in_again_s = self._clock.now() + for_s if for_s > 0 else math.inf
            if self.plugged:
                self.plugged = False
                shutil.rmtree(self._folder)
        self._bell.ring()

    def changed(self) -> None:
        """There are new frames."""
        with self._guard:
            self._resting = False
        self._bell.ring()

    def show_now(self) -> None:
        """The frame that lies there when this returns is a new one. OSError when it cannot be written."""
        with self._guard:
            if self.plugged:
                self._take_frame()
        self.changed()

    def _make_folder(self) -> None:
        fresh = self._folder.with_name(f".{self._folder.name}.new")
        if fresh.exists():  # left by a process that was killed, as the folder itself
            shutil.rmtree(fresh)
        fresh.mkdir()
        png = self._next_png() or self._written
        if png is not None:
            (fresh / CURRENT).write_bytes(png)
        if self._live:
            (fresh / LIVE).touch()
        if self._folder.exists():
            shutil.rmtree(self._folder)
        fresh.rename(self._folder)
        self._written = png

    def _serve(self) -> None:
        due_s = self._clock.now() + self._frame_s
        while not self._stopping:
            with self._guard:
                now_s = self._clock.now()
                if not self.plugged and now_s >= self._in_again_s:
                    self._try(self.plug)
                if self.plugged and not self._resting and now_s >= due_s:
                    self._try(self._take_frame)
                    due_s = now_s + self._frame_s
                next_s = self._in_again_s if not self.plugged else math.inf if self._resting else due_s
            wait_s = next_s - self._clock.now()
            self._clock.select([self._bell], within_s=None if wait_s == math.inf else max(0.0, wait_s))
            self._bell.hush()

    def _try(self, turn: Callable[[], None]) -> None:
        """A disk that is full now has room again later."""
        try:
            turn()
        except OSError:
            self._in_again_s = self._clock.now() + 1.0

    def _take_frame(self) -> None:
        png, current = self._next_png(), self._folder / CURRENT
        if png is None:
            self._resting = True
        elif png is self._written:
            os.utime(current)
        else:
            fresh = self._folder / f".{CURRENT}.new"
            fresh.write_bytes(png)
            fresh.replace(current)
            self._written = png
