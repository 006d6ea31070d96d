"""The dock's page over HTTP on loopback: what it shows, what it does, and events as they come (`docs/dock.md`).

Whoever does not know the token sees the bare page and nothing else; pages of other origins, and requests that name
another host than this address, are refused.
"""

import contextlib
import http.client
import re
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, quote, urlsplit

from hardware_sim.control import NotRunning, Refused, Simulation, url_of
from hardware_sim.dock import belongings
from hardware_sim.dock.standing import Standing
from hardware_sim.loopback_http import LoopbackConversation, LoopbackServer

PAGE = Path(__file__).parent / "page"
HEARTBEAT_S = 10.0
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_FILE = re.compile(r"/page/((?:[\w-]+/)*[\w-]+(?:\.[\w-]+)+)", re.ASCII)
_OWN_PICTURE = re.compile(r"/pictures/(papers|cards)/([\w-]+)\.png", re.ASCII)
_PICTURE = re.compile(r"/pictures/((?:receipts|sheets|frames)/[\w-]+\.png)", re.ASCII)
_ACT = re.compile(r"/acts/([\w-]+)", re.ASCII)
KEPT = {"Cache-Control": "private, max-age=3600"}  # the same as long as the dock runs


class Screen(Protocol):
    """What stands on the terminal's glass, and a finger on it. Both raise `Refused`."""

    def picture(self) -> bytes: ...
    def touch(self, touches: list[object]) -> None: ...


class Scenarios(Protocol):
    """Each raises `Refused` when it cannot be."""

    def run(self, name: str) -> None: ...
    def stop(self) -> None: ...
    def restart(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Behind:
    """What the page stands for. `acted` is called after whatever was done."""

    standing: Standing
    screen: Screen
    scenarios: Scenarios
    sim: Simulation
    acted: Callable[[], None] = lambda: None


@contextmanager
def serving(behind: Behind, *, port: int = 0, heartbeat_s: float = HEARTBEAT_S) -> Iterator[str]:
    """Serves while in it; gives the address with its token. OSError when the port is taken."""
    with DockServer(behind, port=port, heartbeat_s=heartbeat_s) as server, contextlib.ExitStack() as stack:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="dock, page")
        thread.start()
        stack.callback(thread.join)
        stack.callback(server.shutdown)
        stack.callback(behind.standing.close)
        yield f"{server.url}/?token={server.token}"


class DockServer(LoopbackServer):
    def __init__(self, behind: Behind, *, port: int, heartbeat_s: float) -> None:
        self.behind = behind
        self.heartbeat_s = heartbeat_s
        self.token = secrets.token_urlsafe(24)
        super().__init__(_Conversation, port)
        self.origins = {f"http://{host}" for host in self.hosts}


