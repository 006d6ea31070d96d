"""Scripted USB devices: a printer that answers status requests, and an identity card reader behind its four pipes."""

from collections.abc import Iterator

from tests.wires.sam_wire import SamWire
from tests.wires.usbip_exporter import Interface, UsbDevice

PRINTER, ONE_WAY = (7, 1, 2), (7, 1, 1)


class Printing:
    """Keeps what it is given; answers `DLE EOT n` with a byte."""

    def __init__(self) -> None:
        self.given = b""

    def __call__(self, endpoint: int, data: bytes) -> Iterator[tuple[int, bytes]]:
        self.given += data
        for _ in range(data.count(b"\x10\x04")):
            yield 0x82, b"\x12"


def usb_printer(printing: Printing, *, answers: bool = True, serial_number: str = "CZ0001") -> UsbDevice:
    """As many are built: a vendor's interface first, then the printer's in two alternates."""
    inwards = (0x82,) if answers else ()
    interfaces = (
        Interface(0, 0, (255, 0, 0), (0x03, 0x83)),
        Interface(1, 0, ONE_WAY, (0x01,)),
        *([Interface(1, 1, PRINTER, (0x01, *inwards))] if answers else []),
    )
    return UsbDevice(0x04B8, 0x0E15, serial_number, interfaces, printing)


class SamPipesOf:
    """The pipes of a reader's security module: a command in two parts in, its answer in two parts out."""

    def __init__(self, wire: SamWire) -> None:
        self._wire = wire
        self._head = b""

    def __call__(self, endpoint: int, data: bytes) -> Iterator[tuple[int, bytes]]:
        if endpoint == 0x02:
            self._head = data
            return
        self._wire.write(self._head + data)
        answer, self._wire.pending = self._wire.pending, b""
        if answer:
            yield 0x81, answer[:7]
            yield 0x85, answer[7:]


def usb_reader(wire: SamWire) -> UsbDevice:
    interfaces = (Interface(0, 0, (255, 0, 0), (0x02, 0x06, 0x81, 0x85)),)
    return UsbDevice(0x0400, 0xC35A, "", interfaces, SamPipesOf(wire))
