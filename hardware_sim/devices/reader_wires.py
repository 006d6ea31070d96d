"""The identity card reader's wires, a pseudo-terminal and a TCP port, each with a thread, and the plug of both."""

import contextlib
import os
import select
import socket
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path


class _Plug:
    """Pulled once; `wake` becomes readable then."""

    def __init__(self) -> None:
        self.pulled = threading.Event()
        self.wake, self._waker = os.pipe()

    def pull(self) -> None:
        self.pulled.set()
        os.write(self._waker, b"x")

    def close(self) -> None:
        os.close(self.wake)
        os.close(self._waker)


class Conversation:
    """Bytes from and to one host, at the pace of a line."""

    def __init__(self, descriptor: int, plug: _Plug) -> None:
        self._descriptor = descriptor
        self._plug = plug

    def read(self) -> bytes | None:
        """What the host wrote, as soon as there is something; `None`: the plug was pulled or the host hung up."""
        readable, _, _ = select.select([self._descriptor, self._plug.wake], [], [])
        if self._plug.wake in readable:
            return None
        try:
            return os.read(self._descriptor, 4096) or None
        except ConnectionError:
            return None

    def pulled_within(self, within_s: float) -> bool:
        return self._plug.pulled.wait(within_s) if within_s > 0 else self._plug.pulled.is_set()

    def write(self, octets: bytes, byte_s: float) -> bool:
        """Each byte takes `byte_s`; false when the plug was pulled or the host hung up meanwhile."""
        began, chunk = time.monotonic(), 32 if byte_s else 1024
        for start in range(0, len(octets), chunk):
            part = octets[start : start + chunk]
            if self.pulled_within(began + (start + len(part)) * byte_s - time.monotonic()):
                return False
            while part:
                select.select([self._plug.wake], [self._descriptor], [])
                if self._plug.pulled.is_set():
                    return False
                try:
                    part = part[os.write(self._descriptor, part) :]
                except ConnectionError:
                    return False
        return True


class ReaderWires:
    """Both wires, open from the beginning until `close`. `serve` is called in a thread for each host that comes.

    The pseudo-terminal's slave side stays open here too: else the master fails whenever no driver has the line
    open. On TCP one host at a time is heard, as serial servers have it; `port` 0 takes any.
    """

    def __init__(self, link: Path, port: int, serve: Callable[[Conversation], None]) -> None:
        self._link = link
        self._serve = serve
        self._plug = _Plug()
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = int(self._listener.getsockname()[1])
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        fresh = link.with_name(f".{link.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(self._slave))
        fresh.replace(link)
        self._threads = [
            threading.Thread(target=target, name=f"simulated identity card reader, {wire}")
            for wire, target in (("serial", self._serve_serial), ("TCP", self._serve_tcp))
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self._plug.pull()
        for thread in self._threads:
            thread.join()
        with contextlib.suppress(FileNotFoundError):
            self._link.unlink()
        self._listener.close()
        os.close(self._master)
        os.close(self._slave)
        self._plug.close()

    def _serve_serial(self) -> None:
        self._serve(Conversation(self._master, self._plug))

    def _serve_tcp(self) -> None:
        while True:
            readable, _, _ = select.select([self._listener, self._plug.wake], [], [])
            if self._plug.wake in readable:
                return
            host, _ = self._listener.accept()
            with host:
                host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._serve(Conversation(host.fileno(), self._plug))
