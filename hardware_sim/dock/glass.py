"""The terminal's screen, seen and touched: connections of the dock's own to the terminal's automation socket."""

import base64
import contextlib
import math
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hardware_sim.control import Refused, known
from hardware_sim.dock.standing import Standing
from hardware_sim.scenario.world import Finger, Unmet

LONGEST_SIDE = 1080
LOOK_EVERY_S = 1.0
LOOK_AGAIN_S = 0.1  # for a terminal that is being started
TOUCHED_WITHIN_S = 5.0
PHASES = ("press", "move", "release")
NOBODY_SEES: dict[str, Any] = {"page": None, "texts": []}


class Glass:
    """Watches from `start` until `stop`; pictures are taken only while somebody watches or asked for one."""

    def __init__(self, automation: Path, standing: Standing) -> None:
        self._automation = automation
        self._standing = standing
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._picture = b""
        self._seq = 0
        self._looks = 0
        self._is_wanted = False
        self._one_finger = threading.Lock()
        self._finger: Finger | None = None
        self._touched_by_s = 0.0
        self._thread = threading.Thread(target=self._watch, name="dock, screen")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()
        with self._one_finger:
            self._let_go()

    def picture(self, *, within_s: float = TOUCHED_WITHIN_S) -> bytes:
        """What the screen shows, as JPEG. Raises `Refused` when there is none."""
        with self._changed:
            looks = self._looks + (0 if self._picture and self._standing.is_watched else 1)
            self._is_wanted = True
            self._changed.wait_for(lambda: self._looks >= looks, within_s)
            if not self._picture:
                raise Refused("no terminal shows anything")
            return self._picture

    def touch(self, touches: Sequence[object]) -> None:
        """One after the other. Raises `Refused`."""
        asked = [_touch(one) for one in touches]
        with self._one_finger:
            self._touched_by_s = time.monotonic() + TOUCHED_WITHIN_S
            try:
                if self._finger is None:
                    self._finger = Finger(self._automation, self._is_too_late)
                for one in asked:
                    self._finger.ask(do="touch", **one)
            except OSError as error:
                raise Refused(f"no terminal can be touched: {error.strerror}") from error
            except Unmet as unmet:
                self._let_go()
                raise Refused(str(unmet)) from unmet

    def _is_too_late(self) -> bool:
        if time.monotonic() > self._touched_by_s:
            raise Unmet("the terminal does not answer")
        return False

    def _let_go(self) -> None:
        if self._finger is not None:
            self._finger.close()
            self._finger = None

    def _watch(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(OSError, Unmet):
                finger = Finger(self._automation, self._stopping.is_set)
                try:
                    self._watch_one(finger)
                finally:
                    finger.close()
            with self._one_finger, self._changed:
                self._let_go()
                self._picture = b""
            self._standing.change_within("terminal", **NOBODY_SEES)
            self._stopping.wait(LOOK_AGAIN_S)

    def _watch_one(self, finger: Finger) -> None:
        """One terminal, until it ends."""
        since = 0
        while not self._stopping.is_set():
            seen = finger.ask(do="look")
            if not seen.get("ok"):  # it answers no more
                return
            self._standing.change_within("terminal", page=seen["page"], texts=seen["texts"])
            if not (self._standing.is_watched or self._is_wanted):
                self._stopping.wait(LOOK_AGAIN_S)
                continue
            within_s = LOOK_EVERY_S if self._standing.is_watched else 0.0
            frame = finger.ask(do="frame", since=since, max_side=LONGEST_SIDE, within_s=within_s)
            if "seq" not in frame:
                return
            since = frame["seq"]
            self._show(base64.b64decode(frame["jpeg"] or ""))

    def _show(self, picture: bytes) -> None:
        """Empty: it is as it was."""
        with self._changed:
            self._picture = picture or self._picture
            self._seq += bool(picture)
            self._looks += 1
            self._is_wanted = False
            self._changed.notify_all()
        if picture:
            self._standing.tell("screen", {"seq": self._seq})


def _touch(one: object) -> dict[str, Any]:
    if not isinstance(one, Mapping) or not {"x", "y", "phase"} == one.keys():
        raise Refused("a touch has x, y and phase")
    places = {key: one[key] for key in ("x", "y")}
    for key, value in places.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise Refused(f"{key} is a number from 0 to 1, a part of the screen")
    return {**places, "phase": known(str(one["phase"]), PHASES, "phase of a touch")}
