"""A gateway in a thread of this process, on a socket of its own."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sync.gateway.peers import tls_context
from sync.gateway.serve import GatewayServer, Serving, bind, opened_gateway

PATIENCE_S = 20.0


@contextmanager
def served(data: Path, serving: Serving, *, port: int = 0, tls_names: Sequence[str] = ()) -> Iterator[str]:
    """Yields its address."""
    ready, urls = threading.Event(), list[str]()

    def listens(url: str) -> None:
        urls.append(url)
        ready.set()

    with bind("127.0.0.1", port, tls_names=tls_names) as bound, opened_gateway(data, serving) as gateway:
        tls = tls_context(gateway.authority, tls_names) if tls_names else None
        server = GatewayServer(gateway.app, bound, ready=listens, tls=tls)
        thread = threading.Thread(target=server.serve_bound, name="gateway")
        thread.start()
        try:
            assert ready.wait(PATIENCE_S)
            yield urls[0]
        finally:
            server.should_exit = True
            thread.join()
