"""USB wires: found, claimed, freed when stalled, lost with the plug and back with it; over USB/IP, without a kernel."""

from array import array

import pytest

from drivers.transport import TransportLost, open_transport
from drivers.usb_bulk import UsbAddress, UsbPrinterTransport, parse_usb_address
from tests.wires.usb_devices import Printing, usb_printer
from tests.wires.usbip_backend import UsbIpBackend
from tests.wires.usbip_exporter import Exporter, UsbDevice

ADDRESS = UsbAddress(0x04B8, 0x0E15)
WITHIN_S = 5.0


def test_a_printer_is_found_claimed_and_let_go() -> None:
    printing = Printing()
    device = usb_printer(printing)
    with Exporter(device) as exporter:
        backend = UsbIpBackend(exporter.port, kernel_driver=True)
        wire = UsbPrinterTransport(ADDRESS, backend=backend)
        wire.write(b"\x1b@" + bytes(70_000))
        wire.write(b"\x10\x04\x01")
        assert wire.read(within_s=WITHIN_S) == b"\x12"
        assert wire.read(within_s=0) == b""
        assert printing.given == b"\x1b@" + bytes(70_000) + b"\x10\x04\x01"
        assert device.alternates == {1: 1}, "the alternate that answers"
        assert (backend.driver_calls, backend.claimed) == (["detach 1"], {1})
        wire.close()
        assert (backend.driver_calls, backend.claimed) == (["detach 1", "attach 1"], set())
        wire.write(b"\x10\x04\x01")
        wire.close()


def test_a_printer_that_cannot_answer_is_silent_and_prints() -> None:
    printing = Printing()
    with Exporter(usb_printer(printing, answers=False)) as exporter:
        wire = UsbPrinterTransport(ADDRESS, backend=UsbIpBackend(exporter.port))
        wire.discard_input()
        wire.write(b"paper\x10\x04\x01")
        assert wire.read(within_s=0.01) == b""
        assert printing.given == b"paper\x10\x04\x01"
        wire.close()


def test_a_printer_nobody_has_configured_is_configured() -> None:
    device = usb_printer(Printing())
    device.configured = 0
    with Exporter(device) as exporter:
        wire = UsbPrinterTransport(ADDRESS, backend=UsbIpBackend(exporter.port))
        wire.write(b"paper")
        assert device.configured == 1
        wire.close()


def test_what_came_before_a_question_is_forgotten() -> None:
    with Exporter(usb_printer(Printing())) as exporter:
        wire = UsbPrinterTransport(ADDRESS, backend=UsbIpBackend(exporter.port))
        wire.write(b"\x10\x04\x01" * 3)
        assert wire.read(within_s=WITHIN_S) == b"\x12"
        wire.discard_input()
        assert wire.read(within_s=0.01) == b""
        wire.close()


class Chattering(UsbIpBackend):
    """Of a device that always has something to say."""

    def bulk_read(self, dev_handle: object, ep: int, intf: int, buff: "array[int]", timeout: int) -> int:
        return len(buff)


@pytest.mark.timeout(10)
def test_a_device_that_never_stops_talking_is_asked_all_the_same() -> None:
    printing = Printing()
    with Exporter(usb_printer(printing)) as exporter:
        wire = UsbPrinterTransport(ADDRESS, backend=Chattering(exporter.port))
        wire.discard_input()
        wire.write(b"paper")
        assert printing.given == b"paper"
        wire.close()


@pytest.mark.parametrize("endpoint", [0x01, 0x82])
def test_a_stalled_endpoint_is_freed_and_one_that_stalls_for_ever_is_lost(endpoint: int) -> None:
    device = usb_printer(Printing())
    device.stalled = {endpoint}
    with Exporter(device) as exporter:
        wire = UsbPrinterTransport(ADDRESS, backend=UsbIpBackend(exporter.port))
        wire.write(b"\x10\x04\x01")
        assert wire.read(within_s=WITHIN_S) == b"\x12"
        device.stalled, device.for_ever = {endpoint}, True
        with pytest.raises(TransportLost, match=r"usb:04b8:0e15: "):
            _asked(wire)
        wire.close()


def _asked(wire: UsbPrinterTransport) -> bytes:
    wire.write(b"\x10\x04\x01")
    return wire.read(within_s=WITHIN_S)


def test_a_plug_that_is_pulled_is_a_loss_and_the_wire_comes_back_with_it() -> None:
    with Exporter(usb_printer(Printing())) as exporter:
        wire = UsbPrinterTransport(ADDRESS, backend=UsbIpBackend(exporter.port))
        assert _asked(wire) == b"\x12"
        exporter.unplug()
        with pytest.raises(TransportLost, match="no such device"):
            wire.read(within_s=WITHIN_S)
        for _ in range(2):
            with pytest.raises(TransportLost, match="not there"):
                wire.discard_input()
        exporter.plug()
        assert _asked(wire) == b"\x12"
        wire.close()


@pytest.mark.parametrize(
    ("address", "there"),
    [
        (UsbAddress(0x04B8, 0x0E15, "CZ0001"), True),
        (UsbAddress(0x04B8, 0x0E15, "CZ0002"), False),
        (UsbAddress(0x04B8, 0x0E16), False),
    ],
)
def test_the_serial_number_tells_two_of_a_make_apart(address: UsbAddress, there: bool) -> None:
    with Exporter(usb_printer(Printing())) as exporter:
        wire = UsbPrinterTransport(address, backend=UsbIpBackend(exporter.port))
        if there:
            assert _asked(wire) == b"\x12"
        else:
            with pytest.raises(TransportLost, match="not there"):
                wire.write(b"?")
        wire.close()


def test_a_device_of_another_kind_is_no_printer() -> None:
    printer = usb_printer(Printing())
    device = UsbDevice(printer.vendor, printer.product, "", printer.interfaces[:1], printer.react)
    with Exporter(device) as exporter:
        wire = UsbPrinterTransport(ADDRESS, backend=UsbIpBackend(exporter.port))
        with pytest.raises(TransportLost, match="no such interface"):
            wire.write(b"?")


def test_without_usb_on_this_computer_nothing_is_there() -> None:
    wire = open_transport("usb:04b8:0e15")
    assert isinstance(wire, UsbPrinterTransport)
    with pytest.raises(TransportLost, match=r"usb:04b8:0e15: "):
        wire.write(b"?")


def test_addresses_are_read_in_one_form_only() -> None:
    assert parse_usb_address("usb:04b8:0E15") == ADDRESS
    assert parse_usb_address("usb:04b8:0e15:CZ:1") == UsbAddress(0x04B8, 0x0E15, "CZ:1")
    assert str(UsbAddress(0x04B8, 0x0E15, "CZ:1")) == "usb:04b8:0e15:CZ:1"
    for nonsense in ("usb:", "usb:1:2", "usb:04b8:0e15:", "usb:04b8:0e15:a b", "tcp:04b8:0e15", "usb:04b8:0e15\n"):
        assert parse_usb_address(nonsense) is None
