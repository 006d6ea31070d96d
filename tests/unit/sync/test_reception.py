"""The gateway's promises: what is acknowledged is there, whole, once, signed, and its own terminal's."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.check_digits import is_receipt_number
from kiosk.submission import Attachment, SealedSubmission, canonical
from sync.gateway.manifest_rules import ManifestFault
from sync.gateway.outcomes import Faulty, OtherTerminal, SomethingElse, Unknown, UnknownKey
from sync.gateway.reception import Known, Missing, OtherLife, Rated, Received, Reception, least_series, receipt_number
from sync.gateway.records import Signed
from sync.gateway.storage import DirectoryRefused, EmbeddedStorage
from tests.gateway_bench import KEY, LATE_EVENING_IN_LONDON, OTHER_KEY, GatewayBench, gateway, identity, line

MakeSubmission = Callable[..., SealedSubmission]
PAGE = Attachment("page.jpg", "image/jpeg", b"0123456789" * 10)
FIRST = least_series(LATE_EVENING_IN_LONDON, LATE_EVENING_IN_LONDON)
OTHER = identity("CZ04", OTHER_KEY)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[GatewayBench]:
    with gateway(tmp_path) as opened:
        yield opened


def test_a_manifest_is_known_once_and_names_what_is_missing(
    bench: GatewayBench, make_submission: MakeSubmission
) -> None:
    submission = make_submission([PAGE, PAGE])
    signature = line(submission.manifest)
    first = bench.reception.announce(bench.terminal, submission.sid, submission.manifest, signature)
    again = bench.reception.announce(bench.terminal, submission.sid, submission.manifest, signature)
    assert isinstance(first, Known)
    assert isinstance(again, Known)
    assert (first.new, again.new) == (True, False)
    assert first.missing == again.missing == (PAGE.digest,)
    kept = bench.storage.manifest(submission.sid)
    assert kept is not None
    assert (kept.terminal, kept.signature, kept.content) == ("CZ03", signature, submission.manifest)


def test_a_manifest_that_its_terminal_did_not_sign_is_refused(
    bench: GatewayBench, make_submission: MakeSubmission
) -> None:
    submission = make_submission()

    def announced(signature: str | None) -> object:
        return bench.reception.announce(bench.terminal, submission.sid, submission.manifest, signature)

    assert announced(line(submission.manifest, OTHER_KEY)) == UnknownKey()
    assert announced(line(submission.manifest + b" ")) == Faulty((ManifestFault("", "the signature does not match"),))
    assert announced(None) == announced("nonsense") == Faulty((ManifestFault("", "not signed"),))
    assert bench.storage.manifest(submission.sid) is None


def test_a_terminal_speaks_only_for_itself(bench: GatewayBench, make_submission: MakeSubmission) -> None:
    submission = make_submission()
    outcome = bench.reception.announce(OTHER, submission.sid, submission.manifest, line(submission.manifest, OTHER_KEY))
    assert isinstance(outcome, Faulty)
    assert [fault.pointer for fault in outcome.faults] == ["/terminal/code"]


def test_a_sid_of_another_terminal_is_refused_and_journalled(
    bench: GatewayBench, make_submission: MakeSubmission
) -> None:
    submission = make_submission()
    before = bench.send(submission)
    copied = canonical({**json.loads(submission.manifest), "terminal": {"code": "CZ04", "hall": "gulou"}})
    assert bench.reception.announce(OTHER, submission.sid, copied, line(copied, OTHER_KEY)) == OtherTerminal()
    assert bench.reception.commit(OTHER, submission.sid) == Unknown()
    assert bench.reception.rate(OTHER, rating(submission.sid)) == Unknown()
    assert bench.reception.commit(bench.terminal, submission.sid) == Received(before)
    (row,) = bench.storage.own_journal()
    assert (row.event, json.loads(row.fields)) == (
        "gateway.other_terminal",
        {"terminal": "CZ04", "sid": submission.sid},
    )


def test_another_manifest_under_the_same_sid_changes_nothing(
    bench: GatewayBench, make_submission: MakeSubmission
) -> None:
    submission = make_submission()
    other = canonical({**json.loads(submission.manifest), "answers": []})
    before = bench.send(submission)
    assert bench.reception.announce(bench.terminal, submission.sid, other, line(other)) == SomethingElse()
    assert bench.reception.commit(bench.terminal, submission.sid) == Received(before)


def test_a_commit_waits_for_every_blob(bench: GatewayBench, make_submission: MakeSubmission) -> None:
    submission = make_submission([PAGE])
    assert bench.reception.commit(bench.terminal, submission.sid) == Unknown()
    bench.announce(submission)
    assert bench.reception.commit(bench.terminal, submission.sid) == Missing((PAGE.digest,))


@pytest.mark.parametrize("sid", ["", "\x00", "\ud800", "../../etc/passwd", "' OR 1"])
def test_a_sid_that_is_none_is_unknown(bench: GatewayBench, sid: str) -> None:
    assert bench.reception.commit(bench.terminal, sid) == Unknown()


def test_a_commit_for_an_earlier_life_is_taken_only_where_it_was_acknowledged_already(
    bench: GatewayBench, make_submission: MakeSubmission
) -> None:
    """It was on its way while files may have been lost: the terminal may hold an acknowledgement that we lack."""
    submission = make_submission()
    bench.announce(submission)
    assert bench.reception.commit(bench.terminal, submission.sid, life="0" * 16) == OtherLife()
    assert bench.storage.acknowledgement(submission.sid) is None
    answer = bench.reception.commit(bench.terminal, submission.sid, life=bench.reception.life)
    assert isinstance(answer, Received)
    assert bench.reception.commit(bench.terminal, submission.sid, life="0" * 16) == answer


def test_a_commit_is_answered_with_the_same_signed_bytes_for_ever(
    bench: GatewayBench, make_submission: MakeSubmission
) -> None:
    submission = make_submission([PAGE])
    answer = bench.send(submission)
    assert json.loads(answer.content) == {
        "format": "hall-terminal/acknowledgement/1",
        "sid": submission.sid,
        "fingerprint": submission.fingerprint,
        "receipt_number": receipt_number(FIRST),
        "received_at": "2026-11-23T07:30:05+08:00",
    }
    assert bench.signing.is_ours(answer)
    assert not bench.signing.is_ours(Signed(answer.content + b" ", answer.signature))
    bench.now = datetime(2030, 1, 1, tzinfo=UTC)
    assert bench.reception.commit(bench.terminal, submission.sid) == Received(answer)
    assert len(bench.storage.hand_ons(bench.now)) == 1


def test_receipt_numbers_are_of_the_day_in_china_and_never_twice(
    bench: GatewayBench, make_submission: MakeSubmission
) -> None:
    numbers = [json.loads(bench.send(make_submission()).content)["receipt_number"] for _ in range(12)]
    assert len(set(numbers)) == 12
    assert all(is_receipt_number(number) and number.startswith("20261123") for number in numbers)


def test_numbers_after_a_start_lie_past_all_that_the_day_can_have_given_before() -> None:
    started = LATE_EVENING_IN_LONDON
    assert FIRST == 202611230000000 + 100 * (7 * 3600 + 30 * 60 + 6)
    assert least_series(started + timedelta(hours=9), started) == FIRST
    assert least_series(started + timedelta(days=1), started) == 202611240000000


def test_an_earlier_acknowledgement_of_ours_is_given_again(
    bench: GatewayBench, make_submission: MakeSubmission
) -> None:
    submission, other = make_submission(), make_submission()
    number = receipt_number(202611200000077)
    said = {
        "format": "hall-terminal/acknowledgement/1",
        "sid": submission.sid,
        "fingerprint": submission.fingerprint,
        "receipt_number": number,
        "received_at": "2026-11-20T08:00:00+08:00",
    }
    earlier = bench.signing.document(said)
    assert bench.send(submission, earlier=earlier) == earlier
    assert bench.reception.commit(bench.terminal, submission.sid) == Received(earlier)
    taken = bench.signing.document({**said, "sid": other.sid, "fingerprint": other.fingerprint})
    anew = json.loads(bench.send(other, earlier=taken).content)
    assert anew["receipt_number"] == receipt_number(FIRST)


@pytest.mark.parametrize("fault", ["other sid", "other fingerprint", "no number", "other format", "foreign key"])
def test_an_earlier_acknowledgement_that_is_not_ours_of_this_counts_for_nothing(
    bench: GatewayBench, make_submission: MakeSubmission, fault: str
) -> None:
    submission = make_submission()
    said = {
        "format": "hall-terminal/acknowledgements/1" if fault == "other format" else "hall-terminal/acknowledgement/1",
        "sid": make_submission().sid if fault == "other sid" else submission.sid,
        "fingerprint": "sha256:" if fault == "other fingerprint" else submission.fingerprint,
        "receipt_number": "1" if fault == "no number" else receipt_number(FIRST + 77),
    }
    content = canonical(said)  # type: ignore[arg-type]
    earlier = Signed(content, line(content, KEY)) if fault == "foreign key" else bench.signing.sign(content)
    answer = bench.send(submission, earlier=earlier)
    assert json.loads(answer.content)["receipt_number"] == receipt_number(FIRST)


def feed(bench: GatewayBench, after: int = 0) -> dict[str, object]:
    signed = bench.reception.acknowledgements(bench.terminal, after)
    assert bench.signing.is_ours(signed)
    value: dict[str, object] = json.loads(signed.content)
    return value


def test_the_feed_lists_what_this_terminal_handed_in_and_nothing_else(
    bench: GatewayBench, make_submission: MakeSubmission
) -> None:
    first, second = make_submission(), make_submission()
    bench.send(first)
    foreign = make_submission(terminal={"code": "CZ04", "hall": "gulou"})
    bench.reception.announce(OTHER, foreign.sid, foreign.manifest, line(foreign.manifest, OTHER_KEY))
    bench.reception.commit(OTHER, foreign.sid)
    bench.announce(second)
    page = feed(bench)
    assert page["rows"] == [first.sid]
    assert (page["cursor"], page["more"], page["terminal"], page["durable_until"]) == (2, False, "CZ03", 0)
    assert feed(bench, 2)["rows"] == []
    assert feed(bench, 99)["cursor"] == 2


def test_a_page_of_the_feed_says_where_the_next_begins(tmp_path: Path, make_submission: MakeSubmission) -> None:
    with gateway(tmp_path) as bench:
        sids = [make_submission() for _ in range(3)]
        for one in sids:
            bench.send(one)
        page = bench.storage.feed("CZ03", 0, 2)
        assert (page.sids, page.cursor, page.more) == ((sids[0].sid, sids[1].sid), 2, True)
        rest = bench.storage.feed("CZ03", page.cursor, 2)
        assert (rest.sids, rest.cursor, rest.more) == ((sids[2].sid,), 3, False)


def test_with_local_durability_a_commit_is_safe_at_once(tmp_path: Path, make_submission: MakeSubmission) -> None:
    with gateway(tmp_path) as bench:
        bench.send(make_submission())
        assert feed(bench)["durable_until"] == 0
    with gateway(tmp_path, durable_at_commit=True) as bench:
        assert feed(bench)["durable_until"] == 1
        submission = make_submission()
        bench.send(submission)
        assert feed(bench)["durable_until"] == 2
        bench.reception.rate(bench.terminal, rating(submission.sid))
        assert feed(bench)["durable_until"] == feed(bench)["cursor"] == 3


def test_what_another_program_or_catalogue_made_is_taken_and_parked(
    bench: GatewayBench, make_submission: MakeSubmission
) -> None:
    bench.catalogue_version = "aaaaaaaaaaaa"
    current = bench.announce(make_submission(catalogue_version="aaaaaaaaaaaa"))
    older = bench.announce(make_submission(catalogue_version="bbbbbbbbbbbb"))
    newer = make_submission(format="hall-terminal/submission/2", catalogue_version="aaaaaaaaaaaa", more={"of": "it"})
    assert current.parked is None
    assert older.parked == "catalogue-version"
    assert bench.announce(newer).parked == "format"
    bench.send(newer)
    (state,) = bench.storage.cases("CZ03", 0, 10).rows
    assert state.state == "parked"
    (row,) = bench.storage.hand_ons(bench.now)
    assert row.manifest.parked == "format"


def rating(sid: str, **members: object) -> bytes:
    value = {"rating_id": "019a0000-0000-7000-8000-00000000aaaa", "sid": sid, "level": 5}
    return json.dumps({**value, "given_at": "2026-11-23T09:46:00+08:00", **members}).encode()


def test_a_rating_is_taken_once_and_only_for_what_was_received(
    bench: GatewayBench, make_submission: MakeSubmission
) -> None:
    submission, other = make_submission(), make_submission()

    def rate(sid: str, **members: object) -> object:
        return bench.reception.rate(bench.terminal, rating(sid, **members))

    bench.announce(submission)
    assert rate(submission.sid) == Unknown()
    bench.send(submission)
    bench.send(other)
    first, again = rate(submission.sid), rate(submission.sid)
    assert isinstance(first, Rated)
    assert isinstance(again, Rated)
    assert (first.new, again.new) == (True, False)
    assert rate(submission.sid, level=1) == SomethingElse()
    assert rate(submission.sid, rating_id="019a0000-0000-7000-8000-00000000bbbb") == SomethingElse()
    assert rate(other.sid) == SomethingElse()
    assert [(row.sid, row.level) for row in bench.storage.received()] == [(submission.sid, "5"), (other.sid, "")]


def test_a_rating_that_is_none_is_refused_with_every_fault(bench: GatewayBench) -> None:
    content = json.dumps({"rating_id": 1, "sid": "x", "level": 6, "given_at": "2026-11-23T09:46:00"}).encode()
    outcome = bench.reception.rate(bench.terminal, content)
    assert isinstance(outcome, Faulty)
    assert [fault.pointer for fault in outcome.faults] == ["/rating_id", "/sid", "/level", "/given_at"]
    assert bench.reception.rate(bench.terminal, b"[]") == Faulty((ManifestFault("", "not an object"),))


@given(st.binary(max_size=40))
def test_any_bytes_are_no_rating(content: bytes) -> None:
    assert isinstance(Reception.rate(None, identity(), content), Faulty)  # type: ignore[arg-type]  # refused before anything is asked


def test_a_directory_once_simulated_never_holds_real_submissions(tmp_path: Path) -> None:
    storage = EmbeddedStorage(tmp_path)
    storage.mark_simulated(False)
    storage.mark_simulated(True)
    storage.mark_simulated(True)
    storage.close()
    again = EmbeddedStorage(tmp_path)
    with pytest.raises(DirectoryRefused, match="--simulated"):
        again.mark_simulated(False)
    again.close()


def test_a_directory_with_real_submissions_is_never_made_simulated(
    bench: GatewayBench, make_submission: MakeSubmission
) -> None:
    bench.storage.mark_simulated(False)
    bench.send(make_submission())
    with pytest.raises(DirectoryRefused, match="real"):
        bench.storage.mark_simulated(True)
    bench.storage.mark_simulated(False)
