"""The store's file: how it is opened, which SQLite may open it, and its tables."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

import apsw

from sync.outbox.key_file import StoreRefused, read_or_make_key, sync_directory

DATABASE = "outbox.db"
KEY = "outbox.key"
BUSY_TIMEOUT_MS = 5_000
CIPHER = "aegis"
PAGE_BYTES = 16_384  # only a new file takes it; a photograph is written in a quarter of the default's pieces

# What the world can do to an open store. Everything else that apsw raises is a bug.
StoreTrouble = (
    apsw.IOError,
    apsw.FullError,
    apsw.BusyError,
    apsw.LockedError,
    apsw.ReadOnlyError,
    apsw.CantOpenError,
    apsw.CorruptError,
    apsw.NotADBError,
    apsw.PermissionsError,
    apsw.ProtocolError,
    OSError,
    StoreRefused,
)


class State(Enum):
    """How far a submission has come. The last two are kept, and staff must look."""

    SEALED = "sealed"
    ANNOUNCED = "announced"
    UPLOADING = "uploading"
    COMMITTING = "committing"
    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"  # the gateway found it malformed (422)
    CONFLICT = "conflict"  # the gateway has something else under this sid (409)


# Only ever added to, and only with what an older program can live with. `user_version` counts them.
MIGRATIONS = (
    """
    CREATE TABLE submission (
        place INTEGER PRIMARY KEY AUTOINCREMENT,
        sid TEXT NOT NULL UNIQUE,
        slip_code TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        manifest BLOB NOT NULL,
        state TEXT NOT NULL,
        acknowledgement BLOB,
        receipt_number TEXT,
        received_at TEXT,
        refusal BLOB
    ) STRICT;
    CREATE INDEX submission_open ON submission (place) WHERE state != 'acknowledged';
    CREATE TABLE attachment (
        id INTEGER PRIMARY KEY,
        sid TEXT NOT NULL REFERENCES submission (sid),
        name TEXT NOT NULL,
        digest TEXT NOT NULL,
        size INTEGER NOT NULL,
        content BLOB NOT NULL,
        uploaded INTEGER NOT NULL DEFAULT 0,
        upload_path TEXT
    ) STRICT;
    CREATE INDEX attachment_of ON attachment (sid, id);
    CREATE TABLE rating (
        sid TEXT PRIMARY KEY REFERENCES submission (sid),
        rating_id TEXT NOT NULL UNIQUE,
        level INTEGER NOT NULL,
        given_at TEXT NOT NULL,
        sent INTEGER NOT NULL DEFAULT 0,
        refusal BLOB
    ) STRICT;
    CREATE TABLE print_job (
        job_id TEXT PRIMARY KEY,
        sid TEXT NOT NULL,
        state TEXT NOT NULL,
        fault TEXT
    ) STRICT;
    """,
)


def is_safe_sqlite(version: str) -> bool:
    """Whether this SQLite keeps every committed row in WAL mode.

    3.7.0 to 3.51.2 can lose rows when a commit races a checkpoint; 3.44.6 and 3.50.7 carry the fix.
    Source: https://sqlite.org/wal.html#walresetbug
    """
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,4}){1,3}", version):
        raise ValueError(f"not a version of SQLite: {version}")
    parts = tuple(int(part) for part in version.split("."))
    release = (*parts, 0, 0)[:3]
    return release in ((3, 44, 6), (3, 50, 7)) or not (3, 7, 0) <= release <= (3, 51, 2)


def open_store(directory: Path, *, vfs: str | None = None) -> apsw.Connection:
    """Open the encrypted store in `directory`, making directory, key and tables where they lack.

    `vfs` is the name of another SQLite VFS; it must encrypt.

    Raises StoreRefused when it must not be opened, or one of `StoreTrouble`.
    """
    if not is_safe_sqlite(apsw.sqlite_lib_version()):
        raise StoreRefused(f"SQLite {apsw.sqlite_lib_version()} can lose committed rows")
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    database, key_file = directory / DATABASE, directory / KEY
    if database.exists() and database.stat().st_size > 0 and not key_file.exists():
        raise StoreRefused(f"{database} is there and its key {key_file} is not")
    key = read_or_make_key(key_file)
    database.touch(mode=0o600)
    connection = apsw.Connection(str(database), vfs=vfs)
    try:
        connection.set_busy_timeout(BUSY_TIMEOUT_MS)
        connection.pragma("cipher", CIPHER)
        connection.pragma("key", f"raw:{key.hex()}")
        connection.pragma("page_size", PAGE_BYTES)
        connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", "full")
        connection.pragma("secure_delete", True)
        connection.pragma("foreign_keys", True)
        migrate(connection, MIGRATIONS)
        sync_directory(directory)
        sync_directory(directory.parent)
    except BaseException:
        connection.close(True)
        raise
    return connection


def migrate(connection: apsw.Connection, migrations: tuple[str, ...]) -> None:
    """Bring the tables up to date. A newer program's tables are left as they are."""
    with transaction(connection):
        done = int(connection.pragma("user_version"))
        if done < len(migrations):
            for script in migrations[done:]:
                connection.execute(script)
            connection.pragma("user_version", len(migrations))


@contextmanager
def transaction(connection: apsw.Connection) -> Iterator[None]:
    """One write transaction: all of it is on disk when the block has ended, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
