"""The document scanner on the network: SANE's protocol at an address of this computer's own, its plug, and its hands.

SANE's `net` backend knows one port only, so each simulation listens at a loopback address that nobody else has.
"""

import contextlib
import random
import socket
import struct
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from hardware_sim.clock import Bell, Clock, RealClock, Source
from hardware_sim.devices import saned_wire
from hardware_sim.devices.document_scanner_machine import (
    FAULTS,
    JAM,
    OPTIONS,
    UNPLUGGED,
    PlugPulled,
    ScannerMachine,
)
from hardware_sim.devices.saned_wire import Call, Request, Status
from hardware_sim.devices.sheet_pictures import Sheet
from hardware_sim.faults import Value

NAME = "hall-scanner"
DESCRIPTION = (NAME, "Simulated", "Hall scanner", "sheetfed and flatbed scanner")
CONNECT_WITHIN_S = 3
READ_BYTES = 65_536
ADDRESSES_TRIED = 200

Log = Callable[[str, bytes], None]


class _Host:
    """One connection of a host, and the one beside it over which a page goes."""

    def __init__(self, line: socket.socket) -> None:
        self.line = line
        self.received = bytearray()
        self.unsent = bytearray()
        self.opened = False
        self.listener: socket.socket | None = None
        self.data: socket.socket | None = None
        self.image = bytearray()
        self.image_ends = False
        self.due_s = 0.0

    def readers(self) -> list[Source]:
        """Not the page's: a host says at once that it is going to send nothing there."""
        return [self.line, *([self.listener] if self.listener else [])]

    def writers(self) -> list[Source]:
        return [*([self.line] if self.unsent else []), *([self.data] if self.data and self.image else [])]

    def drop_data(self) -> None:
        for one in (self.listener, self.data):
            if one is not None:
                one.close()
        self.listener = self.data = None
        self.image.clear()
        self.image_ends = False

    def close(self, *, torn: bool = False) -> None:
        """`torn`: as when the power is gone, with a reset in place of an end."""
        for one in (self.line, self.data):
            if one is not None and torn:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.drop_data()
        self.line.close()