class _Conversation(LoopbackConversation):
    server: DockServer
    document = "docs/dock.md"
    headers_of_all: Mapping[str, str] = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if not self._comes_from_here():
            return
        if path == "/" or path.startswith("/page/"):
            self._file("/page/index.html" if path == "/" else path)
        elif self._knows_the_token():
            self._answered(lambda: self._shown(path))

    def do_POST(self) -> None:
        if self._comes_from_here() and self._knows_the_token() and (details := self.details()) is not None:
            self._answered(lambda: self._done(urlsplit(self.path).path, details))

    def _comes_from_here(self) -> bool:
        if not self.names_this_host or self.headers.get("Origin", self.server.url) not in self.server.origins:
            self.refuse(HTTPStatus.FORBIDDEN, "not for other pages, nor for another host name than this address")
            return False
        return True

    def _knows_the_token(self) -> bool:
        told = self.headers.get("Dock-Token") or self._asked("token")
        if not secrets.compare_digest(told.encode(errors="replace"), self.server.token.encode()):
            self.refuse(
                HTTPStatus.UNAUTHORIZED, "the token is missing or another one's: open the address that the dock said"
            )
            return False
        return True

    def _asked(self, name: str, unless: str = "") -> str:
        return parse_qs(urlsplit(self.path).query).get(name, [unless])[0]

    def _answered(self, do: Callable[[], None]) -> None:
        try:
            do()
        except Refused as refusal:
            self.refuse(HTTPStatus.UNPROCESSABLE_ENTITY, str(refusal))
        except NotRunning as absence:
            self.refuse(HTTPStatus.SERVICE_UNAVAILABLE, str(absence))

    def _file(self, path: str) -> None:
        found = _FILE.fullmatch(path)
        file = PAGE / found[1] if found else None
        if file is None or file.suffix not in KINDS or not file.is_file():
            self.refuse(HTTPStatus.NOT_FOUND, f"no file {path:.80}")
        else:
            self.send(HTTPStatus.OK, KINDS[file.suffix], file.read_bytes())

    def _shown(self, path: str) -> None:
        behind = self.server.behind
        if path == "/state":
            self.send_json(HTTPStatus.OK, behind.standing.whole())
        elif path == "/events":
            self._events()
        elif path == "/screen.jpg":
            self.send(HTTPStatus.OK, "image/jpeg", behind.screen.picture())
        elif path == "/people":
            seed = self._asked("seed", "0")
            if not seed.isdecimal() or len(seed) > 6:
                raise Refused("seed is a whole number of at most six digits")
            self.send_json(HTTPStatus.OK, belongings.people(int(seed)))
        elif own := _OWN_PICTURE.fullmatch(path):
            png = belongings.picture(own[1], own[2], self._asked("person", "chen-guilan"))
            self.send(HTTPStatus.OK, "image/png", png, KEPT)
        elif (of_devices := _PICTURE.fullmatch(path)) and (png := _fetched(behind.sim, of_devices[1])) is not None:
            self.send(HTTPStatus.OK, "image/png", png)
        else:
            self.refuse(HTTPStatus.NOT_FOUND, f"nothing at {path:.80}; see {self.document}")

    def _events(self) -> None:
        """Until the browser goes, is too slow, or the dock ends; it comes again by itself, and knows how far it was."""
        last = self.headers.get("Last-Event-ID") or ""
        after = int(last) if re.fullmatch("[0-9]{1,15}", last) else 0
        self.close_connection = True
        headers = {**self.headers_of_all, "Content-Type": "text/event-stream", "Connection": "close"}
        with (
            self.server.behind.standing.listening(after=after) as news,
            contextlib.suppress(ConnectionError, TimeoutError),
        ):
            self.send_response(HTTPStatus.OK)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"retry: 500\n\n")
            while (chunk := news.next(self.server.heartbeat_s)) is not None:
                self.wfile.write(chunk)

    def _done(self, path: str, details: dict[str, Any]) -> None:
        behind = self.server.behind
        answer: object = None
        if path == "/touch":
            touches = details.get("touches", [details])
            if not isinstance(touches, list):
                raise Refused("touches is a list of touches")
            behind.screen.touch(touches)
        elif act := _ACT.fullmatch(path):
            if act[1] == "down":
                raise Refused("the dock ends with Ctrl+C where it was started")
            answer = behind.sim.ask(act[1].replace("-", " "), **details)
        elif path == "/scenario/run":
            name = details.get("name")
            if not isinstance(name, str):
                raise Refused("name is the name of a scenario")
            behind.scenarios.run(name)
        elif path == "/scenario/stop":
            behind.scenarios.stop()
        elif path == "/restart":
            behind.scenarios.restart()
        else:
            self.refuse(HTTPStatus.NOT_FOUND, f"nothing at {path:.80}; see {self.document}")
            return
        behind.acted()
        self.say(answer)


def _fetched(sim: Simulation, path: str) -> bytes | None:
    """A picture of the control API; `None`: there is none."""
    line = http.client.HTTPConnection(urlsplit(url_of(sim.run_dir)).netloc, timeout=10.0)
    try:
        line.request("GET", f"/v1/{quote(path)}")
        with line.getresponse() as response:
            return response.read() if response.status == HTTPStatus.OK else None
    except (OSError, http.client.HTTPException) as error:
        raise NotRunning(f"the devices do not answer: {error}") from error
    finally:
        line.close()
