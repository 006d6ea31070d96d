"""`kiosk-sim`: simulated devices, a weak line and a city from the command line.

Exit codes: 0 done, 1 not running (or, for `up`, running already), 2 not understood.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from hardware_sim import control, printer_alone
from hardware_sim.commands.devices import add_devices
from hardware_sim.commands.wires import add_city, add_line
from hardware_sim.control import NotRunning, Part, Refused, Simulation, ask
from hardware_sim.dock import command as dock
from hardware_sim.scenario import command as scenarios

LAST_WORDS = 1000
STARTED_BY = {Part.SIMULATION: "kiosk-sim up", Part.LINE: "kiosk-sim line up", Part.CITY: "kiosk-sim city up"}


def main(arguments: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if arguments is None else arguments)
    if printer_alone.is_meant(words):
        return printer_alone.main(words[1:])
    chosen = _parser().parse_args(words)
    if "command" in chosen:
        performed: int = chosen.command(chosen)
        return performed
    run_dir: Path = (chosen.run_dir or control.default_run_dir()).absolute()
    try:
        if chosen.start is not None:
            return _up(run_dir, chosen, words)
        hand = Simulation(run_dir) if chosen.part is Part.SIMULATION else partial(ask, run_dir, chosen.part)
        answer = chosen.act(hand, chosen)
    except Refused as refusal:
        print(f"kiosk-sim: {refusal}", file=sys.stderr)
        return 2
    except NotRunning as absence:
        print(f"kiosk-sim: {absence} (start one with: {STARTED_BY[chosen.part]})", file=sys.stderr)
        return 1
    _show(answer, chosen)
    return 0


def _up(run_dir: Path, chosen: argparse.Namespace, words: list[str]) -> int:
    with contextlib.suppress(NotRunning):
        ask(run_dir, chosen.part, "status")
        print(f"kiosk-sim: a {chosen.part} already runs in {run_dir}", file=sys.stderr)
        return 1
    try:
        if chosen.detach and chosen.ready_fd is None:
            return _up_detached(run_dir, chosen, words)
        return _up_here(run_dir, chosen)
    except OSError as error:  # a port that is taken, a folder that cannot be
        print(f"kiosk-sim: {error}", file=sys.stderr)
        return 2


def _up_here(run_dir: Path, chosen: argparse.Namespace) -> int:
    down = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: down.set())
    with contextlib.ExitStack() as stack:
        stack.enter_context(chosen.start(run_dir, chosen, down))
        _show(ask(run_dir, chosen.part, "status"), chosen)
        sys.stdout.flush()
        if chosen.ready_fd is not None:
            os.write(chosen.ready_fd, b"ready\n")
            os.close(chosen.ready_fd)
        down.wait()
    return 0


def _up_detached(run_dir: Path, chosen: argparse.Namespace, words: list[str]) -> int:
    """Start a process of its own and return when it answers."""
    run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    ready_read, ready_write = os.pipe()
    command = [sys.executable, "-m", "hardware_sim.cli", *words, "--run-dir", str(run_dir)]
    command += ["--ready-fd", str(ready_write)]
    log_path = run_dir / f"{chosen.part}.log"
    with log_path.open("wb") as log:
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(ready_write,),
            start_new_session=True,
            env=os.environ | {"PYTHONPATH": _import_path()},
        )
    os.close(ready_write)
    with os.fdopen(ready_read, "rb") as ready:
        if not ready.readline():
            why = log_path.read_text("utf-8", "replace").strip()[-LAST_WORDS:]
            print(f"kiosk-sim: it did not start; see {log_path}\n{why}".rstrip(), file=sys.stderr)
            return 1
    _show(ask(run_dir, chosen.part, "status"), chosen)
    return 0


def _import_path() -> str:
    """Where the child finds this package, whatever folder it starts in."""
    return os.pathsep.join(filter(None, [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]))


def _show(answer: Any, chosen: argparse.Namespace) -> None:
    if chosen.json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    elif answer is not None:
        print(chosen.show(answer))


@cache  # programs that call `main` often do not wait for it each time
def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kiosk-sim", description="Simulated devices of a hall terminal, and its wire."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_devices(commands)
    add_line(commands)
    add_city(commands)
    scenarios.add_to(commands)
    dock.add_to(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
