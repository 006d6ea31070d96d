"""The dock's page answers whoever knows its token, from this address alone, and tells all that listen what changes."""

import http.client
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hardware_sim import simulation
from hardware_sim.control import Refused, Simulation
from hardware_sim.dock import server
from hardware_sim.dock.server import PAGE, Behind, serving
from hardware_sim.dock.standing import HEARTBEAT, MOST_WAITING, NEWEST_WIRES, Standing
from tests.system.waiting import until

JPEG = b"\xff\xd8 a picture \xff\xd9"


@dataclass
class Hands:
    """What stands behind the page where no terminal runs: a still picture, and a book of what was asked."""

    done: list[object] = field(default_factory=list)

    def picture(self) -> bytes:
        return JPEG

    def touch(self, touches: list[object]) -> None:
        self.done += touches

    def run(self, name: str) -> None:
        if name != "happy-insurance":
            raise Refused(f"no scenario named {name}")
        self.done.append(name)

    def stop(self) -> None:
        self.done.append("stop")

    def restart(self) -> None:
        self.done.append("restart")


@dataclass(frozen=True)
class Dock:
    url: str
    standing: Standing
    hands: Hands
    sim: Simulation

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def token(self) -> str:
        return self.url.partition("?token=")[2]

    def ask(self, method: str, path: str, details: object = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Headers with `_` for `-`; the token comes along unless another is given."""
        line = http.client.HTTPConnection(self.host, timeout=10)
        given = {"Dock-Token": self.token} | {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            line.request(method, path, None if details is None else json.dumps(details), given)
            with line.getresponse() as answer:
                return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            line.close()

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        status, _, body = self.ask("GET", path, **headers)
        return status, body

    def post(self, path: str, **details: object) -> tuple[int, dict[str, object]]:
        status, _, body = self.ask("POST", path, details)
        return status, json.loads(body)


@pytest.fixture(scope="module")
def sim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulation]:
    with simulation.running(tmp_path_factory.mktemp("dock") / "sim") as running:
        yield running


@pytest.fixture(scope="module")
def dock(sim: Simulation) -> Iterator[Dock]:
    standing, hands = Standing(running=None, receipts=[]), Hands()
    with serving(Behind(standing, hands, hands, sim), heartbeat_s=0.05) as url:
        yield Dock(url, standing, hands, sim)


class Events:
    """One browser that listens."""

    def __init__(self, dock: Dock, *, last: int | None = None) -> None:
        self._line = http.client.HTTPConnection(dock.host, timeout=10)
        header = {} if last is None else {"Last-Event-ID": str(last)}
        self._line.request("GET", f"/events?token={dock.token}", headers=header)
        self._answer = self._line.getresponse()
        assert self._answer.getheader("Content-Type") == "text/event-stream"

    def next(self, *names: str) -> tuple[str, object]:
        """The next event of these names, its data."""
        name = ""
        while line := self._answer.readline().decode():
            if line.startswith("event: "):
                name = line[7:].strip()
            elif line.startswith("data: ") and name in names:
                return name, json.loads(line[6:])
        return "over", None

    def line(self) -> bytes:
        return self._answer.readline()

    def close(self) -> None:
        self._answer.close()
        self._line.close()


@pytest.mark.parametrize("path", ["/state", "/events", "/screen.jpg", "/people", "/pictures/cards/identity.png"])
def test_whoever_does_not_know_the_token_sees_nothing(dock: Dock, path: str) -> None:
    assert dock.get(path, Dock_Token="")[0] == 401
    assert dock.get(f"{path}?token=guessed", Dock_Token="")[0] == 401
    assert dock.get(path, Dock_Token="gu\u00e9ssed".encode().decode("latin-1"))[0] == 401


@pytest.mark.parametrize("path", ["/touch", "/acts/card-lift", "/scenario/run", "/scenario/stop", "/restart"])
def test_whoever_does_not_know_the_token_does_nothing(dock: Dock, path: str) -> None:
    before = list(dock.hands.done)
    assert dock.ask("POST", path, {}, Dock_Token="")[0] == 401
    assert dock.hands.done == before


def test_the_token_may_stand_in_the_address(dock: Dock) -> None:
    assert dock.get(f"/state?token={dock.token}", Dock_Token="")[0] == 200


@pytest.mark.parametrize("path", ["/", "/state"])
def test_another_host_name_or_origin_is_refused(dock: Dock, path: str) -> None:
    for headers in ({"Host": "hall.example"}, {"Origin": "https://hall.example"}, {"Origin": "null"}):
        assert dock.get(path, **headers)[0] == 403
        assert dock.ask("POST", "/restart", {}, **headers)[0] == 403
    assert "restart" not in dock.hands.done
    assert dock.get("/state", Origin=f"http://{dock.host}")[0] == 200


def test_every_answer_tells_the_browser_to_load_nothing_from_elsewhere(dock: Dock) -> None:
    for path in ("/", "/state", "/nothing", "/pictures/cards/identity.png"):
        headers = dock.ask("GET", path)[1]
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    "path",
    [
        "/page/../server.py",
        "/page/%2e%2e/server.py",
        "/page/..%2fserver.py",
        "/page//etc/passwd",
        "/page/x/../../server.py",
        "/page/",
        "/page/index.html/",
        "/page/.hidden.js",
    ],
)
def test_no_file_but_the_page_s_own_is_shown(dock: Dock, path: str) -> None:
    assert dock.get(path)[0] == 404


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="./%2eE\\~pageindxhtmlcsv-_?#", max_size=40))
def test_whatever_is_asked_for_below_the_page_is_a_file_of_it_or_nothing(dock: Dock, path: str) -> None:
    status, body = dock.get(f"/page/{path}")
    own = [file.read_bytes() for file in PAGE.rglob("*") if file.is_file()]
    assert status == 404 or (status == 200 and body in own)


def test_acts_reach_the_devices_and_refusals_come_back_as_a_sentence(dock: Dock) -> None:
    assert dock.post("/acts/card-insert", name="chen-guilan") == (200, {"answer": None})
    assert dock.sim.status()["identity_card_reader"]["field"] == "entered"
    status, said = dock.post("/acts/card-insert", name="chen-guilam")
    assert (status, said["refused"]) == (422, "no person named chen-guilam; did you mean chen-guilan?")
    assert dock.post("/acts/card-insert", nome="x")[0] == 422
    assert dock.post("/acts/down")[0] == 422
    assert dock.sim.status()


def test_touches_come_in_their_order_and_scenarios_by_name(dock: Dock) -> None:
    dock.hands.done.clear()
    one, two = {"x": 0.1, "y": 0.2, "phase": "press"}, {"x": 0.1, "y": 0.2, "phase": "release"}
    assert dock.post("/touch", **one)[0] == 200
    assert dock.post("/touch", touches=[one, two])[0] == 200
    assert dock.post("/touch", touches="all")[0] == 422
    assert dock.post("/scenario/run", name="happy-insurance")[0] == 200
    assert dock.post("/scenario/run", name="sad-insurance")[0] == 422
    assert dock.post("/scenario/run")[0] == 422
    assert dock.post("/scenario/stop")[0] == 200
    assert dock.post("/restart")[0] == 200
    assert dock.hands.done == [one, one, two, "happy-insurance", "stop", "restart"]


def test_what_is_no_json_object_or_has_no_length_is_refused(dock: Dock) -> None:
    assert dock.ask("POST", "/touch", [1])[0] == 400
    with socket.create_connection(urlsplit(dock.url).netloc.split(":"), timeout=10) as line:
        line.sendall(f"POST /touch HTTP/1.1\r\nHost: {dock.host}\r\nDock-Token: {dock.token}\r\n\r\n".encode())
        assert b" 411 " in line.recv(100)


def test_pictures_are_the_terminal_s_the_devices_and_what_people_carry(dock: Dock) -> None:
    assert dock.get("/screen.jpg?seq=1") == (200, JPEG)
    for path in (
        "/pictures/frames/document-camera.png",
        "/pictures/papers/household-front.png?person=resident:17",
        "/pictures/cards/identity.png?person=maria-2023",
        "/pictures/cards/social-security.png?person=chen-guilan",
    ):
        status, png = dock.get(path)
        assert (status, png[:4]) == (200, b"\x89PNG")
    assert dock.get("/pictures/receipts/99.png")[0] == 404
    assert dock.get("/pictures/../control.json")[0] == 404
    assert dock.get("/pictures/cards/library.png")[0] == 422
    assert dock.get("/pictures/papers/household-front.png?person=nobody")[0] == 422


def test_people_are_the_cast_and_strangers_by_seed(dock: Dock) -> None:
    people = json.loads(dock.get("/people?seed=7")[1])
    assert people == json.loads(dock.get("/people?seed=7")[1]) != json.loads(dock.get("/people?seed=8")[1])
    assert {one["stranger"] for one in people} == {True, False}
    assert all(one["name"] or one["english_name"] for one in people)
    assert dock.get("/people?seed=x")[0] == 422


def test_whoever_connects_hears_the_whole_state_and_then_only_what_changes(dock: Dock) -> None:
    dock.standing.change(running=None, receipts=[])
    events = Events(dock)
    assert events.next("state") == ("state", {"running": None, "receipts": []})
    dock.standing.change(running=None, receipts=[{"number": 1}])
    assert events.next("state") == ("state", {"receipts": [{"number": 1}]})
    dock.standing.tell("screen", {"seq": 7})
    assert events.next("state", "screen") == ("screen", {"seq": 7})
    events.close()
    again = Events(dock)
    assert again.next("state") == ("state", {"running": None, "receipts": [{"number": 1}]})
    again.close()
    until(lambda: not dock.standing.is_watched, "the server to notice that nobody listens", within_s=10)


def test_a_browser_that_comes_again_misses_no_wire_and_hears_none_twice(dock: Dock) -> None:
    for number in range(1, NEWEST_WIRES + 11):
        dock.standing.wire({"number": number})
    events = Events(dock)
    assert events.next("wire") == ("wire", {"number": 11})
    events.close()
    again = Events(dock, last=NEWEST_WIRES + 9)
    assert again.next("wire") == ("wire", {"number": NEWEST_WIRES + 10})
    dock.standing.wire({"number": NEWEST_WIRES + 11})
    assert again.next("wire") == ("wire", {"number": NEWEST_WIRES + 11})
    again.close()


def test_a_line_on_which_nothing_happens_is_kept_alive(dock: Dock) -> None:
    events = Events(dock)
    events.next("state")
    while events.line() != HEARTBEAT.splitlines(keepends=True)[0]:
        pass
    events.close()


def test_a_listener_that_is_too_slow_is_dropped_and_the_others_hear_all() -> None:
    standing = Standing(receipts=[])
    with standing.listening() as slow, standing.listening() as quick:
        heard = 0
        for number in range(MOST_WAITING + 1):
            standing.tell("screen", {"seq": number})
            heard += (quick.next(0) or b"").count(b"event: screen")
        assert slow.next(0) is None
        assert heard == MOST_WAITING + 1
    assert not standing.is_watched


def test_a_browser_that_reads_nothing_is_let_go(sim: Simulation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server._Conversation, "timeout", 0.2)
    standing, hands = Standing(much="x" * 2_000_000), Hands()
    with serving(Behind(standing, hands, hands, sim)) as url, socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        host, _, port = urlsplit(url).netloc.partition(":")
        line.connect((host, int(port)))
        token = url.partition("?")[2]
        line.sendall(f"GET /events?{token} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        until(lambda: standing.is_watched, "it to be heard", within_s=10)
        for number in range(20):
            standing.change(much=str(number) * 1_000_000)
        until(lambda: not standing.is_watched, "it to be let go", within_s=10)


def test_all_lines_end_with_the_dock(sim: Simulation) -> None:
    standing, hands = Standing(receipts=[]), Hands()
    with serving(Behind(standing, hands, hands, sim)) as url:
        events = Events(Dock(url, standing, hands, sim))
        events.next("state")
    assert events.next("state") == ("over", None)
    events.close()


def test_the_page_itself_is_there(dock: Dock) -> None:
    status, headers, body = dock.ask("GET", "/", Dock_Token="")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert body == Path(PAGE / "index.html").read_bytes()
