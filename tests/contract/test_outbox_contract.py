"""What every outbox must keep: sealed is on disk, whole, once, and stays; what is not kept is said."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest

from kiosk.faults import PAPER_OUT, PRINTER_SILENT, Fault
from kiosk.ports import NotPrinted, NotSealed, Printed, PrintOutcome, PrintUnknown, Ready, Sealed
from kiosk.submission import Attachment, Rating, Receipt, SealedSubmission, canonical
from tests.contract.benches import OUTBOXES, OutboxBench

NOON = datetime(2026, 11, 23, 12, tzinfo=timezone(timedelta(hours=8)))
PAGE = Attachment("page-1.jpg", "image/jpeg", b"\xff\xd8" + bytes(200_000))


@pytest.fixture(params=OUTBOXES)
def bench(request: pytest.FixtureRequest) -> Iterator[OutboxBench]:
    with OUTBOXES[request.param]() as bench:
        yield bench


def submission(place: int) -> SealedSubmission:
    sid = f"019a0000-0000-7000-8000-{place:012}"
    return SealedSubmission(sid, f"CZ03-0000-{place:04}", canonical({"sid": sid}), (PAGE,))


def receipt(sid: str) -> Receipt:
    return Receipt(sid, "2026112300000014", NOON)


def rating(sid: str, *, level: int) -> Rating:
    return Rating(f"019a0000-0000-7000-9000-{level:012}", sid, level, NOON)


def test_an_empty_outbox_is_ready_and_nothing_waits_in_it(bench: OutboxBench) -> None:
    assert bench.adapter.status() == Ready()
    assert list(bench.adapter.waiting()) == []
    assert bench.adapter.receipt_of(submission(1).sid) is None


def test_sealing_the_same_again_is_sealed_and_keeps_one(bench: OutboxBench) -> None:
    assert [bench.adapter.seal(submission(1)) for _ in range(3)] == [Sealed()] * 3
    assert list(bench.adapter.waiting()) == [submission(1).sid]


def test_other_content_under_a_sealed_sid_is_a_bug_and_changes_nothing(bench: OutboxBench) -> None:
    sealed = submission(1)
    bench.adapter.seal(sealed)
    with pytest.raises(ValueError, match=sealed.sid):
        bench.adapter.seal(SealedSubmission(sealed.sid, sealed.slip_code, canonical({"other": True}), ()))
    assert bench.hands.manifest(sealed.sid) == sealed.manifest


def test_they_wait_in_the_order_in_which_they_were_sealed_and_through_a_restart(bench: OutboxBench) -> None:
    for place in (3, 1, 2):
        assert bench.adapter.seal(submission(place)) == Sealed()
    waiting = [submission(place).sid for place in (3, 1, 2)]
    assert list(bench.adapter.waiting()) == waiting
    restarted = bench.hands.restart()
    assert list(restarted.waiting()) == waiting
    assert restarted.seal(submission(3)) == Sealed()
    assert list(restarted.waiting()) == waiting


def test_there_is_no_receipt_before_the_platform_has_answered(bench: OutboxBench) -> None:
    first, second = submission(1), submission(2)
    bench.adapter.seal(first)
    bench.adapter.seal(second)
    assert bench.adapter.receipt_of(first.sid) is None
    bench.hands.acknowledge(receipt(first.sid))
    assert bench.adapter.receipt_of(first.sid) == receipt(first.sid)
    assert bench.adapter.receipt_of(second.sid) is None
    assert list(bench.adapter.waiting()) == [second.sid]


@pytest.mark.expects_warnings
def test_what_a_full_disk_does_not_take_is_refused_aloud_and_whole(bench: OutboxBench) -> None:
    kept, refused = submission(1), submission(2)
    bench.adapter.seal(kept)
    bench.hands.fill_disk()
    outcome = bench.adapter.seal(refused)
    assert isinstance(outcome, NotSealed)
    assert isinstance(outcome.fault, Fault)
    assert list(bench.adapter.waiting()) == [kept.sid]
    assert bench.adapter.seal(kept) == Sealed(), "what is there stays sealed"
    bench.hands.clear_disk()
    assert bench.adapter.status() == Ready()
    assert bench.adapter.seal(refused) == Sealed()
    assert list(bench.adapter.waiting()) == [kept.sid, refused.sid]


def test_the_first_rating_stays_and_goes_after_its_submission(bench: OutboxBench) -> None:
    sid = submission(1).sid
    bench.adapter.seal(submission(1))
    assert [bench.adapter.keep_rating(rating(sid, level=level)) for level in (5, 1, 5)] == [Sealed()] * 3
    assert list(bench.hands.ratings()) == []
    bench.hands.acknowledge(receipt(sid))
    assert list(bench.hands.ratings()) == [rating(sid, level=5)]


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (None, "begun"),
        (Printed(), "printed"),
        (NotPrinted(PAPER_OUT), "not-printed"),
        (PrintUnknown(PRINTER_SILENT), "unknown"),
    ],
)
def test_a_print_job_is_begun_and_ends_as_the_printer_said(
    bench: OutboxBench, outcome: PrintOutcome | None, state: str
) -> None:
    sid = submission(1).sid
    bench.adapter.seal(submission(1))
    bench.adapter.record_print("job", sid, None)
    assert bench.hands.print_state("job") == "begun"
    bench.adapter.record_print("job", sid, outcome)
    bench.adapter.record_print("job", sid, None)
    assert bench.hands.print_state("job") == state


def test_a_job_that_was_only_begun_is_unknown_after_a_restart(bench: OutboxBench) -> None:
    sid = submission(1).sid
    bench.adapter.seal(submission(1))
    bench.adapter.record_print("begun", sid, None)
    bench.adapter.record_print("ended", sid, Printed())
    bench.hands.restart()
    assert (bench.hands.print_state("begun"), bench.hands.print_state("ended")) == ("unknown", "printed")
