"""The wires of a reader of cards or codes: a pseudo-terminal behind a stable link and a TCP port as of a serial server,
each with a thread, and the plug of both.
"""

import contextlib
import math
import os
import random
import socket
import termios
import threading
import tty
from collections.abc import Callable
from pathlib import Path

from hardware_sim.clock import Bell, Clock, RealClock, Source
from hardware_sim.wire_log import FROM_DEVICE, TO_DEVICE, Tap, untapped

BAUDS = {getattr(termios, f"B{baud}"): baud for baud in (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400)}


class Conversation:
    """Bytes from and to one host, at the pace of a line. `pulled` rings from the moment the plug is out; `log` hears
    what passes.
    """

    def __init__(self, descriptor: int, pulled: Bell, clock: Clock) -> None:
        self._descriptor = descriptor
        self._pulled = pulled
        self._clock = clock
        self.log: Tap = untapped

    def read(self, *, within_s: float | None = None, bell: Bell | None = None) -> bytes | None:
        """What the host wrote, as soon as there is something; `None`: the plug was pulled or the host hung up.

        Empty: the time is over, or somebody rang the bell (which is hushed then).
        """
        sources: list[Source] = [self._descriptor, self._pulled, *([bell] if bell else [])]
        ready = self._clock.select(sources, within_s=within_s)
        if bell in ready and bell is not None:
            bell.hush()
        if self._pulled in ready:
            return None
        if self._descriptor not in ready:
            return b""
        try:
            heard = os.read(self._descriptor, 4096)
        except ConnectionError:
            return None
        if heard:
            self.log(TO_DEVICE, heard)
        return heard or None

    def pulled_within(self, within_s: float) -> bool:
        return bool(self._clock.select([self._pulled], within_s=max(0.0, within_s)))

    def write(self, octets: bytes, byte_s: float) -> bool:
        """Each byte takes `byte_s`; false when the plug was pulled or the host hung up meanwhile."""
        written = self._written(octets, byte_s)
        if written:
            self.log(FROM_DEVICE, octets[:written])
        return written == len(octets)

    def _written(self, octets: bytes, byte_s: float) -> int:
        """How many went over the line."""
        began, chunk = self._clock.now(), 32 if byte_s else 1024
        written = 0
        while written < len(octets):
            end = min(len(octets), written + chunk)
            if self.pulled_within(began + end * byte_s - self._clock.now()):
                return written
            while written < end:
                if self._pulled in self._clock.select([self._pulled], [self._descriptor]):
                    return written
                try:
                    written += os.write(self._descriptor, octets[written:end])
                except ConnectionError:
                    return written
        return written


class SerialConversation(Conversation):
    """Over a line whose host must have set this speed: at another one only garbage is heard."""

    def __init__(self, descriptor: int, pulled: Bell, clock: Clock, *, baud: int) -> None:
        super().__init__(descriptor, pulled, clock)
        self._baud = baud

    def read(self, *, within_s: float | None = None, bell: Bell | None = None) -> bytes | None:
        heard = super().read(within_s=within_s, bell=bell)
        if not heard or _speed(self._descriptor) == self._baud:
            return heard
        return random.Random(heard).randbytes(len(heard))


def _speed(descriptor: int) -> int:
    """What the host has set on a pseudo-terminal, in baud; 0 when it is no usual one."""
    return BAUDS.get(termios.tcgetattr(descriptor)[5], 0)


def _set_speed(descriptor: int, baud: int) -> None:
    attributes = termios.tcgetattr(descriptor)
    speed = next(speed for speed, one in BAUDS.items() if one == baud)
    attributes[4:6] = [speed, speed]
    termios.tcsetattr(descriptor, termios.TCSANOW, attributes)


Serve = Callable[[Conversation], None]


