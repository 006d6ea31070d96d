"""USB without a kernel: a pyusb backend that speaks USB/IP to whoever exports devices on a port of this computer.

What the kernel's vhci-hcd would do, written from its documentation (Documentation/usb/usbip_protocol.rst): devices are
listed and imported, each transfer is a submitted URB, and one whose time is over is unlinked.
"""

import errno
import select
import socket
import struct
import time
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace

import usb.backend
import usb.core

VERSION = 0x0111
LIST, IMPORT = 0x8005, 0x8003
SUBMIT, UNLINK, SUBMITTED, UNLINKED = 1, 2, 3, 4
OUT, IN = 0, 1
DEVICE_FORM = ">256s32sIIIHHHBBBBBB"
WITHIN_S = 5.0
BUSY_WITHIN_S = 1.0


def _gone(why: str) -> usb.core.USBError:
    return usb.core.USBError(f"no such device ({why})", errno=errno.ENODEV)


@dataclass
class Exported:
    """A device as the exporter lists it; its descriptors once they were asked for."""

    busid: bytes
    bus: int
    address: int
    descriptor: SimpleNamespace = field(default_factory=SimpleNamespace)
    configurations: list["Configuration"] = field(default_factory=list)


@dataclass
class Configuration:
    descriptor: SimpleNamespace
    interfaces: dict[int, list[SimpleNamespace]] = field(default_factory=dict)  # number -> its alternate settings


class Import:
    """A device that was imported: the connection on which its URBs travel, one at a time."""

    def __init__(self, port: int, device: Exported) -> None:
        self._socket = _imported(port, device)
        self._device = device.bus << 16 | device.address
        self._sequence = 0
        self._received = b""

    def close(self) -> None:
        self._socket.close()

    def control(self, request_type: int, request: int, value: int, index: int, *, data: bytes, length: int) -> bytes:
        setup = struct.pack("<BBHHH", request_type, request, value, index, length)
        direction = IN if request_type & 0x80 else OUT
        return self.transfer(0, direction, data=data, length=length, setup=setup, within_s=WITHIN_S)

    def transfer(
        self, endpoint: int, direction: int, *, data: bytes, length: int, within_s: float, setup: bytes = bytes(8)
    ) -> bytes:
        """What was read, or the part that was written."""
        self._sequence += 1
        urb = self._sequence
        self._send(SUBMIT, urb, direction, endpoint, struct.pack(">IIIII8s", 0, length, 0, 0xFFFFFFFF, 0, setup) + data)
        answer = self._next(urb, direction, time.monotonic() + within_s)
        if answer is None:
            self._sequence += 1
            self._send(UNLINK, self._sequence, 0, 0, struct.pack(">I24x", urb))
            answer = self._next(urb, direction, time.monotonic() + WITHIN_S)
            if answer is None or answer[0] == UNLINKED:
                raise usb.core.USBTimeoutError("timed out", errno=errno.ETIMEDOUT)
            self._next(urb, direction, time.monotonic() + WITHIN_S)  # it was done already, says the exporter
        _, status, actual, read = answer
        if status:
            raise usb.core.USBError("failed", errno=-status)
        return read if direction == IN else data[:actual]

    def _send(self, command: int, sequence: int, direction: int, endpoint: int, rest: bytes) -> None:
        try:
            self._socket.sendall(struct.pack(">IIIII", command, sequence, self._device, direction, endpoint) + rest)
        except OSError as error:
            raise _gone(str(error)) from error

    def _next(self, urb: int, direction: int, deadline: float) -> tuple[int, int, int, bytes] | None:
        """What kind of answer, status, length and data; None when the time is over."""
        head = self._take(48, deadline)
        if head is None:
            return None
        command, sequence, status, actual = struct.unpack(">II12xiI20x", head)
        if command == UNLINKED:
            return UNLINKED, status, 0, b""
        assert (command, sequence) == (SUBMITTED, urb), "one URB at a time is under way"
        read = self._take(actual, time.monotonic() + WITHIN_S) if direction == IN and actual else b""
        return SUBMITTED, status, actual, read or b""

    def _take(self, count: int, deadline: float) -> bytes | None:
        while len(self._received) < count:
            if not select.select([self._socket], [], [], max(deadline - time.monotonic(), 0))[0]:
                return None
            try:
                arrived = self._socket.recv(65536)
            except OSError as error:
                raise _gone(str(error)) from error
            if not arrived:
                raise _gone("the exporter hung up")
            self._received += arrived
        taken, self._received = self._received[:count], self._received[count:]
        return taken


