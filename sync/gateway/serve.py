"""Opens a data directory and serves it on a loopback address until told to stop."""

import fcntl
import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from sync.gateway.application import application
from sync.gateway.hand_on import HandOnWorker, ReceivedFolder
from sync.gateway.objects import ObjectDirectory
from sync.gateway.reception import Reception
from sync.gateway.storage import DirectoryRefused, EmbeddedStorage


class AddressRefused(Exception):
    """Plain HTTP goes only where nobody else can listen."""


def loopback(host: str) -> str:
    """The numeric loopback address that `host` names. Raises AddressRefused for any other."""
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError as error:
        raise AddressRefused(f"{host} is not a numeric address") from error
    if not address.is_loopback:
        raise AddressRefused(f"{host} is not a loopback address: plain HTTP is served there only")
    return str(address)


@contextmanager
def opened_gateway(directory: Path, *, simulated: bool) -> Iterator[Starlette]:
    """The application over one data directory, which only one process serves at a time. Raises DirectoryRefused."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as closing:
        lock = closing.enter_context((directory / "lock").open("w"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DirectoryRefused(f"{directory} is served by another process") from error
        storage = EmbeddedStorage(directory)
        closing.callback(storage.close)
        storage.mark_simulated(simulated)
        objects = ObjectDirectory(directory)
        worker = HandOnWorker(storage, ReceivedFolder(directory, objects))
        reception = Reception(storage, objects, simulated=simulated, now=lambda: datetime.now(UTC), wake=worker.wake)
        yield application(reception, worker, simulated=simulated)


class GatewayServer(uvicorn.Server):
    """Serves an application on an open socket. `ready` is called once with the address, when requests are answered."""

    def __init__(self, app: Starlette, bound: socket.socket, *, ready: Callable[[str], None]) -> None:
        super().__init__(
            uvicorn.Config(app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=5)
        )
        self._bound = bound
        self._ready = ready

    def serve_bound(self) -> None:
        """Serve until `should_exit` is set, or a signal comes when this is the main thread."""
        self.run(sockets=[self._bound])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            host, port = self._bound.getsockname()[:2]
            self._ready(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")


def bind(host: str, port: int) -> socket.socket:
    """A listening socket on a loopback address; port 0 takes a free one. Raises AddressRefused, OSError."""
    address = loopback(host)
    return socket.create_server((address, port), family=socket.AF_INET6 if ":" in address else socket.AF_INET)
