"""Version skew by one: the statements of the program before still read and write a store that was migrated since.

They stand here as they stood in that program's `store.py` and `drain.py`, and are never changed.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import apsw
import pytest

from kiosk.submission import Attachment, Receipt, SealedSubmission
from sync.outbox.drain import Drain
from sync.outbox.feed import FeedPage
from sync.outbox.migrations import MIGRATIONS
from sync.outbox.schema import State, migrate, open_store, transaction
from sync.outbox.store import Outbox

MakeSubmission = Callable[..., SealedSubmission]
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PAGE = Attachment("page-1.jpg", "image/jpeg", b"\xff\xd8" + bytes(50_000))
RATING = "019a0000-0000-7000-9000-000000000001"

SEAL = "INSERT INTO submission (sid, slip_code, fingerprint, manifest, state) VALUES (?, ?, ?, ?, ?)"
ATTACH = "INSERT INTO attachment (sid, name, digest, size, content) VALUES (?, ?, ?, ?, ?)"
WAITING = "SELECT sid FROM submission WHERE state != 'acknowledged' ORDER BY place"
STATE = "SELECT state FROM submission WHERE sid = ?"
RECEIPT = "SELECT receipt_number, received_at FROM submission WHERE sid = ? AND state = ?"
RATE = "INSERT INTO rating (sid, rating_id, level, given_at) VALUES (?, ?, ?, ?) ON CONFLICT (sid) DO NOTHING"
BEGIN_PRINT = "INSERT INTO print_job (job_id, sid, state) VALUES (?, ?, 'begun') ON CONFLICT (job_id) DO NOTHING"
END_PRINT = (
    "INSERT INTO print_job (job_id, sid, state, fault) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (job_id) DO UPDATE SET state = excluded.state, fault = excluded.fault"
)
END_BEGUN = "UPDATE print_job SET state = 'unknown' WHERE state = 'begun'"
PENDING = (
    "SELECT sid, fingerprint, state FROM submission "
    "WHERE state != 'acknowledged' AND state IN (?, ?, ?, ?) ORDER BY place"
)
RATINGS = (
    "SELECT rating_id, rating.sid, level, given_at FROM rating JOIN submission USING (sid) "
    "WHERE NOT sent AND rating.refusal IS NULL AND state = ? ORDER BY place"
)
NEXT_BLOB = (
    "SELECT id, sid, name, digest, size, upload_path FROM attachment WHERE sid = ? AND NOT uploaded ORDER BY id LIMIT 1"
)
MOVE = "UPDATE submission SET state = ? WHERE sid = ? AND state IN (?, ?, ?, ?)"
MARK = "UPDATE attachment SET uploaded = ?, upload_path = NULL WHERE id = ?"
UPLOAD_PATH = "UPDATE attachment SET upload_path = ? WHERE id = ?"
UPLOADED = "UPDATE attachment SET uploaded = 1 WHERE sid = ? AND digest = ?"
ACKNOWLEDGED = "UPDATE submission SET acknowledgement = ?, receipt_number = ?, received_at = ? WHERE sid = ?"
REFUSED = "UPDATE submission SET refusal = ? WHERE sid = ?"
RATING_SENT = "UPDATE rating SET sent = 1 WHERE rating_id = ?"
RATING_REFUSED = "UPDATE rating SET refusal = ? WHERE rating_id = ?"
OPEN = ("sealed", "announced", "uploading", "committing")
KNOWN_STATES = {*OPEN, "acknowledged", "rejected", "conflict"}


class OlderProgram:
    """Version 1 of the terminal and the agent, as far as the store saw them."""

    def __init__(self, connection: apsw.Connection) -> None:
        self.execute = connection.execute
        self._connection = connection

    def seal(self, submission: SealedSubmission) -> None:
        with transaction(self._connection):
            self.execute(
                SEAL,
                (submission.sid, submission.slip_code, submission.fingerprint, submission.manifest, "sealed"),
            )
            for one in submission.attachments:
                self.execute(ATTACH, (submission.sid, one.name, one.digest, len(one.content), one.content))

    def drain(self, sid: str) -> None:
        """All the way to the acknowledgement."""
        self.execute(MOVE, ("announced", sid, *OPEN))
        row, _, _, digest, size, _ = self.execute(NEXT_BLOB, (sid,)).fetchone()
        self.execute(MARK, (0, row))
        self.execute(UPLOAD_PATH, ("/v1/uploads/1", row))
        with self._connection.blob_open("main", "attachment", "content", row, False) as blob:
            assert len(blob.read(size)) == size
        self.execute(UPLOADED, (sid, digest))
        self.execute(MOVE, ("acknowledged", sid, *OPEN))
        self.execute(ACKNOWLEDGED, (b"{}", "2026112300000014", NOON.isoformat(), sid))


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with closing(Outbox(tmp_path, reserve_mb=1)) as outbox:
        yield outbox


@pytest.fixture
def older(outbox: Outbox, tmp_path: Path) -> Iterator[OlderProgram]:
    with closing(open_store(tmp_path)) as connection:
        migrate(connection, MIGRATIONS[:1])
        assert connection.pragma("user_version") == len(MIGRATIONS), "an older program leaves a newer store alone"
        yield OlderProgram(connection)


@pytest.fixture
def drain(outbox: Outbox, tmp_path: Path) -> Iterator[Drain]:
    with closing(Drain(tmp_path)) as drain:
        yield drain


def test_the_older_program_seals_rates_prints_and_drains(
    outbox: Outbox, drain: Drain, older: OlderProgram, make_submission: MakeSubmission
) -> None:
    submission = make_submission([PAGE])
    older.seal(submission)
    older.execute(RATE, (submission.sid, RATING, 5, NOON.isoformat()))
    older.execute(BEGIN_PRINT, ("job", submission.sid))
    older.execute(END_PRINT, ("job", submission.sid, "printed", None))
    older.execute(END_BEGUN)
    assert [case.sid for case in drain.pending()] == [submission.sid]
    assert (datetime.now(UTC) - drain.pending()[0].since).days < 3650, "then its sid says since when"
    older.drain(submission.sid)
    assert older.execute(RATINGS, ("acknowledged",)).fetchall() == [(RATING, submission.sid, 5, NOON.isoformat())]
    older.execute(RATING_SENT, (RATING,))
    receipt = outbox.receipt_of(submission.sid)
    assert receipt == Receipt(submission.sid, "2026112300000014", NOON)
    assert drain.ratings() == ()
    assert outbox.print_jobs() == (("job", submission.sid, "printed"),)


def test_the_older_program_reads_what_the_newer_wrote(
    outbox: Outbox, drain: Drain, older: OlderProgram, make_submission: MakeSubmission
) -> None:
    sealed, aside, received = make_submission([PAGE]), make_submission(), make_submission()
    for one in (sealed, aside, received):
        outbox.seal(one)
    drain.set_aside(aside.sid, State.REJECTED, b"{}")
    drain.acknowledged(Receipt(received.sid, "2026112300000014", NOON), b"{}", "line")
    assert older.execute(PENDING, OPEN).fetchall() == [(sealed.sid, sealed.fingerprint, "sealed")]
    assert older.execute(WAITING).fetchall() == [(sealed.sid,), (aside.sid,)]
    found = older.execute(RECEIPT, (received.sid, "acknowledged")).fetchone()
    assert found == ("2026112300000014", NOON.isoformat())
    older.drain(sealed.sid)
    older.execute(REFUSED, (b"{}", aside.sid))
    older.execute(RATING_REFUSED, (b"{}", RATING))
    assert outbox.waiting() == (aside.sid,)


def test_what_was_erased_or_offered_again_meets_the_older_program_in_states_it_knows(
    outbox: Outbox, drain: Drain, older: OlderProgram, make_submission: MakeSubmission
) -> None:
    erased, lost = make_submission([PAGE]), make_submission([PAGE])
    for one in (erased, lost):
        outbox.seal(one)
        older.drain(one.sid)
    drain.raise_floor(NOON)
    drain.apply_feed(FeedPage(0, "one", 1, 1, [erased.sid], False, NOON))
    assert drain.erase_due(NOON, grace_s=0) == 1
    drain.apply_feed(FeedPage(1, "two", 0, 0, [], False, NOON))
    drain.apply_feed(FeedPage(0, "two", 0, 0, [], False, NOON))
    assert older.execute(WAITING).fetchall() == [(lost.sid,)]
    assert older.execute(STATE, (erased.sid,)).fetchone() is None
    states = {state for (state,) in older.execute("SELECT state FROM submission")}
    assert states <= KNOWN_STATES
    older.drain(lost.sid)
    assert outbox.waiting() == ()


def test_a_store_of_the_version_before_is_migrated_with_all_it_holds(
    tmp_path: Path, make_submission: MakeSubmission
) -> None:
    submission = make_submission([PAGE])
    with closing(apsw.Connection(str(tmp_path / "plain.db"))) as connection:
        migrate(connection, MIGRATIONS[:1])
        OlderProgram(connection).seal(submission)
        migrate(connection, MIGRATIONS)

    def opener(directory: Path) -> apsw.Connection:
        return apsw.Connection(str(directory / "plain.db"))

    with closing(Outbox(tmp_path, reserve_mb=1, opener=opener)) as outbox:
        assert outbox.waiting() == (submission.sid,)
        assert outbox.seal(submission)
        assert outbox.seal(make_submission([PAGE]))
        assert len(outbox.waiting()) == 2
