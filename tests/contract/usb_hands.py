"""Hands at devices on USB, exported over USB/IP: by a scripted exporter, and by the simulator's."""

from collections.abc import Iterator
from contextlib import contextmanager

from hardware_sim.chip import Chip, test_photo
from hardware_sim.clock import RealClock
from hardware_sim.control import Simulation
from hardware_sim.devices.sam_machine import PlacedCard, SamMachine
from hardware_sim.devices.usb_device import IDENTITY_CARD_READER, RECEIPT_PRINTER, UsbDevice
from hardware_sim.devices.usb_functions import PrinterPipes, SamPipes
from hardware_sim.devices.usbip import UsbExporter
from provisioning.conformance.expectations import CannotDo
from provisioning.conformance.simulated_hands import SimulatedPrinter
from provisioning.conformance.simulator import Simulator
from tests.wires.sam_wire import SamWire
from tests.wires.usb_devices import usb_reader
from tests.wires.usbip_exporter import Exporter

READER, PRINTER = "1-1", "1-2"


class ScriptedUsbHands:
    def __init__(self, wire: SamWire, exporter: Exporter) -> None:
        self.lay, self.lift = wire.lay, wire.lift
        self.unplug, self.plug = exporter.unplug, exporter.plug
        self.port = exporter.port

    @classmethod
    @contextmanager
    def at_a_reader(cls) -> Iterator["ScriptedUsbHands"]:
        wire = SamWire()
        with Exporter(usb_reader(wire)) as exporter:
            yield cls(wire, exporter)


class SimulatedUsbHands:
    def __init__(self, machine: SamMachine, exporter: UsbExporter) -> None:
        self._machine = machine
        self._exporter = exporter
        self.lift = machine.lift
        self.port = exporter.port

    def lay(self, chip: bytes) -> None:
        self._machine.insert(PlacedCard(Chip(text=chip, photo=test_photo())))

    def unplug(self) -> None:
        self._exporter.unplug(READER)

    def plug(self) -> None:
        self._exporter.plug(READER)

    @classmethod
    @contextmanager
    def at_a_reader(cls) -> Iterator["SimulatedUsbHands"]:
        machine = SamMachine()
        device = UsbDevice(IDENTITY_CARD_READER, SamPipes(machine.answer, RealClock(), pace=False))
        with _exported(READER, device) as exporter:
            yield cls(machine, exporter)


class SimulatedUsbPrinterHands(SimulatedPrinter):
    """The plug is USB's; behind it stands the simulated printer."""

    def __init__(self, simulation: Simulation, exporter: UsbExporter) -> None:
        super().__init__(Simulator(simulation.run_dir))
        self._exporter = exporter
        self.port = exporter.port

    def unplug(self) -> None:
        self._exporter.unplug(PRINTER)

    def plug(self) -> None:
        self._exporter.plug(PRINTER)

    def silence(self) -> None:
        raise CannotDo("the printer on the network is silenced")

    @classmethod
    @contextmanager
    def at_a_printer(cls, simulation: Simulation) -> Iterator["SimulatedUsbPrinterHands"]:
        port = int(str(simulation.status()["receipt_printer"]["address"]).rpartition(":")[2])
        device = UsbDevice(RECEIPT_PRINTER, PrinterPipes(lambda: port, lambda: False))
        with _exported(PRINTER, device) as exporter:
            yield cls(simulation, exporter)


@contextmanager
def _exported(bus_id: str, device: UsbDevice) -> Iterator[UsbExporter]:
    exporter = UsbExporter({bus_id: device})
    exporter.start()
    try:
        yield exporter
    finally:
        exporter.stop()
