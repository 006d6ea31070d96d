"""The gateway's file: what a disk can do to it is an OSError, and ends no thread."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import apsw
import pytest

from sync.gateway.database import MIGRATIONS
from sync.gateway.records import Acknowledgement, Manifest, Signed
from sync.gateway.storage import DATABASE, DirectoryRefused, EmbeddedStorage, open_objects, open_storage

SID = "019a0000-0000-7000-8000-000000000001"
READS: dict[str, Callable[[EmbeddedStorage], object]] = {
    "hand-ons": lambda storage: storage.hand_ons(datetime.now(UTC)),
    "manifest": lambda storage: storage.manifest(SID),
    "upload": lambda storage: storage.upload("none"),
    "acknowledgement": lambda storage: storage.acknowledgement(SID),
    "received": lambda storage: storage.received(),
}


@pytest.mark.parametrize("read", list(READS))
def test_a_read_that_the_disk_does_not_answer_is_an_os_error(tmp_path: Path, read: str) -> None:
    storage = EmbeddedStorage(tmp_path)
    other = apsw.Connection(str(tmp_path / DATABASE))
    other.execute("INSERT INTO setting VALUES ('touched', 'by another')")  # what was cached no longer counts
    (tmp_path / f"{DATABASE}-wal").write_bytes(b"")
    with pytest.raises(OSError, match="does not work"):
        READS[read](storage)
    other.close(True)
    storage.close()


def test_a_file_that_is_no_database_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"no database" * 1_000)
    with pytest.raises(OSError, match="does not work"):
        EmbeddedStorage(tmp_path)


@pytest.mark.parametrize("url", ["postgresql://platform/gateway", "sqlite:", "", "directory:/tmp", "/var/lib/gateway"])
def test_storage_of_another_kind_is_refused_in_a_sentence(url: str) -> None:
    with pytest.raises(DirectoryRefused, match="sqlite:DIR is what is built in"):
        open_storage(url)


def test_objects_of_another_kind_are_refused_in_a_sentence() -> None:
    with pytest.raises(DirectoryRefused, match="'s3' cannot be opened: directory:DIR is what is built in"):
        open_objects("s3:bucket")


def test_what_the_first_program_kept_is_brought_up_to_date(tmp_path: Path) -> None:
    old = apsw.Connection(str(tmp_path / DATABASE))
    old.execute(MIGRATIONS[0])
    old.pragma("user_version", 1)
    manifest = b'{"terminal":{"code":"CZ03"}}'
    acknowledgement = b'{"received_at":"2026-11-20T08:00:00+08:00"}'
    old.execute(
        "INSERT INTO submission (sid, slip_code, fingerprint, manifest, attachments, series, receipt_number, "
        "acknowledgement) VALUES (?, 'CZ03', 'sha256:', ?, '[]', 1, '2026112000000018', ?)",
        (SID, manifest, acknowledgement),
    )
    old.close(True)
    storage = EmbeddedStorage(tmp_path)
    assert storage.feed("CZ03", 0, 10).sids == (SID,)
    assert [case.state for case in storage.cases("CZ03", 0, 10).rows] == ["received"]
    kept = storage.manifest(SID)
    assert kept is not None
    assert (kept.terminal, kept.signature) == ("CZ03", "")
    storage.close()


class Overtaken(EmbeddedStorage):
    """Somebody else commits a submission between two reads of a page."""

    overtake: Callable[[], object] = staticmethod(lambda: None)

    def _head(self) -> int:
        self.overtake()
        return super()._head()

    def _case_head(self) -> int:
        self.overtake()
        return super()._case_head()


@pytest.mark.parametrize("page", ["feed", "cases"])
def test_a_page_never_leads_past_a_row_that_it_does_not_hold(tmp_path: Path, page: str) -> None:
    sids = [f"019a0000-0000-7000-8000-{place:012x}" for place in range(2)]
    other, storage = EmbeddedStorage(tmp_path), Overtaken(tmp_path)
    try:
        for sid in sids:
            other.keep_manifest(Manifest(sid, "CZ03", b"{}", "sha256:", (), "CZ03", ""))
        committing = iter(sids)

        def commit() -> None:
            sid = next(committing, None)
            if sid is not None:
                given = Acknowledgement(None, sid, Signed(b"given", ""))
                other.commit(sid, lambda _: given, least=1, at=datetime.now(UTC), earlier=given)

        storage.overtake = commit  # type: ignore[method-assign]  # an attribute that holds a function
        seen: list[str] = []
        after = 0
        for _ in range(4):
            if page == "feed":
                feed = storage.feed("CZ03", after, 10)
                seen, after = [*seen, *feed.sids], feed.cursor
            else:
                cases = storage.cases("CZ03", after, 10)
                seen, after = [*seen, *(row.sid for row in cases.rows)], cases.cursor
        assert seen == sids
    finally:
        other.close()
        storage.close()


def test_a_command_that_only_reads_waits_for_no_writer(tmp_path: Path) -> None:
    EmbeddedStorage(tmp_path).close()
    writing = apsw.Connection(str(tmp_path / DATABASE))
    writing.execute("BEGIN IMMEDIATE")
    reading = EmbeddedStorage(tmp_path)
    assert reading.terminals() == ()
    reading.close()
    writing.close(True)
