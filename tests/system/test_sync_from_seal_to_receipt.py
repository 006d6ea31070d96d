"""From the sealed submission to the receipt: real store, real agent, real gateway, and a line that misbehaves."""

import http.client
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

import pytest

from kiosk.check_digits import CROCKFORD, is_receipt_number, luhn
from kiosk.configuration import Gateway
from kiosk.ports import Sealed
from kiosk.submission import FORMAT, Attachment, Json, Rating, SealedSubmission, canonical
from sync.agent.backoff import Backoff
from sync.agent.run import run_agent
from sync.gateway.cli import main
from sync.gateway.logs import JsonLines
from sync.gateway.serve import AddressRefused, Serving, bind
from sync.outbox.identity import Identity
from sync.outbox.schema import State
from sync.outbox.store import Outbox
from tests.enrolled import configured, enrolled
from tests.system.serving import served

NAME, NUMBER = "陈桂兰", "100101194401010028"
PHOTO = Attachment("身份证.jpg", "image/jpeg", Random(7).randbytes(600_000))
NOTE = Attachment("note.txt", "text/plain", b"a short note")
ROOT = Path(__file__).parents[2]
PATIENCE_S = 10.0
places = itertools.count(1)


def make_submission(*attachments: Attachment, **members: Json) -> SealedSubmission:
    place = next(places)
    sid, bare = f"019a0000-0000-7000-8000-{place:012x}", f"CZ03{place:07}"
    bare += luhn(bare, CROCKFORD)
    code = f"{bare[:4]}-{bare[4:8]}-{bare[8:]}"
    manifest: dict[str, Json] = {
        "format": FORMAT,
        "sid": sid,
        "slip_code": code,
        "simulated": True,
        "terminal": {"code": "CZ03"},
        "applicant": {"name": NAME, "number": NUMBER},
        "attachments": [
            {"name": one.name, "media_type": one.media_type, "sha256": one.digest, "size": len(one.content)}
            for one in attachments
        ],
    }
    return SealedSubmission(sid, code, canonical({**manifest, **members}), attachments)


def make_rating(sid: str) -> Rating:
    given_at = datetime(2026, 11, 23, 9, 47, tzinfo=timezone(timedelta(hours=8)))
    return Rating(f"019a0000-0000-7000-9000-{next(places):012x}", sid, 4, given_at)


