"""`kiosk-sim dock`: bring a whole terminal up and serve its page until Ctrl+C. Exit codes: 0 ended, 1 it broke, 2 it
could not be."""

import argparse
import contextlib
import shutil
import signal
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path

ENDED_BY = (signal.SIGTERM, signal.SIGINT)
OPTIONAL_DEVICES = ("--papers", "--smart-cards")


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    help_text = "a whole terminal and its devices on a page of the web, to see and to touch"
    dock = commands.add_parser("dock", help=help_text, description=help_text)
    dock.add_argument("--port", type=int, default=0, metavar="N", help="of 127.0.0.1 (default: any that is free)")
    dock.add_argument("--landscape", action="store_true", help="with a screen that lies")
    dock.add_argument("--open", action="store_true", help="in this machine's browser")
    dock.add_argument("--out", type=Path, metavar="DIR", help="keep there what terminal, gateway and devices leave")
    dock.add_argument("--seed", type=int, default=1, metavar="N", help="what chance and strangers are made from")
    dock.set_defaults(command=run)


def run(chosen: argparse.Namespace) -> int:
    from hardware_sim.scenario.world import WorldFailed

    for number in ENDED_BY:
        signal.signal(number, _end)
    over = threading.Event()
    troubles: list[str] = []

    def lost(why: str) -> None:
        troubles.append(why)
        over.set()

    try:
        with _directory(chosen.out) as directory, docked(chosen, directory, lost) as address:
            print(f"\r\033[K{address}\nCtrl+C ends it" if sys.stdout.isatty() else address, flush=True)
            if chosen.open:
                webbrowser.open(address)
            over.wait()
    except KeyboardInterrupt:
        print("\nended", flush=True)
        return 0
    except (WorldFailed, OSError, OverflowError) as trouble:
        print(f"kiosk-sim: {trouble}", file=sys.stderr)
        return 2
    print(f"kiosk-sim: {troubles[0]}", file=sys.stderr)
    return 1


@contextlib.contextmanager
def docked(chosen: argparse.Namespace, directory: Path, lost: Callable[[str], None]) -> Iterator[str]:
    """A whole terminal and its page while in it; gives the address. Raises WorldFailed, or OSError for the port."""
    from hardware_sim.dock import belongings
    from hardware_sim.dock.glass import NOBODY_SEES, Glass
    from hardware_sim.dock.player import Player
    from hardware_sim.dock.server import Behind, serving
    from hardware_sim.dock.standing import Standing
    from hardware_sim.dock.watching import Watching
    from hardware_sim.scenario.world import World

    width, height = (1920, 1080) if chosen.landscape else (1080, 1920)
    devices = ["--seed", str(chosen.seed), *_possible_devices()]
    world = World(directory / "house", landscape=chosen.landscape, devices=devices, pace=True, begins=_begins)
    with world, contextlib.ExitStack() as stack:
        _begins("terminal")
        world.start_terminal()
        standing = Standing(
            orientation="landscape" if chosen.landscape else "portrait",
            screen={"width": width, "height": height},
            devices={},
            terminal={**NOBODY_SEES, "devices": {}},
            people=belongings.people(chosen.seed),
            faults=[],
            receipts=[],
            sheets=[],
            running=None,
        )

        def told(progress: dict[str, object]) -> None:
            goes_on = progress["outcome"] in ("running", "done")
            standing.change(running=progress if goes_on else None)
            standing.tell("scenario", progress)

        player = Player(world, directory, told, landscape=chosen.landscape, devices=devices)
        standing.change(scenarios=player.listed())
        watching, glass = Watching(world, standing, lost), Glass(world.automation, standing)
        watching.start()
        stack.callback(watching.stop)
        glass.start()
        stack.callback(glass.stop)
        stack.callback(player.stop)
        behind = Behind(standing, glass, player, world.sim, watching.look_now)
        with serving(behind, port=chosen.port) as address:
            yield address


def _end(*_: object) -> None:
    """Once: the end itself is not to be broken off."""
    for number in ENDED_BY:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _possible_devices() -> list[str]:
    """A smart card reader where this computer lets a service of its own run."""
    from hardware_sim.pcscd import is_possible

    why_not = is_possible()
    if why_not is not None:
        print(f"without a smart card reader: {why_not}", flush=True)
    return [word for word in OPTIONAL_DEVICES if word != "--smart-cards" or why_not is None]


def _begins(what: str) -> None:
    print(f"{what} ... ", end="" if sys.stdout.isatty() else "\n", flush=True)


@contextlib.contextmanager
def _directory(out: Path | None) -> Iterator[Path]:
    """`out`, without what an earlier dock left there, or one that is gone in the end."""
    if out is None:
        with tempfile.TemporaryDirectory(prefix="hall-dock-") as directory:
            yield Path(directory)
    else:
        shutil.rmtree(out / "house", ignore_errors=True)
        yield out.resolve()
