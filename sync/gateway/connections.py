"""What a connection may cost before anybody knows who is at its other end, and the certificate that it showed."""

import asyncio
import resource

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

PEER = "hall.peer"
HEAD_LIMIT_BYTES = 65_536
HEAD_WITHIN_S = 30.0
SPARE_FILES = 256  # for the store, and for handshakes that have not ended


class BoundedProtocol(HttpToolsProtocol):
    """HTTP with bounds that uvicorn lacks: on the size of a head, on the time it may take, on how many are open.

    Puts the DER bytes of the peer's certificate into `scope["extensions"]["hall.peer"]`, when it showed one.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._useless_bytes = 0  # that were neither the end of a head nor of a body, nor a part of a body
        self._advanced_s = self.loop.time()
        self._watch = self.loop.call_later(HEAD_WITHIN_S, self._look)
        if len(self.connections) > most_connections():
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._watch.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._useless_bytes += len(data)
        super().data_received(data)
        if self._useless_bytes > HEAD_LIMIT_BYTES:
            self.transport.abort()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        tls = self.transport.get_extra_info("ssl_object")
        peer = None if tls is None else tls.getpeercert(True)
        self.scope["extensions"] = {} if peer is None else {PEER: peer}

    def on_headers_complete(self) -> None:
        self._useless_bytes = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._useless_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._useless_bytes = 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self._advanced_s = self.loop.time()
        super().on_response_complete()

    def _look(self) -> None:
        """Whether it is still worth its place: a request is being answered, or has not been waited for too long."""
        left_s = HEAD_WITHIN_S
        if self.cycle is None or self.cycle.response_complete:
            left_s += self._advanced_s - self.loop.time()
        if left_s <= 0:
            self.transport.abort()
        else:
            self._watch = self.loop.call_later(left_s, self._look)


def most_connections() -> int:
    """As many as this process may open files, but for some."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1_000_000 if limit == resource.RLIM_INFINITY else max(limit - SPARE_FILES, limit // 2)


def allow_many_connections() -> None:
    """Let this process open as many files as its limits let it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
