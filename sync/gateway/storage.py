"""The gateway's metadata in one embedded SQLite file, not encrypted: the disk of a platform is its operator's."""

import json
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from sync.gateway.ports import Attached, HandOn, Kept, KeptRating, Manifest, Received, Upload
from sync.outbox.schema import BUSY_TIMEOUT_MS, StoreTrouble, is_safe_sqlite, migrate, transaction
from sync.steps import reached

DATABASE = "gateway.db"

# Only ever added to, as in `sync/outbox/schema.py`.
MIGRATIONS = (
    """
    CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE submission (
        place INTEGER PRIMARY KEY AUTOINCREMENT,
        sid TEXT NOT NULL UNIQUE,
        slip_code TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        manifest BLOB NOT NULL,
        attachments TEXT NOT NULL,
        series INTEGER UNIQUE,
        receipt_number TEXT UNIQUE,
        acknowledgement BLOB
    ) STRICT;
    CREATE TABLE upload (
        upload_id TEXT PRIMARY KEY,
        sid TEXT NOT NULL REFERENCES submission (sid),
        digest TEXT NOT NULL,
        size INTEGER NOT NULL,
        UNIQUE (sid, digest)
    ) STRICT;
    CREATE TABLE rating (
        sid TEXT PRIMARY KEY REFERENCES submission (sid),
        rating_id TEXT NOT NULL UNIQUE,
        content BLOB NOT NULL
    ) STRICT;
    CREATE TABLE hand_on (
        row INTEGER PRIMARY KEY AUTOINCREMENT,
        sid TEXT NOT NULL REFERENCES submission (sid),
        rating BLOB,
        done INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX hand_on_open ON hand_on (row) WHERE NOT done;
    """,
)


class DirectoryRefused(Exception):
    """This data directory must not be opened so. An operator has to act; nothing was changed."""


