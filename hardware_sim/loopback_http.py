"""HTTP/1.1 on 127.0.0.1 as the simulator speaks it: one request a connection, answers in JSON or as files, refusals as
a sentence, and nothing for whoever names another host than this address.
"""

import contextlib
import json
import socketserver
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler

MOST_BYTES = 1_000_000  # of a request's body


class LoopbackServer(socketserver.ThreadingTCPServer):
    """`port` 0 takes any. Closing it waits for the conversations."""

    daemon_threads = False
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, conversation: type["LoopbackConversation"], port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), conversation)
        self.port = int(self.server_address[1])
        self.hosts = {f"127.0.0.1:{self.port}", f"localhost:{self.port}"}
        self.url = f"http://127.0.0.1:{self.port}"


class LoopbackConversation(BaseHTTPRequestHandler):
    """Every answer ends the connection."""

    protocol_version = "HTTP/1.1"
    server_version = "kiosk-sim"
    timeout = 5.0
    server: LoopbackServer
    document = "docs/simulator.md"  # where a stranger reads on
    headers_of_all: Mapping[str, str] = {}

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # whoever hangs up needs no answer
            super().handle()

    @property
    def names_this_host(self) -> bool:
        return self.headers.get("Host") in self.server.hosts

    def details(self) -> dict[str, object] | None:
        """The JSON object that the body holds; `None` when it was refused."""
        length = self.headers.get("Content-Length") or ""
        if not length.isdecimal() or len(length) > 9 or "Transfer-Encoding" in self.headers:
            self.refuse(HTTPStatus.LENGTH_REQUIRED, "a request says how long its body is (Content-Length)")
        elif int(length) > MOST_BYTES:
            self.refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body has at most {MOST_BYTES} bytes")
        elif (body := self._body(int(length))) is None:
            self.refuse(HTTPStatus.REQUEST_TIMEOUT, f"the body is shorter than its Content-Length, {int(length)}")
        else:
            return self._read(body)
        return None

    def _body(self, length: int) -> bytes | None:
        try:
            body = self.rfile.read(length)
        except (TimeoutError, ConnectionError):
            return None
        return body if len(body) == length else None

    def _read(self, body: bytes) -> dict[str, object] | None:
        try:
            details = json.loads(body or b"{}")
        except (ValueError, RecursionError) as error:
            self.refuse(HTTPStatus.BAD_REQUEST, f"not JSON: {error}")
            return None
        if not isinstance(details, dict):
            self.refuse(HTTPStatus.BAD_REQUEST, "the details of an act are a JSON object")
            return None
        return details

    def say(self, answer: object) -> None:
        self.send_json(HTTPStatus.OK, {"answer": answer})

    def refuse(self, status: HTTPStatus, why: str) -> None:
        self.send_json(status, {"refused": why})

    def send_json(self, status: HTTPStatus, content: object) -> None:
        text = json.dumps(content, ensure_ascii=False) + "\n"
        self.send(status, "application/json", text.encode(errors="backslashreplace"))

    def send(self, status: HTTPStatus, kind: str, content: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.close_connection = True
        with contextlib.suppress(ConnectionError, TimeoutError):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Connection", "close")
            for name, value in {**self.headers_of_all, **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the parser of requests refuses, answered as everything else is."""
        why = (message or HTTPStatus(code).phrase).partition(" (")[0]
        self.refuse(HTTPStatus(code), f"{why}: there are GET and POST of HTTP/1.1 here, see {self.document}")

    def log_message(self, format: str, *values: object) -> None:
        """Nothing: what was done is in the status."""
