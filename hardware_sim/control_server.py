"""The control socket's other end: one request and one answer a connection, for whatever runs in a run directory."""

import contextlib
import inspect
import json
import os
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from hardware_sim.control import Part, Refused, known, socket_address

Act = Callable[[str, dict[str, Any]], object]


def call(acts: Mapping[str, Callable[..., object]], what: str, details: dict[str, Any]) -> object:
    """Do what was asked; raises `Refused` for names and details that are not known."""
    act = acts[known(what, acts, "request")]
    try:
        inspect.signature(act).bind(**details)
    except TypeError as error:
        raise Refused(f"{what}: {error}") from error
    return act(**details)


@contextmanager
def answering(
    run_dir: Path, part: Part, service: AbstractContextManager[Act], *, down: threading.Event
) -> Iterator[None]:
    """Answer while `service` runs; `down` is set when somebody asks for the end, who is answered when all has ended."""
    make_run_dir(run_dir)
    socket_path = run_dir / part.socket
    socket_path.unlink(missing_ok=True)
    stopped = threading.Event()
    with contextlib.ExitStack() as stack:
        address = stack.enter_context(socket_address(run_dir, part))
        server = stack.enter_context(_ControlServer(address, down=down, stopped=stopped))
        socket_path.chmod(0o600)
        stack.callback(stopped.set)
        stack.callback(socket_path.unlink)
        server.act = stack.enter_context(service)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name=f"{part} control")
        thread.start()
        stack.callback(thread.join)
        stack.callback(server.shutdown)
        yield


def make_run_dir(run_dir: Path) -> None:
    """Make it for this user alone. `PermissionError` when it belongs to somebody else."""
    run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if run_dir.stat().st_uid != os.getuid():
        raise PermissionError(f"{run_dir} belongs to somebody else")
    run_dir.chmod(0o700)


class _ControlServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = False  # closing the server waits for the conversations
    act: Act

    def __init__(self, address: str, *, down: threading.Event, stopped: threading.Event) -> None:
        self.down = down
        self.stopped = stopped
        super().__init__(address, _Conversation)


class _Conversation(socketserver.StreamRequestHandler):
    """One request and its answer."""

    server: _ControlServer
    timeout = 5.0

    def handle(self) -> None:
        try:
            line = self.rfile.readline()
        except TimeoutError:
            return
        answer = json.dumps(self._outcome(line), ensure_ascii=False) + "\n"
        with contextlib.suppress(ConnectionError):
            self.wfile.write(answer.encode())

    def _outcome(self, line: bytes) -> dict[str, object]:
        try:
            details = json.loads(line)
            what = details.pop("ask")
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            return {"refused": f"not a request: {error!r}"}
        if what == "down":
            self.server.down.set()
            self.server.stopped.wait()
            return {"answer": None}
        try:
            return {"answer": self.server.act(str(what), details)}
        except Refused as refusal:
            return {"refused": str(refusal)}
