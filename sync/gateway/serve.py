"""Opens a data directory and serves it until told to stop: over TLS, or in plain on a loopback address alone."""

import fcntl
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette

from sync.gateway.admission import Admission
from sync.gateway.application import application
from sync.gateway.authority import CertificateAuthority
from sync.gateway.catalogues import Catalogues
from sync.gateway.city import City
from sync.gateway.city_api import CityRoutes
from sync.gateway.configuration import Configurations
from sync.gateway.connections import BoundedProtocol
from sync.gateway.connectors.folder import FolderConnector
from sync.gateway.connectors.webhook import WebhookConnector
from sync.gateway.feeds_api import FeedRoutes
from sync.gateway.gate import Gate, Heard
from sync.gateway.hand_on import HandOnWorker
from sync.gateway.journals import Journals
from sync.gateway.metrics import Metrics, admin_token
from sync.gateway.opened import opened_parts
from sync.gateway.operations_api import OperationRoutes
from sync.gateway.peers import Peers
from sync.gateway.reception import Reception
from sync.gateway.records import TerminalIdentity
from sync.gateway.storage import DirectoryRefused, directory_of
from sync.gateway.store_thread import StoreThread
from sync.gateway.submissions_api import SubmissionRoutes
from sync.gateway.terminals import Terminals
from sync.gateway.terminals_api import TerminalRoutes
from sync.gateway.upkeep import Upkeep
from sync.gateway.uploads import Uploads
from sync.gateway.uploads_api import UploadRoutes
from sync.outbox.keys import make_directory

ADMISSION_RATE = 200.0


class AddressRefused(Exception):
    """Plain HTTP goes only where nobody else can listen."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where the city takes submissions, and the key that both ends share."""

    url: str
    key: bytes


@dataclass(frozen=True, slots=True)
class Serving:
    """How a data directory is served. `as_terminal`: who plain connections count as; only in a simulation.

    `storage`, `objects`: URLs of the two, when they are not in the data directory.
    """

    simulated: bool = False
    as_terminal: str | None = None
    admission_rate: float = ADMISSION_RATE
    durable_at_commit: bool = False
    webhook: Webhook | None = None
    storage: str | None = None
    objects: str | None = None


@dataclass(frozen=True, slots=True)
class OpenGateway:
    app: Starlette
    authority: CertificateAuthority
    worker: HandOnWorker


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def opened_gateway(
    directory: Path,
    serving: Serving,
    *,
    now: Callable[[], datetime] = _now,
    monotonic_s: Callable[[], float] = time.monotonic,
) -> Iterator[OpenGateway]:
    """The application over one data directory. It, its storage and its objects are served by one process at a time.

    Raises DirectoryRefused, OSError.
    """
    make_directory(directory)
    with ExitStack() as closing:
        for place in _places(directory, serving):
            lock = closing.enter_context((place / "lock").open("w"))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise DirectoryRefused(f"{place} is served by another process") from error
        parts = closing.enter_context(
            opened_parts(directory, storage_url=serving.storage, objects_url=serving.objects, now=now)
        )
        storage, objects, signing = parts.storage, parts.objects, parts.signing
        storage.mark_simulated(serving.simulated)
        if serving.as_terminal is not None and not isinstance(storage.terminal(serving.as_terminal), TerminalIdentity):
            raise DirectoryRefused(f"{serving.as_terminal} is not a terminal of {directory}, or it is revoked")
        webhook = serving.webhook
        connector = (
            FolderConnector(directory, objects) if webhook is None else WebhookConnector(webhook.url, webhook.key)
        )
        worker = HandOnWorker(storage, connector, now=now)
        store = StoreThread(storage.together)
        closing.callback(store.close)
        catalogues = Catalogues(storage, signing)
        configurations = Configurations(directory / "configuration", storage, signing, now=now)
        reception = Reception(
            storage,
            objects,
            signing=signing,
            catalogue_version=catalogues.current_version,
            simulated=serving.simulated,
            now=now,
            wake=lambda: store.afterwards(worker.wake),
            durable_at_commit=serving.durable_at_commit,
        )
        terminals = Terminals(storage, parts.authority, signing, configurations, now=now)
        heard = Heard(storage, now)
        metrics = Metrics(storage, objects, now=now, heard_lately=heard.lately)
        uploads = UploadRoutes(Uploads(storage, objects), metrics)
        messages = (
            *OperationRoutes(
                metrics,
                admin_token=admin_token(directory),
                simulated=serving.simulated,
                died=lambda: [name for name, died in (("store", store.has_died), ("hand-on", worker.has_died)) if died],
            ).messages,
            *SubmissionRoutes(reception, metrics, store).messages,
            *uploads.messages,
            *FeedRoutes(reception, catalogues, configurations).messages,
            *TerminalRoutes(parts.authority, terminals, Journals(storage, now=now)).messages,
            *CityRoutes(City(storage, None if webhook is None else webhook.key, now=now), objects).messages,
        )
        gate = Gate(
            Peers(storage, now=now, as_terminal=serving.as_terminal),
            Admission(serving.admission_rate, monotonic_s),
            metrics,
            heard,
        )
        upkeep = Upkeep(storage, uploads.clean_up, now=now)
        yield OpenGateway(application(gate, messages, worker, upkeep), parts.authority, worker)


