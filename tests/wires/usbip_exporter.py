"""One scripted USB device, exported over USB/IP: descriptors from a table, and what it answers to what it is given."""

import select
import socket
import struct
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Self

VERSION = 0x0111
PIPE, RESET_BY_PEER = -32, -104
BUSID = b"1-1"


@dataclass(frozen=True)
class Interface:
    number: int
    alternate: int
    kind: tuple[int, int, int]  # class, subclass, protocol
    endpoints: tuple[int, ...]


@dataclass
class UsbDevice:
    """`react`: data that came on an OUT endpoint gives data for IN endpoints. A stalled endpoint answers nothing until
    the host frees it; `configured` 0 is a device that nobody has set up yet."""

    vendor: int
    product: int
    serial_number: str
    interfaces: tuple[Interface, ...]
    react: Callable[[int, bytes], Iterable[tuple[int, bytes]]]
    stalled: set[int] = field(default_factory=set)
    for_ever: bool = False  # stalls again at once
    configured: int = 1
    alternates: dict[int, int] = field(default_factory=dict)
    waiting: defaultdict[int, deque[bytes]] = field(default_factory=lambda: defaultdict(deque))

    def device_descriptor(self) -> bytes:
        return struct.pack("<BBHBBBBHHHBBBB", 18, 1, 0x0200, 0, 0, 0, 64, self.vendor, self.product, 0x0100, 0, 0, 1, 1)

    def configuration_descriptor(self) -> bytes:
        body = b""
        for interface in self.interfaces:
            count = len(interface.endpoints)
            body += struct.pack("<9B", 9, 4, interface.number, interface.alternate, count, *interface.kind, 0)
            for address in interface.endpoints:
                body += struct.pack("<BBBBHB", 7, 5, address, 2, 64, 0)
        numbers = len({interface.number for interface in self.interfaces})
        return struct.pack("<BBHBBBBB", 9, 2, 9 + len(body), numbers, 1, 0, 0x80, 50) + body

    def control(self, setup: bytes) -> bytes | None:
        """The answer to a request on endpoint 0; None is a stall."""
        request_type, request, value, index, _ = struct.unpack("<BBHHH", setup)
        match request_type, request:
            case 0x80, 6 if value >> 8 == 1:
                return self.device_descriptor()
            case 0x80, 6 if value >> 8 == 2:
                return self.configuration_descriptor()
            case 0x80, 6 if value == 0x0300:
                return struct.pack("<BBH", 4, 3, 0x0409)
            case 0x80, 6 if value == 0x0301:
                text = self.serial_number.encode("utf-16-le")
                return bytes([2 + len(text), 3]) + text
            case 0x80, 8:
                return bytes([self.configured])
            case 0x00, 9:
                self.configured = value
                return b""
            case 0x01, 11:
                self.alternates[index] = value
                return b""
            case 0x02, 1:
                if not self.for_ever:
                    self.stalled.discard(index)
                return b""
        return None


