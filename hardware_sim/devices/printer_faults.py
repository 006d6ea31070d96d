"""The faults a tester can give the receipt printer, and what each does to the mechanism. The names are the registry's.

A fault armed for the next job begins with the first thing of it that is printed or moved.
"""

from collections.abc import Callable
from dataclasses import dataclass

from hardware_sim.devices.printer_machine import PrinterMachine

Value = int | float | str
Parameters = dict[str, Value]
NEARLY_EMPTY_MM = 1_000.0


@dataclass(frozen=True, slots=True)
class Effect:
    """`lasts`: whether the fault is still there; the mechanism may get over it, or somebody's hands mend it."""

    begin: Callable[[PrinterMachine, Parameters], None]
    end: Callable[[PrinterMachine], None]
    lasts: Callable[[PrinterMachine], bool]


def _set(name: str, on: int) -> Callable[[PrinterMachine], None]:
    return lambda machine: setattr(machine, name, on)


EFFECTS: dict[str, Effect] = {
    "printer.jam-after-cut": Effect(
        lambda machine, _: setattr(machine, "jams_after_cut", True),
        lambda machine: machine.free_piece(),
        lambda machine: machine.jams_after_cut or machine.mechanism.paper_jammed,
    ),
    "printer.paper-near-end": Effect(
        lambda machine, _: machine.load_paper(NEARLY_EMPTY_MM),
        lambda machine: machine.load_paper(),
        lambda machine: machine.mechanism.near_end,
    ),
    "printer.paper-out": Effect(
        lambda machine, given: machine.end_paper_after(float(given.get("after_mm", 0.0))),
        lambda machine: machine.load_paper(),
        lambda machine: machine.mechanism.near_end or machine.mechanism.paper_out,
    ),
    "printer.cover": Effect(
        lambda machine, _: machine.set_cover(opened=True),
        lambda machine: machine.set_cover(opened=False),
        lambda machine: machine.mechanism.cover_open,
    ),
    "printer.cutter": Effect(
        lambda machine, _: machine.set_jam(jammed=True),
        lambda machine: machine.set_jam(jammed=False),
        lambda machine: machine.mechanism.cutter_stuck,
    ),
    "printer.head-hot": Effect(
        lambda machine, _: machine.heat(hot=True),
        lambda machine: machine.heat(hot=False),
        lambda machine: machine.mechanism.head_hot,
    ),
    "printer.no-answer": Effect(
        lambda machine, _: setattr(machine, "silent", True), _set("silent", False), lambda machine: machine.silent
    ),
    "printer.half-answer": Effect(
        lambda machine, _: setattr(machine, "halved", True), _set("halved", False), lambda machine: machine.halved
    ),
    "printer.noise": Effect(
        lambda machine, given: setattr(machine, "noise_bytes", int(given.get("bytes", 8))),
        _set("noise_bytes", 0),
        lambda machine: machine.noise_bytes > 0,
    ),
    "printer.slow": Effect(
        lambda machine, given: setattr(machine, "baud", int(given.get("baud", 1200)) or 1200),
        _set("baud", 0),
        lambda machine: machine.baud > 0,
    ),
}
UNPLUGGED = "printer.unplugged"


class PrinterFaults:
    """Those that are set, and those that wait for a job. `unplug` is what the wire does for a number of seconds."""

    def __init__(self, machine: PrinterMachine, unplug: Callable[[float], None], plug: Callable[[], None]) -> None:
        self._machine = machine
        self._unplug, self._plug = unplug, plug
        self._set: dict[str, Parameters] = {}
        self._armed: dict[str, Parameters] = {}

    def set(self, name: str, parameters: Parameters) -> None:
        """Raises `KeyError` for a name that is no fault of a printer."""
        if name != UNPLUGGED and name not in EFFECTS:
            raise KeyError(name)
        if parameters.get("on", "now") != "now":
            self._armed[name] = parameters
        else:
            self._begin(name, parameters)

    def clear(self, name: str | None) -> None:
        for one in [name] if name is not None else [*self._armed, *self._set]:
            self._armed.pop(one, None)
            if self._set.pop(one, None) is None:
                continue
            if one == UNPLUGGED:
                self._plug()
            else:
                EFFECTS[one].end(self._machine)

    def job_began(self) -> None:
        armed, self._armed = self._armed, {}
        for name, parameters in armed.items():
            self._begin(name, {key: value for key, value in parameters.items() if key != "on"})

    def replugged(self) -> None:
        self._set.pop(UNPLUGGED, None)

    def listed(self) -> dict[str, Parameters]:
        """What has mended itself is no longer among them."""
        self._set = {
            name: given for name, given in self._set.items() if name == UNPLUGGED or EFFECTS[name].lasts(self._machine)
        }
        return {**self._set, **self._armed}

    def _begin(self, name: str, parameters: Parameters) -> None:
        self._set[name] = parameters
        if name == UNPLUGGED:
            self._unplug(float(parameters.get("for_s", 0.0)))
        else:
            EFFECTS[name].begin(self._machine, parameters)
