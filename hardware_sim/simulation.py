"""All simulated devices in one process, and the control API through which hands reach them.

Run directory (mode 0700): `control.json` (where the API listens), `identity-card-reader` (symlink to a
pseudo-terminal; so are `receipt-printer` and `code-scanner`), `document-camera/current.png`, `code-camera/current.png`,
`receipts/NNNN.{png,txt}`, `sheets/NNNN.{png,txt}`, `sane/` (configuration for SANE). Reader, printer and scan engine
listen on TCP ports too; the status names them.
"""

import contextlib
import os
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hardware_sim import control, wire_words
from hardware_sim.acts import Acts
from hardware_sim.clock import Clock, HandClock, RealClock
from hardware_sim.control import Part
from hardware_sim.control_server import Service, answering, make_run_dir
from hardware_sim.device_acts import (
    CardActs,
    ClockActs,
    CodeActs,
    FaultActs,
    GeneralActs,
    PageActs,
    PaperActs,
    PrintedPageActs,
    SheetActs,
    SmartCardActs,
    WireActs,
    clock_status,
)
from hardware_sim.devices import page_printer_relay, saned_wire
from hardware_sim.devices.code_frames import CodeFrames
from hardware_sim.devices.document_camera import DocumentCamera
from hardware_sim.devices.document_scanner import DocumentScanner
from hardware_sim.devices.frame_folder import CURRENT
from hardware_sim.devices.page_printer import PagePrinter
from hardware_sim.devices.receipt_printer import ReceiptPrinter
from hardware_sim.devices.sam_reader import SamReader
from hardware_sim.devices.scan_engine import ScanEngine
from hardware_sim.devices.smart_card_slot import SmartCardSlot
from hardware_sim.faults import FaultyDevice
from hardware_sim.pcscd import PcscdFailed, PrivatePcscd
from hardware_sim.wire_log import WireLog

READER, CAMERA, RECEIPTS, PRINTER = "identity-card-reader", "document-camera", "receipts", "receipt-printer"
SCANNER, CODE_CAMERA = "code-scanner", "code-camera"
SANE, SHEETS = "sane", "sheets"


@dataclass(frozen=True, slots=True)
class Conditions:
    """How a simulation runs. `pace`: wires, chips and paper take their real time. `papers`: scanner, A4 printer."""

    pace: bool = True
    seed: int = 0
    clock: Clock = field(default_factory=RealClock)
    smart_cards: bool = False
    papers: bool = False
    reader_baud: int = 115_200


def clock_of(kind: str, *, speed: float = 1.0) -> Clock:
    """`real` or `hand`."""
    return HandClock() if kind == "hand" else RealClock(speed)