class DocumentScanner:
    """Serves a `ScannerMachine` from `start` until `stop`. Any thread may call.

    `configuration`: a folder for `SANE_CONFIG_DIR`, through which SANE finds this scanner and its own test backend.
    `log` hears what goes over the wire: `to-device` or `from-device`, and the bytes.
    """

    def __init__(
        self, configuration: Path, *, pace: bool = True, clock: Clock | None = None, log: Log | None = None
    ) -> None:
        self.configuration = configuration
        self.host = ""
        self._pace = pace
        self._clock = clock or RealClock()
        self._log = log or (lambda _direction, _octets: None)
        self._machine = ScannerMachine()
        self._guard = threading.Condition()
        self._bell = Bell()
        self._thread: threading.Thread | None = None
        self._listener: socket.socket | None = None
        self._hosts: list[_Host] = []
        self._stopping = False
        self._wanted, self._plugged = True, False
        self._plug_in_at_s: float | None = None

    @property
    def address(self) -> str:
        """The SANE name of the scanner."""
        return f"net:{self.host}:{NAME}"

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs that is to find it."""
        return {"SANE_CONFIG_DIR": str(self.configuration)}

    def start(self) -> None:
        """Raises OSError when this computer has no loopback address left."""
        self._listener = self._listen_somewhere()
        self.host = self._listener.getsockname()[0]
        self.configuration.mkdir(exist_ok=True)
        (self.configuration / "dll.conf").write_text("net\ntest\n")
        (self.configuration / "net.conf").write_text(f"connect_timeout = {CONNECT_WITHIN_S}\n{self.host}\n")
        self._plugged = True
        self._thread = threading.Thread(target=self._run, name="simulated document scanner")
        self._thread.start()
        self._clock.count_on(self._thread)

    def stop(self) -> None:
        if self._thread is not None:
            self._stopping = True
            self._bell.ring()
            self._thread.join()
            self._thread = None
            self._bell.close()

    # Hands.

    def feed(self, sheets: Iterable[Sheet]) -> None:
        """Lay sheets into the feeder, below those that lie there."""
        with self._guard:
            self._machine.feed(sheets)

    def take(self) -> int:
        """Take all sheets out of the feeder, a stuck one too; how many."""
        with self._guard:
            return self._machine.take()

    def lay(self, sheet: Sheet | None) -> None:
        """Lay a page on the glass; `None` takes it away."""
        with self._guard:
            self._machine.glass = sheet

    def plug(self) -> None:
        with self._guard:
            self._push()
        self._settle_plug()

    def unplug(self) -> None:
        with self._guard:
            self._pull(0.0)
        self._settle_plug()

    def set_fault(self, name: str, **parameters: Value) -> None:
        """`parameters`: all that the registry names. Raises ValueError for a fault that no document scanner has."""
        if name not in FAULTS:
            raise ValueError(f"no fault of a document scanner: {name}")
        with self._guard:
            faults = self._machine.faults
            faults.set(name, **parameters)  # type: ignore[arg-type]  # `on` is a word
            if name == UNPLUGGED and name in faults:
                self._pull(faults.amount(UNPLUGGED, "for_s"))
        self._settle_plug()

    def clear_fault(self, name: str | None) -> None:
        with self._guard:
            if name in (None, JAM):
                self._machine.clear_jam()
            if UNPLUGGED in self._machine.faults.clear(name):
                self._push()
        self._settle_plug()

    def faults(self) -> dict[str, dict[str, Value]]:
        with self._guard:
            return self._machine.faults.listed()

    def state(self) -> dict[str, object]:
        with self._guard:
            machine = self._machine
            return {
                "plugged": self._wanted,
                "feeder": [sheet.name for sheet in machine.feeder],
                "glass": machine.glass.name if machine.glass else None,
                "jammed": machine.stuck is not None,
                "opened": machine.opened,
                "scanning": machine.scanning,
                "pages": machine.pages,
            }

    # The plug. The first two are called with the guard held.

    def _pull(self, for_s: float) -> None:
        self._wanted = False
        self._plug_in_at_s = self._clock.now() + for_s if for_s else None

    def _push(self) -> None:
        self._wanted, self._plug_in_at_s = True, None
        self._machine.faults.clear(UNPLUGGED)

    def _settle_plug(self) -> None:
        self._bell.ring()
        with self._guard:
            self._guard.wait_for(lambda: self._plugged == self._wanted or self._thread is None)

    # The thread.

    def _listen_somewhere(self) -> socket.socket:
        chance = random.SystemRandom()
        for _ in range(ADDRESSES_TRIED):
            host = f"127.{chance.randint(64, 254)}.{chance.randint(1, 254)}.{chance.randint(2, 254)}"
            with contextlib.suppress(OSError):
                return socket.create_server((host, saned_wire.PORT), backlog=8)
        raise OSError(f"no loopback address with a free port {saned_wire.PORT}")

    def _run(self) -> None:
        while not self._stopping:
            with self._guard:
                self._turn_plug()
                wait_s = self._advance()
                hosts = list(self._hosts)
                readers: list[Source] = [self._bell, *([self._listener] if self._listener else [])]
                readers += [source for host in hosts for source in host.readers()]
                writers = [source for host in hosts for source in host.writers()]
            found = self._clock.select(readers, writers, within_s=wait_s)
            self._bell.hush()
            with self._guard:
                if self._listener in found and self._listener is not None:
                    self._accept(self._listener)
                for host in hosts:
                    if host in self._hosts:
                        self._attend(host, found)
        with self._guard:
            self._hang_up_all(torn=False)
            if self._listener is not None:
                self._listener.close()
            self._plugged = False
            self._guard.notify_all()

    def _turn_plug(self) -> None:
        if self._plug_in_at_s is not None and self._clock.now() >= self._plug_in_at_s:
            self._push()
        if not self._wanted and self._listener is not None:
            self._listener.close()
            self._listener = None
            self._hang_up_all(torn=True)
        elif self._wanted and self._listener is None:
            self._listener = socket.create_server((self.host, saned_wire.PORT), backlog=8)
        self._plugged = self._listener is not None
        self._guard.notify_all()

    def _hang_up_all(self, *, torn: bool) -> None:
        for host in list(self._hosts):
            self._drop(host, torn=torn)

    def _drop(self, host: _Host, *, torn: bool = False) -> None:
        if host in self._hosts:
            self._hosts.remove(host)
            host.close(torn=torn)
            if host.opened:
                self._machine.close()

    def _accept(self, listener: socket.socket) -> None:
        line, _ = listener.accept()
        line.setblocking(False)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._hosts.append(_Host(line))

    def _advance(self) -> float | None:
        """Let pages come as far as it is time. Gives the seconds until something is to be done by itself."""
        waits = [] if self._plug_in_at_s is None else [self._plug_in_at_s - self._clock.now()]
        for host in self._hosts:
            if host.data is None or host.image or self._machine.mute:
                continue
            if host.image_ends:
                host.drop_data()
            elif (early_s := host.due_s - self._clock.now()) > 0:
                waits.append(early_s)
            else:
                waits.append(0.0)
                self._next_part(host)
        return max(0.0, min(waits)) if waits else None

    def _next_part(self, host: _Host) -> None:
        match self._machine.next_part():
            case bytes(octets):
                host.image += saned_wire.record(octets)
                host.due_s += self._machine.part_s if self._pace else 0.0
            case PlugPulled():
                self._pull(self._machine.faults.amount(UNPLUGGED, "for_s"))
            case Status() as status:
                host.image += saned_wire.ended(status)
                host.image_ends = True
            case None:
                host.drop_data()
        if host.image:
            self._log("from-device", bytes(host.image))

    def _attend(self, host: _Host, found: list[Source]) -> None:
        try:
            if host.listener in found and host.listener is not None:
                host.data, _ = host.listener.accept()
                host.data.setblocking(False)
                host.due_s = self._clock.now() + (self._machine.part_s if self._pace else 0.0)
                host.listener.close()
                host.listener = None
            elif host.data in found and host.data is not None:
                del host.image[: host.data.send(host.image)]
            if host.line in found:
                if host.unsent:
                    del host.unsent[: host.line.send(host.unsent)]
                self._hear(host)
        except BlockingIOError:
            return
        except (OSError, ValueError):  # gone, or no host of this protocol
            self._drop(host)

    def _hear(self, host: _Host) -> None:
        octets = host.line.recv(READ_BYTES)
        if not octets:
            self._drop(host)
            return
        self._log("to-device", octets)
        host.received += octets
        while host in self._hosts and (request := saned_wire.next_request(host.received)) is not None:
            answer = self._answer(host, request)
            if answer is None:
                self._drop(host)
            elif not self._machine.mute:
                self._log("from-device", answer)
                host.unsent += answer

    def _answer(self, host: _Host, request: Request) -> bytes | None:
        """`None`: the host wants to go. Every handle is that of the one scanner there is."""
        machine = self._machine
        match request.call:
            case Call.INIT:
                return saned_wire.initialised(Status.GOOD)
            case Call.GET_DEVICES:
                return saned_wire.devices(Status.GOOD, [DESCRIPTION])
            case Call.OPEN:
                named = request.texts[0] in (b"", NAME.encode())
                status = machine.open() if named else Status.INVAL
                host.opened = host.opened or status is Status.GOOD
                return saned_wire.opened(status, 0)
            case Call.AUTHORIZE:
                return saned_wire.acknowledged()
            case Call.EXIT:
                return None
            case _:
                return self._answer_opened(host, request) if host.opened else None

    def _answer_opened(self, host: _Host, request: Request) -> bytes:
        machine = self._machine
        match request.call:
            case Call.GET_OPTION_DESCRIPTORS:
                return saned_wire.options(OPTIONS)
            case Call.CONTROL_OPTION:
                kind = request.words[3] if len(request.words) > 3 else OPTIONS[0].kind
                value = request.texts[0] if request.texts else b""
                status, info, now = machine.control(request.words[1], request.words[2], value)
                return saned_wire.controlled(status, info, kind, now)
            case Call.GET_PARAMETERS:
                return saned_wire.parameters(Status.GOOD, machine.parameters())
            case Call.START:
                status = machine.start()
                if status is not Status.GOOD:
                    return saned_wire.started(status, 0)
                host.drop_data()
                host.listener = socket.create_server((self.host, 0), backlog=1)
                return saned_wire.started(status, host.listener.getsockname()[1])
            case Call.CANCEL:
                machine.cancel()
                host.drop_data()
                return saned_wire.acknowledged()
            case _:  # CLOSE
                machine.close()
                host.opened = False
                host.drop_data()
                return saned_wire.acknowledged()
