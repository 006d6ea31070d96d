"""When a submission leaves the terminal, and that nothing of it stays."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest

from kiosk.faults import STORE_FULL
from kiosk.ports import NotSealed, Printed, Sealed
from kiosk.submission import Attachment, Rating, Receipt, SealedSubmission
from sync.outbox.drain import Drain
from sync.outbox.feed import FeedPage
from sync.outbox.pulled import CaseState
from sync.outbox.schema import DATABASE, State, prepare
from sync.outbox.store import Outbox

MakeSubmission = Callable[..., SealedSubmission]
GRACE_S = 72 * 3600
GRACE = timedelta(seconds=GRACE_S)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
AFTER_GRACE = NOON + GRACE
NAME, SEEN = "陈桂兰".encode(), b"synthetic-attachment"
PAGE = Attachment("page-1.txt", "text/plain", SEEN * 5000)


def plain_store(directory: Path) -> apsw.Connection:
    """The store as it is, but for the cipher: what its pages hold can be read."""
    connection = apsw.Connection(str(directory / DATABASE))
    prepare(connection)
    return connection


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with closing(Outbox(tmp_path, reserve_mb=1, opener=plain_store)) as outbox:
        yield outbox


@pytest.fixture
def drain(outbox: Outbox, tmp_path: Path) -> Iterator[Drain]:
    with closing(Drain(tmp_path, opener=plain_store)) as drain:
        yield drain


@pytest.fixture
def sid(outbox: Outbox, drain: Drain, make_submission: MakeSubmission) -> str:
    """One that was received at noon, printed, rated, and followed by the platform."""
    submission = make_submission([PAGE])
    outbox.seal(submission)
    outbox.record_print("job", submission.sid, None)
    outbox.record_print("job", submission.sid, Printed())
    outbox.keep_rating(Rating("019a0000-0000-7000-9000-000000000001", submission.sid, 5, NOON))
    drain.acknowledged(Receipt(submission.sid, "2026112300000014", NOON), NAME, "line")
    drain.rating_sent("019a0000-0000-7000-9000-000000000001")
    drain.keep_case_states([CaseState(submission.sid, "accepted", "A-1")], 1)
    return submission.sid


def list_it(drain: Drain, sid: str, *, durable: int, at: datetime = AFTER_GRACE) -> None:
    drain.apply_feed(FeedPage(drain.feed().cursor, "one", 1, durable, [sid], False, at))


def readable(directory: Path) -> set[tuple[str, bytes]]:
    return {
        (path.name, text)
        for path in directory.iterdir()
        for text in (NAME, SEEN, b"A-1", b"100101194401010028")
        if text in path.read_bytes()
    }


def test_what_is_erased_cannot_be_read_in_any_page_of_the_files(
    outbox: Outbox, drain: Drain, tmp_path: Path, sid: str, make_submission: MakeSubmission
) -> None:
    list_it(drain, sid, durable=1)
    outbox.status()  # as the terminal asks between two citizens: the log moves into the file
    before = readable(tmp_path)
    assert {(DATABASE, NAME), (DATABASE, SEEN), (f"{DATABASE}-wal", NAME), (f"{DATABASE}-wal", SEEN)} <= before
    assert drain.erase_due(NOON, grace_s=GRACE_S) == 1
    assert readable(tmp_path) == set()
    assert (tmp_path / f"{DATABASE}-wal").stat().st_size < 100_000
    assert outbox.seal(make_submission([PAGE])) == Sealed()
    assert readable(tmp_path) != set(), "the search finds what is there"


def test_only_a_tombstone_stays(outbox: Outbox, drain: Drain, tmp_path: Path, sid: str) -> None:
    list_it(drain, sid, durable=1)
    drain.erase_due(NOON, grace_s=GRACE_S)
    assert outbox.state_of(sid) is State.ERASED
    assert outbox.receipt_of(sid) is None
    assert outbox.waiting() == ()
    assert outbox.print_jobs() == ()
    assert drain.pending() == ()
    with closing(plain_store(tmp_path)) as connection:
        for table in ("submission", "attachment", "rating", "print_job", "listing", "case_state"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table  # noqa: S608
        assert connection.execute("SELECT place, sid, state FROM tombstone").fetchall() == [(1, sid, "erased")]


def test_the_freed_pages_are_counted_in_the_journal(drain: Drain, sid: str) -> None:
    list_it(drain, sid, durable=1)
    drain.erase_due(NOON, grace_s=GRACE_S)
    told = drain.journal_unsent(1000).rows[-1]
    assert told.event == "submission.erased"
    assert told.fields["sid"] == sid
    assert int(told.fields["pages"]) >= len(PAGE.content) // 16_384


def test_the_same_submission_sealed_again_after_its_erasure_stays_erased(
    outbox: Outbox, drain: Drain, sid: str, make_submission: MakeSubmission
) -> None:
    list_it(drain, sid, durable=1)
    drain.erase_due(NOON, grace_s=GRACE_S)
    again = make_submission()
    assert outbox.seal(SealedSubmission(sid, again.slip_code, again.manifest, ())) == Sealed()
    assert outbox.waiting() == ()


def test_nothing_is_erased_before_grace_has_passed_in_signed_time(drain: Drain, sid: str) -> None:
    """A local clock ten years ahead erases nothing."""
    ten_years_on = NOON + timedelta(days=3653)
    list_it(drain, sid, durable=1, at=AFTER_GRACE - timedelta(seconds=1))
    assert drain.erase_due(ten_years_on, grace_s=GRACE_S) == 0
    drain.raise_floor(AFTER_GRACE)
    assert drain.erase_due(NOON - timedelta(days=3653), grace_s=GRACE_S) == 1


def test_nothing_is_erased_that_no_backup_holds(drain: Drain, sid: str) -> None:
    drain.raise_floor(AFTER_GRACE)
    assert drain.erase_due(NOON, grace_s=GRACE_S) == 0, "not listed at all"
    list_it(drain, sid, durable=0)
    assert drain.erase_due(NOON, grace_s=GRACE_S) == 0
    drain.apply_feed(FeedPage(1, "one", 1, 1, [], False, AFTER_GRACE))
    assert drain.erase_due(NOON, grace_s=GRACE_S) == 1


def test_nothing_is_erased_while_a_restored_platform_has_not_listed_it_again(drain: Drain, sid: str) -> None:
    list_it(drain, sid, durable=1)
    drain.apply_feed(FeedPage(1, "two", 1, 1, [], False, AFTER_GRACE))
    assert drain.erase_due(NOON, grace_s=GRACE_S) == 0


def test_only_what_is_acknowledged_is_erased(
    outbox: Outbox, drain: Drain, sid: str, make_submission: MakeSubmission
) -> None:
    sealed, aside = make_submission(), make_submission()
    outbox.seal(sealed)
    outbox.seal(aside)
    drain.set_aside(aside.sid, State.REJECTED, b"{}")
    drain.apply_feed(FeedPage(0, "one", 3, 3, [sid, sealed.sid, aside.sid], False, AFTER_GRACE))
    assert drain.erase_due(NOON, grace_s=0) == 1
    assert outbox.waiting() == (sealed.sid, aside.sid)


def test_a_rating_that_waits_to_be_sent_keeps_its_submission(
    outbox: Outbox, drain: Drain, make_submission: MakeSubmission
) -> None:
    submission = make_submission()
    outbox.seal(submission)
    rating = Rating("019a0000-0000-7000-9000-000000000002", submission.sid, 1, NOON)
    outbox.keep_rating(rating)
    drain.acknowledged(Receipt(submission.sid, "2026112300000014", NOON), b"{}", "line")
    list_it(drain, submission.sid, durable=1)
    assert drain.erase_due(NOON, grace_s=GRACE_S) == 0
    drain.rating_refused(rating.rating_id, b"{}")
    assert drain.erase_due(NOON, grace_s=GRACE_S) == 1


def test_a_rating_that_came_after_the_backup_keeps_its_submission_until_the_next(drain: Drain, sid: str) -> None:
    """The feed lists a submission again with its rating."""
    list_it(drain, sid, durable=1)
    drain.apply_feed(FeedPage(1, "one", 2, 1, [sid], False, AFTER_GRACE))
    assert drain.erase_due(NOON, grace_s=GRACE_S) == 0
    drain.apply_feed(FeedPage(2, "one", 2, 2, [], False, AFTER_GRACE))
    assert drain.erase_due(NOON, grace_s=GRACE_S) == 1


def test_a_log_that_somebody_reads_is_emptied_the_next_time(
    outbox: Outbox, drain: Drain, tmp_path: Path, sid: str
) -> None:
    list_it(drain, sid, durable=1)
    with closing(plain_store(tmp_path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM submission").fetchall()
        assert drain.erase_due(NOON, grace_s=GRACE_S) == 1
        assert readable(tmp_path) != set()
        reader.execute("COMMIT")
    assert drain.erase_due(NOON, grace_s=GRACE_S) == 0
    assert readable(tmp_path) == set()


def test_freed_pages_are_room_again(tmp_path: Path, make_submission: MakeSubmission) -> None:
    large = Attachment("a.jpg", "image/jpeg", bytes(400_000))
    with closing(Outbox(tmp_path, reserve_mb=1, budget_mb=1)) as outbox, closing(Drain(tmp_path)) as drain:
        first, second, third = (make_submission([large]) for _ in range(3))
        assert outbox.seal(first) == Sealed()
        assert outbox.seal(second) == NotSealed(STORE_FULL)
        assert outbox.seal(first) == Sealed(), "what is there stays sealed"
        assert outbox.waiting() == (first.sid,)
        drain.acknowledged(Receipt(first.sid, "2026112300000014", NOON), b"{}", "line")
        list_it(drain, first.sid, durable=1)
        size = (tmp_path / DATABASE).stat().st_size
        assert drain.erase_due(NOON, grace_s=GRACE_S) == 1
        assert outbox.seal(third) == Sealed()
        outbox.status()
        assert (tmp_path / DATABASE).stat().st_size <= max(size, 900_000)
