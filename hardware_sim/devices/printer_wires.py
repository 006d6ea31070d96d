"""The receipt printer's plugs: a TCP port on which one host at a time is heard, and a pseudo-terminal with XON/XOFF."""

import contextlib
import os
import socket
import tty
from pathlib import Path

from hardware_sim.clock import ready

XON, XOFF = b"\x11", b"\x13"
READ_BYTES = 65_536


class PrinterWires:
    """Open until `close`. `port` 0 takes any; without `link` there is no serial line."""

    def __init__(self, host: str, port: int, link: Path | None) -> None:
        self._listener = socket.create_server((host, port), backlog=64)
        self.port = int(self._listener.getsockname()[1])
        self._host: socket.socket | None = None
        self._link = link
        self._master = self._slave = -1
        self._stopped = False
        if link is not None:
            self._open_line(link)

    def _open_line(self, link: Path) -> None:
        """The slave side stays open here too: else the master fails whenever no host has the line open."""
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        fresh = link.with_name(f".{link.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(self._slave))
        fresh.replace(link)

    @property
    def connected(self) -> bool:
        return self._host is not None

    def sources(self, *, others: bool = False) -> list[socket.socket | int]:
        """What to wait for; with `others` for the next host too while one is heard."""
        wires: list[socket.socket | int] = [self._host or self._listener]
        if others and self._host is not None:
            wires.append(self._listener)
        return wires if self._master < 0 else [*wires, self._master]

    def somebody_waits(self) -> bool:
        """Whether another host has called while one is heard."""
        return self._host is not None and bool(ready([self._listener], [], 0))

    def is_listener(self, source: object) -> bool:
        return source is self._listener

    def is_serial(self, source: object) -> bool:
        return source == self._master

    def accept(self) -> None:
        self._host, _ = self._listener.accept()
        self._host.setblocking(False)
        self._host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def hear(self, source: object, most: int) -> bytes | None:
        """`None`: the host hung up."""
        most = max(1, min(most, READ_BYTES))
        try:
            if self.is_serial(source):
                return os.read(self._master, most)
            return (self._host.recv(most) if self._host else b"") or None
        except BlockingIOError:
            return b""
        except OSError:
            return None

    def say(self, octets: bytes, *, serial: bool) -> bool:
        """False when the host hung up. What nobody takes off a line that is full is lost, as on a real one."""
        try:
            with contextlib.suppress(BlockingIOError):
                if serial:
                    os.write(self._master, octets)
                elif self._host is not None:
                    self._host.send(octets)
        except OSError:
            return False
        return True

    def hold(self, *, stopped: bool) -> None:
        """Tell the host on the serial line to wait, or to go on."""
        if self._master >= 0 and stopped != self._stopped:
            self._stopped = stopped
            self.say(XOFF if stopped else XON, serial=True)

    def hang_up(self) -> None:
        if self._host is not None:
            self._host.close()
            self._host = None

    def close(self) -> None:
        self.hang_up()
        self._listener.close()
        if self._master >= 0:
            os.close(self._master)
            os.close(self._slave)
        if self._link is not None:
            self._link.unlink(missing_ok=True)
