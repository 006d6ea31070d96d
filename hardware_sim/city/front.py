"""The city's HTTP side: hand-ons come to any path as POST."""

import contextlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from hardware_sim.city.hand_on import IDEMPOTENCY_KEY, SIGNATURE
from hardware_sim.city.platform import Answer, City

MOST_BYTES = 16_000_000
PATH = "/hand-on"


class _Front(ThreadingHTTPServer):
    daemon_threads = False  # closing it waits for the conversations

    def __init__(self, host: str, port: int, city: City) -> None:
        self.city = city
        super().__init__((host, port), _Exchange)


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"  # a connection for each hand-on
    timeout = 10.0
    server: _Front

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # whoever hangs up needs no answer
            super().handle()

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        try:
            if not length.isdecimal() or int(length) > MOST_BYTES:
                self._say(Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"reason": "no length, or too long"}))
                return
            body = self.rfile.read(int(length))
            if len(body) == int(length):
                self._say(self._taken(body))
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def _taken(self, body: bytes) -> Answer:
        signature, key = (self.headers.get(name, "") for name in (SIGNATURE, IDEMPOTENCY_KEY))
        return self.server.city.take(body, signature=signature, idempotency_key=key)

    def _say(self, answer: Answer) -> None:
        self.close_connection = True
        if answer.lost:
            return
        content = json.dumps(answer.body, ensure_ascii=False).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *values: object) -> None:
        """Nothing: what came is in the city's status."""


@contextmanager
def serving(city: City, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Run the city and its HTTP side; gives the address for the gateway's webhook."""
    with _Front(host, port, city) as front:
        thread = threading.Thread(target=front.serve_forever, args=(0.05,), name="city, HTTP")
        thread.start()
        city.start()
        try:
            yield f"http://{host}:{front.server_address[1]}{PATH}"
        finally:
            city.stop()
            front.shutdown()
            thread.join()
