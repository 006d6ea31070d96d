"""Handing on: what was received comes to the city once in effect, and what cannot waits by itself."""

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.submission import Attachment, SealedSubmission, canonical
from sync.gateway.connectors.folder import FolderConnector, distinct_names
from sync.gateway.connectors.webhook import KeyRefused, WebhookConnector, read_city_key
from sync.gateway.hand_on import LONGEST_PAUSE_S, HandOnWorker, NotTaken, Taken, pause_after
from sync.gateway.records import HandOn
from tests.gateway_bench import GatewayBench, gateway, line

MakeSubmission = Callable[..., SealedSubmission]
PAGE = Attachment("page.jpg", "image/jpeg", b"0123456789" * 10)
KEY = b"a key that city and gateway share"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[GatewayBench]:
    with gateway(tmp_path) as opened:
        yield opened


def rating(sid: str) -> bytes:
    value = {"rating_id": "019a0000-0000-7000-8000-00000000aaaa", "sid": sid, "level": 5}
    return canonical({**value, "given_at": "2026-11-23T09:46:00+08:00"})


class PickyConnector:
    """Takes everything but what `refuses` names."""

    def __init__(self, refuses: set[str]) -> None:
        self.refuses = refuses
        self.tried: list[tuple[str, str]] = []

    def take(self, row: HandOn) -> Taken | NotTaken:
        self.tried.append((row.manifest.sid, "rating" if row.rating else "submission"))
        return NotTaken("picky") if row.manifest.sid in self.refuses else Taken()


def worker(bench: GatewayBench, connector: PickyConnector | FolderConnector) -> HandOnWorker:
    return HandOnWorker(bench.storage, connector, now=bench.clock, chance=lambda: 1.0)


@pytest.mark.expects_warnings
def test_a_row_that_is_not_taken_waits_by_itself_and_its_rating_behind_it(
    bench: GatewayBench, make_submission: MakeSubmission
) -> None:
    stuck, other = make_submission(), make_submission()
    bench.send(stuck)
    bench.reception.rate(bench.terminal, rating(stuck.sid))
    bench.send(other)
    connector = PickyConnector({stuck.sid})
    handing = worker(bench, connector)
    assert handing.hand_on_due() == pytest.approx(2.0)
    assert connector.tried == [(stuck.sid, "submission"), (other.sid, "submission")]
    connector.tried.clear()
    assert handing.hand_on_due() == pytest.approx(2.0)
    assert connector.tried == []
    bench.now += timedelta(seconds=2)
    assert handing.hand_on_due() == pytest.approx(4.0)
    connector.refuses.clear()
    bench.now += timedelta(seconds=4)
    assert handing.hand_on_due() is None
    assert connector.tried[-2:] == [(stuck.sid, "submission"), (stuck.sid, "rating")]
    assert bench.storage.hand_ons_waiting() == 0


@pytest.mark.expects_warnings
def test_a_clock_that_was_ahead_keeps_no_row_waiting(bench: GatewayBench, make_submission: MakeSubmission) -> None:
    submission = make_submission()
    bench.send(submission)
    bench.now += timedelta(days=3650)
    worker(bench, PickyConnector({submission.sid})).hand_on_due()
    bench.now -= timedelta(days=3650)
    assert worker(bench, PickyConnector(set())).hand_on_due() is None


@pytest.mark.expects_warnings
def test_a_row_that_makes_the_program_stumble_keeps_back_no_other(
    bench: GatewayBench, make_submission: MakeSubmission
) -> None:
    poison, other = make_submission(), make_submission()
    bench.send(poison)
    bench.send(other)

    class Stumbling(PickyConnector):
        def take(self, row: HandOn) -> Taken | NotTaken:
            if row.manifest.sid == poison.sid:
                raise ValueError(row.manifest.content)
            return super().take(row)

    connector = Stumbling(set())
    assert worker(bench, connector).hand_on_due() == pytest.approx(2.0)
    assert connector.tried == [(other.sid, "submission")]
    assert bench.storage.hand_ons_waiting() == 1


def test_the_thread_hands_on_what_is_there_at_its_start(bench: GatewayBench, make_submission: MakeSubmission) -> None:
    bench.send(make_submission())
    taken = threading.Event()

    class Telling:
        def take(self, row: HandOn) -> Taken:
            taken.set()
            return Taken()

    handing = HandOnWorker(bench.storage, Telling(), now=bench.clock)
    handing.start()
    assert taken.wait(20)
    handing.stop()
    assert bench.storage.hand_ons_waiting() == 0


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_pauses_grow_to_five_minutes_and_are_spread(failures: int, chance: float) -> None:
    pause_s = pause_after(failures, chance)
    assert 1.0 <= pause_s <= LONGEST_PAUSE_S
    assert pause_after(failures, 1.0) >= pause_s


