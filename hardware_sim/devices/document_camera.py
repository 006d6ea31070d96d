"""The document camera: frames of a desk in a folder, about ten a second.

A page that is laid down moves in over a few frames and then lies still; the sensor's noise makes frames differ. In the
world's own time frames go on coming, and one that stands still is a fault; under a hand clock a still desk rests.
"""

import itertools
import threading
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from hardware_sim.clock import Clock, RealClock
from hardware_sim.devices.desk_view import Picture, Placement, Trouble, desk_view, with_noise
from hardware_sim.devices.frame_folder import FrameFolder
from hardware_sim.faults import FaultBook, Value
from hardware_sim.pages import draw_page
from hardware_sim.people import Person
from hardware_sim.wire_log import FROM_DEVICE, Tap, untapped

FRAMES_PER_S = 10.0
STEADY_VARIANTS = 4  # encoded once each, then shown in turn
HELD_FRAMES = 10  # so long each, once all are there: writing takes more time than anything else
STALE, UNPLUGGED = "camera.stale", "camera.unplugged"
TROUBLES = {f"camera.{one.value}": one for one in (Trouble.GLARE, Trouble.DARK, Trouble.BLURRED)}
_WAY_IN = (Placement(0.42, 0.2, 9.0), Placement(0.17, 0.08, 4.0), Placement(0.04, 0.02, 1.0))


@dataclass(frozen=True, slots=True)
class LaidPage:
    """A page on the desk."""

    name: str
    picture: Picture
    placement: Placement
    troubles: frozenset[Trouble]


class DeskCamera:
    """The camera without clock and folder: `next_png` is the next frame, whole."""

    def __init__(self, *, seed: int = 0) -> None:
        self._page: LaidPage | None = None
        self._troubles: frozenset[Trouble] = frozenset()
        self._moving: list[Placement] = []
        self._at_rest: Picture | None = None  # drawn once; each steady frame adds its noise
        self._steady: list[bytes] = []
        self._frame = 0
        self._seed = itertools.count(1 + seed * 1_000_003)

    @property
    def page(self) -> LaidPage | None:
        return self._page

    @property
    def still(self) -> bool:
        """Whether the newest frame shows what was put there last, at rest."""
        return bool(self._steady)

    @property
    def at_rest(self) -> bool:
        """Whether the next frame shows nothing that was not there."""
        return len(self._steady) == STEADY_VARIANTS

    def put(self, page: LaidPage | None) -> None:
        """Lay a page down in place of the one that lies there; `None` takes it away."""
        self._page = page
        self._at_rest, self._steady = None, []
        self._moving = [] if page is None else [page.placement.moved(w.x, w.y, w.degrees) for w in _WAY_IN]

    def set_troubles(self, troubles: frozenset[Trouble]) -> None:
        """Of the camera and its light, whatever lies there."""
        self._troubles = troubles
        self._at_rest, self._steady = None, []

    def next_png(self) -> bytes:
        if self._page is not None and self._moving:
            return self._encoded(self._view(self._moving.pop(0)))
        if len(self._steady) < STEADY_VARIANTS:
            if self._at_rest is None:
                self._at_rest = self._view(self._page.placement if self._page else Placement())
            self._steady.append(self._encoded(self._at_rest))
            return self._steady[-1]
        self._frame += 1
        return self._steady[self._frame // HELD_FRAMES % STEADY_VARIANTS]

    def _view(self, placement: Placement) -> Picture:
        if self._page is None:
            return desk_view(None, placement, self._troubles)
        return desk_view(self._page.picture, placement, self._page.troubles | self._troubles)

    def _encoded(self, frame: Picture) -> bytes:
        _, png = cv2.imencode(".png", with_noise(frame, next(self._seed)), [cv2.IMWRITE_PNG_COMPRESSION, 0])
        return png.tobytes()


def laid_page(name: str, person: Person, troubles: frozenset[Trouble] = frozenset()) -> LaidPage:
    """A page as hands lay it: near the middle, a little turned; half off the desk when told so."""
    chance = np.random.default_rng(sum(f"{name}{person.key}".encode()))
    x, y, degrees = chance.uniform((-0.03, -0.03, -3.5), (0.03, 0.03, 3.5))
    placement = Placement(0.5 + x, 0.5 + y, degrees)
    if Trouble.HALF in troubles:
        placement = Placement(0.95, 0.55, degrees)
    picture = np.asarray(draw_page(name, person), np.uint8)[:, :, ::-1]
    return LaidPage(name, np.ascontiguousarray(picture), placement, troubles)


class DocumentCamera:
    """Serves a `DeskCamera` in `folder` until `stop`. Any thread may call."""

    def __init__(
        self,
        folder: Path,
        *,
        frames_per_s: float = FRAMES_PER_S,
        clock: Clock | None = None,
        seed: int = 0,
        log: Tap = untapped,
    ) -> None:
        """`log` hears the frames until the desk is at rest."""
        self._log = log
        self._camera = DeskCamera(seed=seed)
        self._faults = FaultBook()
        self._guard = threading.RLock()
        self._live = clock is None or isinstance(clock, RealClock)  # in other time whoever looks cannot tell
        self._frames = FrameFolder(
            folder,
            self._next_png,
            guard=self._guard,
            clock=clock or RealClock(),
            frames_per_s=frames_per_s,
            live=self._live,
            name="simulated document camera",
        )

    def start(self) -> None:
        self._frames.start()

    def stop(self) -> None:
        self._frames.stop()

    def plug(self) -> None:
        """The folder appears with a first frame in it. Nothing when it is there."""
        with self._guard:
            self._faults.clear(UNPLUGGED)
            self._frames.plug()

    def unplug(self) -> None:
        """The folder is gone. Nothing when it is."""
        self._frames.unplug()

    def put(self, page: LaidPage | None) -> None:
        with self._guard:
            self._camera.put(page)
        self._frames.changed()

    def set_fault(self, name: str, **parameters: Value) -> None:
        """One of the registry's `camera.*`, its parameters whole."""
        with self._guard:
            self._faults.set(name, **parameters)  # type: ignore[arg-type]  # a camera's cannot be armed
            self._show_troubles()
            if name == UNPLUGGED:
                self._frames.unplug(for_s=self._faults.amount(UNPLUGGED, "for_s"))

    def clear_fault(self, name: str | None) -> None:
        with self._guard:
            cleared = self._faults.clear(name)
            self._show_troubles()
            if UNPLUGGED in cleared:
                self._frames.plug()

    def faults(self) -> dict[str, dict[str, Value]]:
        with self._guard:
            if self._frames.plugged:  # it went in again by itself
                self._faults.clear(UNPLUGGED)
            return self._faults.listed()

    def state(self) -> dict[str, object]:
        with self._guard:
            page = self._camera.page
            return {
                "plugged": self._frames.plugged,
                "page": page.name if page else None,
                "still": self._camera.still,
                "troubles": sorted(trouble.value for trouble in page.troubles) if page else [],
            }

    def _show_troubles(self) -> None:
        self._camera.set_troubles(frozenset(trouble for name, trouble in TROUBLES.items() if name in self._faults))
        self._frames.changed()

    def _next_png(self) -> bytes | None:
        if STALE in self._faults or (self._camera.at_rest and not self._live):
            return None
        shown_before, png = self._camera.at_rest, self._camera.next_png()
        if not shown_before:
            self._log(FROM_DEVICE, png)
        return png
