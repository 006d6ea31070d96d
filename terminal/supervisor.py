"""Starts the processes of one terminal with its devices and its platform, for development, demo and tests.

On an appliance systemd does this. Each process writes to a log file of its own beside the others.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

COMMANDS = Path(sys.executable).parent
READY_WITHIN_S = 60.0
END_WITHIN_S = 30.0
LOOK_EVERY_S = 0.02
TERMINAL = "CZ03"
HALL = "湘桥区政务服务大厅"


class NotStarted(Exception):
    """A process ended or stayed silent instead of getting ready."""


class House:
    """Gateway, simulated devices, agent and terminal in one directory, over mutual TLS on loopback. Ends all of them
    on leaving.

    `times` and `pulls` are the tables `times` and `agent` of its configuration.
    `directory` keeps what they leave: `gateway/`, `store/`, `logs/`, `terminal.toml`.
    """

    def __init__(
        self,
        directory: Path,
        *,
        environment: Mapping[str, str] | None = None,
        times: Mapping[str, float] | None = None,
        pulls: Mapping[str, float] | None = None,
        landscape: bool = False,
        pace: bool = True,
    ) -> None:
        self.directory = directory
        self.sockets = Path(tempfile.mkdtemp(prefix="hall-"))  # a socket's path must stay short
        self.automation_socket = self.sockets / "automation"
        self.sim_directory = self.sockets / "sim"
        self.configuration = directory / "terminal.toml"
        self.gateway_directory = directory / "gateway"
        self.gateway_url = ""
        self._environment = {**os.environ, **(environment or {})}
        self._times = dict(times or {})
        self._pulls = dict(pulls or {})
        self._landscape = landscape
        self._pace = pace
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        for folder in ("logs", "store"):
            (directory / folder).mkdir(parents=True, exist_ok=True)
        (directory / "store").chmod(0o700)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in ("terminal", "agent"):
            self.end(name)
        if (self.sim_directory / "control.json").exists():  # while the devices run
            self.sim("down")
        self.end("gateway")
        shutil.rmtree(self.sockets, ignore_errors=True)

    # Processes.

    def start_gateway(self, **environment: str) -> None:
        port = self.gateway_url.rpartition(":")[2] or "0"
        command = ["kiosk-gateway", "serve", "--data", str(self.gateway_directory), "--simulated", "--port", port]
        command += ["--tls", "127.0.0.1", "--tls", "localhost"]
        log = self._start("gateway", command, **environment)
        line = self._line_in("gateway", log, "listening on ")
        self.gateway_url = line.partition("listening on ")[2].split()[0].rstrip("/")

    def start_devices(self, *words: str) -> Mapping[str, Any]:
        """The simulated devices, with further words for `kiosk-sim up`; returns what it says.

        What a device asks of the environment (where its service listens), every process after this has.
        """
        pace = () if self._pace else ("--no-pace",)
        answer: Mapping[str, Any] = self.sim("up", "--detach", *pace, *words)
        for device in answer.values():
            if isinstance(device, Mapping):
                self._environment.update(device.get("environment", {}))
        return answer

    def write_configuration(self, devices: Mapping[str, Any]) -> None:
        width, height = (1920, 1080) if self._landscape else (1080, 1920)
        times, pulls = (
            "\n".join(f"{key} = {float(value)}" for key, value in table.items()) for table in (self._times, self._pulls)
        )
        self.configuration.write_text(
            f"""\
[terminal]
code = "{TERMINAL}"
number = "03 号机"

[hall]
name = "{HALL}"
short_name = "湘桥大厅"
desk = "大厅入口右手边的咨询台"
telephone = "0768-000 0000"
hours = "周一至周五 9:00-12:00，14:30-17:30"

[gateway]
url = "{self.gateway_url}"
connect_timeout_s = 2.0
read_timeout_s = 10.0

[store]
directory = "{self.directory / "store"}"

[times]
{times}

[agent]
{pulls}

[screen]
width_px = {width}
height_px = {height}

[devices.identity_card_reader]
address = "serial:{devices["identity_card_reader"]["address"]}"
simulated = true
{_further_devices(devices)}

[devices.document_camera]
driver = "frames"
address = "{devices["document_camera"]["address"]}"
simulated = true

