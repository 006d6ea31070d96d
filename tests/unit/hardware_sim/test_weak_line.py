"""What each mode of the weak line does to a plain HTTP server and to `requests`, over real sockets."""

import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from hardware_sim import cli
from hardware_sim.captive_portal import RequestFrames
from hardware_sim.control import Refused
from hardware_sim.line_modes import (
    MODES,
    BlackHole,
    CaptivePortal,
    Clean,
    Course,
    CutEvery,
    Delay,
    Duplicate,
    HalfOpen,
    Mode,
    Rate,
    Reset,
    Trickle,
    Truncate,
    Way,
    parse_mode,
    words_of,
)
from hardware_sim.weak_line import WeakLine

ANSWER = bytes(range(256)) * 40
SOON_S = 0.15


class _Server(ThreadingHTTPServer):
    """Keeps what it was sent, whole or not."""

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Exchange)
        self.requests: list[tuple[str, bytes]] = []
        self.changed = threading.Condition()
        self.peers: set[int] = set()

    def took(self, number: int) -> list[tuple[str, bytes]]:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.requests) >= number, 5), self.requests
            return self.requests

    def handle_error(self, request: object, client_address: object) -> None:
        """A peer that is gone is what these tests are about."""


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        with contextlib.suppress(ConnectionError):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with self.server.changed:
                self.server.requests.append((self.path, body))
                self.server.changed.notify_all()
            self.send_response(200)
            self.send_header("Content-Length", str(len(ANSWER)))
            self.end_headers()
            self.wfile.write(ANSWER)

    def log_message(self, format: str, *values: object) -> None:
        """Nothing: the tests look at `requests`."""


@dataclass
class Desk:
    server: _Server
    line: WeakLine
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.line.port}/v1/uploads"

    def post(self, body: bytes = b"page", *, within_s: float = 5.0) -> requests.Response:
        return self.session.post(self.url, data=body, timeout=within_s)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with _Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        with WeakLine(server.server_address[:2]) as line, requests.Session() as session:
            yield Desk(server, line, session)
        server.shutdown()
        thread.join()


def test_a_clean_line_changes_nothing_and_counts(desk: Desk) -> None:
    sent = bytes(300_000)
    assert desk.post(sent).content == ANSWER
    assert desk.server.requests == [("/v1/uploads", sent)]
    counters = desk.line.counters
    assert (counters.connections, counters.cuts) == (1, 0)
    assert len(sent) < counters.bytes_up < len(sent) + 1000
    assert len(ANSWER) < counters.bytes_down < len(ANSWER) + 1000


def test_the_end_of_either_side_comes_through(desk: Desk) -> None:
    with socket.create_connection(("127.0.0.1", desk.line.port), timeout=5) as client:
        client.sendall(b"POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 1\r\n\r\n1")
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert answer.endswith(ANSWER)
    desk.line.wait_until(lambda now: now.open == 0)


def test_delay_comes_once_each_way_however_much_is_sent(desk: Desk) -> None:
    desk.line.switch(Delay(ms=100))
    begun = time.monotonic()
    assert desk.post(bytes(50_000)).content == ANSWER
    assert 0.2 <= time.monotonic() - begun < 5


def test_trickle_and_rate_hold_their_rates(desk: Desk) -> None:
    for mode, bytes_per_s in ((Trickle(50_000), 50_000), (Rate(kbit_per_s=400), 50_000)):
        desk.line.switch(mode)
        begun = time.monotonic()
        assert desk.post().content == ANSWER
        took_s = time.monotonic() - begun
        assert len(ANSWER) / bytes_per_s * 0.85 <= took_s < 5


@pytest.mark.parametrize("after", [0, 100, 7000])
def test_an_answer_is_reset_after_its_bytes_and_its_request_had_its_effect(desk: Desk, after: int) -> None:
    desk.line.switch(Reset(after, Way.ANSWERS))
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        desk.post()
    assert desk.server.took(1) == [("/v1/uploads", b"page")]
    assert (desk.line.counters.bytes_down, desk.line.counters.cuts) == (after, 1)
    desk.line.switch(Clean())
    assert desk.post().content == ANSWER


def test_a_request_is_reset_after_its_bytes(desk: Desk) -> None:
    desk.line.switch(Reset(1000))
    with pytest.raises(requests.ConnectionError):
        desk.post(bytes(400_000))
    assert (desk.line.counters.bytes_up, desk.server.requests) == (1000, [])


