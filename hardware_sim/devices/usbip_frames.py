"""The frames of USB/IP, as an exporter of devices hears and says them. Everything is big endian, but the setup packet
in it, which is USB's own. Source: the kernel's Documentation/usb/usbip_protocol.
"""

import struct
from dataclasses import dataclass

VERSION = 0x0111
LIST_ASKED, LIST_TOLD, IMPORT_ASKED, IMPORT_TOLD = 0x8005, 0x0005, 0x8003, 0x0003
SUBMIT, UNLINK, SUBMIT_DONE, UNLINK_DONE = 1, 2, 3, 4
OK, IN_USE, NO_SUCH_DEVICE = 0, 2, 4
STALLED, GONE_BACK = -32, -104  # EPIPE, ECONNRESET
LONGEST_TRANSFER = 1 << 20
HEADER_BYTES = 48
_SUBMIT = struct.Struct(">IIIIIIiiii8s")
_UNLINK = struct.Struct(">IIIIII24x")


class NotUsbIp(Exception):
    """What a stranger sends: the connection is of no use any more."""


@dataclass(frozen=True, slots=True)
class ListAsked:
    """OP_REQ_DEVLIST."""


@dataclass(frozen=True, slots=True)
class ImportAsked:
    bus_id: str


@dataclass(frozen=True, slots=True)
class Submit:
    """A transfer. `endpoint` with bit 7 for the direction to the host; `length` is of the host's buffer."""

    sequence: int
    endpoint: int
    length: int
    setup: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Unlink:
    sequence: int
    unwanted: int


def next_request(received: bytearray) -> ListAsked | ImportAsked | None:
    """What comes before a device is imported. `None`: wait for more. Raises `NotUsbIp`."""
    if len(received) < 8:
        return None
    version, code, _ = struct.unpack(">HHI", received[:8])
    if code == LIST_ASKED and version >> 8 == VERSION >> 8:
        del received[:8]
        return ListAsked()
    if code != IMPORT_ASKED or version >> 8 != VERSION >> 8:
        raise NotUsbIp(f"version {version:#06x}, code {code:#06x}")
    if len(received) < 40:
        return None
    bus_id = received[8:40].partition(b"\0")[0].decode("ascii", "replace")
    del received[:40]
    return ImportAsked(bus_id)


def next_command(received: bytearray) -> Submit | Unlink | None:
    """What comes after. `None`: wait for more. Raises `NotUsbIp`."""
    if len(received) < HEADER_BYTES:
        return None
    kind = int.from_bytes(received[:4], "big")
    if kind == UNLINK:
        _, sequence, _, _, _, unwanted = _UNLINK.unpack(received[:HEADER_BYTES])
        del received[:HEADER_BYTES]
        return Unlink(sequence, unwanted)
    _, sequence, _, inward, number, _, length, _, packets, _, setup = _SUBMIT.unpack(received[:HEADER_BYTES])
    if kind != SUBMIT or inward > 1 or number > 15 or not 0 <= length <= LONGEST_TRANSFER or packets > 0:
        raise NotUsbIp(f"command {kind}, endpoint {number}, {length} bytes, {packets} packets")
    end = HEADER_BYTES + (0 if inward else length)
    if len(received) < end:
        return None
    data = bytes(received[HEADER_BYTES:end])
    del received[:end]
    return Submit(sequence, number | 0x80 * inward, length, setup, data)


def submitted(command: Submit, status: int, data: bytes = b"", taken: int = 0) -> bytes:
    """USBIP_RET_SUBMIT: `data` to the host, or how many bytes were `taken` from it."""
    return (
        struct.pack(">IIIIIiiiii8x", SUBMIT_DONE, command.sequence, 0, 0, 0, status, len(data) or taken, 0, 0, 0) + data
    )


def unlinked(command: Unlink, status: int) -> bytes:
    return struct.pack(">IIIIIi24x", UNLINK_DONE, command.sequence, 0, 0, 0, status)


def list_told(devices: list[tuple[bytes, bytes]]) -> bytes:
    """Of each device `exported`, and its interfaces as class, subclass, protocol."""
    rows = b"".join(device + interface + b"\0" for device, interface in devices)
    return struct.pack(">HHII", VERSION, LIST_TOLD, OK, len(devices)) + rows


def import_told(status: int, device: bytes = b"") -> bytes:
    return struct.pack(">HHI", VERSION, IMPORT_TOLD, status) + device


def exported(bus_id: str, speed: int, descriptor: bytes) -> bytes:
    """How one device appears in both answers: 312 bytes. `descriptor` is the device descriptor."""
    vendor, product, release = struct.unpack("<HHH", descriptor[8:14])
    bus, _, device = bus_id.partition("-")
    return struct.pack(
        ">256s32sIIIHHHBBBBBB",
        f"/sys/devices/simulated/{bus_id}".encode("ascii"),
        bus_id.encode("ascii"),
        int(bus),
        int(device),
        speed,
        vendor,
        product,
        release,
        *descriptor[4:7],
        1,
        1,
        1,
    )