[devices.receipt_printer]
address = "{devices["receipt_printer"]["address"]}"
simulated = true
""",
            encoding="utf-8",
        )

    def enrol(self) -> Mapping[str, Any]:
        """As operator and technician do: a one-time code of the gateway, typed at the terminal. What `enrol` says."""
        data = ("--data", str(self.gateway_directory))
        added = self.said("kiosk-gateway", "terminals", "add", TERMINAL, "--hall", HALL, *data)
        told: Mapping[str, Any] = self.said(
            "kiosk-provision", "enrol", "--config", str(self.configuration), "--code", added["code"]
        )
        return told

    def start_agent(self, **environment: str) -> None:
        """A terminal that is nobody yet is enrolled first."""
        if not (self.directory / "store" / "identity").exists():
            self.enrol()
        self._start("agent", ["kiosk", "agent", "--config", str(self.configuration)], **environment)

    def start_terminal(self, *, driven: bool = True, **environment: str) -> None:
        """With `driven` it opens the automation socket, and has it when this returns."""
        command = ["kiosk", "run", "--window", "--config", str(self.configuration)]
        self.automation_socket.unlink(missing_ok=True)
        if not driven:
            self._start("terminal", command, **environment)
            return
        self._start("terminal", [*command, "--automation", str(self.automation_socket)], **environment)
        self._until("terminal", self.automation_socket.exists)

    def restart_gateway(self) -> None:
        self.end("gateway")
        self.start_gateway()

    def end(self, name: str) -> None:
        """Ask it to end, and see that it did."""
        process = self._processes.pop(name, None)
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        try:
            process.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def kill(self, name: str) -> None:
        """As a power cut would."""
        process = self._processes.pop(name)
        process.kill()
        process.wait()

    def wait_for(self, name: str) -> int:
        """Until it ends by itself; its exit status."""
        return self._processes[name].wait()

    # The simulated world.

    def sim(self, *words: str) -> Any:
        """`kiosk-sim` with these words. Raises NotStarted with what it said when it refuses."""
        return self.said("kiosk-sim", *words, "--run-dir", str(self.sim_directory))

    def said(self, command: str, *words: str, statuses: Collection[int] = (0,)) -> Any:
        """What one of our commands says as JSON. Raises NotStarted with what it said when it ends otherwise."""
        done = subprocess.run(
            [str(COMMANDS / command), *words, "--json"],
            capture_output=True,
            text=True,
            check=False,
            env=self._environment,
        )
        if done.returncode not in statuses:
            raise NotStarted(f"{command} {' '.join(words)}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout or "null")

    def status(self) -> Mapping[str, Any]:
        """How the terminal stands, as `kiosk-provision status` says; 1 where somebody must act."""
        told: Mapping[str, Any] = self.said(
            "kiosk-provision", "status", "--config", str(self.configuration), statuses=(0, 1)
        )
        return told

    def received(self) -> Any:
        """What the gateway has received: a row for each submission."""
        return self.said("kiosk-gateway", "list", "--data", str(self.gateway_directory))

    def pid(self, name: str) -> int:
        return self._processes[name].pid

    def log_of(self, name: str) -> str:
        return (self.directory / "logs" / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def _start(self, name: str, command: list[str], **environment: str) -> Path:
        log = self.directory / "logs" / f"{name}.log"
        with log.open("wb") as file:
            self._processes[name] = subprocess.Popen(
                [str(COMMANDS / command[0]), *command[1:]],
                stdout=file,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={**self._environment, **environment},
            )
        return log

    def _line_in(self, name: str, log: Path, words: str) -> str:
        found: list[str] = []

        def look() -> bool:
            found[:] = [
                line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if words in line
            ]
            return bool(found)

        self._until(name, look)
        return found[0]

    def _until(self, name: str, met: Any) -> None:
        deadline = time.monotonic() + READY_WITHIN_S
        while not met():
            try:
                ended = f"ended with {self._processes[name].wait(LOOK_EVERY_S)}"
            except subprocess.TimeoutExpired:
                if time.monotonic() < deadline:
                    continue
                ended = f"did not get ready within {READY_WITHIN_S:g} s"
            raise NotStarted(f"{name} {ended}:\n{self.log_of(name)}")


def _further_devices(devices: Mapping[str, Any]) -> str:
    """The tables of the devices that not every terminal has."""
    tables = ""
    if slot := devices.get("smart_card_reader"):
        tables += f'''
[devices.smart_card_reader]
address = "{slot["address"]}"
simulated = true
'''
    if codes := devices.get("code_reader"):
        tables += f'''
[devices.code_reader]
driver = "scan-engine"
address = "{codes["address"]}"
simulated = true
'''
    for papers in ("document_scanner", "page_printer"):
        if device := devices.get(papers):
            tables += f'''
[devices.{papers}]
address = "{device["address"]}"
simulated = true
'''
    return tables
