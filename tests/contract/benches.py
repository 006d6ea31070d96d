"""Adapters on a bench: each with hands that do to the device what people do. The contract suites run over these.

To put another adapter (or the same one on another wire) through a suite, add a function to its dictionary: it yields
the adapter and its hands, and cleans up when left.
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import pytest

from drivers.document_camera.document_camera import DocumentCamera
from drivers.document_camera.frames import FolderOfFrames
from drivers.document_scanner.sane_scanner import SaneScanner
from drivers.identity_card.pcsc_storage import StorageCardReader
from drivers.identity_card.sam_reader import SamReader
from drivers.identity_card.sam_wires import sam_transport
from drivers.identity_card.sdt_library import SdtLibraryReader, sdt_address
from drivers.page_printer.ipp_printer import IppPrinter
from drivers.receipt_printer.escpos_printer import EscPosPrinter
from drivers.receipt_printer.profiles import profile_named
from drivers.smart_card.smart_card_reader import SmartCardReader
from drivers.transport import open_transport
from drivers.usb_bulk import UsbAddress, UsbPrinterTransport
from hardware_sim.control import Simulation
from hardware_sim.devices.receipt_printer import ReceiptPrinter as SimulatedMechanism
from hardware_sim.devices.usb_device import RECEIPT_PRINTER
from hardware_sim.simulation import Conditions, running
from kiosk import ports
from kiosk.submission import Rating, Receipt
from provisioning.conformance.expectations import CannotDo
from provisioning.conformance.rules.code_reader import CodeHands
from provisioning.conformance.rules.document_camera import DeskHands
from provisioning.conformance.rules.document_scanner import ScannerHands
from provisioning.conformance.rules.identity_card_reader import CardHands
from provisioning.conformance.rules.page_printer import PagePrinterHands
from provisioning.conformance.rules.receipt_printer import PrinterHands, Slips, slips_among
from provisioning.conformance.rules.smart_card_reader import SmartCardHands
from provisioning.conformance.simulated_hands import (
    SimulatedCards,
    SimulatedDesk,
    SimulatedPagePrinter,
    SimulatedPrinter,
    SimulatedScanner,
)
from provisioning.conformance.simulator import Simulator
from tests.contract.card_hands import LaidCards
from tests.contract.code_hands import folder_code_camera, scripted_scan_engine
from tests.contract.presenter_hands import SimulatedPresenterHands
from tests.contract.simulated_code_hands import simulated_code_camera, simulated_scan_engine
from tests.contract.smart_card_hands import SimulatedSlotHands, StorageCardHands
from tests.contract.store_hands import StoreHands
from tests.contract.usb_hands import ScriptedUsbHands, SimulatedUsbHands, SimulatedUsbPrinterHands
from tests.wires.desk_pictures import SIZE, desk, place, sheet
from tests.wires.printer_wire import PrinterWire, Trouble
from tests.wires.sam_wire import SamWire
from tests.wires.sdt_library import sdt_library
from tests.wires.usbip_backend import UsbIpBackend
from tests.wires.virtual_card import virtual_slot

SILENT_AFTER_S = 1.5
GOLDEN_CARDS = json.loads((Path(__file__).parents[1] / "golden" / "cards.json").read_text(encoding="utf-8"))


class OutboxHands(Protocol):
    """What happens around an outbox: the platform answers, the disk fills up, the terminal is started again.

    `manifest` is what the platform is given, `ratings` what is to be sent to it; `print_state` is begun, printed,
    not-printed or unknown; `restart` gives the outbox that was opened anew.
    """

    def acknowledge(self, receipt: Receipt) -> None: ...
    def manifest(self, sid: str) -> bytes: ...
    def ratings(self) -> Sequence[Rating]: ...
    def print_state(self, job_id: str) -> str: ...
    def fill_disk(self) -> None: ...
    def clear_disk(self) -> None: ...
    def restart(self) -> ports.Outbox: ...


Adapter = TypeVar("Adapter")
Hands = TypeVar("Hands")


@dataclass
class Bench(Generic[Adapter, Hands]):
    adapter: Adapter
    hands: Hands


CodeBench = Bench[ports.CodeReader, CodeHands]
ReaderBench = Bench[ports.IdentityCardReader, CardHands]
SmartCardBench = Bench[ports.SmartCardReader, SmartCardHands]
CameraBench = Bench[ports.DocumentCamera, DeskHands]
ScannerBench = Bench[ports.DocumentScanner, ScannerHands]
PagePrinterBench = Bench[ports.PagePrinter, PagePrinterHands]
PrinterBench = Bench[ports.ReceiptPrinter, PrinterHands]
OutboxBench = Bench[ports.Outbox, OutboxHands]


@contextmanager
def _scripted_reader() -> Iterator[ReaderBench]:
    wire = SamWire()
    yield Bench(SamReader(wire), LaidCards(wire))


@contextmanager
def _storage_card_reader() -> Iterator[ReaderBench]:
    with virtual_slot() as slot, closing(StorageCardReader(slot.reader)) as reader:
        yield Bench(reader, LaidCards(StorageCardHands(slot)))


@contextmanager
def _simulated_storage_cards() -> Iterator[ReaderBench]:
    with (
        virtual_slot() as slot,
        SimulatedSlotHands.at(slot) as hands,
        closing(StorageCardReader(slot.reader)) as reader,
    ):
        yield Bench(reader, LaidCards(hands))


@contextmanager
def _reader_behind_a_library() -> Iterator[ReaderBench]:
    with sdt_library() as maker, closing(SdtLibraryReader(sdt_address(maker.address))) as reader:
        yield Bench(reader, LaidCards(maker))


@contextmanager
def _simulated_smart_cards() -> Iterator[SmartCardBench]:
    with virtual_slot() as slot, SimulatedSlotHands.at(slot) as hands, closing(SmartCardReader(slot.reader)) as reader:
        yield Bench(reader, hands)


@contextmanager
def _usb_reader(
    exported: Callable[[], AbstractContextManager[ScriptedUsbHands | SimulatedUsbHands]],
) -> Iterator[ReaderBench]:
    with exported() as hands, closing(sam_transport("usb:0400:c35a", backend=UsbIpBackend(hands.port))) as pipes:
        yield Bench(SamReader(pipes), LaidCards(hands))


class _FolderHands:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def tidy(self) -> None:
        self._folder.mkdir(exist_ok=True)
        self.clear()

    def clear(self) -> None:
        place(desk(), self._folder)

    def lay_page(self, *, half: bool) -> None:
        place(desk(sheet(), at=(SIZE[0] - 100 if half else SIZE[0] // 2, SIZE[1] // 2)), self._folder)

    def unplug(self) -> None:
        shutil.rmtree(self._folder)

    def plug(self) -> None:
        self.tidy()


@contextmanager
def _folder_camera() -> Iterator[CameraBench]:
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory) / "desk"
        hands = _FolderHands(folder)
        hands.tidy()
        yield Bench(DocumentCamera(FolderOfFrames(folder)), hands)


class _PrinterHands:
    def __init__(self, wire: PrinterWire) -> None:
        self._wire = wire
        self._before = 0
        self.take_paper_out, self.refill = wire.take_paper_out, wire.refill
        self.open_cover, self.close_cover = wire.open_cover, wire.close_cover

    def tidy(self) -> None:
        self.plug()
        self.put_right()
        self.close_cover()
        self.refill()
        self._wire.mouth = False
        self._before = len(self._wire.slips)

    def jam_cutter(self) -> None:
        self._wire.set_trouble(Trouble.CUTTER)

    def heat_head(self) -> None:
        self._wire.set_trouble(Trouble.HOT)

    def silence(self) -> None:
        raise CannotDo("the simulated printer is silenced, in a printer's time")

    def put_right(self) -> None:
        self._wire.set_trouble(None)

    def take_slip(self) -> None:
        if self._wire.dialect != "custom":
            raise CannotDo("it has no mouth")
        self._wire.mouth = False

    def slips_taken_back(self) -> int:
        self.take_slip()
        return self._wire.retracted

    def nearly_use_up(self) -> None:
        self._wire.lines_left = 2

    def unplug(self) -> None:
        self._wire.plugged = False

    def plug(self) -> None:
        self._wire.plugged = True

    def slips(self, words: tuple[str, ...], *, at_least: int) -> Slips:
        return slips_among(["\n".join(slip.text) for slip in self._wire.slips[self._before :]], words)


@contextmanager
def _scripted_printer() -> Iterator[PrinterBench]:
    wire = PrinterWire()
    yield Bench(EscPosPrinter(wire, profile_named("80mm")), _PrinterHands(wire))


@contextmanager
def _scripted_kiosk_printer() -> Iterator[PrinterBench]:
    wire = PrinterWire(dialect="custom")
    yield Bench(EscPosPrinter(wire, profile_named("custom-kiosk")), _PrinterHands(wire))


@contextmanager
def _simulation() -> Iterator[Simulation]:
    with tempfile.TemporaryDirectory() as directory, running(Path(directory) / "sim") as simulation:
        yield simulation


@contextmanager
def _simulated_reader(wire: Callable[[dict[str, Any]], str]) -> Iterator[ReaderBench]:
    with (
        _simulation() as simulation,
        closing(open_transport(wire(simulation.status()["identity_card_reader"]))) as transport,
    ):
        yield Bench(SamReader(transport), SimulatedCards(Simulator(simulation.run_dir)))


@contextmanager
def _simulated_scanner() -> Iterator[ScannerBench]:
    conditions = Conditions(pace=False, papers=True)
    with (
        tempfile.TemporaryDirectory() as directory,
        running(Path(directory) / "sim", conditions=conditions) as simulation,
        pytest.MonkeyPatch.context() as environment,
    ):
        status = simulation.status()["document_scanner"]
        for name, value in status["environment"].items():
            environment.setenv(name, value)
        with closing(SaneScanner(status["address"], silent_after_s=SILENT_AFTER_S)) as scanner:
            yield Bench(scanner, SimulatedScanner(Simulator(simulation.run_dir)))


@contextmanager
def _simulated_page_printer() -> Iterator[PagePrinterBench]:
    conditions = Conditions(pace=False, papers=True)
    with (
        tempfile.TemporaryDirectory() as directory,
        running(Path(directory) / "sim", conditions=conditions) as simulation,
    ):
        printer = IppPrinter(simulation.status()["page_printer"]["address"])
        yield Bench(printer, SimulatedPagePrinter(Simulator(simulation.run_dir)))


@contextmanager
def _simulated_camera() -> Iterator[CameraBench]:
    with _simulation() as simulation:
        hands = SimulatedDesk(Simulator(simulation.run_dir))
        hands.clear()
        folder = Path(simulation.status()["document_camera"]["address"])
        yield Bench(DocumentCamera(FolderOfFrames(folder)), hands)


class _SilencedInTime(SimulatedPrinter):
    """A silenced printer is waited for as long as a test may last."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(simulator)
        self._shorter = pytest.MonkeyPatch()

    def silence(self) -> None:
        self._shorter.setattr("drivers.receipt_printer.escpos_printer.PRINT_WITHIN_S", 1.0)
        self._shorter.setattr("drivers.receipt_printer.escpos_printer.ASK_AGAIN_AFTER_S", 0.2)
        self._shorter.setattr("drivers.receipt_printer.conversation.ANSWER_WITHIN_S", 0.3)
        super().silence()

    def put_right(self) -> None:
        self._shorter.undo()
        super().put_right()


