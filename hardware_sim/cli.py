"""`kiosk-sim`: the simulated devices from the command line. Exit codes: 0 done, 1 not running, 2 not understood."""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from hardware_sim import control
from hardware_sim.control import NotRunning, Refused, Simulation

Act = Callable[[Simulation, argparse.Namespace], Any]


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    run_dir: Path = (chosen.run_dir or control.default_run_dir()).absolute()
    try:
        if chosen.act is None:
            return _up(run_dir, chosen)
        answer = chosen.act(Simulation(run_dir), chosen)
    except Refused as refusal:
        print(f"kiosk-sim: {refusal}", file=sys.stderr)
        return 2
    except NotRunning as absence:
        print(f"kiosk-sim: {absence} (start one with: kiosk-sim up)", file=sys.stderr)
        return 1
    _show(answer, chosen)
    return 0


def _up(run_dir: Path, chosen: argparse.Namespace) -> int:
    with contextlib.suppress(NotRunning):
        control.connect(run_dir)
        print(f"kiosk-sim: a simulation already runs in {run_dir}", file=sys.stderr)
        return 1
    return _up_detached(run_dir, chosen) if chosen.detach else _up_here(run_dir, chosen)


def _up_here(run_dir: Path, chosen: argparse.Namespace) -> int:
    from hardware_sim.simulation import serving

    down = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: down.set())
    with serving(run_dir, pace=not chosen.no_pace, down=down) as simulation:
        _show(simulation.status(), chosen)
        sys.stdout.flush()
        if chosen.ready_fd is not None:
            os.write(chosen.ready_fd, b"ready\n")
            os.close(chosen.ready_fd)
        down.wait()
    return 0


def _up_detached(run_dir: Path, chosen: argparse.Namespace) -> int:
    """Start a process of its own and return when its devices answer."""
    run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    ready_read, ready_write = os.pipe()
    command = [sys.executable, "-m", "hardware_sim.cli", "up", "--run-dir", str(run_dir)]
    command += ["--ready-fd", str(ready_write)] + (["--no-pace"] if chosen.no_pace else [])
    with (run_dir / "simulation.log").open("wb") as log:
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
            print(f"kiosk-sim: it did not start; see {run_dir / 'simulation.log'}", file=sys.stderr)
            return 1
    _show(Simulation(run_dir).status(), chosen)
    return 0


def _import_path() -> str:
    """Where the child finds this package, whatever folder it starts in."""
    return os.pathsep.join(filter(None, [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]))


def _show(answer: Any, chosen: argparse.Namespace) -> None:
    if chosen.json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    elif answer is not None:
        print(chosen.show(answer))


def _status_text(status: dict[str, Any]) -> str:
    lines = [f"run directory         {status['run_dir']}"]
    for device in ("identity_card_reader", "document_camera", "receipt_printer"):
        words = {key: value for key, value in status[device].items() if key != "address"}
        state = ", ".join(f"{key.replace('_', ' ')} {_word(value)}" for key, value in words.items())
        lines.append(f"{device.replace('_', ' '):<21} {status[device]['address']}\n{'':<21} {state}")
    return "\n".join(lines)


def _word(value: object) -> str:
    match value:
        case True:
            return "yes"
        case False:
            return "no"
        case None | []:
            return "none"
        case list():
            return "+".join(map(str, value))
        case _:
            return str(value)


def _people_text(people: list[dict[str, Any]]) -> str:
    return "\n".join(f"{p['key']:<14} {p['layout']:<15} {p['number']:<19} {p['name']:<4} {p['note']}" for p in people)


