"""One terminal's agent and its gateway, each a process of its own, at the two ends of a shaped line."""

import os
import subprocess
import sys
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self

from processes import until
from shaped_line import ShapedLine, said, started
from submissions import TERMINAL, composed

from sync.outbox.schema import State
from sync.outbox.store import Outbox

HALL = "湘桥区政务服务大厅"
GATEWAY_PORT, BARE_PORT = 8700, 9000
ATTACHMENTS = 3
PATIENCE_S = 900


class TerminalAndGateway:
    """Enrolled, and idle after one small submission, from entering to leaving. Files lie in `directory`."""

    def __init__(self, line: ShapedLine, directory: Path, logs: Path, *, seed: int) -> None:
        self.line = line
        self._directory = directory
        self._store = directory / "store"
        self._logs = logs
        self._seed = seed
        self._number = 0
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        city, data = self.line.city_address, str(self._directory / "gateway")
        self._logs.mkdir(parents=True)
        self._directory.mkdir()
        command = ["serve", "--data", data, "--simulated", "--host", city, "--port", str(GATEWAY_PORT), "--tls", city]
        self._start("gateway", [sys.executable, "-m", "sync.gateway.cli", *command], ready="listening on ")
        self._start("bare", [sys.executable, "-m", "bare_line", "receive", city, str(BARE_PORT)], ready="receiving")
        add = ["terminals", "add", TERMINAL, "--hall", HALL, "--data", data, "--json"]
        code = str(said([sys.executable, "-m", "sync.gateway.cli", *add])["code"])
        configuration = str(self._configured(GATEWAY_PORT))
        said(self.line.in_hall("provisioning.cli", "enrol", "--config", configuration, "--code", code, "--json"))
        self.start_agent(GATEWAY_PORT)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in list(self._running):
            self._end(name)

    def start_agent(self, port: int) -> None:
        """A new agent, which speaks to this port of the city. Waits until it has carried something."""
        self.end_agent()
        command = self.line.in_hall("terminal.cli", "agent", "--config", str(self._configured(port)))
        self._start("agent", command, ready="")
        self.carried_by_agent(0)

    def end_agent(self) -> None:
        self._end("agent")

    def carried_bare(self, size: int) -> float:
        """Seconds for so many bytes over one TCP connection."""
        command = self.line.in_hall("bare_line", "send", self.line.city_address, str(BARE_PORT), str(size))
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE_S)
        return float(done.stdout)

    def carried_by_agent(self, size: int) -> float:
        """Seconds from the seal's return until the terminal holds the acknowledgement; `size` bytes of attachments."""
        self._number += 1
        content = Random(f"{self._seed}/{self._number}").randbytes(size)
        cuts = [size * place // ATTACHMENTS for place in range(ATTACHMENTS + 1)]
        contents = [content[start:end] for start, end in pairwise(cuts)] if size else []
        sealed = composed(self._seed, self._number, contents)
        with closing(Outbox(self._store, reserve_mb=1)) as outbox:
            outbox.seal(sealed)
            started_s = time.monotonic()
            until(
                lambda: outbox.state_of(sealed.sid) is State.ACKNOWLEDGED,
                f"{size} bytes are acknowledged",
                within_s=PATIENCE_S,
                look_every_s=0.05,
            )
        return time.monotonic() - started_s

    def processor_s(self, name: str) -> float:
        """What a process (agent or gateway) has computed so far; emulated seconds, many times a real machine's."""
        fields = Path(f"/proc/{self._running[name].pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _configured(self, port: int) -> Path:
        path = self._directory / f"terminal-{port}.toml"
        path.write_text(
            f"""\
[terminal]
code = "{TERMINAL}"
number = "03 号机"

[hall]
name = "{HALL}"
short_name = "湘桥大厅"
desk = "大厅入口右手边的咨询台"
telephone = "0768-000 0000"
hours = "周一至周五 9:00-12:00"

[gateway]
url = "https://{self.line.city_address}:{port}"

[store]
directory = "{self._store}"

[devices.identity_card_reader]
address = "serial:/dev/null"
simulated = true

[devices.document_camera]
driver = "frames"
address = "/dev/null"
simulated = true

[devices.receipt_printer]
address = "/dev/null"
simulated = true
""",
            "utf-8",
        )
        return path

    def _start(self, name: str, command: list[str], *, ready: str) -> None:
        log = self._logs / f"{name}.log"
        process = self._running[name] = started(command, log)
        until(
            lambda: process.poll() is not None or ready in log.read_text("utf-8", errors="replace"),
            f"{name} is ready",
            within_s=120,
            look_every_s=0.1,
        )
        if process.poll() is not None:
            raise RuntimeError(f"{name} ended: {log.read_text('utf-8', errors='replace')[-1500:]}")

    def _end(self, name: str) -> None:
        process = self._running.pop(name, None)
        if process is not None:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