class Devices:
    """The devices of one terminal, and what can be done to them by name."""

    def __init__(self, run_dir: Path, conditions: Conditions) -> None:
        pace, clock, seed = conditions.pace, conditions.clock, conditions.seed
        self._run_dir = run_dir
        self._conditions = conditions
        self._service: PrivatePcscd | None = None
        self.wires = WireLog(clock.now)
        tap = self.wires.tap
        self.reader = SamReader(
            run_dir / READER,
            pace=pace,
            baud=conditions.reader_baud,
            clock=clock,
            seed=seed,
            log=tap("identity_card_reader", wire_words.sam),
        )
        self.camera = DocumentCamera(
            run_dir / CAMERA, clock=clock, seed=seed, log=tap("document_camera", wire_words.camera)
        )
        self.printer = ReceiptPrinter(
            run_dir / RECEIPTS,
            pace=pace,
            link=run_dir / PRINTER,
            clock=clock,
            seed=str(seed),
            log=tap("receipt_printer", wire_words.PrinterWords()),
        )
        self.scanner = ScanEngine(
            run_dir / SCANNER, pace=pace, clock=clock, seed=seed, log=tap("code_reader", wire_words.scan_engine)
        )
        self.codes = CodeFrames(run_dir / CODE_CAMERA, clock=clock, seed=seed)
        self.slot: SmartCardSlot | None = None
        self.sheets = (
            DocumentScanner(run_dir / SANE, pace=pace, clock=clock, log=tap("document_scanner", saned_wire.words))
            if conditions.papers
            else None
        )
        words = page_printer_relay.words
        self.pages = (
            PagePrinter(run_dir / SHEETS, pace=pace, clock=clock, log=tap("page_printer", words))
            if conditions.papers
            else None
        )

    @contextmanager
    def running(self) -> Iterator[Service]:
        """Raises OSError when there is no smart card service or no ippeveprinter here."""
        with contextlib.ExitStack() as stack:
            if self._conditions.smart_cards:
                self.slot = self._smart_card_slot(stack)
            always = (self.reader, self.camera, self.printer, self.scanner, self.codes)
            for device in (*always, self.slot, self.sheets, self.pages):
                if device is not None:
                    device.start()
                    stack.callback(device.stop)
            stack.callback(self.wires.close)
            yield Service(self._acts(), self._picture)

    def _smart_card_slot(self, stack: contextlib.ExitStack) -> SmartCardSlot:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="kiosk-sim-"))  # a socket's path is short
        self._service = PrivatePcscd(Path(directory) / "pcscd")
        try:
            stack.enter_context(self._service)
        except PcscdFailed as failure:
            raise OSError(f"no smart card service: {failure}") from failure
        return SmartCardSlot(
            self._service.readers[0].port,
            service=self._service,
            clock=self._conditions.clock,
            log=self.wires.tap("smart_card_reader", wire_words.SmartCardWords()),
        )

    def _acts(self) -> Acts:
        faulty: dict[str, FaultyDevice] = {
            "identity_card_reader": self.reader,
            "document_camera": self.camera,
            "receipt_printer": self.printer,
            "code_reader": self.scanner,
        }
        if self.slot is not None:
            faulty["smart_card_reader"] = self.slot
        if self.sheets is not None:
            faulty["document_scanner"] = self.sheets
        if self.pages is not None:
            faulty["page_printer"] = self.pages
        return Acts(
            GeneralActs(self.status),
            CardActs(self.reader),
            SmartCardActs(self.slot),
            CodeActs(self.scanner, self.codes),
            PageActs(self.camera),
            PaperActs(self.printer),
            SheetActs(self.sheets),
            PrintedPageActs(self.pages),
            FaultActs(faulty),
            ClockActs(self._conditions.clock),
            WireActs(self.wires),
        )

    def status(self) -> dict[str, object]:
        status: dict[str, object] = {
            "run_dir": str(self._run_dir),
            "pid": os.getpid(),
            "seed": self._conditions.seed,
            "clock": clock_status(self._conditions.clock),
            "identity_card_reader": {
                "address": str(self._run_dir / READER),
                "tcp_address": f"tcp:127.0.0.1:{self.reader.port}",
                **self.reader.state(),
                "faults": self.reader.faults(),
            },
            "code_reader": {
                "address": f"serial:{self._run_dir / SCANNER}",
                "tcp_address": f"tcp:127.0.0.1:{self.scanner.port}",
                "camera_address": str(self._run_dir / CODE_CAMERA),
                **self.scanner.state(),
                "faults": self.scanner.faults(),
            },
            "document_camera": {
                "address": str(self._run_dir / CAMERA),
                **self.camera.state(),
                "faults": self.camera.faults(),
            },
            "receipt_printer": {
                "address": f"tcp:127.0.0.1:{self.printer.port}",
                "serial_address": f"serial:{self._run_dir / PRINTER}",
                **self.printer.state(),
                "faults": self.printer.faults(),
            },
        }
        if self.slot is not None and self._service is not None:
            status["smart_card_reader"] = {
                "address": f"pcsc:{self._service.readers[0].name}",
                "environment": self._service.environment,
                **self.slot.state(),
                "faults": self.slot.faults(),
            }
        if self.sheets is not None:
            status["document_scanner"] = {
                "address": self.sheets.address,
                "environment": self.sheets.environment,
                **self.sheets.state(),
                "faults": self.sheets.faults(),
            }
        if self.pages is not None:
            status["page_printer"] = {
                "address": self.pages.address,
                **self.pages.state(),
                "faults": self.pages.faults(),
            }
        return status

    def _picture(self, path: str) -> Path | None:
        if (frame := re.fullmatch(rf"frames/({CAMERA}|{CODE_CAMERA})\.png", path)) is not None:
            return self._run_dir / frame[1] / CURRENT
        printed = re.fullmatch(rf"({RECEIPTS}|{SHEETS})/([0-9]{{1,9}})\.png", path)
        return self._run_dir / printed[1] / f"{int(printed[2]):04d}.png" if printed else None


@contextmanager
def serving(run_dir: Path, conditions: Conditions, *, down: threading.Event) -> Iterator[control.Simulation]:
    """Run all devices and the control API; `down` is set when somebody asks for the end."""
    make_run_dir(run_dir)
    devices = Devices(run_dir, conditions)
    with answering(run_dir, Part.SIMULATION, devices.running(), down=down):
        yield control.Simulation(run_dir)


@contextmanager
def running(run_dir: Path, *, pace: bool = False, conditions: Conditions | None = None) -> Iterator[control.Simulation]:
    """All devices in threads of this process, for tests."""
    with serving(run_dir, conditions or Conditions(pace=pace), down=threading.Event()) as simulation:
        yield simulation
