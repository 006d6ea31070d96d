"""The session that carries requests to our gateway and to nobody else: TLS 1.3 with this terminal's certificate, our
own authority and no other, no proxy, no redirect, no second try of its own.

The kernel holds little of what is sent, so a slow line is seen as one. Certificates are judged by the highest time that
a gateway has signed, not by this machine's clock.
"""

import http.client
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from io import BufferedIOBase
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from sync.agent.deadline import Deadline

Floor = Callable[[], datetime | None]
SEND_BUFFER_BYTES = 65_536  # the kernel doubles it
UNANSWERED_MS = 10_000  # a fresh connection is quicker than a sixth try of TCP on a line with loss
NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME of OpenSSL's x509_vfy.h
SOCKET_OPTIONS = (
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES),
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNANSWERED_MS),
)


def tls_context(*, authority: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    """Raises OSError (ssl.SSLError is one) when a file is not there or not what it should be."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(cafile=authority)
    context.load_cert_chain(certificate, key)
    context.verify_flags |= ssl.VerifyFlags(NO_CHECK_TIME)
    return context


def open_session(
    deadline: Deadline, *, tls: ssl.SSLContext | None, floor: Floor, send_timeout_s: float = 60.0
) -> requests.Session:
    """Speaks https with `tls`, or plain http without. `floor`: the highest time seen from a gateway, None before any.

    Not thread-safe, and one request at a time: `deadline` is of that one.
    """
    session = requests.Session()
    session.trust_env = False
    session.headers.clear()
    session.headers.update({"User-Agent": "hall-terminal", "Accept-Encoding": "gzip"})
    session.adapters.clear()
    session.mount("http://" if tls is None else "https://", _Adapter(deadline, tls, floor, send_timeout_s))
    return session


class _Adapter(HTTPAdapter):
    def __init__(self, deadline: Deadline, tls: ssl.SSLContext | None, floor: Floor, send_timeout_s: float) -> None:
        self._tls = tls
        self._pools = _pools(deadline, floor, send_timeout_s)
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        trust = {} if self._tls is None else {"ssl_context": self._tls}
        super().init_poolmanager(connections, maxsize, block, socket_options=SOCKET_OPTIONS, **trust, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def cert_verify(self, *_: object) -> None:
        """The context knows whom to believe; the parent would add the public authorities to it."""


class _WholeHeaders(http.client.HTTPResponse):
    """Headers count only when the empty line came that ends them: the library takes a cut for it."""

    def begin(self) -> None:
        inner, lines = self.fp, _Lines(self.fp)
        self.fp = lines  # type: ignore[assignment]
        super().begin()
        if self.fp is not None:  # else it is at its end already
            self.fp = inner
        if lines.last not in (b"\r\n", b"\n"):
            raise http.client.IncompleteRead(lines.last)


class _Lines:
    def __init__(self, inner: BufferedIOBase) -> None:
        self._inner = inner
        self.last = b""

    def readline(self, limit: int = -1) -> bytes:
        self.last = self._inner.readline(limit)
        return self.last

    def close(self) -> None:
        self._inner.close()

    def flush(self) -> None:
        self._inner.flush()


def _pools(deadline: Deadline, floor: Floor, send_timeout_s: float) -> dict[str, type[HTTPConnectionPool]]:
    """urllib3's pools, over connections that `deadline` watches from their first packet on."""

    class Watched(HTTPConnection):
        response_class = _WholeHeaders
        _watched: socket.socket | None = None

        def _new_conn(self) -> socket.socket:
            opened = super()._new_conn()
            self._watched = deadline.watch(opened)
            return opened

        def close(self) -> None:
            super().close()
            if self._watched is not None:
                deadline.leave(self._watched)
                self._watched = None

        def connect(self) -> None:
            super().connect()
            if isinstance(self.sock, ssl.SSLSocket):
                _must_not_be_over(self.sock, floor())
            self.sock.settimeout(send_timeout_s)

        def request(self, *arguments: Any, **options: Any) -> None:
            if self.sock is not None:  # else `timeout` is still the one for connecting
                self.timeout = send_timeout_s
            super().request(*arguments, **options)

    class WatchedSecure(Watched, HTTPSConnection):
        pass

    class Pool(HTTPConnectionPool):
        ConnectionCls = Watched

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = WatchedSecure

    return {"http": Pool, "https": SecurePool}


def _must_not_be_over(secured: ssl.SSLSocket, floor: datetime | None) -> None:
    """Raises ssl.SSLError when the server's certificate had run out by a time that a gateway has signed."""
    certificate = secured.getpeercert() or {}
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    if floor is not None and floor > until:
        raise ssl.SSLError(f"the gateway's certificate ran out at {until.isoformat()}")