def test_a_black_hole_takes_the_connection_and_answers_nothing(desk: Desk) -> None:
    desk.line.switch(BlackHole())
    with pytest.raises(requests.ReadTimeout):
        desk.post(within_s=SOON_S)
    assert (desk.server.requests, desk.line.counters.bytes_up) == ([], 0)


def test_what_waited_in_a_black_hole_comes_when_it_ends(desk: Desk) -> None:
    assert desk.post().ok
    desk.line.switch(BlackHole(for_s=0.2))
    begun = time.monotonic()
    assert desk.post(b"late").content == ANSWER
    assert time.monotonic() - begun >= 0.15
    desk.line.switch(BlackHole())
    with pytest.raises(requests.ReadTimeout):
        desk.post(b"given up", within_s=SOON_S)
    desk.line.switch(Clean())
    assert [body for _, body in desk.server.took(3)] == [b"page", b"late", b"given up"]


def test_half_open_the_client_hears_neither_answer_nor_end(desk: Desk) -> None:
    assert desk.post().ok
    desk.line.switch(HalfOpen(after_bytes=10))
    with pytest.raises(requests.ReadTimeout):
        desk.post(bytes(200_000), within_s=SOON_S)
    assert len(desk.server.requests) == 1
    assert desk.line.counters.cuts == 1
    desk.line.switch(Clean())
    assert desk.post().ok


def test_an_answer_is_truncated_by_an_orderly_end(desk: Desk) -> None:
    desk.line.switch(Truncate(after_bytes=500))
    with socket.create_connection(("127.0.0.1", desk.line.port), timeout=5) as client:
        client.sendall(b"POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\n1")
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert len(answer) == 500
    assert len(desk.server.requests) == 1


def test_bytes_of_an_answer_begin_anew_with_each_request(desk: Desk) -> None:
    desk.line.switch(Truncate(after_bytes=len(ANSWER) + 1000))
    assert [desk.post().content for _ in range(3)] == [ANSWER] * 3
    assert desk.line.counters.connections == 1


def test_each_request_comes_to_the_server_a_second_time_byte_by_byte(desk: Desk) -> None:
    desk.line.switch(Duplicate("/v1/uploads"))
    assert desk.post(b"once").content == ANSWER
    assert desk.post(bytes(100_000)).content == ANSWER
    desk.line.wait_until(lambda now: now.duplicates == 2)
    assert sorted(body for _, body in desk.server.took(4)) == sorted([b"once", bytes(100_000)] * 2)


def test_only_requests_that_match_come_twice(desk: Desk) -> None:
    desk.line.switch(Duplicate("/commit"))
    assert desk.post().ok
    desk.session.post(f"http://127.0.0.1:{desk.line.port}/v1/submissions/1/commit", data=b"x", timeout=5)
    desk.line.wait_until(lambda now: now.duplicates == 1)
    assert len(desk.server.took(3)) == 3


def test_a_captive_portal_answers_anything_with_its_own_page(desk: Desk) -> None:
    desk.line.switch(CaptivePortal())
    answer = desk.post(bytes(100_000))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "登录" in answer.content.decode()
    assert desk.session.head(desk.url, timeout=5).content == b""
    assert desk.server.requests == []
    assert desk.line.counters.portal_answers == 2


def test_a_captive_portal_may_lead_elsewhere(desk: Desk) -> None:
    desk.line.switch(CaptivePortal(redirect_to="http://portal.example/login"))
    answer = desk.session.post(desk.url, data=b"x", timeout=5, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, "http://portal.example/login")


