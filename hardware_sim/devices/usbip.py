"""An exporter of simulated USB devices over USB/IP: to the kernel's vhci-hcd (`usbip attach`), or to whoever speaks it.

One thread serves all hosts. A transfer for which there is nothing yet waits, as on a bus, until the host gives it up.
"""

import math
import socket
import threading
from dataclasses import dataclass, field

from hardware_sim.clock import Bell, Clock, RealClock, Source
from hardware_sim.devices import usbip_frames as frames
from hardware_sim.devices.usb_device import FULL_SPEED, UsbDevice
from hardware_sim.devices.usbip_frames import Submit, Unlink

PORT = 3240  # where usbip looks
READS_WITHIN_S = 5.0  # a host that takes no answers so long is let go


@dataclass(eq=False)
class _Host:
    """A connection; with a device from its import on. `waiting`: transfers without an answer yet, oldest first."""

    wire: socket.socket
    bus_id: str = ""
    device: UsbDevice | None = None
    received: bytearray = field(default_factory=bytearray)
    waiting: list[Submit] = field(default_factory=list)


class UsbExporter:
    """Exports `devices` by their bus ids (`1-1`) at `port` of `address`, from `start` until `stop`; 0 takes any port.

    Any thread may call. `address`: where a guest with a network of its own must reach it, give the host's.
    """

    def __init__(
        self,
        devices: dict[str, UsbDevice],
        *,
        port: int = 0,
        address: str = "127.0.0.1",
        clock: Clock | None = None,
    ) -> None:
        self._devices = devices
        self._plugged = set(devices)
        self._address = address
        self.port = port
        self._clock = clock or RealClock()
        self._bell = Bell()
        self._guard = threading.Lock()
        self._hosts: list[_Host] = []
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        listener = socket.create_server((self._address, self.port))
        self.port = int(listener.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, args=(listener,), name="simulated USB")
        self._thread.start()
        self._clock.count_on(self._thread)

    def stop(self) -> None:
        if self._thread is not None:
            self._stopping = True
            self._bell.ring()
            self._thread.join()
            self._thread = None
        self._bell.close()

    def plug(self, bus_id: str) -> None:
        with self._guard:
            self._plugged.add(bus_id)

    def unplug(self, bus_id: str) -> None:
        """Whoever has imported it loses the connection before this returns."""
        with self._guard:
            self._plugged.discard(bus_id)
            for host in [host for host in self._hosts if host.device and host.bus_id == bus_id]:
                host.wire.shutdown(socket.SHUT_RDWR)  # the thread closes it
        self._bell.ring()

    def state(self) -> dict[str, object]:
        with self._guard:
            imported = {host.bus_id for host in self._hosts if host.device}
            return {
                bus_id: "imported" if bus_id in imported else "plugged" if bus_id in self._plugged else "unplugged"
                for bus_id in self._devices
            }

    def _serve(self, listener: socket.socket) -> None:
        with listener:
            while not self._stopping:
                readers, writers, within_s = self._awaited()
                ready = self._clock.select([listener, self._bell, *readers], writers, within_s=within_s)
                self._bell.hush()
                with self._guard:
                    if listener in ready:
                        wire, _ = listener.accept()
                        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                        wire.settimeout(READS_WITHIN_S)
                        self._hosts.append(_Host(wire))
                    for host in list(self._hosts):
                        if not self._attend(host, heard=host.wire in ready):
                            self._hang_up(host)
        with self._guard:
            for host in list(self._hosts):
                self._hang_up(host)

    def _awaited(self) -> tuple[list[Source], list[Source], float | None]:
        readers: list[Source] = []
        writers: list[Source] = []
        due_s = math.inf
        with self._guard:
            for host in self._hosts:
                readers.append(host.wire)
                if host.device is not None:
                    of_function = host.device.function.sources()
                    readers += of_function[0]
                    writers += of_function[1]
                    due_s = min(due_s, host.device.function.due_s())
        return readers, writers, None if due_s == math.inf else due_s - self._clock.now()

    def _hang_up(self, host: _Host) -> None:
        self._hosts.remove(host)
        host.wire.close()
        if host.device is not None:
            host.device.function.detached()

    def _attend(self, host: _Host, *, heard: bool) -> bool:
        """False: the connection is over."""
        try:
            if heard:
                octets = host.wire.recv(65536)
                if not octets:
                    return False
                host.received += octets
            self._meet(host)
            self._command(host)
            self._transfer(host)
        except (ConnectionError, TimeoutError, frames.NotUsbIp):
            return False
        return host.device is None or host.device.function.alive()

    def _meet(self, host: _Host) -> None:
        """List and import, until the connection is a device's."""
        while host.device is None and (request := frames.next_request(host.received)) is not None:
            match request:
                case frames.ListAsked():
                    host.wire.sendall(frames.list_told([self._row(bus_id) for bus_id in sorted(self._plugged)]))
                case frames.ImportAsked(bus_id):
                    host.wire.sendall(self._import(host, bus_id))

    def _row(self, bus_id: str) -> tuple[bytes, bytes]:
        described = self._devices[bus_id].described
        return frames.exported(bus_id, FULL_SPEED, described.device()), bytes(described.interface)

    def _import(self, host: _Host, bus_id: str) -> bytes:
        if any(other.device and other.bus_id == bus_id for other in self._hosts):
            return frames.import_told(frames.IN_USE)
        if bus_id not in self._plugged or not self._devices[bus_id].function.attached():
            return frames.import_told(frames.NO_SUCH_DEVICE)
        host.bus_id, host.device = bus_id, self._devices[bus_id]
        return frames.import_told(frames.OK, self._row(bus_id)[0])

    def _command(self, host: _Host) -> None:
        while host.device is not None and (command := frames.next_command(host.received)) is not None:
            match command:
                case Submit():
                    host.waiting.append(command)
                case Unlink():
                    host.wire.sendall(self._give_up(host, command))

    def _give_up(self, host: _Host, unlink: Unlink) -> bytes:
        """A transfer that is given up gets no answer of its own; one that was done gave it before."""
        kept = [waiting for waiting in host.waiting if waiting.sequence != unlink.unwanted]
        given_up = len(kept) < len(host.waiting)
        host.waiting = kept
        return frames.unlinked(unlink, frames.GONE_BACK if given_up else frames.OK)

    def _transfer(self, host: _Host) -> None:
        """Do what can be done: each endpoint's transfers in their order, whatever the others wait for."""
        if host.device is None:
            return
        held: set[int] = set()
        still: list[Submit] = []
        for submit in host.waiting:
            answer = None if submit.endpoint in held else self._answer(host.device, submit)
            if answer is None:
                held.add(submit.endpoint)
                still.append(submit)
            else:
                host.wire.sendall(answer)
        host.waiting = still

    def _answer(self, device: UsbDevice, submit: Submit) -> bytes | None:
        if submit.endpoint & 0x0F == 0:
            answer = device.control(submit.setup, submit.data)
            if answer is None:
                return frames.submitted(submit, frames.STALLED)
            inward = submit.endpoint & 0x80
            return frames.submitted(submit, 0, answer[: submit.length] if inward else b"", len(submit.data))
        if submit.endpoint not in device.described.endpoints:
            return frames.submitted(submit, frames.STALLED)
        if not submit.endpoint & 0x80:
            taken = device.function.take(submit.endpoint, submit.data)
            return frames.submitted(submit, 0, taken=len(submit.data)) if taken else None
        data = device.function.give(submit.endpoint, submit.length)
        return None if data is None else frames.submitted(submit, 0, data)
