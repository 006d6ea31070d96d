"""The store's file: how it is opened, and which SQLite may open it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

import apsw

from sync.outbox.keys import FileKeys, Keys, StoreRefused, make_directory, sync_directory
from sync.outbox.migrations import MIGRATIONS

DATABASE = "outbox.db"
KEY = "outbox.key"
BUSY_TIMEOUT_MS = 5_000
CIPHER = "aegis"
CACHE_KB = 16_000  # a whole submission, so that no page of it is written before the commit and then again
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
    """How far a submission has come. It goes forward only, but for one step: see `sync/outbox/feed.py`."""

    SEALED = "sealed"
    ANNOUNCED = "announced"
    UPLOADING = "uploading"
    COMMITTING = "committing"
    ACKNOWLEDGED = "acknowledged"
    ERASED = "erased"  # only a tombstone is left
    REJECTED = "rejected"  # the gateway found it malformed (422); kept, and staff must look
    CONFLICT = "conflict"  # the gateway has something else under this sid (409); kept, and staff must look


OPEN = (State.SEALED, State.ANNOUNCED, State.UPLOADING, State.COMMITTING)
BEFORE_COMMIT = (State.SEALED, State.ANNOUNCED, State.UPLOADING)


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


def open_store(directory: Path, *, keys: Keys | None = None, vfs: str | None = None) -> apsw.Connection:
    """Open the encrypted store in `directory`, making directory, key and tables where they lack.

    `keys` are those of a file in the directory unless others are given. `vfs` is the name of another SQLite VFS; it
    must encrypt. Raises StoreRefused when it must not be opened, or one of `StoreTrouble`.
    """
    if not is_safe_sqlite(apsw.sqlite_lib_version()):
        raise StoreRefused(f"SQLite {apsw.sqlite_lib_version()} can lose committed rows")
    make_directory(directory)
    database = directory / DATABASE
    new = not (database.exists() and database.stat().st_size > 0)
    key = (keys or FileKeys(directory / KEY)).database_key(new=new)
    database.touch(mode=0o600)
    connection = apsw.Connection(str(database), vfs=vfs)
    try:
        connection.pragma("cipher", CIPHER)
        connection.pragma("key", f"raw:{key.hex()}")
        prepare(connection)
        sync_directory(directory)
    except BaseException:
        connection.close(True)
        raise
    return connection


def prepare(connection: apsw.Connection) -> None:
    """What a connection needs once the file can be read: how it writes, and the tables."""
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    connection.pragma("page_size", PAGE_BYTES)
    connection.pragma("cache_size", -CACHE_KB)
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "full")
    connection.pragma("secure_delete", True)
    connection.pragma("foreign_keys", True)
    migrate(connection, MIGRATIONS)


def migrate(connection: apsw.Connection, migrations: tuple[str, ...]) -> None:
    """Bring the tables up to date. A newer program's tables are left as they are; without need nothing is locked."""
    if int(connection.pragma("user_version")) >= len(migrations):
        return
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
