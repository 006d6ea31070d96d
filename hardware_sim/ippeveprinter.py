"""A page printer of one's own that others wrote: CUPS' ippeveprinter, at a loopback port that nobody else knows.

It wants D-Bus before it starts, to announce itself, and is given a private one on which nobody hears it: no avahi runs,
and the machine's own is left alone.
"""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

PROGRAMS = (("ippeveprinter", "cups-ipp-utils"), ("dbus-daemon", "dbus"), ("setpriv", "util-linux"))
SOCKET_PATH_MAX = 107
NAME, PATH = "Simulated A4 printer", "/ipp/print"
_STARTS_WITHIN_S = 10.0
_STOPS_WITHIN_S = 3.0
_TRIES = 5
_SEARCHED = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))

# The shell ends both when its input ends, so nothing is left however this process ends.
_SCRIPT = """
setpriv --pdeathsig KILL dbus-daemon --config-file="$1/bus.conf" --nofork --nopidfile --nosyslog </dev/null &
bus=$!
until [ -S "$1/bus" ] || ! kill -0 $bus 2>/dev/null; do sleep 0.01; done
DBUS_SYSTEM_BUS_ADDRESS="unix:path=$1/bus" setpriv --pdeathsig KILL \\
    ippeveprinter -p "$2" -n localhost -d "$1/spool" -r off -a "$1/printer.conf" -c "$1/job" "$3" </dev/null &
printer=$!
read -r _
kill -KILL $printer $bus
wait
"""
_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow receive_sender="*" eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
# ippeveprinter's own attributes are those of a printer for American paper.
_SIZE = "{ MEMBER integer x-dimension 21000 MEMBER integer y-dimension 29700 }"
_A4 = f"""{{ MEMBER collection media-size {_SIZE} MEMBER keyword media-size-name iso_a4_210x297mm
    MEMBER integer media-bottom-margin 420 MEMBER integer media-left-margin 420 MEMBER integer media-right-margin 420
    MEMBER integer media-top-margin 420 MEMBER keyword media-source main MEMBER keyword media-type stationery }}"""
_ATTRIBUTES = f"""
ATTR text printer-make-and-model "Simulated A4 printer"
ATTR text printer-device-id "MFG:Simulated;MDL:A4 printer;CMD:PDF;"
ATTR mimeMediaType document-format-supported application/pdf
ATTR mimeMediaType document-format-default application/pdf
ATTR boolean color-supported false
ATTR keyword print-color-mode-supported monochrome
ATTR keyword print-color-mode-default monochrome
ATTR keyword media-supported iso_a4_210x297mm
ATTR keyword media-ready iso_a4_210x297mm
ATTR keyword media-default iso_a4_210x297mm
ATTR collection media-size-supported {_SIZE}
ATTR collection media-col-database {_A4}
ATTR collection media-col-ready {_A4}
ATTR collection media-col-default {_A4}
ATTR keyword media-source-supported main
ATTR keyword media-type-supported stationery
ATTR keyword sides-supported one-sided
ATTR keyword sides-default one-sided
ATTR integer copies-default 1
ATTR rangeOfInteger copies-supported 1-1
ATTR integer pages-per-minute 20
ATTR resolution printer-resolution-default 600dpi
ATTR resolution printer-resolution-supported 600dpi
ATTR enum print-quality-default 4
ATTR enum print-quality-supported 4
ATTR keyword output-bin-default face-down
ATTR keyword output-bin-supported face-down
ATTR enum orientation-requested-default 3
ATTR enum orientation-requested-supported 3
"""


class IppEvePrinterFailed(OSError):
    """It did not come up; the words are its own."""


class PrivateIppEvePrinter:
    """Keeps its files in `directory` (an absolute path of at most 90 bytes, made when missing).

    `job`: a program that is given the path of each document, prints it and tells of it on its standard error
    (ippeveprinter(1)). `port` is known once it runs, and it answers there at loopback addresses alone. Also a context
    manager: started inside, stopped after.
    """

    def __init__(self, directory: Path, *, job: str) -> None:
        self._directory = directory
        self._job = job
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0
        if len(os.fsencode(directory / "bus")) > SOCKET_PATH_MAX:
            raise ValueError(f"too long for a socket's path: {directory / 'bus'}")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Returns once it answers. Raises `IppEvePrinterFailed`."""
        (self._directory / "spool").mkdir(parents=True, exist_ok=True)
        (self._directory / "bus.conf").write_text(_BUS.format(socket=self._directory / "bus"))
        (self._directory / "printer.conf").write_text(_ATTRIBUTES)
        (self._directory / "job").write_text(self._job)
        (self._directory / "job").chmod(0o700)
        for _ in range(_TRIES):  # somebody else may take a port meanwhile
            if self._started():
                return
        raise IppEvePrinterFailed(self._said() or "it does not answer")

    def stop(self) -> None:
        """Does nothing when it does not run."""
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

    def _started(self) -> bool:
        for program, package in PROGRAMS:
            if shutil.which(program, path=_SEARCHED) is None:
                raise IppEvePrinterFailed(f"{program} is missing: install Debian's {package}")
        (self._directory / "bus").unlink(missing_ok=True)
        self.port = _free_port()
        with (self._directory / "ippeveprinter.log").open("wb") as log:
            self._process = subprocess.Popen(
                ["sh", "-c", _SCRIPT, "sh", str(self._directory), str(self.port), NAME],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=os.environ
                | {
                    "PATH": _SEARCHED,
                    "HOME": str(self._directory),
                    "TMPDIR": str(self._directory),
                    "LC_ALL": "C.UTF-8",
                },
                start_new_session=True,
            )
        deadline = time.monotonic() + _STARTS_WITHIN_S
        while time.monotonic() < deadline and "rror:" not in self._said():
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", self.port)) == 0:
                    return True
            time.sleep(0.01)
        self.stop()
        return False

    def _said(self) -> str:
        log = self._directory / "ippeveprinter.log"
        return log.read_text(errors="replace")[-2000:].strip() if log.exists() else ""


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
