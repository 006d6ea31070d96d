"""A proxy between an agent and a gateway, of the kind that halls and cities put there: it may answer in its place."""

import http.client
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

RST_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Said:
    """An answer of the proxy's own. `rude`: it does not listen to the end, and breaks off."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    rude: bool = False


@dataclass
class Between:
    """`says(method, path, size of the body)`: what the proxy answers, None to carry on to the gateway."""

    port: int
    says: Callable[[str, str, int], Said | None] = lambda *_: None
    drops: str = ""  # a header of answers, in lower case
    carried: list[tuple[str, str, int]] = field(default_factory=list)
    answered: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def between(gateway_port: int) -> Iterator[Between]:
    connections: list[socket.socket] = []

    class Carrier(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            connections.append(self.request)
            super().setup()

        def carry(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            said = state.says(self.command, self.path, size)
            asked = (self.command, self.path, size)
            if said is not None and said.rude:
                state.answered.append(asked)
                self.reply(said.status, said.headers, said.body)
                self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST_ON_CLOSE)
                self.close_connection = True
                return
            body = self.rfile.read(size)
            if said is not None:
                state.answered.append(asked)
                self.reply(said.status, said.headers, said.body)
                return
            state.carried.append(asked)
            onward = http.client.HTTPConnection("127.0.0.1", gateway_port, timeout=10)
            try:
                onward.request(self.command, self.path, body, dict(self.headers))
                answer = onward.getresponse()
                self.reply(answer.status, answer.getheaders(), answer.read())
            finally:
                onward.close()

        def reply(
            self, status: int, headers: "tuple[tuple[str, str], ...] | list[tuple[str, str]]", body: bytes
        ) -> None:
            self.send_response_only(status)
            for name, value in headers:
                if name.lower() not in ("content-length", "connection", state.drops):
                    self.send_header(name, value)
            if status not in (204, 304):
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_PUT = do_POST = do_PATCH = do_HEAD = do_GET = do_OPTIONS = carry

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = False

        def handle_error(self, *_: object) -> None:
            """A client that went away is the client's affair."""

    with Server(("127.0.0.1", 0), Carrier) as server:
        state = Between(server.server_port)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), name="between")
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
            for connection in connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