def _places(directory: Path, serving: Serving) -> Sequence[Path]:
    """Every directory that is written to. Raises DirectoryRefused, OSError."""
    places = [directory]
    if serving.storage is not None:
        places.append(directory_of(serving.storage, "sqlite", "storage"))
    if serving.objects is not None:
        places.append(directory_of(serving.objects, "directory", "objects"))
    return tuple(dict.fromkeys(place.resolve() for place in places))


class GatewayServer(uvicorn.Server):
    """Serves an application on an open socket, in plain or under `tls`.

    `ready` is called once with the address, when requests are answered.
    """

    def __init__(
        self,
        app: Starlette,
        bound: socket.socket,
        *,
        ready: Callable[[str], None],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=BoundedProtocol,
                ws="none",
                ssl_context_factory=None if tls is None else lambda _config, _default: tls,
                proxy_headers=False,  # nothing in a request says who speaks or how
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=5,
            )
        )
        self._bound = bound
        self._ready = ready
        self._scheme = "http" if tls is None else "https"

    def serve_bound(self) -> None:
        """Serve until `should_exit` is set, or a signal comes when this is the main thread."""
        self.run(sockets=[self._bound])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            host, port = self._bound.getsockname()[:2]
            self._ready(f"{self._scheme}://[{host}]:{port}" if ":" in host else f"{self._scheme}://{host}:{port}")


def bind(host: str, port: int, *, tls_names: Sequence[str] = ()) -> socket.socket:
    """A listening socket; port 0 takes a free one. Without names for TLS on a loopback address only.

    Raises AddressRefused, OSError.
    """
    address = numeric(host)
    if not address.is_loopback and not tls_names:
        raise AddressRefused(f"{host} is not a loopback address: plain HTTP is served there only, others need --tls")
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    # With the protocol named asyncio turns Nagle's algorithm off; else each answer of two parts waits 40 ms for an ACK.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((str(address), port))
        bound.listen()
    except OSError:
        bound.close()
        raise
    return bound


def city_url(text: str) -> str:
    """The address of a webhook, over which everything personal goes: HTTPS, or HTTP to this machine itself.

    Raises AddressRefused.
    """
    refused = AddressRefused(f"{text} is neither https:// nor http:// to a loopback address")
    try:
        url = urlsplit(text)
        host = url.hostname or ""
    except ValueError as error:
        raise refused from error
    if not host or url.scheme not in ("http", "https"):
        raise refused
    if url.scheme == "http" and not numeric(host).is_loopback:
        raise refused
    return text


def numeric(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address that `host` writes. Raises AddressRefused for a name, which may mean anything."""
    try:
        return ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError as error:
        raise AddressRefused(f"{host} is not a numeric address") from error
