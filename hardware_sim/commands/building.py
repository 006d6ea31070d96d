"""How the families of `kiosk-sim` are put together: a command knows what it asks, of which part, and how to show it."""

import argparse
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from hardware_sim import control
from hardware_sim.control import Part

Act = Callable[[Any, argparse.Namespace], Any]
Show = Callable[[Any], str]
Start = Callable[[Path, argparse.Namespace, threading.Event], AbstractContextManager[object]]


class Family:
    """The commands of one part, below `words`."""

    def __init__(self, words: Any, part: Part) -> None:
        self._words = words
        self._part = part

    def family(self, name: str, help_text: str) -> "Family":
        deeper = self._words.add_parser(name, help=help_text, description=help_text)
        return Family(deeper.add_subparsers(required=True, metavar="ACTION"), self._part)

    def add(
        self, name: str, help_text: str, act: Act | None, show: Show = str, **details: Any
    ) -> argparse.ArgumentParser:
        """`act` is given a `Simulation`, for other parts `ask`, and what was typed."""
        command: argparse.ArgumentParser = self._words.add_parser(
            name, parents=[_common()], help=help_text, description=help_text, **details
        )
        command.set_defaults(act=act, show=show, start=None, part=self._part)
        return command

    def add_up(self, help_text: str, start: Start, show: Show) -> argparse.ArgumentParser:
        up = self.add("up", help_text, None, show)
        up.set_defaults(start=start)
        up.add_argument("--detach", action="store_true", help="return when it answers")
        up.add_argument("--ready-fd", type=int, help=argparse.SUPPRESS)
        return up


def word(value: object) -> str:
    """A value of a status in words."""
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


def _common() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--run-dir", type=Path, metavar="DIR", help=f"default: {control.default_run_dir()}")
    common.add_argument("--json", action="store_true", help="answer in JSON")
    return common
