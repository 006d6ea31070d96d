"""All simulated devices in one process, and the control API through which hands reach them.

Run directory (mode 0700): `control.json` (where the API listens), `identity-card-reader` (symlink to a
pseudo-terminal), `document-camera/current.png`, `receipts/NNNN.{png,txt}`. The reader and the printer listen on TCP
ports too; the status names them.
"""

import contextlib
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hardware_sim import control
from hardware_sim.acts import Acts
from hardware_sim.control import Part
from hardware_sim.control_server import Service, answering, make_run_dir
from hardware_sim.device_acts import CardActs, GeneralActs, PageActs, PaperActs
from hardware_sim.devices.document_camera import CURRENT, DocumentCamera
from hardware_sim.devices.receipt_printer import ReceiptPrinter
from hardware_sim.devices.sam_reader import SamReader

READER, CAMERA, RECEIPTS = "identity-card-reader", "document-camera", "receipts"


class Devices:
    """The devices of one terminal, and what can be done to them by name."""

    def __init__(self, run_dir: Path, *, pace: bool) -> None:
        self.reader = SamReader(run_dir / READER, pace=pace)
        self.camera = DocumentCamera(run_dir / CAMERA)
        self.printer = ReceiptPrinter(run_dir / RECEIPTS, pace=pace)
        self._run_dir = run_dir
        self._acts = Acts(
            GeneralActs(self.status), CardActs(self.reader), PageActs(self.camera), PaperActs(self.printer)
        )

    @contextmanager
    def running(self) -> Iterator[Service]:
        with contextlib.ExitStack() as stack:
            for device in (self.reader, self.camera, self.printer):
                device.start()
                stack.callback(device.stop)
            yield Service(self._acts, self._picture)

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

    def _picture(self, path: str) -> Path | None:
        if path == "frames/document-camera.png":
            return self._run_dir / CAMERA / CURRENT
        receipt = re.fullmatch(r"receipts/([0-9]{1,9})\.png", path)
        return self._run_dir / RECEIPTS / f"{int(receipt[1]):04d}.png" if receipt else None


@contextmanager
def serving(run_dir: Path, *, pace: bool, down: threading.Event) -> Iterator[control.Simulation]:
    """Run all devices and the control API; `down` is set when somebody asks for the end."""
    make_run_dir(run_dir)
    devices = Devices(run_dir, pace=pace)
    with answering(run_dir, Part.SIMULATION, devices.running(), down=down):
        yield control.Simulation(run_dir)


@contextmanager
def running(run_dir: Path, *, pace: bool = False) -> Iterator[control.Simulation]:
    """All devices in threads of this process, for tests."""
    with serving(run_dir, pace=pace, down=threading.Event()) as simulation:
        yield simulation
