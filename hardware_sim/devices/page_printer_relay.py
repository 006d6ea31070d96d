"""What stands before ippeveprinter on the network: it passes requests on, unless it is to be silent, or to refuse.

ippeveprinter marks its reasons by whether it works, not by what they mean. So the relay says of those that stop a
printer that they are errors, and that it stands still, as RFC 8011 (5.4.11, 5.4.12) has it. Nothing else is made up.
"""

import http.client
import re
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from hardware_sim.devices.page_printer_machine import STOPPERS
from hardware_sim.wire_log import FROM_DEVICE, TO_DEVICE, Tap

PRINT_JOB, VALIDATE_JOB, CREATE_JOB, SEND_DOCUMENT, CANCEL_JOB = 0x0002, 0x0004, 0x0005, 0x0006, 0x0008
HANDS_OVER = frozenset({PRINT_JOB, SEND_DOCUMENT})
BEGINS_A_JOB = frozenset({PRINT_JOB, VALIDATE_JOB, CREATE_JOB})
OPERATIONS = {
    PRINT_JOB: "Print-Job",
    VALIDATE_JOB: "Validate-Job",
    CREATE_JOB: "Create-Job",
    SEND_DOCUMENT: "Send-Document",
    CANCEL_JOB: "Cancel-Job",
    0x0009: "Get-Job-Attributes",
    0x000A: "Get-Jobs",
    0x000B: "Get-Printer-Attributes",
}
MOST_BODY = 1 << 26
HEARD_WITHIN_S = 30.0
MEANT = {"spool-area-full": "output-area-full", "media-needed": "media-empty"}
_PDF, _NO_PDF = b"application/pdf", b"application/xxx"
_COUNT, _NO_COUNT = b"job-impressions-completed", b"job-impressions-xxxxxxxxx"
_PRINTER_STATE = re.compile(rb"(\x23\x00\x0dprinter-state\x00\x04\x00\x00\x00)[\x03\x04]")
_JOB_STATE = re.compile(rb"\x23\x00\x09job-state\x00\x04(....)", re.DOTALL)
_JOB_ID = re.compile(rb"\x21\x00\x06job-id\x00\x04(....)", re.DOTALL)
_STATES = ["?", "?", "?", "pending", "held", "processing", "stopped", "canceled", "aborted", "completed"]
_REASONS = re.compile(rb"\x44\x00\x15printer-state-reasons\x00.([a-z-]+)")


@dataclass(frozen=True, slots=True)
class Manner:
    """How the printer is on the wire just now."""

    silent: bool = False
    refuses: bool = False
    counts: bool = True