@contextmanager
def _simulated_printer(wire: str = "address") -> Iterator[PrinterBench]:
    with (
        _simulation() as simulation,
        closing(open_transport(simulation.status()["receipt_printer"][wire])) as transport,
    ):
        yield Bench(EscPosPrinter(transport, profile_named("80mm")), _SilencedInTime(Simulator(simulation.run_dir)))


@contextmanager
def _simulated_kiosk_printer() -> Iterator[PrinterBench]:
    with tempfile.TemporaryDirectory() as directory:
        device = SimulatedMechanism(Path(directory) / "tray", pace=False, presenter=True)
        device.start()
        try:
            with closing(open_transport(f"tcp:127.0.0.1:{device.port}")) as transport:
                yield Bench(EscPosPrinter(transport, profile_named("custom-kiosk")), SimulatedPresenterHands(device))
        finally:
            device.stop()


@contextmanager
def _simulated_usb_printer() -> Iterator[PrinterBench]:
    ids = UsbAddress(RECEIPT_PRINTER.vendor, RECEIPT_PRINTER.product)
    with (
        _simulation() as simulation,
        SimulatedUsbPrinterHands.at_a_printer(simulation) as hands,
        closing(UsbPrinterTransport(ids, backend=UsbIpBackend(hands.port))) as transport,
    ):
        yield Bench(EscPosPrinter(transport, profile_named("80mm")), hands)


