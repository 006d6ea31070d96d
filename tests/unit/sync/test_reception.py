"""The gateway's promises: what is acknowledged is there, whole and once."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.check_digits import is_receipt_number
from kiosk.submission import Attachment, SealedSubmission, canonical
from sync.gateway.hand_on import ReceivedFolder, distinct_names
from sync.gateway.manifest_rules import ManifestFault
from sync.gateway.objects import ObjectDirectory
from sync.gateway.reception import (
    Begun,
    Faulty,
    Known,
    Missing,
    Rated,
    Received,
    Reception,
    SomethingElse,
    TooMuch,
    Unknown,
    WrongDigest,
    WrongOffset,
    receipt_number,
)
from sync.gateway.storage import DirectoryRefused, EmbeddedStorage

MakeSubmission = Callable[..., SealedSubmission]
PAGE = Attachment("page.jpg", "image/jpeg", b"0123456789" * 10)
LATE_EVENING_IN_LONDON = datetime(2026, 11, 22, 23, 30, 5, 999, tzinfo=UTC)


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[EmbeddedStorage]:
    opened = EmbeddedStorage(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def reception(storage: EmbeddedStorage, tmp_path: Path) -> Reception:
    return Reception(
        storage, ObjectDirectory(tmp_path), simulated=True, now=lambda: LATE_EVENING_IN_LONDON, wake=lambda: None
    )


def sent(reception: Reception, submission: SealedSubmission) -> bytes:
    """Announce, send each blob at once, commit."""
    reception.announce(submission.sid, submission.manifest)
    for one in submission.attachments:
        begun = reception.begin_upload(submission.sid, one.digest, len(one.content))
        assert isinstance(begun, Begun)
        if begun.offset < len(one.content):
            assert isinstance(reception.append(begun.upload.upload_id, one.content, offset=0), Begun)
    received = reception.commit(submission.sid)
    assert isinstance(received, Received)
    return received.acknowledgement


def test_a_manifest_is_known_once_and_names_what_is_missing(
    reception: Reception, make_submission: MakeSubmission
) -> None:
    submission = make_submission([PAGE, PAGE])
    first = reception.announce(submission.sid, submission.manifest)
    again = reception.announce(submission.sid, submission.manifest)
    assert isinstance(first, Known)
    assert isinstance(again, Known)
    assert (first.new, again.new) == (True, False)
    assert first.missing == again.missing == (PAGE.digest,)


def test_another_manifest_under_the_same_sid_changes_nothing(
    reception: Reception, make_submission: MakeSubmission
) -> None:
    submission = make_submission()
    other = canonical({**json.loads(submission.manifest), "answers": []})
    before = sent(reception, submission)
    assert reception.announce(submission.sid, other) == SomethingElse()
    assert reception.commit(submission.sid) == Received(before)


def test_a_commit_waits_for_every_blob(reception: Reception, make_submission: MakeSubmission) -> None:
    submission = make_submission([PAGE])
    assert reception.commit(submission.sid) == Unknown()
    reception.announce(submission.sid, submission.manifest)
    assert reception.commit(submission.sid) == Missing((PAGE.digest,))


def test_a_commit_is_answered_with_the_same_bytes_for_ever(
    reception: Reception, storage: EmbeddedStorage, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    submission = make_submission([PAGE])
    acknowledgement = sent(reception, submission)
    assert json.loads(acknowledgement) == {
        "sid": submission.sid,
        "fingerprint": submission.fingerprint,
        "receipt_number": receipt_number(LATE_EVENING_IN_LONDON, 1),
        "received_at": "2026-11-23T07:30:05+08:00",
    }
    later = datetime(2030, 1, 1, tzinfo=UTC)
    again = Reception(storage, ObjectDirectory(tmp_path), simulated=True, now=lambda: later, wake=lambda: None)
    assert again.commit(submission.sid) == Received(acknowledgement)
    assert len(storage.hand_ons()) == 1


def test_receipt_numbers_are_of_the_day_in_china_and_never_twice(
    reception: Reception, make_submission: MakeSubmission
) -> None:
    numbers = [json.loads(sent(reception, make_submission()))["receipt_number"] for _ in range(12)]
    assert len(set(numbers)) == 12
    assert all(is_receipt_number(number) and number.startswith("20261123") for number in numbers)
    assert receipt_number(LATE_EVENING_IN_LONDON, 10_000_001)[8:15] == "0000001"


def test_an_upload_is_begun_once_and_goes_on_where_it_stands(
    reception: Reception, make_submission: MakeSubmission
) -> None:
    submission = make_submission([PAGE])
    reception.announce(submission.sid, submission.manifest)
    begun = reception.begin_upload(submission.sid, PAGE.digest, 100)
    assert isinstance(begun, Begun)
    assert reception.begin_upload(submission.sid, PAGE.digest, 100) == begun
    upload = begun.upload
    assert reception.append(upload.upload_id, PAGE.content[:30], offset=0) == Begun(upload, 30)
    assert reception.upload_at(upload.upload_id) == Begun(upload, 30)
    assert reception.append(upload.upload_id, PAGE.content[:30], offset=0) == WrongOffset(30)
    assert reception.append(upload.upload_id, PAGE.content[30:] + b"!", offset=30) == TooMuch()
    assert reception.append(upload.upload_id, PAGE.content[30:], offset=30) == Begun(upload, 100)
    assert reception.upload_at(upload.upload_id) == Begun(upload, 100)


def test_a_blob_that_is_not_what_was_announced_is_thrown_away(
    reception: Reception, make_submission: MakeSubmission
) -> None:
    submission = make_submission([PAGE])
    reception.announce(submission.sid, submission.manifest)
    begun = reception.begin_upload(submission.sid, PAGE.digest, 100)
    assert isinstance(begun, Begun)
    assert reception.append(begun.upload.upload_id, b"x" * 100, offset=0) == WrongDigest()
    assert reception.upload_at(begun.upload.upload_id) == Begun(begun.upload, 0)
    assert reception.commit(submission.sid) == Missing((PAGE.digest,))
    assert reception.append(begun.upload.upload_id, PAGE.content, offset=0) == Begun(begun.upload, 100)
    assert isinstance(reception.commit(submission.sid), Received)


def test_a_blob_whose_last_byte_came_just_before_a_crash_is_finished(
    reception: Reception, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    submission = make_submission([PAGE])
    reception.announce(submission.sid, submission.manifest)
    begun = reception.begin_upload(submission.sid, PAGE.digest, 100)
    assert isinstance(begun, Begun)
    ObjectDirectory(tmp_path).append(begun.upload.upload_id, PAGE.content)
    assert reception.commit(submission.sid) == Missing((PAGE.digest,))
    assert reception.upload_at(begun.upload.upload_id) == Begun(begun.upload, 100)
    assert isinstance(reception.commit(submission.sid), Received)


def test_only_blobs_of_a_known_manifest_are_taken(reception: Reception, make_submission: MakeSubmission) -> None:
    submission = make_submission([PAGE])
    assert reception.begin_upload(submission.sid, PAGE.digest, 100) == Unknown()
    reception.announce(submission.sid, submission.manifest)
    assert reception.begin_upload(submission.sid, "sha256:" + "0" * 64, 100) == Unknown()
    assert reception.begin_upload(submission.sid, PAGE.digest, 99) == TooMuch()
    assert reception.upload_at("../../etc/passwd") == Unknown()
    assert reception.append("nothing", b"", offset=0) == Unknown()


def test_an_attachment_without_content_arrives_too(
    reception: Reception, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    empty = Attachment("empty.txt", "text/plain", b"")
    sent(reception, make_submission([empty]))
    assert list(ObjectDirectory(tmp_path).pieces(empty.digest)) == []


def rating(sid: str, **members: object) -> bytes:
    value = {"rating_id": "019a0000-0000-7000-8000-00000000aaaa", "sid": sid, "level": 5}
    return json.dumps({**value, "given_at": "2026-11-23T09:46:00+08:00", **members}).encode()


def test_a_rating_is_taken_once_and_only_for_what_was_received(
    reception: Reception, storage: EmbeddedStorage, make_submission: MakeSubmission
) -> None:
    submission, other = make_submission(), make_submission()
    assert reception.rate(rating(submission.sid)) == Unknown()
    sent(reception, submission)
    sent(reception, other)
    first, again = reception.rate(rating(submission.sid)), reception.rate(rating(submission.sid))
    assert isinstance(first, Rated)
    assert isinstance(again, Rated)
    assert (first.new, again.new) == (True, False)
    assert reception.rate(rating(submission.sid, level=1)) == SomethingElse()
    assert reception.rate(rating(submission.sid, rating_id="019a0000-0000-7000-8000-00000000bbbb")) == SomethingElse()
    assert reception.rate(rating(other.sid)) == SomethingElse()
    assert [(row.sid, row.level) for row in storage.received()] == [(submission.sid, "5"), (other.sid, "")]


def test_a_rating_that_is_none_is_refused_with_every_fault(reception: Reception) -> None:
    content = json.dumps({"rating_id": 1, "sid": "x", "level": 6, "given_at": "2026-11-23T09:46:00"}).encode()
    outcome = reception.rate(content)
    assert isinstance(outcome, Faulty)
    assert [fault.pointer for fault in outcome.faults] == ["/rating_id", "/sid", "/level", "/given_at"]
    assert reception.rate(b"[]") == Faulty((ManifestFault("", "not an object"),))


@given(st.binary(max_size=40))
def test_any_bytes_are_no_rating(content: bytes) -> None:
    assert isinstance(Reception.rate(None, content), Faulty)  # type: ignore[arg-type]  # refused before anything is asked


def handed_on(storage: EmbeddedStorage, folder: ReceivedFolder) -> None:
    for row in storage.hand_ons():
        folder.take(row)
        storage.handed_on(row.row)


def test_the_city_gets_a_folder_with_the_bytes_as_they_came(
    reception: Reception, storage: EmbeddedStorage, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    other = Attachment("page.jpg", "image/jpeg", b"other content")
    like_ours = Attachment("Receipt.JSON", "application/json", b"{}")
    submission = make_submission([PAGE, other, like_ours])
    acknowledgement = sent(reception, submission)
    reception.rate(rating(submission.sid))
    handed_on(storage, ReceivedFolder(tmp_path, ObjectDirectory(tmp_path)))
    folder = tmp_path / "received" / submission.sid
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "submission.json": submission.manifest,
        "page.jpg": PAGE.content,
        "page (2).jpg": b"other content",
        "Receipt (2).JSON": b"{}",
        "receipt.json": acknowledgement,
        "rating.json": canonical(json.loads(rating(submission.sid))),
    }
    assert storage.hand_ons() == ()


def test_handing_on_again_after_a_crash_leaves_the_same_folder(
    reception: Reception, storage: EmbeddedStorage, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    submission = make_submission([PAGE])
    sent(reception, submission)
    folder = ReceivedFolder(tmp_path, ObjectDirectory(tmp_path))
    half = tmp_path / "received" / f".{submission.sid}.partial"
    half.mkdir()
    (half / "page.jpg").write_bytes(PAGE.content[:7])
    (row,) = storage.hand_ons()
    folder.take(row)
    folder.take(row)
    assert [path.name for path in (tmp_path / "received").iterdir()] == [submission.sid]
    assert (tmp_path / "received" / submission.sid / "page.jpg").read_bytes() == PAGE.content


@given(st.lists(st.sampled_from(["a", "A", "a.b", "a (2)", "ａ", "receipt.json", "a (2).b", "."]), max_size=12))
def test_names_in_a_folder_are_distinct_where_case_is_ignored(names: list[str]) -> None:
    distinct = list(distinct_names(names))
    folded = {name.casefold() for name in distinct}
    assert len(folded) == len(names)
    assert not folded & {"submission.json", "receipt.json", "rating.json"}


def test_a_directory_once_simulated_never_holds_real_submissions(
    storage: EmbeddedStorage, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    storage.mark_simulated(False)
    storage.mark_simulated(True)
    storage.mark_simulated(True)
    storage.close()
    again = EmbeddedStorage(tmp_path)
    with pytest.raises(DirectoryRefused, match="--simulated"):
        again.mark_simulated(False)
    again.close()


def test_a_directory_with_real_submissions_is_never_made_simulated(
    reception: Reception, storage: EmbeddedStorage, make_submission: MakeSubmission
) -> None:
    storage.mark_simulated(False)
    sent(reception, make_submission())
    with pytest.raises(DirectoryRefused, match="real"):
        storage.mark_simulated(True)
    storage.mark_simulated(False)