class Relay:
    """On the network from `start` until `stop`, at the same port again after that. `manner` is asked for each request,
    which is given it, and may wait; `answered` hears of each that was passed on, with the status of its answer."""

    def __init__(
        self,
        printer_port: Callable[[], int],
        *,
        manner: Callable[[bytes], Manner],
        answered: Callable[[bytes, bytes], None],
        log: Tap,
    ) -> None:
        self.port = 0
        self.printer_port = printer_port
        self.manner = manner
        self.answered = answered
        self.log = log
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def on(self) -> bool:
        return self._server is not None

    def start(self) -> None:
        server = self._server = _Server(("127.0.0.1", self.port), self)
        self.port = server.server_address[1]
        self._thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="simulated page printer on the network"
        )
        self._thread.start()

    def stop(self) -> None:
        """Open connections are cut."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.cut()
            self._server.server_close()
            self._thread.join()
            self._server = None

    def pass_on(self, method: str, path: str, kind: str, body: bytes) -> tuple[int, str, bytes]:
        """Status, type and content of ippeveprinter's answer."""
        line = http.client.HTTPConnection("127.0.0.1", self.printer_port(), timeout=HEARD_WITHIN_S)
        try:
            line.request(method, path, body, {"Content-Type": kind, "Host": "localhost"})
            with line.getresponse() as response:
                return response.status, response.headers.get("Content-Type", ""), response.read()
        finally:
            line.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self, address: tuple[str, int], relay: Relay) -> None:
        self.relay = relay
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(address, _Request)

    def process_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)  # type: ignore[arg-type]

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client, or ippeveprinter, that hung up in the middle is nothing to tell."""
        if not isinstance(sys.exception(), OSError | http.client.HTTPException):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    def cut(self) -> None:
        with self._guard:
            for one in self._open:
                with_no_more(one)


def with_no_more(line: socket.socket) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:  # it went by itself
        return


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = HEARD_WITHIN_S
    server: _Server

    def do_POST(self) -> None:
        self._answer(self._body())

    def do_GET(self) -> None:
        self._answer(b"")

    def _answer(self, body: bytes) -> None:
        self.close_connection = True
        relay = self.server.relay
        if body:
            relay.log(TO_DEVICE, body)
        manner = relay.manner(body)
        if manner.silent:
            self.rfile.read(1)  # until the client gives up, or the plug is pulled
            return
        given = body.replace(_PDF, _NO_PDF, 1) if manner.refuses and operation_of(body) in HANDS_OVER else body
        status, kind, content = relay.pass_on(self.command, self.path, self.headers.get("Content-Type", ""), given)
        if kind == "application/ipp":
            content = as_a_printer_says(content, counts=manner.counts)
            relay.answered(body, content)
            relay.log(FROM_DEVICE, content)
        self.send_response(HTTPStatus(status))
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(min(int(self.headers.get("Content-Length", 0)), MOST_BODY))
        body = bytearray()
        while (size := int(self.rfile.readline(100).split(b";")[0], 16)) and len(body) < MOST_BODY:
            body += self.rfile.read(size)
            self.rfile.readline(100)
        self.rfile.readline(100)
        return bytes(body)

    def log_message(self, format: str, *values: object) -> None:
        """Nothing: the log of wires has it."""


def as_a_printer_says(answer: bytes, *, counts: bool) -> bytes:
    """ippeveprinter's answer with the severity of what stops it, and without its count where it counts nothing."""
    stopped = False
    for keyword in STOPPERS:
        error = f"{MEANT.get(keyword, keyword)}-error".encode()
        for severity in ("report", "warning", "error"):
            told = f"{keyword}-{severity}".encode()
            found = _value(told) in answer
            stopped = stopped or found
            answer = answer.replace(_value(told), _value(error))
    if stopped:
        answer = _PRINTER_STATE.sub(rb"\1" + b"\x05", answer)
    return answer if counts else answer.replace(_COUNT, _NO_COUNT)


def operation_of(request: bytes) -> int:
    return int.from_bytes(request[2:4], "big")


def status_of(answer: bytes) -> int:
    return int.from_bytes(answer[2:4], "big")


def job_number(message: bytes) -> int | None:
    found = _JOB_ID.search(message)
    return int.from_bytes(found[1], "big") if found else None


def job_state(answer: bytes) -> int:
    """RFC 8011, 5.3.7; 0 where none is told."""
    found = _JOB_STATE.search(answer)
    return int.from_bytes(found[1], "big") if found else 0


def words(direction: str, octets: bytes) -> str:
    """One line of a request or an answer."""
    number = job_number(octets)
    job = "" if number is None else f", job {number}"
    if direction == TO_DEVICE:
        return OPERATIONS.get(operation_of(octets), f"operation {operation_of(octets):#06x}") + job
    state = job_state(octets)
    told = "" if not 0 < state < len(_STATES) else f" {_STATES[state]}"
    reasons = " ".join(one.decode() for one in _REASONS.findall(octets))
    return f"status {status_of(octets):#06x}{job}{told}{', ' + reasons if reasons else ''}"


def _value(keyword: bytes) -> bytes:
    return len(keyword).to_bytes(2, "big") + keyword
