"""The dock as a visitor has it: `kiosk-sim dock` as a process, its page in a browser, and eyes on the terminal.

The eyes are the terminal's automation socket: they say where a part of the screen stands and when it can be touched.
Every touch goes through the page.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hardware_sim.scenario.world import Finger, Unmet
from tests.dock.browser import Browser
from tests.system.waiting import until

WITHIN_S = 20.0
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/\?token=\S+")
SIGNATURE = (((-0.3, -0.05), (0.1, -0.07), (0.0, 0.06)), ((0.05, -0.04), (0.3, 0.0), (0.12, 0.07)))


@contextmanager
def dock_process(*words: str) -> Iterator[tuple[str, Path]]:
    """The page's address, and the folder in which the terminal's socket is (short, as sockets' paths must be)."""
    folder = Path(tempfile.mkdtemp(prefix="dock-"))
    command = [str(Path(sys.executable).parent / "kiosk-sim"), "dock", *words]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "TMPDIR": str(folder)}
    )
    said: list[str] = []
    try:
        for line in process.stdout or ():
            said.append(line)
            if found := ADDRESS.search(line):
                yield found[0], folder
                break
        else:
            raise AssertionError("the dock did not come up:\n" + "".join(said))
    finally:
        process.terminate()
        process.communicate(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Docked:
    """The page in the browser, with what a visitor does to it."""

    browser: Browser
    url: str
    folder: Path

    def open(self) -> None:
        self.browser.open(self.url)
        self.shows("document.body.dataset.ready === 'true' && document.querySelector('#screen img').naturalWidth > 0")

    def shows(self, condition: str, *, within_s: float = WITHIN_S) -> None:
        """Until this is true in the page."""
        until(lambda: self.browser.run(f"return Boolean({condition})"), condition, within_s=within_s)

    def has(self, selector: str, *, within_s: float = WITHIN_S) -> None:
        self.shows(f"document.querySelector({selector!r})", within_s=within_s)

    def click(self, selector: str) -> None:
        self.browser.click(selector)

    def drag(self, what: str, to: str) -> None:
        """With the mouse, from the middle of one to the middle of the other."""
        middle = (
            "const box = document.querySelector(arguments[0]).getBoundingClientRect();"
            "return [box.left + box.width / 2, box.top + box.height / 2]"
        )
        (x, y), end = (self.browser.run(middle, one) for one in (what, to))
        self.browser.stroke([(x, y), (x + 8, y + 8), end, end])

    def words(self, selector: str) -> str:
        return str(self.browser.run("return document.querySelector(arguments[0])?.innerText ?? ''", selector))

    def state(self) -> dict[str, Any]:
        """What the server says of everything."""
        answer = self.browser.run(
            "const ask = new XMLHttpRequest(); ask.open('GET', '/state' + location.search, false); ask.send();"
            "return ask.responseText"
        )
        return dict(json.loads(answer))

    # The terminal's screen, on the page.

    def _eyes(self) -> Finger:
        return Finger(next(self.folder.glob("hall-*/automation")), lambda: False)

    def stands(self, page: str, **what: str) -> None:
        """Until this page stands on the terminal, with a part of this `name`, or this `text`."""
        eyes = self._eyes()
        try:
            eyes.ask(do="wait", page=page, within_s=WITHIN_S, **what)
        finally:
            eyes.close()

    def _place_of(self, name: str) -> tuple[float, float]:
        """In pixels of the browser's window, as soon as a touch there would count."""
        eyes = self._eyes()
        try:
            eyes.ask(do="wait", name=name, touchable=True, within_s=WITHIN_S)
            where = eyes.ask(do="where", name=name)
        finally:
            eyes.close()
        return self._pixels(where["x"], where["y"])

    def _pixels(self, x: float, y: float) -> tuple[float, float]:
        box = self.browser.run("return document.querySelector('#screen img').getBoundingClientRect().toJSON()")
        return box["left"] + x * box["width"], box["top"] + y * box["height"]

    def touch(self, name: str) -> None:
        """A click on the part of the terminal's screen with this name, where it is drawn on the page."""
        self._stroke([self._place_of(name)])

    def _stroke(self, points: list[tuple[float, float]]) -> None:
        self.browser.stroke(points)
        self.shows("document.querySelector('#screen').ariaBusy !== 'true'")

    def _can_touch(self, name: str) -> bool:
        eyes = self._eyes()
        try:
            eyes.ask(do="wait", name=name, touchable=True, within_s=0)
        except Unmet:
            return False
        finally:
            eyes.close()
        return True

    def read_on(self, name: str) -> None:
        """Turns pages until this can be touched."""

        def there() -> bool:
            if self._can_touch(name):
                return True
            if self._can_touch("nextPage"):
                self.touch("nextPage")
            return False

        until(there, f"{name} after the last page", within_s=WITHIN_S)

    def keys(self, digits: Iterable[str]) -> None:
        for digit in digits:
            self.touch(f"key-{digit}")

    def sign(self) -> None:
        x, y = self._place_of("signaturePad")
        box = self.browser.run("return document.querySelector('#screen img').getBoundingClientRect().toJSON()")
        for stroke in SIGNATURE:
            self._stroke([(x + dx * box["width"], y + dy * box["height"]) for dx, dy in stroke])
