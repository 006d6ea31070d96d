"""One QEMU guest: boots, runs one program of `inside/` and powers off, or is killed when it does not."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from image import Image

# KVM is not used even where it opens: a kernel that boots under emulation boots everywhere.
QEMU = ("qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "2048", "-machine", "q35")
LOOK_EVERY_S = 0.2
FINDINGS = "findings.json"


class GuestTrouble(Exception):
    """The guest hung, or its program failed. The text names the console's log; `found` is what it had found by then."""

    def __init__(self, text: str, results: Path) -> None:
        super().__init__(text)
        self.found = findings(results) if (results / FINDINGS).exists() else {}


@dataclass(frozen=True, slots=True)
class Ran:
    """A guest that is over. `killed`: by us, because the condition for it was met."""

    seconds: float
    killed: bool


def run_guest(
    image: Image,
    *,
    name: str,
    project: Path,
    results: Path,
    program: Sequence[str],
    limit_s: float,
    disk: Path | None = None,
    plugged: Sequence[str] = (),
    kill_when: Callable[[], bool] | None = None,
) -> Ran:
    """Boot, run `program` (a name in `inside/` and its words) and wait for the power to go off.

    `results` is the guest's /results, written through at once. `disk` is its /dev/vdc. `plugged`: more words for QEMU,
    of devices. `kill_when` is looked at all the time; once true, QEMU gets SIGKILL: what the guest held in its memory
    is lost, what it had written to `disk` is not.
    Raises GuestTrouble after `limit_s`, or when the program failed.
    """
    console = results / f"console-{name}.log"
    disks = [image.root, project] if disk is None else [image.root, project, disk]
    command = [
        *QEMU, "-nodefaults", "-display", "none", "-no-reboot", "-serial", f"file:{console}",
        "-kernel", str(image.kernel), "-initrd", str(image.initrd),
        "-append", f"console=ttyS0 loglevel=1 panic=-1 -- {' '.join(program)}",
        "-device", "virtio-rng-pci",
        "-virtfs", f"local,path={results},mount_tag=results,security_model=none", *plugged,
    ]  # fmt: skip
    for place, path in enumerate(disks):
        read_only = "off" if path is disk else "on"
        command += ["-drive", f"file={path},format=raw,if=virtio,index={place},readonly={read_only}"]
    started_s = time.monotonic()
    with (results / f"qemu-{name}.log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
    try:
        killed = _wait(process, kill_when, deadline_s=started_s + limit_s)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
    seconds = time.monotonic() - started_s
    if killed is None:
        raise GuestTrouble(f"{program[0]} hung: killed after {limit_s:.0f} s, see {console}", results)
    said = console.read_text("utf-8", errors="replace") if console.exists() else ""
    if not killed and f"guest: {program[0]} ended with 0" not in said:
        raise GuestTrouble(f"{program[0]} failed, see {console}:\n{said[-2000:]}", results)
    return Ran(seconds, killed)


def fresh(directory: Path) -> Path:
    """The directory, empty."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory


def findings(results: Path) -> dict[str, object]:
    """What the program inside wrote at its end."""
    found: dict[str, object] = json.loads((results / FINDINGS).read_text("utf-8"))
    return found


def _wait(process: subprocess.Popen[bytes], kill_when: Callable[[], bool] | None, *, deadline_s: float) -> bool | None:
    """Whether it was killed for the condition; None when the time ran out."""
    while time.monotonic() < deadline_s:
        try:
            process.wait(LOOK_EVERY_S)
        except subprocess.TimeoutExpired:
            if kill_when is not None and kill_when():
                process.kill()
                return True
        else:
            return False
    return None
