"""A real browser for tests: headless Chromium, told what to do in W3C WebDriver's own words through chromedriver."""

import base64
import http.client
import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key by which WebDriver names an element
ANSWER_WITHIN_S = 60.0
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
    "--lang=zh-CN",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # no line to anywhere else
)


class NotDone(Exception):
    """What WebDriver says when it cannot do what it was told."""


class Browser:
    """One window of a browser of its own, from entering to leaving."""

    def __init__(self, *, width: int = 1280, height: int = 720, reduced_motion: bool = True) -> None:
        self._size = width, height
        self._reduced_motion = reduced_motion

    def __enter__(self) -> Self:
        self._driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        said = iter(self._driver.stdout.readline, "") if self._driver.stdout else iter(())
        port = next(found[1] for line in said if (found := re.search(r"started successfully on port (\d+)", line)))
        self._line = http.client.HTTPConnection("127.0.0.1", int(port), timeout=ANSWER_WITHIN_S)
        width, height = self._size
        words = [*ARGUMENTS, f"--window-size={width},{height}"]
        words += ["--force-prefers-reduced-motion"] if self._reduced_motion else []
        options = {"args": words, "binary": shutil.which("chromium")}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}, "browserName": "chrome"}
        self._session = ""
        self._session = "/session/" + self._ask("POST", "/session", capabilities={"alwaysMatch": wanted})["sessionId"]
        self.resize(width, height)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._ask("DELETE", "")
        finally:
            self._line.close()
            self._driver.terminate()
            self._driver.wait()
            if self._driver.stdout:
                self._driver.stdout.close()

    def _ask(self, method: str, path: str, **details: Any) -> Any:
        body = json.dumps(details) if method == "POST" else None
        self._line.request(method, self._session + path, body, {"Content-Type": "application/json"})
        with self._line.getresponse() as response:
            answer = json.loads(response.read())["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise NotDone(f"{answer['error']}: {answer['message'].splitlines()[0]}")
        return answer

    def open(self, url: str) -> None:
        self._ask("POST", "/url", url=url)

    def resize(self, width: int, height: int) -> None:
        """What the page sees is so large."""
        self.tell("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def tell(self, command: str, **details: object) -> None:
        """In the words of the DevTools protocol."""
        self._ask("POST", "/goog/cdp/execute", cmd=command, params=details)

    def run(self, script: str, *arguments: object) -> Any:
        """A function's body in the page; `arguments` are its `arguments`."""
        return self._ask("POST", "/execute/sync", script=script, args=arguments)

    def click(self, selector: str) -> None:
        """As a mouse does: it scrolls there, and whatever lies above gets the click. Raises NotDone."""
        found = self._ask("POST", "/element", using="css selector", value=selector)
        self._ask("POST", f"/element/{found[ELEMENT]}/click")

    def type(self, selector: str, text: str) -> None:
        found = self._ask("POST", "/element", using="css selector", value=selector)
        self._ask("POST", f"/element/{found[ELEMENT]}/value", text=text)

    def press(self, *keys: str) -> None:
        """Keys, wherever the focus is; WebDriver's code points for those without a character."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._ask("POST", "/actions", actions=[{"type": "key", "id": "keyboard", "actions": actions}])

    def stroke(self, points: Iterable[tuple[float, float]], *, step_ms: int = 12) -> None:
        """The mouse goes to the first point, is pressed, goes on to the others, and is let go. In pixels."""
        first, *others = [{"type": "pointerMove", "duration": 0, "x": round(x), "y": round(y)} for x, y in points]
        moves = [point | {"duration": step_ms} for point in others]
        actions = [first, {"type": "pointerDown", "button": 0}, *moves, {"type": "pointerUp", "button": 0}]
        self._ask("POST", "/actions", actions=[{"type": "pointer", "id": "mouse", "actions": actions}])

    def picture(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self._ask("GET", "/screenshot")))

    def console(self) -> list[str]:
        """What the page has said to its console since the last time: level and words."""
        return [f"{entry['level']}: {entry['message']}" for entry in self._ask("POST", "/se/log", type="browser")]
