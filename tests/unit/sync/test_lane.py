"""A lane's steps in virtual time, over a real store, and what the agent says of itself meanwhile."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from kiosk.check_digits import luhn
from kiosk.submission import Attachment, Json, SealedSubmission, canonical
from sync.agent.exchange import Exchange
from sync.agent.lane import Lane, LaneName
from sync.agent.note import AgentNote
from sync.agent.platform_client import PlatformClient
from sync.agent.schedule import Schedule
from sync.agent.submitting import NothingLower, Submitting
from sync.agent.uploading import Uploading
from sync.outbox.drain import Drain
from sync.outbox.schema import State
from sync.outbox.store import Outbox
from sync.wire.signatures import HEADER, SigningKey

MakeSubmission = Callable[..., SealedSubmission]
GATEWAY, TERMINAL = SigningKey(b"g" * 32), SigningKey(b"t" * 32)
NOTE = Attachment("note.txt", "text/plain", b"a short note")


class VirtualClock:
    def __init__(self) -> None:
        self.passed_s = 1000.0

    def monotonic_s(self) -> float:
        return self.passed_s

    def now(self) -> datetime:
        return datetime(2026, 11, 23, 9, tzinfo=UTC) + timedelta(seconds=self.passed_s)


@dataclass
class Gateway(BaseAdapter):
    """Lacks every blob until it has it, and then acknowledges. `refuses(request)`: a status and body instead."""

    refuses: Callable[[requests.PreparedRequest], tuple[int, dict[str, Json]] | None] = lambda _: None
    down: bool = False
    asked: list[str] = field(default_factory=list)
    stored: bytes = b""
    fingerprints: dict[str, str] = field(default_factory=dict)
    missing: dict[str, list[Json]] = field(default_factory=dict)

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        if self.down:
            raise requests.ConnectionError("the line is down")
        self.asked.append(f"{request.method} {request.path_url}")
        response = requests.Response()
        response.request, response.headers = request, CaseInsensitiveDict({"Tus-Resumable": "1.0.0"})
        refused = self.refuses(request)
        if refused is not None:
            response.status_code, body = refused[0], canonical(refused[1])
        else:
            response.status_code, body = self.answer(request, response.headers)
        response.raw = HTTPResponse(body=io.BytesIO(body), status=response.status_code, preload_content=False)
        return response

    def answer(self, request: requests.PreparedRequest, headers: Any) -> tuple[int, bytes]:
        path = str(request.path_url).split("/")
        match request.method, path[2:]:
            case "PUT", ["submissions", sid]:
                assert isinstance(request.body, bytes)
                manifest = json.loads(request.body)
                self.fingerprints[sid] = SealedSubmission(sid, "", request.body, ()).fingerprint
                self.missing[sid] = [one["sha256"] for one in manifest["attachments"]]
                said: dict[str, Json] = {
                    "sid": sid,
                    "fingerprint": self.fingerprints[sid],
                    "missing": self.missing[sid],
                }
                return 201, canonical(said)
            case "POST", ["uploads"]:
                headers["Location"] = "/v1/uploads/one"
                return 201, b""
            case "PATCH", ["uploads", "one"]:
                self.stored = b"".join(request.body)  # type: ignore[arg-type]
                headers["Upload-Offset"] = str(len(self.stored))
                return 204, b""
            case "POST", ["submissions", sid, "commit"]:
                number = "202611230000001"
                receipt = canonical(
                    {
                        "format": "hall-terminal/acknowledgement/1",
                        "sid": sid,
                        "fingerprint": self.fingerprints[sid],
                        "receipt_number": number + luhn(number),
                        "received_at": "2026-11-23T09:46:00+08:00",
                    }
                )
                headers[HEADER] = GATEWAY.sign(receipt).line
                return 200, receipt
        raise AssertionError(request.path_url)

    def close(self) -> None:
        pass


@dataclass
class Bench:
    gateway: Gateway
    clock: VirtualClock
    outbox: Outbox
    drain: Drain
    small: Lane
    blobs: Lane
    note: AgentNote

    def run(self) -> float:
        """Both lanes, until neither has anything due. When the next is."""
        while True:
            before = len(self.gateway.asked)
            due = [lane.run_due(self.clock.passed_s) for lane in (self.small, self.blobs)]
            if len(self.gateway.asked) == before:
                return min((due_s for due_s in due if due_s is not None), default=float("inf"))

    def run_for(self, seconds: float) -> None:
        end_s = self.clock.passed_s + seconds
        while (due_s := self.run()) <= end_s:
            self.clock.passed_s = max(due_s, self.clock.passed_s)
        self.clock.passed_s = end_s


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    gateway, clock = Gateway(), VirtualClock()
    session = requests.Session()
    session.mount("http://", gateway)
    exchange = Exchange(session, "http://127.0.0.1", clock=clock)
    client = PlatformClient(exchange, signing=TERMINAL, gateway_keys={GATEWAY.key_id: GATEWAY.public})
    outbox = Outbox(tmp_path, reserve_mb=1)
    drain, note = Drain(tmp_path, now=clock.now), AgentNote(clock)
    small = Lane(LaneName.SMALL, Submitting(drain, client, NothingLower()), Schedule(Random(1)), clock=clock, note=note)
    blobs = Lane(LaneName.BLOBS, Uploading(drain, exchange), Schedule(Random(2)), clock=clock, note=note)
    yield Bench(gateway, clock, outbox, drain, small, blobs, note)
    drain.close()
    outbox.close()


def test_a_submission_goes_through_both_lanes_to_its_receipt(bench: Bench, make_submission: MakeSubmission) -> None:
    submission = make_submission([NOTE])
    bench.outbox.seal(submission)
    bench.run()
    assert bench.outbox.receipt_of(submission.sid) is not None
    assert bench.gateway.stored == NOTE.content
    sid = submission.sid
    assert bench.gateway.asked == [
        f"PUT /v1/submissions/{sid}",
        "POST /v1/uploads",
        "PATCH /v1/uploads/one",
        f"POST /v1/submissions/{sid}/commit",
    ]


def test_one_without_attachments_waits_for_no_blob(bench: Bench, make_submission: MakeSubmission) -> None:
    submission = make_submission()
    bench.outbox.seal(submission)
    bench.small.run_due(bench.clock.passed_s)
    assert bench.outbox.receipt_of(submission.sid) is not None


@pytest.mark.expects_warnings
@pytest.mark.parametrize(
    ("status", "more", "state"),
    [
        (422, {"faults": []}, State.REJECTED),
        (413, {"limit": 1}, State.REJECTED),
        (409, {}, State.CONFLICT),
        (403, {"reason": "other-terminal"}, State.CONFLICT),
    ],
)
def test_what_the_gateway_can_never_take_is_set_aside_and_blocks_nobody(
    bench: Bench, make_submission: MakeSubmission, status: int, more: dict[str, Json], state: State
) -> None:
    refused, other = make_submission(), make_submission()
    for submission in (refused, other):
        bench.outbox.seal(submission)
    bench.gateway.refuses = lambda request: (
        (status, {"sid": refused.sid, **more}) if request.path_url.endswith(refused.sid) else None
    )
    bench.run()
    assert bench.outbox.state_of(refused.sid) is state
    assert bench.outbox.receipt_of(other.sid) is not None


@pytest.mark.expects_warnings
def test_a_revoked_terminal_keeps_its_queue_and_says_so(bench: Bench, make_submission: MakeSubmission) -> None:
    submission = make_submission()
    bench.outbox.seal(submission)
    bench.gateway.refuses = lambda _: (403, {"reason": "revoked"})
    bench.run_for(3600)
    assert bench.outbox.state_of(submission.sid) is State.SEALED
    note = bench.drain.agent_note()
    assert (note["reachable"], note["trouble"]) == (False, "identity")
    assert "revoked" in str(note["identity"])
    bench.gateway.refuses = lambda _: None
    bench.run_for(300)
    assert bench.outbox.receipt_of(submission.sid) is not None
    assert bench.drain.agent_note()["identity"] is None


def test_the_note_tells_since_when_the_gateway_is_not_reached_and_when_it_is_tried_again(
    bench: Bench, make_submission: MakeSubmission
) -> None:
    for _ in range(5):
        bench.outbox.seal(make_submission())
    bench.gateway.down = True
    began = bench.clock.now()
    bench.run()
    bench.run_for(600)
    note = bench.drain.agent_note()
    assert (note["reachable"], note["trouble"], note["since"]) == (False, "unreachable", began.isoformat())
    assert isinstance(note["lanes"], dict)
    lane = note["lanes"]["small"]
    assert isinstance(lane, dict)
    assert lane["breaker"] == "unreachable"
    next_try = datetime.fromisoformat(str(lane["next_try"]))
    assert began < next_try <= bench.clock.now() + timedelta(seconds=300)
    bench.gateway.down = False
    bench.run_for(300)
    after = bench.drain.agent_note()
    assert (after["reachable"], after["trouble"]) == (True, None)
    assert after["lanes"] == {"small": {"breaker": None, "next_try": None}}
    assert not bench.drain.pending()


def test_a_gateway_that_never_finds_the_blobs_is_asked_ever_more_slowly(
    bench: Bench, make_submission: MakeSubmission
) -> None:
    submission = make_submission([NOTE])
    bench.outbox.seal(submission)
    bench.gateway.refuses = lambda request: (
        (409, {"sid": submission.sid, "missing": [NOTE.digest]}) if request.path_url.endswith("commit") else None
    )
    bench.run_for(5400)
    commits = [asked for asked in bench.gateway.asked if asked.endswith("commit")]
    assert 15 < len(commits) < 120


def test_a_gateway_that_forgets_every_manifest_is_asked_ever_more_slowly(
    bench: Bench, make_submission: MakeSubmission
) -> None:
    submission = make_submission()
    bench.outbox.seal(submission)
    bench.gateway.refuses = lambda request: (
        (404, {"sid": submission.sid}) if request.path_url.endswith("commit") else None
    )
    bench.run_for(5400)
    assert 15 < sum(asked.startswith("PUT") for asked in bench.gateway.asked) < 120


def test_a_network_that_comes_up_is_used_within_half_a_minute(bench: Bench, make_submission: MakeSubmission) -> None:
    for _ in range(4):
        bench.outbox.seal(make_submission())
    bench.gateway.down = True
    bench.run_for(7200)
    bench.gateway.down = False
    bench.small.network_up(bench.clock.passed_s)
    bench.run_for(30)
    assert not bench.drain.pending()
