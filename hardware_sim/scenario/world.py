"""A whole terminal for scenarios: its processes, the citizen's finger on its screen, and hands at its devices."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from hardware_sim.control import NotRunning, Simulation

ANSWER_WITHIN_S = 90.0
END_WITHIN_S = 60.0
ASK_AGAIN_S = 1.0
IDLE_S = 600.0  # a scenario may wait longer than citizens do
TIMES = {"goodbye_s": 1.0, "acknowledge_wait_s": 8.0, "idle_timeout_s": IDLE_S, "entry_timeout_s": IDLE_S}
STEPS = {  # where `power.cut` lets the terminal stop, by the names of its own steps
    "before-seal": "terminal.before_seal",
    "after-seal": "terminal.sealed",
    "while-printing": "terminal.before_print",
    "after-print": "terminal.printed",
}


class Unmet(Exception):
    """What a scenario expects is not so; the message says what is, `stood` what stood on the screen instead."""

    def __init__(self, why: str, stood: str = "") -> None:
        super().__init__(why)
        self.stood = stood


class WorldFailed(Exception):
    """The terminal or what belongs to it did not start, or ended."""


def stood_on(seen: Mapping[str, Any]) -> str:
    """The page, and its words in the order in which they are drawn, each once."""
    words = dict.fromkeys(text.replace("\n", "") for text in seen.get("texts", ()))
    return f"{seen.get('page')}: {' | '.join(words)}"


class Finger:
    """Touches the terminal's screen and looks at it, through its automation socket.

    `no_answer_comes` is asked while one is waited for: whether the terminal stands at the step of its power cut, so
    that a touch was its last. It raises `WorldFailed` when all has ended.
    """

    def __init__(self, socket_path: Path, no_answer_comes: Callable[[], bool]) -> None:
        self._no_answer_comes = no_answer_comes
        self._line = socket.socket(socket.AF_UNIX)
        self._line.settimeout(ANSWER_WITHIN_S)
        try:
            self._line.connect(str(socket_path))
        except OSError:
            self._line.close()
            raise
        self._answers = self._line.makefile("r", encoding="utf-8")

    def close(self) -> None:
        self._answers.close()
        self._line.close()

    def ask(self, **request: object) -> dict[str, Any]:
        """One request. Raises `Unmet` with what stands on the screen instead, or when the terminal answers no more."""
        deadline = time.monotonic() + ANSWER_WITHIN_S + float(str(request.get("within_s", 0)))
        try:
            self._line.sendall(json.dumps(request, ensure_ascii=False).encode() + b"\n")
            while not select.select([self._line], [], [], ASK_AGAIN_S)[0]:
                if self._no_answer_comes():
                    return {"page": "", "texts": []}
                if time.monotonic() > deadline:
                    raise Unmet("the terminal does not answer")
            line = self._answers.readline()
        except OSError as error:
            raise Unmet(f"the terminal has ended: {error}") from error
        if not line:
            raise Unmet("the terminal has ended")
        answer: dict[str, Any] = json.loads(line)
        if not answer["ok"]:
            raise Unmet(answer.get("why", "not done"), stood_on(answer))
        return answer

    def tap(self, *, within_s: float, **what: object) -> None:
        """`name` or `words`, as soon as a touch would count."""
        self.ask(do="wait", touchable=True, within_s=within_s, **what)
        self.ask(do="tap", **what)

    def can_tap(self, name: str) -> bool:
        try:
            self.ask(do="wait", name=name, touchable=True, within_s=0)
        except Unmet:
            return False
        return True


class World:
    """Gateway, devices, agent and terminal in a directory of their own, until it is left. Any thread may call, but the
    `finger` is one thread's.

    `begins` hears what is started, with `pace` devices take their real time. `may_go_on` is asked while something is
    waited for, and may raise. `without`: devices that the next terminal is not told of.
    """

    def __init__(
        self,
        directory: Path,
        *,
        landscape: bool,
        devices: Sequence[str],
        pace: bool = False,
        begins: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._options = [*(["--landscape"] if landscape else []), *(["--pace"] if pace else [])]
        self._begins = begins
        self._one_at_a_time = threading.Lock()
        self.may_go_on: Callable[[], None] = lambda: None
        self.without: list[str] = []
        self._directory = directory
        self._devices = tuple(devices)
        self._platform_is_reachable = True
        self._is_up = False
        self._may_stop = False
        self.finger: Finger | None = None

    def __enter__(self) -> Self:
        self._directory.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "terminal.house", "--directory", str(self._directory)]
        command += ["--times", json.dumps(TIMES), "--progress", *self._options]
        self._log = (self._directory / "house.log").open("w+", encoding="utf-8")
        self._house = subprocess.Popen(
            [*command, "--", *self._devices],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            encoding="utf-8",
            start_new_session=True,  # Ctrl+C is for us: the house ends in order when its input does
        )
        try:
            while "begins" in (told := self._heard()):
                self._begins(told["begins"])
            self._is_up = True
        finally:
            if not self._is_up:
                self._end()
        self.sim = Simulation(Path(told["devices"]))
        self.automation = Path(told["automation"])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._let_go()
        self._end()

    def start_terminal(self, *, stop_at: str | None = None) -> None:
        """A terminal at which nobody stands yet. `stop_at`: one of `STEPS`, where its power will be cut."""
        self.end_terminal()
        self._say(do="start", what="terminal", stop_at=stop_at and STEPS[stop_at], without=self.without)
        self._may_stop = stop_at is not None
        self.finger = Finger(self.automation, self._has_stopped)

    def end_terminal(self) -> None:
        if self.finger is not None:
            self._let_go()
            self._say(do="end", what="terminal")

    def is_idle(self) -> bool:
        """Whether a terminal runs and nobody stands at it."""
        if self.finger is None:
            return False
        try:
            return bool(self.finger.ask(do="look")["page"] == "idle")
        except Unmet:
            return False

    def set_platform(self, *, reachable: bool) -> None:
        """Whether the terminal's agent finds the platform. Nothing when it is so already."""
        if reachable != self._platform_is_reachable:
            self._say(do="start" if reachable else "end", what="gateway")
            self._platform_is_reachable = reachable

    def cut_power(self, *, within_s: float) -> None:
        """As soon as the terminal has come to its step. Raises `Unmet` when it does not."""
        if not self._say(do="await stop", within_s=within_s):
            raise Unmet(f"the terminal did not come to the step of its power cut within {within_s:g} s")
        self._let_go()
        self._say(do="kill", what="terminal")

    def _has_stopped(self) -> bool:
        """Whether the terminal stands at the step of its power cut."""
        self.may_go_on()
        if self._house.poll() is not None:
            raise WorldFailed(f"the house has ended:\n{self._said()}")
        return self._may_stop and bool(self._say(do="await stop", within_s=0))

    def received(self) -> list[dict[str, Any]]:
        """What the platform has: a row for each submission."""
        return list(self._say(do="received"))

    def devices(self) -> dict[str, Any]:
        """How the terminal's devices are, as the technician is told."""
        return dict(self._say(do="devices"))

    def _say(self, **request: object) -> Any:
        if self._house.stdin is None:
            raise WorldFailed("the house was not started")
        with self._one_at_a_time:
            try:
                print(json.dumps(request, ensure_ascii=False), file=self._house.stdin, flush=True)
            except (OSError, ValueError) as error:
                raise WorldFailed(f"the house has ended:\n{self._said()}") from error
            answer = self._heard()
        if "refused" in answer:
            raise WorldFailed(answer["refused"])
        return answer["answer"]

    def _heard(self) -> dict[str, Any]:
        line = self._house.stdout.readline() if self._house.stdout else ""
        if not line:
            raise WorldFailed(f"the house has ended:\n{self._said()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _said(self) -> str:
        self._log.flush()
        return (self._directory / "house.log").read_text(encoding="utf-8")[-4000:]

    def _let_go(self) -> None:
        if self.finger is not None:
            self.finger.close()
            self.finger = None

    def _end(self) -> None:
        """The house, and all it has started."""
        for pipe in (self._house.stdin, self._house.stdout):
            if pipe:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        try:
            self._house.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._house.kill()
            self._house.wait()
        if self._house.returncode:  # it did not come to ending the others
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._house.pid, signal.SIGKILL)
            if self._is_up:
                with contextlib.suppress(NotRunning):
                    self.sim.down()
        self._log.close()
