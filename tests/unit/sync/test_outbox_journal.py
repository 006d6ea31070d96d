"""The journal in the store: with each step, in its transaction, bounded."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import apsw
import pytest

from kiosk.faults import PAPER_OUT
from kiosk.ports import NotPrinted, Printed
from kiosk.submission import Attachment, Rating, Receipt, SealedSubmission
from sync.outbox import journal
from sync.outbox.drain import Drain
from sync.outbox.feed import FeedPage
from sync.outbox.pulled import Pulled
from sync.outbox.schema import State, open_store
from sync.outbox.store import Outbox
from sync.wire.journal import EMPTY, GENESIS, Head, follow

MakeSubmission = Callable[..., SealedSubmission]
PAGE = Attachment("page-1.jpg", "image/jpeg", b"\xff\xd8" + bytes(1000))
NOW = datetime(2026, 11, 23, 9, 46, tzinfo=UTC)
RATING = "019a0000-0000-7000-9000-000000000001"


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with closing(Outbox(tmp_path, reserve_mb=1, now=lambda: NOW)) as outbox:
        yield outbox


@pytest.fixture
def drain(outbox: Outbox, tmp_path: Path) -> Iterator[Drain]:
    with closing(Drain(tmp_path, now=lambda: NOW)) as drain:
        yield drain


def told(drain: Drain) -> list[str]:
    return [entry.event for entry in drain.journal_unsent(1000).rows]


def test_every_step_of_a_submission_is_told(outbox: Outbox, drain: Drain, make_submission: MakeSubmission) -> None:
    submission = make_submission([PAGE])
    sid = submission.sid
    outbox.seal(submission)
    outbox.record_print("a", sid, None)
    outbox.record_print("a", sid, NotPrinted(PAPER_OUT))
    outbox.record_print("b", sid, Printed())
    outbox.keep_rating(Rating(RATING, sid, 5, NOW))
    drain.announced(sid, [PAGE.digest])
    blob = drain.next_blob(sid)
    assert blob is not None
    drain.upload_begun(blob, "/v1/uploads/1")
    drain.uploaded(blob)
    drain.committing(sid)
    drain.found_missing(sid, [PAGE.digest])
    drain.announce_again(sid)
    drain.acknowledged(Receipt(sid, "2026112300000014", NOW), b"{}", "line")
    drain.rating_sent(RATING)
    drain.keep_pulled(Pulled.CATALOGUE, b"{}", "line", snapshot="s", cursor=3, version="0123456789ab")
    drain.keep_pulled(Pulled.CONFIGURATION, b"{}", "line", snapshot="", cursor=7, version="7")
    drain.journal("catalogue.refused", cause="signature")
    outbox.journal("clock.wrong", behind_s=12)
    assert told(drain) == [
        "store.begun",
        "store.opened",
        "submission.sealed",
        "print.begun",
        "print.failed",
        "print.printed",
        "rating.kept",
        "submission.announced",
        "upload.begun",
        "upload.done",
        "submission.committing",
        "submission.found_missing",
        "submission.offered_again",
        "submission.acknowledged",
        "rating.sent",
        "catalogue.taken",
        "configuration.taken",
        "catalogue.refused",
        "clock.wrong",
    ]
    sealed = drain.journal_unsent(1000).rows[2]
    assert sealed.fields == {
        "sid": sid,
        "fingerprint": submission.fingerprint,
        "attachments": 1,
        "bytes": len(submission.manifest) + len(PAGE.content),
    }
    assert sealed.at == "2026-11-23T09:46:00.000+00:00"


def test_a_step_that_was_not_taken_is_not_told(outbox: Outbox, drain: Drain, make_submission: MakeSubmission) -> None:
    submission = make_submission([PAGE])
    outbox.seal(submission)
    outbox.seal(submission)
    drain.acknowledged(Receipt(submission.sid, "2026112300000014", NOW), b"{}", "line")
    before = told(drain)
    drain.acknowledged(Receipt(submission.sid, "2026112300000014", NOW), b"{}", "line")
    drain.announced(submission.sid, [])
    drain.committing(submission.sid)
    drain.set_aside(submission.sid, State.CONFLICT, b"")
    drain.rating_sent(RATING)
    assert told(drain) == before


def test_a_row_that_cannot_be_told_undoes_its_step(drain: Drain, outbox: Outbox) -> None:
    with pytest.raises(ValueError, match="no sid"):
        outbox.seal(SealedSubmission("陈桂兰", "CZ03", b"{}", ()))
    assert outbox.waiting() == ()
    with pytest.raises(ValueError, match="not in"):
        drain.journal("somebody.came")
    assert told(drain) == ["store.begun", "store.opened"]


def test_a_sealed_submission_is_told_or_not_there(
    outbox: Outbox, drain: Drain, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    """The same transaction: a reader never sees one without the other."""
    outbox.seal(make_submission())
    with closing(open_store(tmp_path)) as connection:
        connection.execute("DROP TABLE journal")
    with pytest.raises(apsw.SQLError):
        outbox.seal(make_submission())
    assert len(outbox.waiting()) == 1


def test_two_stores_begin_with_names_of_their_own(tmp_path: Path) -> None:
    names = []
    for place in ("a", "b"):
        with closing(Drain(tmp_path / place, now=lambda: NOW)) as drain:
            drain.journal("clock.right")
            part = drain.journal_unsent(10)
            names.append(part.rows[0].fields["store"])
            assert (part.after_seq, part.after_digest) == (0, GENESIS)
    assert names[0] != names[1]


def test_the_chain_goes_on_over_parts_and_restarts(tmp_path: Path) -> None:
    head: Head | None = EMPTY
    for _ in range(4):
        with closing(Drain(tmp_path, now=lambda: NOW)) as drain:
            for _ in range(5):
                drain.journal("clock.right")
            part = drain.journal_unsent(3)
            assert head == Head(part.after_seq, part.after_digest)
            head = follow(head, part.rows)
            assert head is not None
            drain.journal_sent(head.seq)
            drain.journal_sent(1)  # an answer that comes late takes nothing back
    assert head is not None
    assert head.seq == 12


def test_what_was_sent_is_kept_up_to_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "SENT_KEPT", 10)
    with closing(Drain(tmp_path, now=lambda: NOW)) as drain:
        for _ in range(30):
            drain.journal("clock.right")
        assert len(drain.journal_unsent(100).rows) == 31
        drain.journal_sent(31)
        drain.journal("clock.right")
        assert drain.journal_dropped() == 0
        assert [entry.seq for entry in drain.journal_unsent(100).rows] == [32]
    with closing(open_store(tmp_path)) as connection:
        assert connection.execute("SELECT min(seq), count(*) FROM journal").fetchone() == (22, 11)


def test_what_was_never_sent_is_dropped_oldest_first_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "SENT_KEPT", 5)
    monkeypatch.setattr(journal, "UNSENT_KEPT", 10)
    with closing(Drain(tmp_path, now=lambda: NOW)) as drain:
        for _ in range(8):
            drain.journal("clock.right")
        drain.journal_sent(4)
        for _ in range(20):
            drain.journal("clock.right")
        part = drain.journal_unsent(100)
        assert [entry.seq for entry in part.rows] == list(range(20, 30))
        assert drain.journal_dropped() == 15, "5 to 19"
        head = follow(Head(part.after_seq, part.after_digest), part.rows)
        assert head is not None
        drain.journal_sent(head.seq)
        drain.journal("clock.right")
        assert drain.journal_dropped() == 15
        assert drain.journal_unsent(100).after_digest == head.digest


def test_rows_that_were_sent_to_a_platform_since_restored_do_not_count_as_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "SENT_KEPT", 5)
    monkeypatch.setattr(journal, "UNSENT_KEPT", 10)
    with closing(Drain(tmp_path, now=lambda: NOW)) as drain:
        for _ in range(30):
            drain.journal("clock.right")
            drain.journal_sent(drain.journal_unsent(100).rows[-1].seq)
        for epoch in ("one", "two"):
            drain.apply_feed(FeedPage(0, epoch, 0, 0, [], False, NOW))
        assert drain.journal_unsent(100).rows, "what is kept is sent again"
        for _ in range(3):
            drain.journal("clock.right")
        assert drain.journal_dropped() == 0


def test_the_agents_note_is_read_by_the_screen(drain: Drain, tmp_path: Path) -> None:
    assert drain.agent_note() == {}
    drain.note_agent({"why": "no line", "since": None})
    with closing(Drain(tmp_path)) as other:
        assert other.agent_note() == {"why": "no line", "since": None}
        version = other.version()
        drain.note_agent({"since": None, "why": "no line"})
        assert other.version() == version, "the same again writes nothing"
