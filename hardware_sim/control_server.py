"""The control API: HTTP on loopback, for whatever runs in a run directory. One request a connection.

`POST /v1/acts/NAME` does an act, `GET /v1/acts` lists them, `GET /v1/status` and `GET /v1/faults` are acts without
details, and a service may show pictures. Pages of the web are kept out: a request with an `Origin`, or with the `Host`
of another name than this address, is refused.
"""

import contextlib
import json
import os
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from hardware_sim.acts import Acts
from hardware_sim.control import Part, Refused, directory_header, known

MOST_BYTES = 1_000_000  # of a request's body
READ_AS_ACTS = {"/v1/status": "status", "/v1/faults": "fault list"}


@dataclass(frozen=True, slots=True)
class Service:
    """What a part can do, and its pictures: a path below `/v1` to a PNG, `None` where there is none."""

    acts: Acts
    picture: Callable[[str], Path | None] = lambda _: None


@contextmanager
def answering(
    run_dir: Path, part: Part, service: AbstractContextManager[Service], *, down: threading.Event
) -> Iterator[None]:
    """Answer while `service` runs; `down` is set when somebody asks for the end, who is answered when all has ended."""
    make_run_dir(run_dir)
    stopped = threading.Event()
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(_ControlServer(run_dir, down=down, stopped=stopped))
        stack.callback(stopped.set)
        server.service = stack.enter_context(service)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name=f"{part} control")
        thread.start()
        stack.callback(thread.join)
        stack.callback(server.shutdown)
        address_file = run_dir / part.address_file
        _write_for_its_user(address_file, json.dumps({"url": server.url, "pid": os.getpid()}) + "\n")
        stack.callback(address_file.unlink)
        yield


def make_run_dir(run_dir: Path) -> None:
    """Make it for this user alone. `PermissionError` when it belongs to somebody else."""
    run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if run_dir.stat().st_uid != os.getuid():
        raise PermissionError(f"{run_dir} belongs to somebody else")
    run_dir.chmod(0o700)


def _write_for_its_user(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.new")
    fresh.touch(mode=0o600)
    fresh.chmod(0o600)
    fresh.write_text(text, "utf-8")
    fresh.replace(path)


class _ControlServer(socketserver.ThreadingTCPServer):
    daemon_threads = False  # closing the server waits for the conversations
    request_queue_size = 64
    service: Service

    def __init__(self, run_dir: Path, *, down: threading.Event, stopped: threading.Event) -> None:
        self.down = down
        self.stopped = stopped
        self.meant_by = directory_header(run_dir)["Run-Directory"]
        super().__init__(("127.0.0.1", 0), _Conversation)
        port = self.server_address[1]
        self.hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self.url = f"http://127.0.0.1:{port}"


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "kiosk-sim"
    timeout = 5.0
    server: _ControlServer

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # whoever hangs up needs no answer
            super().handle()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        acts = self.server.service.acts
        if not self._may_speak():
            return
        if path == "/v1/acts":
            self._say(HTTPStatus.OK, acts.listed())
        elif path in READ_AS_ACTS and READ_AS_ACTS[path] in acts.by_name:
            self._do(READ_AS_ACTS[path], {})
        elif path.endswith(".png") and (picture := self._picture(path)) is not None:
            self._send(HTTPStatus.OK, "image/png", picture)
        else:
            self._refuse(HTTPStatus.NOT_FOUND, f"nothing at {path:.80}; GET /v1/acts lists what can be done")

    def do_POST(self) -> None:
        if not self._may_speak():
            return
        length = self.headers.get("Content-Length") or ""
        if not length.isdecimal() or len(length) > 9 or "Transfer-Encoding" in self.headers:
            self._refuse(HTTPStatus.LENGTH_REQUIRED, "a request says how long its body is (Content-Length)")
        elif int(length) > MOST_BYTES:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body has at most {MOST_BYTES} bytes")
        elif (details := self._details(int(length))) is not None:
            names = {name.replace(" ", "-"): name for name in (*self.server.service.acts.by_name, "down")}
            path = self.path.partition("?")[0]
            prefix, _, name = path.rpartition("/")
            if prefix != "/v1/acts":
                self._refuse(HTTPStatus.NOT_FOUND, f"nothing at {path:.80}; acts are at /v1/acts/NAME")
                return
            try:
                self._do(names[known(name, names, "act")], details)
            except Refused as refusal:
                self._refuse(HTTPStatus.NOT_FOUND, str(refusal))

    def _may_speak(self) -> bool:
        if "Origin" in self.headers or self.headers.get("Host") not in self.server.hosts:
            self._refuse(HTTPStatus.FORBIDDEN, "not for web pages, nor for another host name than this address")
            return False
        if self.headers.get("Run-Directory", self.server.meant_by) != self.server.meant_by:
            self._refuse(HTTPStatus.MISDIRECTED_REQUEST, "another run directory is meant")
            return False
        return True

    def _details(self, length: int) -> dict[str, object] | None:
        try:
            body = self.rfile.read(length)
        except (TimeoutError, ConnectionError):
            body = b""
        if len(body) < length:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, f"the body is shorter than its Content-Length, {length}")
            return None
        try:
            details = json.loads(body or b"{}")
        except (ValueError, RecursionError) as error:
            self._refuse(HTTPStatus.BAD_REQUEST, f"not JSON: {error}")
            return None
        if not isinstance(details, dict):
            self._refuse(HTTPStatus.BAD_REQUEST, "the details of an act are a JSON object")
            return None
        return details

    def _do(self, name: str, details: dict[str, object]) -> None:
        if name == "down":
            self.server.down.set()
            self.server.stopped.wait()
            self._say(HTTPStatus.OK, None)
            return
        try:
            answer = self.server.service.acts.call(name, details)
        except Refused as refusal:
            self._refuse(HTTPStatus.UNPROCESSABLE_ENTITY, str(refusal))
        except OSError as error:  # a full disk, a port that was taken
            self._refuse(HTTPStatus.INSUFFICIENT_STORAGE, f"{name}: {error}")
        else:
            self._say(HTTPStatus.OK, answer)

    def _picture(self, path: str) -> bytes | None:
        file = self.server.service.picture(path.removeprefix("/v1/"))
        try:
            return file.read_bytes() if file else None
        except FileNotFoundError:
            return None

    def _say(self, status: HTTPStatus, answer: object) -> None:
        self._send_json(status, {"answer": answer})

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        self._send_json(status, {"refused": why})

    def _send_json(self, status: HTTPStatus, content: object) -> None:
        text = json.dumps(content, ensure_ascii=False) + "\n"
        self._send(status, "application/json", text.encode(errors="backslashreplace"))

    def _send(self, status: HTTPStatus, kind: str, content: bytes) -> None:
        self.close_connection = True
        with contextlib.suppress(ConnectionError, TimeoutError):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the parser of requests refuses, answered as everything else is."""
        why = (message or HTTPStatus(code).phrase).partition(" (")[0]
        self._refuse(HTTPStatus(code), f"{why}: there are GET and POST of HTTP/1.1 here, see docs/simulator.md")

    def log_message(self, format: str, *values: object) -> None:
        """Nothing: what was done is in the status."""
