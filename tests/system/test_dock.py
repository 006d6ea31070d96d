"""`kiosk-sim dock`: a whole terminal that is seen, touched and played through its page alone, and ends in order."""

import json
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage

from tests.system.waiting import until

HEARS_CTRL_C = ("/usr/bin/env", "--default-signal=INT")
START = {"x": 0.5, "y": 0.75}


class Page:
    """What a browser asks for."""

    def __init__(self, url: str) -> None:
        self._base, _, self._token = url.partition("/?token=")

    def _ask(self, path: str, details: dict[str, Any] | None = None) -> bytes:
        body = None if details is None else json.dumps(details).encode()
        request = urllib.request.Request(self._base + path, body, {"Dock-Token": self._token})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return bytes(answer.read())

    def state(self) -> dict[str, Any]:
        return dict(json.loads(self._ask("/state")))

    def shows(self) -> str | None:
        return self.state()["terminal"]["page"]

    def do(self, path: str, **details: Any) -> None:
        assert json.loads(self._ask(path, details)) == {"answer": None}

    def leaves_idle(self) -> bool:
        """A touch too soon after a page has come does nothing, so it may take another one."""
        self.do("/touch", touches=[{**START, "phase": "press"}, {**START, "phase": "release"}])
        return self.shows() not in ("idle", None)

    def screen(self) -> QImage:
        return QImage.fromData(self._ask("/screen.jpg"), "JPEG")

    def events(self) -> Iterator[tuple[str, Any]]:
        name = ""
        with urllib.request.urlopen(f"{self._base}/events?token={self._token}", timeout=60) as lines:
            for line in lines:
                if line.startswith(b"event: "):
                    name = line[7:].strip().decode()
                elif line.startswith(b"data: "):
                    yield name, json.loads(line[6:])


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [*HEARS_CTRL_C, str(Path(sys.executable).parent / "kiosk-sim"), "dock", "--out", str(tmp_path / "dock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        yield process
        process.terminate()
        process.communicate()


def opened(process: subprocess.Popen[str]) -> tuple[Page, list[str]]:
    """The page, and what was said before."""
    assert process.stdout is not None
    said: list[str] = []
    for line in process.stdout:
        if found := re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", line):
            return Page(found[0]), said
        said.append(line.strip())
    raise AssertionError("\n".join(said))


def processes_of(folder: Path) -> list[str]:
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if f"{folder}/" in words:
            found.append(words)
    return found


def test_a_terminal_is_seen_touched_and_played_through_the_page_and_ends_with_it(
    process: subprocess.Popen[str], tmp_path: Path
) -> None:
    page, said = opened(process)
    assert [line for line in said if line.endswith("...")] == [
        "gateway ...",
        "devices ...",
        "agent ...",
        "terminal ...",
    ]
    until(lambda: page.shows() == "idle", "the terminal to show its first page")
    idle = page.screen()
    assert (idle.width(), idle.height()) == (607, 1080)

    until(page.leaves_idle, "the touch to be heard")
    assert page.screen() != idle

    scenarios = {one["name"]: one["why_not"] for one in page.state()["scenarios"]}
    assert scenarios["happy-insurance"] is None
    assert scenarios["happy-landscape"] == "it wants a screen that lies"

    page.do("/acts/card-insert", name="chen-guilan")
    until(lambda: page.state()["devices"]["identity_card_reader"]["field"] != "empty", "the card to be seen")
    page.do("/acts/fault-set", name="printer.cover")
    until(
        lambda: "打开" in str(page.state()["terminal"]["devices"]["receipt_printer"]["faults"]),
        "the technician to be told of the cover",
    )
    assert [fault["name"] for fault in page.state()["faults"] if fault["set"]] == ["printer.cover"]

    page.do("/scenario/run", name="happy-insurance")
    events = page.events()
    progress = (content for name, content in events if name == "scenario")
    assert next(one for one in progress if one["outcome"] == "done" and one["says"] == "tap startButton")["step"] == 2
    page.do("/scenario/stop")
    assert next(one for one in progress if one["outcome"] not in ("running", "done"))["outcome"] == "stopped"
    events.close()
    until(lambda: page.shows() == "idle", "a fresh terminal")
    assert page.state()["running"] is None
    assert not [fault for fault in page.state()["faults"] if fault["set"]]
    until(page.leaves_idle, "the terminal to be usable")

    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    assert processes_of(tmp_path) == []
