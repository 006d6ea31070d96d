"""Erasure of what the platform holds for good: acknowledged, in a verified backup, and past the time of grace.

Grace is judged by signed time alone: a local clock that runs ten years ahead erases nothing early. Freed pages are
overwritten and the write-ahead log is emptied. What a flash disk keeps beneath, only the key's end erases.
"""

from datetime import datetime

import apsw

from sync.outbox import journal
from sync.outbox.schema import BUSY_TIMEOUT_MS, State, transaction
from sync.outbox.standing import Standing, floor, read_number, write

AT_ONCE = 100
TRUNCATE_TIMEOUT_MS = 200


def erase_due(connection: apsw.Connection, now: datetime, *, grace_s: int) -> int:
    """Erase at most `AT_ONCE` that are due, each in a transaction of its own; how many. `now` is for the journal."""
    erased = 0
    while erased < AT_ONCE and _erase_next(connection, now, grace_s=grace_s):
        erased += 1
    if read_number(connection, Standing.LOG_HOLDS_ERASED):
        _empty_log(connection)
    return erased


def _erase_next(connection: apsw.Connection, now: datetime, *, grace_s: int) -> bool:
    if _next_due(connection, grace_s=grace_s) is None:
        return False
    with transaction(connection):
        due = _next_due(connection, grace_s=grace_s)
        if due is None:
            return False
        place, sid = due
        free_before = connection.pragma("freelist_count")
        for table in ("attachment", "rating", "print_job", "listing", "case_state", "submission"):
            connection.execute(f"DELETE FROM {table} WHERE sid = ?", (sid,))  # noqa: S608 - the names above
        connection.execute(
            "INSERT INTO tombstone (place, sid, state) VALUES (?, ?, ?)", (place, sid, State.ERASED.value)
        )
        pages = connection.pragma("freelist_count") - free_before
        journal.append(connection, now, "submission.erased", {"sid": sid, "pages": max(pages, 0)})
        write(connection, Standing.LOG_HOLDS_ERASED, 1)
    return True


def _next_due(connection: apsw.Connection, *, grace_s: int) -> tuple[int, str] | None:
    """The longest received one that may go. One whose rating is still to be sent waits for it."""
    signed_now = floor(connection)
    durable_until = read_number(connection, Standing.FEED_DURABLE_UNTIL)
    listed = connection.execute("SELECT 1 FROM listing WHERE cursor <= ? LIMIT 1", (durable_until,)).fetchone()
    if signed_now is None or listed is None:
        return None
    found = connection.execute(
        "SELECT place, sid FROM submission JOIN listing USING (sid) "
        "WHERE state = 'acknowledged' AND unixepoch(received_at) <= ? AND listing.cursor <= ? "
        "AND NOT EXISTS (SELECT 1 FROM rating WHERE rating.sid = submission.sid AND NOT sent AND refusal IS NULL) "
        "ORDER BY unixepoch(received_at) LIMIT 1",
        (int(signed_now.timestamp()) - grace_s, durable_until),
    ).fetchone()
    return None if found is None else (int(found[0]), str(found[1]))


def _empty_log(connection: apsw.Connection) -> None:
    """Move the log into the file and cut it to nothing. While another connection reads it stays for the next time."""
    connection.set_busy_timeout(TRUNCATE_TIMEOUT_MS)
    try:
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        with transaction(connection):
            write(connection, Standing.LOG_HOLDS_ERASED, 0)
    except (apsw.BusyError, apsw.LockedError):
        return
    finally:
        connection.set_busy_timeout(BUSY_TIMEOUT_MS)