@contextmanager
def _encrypted_file() -> Iterator[OutboxBench]:
    with tempfile.TemporaryDirectory() as directory:
        hands = StoreHands(Path(directory))
        yield Bench(hands.outbox, hands)
        hands.outbox.close()


@contextmanager
def _code_reader(made: Callable[[], AbstractContextManager[tuple[ports.CodeReader, CodeHands]]]) -> Iterator[CodeBench]:
    with made() as (adapter, hands):
        yield Bench(adapter, hands)


CODE_READERS: dict[str, Callable[[], AbstractContextManager[CodeBench]]] = {
    "camera, folder": lambda: _code_reader(folder_code_camera),
    "scan engine, scripted wire": lambda: _code_reader(scripted_scan_engine),
    "scan engine, simulated, serial": lambda: _code_reader(lambda: simulated_scan_engine(over_tcp=False)),
    "scan engine, simulated, TCP": lambda: _code_reader(lambda: simulated_scan_engine(over_tcp=True)),
    "camera, simulated": lambda: _code_reader(simulated_code_camera),
}
IDENTITY_CARD_READERS: dict[str, Callable[[], AbstractContextManager[ReaderBench]]] = {
    "scripted wire": _scripted_reader,
    "simulated, serial": lambda: _simulated_reader(lambda reader: f"serial:{reader['address']}"),
    "simulated, TCP": lambda: _simulated_reader(lambda reader: str(reader["tcp_address"])),
    "scripted, USB": lambda: _usb_reader(ScriptedUsbHands.at_a_reader),
    "simulated, USB": lambda: _usb_reader(SimulatedUsbHands.at_a_reader),
    "storage cards in a virtual reader": _storage_card_reader,
    "behind a maker's library": _reader_behind_a_library,
    "simulated storage cards in a virtual reader": _simulated_storage_cards,
}
SMART_CARD_READERS: dict[str, Callable[[], AbstractContextManager[SmartCardBench]]] = {
    "simulated cards in a virtual reader": _simulated_smart_cards,
}
DOCUMENT_CAMERAS: dict[str, Callable[[], AbstractContextManager[CameraBench]]] = {
    "folder": _folder_camera,
    "simulated": _simulated_camera,
}
RECEIPT_PRINTERS: dict[str, Callable[[], AbstractContextManager[PrinterBench]]] = {
    "scripted wire": _scripted_printer,
    "scripted wire, kiosk mechanism": _scripted_kiosk_printer,
    "simulated, TCP": _simulated_printer,
    "simulated, serial": lambda: _simulated_printer("serial_address"),
    "simulated kiosk mechanism, TCP": _simulated_kiosk_printer,
    "simulated, USB": _simulated_usb_printer,
}
OUTBOXES: dict[str, Callable[[], AbstractContextManager[OutboxBench]]] = {"encrypted file": _encrypted_file}
ADAPTERS: dict[str, dict[str, Callable[[], AbstractContextManager[Bench[Any, Any]]]]] = {
    "identity_card_reader": {**IDENTITY_CARD_READERS},
    "smart_card_reader": {**SMART_CARD_READERS},
    "code_reader": {**CODE_READERS},
    "document_camera": {**DOCUMENT_CAMERAS},
    "document_scanner": {"simulated, on the network": _simulated_scanner},
    "receipt_printer": {**RECEIPT_PRINTERS},
    "page_printer": {"simulated": _simulated_page_printer},
}
