"""What the terminal does with the platform's acknowledgement feed, and when the platform comes back from a backup."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.submission import Attachment, Rating, Receipt, SealedSubmission
from sync.outbox.drain import Drain
from sync.outbox.feed import Feed, FeedPage
from sync.outbox.pulled import CaseState, Pulled
from sync.outbox.schema import State
from sync.outbox.store import Outbox

MakeSubmission = Callable[..., SealedSubmission]
PAGE = Attachment("page-1.jpg", "image/jpeg", b"\xff\xd8" + bytes(50_000))
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with closing(Outbox(tmp_path, reserve_mb=1)) as outbox:
        yield outbox


@pytest.fixture
def drain(outbox: Outbox, tmp_path: Path) -> Iterator[Drain]:
    with closing(Drain(tmp_path)) as drain:
        yield drain


def page(
    after: int, cursor: int, rows: Sequence[str] = (), *, epoch: str = "one", durable: int = 0, more: bool = False
) -> FeedPage:
    return FeedPage(after, epoch, cursor, durable, rows, more, NOON)


@pytest.fixture
def received(outbox: Outbox, drain: Drain, make_submission: MakeSubmission) -> list[str]:
    """Three that are acknowledged, each with a page."""
    return [seal_and_acknowledge(outbox, drain, make_submission([PAGE])) for _ in range(3)]


def seal_and_acknowledge(outbox: Outbox, drain: Drain, submission: SealedSubmission) -> str:
    outbox.seal(submission)
    drain.announced(submission.sid, [PAGE.digest])
    blob = drain.next_blob(submission.sid)
    assert blob is not None
    drain.upload_begun(blob, "/v1/uploads/1")
    drain.uploaded(blob)
    drain.committing(submission.sid)
    acknowledge(drain, submission.sid)
    return submission.sid


def acknowledge(drain: Drain, sid: str, number: str = "2026112300000014") -> None:
    drain.acknowledged(Receipt(sid, number, NOON), f'{{"sid":"{sid}"}}'.encode(), f"signature of {sid}")


def test_the_first_contact_adopts_the_epoch(drain: Drain, received: list[str]) -> None:
    assert drain.feed() == Feed(None, 0, 0)
    assert drain.apply_feed(page(0, 3, received, durable=2)) is None
    assert drain.feed() == Feed("one", 3, 2)
    assert drain.pending() == ()


def test_the_feed_is_read_page_by_page_and_goes_on_after_a_restart(
    drain: Drain, received: list[str], tmp_path: Path
) -> None:
    assert drain.apply_feed(page(0, 1, received[:1], more=True)) == 1
    with closing(Drain(tmp_path)) as again:
        assert again.feed().cursor == 1
        assert again.apply_feed(page(1, 3, received[1:])) is None
        assert again.apply_feed(page(3, 3)) is None
    assert drain.feed() == Feed("one", 3, 0)


def test_a_page_another_lane_was_faster_with_changes_nothing(drain: Drain, received: list[str]) -> None:
    drain.apply_feed(page(0, 3, received, durable=3))
    assert drain.apply_feed(page(0, 2, received[:2], durable=1)) == 3
    assert drain.feed() == Feed("one", 3, 3)


def test_a_page_that_promises_more_and_gives_nothing_ends_the_reading(drain: Drain, received: list[str]) -> None:
    assert drain.apply_feed(page(0, 0, more=True)) is None


@pytest.mark.parametrize("restored", [page(3, 3, epoch="two"), page(3, 2)], ids=["another epoch", "a cursor behind"])
def test_what_a_restored_platform_does_not_list_is_offered_again(
    outbox: Outbox, drain: Drain, received: list[str], restored: FeedPage
) -> None:
    drain.keep_case_states([CaseState(received[0], "accepted", None)], 9)
    drain.apply_feed(page(0, 3, received, durable=3))
    assert drain.apply_feed(restored) == 0
    assert drain.feed() == Feed(restored.epoch, 0, 0)
    assert drain.case_cursor() == 0
    assert drain.pending() == (), "not before the feed was read to its end"
    assert drain.apply_feed(page(0, 1, received[:1], epoch=restored.epoch, more=True)) == 1
    assert drain.pending() == ()
    assert drain.apply_feed(page(1, 2, received[1:2], epoch=restored.epoch)) is None
    lost = received[2]
    assert [(case.sid, case.state) for case in drain.pending()] == [(lost, State.SEALED)]
    assert outbox.receipt_of(lost) is None
    assert outbox.receipt_of(received[0]) is not None
    assert drain.earlier_acknowledgement(lost) == (f'{{"sid":"{lost}"}}'.encode(), f"signature of {lost}")
    assert drain.earlier_acknowledgement(received[0]) is None


def test_what_is_offered_again_goes_all_the_way_again(outbox: Outbox, drain: Drain, received: list[str]) -> None:
    drain.apply_feed(page(0, 3, received))
    drain.apply_feed(page(3, 0, epoch="two"))
    drain.apply_feed(page(0, 0, epoch="two"))
    assert [case.sid for case in drain.pending()] == received, "in the order in which they were sealed"
    lost = received[0]
    drain.announced(lost, [PAGE.digest])
    blob = drain.next_blob(lost)
    assert blob is not None
    assert blob.upload_path is None
    assert drain.chunk(blob, offset=0, size=blob.size) == PAGE.content
    drain.uploaded(blob)
    drain.committing(lost)
    acknowledge(drain, lost)
    receipt = outbox.receipt_of(lost)
    assert receipt is not None
    drain.apply_feed(page(0, 1, [lost], epoch="two", durable=1))
    assert outbox.state_of(lost) is State.ACKNOWLEDGED
    events = [entry.event for entry in drain.journal_unsent(1000).rows]
    assert events.count("submission.offered_again") == 3
    assert events.count("feed.epoch_changed") == 1


def test_a_rating_that_was_sent_is_sent_again_to_a_restored_platform(
    outbox: Outbox, drain: Drain, received: list[str]
) -> None:
    rating = Rating("019a0000-0000-7000-9000-000000000001", received[0], 5, NOON)
    outbox.keep_rating(rating)
    drain.rating_sent(rating.rating_id)
    drain.apply_feed(page(0, 3, received))
    assert drain.ratings() == ()
    drain.apply_feed(page(3, 3, epoch="two"))
    drain.apply_feed(page(0, 3, received, epoch="two"))
    assert drain.ratings() == (rating,)


def test_the_journal_is_sent_again_to_a_restored_platform(drain: Drain, received: list[str]) -> None:
    drain.apply_feed(page(0, 3, received))
    sent = drain.journal_unsent(1000).rows
    drain.journal_sent(sent[-1].seq)
    assert drain.journal_unsent(1000).rows == ()
    drain.apply_feed(page(3, 3, epoch="two"))
    again = drain.journal_unsent(1000).rows
    assert again[: len(sent)] == sent
    assert [entry.event for entry in again[len(sent) :]] == ["feed.epoch_changed"]


def test_one_acknowledged_while_the_feed_is_read_again_ends_well(
    outbox: Outbox, drain: Drain, received: list[str], make_submission: MakeSubmission
) -> None:
    drain.apply_feed(page(0, 3, received))
    drain.apply_feed(page(3, 3, epoch="two"))
    drain.apply_feed(page(0, 2, received[:2], epoch="two", more=True))
    late = seal_and_acknowledge(outbox, drain, make_submission([PAGE]))
    drain.apply_feed(page(2, 3, received[2:], epoch="two"))
    assert [case.sid for case in drain.pending()] == [late], "offered once more; the gateway answers it as before"
    acknowledge(drain, late)
    assert drain.apply_feed(page(3, 4, [late], epoch="two", durable=4)) is None
    assert drain.pending() == ()
    assert outbox.waiting() == ()


def test_an_epoch_that_changes_while_the_feed_is_read_again_begins_it_anew(drain: Drain, received: list[str]) -> None:
    drain.apply_feed(page(0, 3, received))
    drain.apply_feed(page(3, 3, epoch="two"))
    drain.apply_feed(page(0, 2, received[:2], epoch="two", more=True))
    assert drain.apply_feed(page(2, 3, epoch="three")) == 0
    assert drain.apply_feed(page(0, 3, received, epoch="three")) is None
    assert drain.pending() == ()
    assert drain.feed().epoch == "three"


def test_another_epoch_in_the_first_page_is_read_at_once(
    drain: Drain, outbox: Outbox, make_submission: MakeSubmission
) -> None:
    drain.apply_feed(page(0, 0))
    kept, lost = (seal_and_acknowledge(outbox, drain, make_submission([PAGE])) for _ in range(2))
    assert drain.apply_feed(page(0, 2, [kept], epoch="two")) is None
    assert [case.sid for case in drain.pending()] == [lost]


def test_a_platform_whose_files_were_copied_back_is_known_by_what_it_says_of_rows_already_read(
    drain: Drain, received: list[str]
) -> None:
    drain.apply_feed(replace(page(0, 3, received), history="all three"))
    other = replace(page(3, 5, ["somebody's", "else's"]), history_before="only two", history="four")
    assert drain.apply_feed(other) == 0, "its cursor has passed ours, and yet it is not the same feed"
    assert drain.apply_feed(replace(page(0, 5, received[:2]), history="four")) is None
    assert [case.sid for case in drain.pending()] == received[2:]


def test_what_is_acknowledged_and_not_listed_at_the_head_is_offered_again_though_nothing_else_tells(
    drain: Drain, outbox: Outbox, received: list[str], make_submission: MakeSubmission
) -> None:
    drain.apply_feed(replace(page(0, 3, received), history="all three"))
    lost = seal_and_acknowledge(outbox, drain, make_submission([PAGE]))
    drain.apply_feed(replace(page(3, 3), history_before="all three", history="all three"))
    assert [case.sid for case in drain.pending()] == [lost]


def test_a_rejected_one_does_not_come_back(
    outbox: Outbox, drain: Drain, received: list[str], make_submission: MakeSubmission
) -> None:
    aside = make_submission()
    outbox.seal(aside)
    drain.set_aside(aside.sid, State.CONFLICT, b"{}")
    drain.apply_feed(page(0, 3, received))
    drain.apply_feed(page(3, 3, epoch="two"))
    drain.apply_feed(page(0, 3, received, epoch="two"))
    assert outbox.state_of(aside.sid) is State.CONFLICT


def test_durable_until_never_goes_back_within_an_epoch(drain: Drain, received: list[str]) -> None:
    drain.apply_feed(page(0, 3, received, durable=2))
    drain.apply_feed(page(3, 3, durable=1))
    assert drain.feed().durable_until == 2


def test_an_acknowledgement_played_again_changes_nothing(outbox: Outbox, drain: Drain, received: list[str]) -> None:
    kept = outbox.receipt_of(received[0])
    acknowledge(drain, received[0], number="2026112300000022")
    assert outbox.receipt_of(received[0]) == kept
    drain.apply_feed(page(0, 3, received))
    assert outbox.receipt_of(received[0]) == kept


def test_the_floor_of_time_only_rises(outbox: Outbox, drain: Drain, make_submission: MakeSubmission) -> None:
    assert drain.floor() is None
    drain.raise_floor(NOON)
    drain.raise_floor(NOON - timedelta(days=4000))
    assert drain.floor() == NOON
    submission = make_submission()
    outbox.seal(submission)
    later = NOON + timedelta(hours=1)
    drain.acknowledged(Receipt(submission.sid, "2026112300000014", later), b"{}", "line")
    assert drain.floor() == later
    assert outbox.clock().floor == later
    drain.apply_feed(page(0, 0))
    assert drain.floor() == later


def test_a_pulled_document_takes_the_place_of_the_one_before_whole(drain: Drain, tmp_path: Path) -> None:
    assert drain.pulled(Pulled.CATALOGUE) is None
    for cursor, version in ((1, "0123456789ab"), (2, "ba9876543210")):
        drain.keep_pulled(Pulled.CATALOGUE, b"[]", "line", snapshot="s", cursor=cursor, version=version)
    with closing(Drain(tmp_path)) as other:
        kept = other.pulled(Pulled.CATALOGUE)
        assert other.pulled(Pulled.CONFIGURATION) is None
    assert kept is not None
    assert (kept.content, kept.signature, kept.snapshot) == (b"[]", "line", "s")
    assert (kept.cursor, kept.version) == (2, "ba9876543210")


def test_case_states_are_kept_of_what_is_kept(drain: Drain, received: list[str]) -> None:
    drain.keep_case_states([CaseState(received[0], "received", None), CaseState("unknown", "received", None)], 4)
    drain.keep_case_states([CaseState(received[0], "accepted", "A-1")], 5)
    assert drain.case_cursor() == 5
