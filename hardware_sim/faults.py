"""Every fault that a simulated device can be given: its name, whose it is, its parameters, and what it means.

A device with faults has `set_fault(name, **parameters)`, `clear_fault(name | None)` and `faults()`; it is given
`on` beside the parameters of the fault when the fault is armed for its next job, read or code.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from hardware_sim.control import Refused, known
from hardware_sim.devices.scan_engine_machine import HOSTILE

Value = int | float | str
NOW = "now"


class FaultyDevice(Protocol):
    """A device whose faults can be set by name. The names are whole: `printer.cutter`."""

    def set_fault(self, name: str, **parameters: Value) -> None: ...

    def clear_fault(self, name: str | None) -> None:
        """`None`: every fault of the device."""
        ...

    def faults(self) -> dict[str, dict[str, Value]]:
        """Those that are set, with their parameters."""
        ...


class FaultBook:
    """The faults of one device: those that are so, and those that wait for their moment.

    One that was armed spoils one job, read or code, and is over with it, unless it stays: what has happened to a thing
    is so until it is cleared or mended.
    """

    def __init__(self) -> None:
        self._now: dict[str, dict[str, Value]] = {}
        self._armed: dict[str, dict[str, Value]] = {}

    def set(self, name: str, *, on: str = NOW, **parameters: Value) -> None:
        if on == NOW:
            self._now[name] = parameters
        else:
            self._armed[name] = parameters | {"on": on}

    def clear(self, name: str | None) -> list[str]:
        """The names of those that were so, or were to be."""
        cleared = [one for one in {**self._now, **self._armed} if name in (None, one)]
        for one in cleared:
            self._now.pop(one, None)
            self._armed.pop(one, None)
        return cleared

    def begin(self, *names: str) -> list[str]:
        """The moment has come for those of these that wait for it; which they were."""
        begun = [name for name in names if name in self._armed]
        for name in begun:
            self._now[name] = {key: value for key, value in self._armed.pop(name).items() if key != "on"}
        return begun

    def end(self, begun: Iterable[str]) -> list[str]:
        """The job, read or code of these is over; which of them were over with it."""
        over = [name for name in begun if name in self._now and not FAULTS[name].stays]
        for name in over:
            del self._now[name]
        return over

    def __contains__(self, name: object) -> bool:
        return name in self._now

    def amount(self, name: str, parameter: str) -> float:
        """Of a fault that is so."""
        return float(self._now[name][parameter])

    def listed(self) -> dict[str, dict[str, Value]]:
        return {name: dict(parameters) for name, parameters in {**self._armed, **self._now}.items()}


@dataclass(frozen=True, slots=True)
class Parameter:
    """`choices` is empty for an amount from `least` to `most`."""

    name: str
    default: Value
    unit: str
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 1_000_000_000

    def parse(self, value: object) -> Value:
        """From a word or a number of JSON. Raises `Refused`."""
        if self.choices:
            return known(str(value), self.choices, self.name)
        whole = isinstance(self.default, int)
        try:
            amount = float(str(value))
        except ValueError:
            amount = math.nan
        if isinstance(value, bool) or not self.least <= amount <= self.most or (whole and amount != int(amount)):
            kind = "whole number" if whole else "number"
            raise Refused(
                f"{self.name}: {value!s:.40} is no {kind} of {self.unit}; it goes from {self.least} to {self.most}"
            )
        return int(amount) if whole else amount


@dataclass(frozen=True, slots=True)
class FaultKind:
    """`device` as in the status. `on`: the moments for which it can be armed, the first being the default. `stays`:
    armed too it is so until it is cleared or mended."""

    name: str
    device: str
    meaning: str
    parameters: tuple[Parameter, ...] = ()
    on: tuple[str, ...] = (NOW,)
    stays: bool = False

    def parse(self, given: Mapping[str, object], on: str | None = None) -> dict[str, Value]:
        """All parameters with their values, and `on` where the fault can be armed. Raises `Refused`."""
        by_name = {parameter.name: parameter for parameter in self.parameters}
        if given and not by_name:
            raise Refused(f"{self.name} takes no parameters")
        for name in given:
            known(name, by_name, f"parameter of {self.name}")
        values = {name: one.parse(given.get(name, one.default)) for name, one in by_name.items()}
        moment = known(on or self.on[0], self.on, f"moment for {self.name}")
        return values if moment == NOW else values | {"on": moment}


BAUD = Parameter("baud", 1200, "baud", least=50, most=230_400)
FOR_S = Parameter("for_s", 0.0, "seconds, 0: until cleared")
AFTER_SHEETS = Parameter("after_sheets", 0, "sheets", most=1000)
NOISE_BYTES = Parameter("bytes", 8, "bytes", most=65_536)
JOB, READ, CODE, SCAN = (NOW, "next-job"), (NOW, "next-read"), (NOW, "next-code"), (NOW, "next-scan")
PRINTER, READER, SMART_CARDS = "receipt_printer", "identity_card_reader", "smart_card_reader"
CODES, CAMERA, TERMINAL = "code_reader", "document_camera", "terminal"
SHEETS, PAGES = "document_scanner", "page_printer"
PAPERS = (SHEETS, PAGES)  # there only when they were asked for

FAULTS: dict[str, FaultKind] = {
    kind.name: kind
    for kind in (
        FaultKind(
            "printer.jam-after-cut",
            PRINTER,
            "The next cut leaves its piece stuck: the paper jams.",
            (),
            JOB,
            stays=True,
        ),
        FaultKind(
            "printer.paper-near-end", PRINTER, "The roll is nearly used up; it still prints.", (), JOB, stays=True
        ),
        FaultKind(
            "printer.paper-out",
            PRINTER,
            "The roll ends after so much more paper, in the middle of a job too.",
            (Parameter("after_mm", 0.0, "mm"),),
            JOB,
            stays=True,
        ),
        FaultKind("printer.cover", PRINTER, "Somebody has opened the cover.", (), JOB, stays=True),
        FaultKind(
            "printer.cutter",
            PRINTER,
            "The cutter does not come back; nothing prints until it is cleared.",
            (),
            JOB,
            stays=True,
        ),
        FaultKind(
            "printer.head-hot",
            PRINTER,
            "The head is too hot and prints nothing until it has cooled.",
            (),
            JOB,
            stays=True,
        ),
        FaultKind("printer.no-answer", PRINTER, "It prints and answers nothing.", (), JOB),
        FaultKind("printer.half-answer", PRINTER, "Of each answer only the first half comes.", (), JOB),
        FaultKind("printer.noise", PRINTER, "Bytes that mean nothing come with each answer.", (NOISE_BYTES,), JOB),
        FaultKind("printer.slow", PRINTER, "The line takes bytes no faster than this.", (BAUD,), JOB),
        FaultKind("printer.unplugged", PRINTER, "The plug is out.", (FOR_S,), JOB, stays=True),
        FaultKind("reader.no-answer", READER, "It answers nothing.", (), READ),
        FaultKind("reader.half-frame", READER, "Of each answer only two thirds come.", (), READ),
        FaultKind("reader.wrong-checksum", READER, "The checksum of each answer is wrong.", (), READ),
        FaultKind("reader.noise", READER, "Bytes that mean nothing come before each answer.", (NOISE_BYTES,), READ),
        FaultKind("reader.slow", READER, "Each byte takes as long as at this baud.", (BAUD,), READ),
        FaultKind(
            "reader.late", READER, "Each answer comes so much later.", (Parameter("by_s", 2.6, "seconds"),), READ
        ),
        FaultKind("reader.self-test", READER, "The security module says that its self-test failed.", (), READ),
        FaultKind("reader.unplugged", READER, "The plug is out.", (FOR_S,), READ, stays=True),
        FaultKind(
            "card.pulled",
            READER,
            "The card leaves the field when so many bytes of the answer to a read have gone over the wire.",
            (Parameter("after_bytes", 600, "bytes"),),
            READ,
        ),
        FaultKind("card.two", READER, "Two cards lie on the reader: neither can be selected.", (), READ, stays=True),
        FaultKind("card.wrong", READER, "It is a card of another kind, which this reader does not read.", (), READ),
        FaultKind("card.not-genuine", READER, "Card and security module do not authenticate one another.", (), READ),
        FaultKind("card.torn", READER, "A part of the chip's text cannot be understood.", (), READ),
        FaultKind(
            "smartcard.pulled",
            SMART_CARDS,
            "The card is pulled out when so many commands have been answered.",
            (Parameter("after_apdus", 3, "commands"),),
            READ,
            stays=True,
        ),
        FaultKind("smartcard.mute", SMART_CARDS, "The card answers nothing.", (), READ),
        FaultKind("smartcard.unplugged", SMART_CARDS, "The reader is gone.", (FOR_S,), READ, stays=True),
        FaultKind("smartcard.service-restart", SMART_CARDS, "The smart card service ends and starts again.", (), READ),
        FaultKind("smartcard.service-down", SMART_CARDS, "The smart card service does not run.", (), READ, stays=True),
        FaultKind("scanner.double-fire", CODES, "Each code comes twice.", (), CODE),
        FaultKind("scanner.no-answer", CODES, "It answers nothing and reads nothing.", (), CODE),
        FaultKind("scanner.half-code", CODES, "Of each code only the first half comes, without its end.", (), CODE),
        FaultKind("scanner.noise", CODES, "Bytes that mean nothing come before each code.", (NOISE_BYTES,), CODE),
        FaultKind(
            "scanner.hostile",
            CODES,
            "In place of each code comes one that was made to do harm.",
            (Parameter("kind", "control", "", tuple(HOSTILE)),),
            CODE,
        ),
        FaultKind("scanner.slow", CODES, "Each byte takes as long as at this baud.", (BAUD,), CODE),
        FaultKind("scanner.unplugged", CODES, "The plug is out.", (FOR_S,), CODE, stays=True),
        FaultKind("camera.stale", CAMERA, "The picture stands still: no new frame comes."),
        FaultKind("camera.glare", CAMERA, "A lamp is reflected in the page and hides a part of it."),
        FaultKind("camera.dark", CAMERA, "There is too little light."),
        FaultKind("camera.blurred", CAMERA, "The lens is out of focus."),
        FaultKind("camera.unplugged", CAMERA, "The plug is out.", (FOR_S,)),
        FaultKind(
            "sheets.jam",
            SHEETS,
            "In the feeder the sheet after so many of a scan gets stuck; it stays there until it is cleared or taken.",
            (Parameter("after_sheets", 0, "sheets", most=50),),
            SCAN,
            stays=True,
        ),
        FaultKind("sheets.cover", SHEETS, "The cover is open.", (), SCAN, stays=True),
        FaultKind("sheets.busy", SHEETS, "Another program uses it.", (), SCAN),
        FaultKind("sheets.io-error", SHEETS, "Each page breaks off in its middle with an error.", (), SCAN),
        FaultKind("sheets.no-memory", SHEETS, "It has no memory for a page.", (), SCAN),
        FaultKind("sheets.denied", SHEETS, "It lets nobody use it.", (), SCAN),
        FaultKind("sheets.no-answer", SHEETS, "It answers nothing.", (), SCAN),
        FaultKind(
            "sheets.slow", SHEETS, "A page takes so long.", (Parameter("page_s", 20.0, "seconds", most=3600),), SCAN
        ),
        FaultKind(
            "sheets.unplugged",
            SHEETS,
            "The plug is out; armed it is pulled in the middle of a page.",
            (FOR_S,),
            SCAN,
            stays=True,
        ),
        FaultKind("pages.jam", PAGES, "After so many sheets the next one is stuck.", (AFTER_SHEETS,), JOB, stays=True),
        FaultKind("pages.paper-out", PAGES, "So many sheets are left in the tray.", (AFTER_SHEETS,), JOB, stays=True),
        FaultKind("pages.paper-low", PAGES, "Few sheets are left; it still prints.", (), JOB, stays=True),
        FaultKind("pages.toner-low", PAGES, "Little toner is left; it still prints.", (), JOB, stays=True),
        FaultKind("pages.toner-out", PAGES, "No toner is left.", (), JOB, stays=True),
        FaultKind("pages.cover", PAGES, "Somebody has opened the cover.", (), JOB, stays=True),
        FaultKind("pages.tray-full", PAGES, "No room is left where sheets come out.", (), JOB, stays=True),
        FaultKind("pages.paused", PAGES, "Somebody has paused it at its panel.", (), JOB, stays=True),
        FaultKind("pages.busy", PAGES, "It is at somebody else's job, and that does not end."),
        FaultKind("pages.never-prints", PAGES, "It takes a job, prints nothing and does not say why.", (), JOB),
        FaultKind("pages.aborts", PAGES, "After so many sheets it gives a job up.", (AFTER_SHEETS,), JOB),
        FaultKind("pages.refuses", PAGES, "It does not take what documents are written in.", (), JOB),
        FaultKind("pages.counts-nothing", PAGES, "It prints, and does not tell how many sheets came out.", (), JOB),
        FaultKind("pages.no-answer", PAGES, "It takes connections, and answers nothing.", (), JOB),
        FaultKind(
            "pages.slow", PAGES, "A sheet takes so long.", (Parameter("sheet_s", 20.0, "seconds", most=3600),), JOB
        ),
        FaultKind(
            "pages.unplugged",
            PAGES,
            "The network's plug is out; armed it is pulled when a job has begun. What it has is printed.",
            (FOR_S,),
            JOB,
            stays=True,
        ),
        FaultKind(
            "power.cut",
            TERMINAL,
            "The terminal loses its power at this step; a scenario carries it out by killing the terminal.",
            (Parameter("at", "after-seal", "", ("before-seal", "after-seal", "while-printing", "after-print")),),
        ),
    )
}


def fault_named(name: str) -> FaultKind:
    """Raises `Refused` with the nearest name that is known."""
    return FAULTS[known(name, FAULTS, "fault")]


def parse_words(words: list[str]) -> dict[str, object]:
    """`after_mm=30 for_s=2` as on a command line. Raises `Refused`."""
    parsed: dict[str, object] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise Refused(f"{word}: parameters are given as name=value")
        parsed[name] = value
    return parsed


def listed() -> list[dict[str, object]]:
    """The registry as JSON: for the control API, the command line and the documents."""
    return [
        {
            "name": kind.name,
            "device": kind.device,
            "meaning": kind.meaning,
            "on": list(kind.on),
            "stays": kind.stays,
            "parameters": [
                {"name": one.name, "default": one.default, "unit": one.unit, "choices": list(one.choices)}
                for one in kind.parameters
            ],
        }
        for kind in FAULTS.values()
    ]
