"""The control API: HTTP on loopback, for whatever runs in a run directory. One request a connection.

`POST /v1/acts/NAME` does an act, `GET /v1/acts` lists them, `GET /v1/status` and `GET /v1/faults` are acts without
details, and a service may show pictures. Pages of the web are kept out: a request with an `Origin`, or with the `Host`
of another name than this address, is refused.
"""

import contextlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from hardware_sim.acts import Acts
from hardware_sim.control import Part, Refused, directory_header, known
from hardware_sim.loopback_http import LoopbackConversation, LoopbackServer

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


class _ControlServer(LoopbackServer):
    service: Service

    def __init__(self, run_dir: Path, *, down: threading.Event, stopped: threading.Event) -> None:
        self.down = down
        self.stopped = stopped
        self.meant_by = directory_header(run_dir)["Run-Directory"]
        super().__init__(_Conversation)


class _Conversation(LoopbackConversation):
    server: _ControlServer

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        acts = self.server.service.acts
        if not self._may_speak():
            return
        if path == "/v1/acts":
            self.say(acts.listed())
        elif path in READ_AS_ACTS and READ_AS_ACTS[path] in acts.by_name:
            self._do(READ_AS_ACTS[path], {})
        elif path.endswith(".png") and (picture := self._picture(path)) is not None:
            self.send(HTTPStatus.OK, "image/png", picture)
        else:
            self.refuse(HTTPStatus.NOT_FOUND, f"nothing at {path:.80}; GET /v1/acts lists what can be done")

    def do_POST(self) -> None:
        if not self._may_speak() or (details := self.details()) is None:
            return
        names = {name.replace(" ", "-"): name for name in (*self.server.service.acts.by_name, "down")}
        path = self.path.partition("?")[0]
        prefix, _, name = path.rpartition("/")
        if prefix != "/v1/acts":
            self.refuse(HTTPStatus.NOT_FOUND, f"nothing at {path:.80}; acts are at /v1/acts/NAME")
            return
        try:
            self._do(names[known(name, names, "act")], details)
        except Refused as refusal:
            self.refuse(HTTPStatus.NOT_FOUND, str(refusal))

    def _may_speak(self) -> bool:
        if "Origin" in self.headers or not self.names_this_host:
            self.refuse(HTTPStatus.FORBIDDEN, "not for web pages, nor for another host name than this address")
            return False
        if self.headers.get("Run-Directory", self.server.meant_by) != self.server.meant_by:
            self.refuse(HTTPStatus.MISDIRECTED_REQUEST, "another run directory is meant")
            return False
        return True

    def _do(self, name: str, details: dict[str, object]) -> None:
        if name == "down":
            self.server.down.set()
            self.server.stopped.wait()
            self.say(None)
            return
        try:
            answer = self.server.service.acts.call(name, details)
        except Refused as refusal:
            self.refuse(HTTPStatus.UNPROCESSABLE_ENTITY, str(refusal))
        except OSError as error:  # a full disk, a port that was taken
            self.refuse(HTTPStatus.INSUFFICIENT_STORAGE, f"{name}: {error}")
        else:
            self.say(answer)

    def _picture(self, path: str) -> bytes | None:
        file = self.server.service.picture(path.removeprefix("/v1/"))
        try:
            return file.read_bytes() if file else None
        except FileNotFoundError:
            return None