class UsbIpBackend(usb.backend.IBackend):  # type: ignore[misc]  # pyusb has no types
    """`kernel_driver`: whether one sits on every interface; `driver_calls` is what was done with it."""

    def __init__(self, port: int, *, kernel_driver: bool = False) -> None:
        self._port = port
        self._kernel_driver = kernel_driver
        self.driver_calls: list[str] = []
        self.claimed: set[int] = set()

    def enumerate_devices(self) -> Iterator[Exported]:
        try:
            connection = _connected(self._port)
        except OSError:
            return
        with connection:
            connection.sendall(struct.pack(">HHI", VERSION, LIST, 0))
            _, _, status, count = struct.unpack(">HHII", _exactly(connection, 12))
            assert status == 0
            devices = []
            for _ in range(count):
                form = struct.unpack(DEVICE_FORM, _exactly(connection, struct.calcsize(DEVICE_FORM)))
                _exactly(connection, 4 * form[-1])
                devices.append(Exported(form[1], form[2], form[3]))
        yield from devices

    def get_device_descriptor(self, dev: Exported) -> SimpleNamespace:
        """Reads all descriptors at once, on a connection of its own."""
        device = Import(self._port, dev)
        try:
            raw = device.control(0x80, 6, 0x0100, 0, data=b"", length=18)
            dev.descriptor = _named(
                "bLength bDescriptorType bcdUSB bDeviceClass bDeviceSubClass bDeviceProtocol bMaxPacketSize0 idVendor "
                "idProduct bcdDevice iManufacturer iProduct iSerialNumber bNumConfigurations",
                struct.unpack("<BBHBBBBHHHBBBB", raw),
            )
            dev.descriptor.bus, dev.descriptor.address = dev.bus, dev.address
            dev.descriptor.port_number, dev.descriptor.port_numbers, dev.descriptor.speed = None, None, None
            for index in range(dev.descriptor.bNumConfigurations):
                head = device.control(0x80, 6, 0x0200 | index, 0, data=b"", length=9)
                total = int.from_bytes(head[2:4], "little")
                dev.configurations.append(
                    _configuration(device.control(0x80, 6, 0x0200 | index, 0, data=b"", length=total))
                )
        finally:
            device.close()
        return dev.descriptor

    def get_configuration_descriptor(self, dev: Exported, config: int) -> SimpleNamespace:
        return dev.configurations[config].descriptor

    def get_interface_descriptor(self, dev: Exported, intf: int, alt: int, config: int) -> SimpleNamespace:
        return list(dev.configurations[config].interfaces.values())[intf][alt]

    def get_endpoint_descriptor(self, dev: Exported, ep: int, intf: int, alt: int, config: int) -> SimpleNamespace:
        endpoint: SimpleNamespace = self.get_interface_descriptor(dev, intf, alt, config).endpoints[ep]
        return endpoint

    def open_device(self, dev: Exported) -> Import:
        return Import(self._port, dev)

    def close_device(self, dev_handle: Import) -> None:
        dev_handle.close()

    def set_configuration(self, dev_handle: Import, config_value: int) -> None:
        dev_handle.control(0x00, 9, config_value, 0, data=b"", length=0)

    def get_configuration(self, dev_handle: Import) -> int:
        return dev_handle.control(0x80, 8, 0, 0, data=b"", length=1)[0]

    def set_interface_altsetting(self, dev_handle: Import, intf: int, altsetting: int) -> None:
        dev_handle.control(0x01, 11, altsetting, intf, data=b"", length=0)

    def claim_interface(self, dev_handle: Import, intf: int) -> None:
        if self._kernel_driver:
            raise usb.core.USBError("busy", errno=errno.EBUSY)
        self.claimed.add(intf)

    def release_interface(self, dev_handle: Import, intf: int) -> None:
        self.claimed.discard(intf)

    def bulk_write(self, dev_handle: Import, ep: int, intf: int, data: "array[int]", timeout: int) -> int:
        octets = data.tobytes()
        return len(dev_handle.transfer(ep, OUT, data=octets, length=len(octets), within_s=timeout / 1000))

    def bulk_read(self, dev_handle: Import, ep: int, intf: int, buff: "array[int]", timeout: int) -> int:
        read = dev_handle.transfer(ep & 0x0F, IN, data=b"", length=len(buff), within_s=timeout / 1000)
        buff[: len(read)] = array("B", read)
        return len(read)

    def ctrl_transfer(
        self,
        dev_handle: Import,
        bmRequestType: int,
        bRequest: int,
        wValue: int,
        wIndex: int,
        data: "array[int]",
        timeout: int,
    ) -> int:
        length = len(data)
        sent = b"" if bmRequestType & 0x80 else data.tobytes()
        read = dev_handle.control(bmRequestType, bRequest, wValue, wIndex, data=sent, length=length)
        if bmRequestType & 0x80:
            data[: len(read)] = array("B", read)
        return len(read)

    def clear_halt(self, dev_handle: Import, ep: int) -> None:
        dev_handle.control(0x02, 1, 0, ep, data=b"", length=0)

    def is_kernel_driver_active(self, dev_handle: Import, intf: int) -> bool:
        return self._kernel_driver

    def detach_kernel_driver(self, dev_handle: Import, intf: int) -> None:
        self._kernel_driver = False
        self.driver_calls.append(f"detach {intf}")

    def attach_kernel_driver(self, dev_handle: Import, intf: int) -> None:
        self._kernel_driver = True
        self.driver_calls.append(f"attach {intf}")