def test_a_captive_portal_shows_a_certificate_that_nobody_vouches_for(desk: Desk) -> None:
    desk.line.switch(CaptivePortal())
    url = desk.url.replace("http:", "https:")
    with pytest.raises(requests.exceptions.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        desk.session.post(url, data=b"x", timeout=5)
    with pytest.warns(Warning, match="Unverified"):
        answer = requests.post(url, data=b"x", timeout=5, verify=False)  # noqa: S501 (what a careless client would see)
    assert "登录" in answer.content.decode()
    assert desk.line.counters.portal_answers == 2


def test_a_connection_from_before_the_portal_is_broken_off(desk: Desk) -> None:
    assert desk.post().ok
    desk.line.switch(CaptivePortal())
    desk.line.wait_until(lambda now: (now.open, now.cuts) == (0, 1))


def test_cuts_fall_on_the_same_bytes_again_with_the_same_seed(desk: Desk) -> None:
    def passed(seed: int) -> list[int]:
        bytes_up = []
        with WeakLine(desk.server.server_address[:2], mode=CutEvery(10_000, 0.5, seed)) as line:
            for number in range(1, 6):
                with pytest.raises(requests.ConnectionError):
                    requests.post(f"http://127.0.0.1:{line.port}/", data=bytes(200_000), timeout=5)
                bytes_up.append(line.wait_until(lambda now, cuts=number: now.cuts == cuts).bytes_up)
        return bytes_up

    assert passed(7) == passed(7) != passed(8)


@given(seed=st.integers(0, 5))
def test_the_share_of_units_that_is_cut_is_the_one_asked_for(seed: int) -> None:
    unit, cuts, sent = 1000, 400, 0.0
    for number in range(1, cuts + 1):
        sent += Course(CutEvery(unit, 0.2, seed), number=number, began_s=0).left(Way.REQUESTS) // unit + 1
    assert 0.15 < cuts / sent < 0.25


def test_a_script_gives_each_connection_its_mode(desk: Desk) -> None:
    desk.line.script(Reset(0, Way.REQUESTS), Truncate(10))
    for _ in range(2):
        with pytest.raises(requests.ConnectionError):
            desk.post()
    assert desk.post().content == ANSWER
    assert (desk.line.counters.connections, desk.line.counters.cuts) == (3, 2)


def test_all_that_is_open_can_be_cut(desk: Desk) -> None:
    assert desk.post().ok
    desk.line.cut()
    assert desk.line.wait_until(lambda now: now.open == 0).cuts == 1


def test_without_a_server_the_client_is_reset() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        to = gone.getsockname()
    with WeakLine(to) as line, pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{line.port}/", timeout=5)


MODES_MEANT: list[Mode] = [
    Clean(), Delay(80), Trickle(1), Rate(512), Reset(5, Way.ANSWERS), BlackHole(), BlackHole(60.0), HalfOpen(3),
    Truncate(9), Duplicate("PATCH"), CaptivePortal(), CaptivePortal("http://p.example/"), CutEvery(4096, 0.25, 3),
]  # fmt: skip


@pytest.mark.parametrize("mode", MODES_MEANT)
def test_a_mode_is_said_in_words(mode: Mode) -> None:
    assert parse_mode(words_of(mode).split()) == mode


@given(st.lists(st.sampled_from([*MODES, "either", "-1", "nan", "1", "0.5", "x", ""]), max_size=5))
def test_words_are_a_mode_or_refused(words: list[str]) -> None:
    try:
        mode = parse_mode(words)
    except Refused:
        return
    assert parse_mode(words_of(mode).split(" ")) == mode


@given(st.data())
def test_requests_are_whole_however_they_are_split(data: st.DataObject) -> None:
    plain = b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
    chunked = b"PUT /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n0\r\n\r\n"
    bare = b"GET /c HTTP/1.1\r\nHost: x\r\n\r\n"
    meant = data.draw(st.lists(st.sampled_from([plain, chunked, bare]), max_size=5))
    stream, frames, whole = b"".join(meant), RequestFrames(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        whole += frames.feed(stream[:size])
        stream = stream[size:]
    assert whole == meant


@given(st.lists(st.binary(max_size=40)))
def test_what_is_not_http_gives_no_requests(parts: list[bytes]) -> None:
    frames = RequestFrames()
    assert [whole for part in [b"\x16\x03\x01", *parts] for whole in frames.feed(part)] == []


def kiosk_sim(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hardware_sim.cli", "line", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_a_line_goes_up_and_down_by_command(desk: Desk, tmp_path: Path) -> None:
    where = ("--run-dir", tmp_path)
    to = f"127.0.0.1:{desk.line.port}"
    up = kiosk_sim("up", "--to", to, "--mode", "truncate 10", "--detach", "--json", *where)
    assert up.returncode == 0, up.stderr
    url = f"http://{json.loads(up.stdout)['address']}/"
    with pytest.raises(requests.ConnectionError):
        requests.post(url, data=b"x", timeout=5)
    assert cli.main(["line", "mode", "clean", "--run-dir", str(tmp_path)]) == 0
    assert requests.post(url, data=b"x", timeout=5).content == ANSWER
    assert cli.main(["line", "script", "reset 0", "captive-portal", "--run-dir", str(tmp_path)]) == 0
    status = json.loads(kiosk_sim("status", "--json", *where).stdout)
    assert (status["mode"], status["script"]) == ("clean", ["reset 0 either", "captive-portal"])
    assert (status["connections"], status["cuts"]) == (2, 1)
    assert kiosk_sim("up", "--to", to, *where).returncode == 1
    assert kiosk_sim("mode", "reset", "0", "answer", *where).returncode == 2
    assert kiosk_sim("down", *where).returncode == 0
    assert kiosk_sim("status", *where).returncode == 1
