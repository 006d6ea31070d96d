"""What the technician and the screen are told of the store."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.submission import Receipt, SealedSubmission
from sync.outbox.drain import Drain
from sync.outbox.feed import FeedPage
from sync.outbox.overview import Aside, NoStore, Overview, overview
from sync.outbox.pulled import CaseState, Pulled
from sync.outbox.schema import State
from sync.outbox.store import Outbox

MakeSubmission = Callable[..., SealedSubmission]
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def drain(tmp_path: Path) -> Iterator[Drain]:
    with closing(Drain(tmp_path, now=lambda: NOON)) as drain:
        yield drain


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with closing(Outbox(tmp_path, reserve_mb=1, budget_mb=50, now=lambda: NOON)) as outbox:
        yield outbox


def look(directory: Path, now: datetime = NOON) -> Overview:
    found = overview(directory, now, budget_mb=50)
    assert isinstance(found, Overview)
    return found


def test_asking_makes_no_store(tmp_path: Path) -> None:
    assert overview(tmp_path / "store", NOON, budget_mb=50) == NoStore(tmp_path / "store")
    assert list(tmp_path.iterdir()) == []


def test_it_says_what_waits_since_when_and_why(
    outbox: Outbox, drain: Drain, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    first, second, aside, received = (make_submission() for _ in range(4))
    for one in (first, second, aside, received):
        outbox.seal(one)
    drain.announced(second.sid, [])
    drain.set_aside(aside.sid, State.CONFLICT, b"{}")
    drain.acknowledged(Receipt(received.sid, "2026112300000014", NOON), b"{}", "line")
    drain.note_agent({"why": "no line"})
    drain.keep_case_states([CaseState(received.sid, "accepted", "A-1"), CaseState("gone", "decided", None)], 4)
    drain.keep_pulled(Pulled.CATALOGUE, b"[]", "line", snapshot="s", cursor=1, version="0123456789ab")
    found = look(tmp_path)
    assert found.waiting == {"sealed": 1, "announced": 1, "uploading": 0, "committing": 0}
    assert found.oldest_since == NOON.isoformat()
    assert found.agent == {"why": "no line"}
    assert found.aside == (Aside(aside.sid, aside.slip_code, "conflict"),)
    assert found.cases == (CaseState(received.sid, "accepted", "A-1"),)
    assert found.floor == NOON.isoformat()
    assert (found.catalogue, found.configuration, found.erased) == ("0123456789ab", None, 0)
    assert 0 < found.used_bytes < found.budget_bytes == 50_000_000
    assert found.journal.seq == found.journal.unsent > 5
    assert outbox.overview() == found


def test_it_is_json_and_nothing_personal_is_in_it(
    outbox: Outbox, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    submission = make_submission()
    outbox.seal(submission)
    outbox.overview()
    said = json.dumps(look(tmp_path).as_json(), ensure_ascii=False)
    assert json.loads(said)["waiting"]["sealed"] == 1
    assert "陈桂兰" not in said
    assert "100101194401010028" not in said


@pytest.mark.parametrize(
    ("durable", "days", "late"), [(1, 8, True), (1, 6, False), (2, 8, False)], ids=["stuck", "recent", "all durable"]
)
def test_a_backup_that_does_not_grow_for_seven_days_is_said(
    outbox: Outbox, drain: Drain, tmp_path: Path, durable: int, days: int, late: bool
) -> None:
    drain.apply_feed(FeedPage(0, "one", 1, 1, [], False, NOON - timedelta(days=20)))
    drain.apply_feed(FeedPage(1, "one", 1, 1, [], False, NOON))
    drain.apply_feed(FeedPage(1, "one", 2, durable, [], False, NOON))
    found = look(tmp_path, NOON + timedelta(days=days)).feed
    assert (found.epoch, found.cursor, found.durable_until) == ("one", 2, durable)
    assert found.advanced_at == NOON.isoformat()
    assert found.late is late


def test_a_clock_behind_signed_time_is_said(drain: Drain, tmp_path: Path) -> None:
    drain.raise_floor(NOON)
    assert look(tmp_path, NOON - timedelta(days=3653)).clock_behind_s == 3653 * 86_400
    assert look(tmp_path, NOON + timedelta(days=3653)).clock_behind_s == 0
