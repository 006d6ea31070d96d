"""Somebody who has moved is read with the address that was written to the chip last, on every wire of the reader."""

from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from drivers.identity_card.sam_reader import SamReader
from drivers.identity_card.sam_wires import sam_transport
from hardware_sim.chip import chip_of
from hardware_sim.clock import RealClock
from hardware_sim.devices import sam_reader as simulated
from hardware_sim.devices.sam_machine import PlacedCard, SamMachine
from hardware_sim.devices.usb_device import IDENTITY_CARD_READER, UsbDevice
from hardware_sim.devices.usb_functions import SamPipes
from hardware_sim.devices.usbip import UsbExporter
from hardware_sim.people import cast
from kiosk.ports import CardContent, CardPresent
from tests.wires.usbip_backend import UsbIpBackend

MOVED = cast()["lin-zhiqiang"]


@pytest.mark.parametrize("wire", ["serial", "TCP", "USB"])
def test_the_newest_address_is_the_one_that_counts(wire: str, tmp_path: Path) -> None:
    with ExitStack() as ends:
        if wire == "USB":
            machine = SamMachine()
            pipes = SamPipes(machine.answer, RealClock(), pace=False)
            exporter = UsbExporter({"1-1": UsbDevice(IDENTITY_CARD_READER, pipes)})
            exporter.start()
            ends.callback(exporter.stop)
            machine.insert(PlacedCard(chip_of(MOVED)))
            transport = sam_transport("usb:0400:c35a", backend=UsbIpBackend(exporter.port))
        else:
            device = simulated.SamReader(tmp_path / "reader", pace=False)
            device.start()
            ends.callback(device.stop)
            device.insert(PlacedCard(chip_of(MOVED)))
            address = f"tcp:127.0.0.1:{device.port}" if wire == "TCP" else f"serial:{tmp_path / 'reader'}"
            transport = sam_transport(address)
        reader = SamReader(ends.enter_context(closing(transport)))
        assert reader.find_card() == CardPresent()
        content = reader.read_card()
        assert isinstance(content, CardContent)
        assert (content.card.name, content.card.address) == (MOVED.name, MOVED.newest_address)
        assert MOVED.address != MOVED.newest_address