def test_the_city_gets_a_folder_with_the_bytes_as_they_came(
    bench: GatewayBench, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    other = Attachment("page.jpg", "image/jpeg", b"other content")
    like_ours = Attachment("Receipt.JSON", "application/json", b"{}")
    submission = make_submission([PAGE, other, like_ours])
    answer = bench.send(submission)
    bench.reception.rate(bench.terminal, rating(submission.sid))
    assert worker(bench, FolderConnector(tmp_path, bench.objects)).hand_on_due() is None
    folder = tmp_path / "received" / submission.sid
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "submission.json": submission.manifest,
        "submission.json.sig": line(submission.manifest).encode(),
        "page.jpg": PAGE.content,
        "page (2).jpg": b"other content",
        "Receipt (2).JSON": b"{}",
        "receipt.json": answer.content,
        "rating.json": rating(submission.sid),
    }


def test_handing_on_again_after_a_crash_leaves_the_same_folder(
    bench: GatewayBench, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    submission = make_submission([PAGE])
    bench.send(submission)
    folder = FolderConnector(tmp_path, bench.objects)
    half = tmp_path / "received" / f".{submission.sid}.partial"
    half.mkdir()
    (half / "page.jpg").write_bytes(PAGE.content[:7])
    (row,) = bench.storage.hand_ons(bench.now)
    assert folder.take(row) == folder.take(row) == Taken()
    assert [path.name for path in (tmp_path / "received").iterdir()] == [submission.sid]
    assert (tmp_path / "received" / submission.sid / "page.jpg").read_bytes() == PAGE.content


def test_a_folder_that_lacks_a_blob_is_not_made(
    bench: GatewayBench, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    submission = make_submission([PAGE])
    bench.send(submission)
    (tmp_path / "objects" / PAGE.digest.removeprefix("sha256:")).unlink()
    (row,) = bench.storage.hand_ons(bench.now)
    assert isinstance(FolderConnector(tmp_path, bench.objects).take(row), NotTaken)
    assert not (tmp_path / "received" / submission.sid).exists()


@given(st.lists(st.sampled_from(["a", "A", "a.b", "a (2)", "ａ", "receipt.json", "a (2).b", "."]), max_size=12))
def test_names_in_a_folder_are_distinct_where_case_is_ignored(names: list[str]) -> None:
    distinct = list(distinct_names(names))
    folded = {name.casefold() for name in distinct}
    assert len(folded) == len(names)
    assert not folded & {"submission.json", "submission.json.sig", "receipt.json", "rating.json"}


@contextmanager
def city(status: int) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A city on a socket that gives one answer. What came, header and body, is in the list."""
    came: list[tuple[dict[str, str], bytes]] = []

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.append((dict(self.headers), body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hand-on", came
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_webhook_is_signed_and_names_its_idempotency_key(
    bench: GatewayBench, make_submission: MakeSubmission
) -> None:
    submission = make_submission([PAGE])
    answer = bench.send(submission)
    bench.reception.rate(bench.terminal, rating(submission.sid))
    with city(204) as (url, came):
        handing = HandOnWorker(bench.storage, WebhookConnector(url, KEY), now=bench.clock)
        assert handing.hand_on_due() is None
    (first_headers, first), (second_headers, second) = came
    assert first_headers["Idempotency-Key"] == submission.sid
    assert second_headers["Idempotency-Key"] == f"{submission.sid}:rating"
    assert first_headers["Hall-City-Signature"] == "sha256=" + hmac.new(KEY, first, hashlib.sha256).hexdigest()
    assert json.loads(first) == {
        "format": "hall-terminal/hand-on/1",
        "kind": "submission",
        "sid": submission.sid,
        "fingerprint": submission.fingerprint,
        "slip_code": submission.slip_code,
        "manifest": submission.manifest.decode(),
        "manifest_signature": line(submission.manifest),
        "acknowledgement": answer.content.decode(),
        "parked": None,
        "attachments": [
            {"name": "page.jpg", "sha256": PAGE.digest, "size": 100, "url": f"/v1/city/blobs/{PAGE.digest}"}
        ],
    }
    assert json.loads(second)["rating"] == json.loads(rating(submission.sid))


@pytest.mark.parametrize("status", [302, 400, 404, 409, 500, 503])
def test_anything_but_success_is_not_taken(bench: GatewayBench, make_submission: MakeSubmission, status: int) -> None:
    bench.send(make_submission())
    (row,) = bench.storage.hand_ons(bench.now)
    with city(status) as (url, came):
        assert WebhookConnector(url, KEY).take(row) == NotTaken(f"the city answers {status}")
    assert len(came) == 1


def test_a_city_that_is_not_there_is_an_outcome(bench: GatewayBench, make_submission: MakeSubmission) -> None:
    bench.send(make_submission())
    (row,) = bench.storage.hand_ons(bench.now)
    with city(200) as (url, _):
        pass
    assert isinstance(WebhookConnector(url, KEY).take(row), NotTaken)


def test_a_shared_key_is_read_without_white_space_and_a_short_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(KEY + b"\n")
    assert read_city_key(path) == KEY
    path.write_bytes(b"short\n")
    with pytest.raises(KeyRefused, match="at least 16 bytes"):
        read_city_key(path)
