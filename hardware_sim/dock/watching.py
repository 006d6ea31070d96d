"""Keeps what the page shows of the devices up to date: as the simulator knows them, and as the technician is told."""

import threading
import time
from collections.abc import Callable
from typing import Any

from hardware_sim.control import NotRunning, Refused, Simulation
from hardware_sim.dock.standing import Standing
from hardware_sim.faults import TERMINAL, listed
from hardware_sim.scenario.world import World, WorldFailed

LOOK_EVERY_S = 0.25
ASK_TERMINAL_EVERY_S = 1.0
WIRES_WITHIN_S = 1.0
NOT_SHOWN = ("clock", "pid", "run_dir", "seed")


class Watching:
    """From `start` until `stop`; `lost` hears why, when the world has ended. Any thread may call."""

    def __init__(self, world: World, standing: Standing, lost: Callable[[str], None]) -> None:
        self._world = world
        self._sim: Simulation = world.sim
        self._standing = standing
        self._lost = lost
        self._stopping = threading.Event()
        self._look_now = threading.Event()
        self._came_out: dict[str, Any] = {}
        self._threads = [
            threading.Thread(target=target, name=f"dock, {name}")
            for name, target in (("devices", self._watch), ("wires", self._follow))
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._look_now.set()
        for thread in self._threads:
            thread.join()

    def look_now(self) -> None:
        """Something was done."""
        self._look_now.set()

    def _watch(self) -> None:
        ask_terminal_s = 0.0
        try:
            while not self._stopping.is_set():
                self._look_now.clear()
                self._look_at_devices()
                if time.monotonic() >= ask_terminal_s:
                    self._ask_terminal()
                    ask_terminal_s = time.monotonic() + ASK_TERMINAL_EVERY_S
                self._look_now.wait(LOOK_EVERY_S)
        except (NotRunning, WorldFailed) as trouble:
            self._lost(str(trouble))

    def _look_at_devices(self) -> None:
        status = {name: value for name, value in self._sim.status().items() if name not in NOT_SHOWN}
        given = {name: values for device in status.values() for name, values in device["faults"].items()}
        faults = [
            {**kind, "set": kind["name"] in given, "given": given.get(kind["name"])}
            for kind in listed()
            if kind["device"] in status and kind["device"] != TERMINAL
        ]
        self._standing.change(devices=status, faults=faults)
        self._take_up("receipts", "receipts", status["receipt_printer"])
        if "page_printer" in status:
            self._take_up("sheets", "pages printed", status["page_printer"])

    def _take_up(self, name: str, act: str, printer: dict[str, Any]) -> None:
        """What came out of a printer, when something has happened to it."""
        if self._came_out.get(name) != printer:
            try:
                self._standing.change(**{name: self._sim.ask(act)})
            except Refused:
                return
            self._came_out[name] = printer

    def _ask_terminal(self) -> None:
        self._standing.change_within("terminal", devices=self._world.devices())

    def _follow(self) -> None:
        last = 0
        try:
            while not self._stopping.is_set():
                for entry in self._sim.ask("wires", after=last, within_s=WIRES_WITHIN_S):
                    last = entry["number"]
                    self._standing.wire(entry)
        except NotRunning as trouble:
            self._lost(str(trouble))
