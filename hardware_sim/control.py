"""The control API's client: hands that insert cards, lay pages and load paper, from any process.

Wire: HTTP/1.1 with JSON on loopback; where it listens stands in the run directory (see `docs/simulator.md`).
"""

import difflib
import http.client
import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

ANSWER_WITHIN_S = 30.0
# As long as was asked for, or as what is to be done takes.
ANSWERED_WHENEVER = ("receipts", "pages printed", "clock advance", "wires", "down")


class Part(StrEnum):
    """What may run in a run directory, each with a control API of its own."""

    SIMULATION = "simulation"
    LINE = "line"
    CITY = "city"

    @property
    def address_file(self) -> str:
        """In the run directory: `{"url": ..., "pid": ...}`."""
        return "control.json" if self is Part.SIMULATION else f"{self}.json"


class NotRunning(Exception):
    """Nothing of that kind answers in this run directory."""


class Refused(Exception):
    """The simulation does not know what it was asked; the message names the nearest thing it knows."""


def known(name: str, names: Iterable[str], what: str) -> str:
    """`name` when it is one of `names`; else `Refused` with the nearest one."""
    all_names = list(names)
    if name in all_names:
        return name
    nearest = difflib.get_close_matches(name, all_names, n=1, cutoff=0.4)
    hint = f"did you mean {nearest[0]}?" if nearest else f"known: {', '.join(all_names) or 'none'}"
    raise Refused(f"no {what} named {name:.80}; {hint}")


