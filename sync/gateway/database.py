"""The gateway's SQLite file, not encrypted: the disk of a platform is its operator's.

One connection writes, another reads and so sees only what is durable.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from sync.gateway.writes import Writes
from sync.outbox.keys import sync_directory
from sync.outbox.schema import BUSY_TIMEOUT_MS, StoreTrouble, is_safe_sqlite, migrate

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
    """
    ALTER TABLE submission ADD COLUMN terminal TEXT NOT NULL DEFAULT '';
    ALTER TABLE submission ADD COLUMN manifest_signature TEXT NOT NULL DEFAULT '';
    ALTER TABLE submission ADD COLUMN acknowledgement_signature TEXT NOT NULL DEFAULT '';
    ALTER TABLE submission ADD COLUMN parked TEXT;
    UPDATE submission SET terminal = coalesce(CAST(manifest AS TEXT) ->> '$.terminal.code', '');
    ALTER TABLE hand_on ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE hand_on ADD COLUMN not_before REAL NOT NULL DEFAULT 0;
    CREATE INDEX hand_on_of ON hand_on (sid, row);
    CREATE INDEX hand_on_due ON hand_on (not_before, row) WHERE NOT done;
    CREATE TABLE feed (
        cursor INTEGER PRIMARY KEY AUTOINCREMENT,
        terminal TEXT NOT NULL,
        sid TEXT NOT NULL REFERENCES submission (sid),
        at TEXT NOT NULL,
        history TEXT NOT NULL DEFAULT ''
    ) STRICT;
    CREATE INDEX feed_of ON feed (terminal, cursor);
    CREATE INDEX feed_place ON feed (sid);
    CREATE TABLE case_state (
        sid TEXT PRIMARY KEY REFERENCES submission (sid),
        terminal TEXT NOT NULL,
        cursor INTEGER NOT NULL UNIQUE,
        number INTEGER NOT NULL,
        state TEXT NOT NULL,
        case_number TEXT
    ) STRICT;
    CREATE INDEX case_state_of ON case_state (terminal, cursor);
    CREATE TABLE case_event (
        event_id TEXT PRIMARY KEY,
        sid TEXT NOT NULL REFERENCES submission (sid),
        number INTEGER NOT NULL,
        content BLOB NOT NULL
    ) STRICT;
    INSERT INTO feed (terminal, sid, at)
        SELECT terminal, sid, CAST(acknowledgement AS TEXT) ->> '$.received_at'
        FROM submission WHERE acknowledgement IS NOT NULL ORDER BY series;
    INSERT INTO case_state SELECT sid, terminal, cursor, 0, 'received', NULL FROM feed;
    CREATE TABLE terminal (
        code TEXT PRIMARY KEY,
        hall TEXT NOT NULL,
        number TEXT NOT NULL,
        revoked_at TEXT,
        secret_hash TEXT NOT NULL,
        code_expires_at TEXT NOT NULL,
        tries_left INTEGER NOT NULL,
        answered_request TEXT,
        answered_certificate TEXT,
        seen_at TEXT,
        address TEXT NOT NULL DEFAULT '',
        telemetry BLOB,
        telemetry_at TEXT
    ) STRICT;
    CREATE TABLE certificate (
        digest TEXT PRIMARY KEY,
        terminal TEXT NOT NULL REFERENCES terminal (code),
        pem TEXT NOT NULL,
        request TEXT NOT NULL,
        not_before TEXT NOT NULL,
        not_after TEXT NOT NULL,
        revoked INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX certificate_of ON certificate (terminal, not_after);
    CREATE TABLE terminal_key (
        key_id TEXT PRIMARY KEY,
        terminal TEXT NOT NULL REFERENCES terminal (code),
        public BLOB NOT NULL,
        believed INTEGER NOT NULL DEFAULT 1
    ) STRICT;
    CREATE INDEX terminal_key_of ON terminal_key (terminal);
    CREATE TABLE journal_branch (
        branch INTEGER PRIMARY KEY AUTOINCREMENT,
        terminal TEXT NOT NULL,
        after_seq INTEGER NOT NULL,
        after_digest TEXT NOT NULL
    ) STRICT;
    CREATE INDEX journal_branch_of ON journal_branch (terminal, branch);
    CREATE TABLE journal (
        branch INTEGER NOT NULL REFERENCES journal_branch (branch),
        seq INTEGER NOT NULL,
        at TEXT NOT NULL,
        event TEXT NOT NULL,
        fields TEXT NOT NULL,
        digest TEXT NOT NULL,
        PRIMARY KEY (branch, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE speaker (
        terminal TEXT NOT NULL,
        instance TEXT NOT NULL,
        boot TEXT NOT NULL,
        machine TEXT NOT NULL,
        address TEXT NOT NULL,
        first_seen TEXT NOT NULL,
        last_seen TEXT NOT NULL,
        turn INTEGER NOT NULL,
        PRIMARY KEY (terminal, instance, boot, machine)
    ) STRICT;
    CREATE TABLE finding (
        terminal TEXT NOT NULL,
        kind TEXT NOT NULL,
        detail TEXT NOT NULL,
        first_at TEXT NOT NULL,
        last_at TEXT NOT NULL,
        times INTEGER NOT NULL DEFAULT 1,
        PRIMARY KEY (terminal, kind, detail)
    ) STRICT;
    CREATE TABLE own_journal (
        seq INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        event TEXT NOT NULL,
        fields TEXT NOT NULL,
        digest TEXT NOT NULL
    ) STRICT;
    CREATE TABLE catalogue (
        place INTEGER PRIMARY KEY AUTOINCREMENT,
        snapshot TEXT NOT NULL,
        cursor INTEGER NOT NULL,
        version TEXT NOT NULL,
        content BLOB NOT NULL,
        signature TEXT NOT NULL,
        UNIQUE (snapshot, cursor)
    ) STRICT;
    CREATE TABLE configuration (
        terminal TEXT PRIMARY KEY,
        serial INTEGER NOT NULL,
        settings BLOB NOT NULL,
        content BLOB NOT NULL,
        signature TEXT NOT NULL
    ) STRICT;
    """,
)


class DirectoryRefused(Exception):
    """This data directory must not be opened so. An operator has to act; nothing was changed."""


Value = str | int | float | bytes | None


class Database:
    """The file in `directory`, made where it lacks, with its tables; `vfs` names another SQLite VFS.

    Raises DirectoryRefused, OSError.
    """

    def __init__(self, directory: Path, *, vfs: str | None = None) -> None:
        if not is_safe_sqlite(apsw.sqlite_lib_version()):
            raise DirectoryRefused(f"SQLite {apsw.sqlite_lib_version()} can lose committed rows")
        self._path, self._vfs = directory / DATABASE, vfs
        self._path.touch(mode=0o600)
        with _disk_trouble():
            writer = _connect(self._path, vfs)
            migrate(writer, MIGRATIONS)
            self._reader = _connect(self._path, vfs)
            sync_directory(directory)
        self._writes = Writes(writer)
        self._reader_lock = threading.RLock()

    def close(self) -> None:
        with self._reader_lock:
            self._reader.close(True)
        self._writes.close()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        if self._writes.mine is not None:
            yield
            return
        with self._reader_lock, _disk_trouble():
            yield

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        """Several reads that all see the same moment, whoever writes meanwhile."""
        with self._reading(), self._reader:
            yield

    @contextmanager
    def _another_reader(self) -> Iterator[apsw.Connection]:
        """A connection for something that takes long."""
        with _disk_trouble():
            connection = _connect(self._path, self._vfs)
            try:
                yield connection
            finally:
                connection.close(True)

    @contextmanager
    def together(self) -> Iterator[None]:
        """What this thread writes inside becomes durable together, when the block is left."""
        with _disk_trouble(), self._writes.together():
            yield

    @contextmanager
    def _writing(self) -> Iterator[apsw.Connection]:
        with _disk_trouble(), self._writes.one() as connection:
            yield connection

    def _execute(self, query: str, *values: Value) -> apsw.Cursor:
        return (self._writes.mine or self._reader).execute(query, values)

    def _execute_all(self, query: str, rows: Sequence[tuple[Value, ...]]) -> None:
        (self._writes.mine or self._reader).executemany(query, rows)

    def _one(self, query: str, *values: Value) -> tuple[Any, ...] | None:
        return self._execute(query, *values).fetchone()

    def _rows(self, query: str, *values: Value) -> list[tuple[Any, ...]]:
        with self._reading():
            return self._execute(query, *values).fetchall()

    def _setting(self, name: str) -> str | None:
        found = self._one("SELECT value FROM setting WHERE name = ?", name)
        return None if found is None else str(found[0])

    def _set(self, name: str, value: str) -> None:
        self._execute(
            "INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value
        )


def _connect(database: Path, vfs: str | None) -> apsw.Connection:
    connection = apsw.Connection(str(database), vfs=vfs)
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "full")
    connection.pragma("foreign_keys", True)
    return connection


@contextmanager
def _disk_trouble() -> Iterator[None]:
    try:
        yield
    except StoreTrouble as trouble:
        raise OSError(f"the gateway's file does not work: {type(trouble).__name__}") from trouble
