"""A PC/SC service of one's own: Debian's pcscd with two virtual readers (vpcd), beside any that the machine runs.

It lives in a mount namespace, so that its socket is a file of ours. A virtual card connects to its reader's TCP port;
vpcd listens on all addresses of the machine and cannot be told otherwise.
"""

import os
import random
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Self

DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
SOCKET_FOLDER = Path("/run/pcscd")  # built into pcscd
SOCKET_PATH_MAX = 107
PORTS = range(21000, 31000)  # below those that the kernel hands out
_STARTS_WITHIN_S = 10.0
_STOPS_WITHIN_S = 3.0
_TRIES = 5

# The shell ends the service when its input ends, so nothing is left however this process ends; the service ends when
# the shell does.
_SCRIPT = """
mount --bind "$1" /run/pcscd || exit 1
setpriv --pdeathsig KILL pcscd --foreground --force-reader-polling --config "$1/reader.conf" </dev/null &
read -r _
kill $!
wait
"""
_SEARCHED = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
_UNSHARE = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--map-root-user", "--mount")


class PcscdFailed(Exception):
    """It did not come up; the words are its own."""


@dataclass(frozen=True, slots=True)
class VirtualReader:
    """A card is in the reader as long as somebody is connected to `port` on 127.0.0.1."""

    name: str
    port: int


def is_possible() -> str | None:
    """Why no private service can run here, in one sentence; `None` when it can."""
    for program, package in (("pcscd", "pcscd"), ("unshare", "util-linux"), ("setpriv", "util-linux")):
        if shutil.which(program, path=_SEARCHED) is None:
            return f"{program} is missing: install Debian's {package}."
    if not DRIVER.exists():
        return f"{DRIVER} is missing: install Debian's vsmartcard-vpcd."
    if not SOCKET_FOLDER.is_dir():
        return f"{SOCKET_FOLDER} is missing: make that directory."
    tried = subprocess.run([*_UNSHARE, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        return f"This user may not make a mount namespace: {tried.stderr.strip()}"
    return None


class PrivatePcscd:
    """Keeps its socket and files in `directory` (an absolute path of at most 96 bytes, made when missing).

    The readers' names and ports stay the same over `restart`, and so does the socket's path. Not for two threads at
    once. Also a context manager: started inside, stopped after.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._socket = directory / "pcscd.comm"
        if len(os.fsencode(self._socket)) > SOCKET_PATH_MAX:
            raise ValueError(f"too long for a socket's path: {self._socket}")
        self._process: subprocess.Popen[bytes] | None = None
        self._plugged = True
        self.readers: tuple[VirtualReader, ...] = ()

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs in its environment before its first PC/SC call."""
        return {"PCSCLITE_CSOCK_NAME": str(self._socket)}

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Returns once clients are answered. Does nothing when it runs. Raises `PcscdFailed`."""
        if self.running:
            return
        self._directory.mkdir(parents=True, exist_ok=True)
        if self.readers:
            self._start()
            return
        for port in islice(_free_pairs(), _TRIES):
            self.readers = tuple(VirtualReader(f"Virtual PCD 00 0{slot}", port + slot) for slot in (0, 1))
            with suppress(PcscdFailed):  # somebody else took a port meanwhile
                self._start()
                return
        self.readers = ()
        raise PcscdFailed(self._said() or is_possible() or "no free ports")

    def stop(self) -> None:
        """Cards lose their connection, clients their service. Does nothing when it does not run."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(_STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def set_readers(self, *, plugged: bool) -> None:
        """Plug both readers in or out, as far as it runs: vpcd's leave a service only with a new start of it."""
        changed, self._plugged = plugged != self._plugged, plugged
        if changed and self.running:
            self.restart()

    def _start(self) -> None:
        self._write_configuration()
        for left_over in (self._socket, self._directory / "pcscd.pid"):
            left_over.unlink(missing_ok=True)
        with (self._directory / "pcscd.log").open("wb") as log:
            self._process = subprocess.Popen(
                [*_UNSHARE, "sh", "-c", _SCRIPT, "sh", str(self._directory)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=os.environ | {"PATH": _SEARCHED},
                start_new_session=True,
            )
        deadline = time.monotonic() + _STARTS_WITHIN_S
        while not self._answers():
            if not self.running or time.monotonic() > deadline:
                self.stop()
                raise PcscdFailed(self._said())
            time.sleep(0.01)
        if "ailed" in self._said():  # it runs, without a reader
            self.stop()
            raise PcscdFailed(self._said())

    def _answers(self) -> bool:
        """The service makes its socket after its readers."""
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(str(self._socket)) == 0

    def _said(self) -> str:
        log = self._directory / "pcscd.log"
        return log.read_text(errors="replace")[-2000:].strip() if log.exists() else ""

    def _write_configuration(self) -> None:
        port = self.readers[0].port
        (self._directory / "reader.conf").write_text(
            f'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:{port:#06x}\nLIBPATH {DRIVER}\nCHANNELID {port:#06x}\n'
            if self._plugged
            else ""
        )


def _free_pairs() -> Iterator[int]:
    """First ports of pairs that nobody listens on, in no order."""
    for port in random.SystemRandom().sample(PORTS[::2], len(PORTS) // 2):
        try:
            with socket.create_server(("", port)), socket.create_server(("", port + 1)):
                pass
        except OSError:
            continue
        yield port
