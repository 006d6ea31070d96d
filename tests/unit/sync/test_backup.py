"""Backups: proved before anything counts as safe; a restored gateway repeats no number and says what it is."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import apsw
import pytest

from kiosk.submission import Attachment, SealedSubmission
from sync.gateway.backup import BackedUp, Restored, Unproved, back_up, is_overdue, restore
from sync.gateway.check import CheckFinding, check
from sync.gateway.database import DATABASE, DirectoryRefused
from sync.gateway.opened import opened_parts
from sync.gateway.reception import Received
from sync.gateway.records import KeptRating
from tests.gateway_bench import LATE_EVENING_IN_LONDON, REQUEST, GatewayBench, gateway

MakeSubmission = Callable[..., SealedSubmission]
PAGE = Attachment("page.jpg", "image/jpeg", b"0123456789" * 10)
OTHER_PAGE = Attachment("other.jpg", "image/jpeg", bytes(3_000_000))
NOW = LATE_EVENING_IN_LONDON


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[GatewayBench]:
    with gateway(tmp_path / "data") as opened:
        opened.register(request=REQUEST)
        yield opened


def number(bench: GatewayBench, submission: SealedSubmission) -> str:
    said: dict[str, str] = json.loads(bench.send(submission).content)
    return said["receipt_number"]


def findings(directory: Path) -> list[CheckFinding]:
    with opened_parts(directory, now=lambda: NOW, as_it_is=True) as parts:
        return list(check(parts))


def test_what_is_in_a_proved_backup_is_safe_and_nothing_else(
    bench: GatewayBench, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    bench.send(make_submission([PAGE, OTHER_PAGE]))
    bench.announce(make_submission([PAGE]))
    assert bench.storage.durability().durable_until == 0
    assert back_up(bench.parts, tmp_path / "b", now=NOW) == BackedUp(cursor=1, copied=2, blobs=2)
    assert bench.storage.feed("CZ03", 0, 10).durable_until == 1
    bench.send(make_submission([PAGE]))
    assert bench.storage.feed("CZ03", 0, 10).durable_until == 1
    assert back_up(bench.parts, tmp_path / "b", now=NOW) == BackedUp(cursor=2, copied=0, blobs=2)
    assert bench.storage.durability().waiting_since is None
    assert findings(tmp_path / "b") == []


def test_a_copy_that_does_not_hold_makes_nothing_safe(
    bench: GatewayBench, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    submission = make_submission([PAGE])
    bench.send(submission)
    (bench.parts.directory / "objects" / PAGE.digest.removeprefix("sha256:")).unlink()
    outcome = back_up(bench.parts, tmp_path / "b", now=NOW)
    assert outcome == Unproved((CheckFinding(f"submission {submission.sid}", f"its blob {PAGE.digest} is not there"),))
    assert bench.storage.durability().durable_until == 0
    with pytest.raises(DirectoryRefused, match="no backup that was finished"):
        restore(tmp_path / "b", tmp_path / "new", now=NOW)


def test_a_backup_that_does_not_hold_never_takes_the_place_of_one_that_does(
    bench: GatewayBench, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    bench.send(make_submission([PAGE]))
    assert isinstance(back_up(bench.parts, tmp_path / "b", now=NOW), BackedUp)
    spoiler = apsw.Connection(str(bench.parts.directory / DATABASE))
    spoiler.execute("UPDATE submission SET manifest = ?", (b"{}",))
    spoiler.close(True)
    assert isinstance(back_up(bench.parts, tmp_path / "b", now=NOW), Unproved)
    assert findings(tmp_path / "b") == []
    assert isinstance(restore(tmp_path / "b", tmp_path / "new", now=NOW), Restored)


def test_what_a_check_that_was_killed_left_behind_spoils_no_later_backup(
    bench: GatewayBench, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    bench.send(make_submission([PAGE]))
    back_up(bench.parts, tmp_path / "b", now=NOW)
    killed = apsw.Connection(str(tmp_path / "b" / DATABASE))
    killed.execute("DELETE FROM feed")
    left = (tmp_path / "b" / f"{DATABASE}-wal").read_bytes()
    killed.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    killed.close(True)
    (tmp_path / "b" / f"{DATABASE}-wal").write_bytes(left)
    bench.send(make_submission([OTHER_PAGE]))
    assert isinstance(back_up(bench.parts, tmp_path / "b", now=NOW), BackedUp)
    assert findings(tmp_path / "b") == []


def test_after_seven_days_without_a_backup_it_is_overdue(
    bench: GatewayBench, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    week = timedelta(days=7, seconds=1)
    assert not is_overdue(bench.storage.durability(), NOW + week)
    bench.send(make_submission())
    assert not is_overdue(bench.storage.durability(), NOW + timedelta(days=7, seconds=-1))
    assert is_overdue(bench.storage.durability(), NOW + week)
    back_up(bench.parts, tmp_path / "b", now=NOW)
    assert not is_overdue(bench.storage.durability(), NOW + week)


def test_a_restored_gateway_has_a_new_epoch_and_repeats_no_number(
    bench: GatewayBench, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    kept, lost = make_submission([PAGE]), make_submission()
    bench.send(kept)
    back_up(bench.parts, tmp_path / "b", now=NOW)
    lost_answer = bench.send(lost)
    given = {json.loads(lost_answer.content)["receipt_number"]}
    epochs = {bench.storage.feed("CZ03", 0, 10).epoch}
    for restores in (1, 2):
        outcome = restore(tmp_path / "b", tmp_path / f"new{restores}", now=NOW)
        assert isinstance(outcome, Restored)
        epochs.add(outcome.epoch)
        with gateway(tmp_path / f"new{restores}", now=NOW + timedelta(minutes=restores)) as again:
            page = again.storage.feed("CZ03", 0, 10)
            assert (page.epoch, page.sids, page.durable_until) == (outcome.epoch, (kept.sid,), 1)
            given.add(number(again, make_submission()))
            again.announce(lost)
            assert again.reception.commit(again.terminal, lost.sid, lost_answer) == Received(lost_answer)
            assert list(check(again.parts)) == []
    assert len(given) == 3
    assert len(epochs) == 3


def test_after_a_restore_terminals_read_their_cases_again(
    bench: GatewayBench, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    submission = make_submission()
    bench.send(submission)
    back_up(bench.parts, tmp_path / "b", now=NOW)
    for _ in range(20):
        bench.send(make_submission())
    seen = bench.storage.cases("CZ03", 0, 500).cursor
    restore(tmp_path / "b", tmp_path / "new", now=NOW)
    with gateway(tmp_path / "new") as again:
        assert [case.sid for case in again.storage.cases("CZ03", seen, 500).rows] == [submission.sid]


def test_a_restore_takes_an_empty_target_and_a_whole_backup_only(
    bench: GatewayBench, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    bench.send(make_submission([PAGE]))
    back_up(bench.parts, tmp_path / "b", now=NOW)
    with pytest.raises(DirectoryRefused, match="is not empty"):
        restore(tmp_path / "b", bench.parts.directory, now=NOW)
    with pytest.raises(DirectoryRefused, match="is not a backup"):
        restore(bench.parts.directory, tmp_path / "new", now=NOW)
    (tmp_path / "b" / "objects" / PAGE.digest.removeprefix("sha256:")).write_bytes(b"rot")
    assert isinstance(restore(tmp_path / "b", tmp_path / "new", now=NOW), Unproved)
    assert {path.name for path in tmp_path.iterdir()} == {"data", "b"}


def test_a_backup_is_never_served_nor_made_into_the_data_itself(bench: GatewayBench, tmp_path: Path) -> None:
    back_up(bench.parts, tmp_path / "b", now=NOW)
    with pytest.raises(DirectoryRefused, match="is a backup"), opened_parts(tmp_path / "b", now=lambda: NOW):
        pass
    for inside in (bench.parts.directory, bench.parts.directory / "backup"):
        with pytest.raises(DirectoryRefused, match="another disk"):
            back_up(bench.parts, inside, now=NOW)
    (tmp_path / "photographs").mkdir()
    (tmp_path / "photographs" / "one.jpg").touch()
    with pytest.raises(DirectoryRefused, match="is not a backup"):
        back_up(bench.parts, tmp_path / "photographs", now=NOW)


SPOILT = {
    "manifest": (
        "UPDATE submission SET manifest = CAST('{}' AS BLOB)",
        "its manifest is not what its fingerprint says",
    ),
    "signature": (
        "UPDATE submission SET manifest_signature = ''",
        "its manifest is not signed by a key of its terminal",
    ),
    "acknowledgement": (
        "UPDATE submission SET acknowledgement = CAST('{}' AS BLOB)",
        "its acknowledgement is not signed by a key of this gateway",
    ),
    "receipt number": ("UPDATE submission SET receipt_number = sid", "its receipt number is none"),
    "feed": ("DELETE FROM feed", "its acknowledgement is not in the feed"),
    "history": ("UPDATE feed SET history = 'sha256:0'", "the history of its feed does not hold"),
    "outbox": ("DELETE FROM hand_on", "it is not in the outbox to the city"),
    "torn journal": ("UPDATE own_journal SET fields = '{'", "its chain does not hold"),
    "attachments": ("UPDATE submission SET attachments = '[]'", "its attachments are not those of its manifest"),
    "slip code": ("UPDATE submission SET slip_code = '-'", "its slip code is not its manifest's"),
    "terminal": ("UPDATE submission SET terminal = 'CZ04'", "its terminal is not its manifest's"),
    "journal": ("UPDATE own_journal SET fields = '{}'", "its chain does not hold"),
    "certificate": ("UPDATE certificate SET pem = 'x'", "is not by this authority"),
    "catalogue": (
        "INSERT INTO catalogue VALUES (1, 's', 1, 'v', CAST('{}' AS BLOB), 'x')",
        "is not signed by a key of this gateway",
    ),
    "reference": ("INSERT INTO upload VALUES ('u', 'nobody', 'd', 1)", "upload points to a row that is not there"),
}


@pytest.mark.parametrize("spoilt", list(SPOILT))
def test_a_check_names_what_was_spoilt(bench: GatewayBench, make_submission: MakeSubmission, spoilt: str) -> None:
    for _ in range(2):
        rated = make_submission([PAGE])
        bench.send(rated)
        bench.storage.keep_rating(KeptRating(rated.sid, rated.sid, b"{}"), at=NOW)
    bench.storage.note("gateway.terminal_added", {"terminal": "CZ03"}, NOW)
    assert findings(bench.parts.directory) == []
    statement, fault = SPOILT[spoilt]
    connection = apsw.Connection(str(bench.parts.directory / DATABASE))
    connection.execute(statement)
    connection.close(True)
    assert fault in "\n".join(finding.fault for finding in findings(bench.parts.directory))


def test_a_check_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(DirectoryRefused, match="not a gateway's data directory"):
        findings(tmp_path / "nothing")
    assert list(tmp_path.iterdir()) == []