class EmbeddedStorage:
    """Satisfies `Storage`. Opens the file in `directory`, making it where it lacks; `vfs` names another SQLite VFS."""

    def __init__(self, directory: Path, *, vfs: str | None = None) -> None:
        if not is_safe_sqlite(apsw.sqlite_lib_version()):
            raise DirectoryRefused(f"SQLite {apsw.sqlite_lib_version()} can lose committed rows")
        database = directory / DATABASE
        database.touch(mode=0o600)
        self._lock = threading.RLock()
        self._connection = apsw.Connection(str(database), vfs=vfs)
        with self._reading():
            self._connection.set_busy_timeout(BUSY_TIMEOUT_MS)
            self._connection.pragma("journal_mode", "wal")
            self._connection.pragma("synchronous", "full")
            self._connection.pragma("foreign_keys", True)
            migrate(self._connection, MIGRATIONS)

    def close(self) -> None:
        with self._lock:
            self._connection.close(True)

    def mark_simulated(self, simulated: bool) -> None:
        """Open for simulation or for real. Raises DirectoryRefused when the directory was used for the other."""
        with self._writing():
            marked = self._one("SELECT value FROM setting WHERE name = 'simulated'")
            used = self._one("SELECT 1 FROM submission LIMIT 1")
            if marked is not None and not simulated:
                raise DirectoryRefused("this directory was opened with --simulated: it can never hold real submissions")
            if marked is None and simulated:
                if used is not None:
                    raise DirectoryRefused(
                        "this directory holds real submissions: it cannot be opened with --simulated"
                    )
                self._connection.execute("INSERT INTO setting VALUES ('simulated', 'for ever')")

    def keep_manifest(self, manifest: Manifest) -> Kept:
        attachments = json.dumps([[one.name, one.digest, one.size] for one in manifest.attachments])
        with self._writing():
            found = self._one("SELECT fingerprint FROM submission WHERE sid = ?", manifest.sid)
            if found is not None:
                return Kept.SAME if found[0] == manifest.fingerprint else Kept.OTHER
            self._connection.execute(
                "INSERT INTO submission (sid, slip_code, fingerprint, manifest, attachments) VALUES (?, ?, ?, ?, ?)",
                (manifest.sid, manifest.slip_code, manifest.fingerprint, manifest.content, attachments),
            )
        reached("gateway.manifest_stored")
        return Kept.NEW

    def manifest(self, sid: str) -> Manifest | None:
        with self._reading():
            found = self._one(
                "SELECT sid, slip_code, manifest, fingerprint, attachments FROM submission WHERE sid = ?", sid
            )
        return None if found is None else _manifest(found)

    def upload_for(self, sid: str, digest: str, size: int) -> Upload:
        with self._writing():
            self._connection.execute(
                "INSERT INTO upload VALUES (?, ?, ?, ?) ON CONFLICT (sid, digest) DO NOTHING",
                (uuid.uuid4().hex, sid, digest, size),
            )
            ((upload_id,),) = self._connection.execute(
                "SELECT upload_id FROM upload WHERE sid = ? AND digest = ?", (sid, digest)
            )
        return Upload(str(upload_id), sid, digest, size)

    def upload(self, upload_id: str) -> Upload | None:
        with self._reading():
            found = self._one("SELECT upload_id, sid, digest, size FROM upload WHERE upload_id = ?", upload_id)
        return None if found is None else Upload(*found)

    def acknowledgement(self, sid: str) -> bytes | None:
        with self._reading():
            found = self._one("SELECT acknowledgement FROM submission WHERE sid = ?", sid)
        return None if found is None or found[0] is None else bytes(found[0])

    def commit(self, sid: str, acknowledge: Callable[[int], tuple[str, bytes]]) -> bytes:
        with self._writing():
            before = self.acknowledgement(sid)
            if before is not None:
                return before
            ((series,),) = self._connection.execute("SELECT coalesce(max(series) + 1, 1) FROM submission")
            number, acknowledgement = acknowledge(int(series))
            self._connection.execute(
                "UPDATE submission SET series = ?, receipt_number = ?, acknowledgement = ? WHERE sid = ?",
                (series, number, acknowledgement, sid),
            )
            self._connection.execute("INSERT INTO hand_on (sid) VALUES (?)", (sid,))
            reached("gateway.in_commit")
        reached("gateway.committed")
        return acknowledgement

    def keep_rating(self, rating: KeptRating) -> Kept:
        with self._writing():
            found = self._one(
                "SELECT sid, rating_id, content FROM rating WHERE sid = ? OR rating_id = ?",
                rating.sid,
                rating.rating_id,
            )
            if found is not None:
                return Kept.SAME if found == (rating.sid, rating.rating_id, rating.content) else Kept.OTHER
            self._connection.execute(
                "INSERT INTO rating VALUES (?, ?, ?)", (rating.sid, rating.rating_id, rating.content)
            )
            self._connection.execute("INSERT INTO hand_on (sid, rating) VALUES (?, ?)", (rating.sid, rating.content))
        reached("gateway.rating_stored")
        return Kept.NEW

    def hand_ons(self) -> Sequence[HandOn]:
        with self._reading():
            rows = self._connection.execute(
                "SELECT row, rating, acknowledgement, sid, slip_code, manifest, fingerprint, attachments "
                "FROM hand_on JOIN submission USING (sid) WHERE NOT done ORDER BY row LIMIT 100"
            ).fetchall()
        return tuple(_hand_on(row) for row in rows)

    def handed_on(self, row: int) -> None:
        with self._writing():
            self._connection.execute("UPDATE hand_on SET done = 1 WHERE row = ?", (row,))

    def received(self) -> Sequence[Received]:
        with self._reading():
            rows = self._connection.execute(
                "SELECT submission.sid, slip_code, coalesce(receipt_number, ''), "
                "coalesce(CAST(rating.content ->> 'level' AS TEXT), '') "
                "FROM submission LEFT JOIN rating USING (sid) ORDER BY place"
            ).fetchall()
        return tuple(Received(*map(str, row)) for row in rows)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except StoreTrouble as trouble:
                raise OSError(f"the gateway's file does not work: {type(trouble).__name__}") from trouble

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._reading(), transaction(self._connection):
            yield

    def _one(self, query: str, *values: str) -> tuple[Any, ...] | None:
        return self._connection.execute(query, values).fetchone()


def _hand_on(columns: tuple[Any, ...]) -> HandOn:
    row, rating, acknowledgement, *rest = columns
    return HandOn(row, _manifest(tuple(rest)), bytes(acknowledgement), None if rating is None else bytes(rating))


def _manifest(row: tuple[Any, ...]) -> Manifest:
    sid, slip_code, content, fingerprint, attachments = row
    return Manifest(
        sid=str(sid),
        slip_code=str(slip_code),
        content=bytes(content),
        fingerprint=str(fingerprint),
        attachments=tuple(Attached(*one) for one in json.loads(str(attachments))),
    )