def wait_until(holds: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < deadline, f"never: {what}"
        pause.wait(0.01)


speakers: dict[Path, Identity] = {}


@pytest.fixture(autouse=True)
def _speaks_as_an_enrolled_terminal(tmp_path: Path) -> Iterator[None]:
    speakers[tmp_path] = enrolled(tmp_path / "gateway", "CZ03", files=tmp_path / "terminal").identity
    yield
    del speakers[tmp_path]


def gateway(directory: Path, *, simulated: bool = True, port: int = 0) -> AbstractContextManager[str]:
    """A gateway in a thread of its own, for which every connection is terminal CZ03; yields its address."""
    return served(directory, Serving(simulated=simulated, as_terminal="CZ03", admission_rate=10_000), port=port)


@contextmanager
def agent(store: Path, url: str) -> Iterator[None]:
    stop = threading.Event()
    pace = {"backoff": Backoff(base_s=0.02, cap_s=0.2), "poll_s": 0.02, "random": Random(1)}
    thread = threading.Thread(
        target=run_agent,
        args=(configured(store, Gateway(url=url, connect_timeout_s=2, read_timeout_s=5)), speakers[store.parent], stop),
        kwargs=pace,
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


Trouble = Callable[[str, str, bytes], str | bytes | None]


class Line:
    """Carries requests to a gateway and notes them.

    `trouble(method, path, body)` answers None to carry, "lose" to carry and lose the answer, "cut" to carry half of it,
    "portal" to answer with a page of HTML, or the bytes to carry instead.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.trouble: Trouble = lambda *_: None
        self.carried: list[tuple[str, str, int]] = []
        self.answers: list[tuple[str, bytes]] = []


@contextmanager
def line(to: str) -> Iterator[tuple[Line, str]]:
    state = Line(int(to.rpartition(":")[2]))
    connections: list[socket.socket] = []

    class Carrier(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            connections.append(self.request)
            super().setup()

        def carry(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            trouble = state.trouble(self.command, self.path, body)
            if trouble == "portal":
                self.reply(200, {"Content-Type": "text/html"}, b"<html>Please log in</html>")
                return
            if trouble == "cut":
                body = body[: len(body) // 2]
            state.carried.append((self.command, self.path, len(body)))
            onward = http.client.HTTPConnection("127.0.0.1", state.port, timeout=PATIENCE_S)
            try:
                onward.request(
                    self.command, self.path, trouble if isinstance(trouble, bytes) else body, dict(self.headers)
                )
                if trouble == "cut":
                    self.close_connection = True
                    return
                answer = onward.getresponse()
                content = answer.read()
            except ConnectionError:
                self.close_connection = True
                return
            finally:
                onward.close()
            state.answers.append((f"{self.command} {self.path}", content))
            if trouble == "lose":
                self.close_connection = True
                return
            self.reply(answer.status, dict(answer.getheaders()), content)

        def reply(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in ("content-length", "date", "server", "connection"):
                    self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_PUT = do_POST = do_PATCH = do_HEAD = do_GET = carry

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Carrier) as http_server:
        http_server.daemon_threads = False
        thread = threading.Thread(target=http_server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield state, f"http://127.0.0.1:{http_server.server_port}"
        finally:
            http_server.shutdown()
            thread.join()
            for connection in connections:  # requests keeps one open until its errors are collected
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    box = Outbox(tmp_path / "store", reserve_mb=1)
    yield box
    box.close()


def received(tmp_path: Path, sid: str) -> Path:
    return tmp_path / "gateway" / "received" / sid


def wait_until_received(outbox: Outbox, tmp_path: Path, submission: SealedSubmission) -> None:
    """The terminal has its receipt, and the city has its folder."""
    wait_until(lambda: outbox.receipt_of(submission.sid), "a receipt")
    wait_until(received(tmp_path, submission.sid).exists, "the city's folder")


def test_a_sealed_submission_is_received_whole_and_its_rating_follows(outbox: Outbox, tmp_path: Path) -> None:
    submission = make_submission(PHOTO, NOTE, Attachment("note.txt", "text/plain", b"another of the same name"))
    rating = make_rating(submission.sid)
    folder = received(tmp_path, submission.sid)
    with gateway(tmp_path / "gateway") as url, agent(tmp_path / "store", url):
        assert outbox.seal(submission) == Sealed()
        wait_until_received(outbox, tmp_path, submission)
        assert outbox.keep_rating(rating) == Sealed()
        wait_until((folder / "rating.json").exists, "the rating in the city's folder")
    receipt = outbox.receipt_of(submission.sid)
    assert receipt is not None
    assert is_receipt_number(receipt.receipt_number)
    assert (folder / "submission.json").read_bytes() == submission.manifest
    assert (folder / PHOTO.name).read_bytes() == PHOTO.content
    assert (folder / "note.txt").read_bytes() == NOTE.content
    assert (folder / "note (2).txt").read_bytes() == b"another of the same name"
    assert json.loads((folder / "receipt.json").read_bytes())["receipt_number"] == receipt.receipt_number
    assert json.loads((folder / "rating.json").read_bytes())["rating_id"] == rating.rating_id


def test_an_answer_lost_after_commit_is_given_again_byte_for_byte(outbox: Outbox, tmp_path: Path) -> None:
    submission = make_submission(NOTE)
    lost: list[str] = []

    def lose_two_commits(method: str, path: str, body: bytes) -> str | None:
        if path.endswith("/commit") and len(lost) < 2:
            lost.append(path)
            return "lose"
        return None

    with gateway(tmp_path / "gateway") as url, line(url) as (carrier, through):
        carrier.trouble = lose_two_commits
        outbox.seal(submission)
        with agent(tmp_path / "store", through):
            wait_until_received(outbox, tmp_path, submission)
    answers = [answer for request, answer in carrier.answers if request.endswith("/commit")]
    assert len(answers) == 3
    assert len(set(answers)) == 1
    assert [path.name for path in received(tmp_path, "").iterdir()] == [submission.sid]


@pytest.mark.parametrize("steps", [["PUT"], ["POST /v1/uploads"], ["PATCH"], ["PATCH", "HEAD"]])
def test_any_lost_answer_has_one_effect(outbox: Outbox, tmp_path: Path, steps: list[str]) -> None:
    submission = make_submission(PHOTO, NOTE)
    to_lose = list(steps)

    def lose_each_once(method: str, path: str, body: bytes) -> str | None:
        if to_lose and f"{method} {path}".startswith(to_lose[0]):
            to_lose.pop(0)
            return "lose"
        return None

    with gateway(tmp_path / "gateway") as url, line(url) as (carrier, through):
        carrier.trouble = lose_each_once
        outbox.seal(submission)
        with agent(tmp_path / "store", through):
            wait_until_received(outbox, tmp_path, submission)
    assert not to_lose
    assert (received(tmp_path, submission.sid) / PHOTO.name).read_bytes() == PHOTO.content
    resent = sum(size for method, _, size in carrier.carried if method == "PATCH")
    assert resent == len(PHOTO.content) + len(NOTE.content), "what the gateway had on disk is not sent again"


def test_a_gateway_that_goes_and_comes_back_gets_the_rest_of_the_upload(outbox: Outbox, tmp_path: Path) -> None:
    submission = make_submission(PHOTO)
    with line("http://127.0.0.1:9") as (carrier, through), agent(tmp_path / "store", through):
        cut, is_back = threading.Event(), threading.Event()

        def cuts_the_first_upload(method: str, path: str, body: bytes) -> str | None:
            if method == "PATCH" and not cut.is_set():
                cut.set()
                return "cut"
            return None if is_back.is_set() or not cut.is_set() else "portal"

        carrier.trouble = cuts_the_first_upload
        outbox.seal(submission)
        with gateway(tmp_path / "gateway") as url:
            carrier.port = int(url.rpartition(":")[2])
            wait_until(cut.is_set, "an upload that is cut")
            wait_until(lambda: parts_on_disk(tmp_path) == len(PHOTO.content) // 2, "what had come on disk")
        assert outbox.state_of(submission.sid) is State.UPLOADING
        with gateway(tmp_path / "gateway") as url:
            carrier.port = int(url.rpartition(":")[2])
            is_back.set()
            wait_until_received(outbox, tmp_path, submission)
    sent = [size for method, _, size in carrier.carried if method == "PATCH" and size]
    assert sum(sent) == len(PHOTO.content), "what the gateway had on disk is not sent again"


def parts_on_disk(tmp_path: Path) -> int:
    parts = (tmp_path / "gateway" / "parts").glob("*")
    return sum(part.stat().st_size for part in parts if part.suffix != ".synced")


def test_behind_a_captive_portal_nothing_steps_forward(outbox: Outbox, tmp_path: Path) -> None:
    submission = make_submission(NOTE)
    asked: list[str] = []
    is_open = threading.Event()

    def portal(method: str, path: str, body: bytes) -> str | None:
        asked.append(path)
        return None if is_open.is_set() else "portal"

    with gateway(tmp_path / "gateway") as url, line(url) as (carrier, through):
        carrier.trouble = portal
        outbox.seal(submission)
        with agent(tmp_path / "store", through):
            wait_until(lambda: len(asked) >= 3, "three tries")
            assert outbox.state_of(submission.sid) is State.SEALED
            is_open.set()
            wait_until_received(outbox, tmp_path, submission)


def test_a_blob_spoilt_on_the_way_is_sent_again(outbox: Outbox, tmp_path: Path) -> None:
    submission = make_submission(NOTE)
    spoilt: list[bytes] = []

    def spoil_once(method: str, path: str, body: bytes) -> bytes | None:
        if method == "PATCH" and not spoilt:
            spoilt.append(body)
            return bytes(len(body))
        return None

    with gateway(tmp_path / "gateway") as url, line(url) as (carrier, through):
        carrier.trouble = spoil_once
        outbox.seal(submission)
        with agent(tmp_path / "store", through):
            wait_until_received(outbox, tmp_path, submission)
    assert spoilt == [NOTE.content]
    assert (received(tmp_path, submission.sid) / NOTE.name).read_bytes() == NOTE.content


@pytest.mark.expects_warnings
def test_a_rejected_case_is_kept_and_blocks_only_itself(outbox: Outbox, tmp_path: Path) -> None:
    malformed, whole = make_submission(slip_code="CZ03-0000-0000"), make_submission(NOTE)
    outbox.seal(malformed)
    outbox.seal(whole)
    with gateway(tmp_path / "gateway") as url, agent(tmp_path / "store", url):
        wait_until(lambda: outbox.receipt_of(whole.sid), "a receipt")
    assert outbox.state_of(malformed.sid) is State.REJECTED
    assert outbox.waiting() == (malformed.sid,)


def test_a_stuck_case_blocks_only_itself(outbox: Outbox, tmp_path: Path) -> None:
    stuck, free = make_submission(NOTE), make_submission(NOTE)
    with gateway(tmp_path / "gateway") as url, line(url) as (carrier, through):
        carrier.trouble = lambda method, path, body: "portal" if stuck.sid in path else None
        outbox.seal(stuck)
        outbox.seal(free)
        with agent(tmp_path / "store", through):
            wait_until(lambda: outbox.receipt_of(free.sid), "a receipt")
    assert outbox.waiting() == (stuck.sid,)


@pytest.mark.expects_warnings
def test_other_content_under_a_known_sid_is_a_conflict_and_kept(outbox: Outbox, tmp_path: Path) -> None:
    submission = make_submission()
    second_terminal = Outbox(tmp_path / "clone", reserve_mb=1)
    other = canonical({**json.loads(submission.manifest), "answers": []})
    with gateway(tmp_path / "gateway") as url:
        outbox.seal(submission)
        with agent(tmp_path / "store", url):
            wait_until_received(outbox, tmp_path, submission)
        second_terminal.seal(SealedSubmission(submission.sid, submission.slip_code, other, ()))
        with agent(tmp_path / "clone", url):
            wait_until(lambda: second_terminal.state_of(submission.sid) is State.CONFLICT, "a conflict")
    assert second_terminal.waiting() == (submission.sid,)
    second_terminal.close()
    assert (received(tmp_path, submission.sid) / "submission.json").read_bytes() == submission.manifest


@pytest.mark.expects_warnings
def test_a_real_gateway_refuses_what_was_simulated(
    outbox: Outbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    submission = make_submission(NOTE)
    with gateway(tmp_path / "gateway", simulated=False) as url:
        outbox.seal(submission)
        with agent(tmp_path / "store", url):
            wait_until(lambda: outbox.state_of(submission.sid) is State.REJECTED, "the refusal")
    assert not any(received(tmp_path, "").iterdir())
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records]
    refusals = [line for line in lines if line.get("status") == 422]
    assert [(line["sid"], line["trouble"]) for line in refusals] == [(submission.sid, "applicant, simulated")]
    assert NAME not in caplog.text
    assert NUMBER not in caplog.text


def test_two_agents_on_one_store_have_one_effect(outbox: Outbox, tmp_path: Path) -> None:
    submissions = [make_submission(PHOTO, NOTE) for _ in range(3)]
    with gateway(tmp_path / "gateway") as url, ExitStack() as agents:
        for submission in submissions:
            outbox.seal(submission)
        for _ in range(2):
            agents.enter_context(agent(tmp_path / "store", url))
        for submission in submissions:
            wait_until_received(outbox, tmp_path, submission)
    numbers = {outbox.receipt_of(submission.sid) for submission in submissions}
    assert len(numbers) == 3
    assert {path.name for path in received(tmp_path, "").iterdir()} == {one.sid for one in submissions}


def test_plain_http_is_served_on_loopback_only(tmp_path: Path) -> None:
    for host in ("0.0.0.0", "::", "192.0.2.1", "example.org", ""):
        with pytest.raises(AddressRefused):
            bind(host, 0)
    bind("::1", 0).close()
    bind("localhost", 0).close()


@contextmanager
def gateway_process(directory: Path, *options: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    command = [sys.executable, "-m", "sync.gateway.cli", "serve", "--data", str(directory), "--port", "0", *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ}
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def test_the_command_serves_until_told_and_lists_what_came(
    outbox: Outbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    submission = make_submission(NOTE)
    outbox.seal(submission)
    outbox.keep_rating(make_rating(submission.sid))
    with gateway_process(tmp_path / "gateway", "--simulated", "--as-terminal", "CZ03") as (process, said):
        assert said.startswith("listening on http://127.0.0.1:")
        with agent(tmp_path / "store", said.removeprefix("listening on ")):
            wait_until((received(tmp_path, submission.sid) / "rating.json").exists, "the rating")
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert submission.sid in log
    assert NAME not in log
    assert NUMBER not in log
    receipt = outbox.receipt_of(submission.sid)
    assert receipt is not None
    assert main(["list", "--data", str(tmp_path / "gateway"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "sid": submission.sid,
            "slip_code": submission.slip_code,
            "receipt_number": receipt.receipt_number,
            "level": "4",
            "terminal": "CZ03",
            "state": "received",
            "parked": "",
        }
    ]
    assert main(["list", "--data", str(tmp_path / "gateway")]) == 0
    assert submission.slip_code in capsys.readouterr().out


def test_a_gateway_killed_while_it_commits_answers_alike_afterwards(outbox: Outbox, tmp_path: Path) -> None:
    submission = make_submission(NOTE)
    outbox.seal(submission)
    stopped = tmp_path / "stopped"
    os.environ |= {"HALL_STOP_AT": "gateway.committed", "HALL_STOP_FILE": str(stopped)}
    try:
        with gateway_process(tmp_path / "gateway", "--simulated", "--as-terminal", "CZ03", "--json") as (process, said):
            url = json.loads(said)["listening"]
            with line(url) as (carrier, through), agent(tmp_path / "store", through):
                wait_until(lambda: stopped.exists() and stopped.read_text(), "the step")
                process.kill()
                process.wait()
                del os.environ["HALL_STOP_AT"]
                with gateway(tmp_path / "gateway") as again:
                    carrier.port = int(again.rpartition(":")[2])
                    wait_until_received(outbox, tmp_path, submission)
    finally:
        os.environ.pop("HALL_STOP_AT", None)
        os.environ.pop("HALL_STOP_FILE", None)
    receipt = json.loads((received(tmp_path, submission.sid) / "receipt.json").read_bytes())
    sealed = outbox.receipt_of(submission.sid)
    assert sealed is not None
    assert receipt["receipt_number"] == sealed.receipt_number


def test_a_directory_is_refused_by_the_second_gateway_and_by_the_other_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    serve = ["serve", "--data", str(tmp_path / "gateway"), "--port", "0"]
    with gateway(tmp_path / "gateway"):
        assert main([*serve, "--simulated"]) == 2
        assert "another process" in capsys.readouterr().err
    assert main(serve) == 2
    assert "--simulated" in capsys.readouterr().err
    assert main([*serve, "--host", "0.0.0.0"]) == 2
    assert main([*serve, "--as-terminal", "CZ03"]) == 2
    capsys.readouterr()
    assert main([*serve, "--simulated", "--storage", "postgres://x"]) == 2
    assert "postgres" in capsys.readouterr().err
    assert main([*serve, "--simulated", "--objects", "s3://x"]) == 2
    assert "s3" in capsys.readouterr().err
    assert main(["list", "--data", str(tmp_path / "nowhere")]) == 2
