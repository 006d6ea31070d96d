"""All simulated devices in one process, and the control socket through which hands reach them.

Run directory (mode 0700): `control.sock`, `identity-card-reader` (symlink to a pseudo-terminal),
`document-camera/current.png`, `receipts/NNNN.{png,txt}`. The reader and the printer listen on TCP ports too; the
status names them.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hardware_sim import control
from hardware_sim.chip import TEXT_LENGTH, Chip, chip_of, test_photo
from hardware_sim.control import Part, Refused, known
from hardware_sim.control_server import Act, answering, call, make_run_dir
from hardware_sim.devices.desk_view import Trouble
from hardware_sim.devices.document_camera import DocumentCamera, laid_page
from hardware_sim.devices.printer_machine import NEW_ROLL_MM
from hardware_sim.devices.receipt_printer import ReceiptPrinter
from hardware_sim.devices.sam_machine import PlacedCard, ReaderFault
from hardware_sim.devices.sam_reader import SamReader
from hardware_sim.pages import KINDS
from hardware_sim.people import Layout, Person, cast, stranger

READER, CAMERA, RECEIPTS = "identity-card-reader", "document-camera", "receipts"


class Devices:
    """The devices of one terminal, and what can be done to them by name."""

    def __init__(self, run_dir: Path, *, pace: bool) -> None:
        self.reader = SamReader(run_dir / READER, pace=pace)
        self.camera = DocumentCamera(run_dir / CAMERA)
        self.printer = ReceiptPrinter(run_dir / RECEIPTS, pace=pace)
        self._run_dir = run_dir
        self._one_hand = threading.Lock()
        self._acts: dict[str, Callable[..., object]] = {
            "status": self.status,
            "people": self._people,
            "card insert": self._card_insert,
            "card lay": self._card_lay,
            "card lift": self.reader.lift,
            "page put": self._page_put,
            "paper load": lambda mm=None: self.printer.change(
                lambda m: m.load_paper(NEW_ROLL_MM if mm is None else mm)
            ),
            "paper remove": lambda: self.printer.change(lambda m: m.remove_paper()),
            "paper cover": lambda opened: self.printer.change(lambda m: m.set_cover(opened=opened)),
            "paper jam": lambda: self.printer.change(lambda m: m.set_jam(jammed=True)),
            "paper clear": self._paper_clear,
            "printer silent": lambda on: self.printer.change(lambda m: setattr(m, "silent", on)),
            "printer plug": lambda plugged: self.printer.plug() if plugged else self.printer.unplug(),
            "reader fault": self._reader_fault,
            "reader plug": lambda plugged: self.reader.plug() if plugged else self.reader.unplug(),
            "camera plug": lambda plugged: self.camera.plug() if plugged else self.camera.unplug(),
            "receipts": self._receipts,
        }

    def act(self, what: str, details: dict[str, Any]) -> object:
        """Do what was asked; raises `Refused` for names and details that are not known."""
        if what == "receipts":  # may wait, and must not keep other hands away meanwhile
            return call(self._acts, what, details)
        with self._one_hand:
            return call(self._acts, what, details)

    @contextmanager
    def running(self) -> Iterator[Act]:
        with contextlib.ExitStack() as stack:
            for device in (self.reader, self.camera, self.printer):
                device.start()
                stack.callback(device.stop)
            yield self.act

    def status(self) -> dict[str, object]:
        return {
            "run_dir": str(self._run_dir),
            "pid": os.getpid(),
            "identity_card_reader": {
                "address": str(self._run_dir / READER),
                "tcp_address": f"tcp:127.0.0.1:{self.reader.port}",
                **self.reader.state(),
            },
            "document_camera": {"address": str(self._run_dir / CAMERA), **self.camera.state()},
            "receipt_printer": {"address": f"tcp:127.0.0.1:{self.printer.port}", **self.printer.state()},
        }

    def _people(self) -> list[dict[str, object]]:
        return [
            asdict(person) | {"layout": person.layout.name, "birth": str(person.birth)} for person in cast().values()
        ]

    def _card_insert(self, name: str, for_bytes: int | None = None) -> None:
        self.reader.insert(PlacedCard(chip_of(person_named(name)), for_bytes))

    def _card_lay(self, text: str) -> None:
        try:
            chip_text = bytes.fromhex(text)
        except ValueError as error:
            raise Refused(f"not the bytes of a chip: {error}") from error
        if len(chip_text) != TEXT_LENGTH:
            raise Refused(f"a chip has {TEXT_LENGTH} bytes of text, not {len(chip_text)}")
        self.reader.insert(PlacedCard(Chip(text=chip_text, photo=test_photo())))

    def _page_put(self, name: str, person: str = "chen-guilan", troubles: Iterable[str] = ()) -> None:
        known_troubles = [trouble.value for trouble in Trouble]
        chosen = frozenset(Trouble(known(trouble, known_troubles, "trouble")) for trouble in troubles)
        kind = known(name, [*KINDS, "none"], "page")
        self.camera.put(None if kind == "none" else laid_page(kind, person_named(person), chosen))

    def _paper_clear(self) -> None:
        self.printer.change(lambda m: m.set_jam(jammed=False))
        self.printer.change(lambda m: m.set_cover(opened=False))

    def _reader_fault(self, name: str) -> None:
        fault = known(name, [*(fault.value for fault in ReaderFault), "none"], "fault")
        self.reader.set_fault(None if fault == "none" else ReaderFault(fault))

    def _receipts(self, at_least: int = 0, within_s: float = 0.0) -> list[dict[str, object]]:
        kept = self.printer.receipts(at_least=at_least, within_s=within_s)
        return [
            asdict(slip) | {"text_path": str(slip.text_path), "picture_path": str(slip.picture_path)} for slip in kept
        ]


def person_named(name: str) -> Person:
    """Somebody of the cast, or a stranger as `resident:17` (any layout, any number)."""
    kind, colon, seed = name.partition(":")
    layouts = {layout.name.lower().replace("_", "-"): layout for layout in Layout}
    if colon and kind in layouts and seed.isdecimal():
        return stranger(int(seed), layouts[kind])
    return cast()[known(name, cast(), "person")]


@contextmanager
def serving(run_dir: Path, *, pace: bool, down: threading.Event) -> Iterator[control.Simulation]:
    """Run all devices and the control socket; `down` is set when somebody asks for the end."""
    make_run_dir(run_dir)
    devices = Devices(run_dir, pace=pace)
    with answering(run_dir, Part.SIMULATION, devices.running(), down=down):
        yield control.Simulation(run_dir)


@contextmanager
def running(run_dir: Path, *, pace: bool = False) -> Iterator[control.Simulation]:
    """All devices in threads of this process, for tests."""
    with serving(run_dir, pace=pace, down=threading.Event()) as simulation:
        yield simulation
