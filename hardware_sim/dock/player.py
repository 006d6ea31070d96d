"""Plays the scenarios that ship on the dock's own terminal, so that one can watch, and stops them at any time.

What the terminal says depends on the devices that it has, so each scenario is played on one that has those it wants.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from hardware_sim.control import NotRunning, Refused, known
from hardware_sim.scenario.command import SHIPPED, scenario_files
from hardware_sim.scenario.performing import Performance, Stopped, Watcher, make_as_new
from hardware_sim.scenario.reading import Scenario, Step, read_scenario
from hardware_sim.scenario.report import StepResult
from hardware_sim.scenario.world import World, WorldFailed

Told = Callable[[dict[str, Any]], None]


class Player:
    """One scenario at a time. `told` hears of each step as it begins and ends, and how the scenario ended: `passed`,
    `failed` or `stopped`. Any thread may call."""

    def __init__(self, world: World, out: Path, told: Told, *, landscape: bool, devices: Sequence[str]) -> None:
        self._world = world
        self._out = out
        self._told = told
        self._scenarios = {path.stem: read_scenario(path) for path in scenario_files([SHIPPED])}
        self._landscape = landscape
        self._devices = devices
        self._one_at_a_time = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def listed(self) -> list[dict[str, Any]]:
        return [
            {
                "name": name,
                "title": one.title,
                "about": one.about,
                "faults": list(one.faults),
                "steps": len(one.steps),
                "why_not": self._why_not(one),
            }
            for name, one in self._scenarios.items()
        ]

    def run(self, name: str) -> None:
        """Returns when it has begun. Raises `Refused`."""
        scenario = self._scenarios[known(name, self._scenarios, "scenario")]
        if why_not := self._why_not(scenario):
            raise Refused(f"{name} cannot be played here: {why_not}")
        with self._one_at_a_time:
            self._refuse_while_one_runs()
            self._stopping.clear()
            self._thread = threading.Thread(target=self._play, args=(scenario,), name="dock, scenario")
            self._thread.start()

    def stop(self) -> None:
        """Returns when the terminal can be used again. Nothing when none runs."""
        self._stopping.set()
        if (thread := self._thread) is not None:
            thread.join()

    def restart(self) -> None:
        """A fresh terminal, its devices as new. Raises `Refused`."""
        with self._one_at_a_time:
            self._refuse_while_one_runs()
            self._begin_anew()

    def _refuse_while_one_runs(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            raise Refused("a scenario is being played; stop it first")

    def _why_not(self, scenario: Scenario) -> str | None:
        if scenario.landscape != self._landscape:
            return "it wants a screen that lies" if scenario.landscape else "it wants a screen that stands"
        if scenario.clock != "real":
            return "it moves the clock by hand"
        wanted = {"--smart-cards": scenario.smart_cards, "--papers": scenario.papers}
        missing = [word for word, is_wanted in wanted.items() if is_wanted and word not in self._devices]
        return f"it wants {' and '.join(missing)}" if missing else None

    def _play(self, scenario: Scenario) -> None:
        at = 0

        def tell(says: str, outcome: str) -> None:
            self._told(
                {
                    "name": scenario.path.stem,
                    "title": scenario.title,
                    "step": at,
                    "steps": len(scenario.steps),
                    "says": says,
                    "outcome": outcome,
                }
            )

        def begins(step: Step) -> None:
            nonlocal at
            at += 1
            tell(step.text, "running")

        def ended(result: StepResult) -> None:
            if not result.why:
                tell(result.step.text, "done")

        def may_go_on() -> None:
            if self._stopping.is_set():
                raise Stopped

        tell(scenario.title, "running")
        without = _not_wanted(scenario)
        try:
            if without:
                self._world.end_terminal()  # the one that is made ready is told of less
                self._world.without = without
            result = Performance(scenario, self._world, self._out, Watcher(begins, ended, may_go_on)).result()
        except Stopped:
            says, outcome = "stopped", "stopped"
        except WorldFailed as failure:
            says, outcome = str(failure), "failed"
        else:
            says, outcome = result.why, "passed" if result.passed else "failed"
        self._world.may_go_on, self._world.without = lambda: None, []
        if without or outcome != "passed":
            with suppress(WorldFailed, NotRunning):  # whoever watches the world hears of it too
                self._begin_anew()
        tell(says, outcome)

    def _begin_anew(self) -> None:
        make_as_new(self._world)
        self._world.start_terminal()


def _not_wanted(scenario: Scenario) -> list[str]:
    """Devices by their names in the status."""
    return [
        *([] if scenario.smart_cards else ["smart_card_reader"]),
        *([] if scenario.papers else ["document_scanner", "page_printer"]),
    ]
