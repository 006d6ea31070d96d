"""A USB device as a pure machine: its descriptors, and the standard requests that every device answers (USB 2.0,
chapter 9). What it is for is its function's.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from hardware_sim.clock import Source

FULL_SPEED = 2  # as USB/IP counts
PACKET_BYTES = 64
DEVICE, CONFIGURATION, STRING = 1, 2, 3
CHINESE, ENGLISH = 0x0804, 0x0409


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What stands in the descriptors of a device with one interface of bulk endpoints.

    `interface`: class, subclass, protocol. `endpoints`: their addresses, bit 7 for the direction to the host.
    """

    vendor: int
    product: int
    release: int
    interface: tuple[int, int, int]
    endpoints: tuple[int, ...]
    maker: str
    name: str
    serial: str

    def device(self) -> bytes:
        ids = (self.vendor, self.product, self.release)
        return struct.pack("<BBHBBBBHHHBBBB", 18, DEVICE, 0x0200, 0, 0, 0, PACKET_BYTES, *ids, 1, 2, 3, 1)

    def configuration(self) -> bytes:
        endpoints = b"".join(struct.pack("<BBBBHB", 7, 5, address, 2, PACKET_BYTES, 0) for address in self.endpoints)
        interface = struct.pack("<BBBBBBBBB", 9, 4, 0, 0, len(self.endpoints), *self.interface, 0) + endpoints
        return struct.pack("<BBHBBBBB", 9, CONFIGURATION, 9 + len(interface), 1, 1, 0, 0xC0, 50) + interface

    def string(self, index: int) -> bytes | None:
        if index == 0:
            content = struct.pack("<H", ENGLISH)
        elif index <= 3:
            content = (self.maker, self.name, self.serial)[index - 1].encode("utf-16-le")
        else:
            return None
        return bytes([2 + len(content), STRING]) + content


IDENTITY_CARD_READER = Described(
    vendor=0x0400,
    product=0xC35A,
    release=0x0100,
    interface=(0xFF, 0, 0),
    endpoints=(0x02, 0x06, 0x81, 0x85),
    maker="SIMULATED",
    name="ID Card Reader",
    serial="SIM-SAM-0001",
)
RECEIPT_PRINTER = Described(
    vendor=0x0416,
    product=0x5011,
    release=0x0200,
    interface=(7, 1, 2),
    endpoints=(0x02, 0x82),
    maker="SIMULATED",
    name="POS80 Printer",
    serial="SIM-PRN-0001",
)


@dataclass(frozen=True, slots=True)
class Setup:
    """The eight bytes that begin a control transfer."""

    kind: int
    request: int
    value: int
    index: int
    length: int

    @classmethod
    def parse(cls, octets: bytes) -> "Setup":
        return cls(*struct.unpack("<BBHHH", octets))


class Function(Protocol):
    """What a device is for. Between `attached` and `detached` a host has it."""

    def attached(self) -> bool: ...
    def detached(self) -> None: ...

    def take(self, endpoint: int, data: bytes) -> bool:
        """A transfer from the host; false: not yet, ask again."""
        ...

    def give(self, endpoint: int, most: int) -> bytes | None:
        """A transfer to the host, at most so long; `None`: nothing yet, ask again."""
        ...

    def control(self, setup: Setup, data: bytes) -> bytes | None:
        """A request of its class or its maker; `None`: it knows none such."""
        ...

    def alive(self) -> bool:
        """False: what it is for is gone from behind it, and so is the device."""
        ...

    def sources(self) -> tuple[Iterable[Source], Iterable[Source]]:
        """What to wait for before asking again: readers and writers."""
        ...

    def due_s(self) -> float:
        """Until when to wait at most, by the clock; infinite when only `sources` matter."""
        ...


class UsbDevice:
    """Descriptors and function, and what a host has set."""

    def __init__(self, described: Described, function: Function) -> None:
        self.described = described
        self.function = function
        self._configuration = 0

    def control(self, octets: bytes, data: bytes) -> bytes | None:
        """The answer to a control transfer, as long as it may be; `None`: stalled."""
        setup = Setup.parse(octets)
        answer = self.function.control(setup, data) if setup.kind & 0x60 else self._standard(setup)
        return None if answer is None else answer[: setup.length]

    def _standard(self, setup: Setup) -> bytes | None:
        match setup.kind, setup.request:
            case 0x80, 6:
                return self._descriptor(setup.value >> 8, setup.value & 0xFF)
            case 0x80, 8:
                return bytes([self._configuration])
            case 0x00, 9 if setup.value <= 1:
                self._configuration = setup.value
                return b""
            case ((0x80 | 0x81 | 0x82), 0):
                return b"\x01\0" if setup.kind == 0x80 else bytes(2)  # self-powered; nothing halted
            case 0x81, 10 if setup.index == 0:
                return b"\0"
            case 0x01, 11 if setup.index == setup.value == 0:
                return b""
            case 0x00, 5:
                return b""
            case 0x02, (1 | 3) if setup.index in (0, *self.described.endpoints):
                return b""
            case _:
                return None

    def _descriptor(self, kind: int, index: int) -> bytes | None:
        match kind:
            case 1:
                return self.described.device()
            case 2 if index == 0:
                return self.described.configuration()
            case 3:
                return self.described.string(index)
            case _:
                return None
