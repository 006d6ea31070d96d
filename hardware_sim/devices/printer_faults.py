"""The faults a tester can give the receipt printer, and what each does to the mechanism. The names are the registry's.

A fault armed for the next job begins with the first thing of it that is printed or moved. What spoils answers ends with
the first that is given after the job's cut, with the end of the connection, or with the beginning of another job.
"""

from collections.abc import Callable
from dataclasses import dataclass

from hardware_sim.devices.printer_machine import PrinterMachine
from hardware_sim.faults import NOW, FaultBook, Value

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
        self._book = FaultBook()
        self._of_this_job: list[str] = []

    def set(self, name: str, parameters: Parameters) -> None:
        """Raises `KeyError` for a name that is no fault of a printer."""
        if name != UNPLUGGED and name not in EFFECTS:
            raise KeyError(name)
        given = {key: value for key, value in parameters.items() if key != "on"}
        self._book.set(name, on=str(parameters.get("on", NOW)), **given)
        if name in self._book:
            self._begin(name)

    def clear(self, name: str | None) -> None:
        were = [one for one in self._book.listed() if one in self._book]
        self._mend([one for one in self._book.clear(name) if one in were])

    def job_began(self) -> None:
        self.job_ended()
        self._of_this_job = self._book.begin(UNPLUGGED, *EFFECTS)
        for name in self._of_this_job:
            self._begin(name)

    def job_ended(self) -> None:
        self._mend(self._book.end(self._of_this_job))
        self._of_this_job = []

    def replugged(self) -> None:
        self._book.clear(UNPLUGGED)

    def listed(self) -> dict[str, Parameters]:
        """What has mended itself is no longer among them."""
        for name, effect in EFFECTS.items():
            if name in self._book and not effect.lasts(self._machine):
                self._book.clear(name)
        return self._book.listed()

    def _begin(self, name: str) -> None:
        given = self._book.listed()[name]
        if name == UNPLUGGED:
            self._unplug(float(given.get("for_s", 0.0)))
        else:
            EFFECTS[name].begin(self._machine, given)

    def _mend(self, names: list[str]) -> None:
        for name in names:
            if name == UNPLUGGED:
                self._plug()
            else:
                EFFECTS[name].end(self._machine)
