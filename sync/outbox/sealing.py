"""A submission's way into the store: one transaction, its attachments written as streams, its row of the journal."""

from datetime import datetime

import apsw

from kiosk.submission import SealedSubmission
from sync.outbox import journal
from sync.outbox.schema import State, transaction
from sync.steps import reached

PIECE_BYTES = 64_000


def fingerprint_of(connection: apsw.Connection, sid: str) -> str | None:
    found = connection.execute("SELECT fingerprint FROM submission WHERE sid = ?", (sid,)).fetchone()
    return None if found is None else str(found[0])


def fingerprint_on_disk(connection: apsw.Connection, sid: str) -> str | None:
    """As `fingerprint_of`, after all rows were written into the database file itself and synced there."""
    found = fingerprint_of(connection, sid)
    if found is not None:
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_FULL)
    return found


def state_of(connection: apsw.Connection, sid: str) -> State | None:
    found = connection.execute(
        "SELECT state FROM submission WHERE sid = ? UNION ALL SELECT state FROM tombstone WHERE sid = ?", (sid, sid)
    ).fetchone()
    return None if found is None else State(found[0])


def used_bytes(connection: apsw.Connection) -> int:
    """What the file holds. Pages freed by an erasure are room again."""
    pages = int(connection.pragma("page_count")) - int(connection.pragma("freelist_count"))
    return pages * int(connection.pragma("page_size"))


def size_of(submission: SealedSubmission) -> int:
    return len(submission.manifest) + sum(len(attachment.content) for attachment in submission.attachments)


def insert(connection: apsw.Connection, submission: SealedSubmission, *, now: datetime) -> None:
    """Raises one of `StoreTrouble`; then nothing of it is there, or the commit's last sync failed."""
    with transaction(connection):
        connection.execute(
            "INSERT INTO submission (sid, slip_code, fingerprint, manifest, state, sealed_at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (
                submission.sid,
                submission.slip_code,
                submission.fingerprint,
                submission.manifest,
                State.SEALED.value,
                now.isoformat(),
            ),
        )
        for attachment in submission.attachments:
            connection.execute(
                "INSERT INTO attachment (sid, name, digest, size, content) VALUES (?, ?, ?, ?, zeroblob(?))",
                (submission.sid, attachment.name, attachment.digest, len(attachment.content), len(attachment.content)),
            )
            _write(connection, connection.last_insert_rowid(), attachment.content)
        journal.append(
            connection,
            now,
            "submission.sealed",
            {
                "sid": submission.sid,
                "fingerprint": submission.fingerprint,
                "attachments": len(submission.attachments),
                "bytes": size_of(submission),
            },
        )
        reached("store.in_transaction")


def _write(connection: apsw.Connection, row: int, content: bytes) -> None:
    with connection.blob_open("main", "attachment", "content", row, True) as blob:
        view = memoryview(content)
        for offset in range(0, len(content), PIECE_BYTES):
            blob.write(view[offset : offset + PIECE_BYTES])