def default_run_dir() -> Path:
    """A folder of this user: below `$XDG_RUNTIME_DIR`, else below the folder for temporary files."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return (
        Path(runtime) / "hall-terminal-sim"
        if runtime
        else Path(tempfile.gettempdir()) / f"hall-terminal-sim-{os.getuid()}"
    )


def url_of(run_dir: Path, part: Part = Part.SIMULATION) -> str:
    """Where the part listens: `http://127.0.0.1:PORT`. Raises `NotRunning`."""
    try:
        return str(json.loads((run_dir / part.address_file).read_text("utf-8"))["url"])
    except PermissionError as error:
        raise NotRunning(f"{run_dir} belongs to somebody else") from error
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise NotRunning(f"no {part} runs in {run_dir}") from error


def directory_header(run_dir: Path) -> dict[str, str]:
    """By which a part knows that it is meant, and not one that got the port of another that was killed."""
    return {"Run-Directory": quote(str(run_dir.absolute()))}


def ask(run_dir: Path, part: Part, what: str, **details: Any) -> Any:
    """One act, its answer. Raises `NotRunning` or `Refused`."""
    within_s = None if what in ANSWERED_WHENEVER else ANSWER_WITHIN_S
    line = http.client.HTTPConnection(urlsplit(url_of(run_dir, part)).netloc, timeout=within_s)
    try:
        line.request(
            "POST",
            f"/v1/acts/{quote(what.replace(' ', '-'), safe='')}",
            json.dumps(details).encode(),
            {"Content-Type": "application/json"} | directory_header(run_dir),
        )
        with line.getresponse() as response:
            meant_for_another = response.status == http.HTTPStatus.MISDIRECTED_REQUEST
            outcome = json.loads(response.read())
    except ConnectionRefusedError as error:
        raise NotRunning(f"no {part} runs in {run_dir}") from error
    except TimeoutError as error:
        raise NotRunning(f"the {part} in {run_dir} has not answered for {ANSWER_WITHIN_S:.0f} s") from error
    except (ConnectionError, http.client.HTTPException, ValueError) as error:
        raise NotRunning(f"the {part} in {run_dir} ended") from error
    finally:
        line.close()
    if meant_for_another:
        raise NotRunning(f"no {part} runs in {run_dir}")
    if "refused" in outcome:
        raise Refused(outcome["refused"])
    return outcome["answer"]


@dataclass(frozen=True, slots=True)
class ReceiptSlip:
    """A printed slip. `ended_by`: `cut`, `torn` or `paper-end`."""

    number: int
    text: str
    ended_by: str
    text_path: Path
    picture_path: Path


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """A sheet that came out of the A4 printer."""

    number: int
    text_path: Path
    picture_path: Path


@dataclass(frozen=True, slots=True)
class Simulation:
    """A running simulation. Every method raises `NotRunning` or `Refused`."""

    run_dir: Path

    def ask(self, what: str, **details: Any) -> Any:
        """One request, its answer."""
        return ask(self.run_dir, Part.SIMULATION, what, **details)

    def status(self) -> dict[str, Any]:
        """Addresses of the devices and how each is."""
        return dict(self.ask("status"))

    def down(self) -> None:
        """End the simulation; returns when every device has stopped."""
        self.ask("down")

    def people(self) -> list[dict[str, Any]]:
        return list(self.ask("people"))

    def card_insert(self, name: str, *, for_bytes: int | None = None) -> None:
        """Lay somebody's card on the reader; pulled away mid-read after `for_bytes` bytes when given."""
        self.ask("card insert", name=name, for_bytes=for_bytes)

    def card_lay(self, text: bytes) -> None:
        """Lay a card on the reader whose chip holds these 256 bytes of text."""
        self.ask("card lay", text=text.hex())

    def card_lift(self) -> None:
        self.ask("card lift")

    def page_put(self, name: str | None, *, person: str = "chen-guilan", troubles: tuple[str, ...] = ()) -> None:
        """Lay a page under the camera, `None`: take it away. Troubles: `dark`, `blurred`, `half`."""
        self.ask("page put", name=name or "none", person=person, troubles=list(troubles))

    def paper_load(self, mm: float | None = None) -> None:
        """A new roll; with `mm` what is left of an old one."""
        self.ask("paper load", mm=mm)

    def paper_remove(self) -> None:
        self.ask("paper remove")

    def paper_cover(self, *, opened: bool) -> None:
        self.ask("paper cover", opened=opened)

    def paper_jam(self) -> None:
        self.ask("paper jam")

    def paper_clear(self) -> None:
        """Clear the jam and close the cover."""
        self.ask("paper clear")

    def printer_plug(self, *, plugged: bool) -> None:
        self.ask("printer plug", plugged=plugged)

    def reader_plug(self, *, plugged: bool) -> None:
        self.ask("reader plug", plugged=plugged)

    def camera_plug(self, *, plugged: bool) -> None:
        self.ask("camera plug", plugged=plugged)

    def scanner_plug(self, *, plugged: bool) -> None:
        self.ask("scanner plug", plugged=plugged)

    def sheets_feed(self, *names: str, person: str = "chen-guilan", troubles: tuple[str, ...] = ()) -> None:
        """Lay pages into the document scanner's feeder. Troubles: `skewed`, `upside-down`, `face-down`."""
        self.ask("sheets feed", names=list(names), person=person, troubles=list(troubles))

    def sheets_take(self) -> int:
        """Empty the feeder, a jam too; how many sheets there were."""
        return int(self.ask("sheets take"))

    def glass_put(self, name: str | None, *, person: str = "chen-guilan") -> None:
        """Lay a page on the document scanner's glass, `None`: take it away."""
        if name is None:
            self.ask("glass lift")
        else:
            self.ask("glass put", name=name, person=person)

    def sheets_plug(self, *, plugged: bool) -> None:
        self.ask("sheets plug", plugged=plugged)

    def tray_load(self, sheets: int | None = None) -> None:
        """Put sheets into the A4 printer's tray, and the tray in; `None`: a full tray."""
        self.ask("tray load", **({} if sheets is None else {"sheets": sheets}))

    def tray_remove(self) -> None:
        self.ask("tray remove")

    def pages_clear(self) -> None:
        """Mend what stands in the way of the A4 printer's sheets."""
        self.ask("pages clear")

    def pages_printed(self, *, at_least: int = 0, within_s: float = 0.0) -> list[PrintedPage]:
        """What came out, oldest first, as soon as there are `at_least` so many or the time is over."""
        return [
            PrintedPage(page["number"], Path(page["text_path"]), Path(page["picture_path"]))
            for page in self.ask("pages printed", at_least=at_least, within_s=within_s)
        ]

    def fault_set(self, name: str, *, on: str | None = None, **parameters: Any) -> None:
        """One of `faults.FAULTS`; parameters left out have their default."""
        self.ask("fault set", name=name, on=on, parameters=parameters)

    def fault_clear(self, name: str | None = None) -> None:
        """`None`: all of them."""
        self.ask("fault clear", name=name)

    def faults(self) -> dict[str, Any]:
        """`known`: the registry; `set`: those that are so or armed, with their parameters."""
        return dict(self.ask("fault list"))

    def clock_advance(self, seconds: float) -> None:
        """Of a simulation whose clock is moved by hand."""
        self.ask("clock advance", seconds=seconds)

    def receipts(self, *, at_least: int = 0, within_s: float = 0.0) -> list[ReceiptSlip]:
        """What was printed, oldest first, as soon as there are `at_least` so many or the time is over."""
        slips = self.ask("receipts", at_least=at_least, within_s=within_s)
        return [
            ReceiptSlip(
                slip["number"], slip["text"], slip["ended_by"], Path(slip["text_path"]), Path(slip["picture_path"])
            )
            for slip in slips
        ]


def connect(run_dir: Path | None = None) -> Simulation:
    """The simulation of a run directory; raises `NotRunning` at once when none answers."""
    simulation = Simulation(run_dir or default_run_dir())
    simulation.status()
    return simulation