class Exporter:
    """Gives the device to one importer at a time. `unplug` and `plug` are the hands."""

    def __init__(self, device: UsbDevice) -> None:
        self._device = device
        self._plugged = True
        self._guard = threading.Lock()
        self._imported: _Host | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._wake, self._waker = socket.socketpair()
        self._thread = threading.Thread(target=self._serve, name="scripted USB/IP exporter")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._waker.send(b"x")
        self._thread.join()
        self._listener.close()
        self._wake.close()
        self._waker.close()

    def unplug(self) -> None:
        with self._guard:
            self._plugged = False
            if self._imported is not None:
                self._imported.connection.shutdown(socket.SHUT_RDWR)

    def plug(self) -> None:
        with self._guard:
            self._plugged = True

    def _serve(self) -> None:
        hosts: list[_Host] = []
        while True:
            readable, _, _ = select.select([self._listener, self._wake, *(host.connection for host in hosts)], [], [])
            if self._wake in readable:
                break
            if self._listener in readable:
                connection, _ = self._listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                hosts.append(_Host(connection))
            for host in [host for host in hosts if host.connection in readable]:
                if not self._heard(host):
                    with self._guard:
                        host.connection.close()
                        hosts.remove(host)
                        if self._imported is host:
                            self._imported = None
                            self._device.waiting.clear()
        for host in hosts:
            host.connection.close()

    def _heard(self, host: "_Host") -> bool:
        """False when the host hung up."""
        try:
            arrived = host.connection.recv(65536)
            if not arrived:
                return False
            host.received += arrived
            while self._handled(host):
                pass
        except OSError:
            return False
        return True

    def _handled(self, host: "_Host") -> bool:
        return self._urb(host) if self._imported is host else self._asked(host)

    def _asked(self, host: "_Host") -> bool:
        if len(host.received) < 8:
            return False
        code = struct.unpack(">H", host.received[2:4])[0]
        with self._guard:
            if code == 0x8005:
                del host.received[:8]
                listed = self._form() + bytes(4 * self._interfaces()) if self._plugged else b""
                host.connection.sendall(struct.pack(">HHII", VERSION, 5, 0, bool(listed)) + listed)
                return True
            if len(host.received) < 40:
                return False
            del host.received[:40]
            free = self._plugged and self._imported is None
            if free:
                self._imported = host
            host.connection.sendall(struct.pack(">HHI", VERSION, 3, 0 if free else 1) + (self._form() if free else b""))
        return True

    def _form(self) -> bytes:
        device = self._device
        return struct.pack(
            ">256s32sIIIHHHBBBBBB", b"/sys/devices/scripted", BUSID, 1, 1, 2, device.vendor, device.product, 0x0100,
            0, 0, 0, 1, 1, self._interfaces(),
        )  # fmt: skip

    def _interfaces(self) -> int:
        return len({interface.number for interface in self._device.interfaces})

    def _urb(self, host: "_Host") -> bool:
        if len(host.received) < 48:
            return False
        command, sequence, _, direction, endpoint = struct.unpack(">5I", host.received[:20])
        if command == 2:
            unlinked = struct.unpack(">I", host.received[20:24])[0]
            del host.received[:48]
            status = RESET_BY_PEER if host.forgot(unlinked) else 0
            host.connection.sendall(struct.pack(">5Ii24x", 4, sequence, 0, 0, 0, status))
            return True
        length, setup = struct.unpack(">4xI12x8s", host.received[20:48])
        size = 48 + (length if direction == 0 else 0)
        if len(host.received) < size:
            return False
        data = bytes(host.received[48:size])
        del host.received[:size]
        if endpoint == 0:
            answer = self._device.control(setup)
            host.answer(sequence, PIPE if answer is None else 0, (answer or b"")[:length], direction)
        elif (address := endpoint | direction << 7) in self._device.stalled:
            host.answer(sequence, PIPE, b"", direction)
        elif direction == 0:
            for towards, reaction in self._device.react(address, data):
                self._device.waiting[towards].append(reaction)
            host.connection.sendall(struct.pack(">5IiI4xI12x", 3, sequence, 0, 0, 0, 0, len(data), 0xFFFFFFFF))
        else:
            host.pending.append((sequence, address, length))
        host.pump(self._device.waiting)
        return True


class _Host:
    """A connection of a computer that uses the device, and the reads that it has under way."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.received = bytearray()
        self.pending: list[tuple[int, int, int]] = []

    def forgot(self, sequence: int) -> bool:
        before = len(self.pending)
        self.pending = [urb for urb in self.pending if urb[0] != sequence]
        return len(self.pending) < before

    def pump(self, waiting: defaultdict[int, deque[bytes]]) -> None:
        for urb in list(self.pending):
            sequence, address, length = urb
            if waiting[address]:
                data = waiting[address].popleft()
                if len(data) > length:
                    waiting[address].appendleft(data[length:])
                self.pending.remove(urb)
                self.answer(sequence, 0, data[:length], 1)

    def answer(self, sequence: int, status: int, data: bytes, direction: int) -> None:
        head = struct.pack(">5IiI4xI12x", 3, sequence, 0, 0, 0, status, len(data), 0xFFFFFFFF)
        self.connection.sendall(head + (data if direction else b""))