def _imported(port: int, device: Exported) -> socket.socket:
    """An exporter may still be letting go of the one before: asked again for a while."""
    deadline = time.monotonic() + BUSY_WITHIN_S
    while True:
        try:
            connection = _connected(port)
            connection.sendall(struct.pack(">HHI32s", VERSION, IMPORT, 0, device.busid))
            _, _, status = struct.unpack(">HHI", _exactly(connection, 8))
            if status == 0:
                _exactly(connection, struct.calcsize(DEVICE_FORM))
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return connection
        except OSError as error:
            raise _gone(str(error)) from error
        connection.close()
        if time.monotonic() > deadline:
            raise _gone(f"not given away, status {status}")


def _connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=WITHIN_S)


def _exactly(connection: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count:
        arrived = connection.recv(count - len(got))
        if not arrived:
            raise ConnectionError("the exporter hung up")
        got += arrived
    return got


def _named(names: str, values: tuple[int, ...]) -> SimpleNamespace:
    return SimpleNamespace(**dict(zip(names.split(), values, strict=True)), extra_descriptors=[])


def _configuration(raw: bytes) -> Configuration:
    configuration = Configuration(
        _named(
            "bLength bDescriptorType wTotalLength bNumInterfaces bConfigurationValue iConfiguration bmAttributes "
            "bMaxPower",
            struct.unpack("<BBHBBBBB", raw[:9]),
        )
    )
    at = raw[0]
    while at + 2 <= len(raw) and raw[at] >= 2:
        one = raw[at : at + raw[at]]
        at += raw[at]
        if one[1] == 4:
            interface = _named(
                "bLength bDescriptorType bInterfaceNumber bAlternateSetting bNumEndpoints bInterfaceClass "
                "bInterfaceSubClass bInterfaceProtocol iInterface",
                struct.unpack("<9B", one[:9]),
            )
            interface.endpoints = []
            configuration.interfaces.setdefault(interface.bInterfaceNumber, []).append(interface)
        elif one[1] == 5:
            endpoint = _named(
                "bLength bDescriptorType bEndpointAddress bmAttributes wMaxPacketSize bInterval",
                struct.unpack("<BBBBHB", one[:7]),
            )
            endpoint.bRefresh = endpoint.bSynchAddress = 0
            interface.endpoints.append(endpoint)
    return configuration