class ReaderWires:
    """Both wires, open from the beginning until `close`. `serve` is called in a thread for each host that comes.

    The pseudo-terminal's slave side stays open here too: else the master fails whenever no driver has the line
    open. With `baud` a host on it must have the same speed, which is set until a host sets its own. On TCP one host at
    a time is heard, as serial servers have it; `port` 0 takes any.
    """

    def __init__(
        self,
        link: Path,
        port: int,
        serve: Serve,
        *,
        device: str = "identity card reader",
        clock: Clock | None = None,
        baud: int | None = None,
    ) -> None:
        self._link = link
        self._serve = serve
        self._clock = clock or RealClock()
        self._baud = baud
        self._pulled = Bell()
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = int(self._listener.getsockname()[1])
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        if baud is not None:
            _set_speed(self._slave, baud)
        fresh = link.with_name(f".{link.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(self._slave))
        fresh.replace(link)
        self._threads = [
            threading.Thread(target=target, name=f"simulated {device}, {wire}")
            for wire, target in (("serial", self._serve_serial), ("TCP", self._serve_tcp))
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self._pulled.ring()
        for thread in self._threads:
            thread.join()
        with contextlib.suppress(FileNotFoundError):
            self._link.unlink()
        self._listener.close()
        os.close(self._master)
        os.close(self._slave)
        self._pulled.close()

    def _serve_serial(self) -> None:
        if self._baud is None:
            self._serve(Conversation(self._master, self._pulled, self._clock))
        else:
            self._serve(SerialConversation(self._master, self._pulled, self._clock, baud=self._baud))

    def _serve_tcp(self) -> None:
        while self._pulled not in self._clock.select([self._listener, self._pulled]):
            host, _ = self._listener.accept()
            with host:
                host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._serve(Conversation(host.fileno(), self._pulled, self._clock))


class Plug:
    """The plug of a reader's wires, in from `start` until `stop` but for the times it is out: until it is put in
    again, or for a time. Any thread may call.
    """

    def __init__(
        self, link: Path, port: int, serve: Serve, *, device: str, clock: Clock, baud: int | None = None
    ) -> None:
        self.port = port
        self._baud = baud
        self._link = link
        self._serve = serve
        self._device = device
        self._clock = clock
        self._bell = Bell()
        self._guard = threading.Lock()
        self._wires: ReaderWires | None = None
        self._pull_for_s: float | None = None
        self._in_again_s = math.inf
        self._stopping = False
        self._thread: threading.Thread | None = None

    @property
    def plugged(self) -> bool:
        return self._wires is not None and self._pull_for_s is None

    def start(self) -> None:
        self.plug()
        self._thread = threading.Thread(target=self._hold, name=f"simulated {self._device}, plug")
        self._thread.start()
        self._clock.count_on(self._thread)

    def stop(self) -> None:
        if self._thread is not None:
            self._stopping = True
            self._bell.ring()
            self._thread.join()
            self._thread = None
        self.unplug()
        self._bell.close()

    def plug(self) -> None:
        """A new pseudo-terminal at the link, the same port as before. Nothing when it is in."""
        with self._guard:
            self._in_again_s = math.inf
            if self._wires is None:
                self._wires = ReaderWires(
                    self._link, self.port, self._serve, device=self._device, clock=self._clock, baud=self._baud
                )
                self.port = self._wires.port

    def unplug(self, *, for_s: float = 0.0) -> None:
        """Whoever has a wire open gets an error. It goes in by itself after `for_s`, unless that is 0."""
        with self._guard:
            wires, self._wires = self._wires, None
            self._in_again_s = self._clock.now() + for_s if for_s > 0 else math.inf
            if wires is not None:
                wires.close()
        self._bell.ring()

    def unplug_soon(self, *, for_s: float = 0.0) -> None:
        """The same for the threads of the wires themselves: it returns before the plug is out."""
        self._pull_for_s = for_s
        self._bell.ring()

    def _hold(self) -> None:
        while True:
            self._bell.hush()  # before anything is looked at: what changes later rings again
            if self._stopping:
                return
            with self._guard:
                in_again_s = self._in_again_s
            if self._pull_for_s is not None:
                self.unplug(for_s=self._pull_for_s)
                self._pull_for_s = None
            elif in_again_s <= self._clock.now():
                self.plug()
            else:
                self._clock.select_until(in_again_s, [self._bell])