def _receipts_text(slips: list[dict[str, Any]]) -> str:
    return "\n".join(f"── {s['number']:04d}, {s['ended_by']}, {s['picture_path']}\n{s['text']}" for s in slips)


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--run-dir", type=Path, metavar="DIR", help=f"default: {control.default_run_dir()}")
    common.add_argument("--json", action="store_true", help="answer in JSON")
    parser = argparse.ArgumentParser(prog="kiosk-sim", description="Simulated devices of a hall terminal.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(words: Any, name: str, help_text: str, act: Act | None, show: Callable[[Any], str] = str) -> Any:
        command = words.add_parser(name, parents=[common], help=help_text, description=help_text)
        command.set_defaults(act=act, show=show)
        return command

    def family(name: str, help_text: str) -> Any:
        return commands.add_parser(name, help=help_text, description=help_text).add_subparsers(
            required=True, metavar="ACTION"
        )

    up = add(commands, "up", "start all devices and print their addresses", None, _status_text)
    up.add_argument("--detach", action="store_true", help="return when the devices answer")
    up.add_argument("--no-pace", action="store_true", help="no wire, chip or paper takes its real time")
    up.add_argument("--ready-fd", type=int, help=argparse.SUPPRESS)
    add(commands, "down", "stop all devices", lambda sim, _: sim.down())
    add(commands, "status", "addresses and state of the devices", lambda sim, _: sim.status(), _status_text)
    add(commands, "people", "the cast whose cards can be inserted", lambda sim, _: sim.people(), _people_text)
    receipts = add(commands, "receipts", "what was printed", _receipts, _receipts_text)
    receipts.add_argument("--at-least", type=int, default=0, metavar="N", help="wait until so many lie in the tray")
    receipts.add_argument("--within", type=float, default=20.0, metavar="S", help="wait at most so many seconds")

    card = family("card", "cards on the identity card reader")
    insert = add(card, "insert", "lay somebody's card on the reader", _card_insert)
    insert.add_argument("name", help="of the cast, or a stranger such as resident:17")
    insert.add_argument("--for-bytes", type=int, metavar="N", help="pull it away after N bytes of a read")
    add(card, "lift", "take the card away", lambda sim, _: sim.card_lift())

    page = family("page", "pages under the document camera")
    put = add(page, "put", "lay a page down, or take it away (none)", _page_put)
    put.add_argument("name", help="household-front, household-member, recent-photo, blank-sheet, none")
    put.add_argument("--person", default="chen-guilan", help="whose page (default: %(default)s)")
    for trouble in ("dark", "blurred", "half"):
        put.add_argument(f"--{trouble}", dest="troubles", action="append_const", const=trouble)

    paper = family("paper", "paper and cover of the receipt printer")
    load = add(paper, "load", "put a roll in", lambda sim, chosen: sim.paper_load(chosen.mm))
    load.add_argument("--mm", type=float, help="only so much is left on the roll")
    add(paper, "remove", "take the roll out", lambda sim, _: sim.paper_remove())
    cover = add(paper, "cover", "open or close the cover", _paper_cover)
    cover.add_argument("position", choices=("open", "close"))
    add(paper, "jam", "jam the cutter", lambda sim, _: sim.paper_jam())
    add(paper, "clear", "clear the jam and close the cover", lambda sim, _: sim.paper_clear())

    printer = family("printer", "the receipt printer's wire")
    silent = add(printer, "silent", "print and answer nothing", lambda sim, c: sim.printer_silent(c.on == "on"))
    silent.add_argument("on", choices=("on", "off"))
    reader = family("reader", "the identity card reader's wire")
    fault = add(reader, "fault", "give the reader a fault, or none", lambda sim, c: sim.reader_fault(c.name))
    fault.add_argument("name", help="broken-checksum, short-frame, late-reply, noise-before, silent, ... or none")
    camera = family("camera", "the document camera's wire")
    for words, plug in (
        (printer, Simulation.printer_plug),
        (reader, Simulation.reader_plug),
        (camera, Simulation.camera_plug),
    ):
        add(words, "unplug", "pull the plug", partial(_plug, plug, plugged=False))
        add(words, "plug", "put the plug in", partial(_plug, plug, plugged=True))
    return parser


def _card_insert(simulation: Simulation, chosen: argparse.Namespace) -> None:
    simulation.card_insert(chosen.name, for_bytes=chosen.for_bytes)


def _page_put(simulation: Simulation, chosen: argparse.Namespace) -> None:
    simulation.page_put(chosen.name, person=chosen.person, troubles=tuple(chosen.troubles or ()))


def _plug(plug: Callable[..., None], simulation: Simulation, _: argparse.Namespace, *, plugged: bool) -> None:
    plug(simulation, plugged=plugged)


def _paper_cover(simulation: Simulation, chosen: argparse.Namespace) -> None:
    simulation.paper_cover(opened=chosen.position == "open")


def _receipts(simulation: Simulation, chosen: argparse.Namespace) -> Any:
    within_s = chosen.within if chosen.at_least else 0.0
    return simulation.ask("receipts", at_least=chosen.at_least, within_s=within_s)


if __name__ == "__main__":
    sys.exit(main())
