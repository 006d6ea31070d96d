"""The journal's rows in the store: appended in the transaction of the step they tell of, bounded, sent in parts."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import apsw

from kiosk.submission import canonical
from sync.outbox.standing import Standing, read_number, write
from sync.wire.journal import EMPTY, Entry, Head, Value, declared, next_digest, write_time

SENT_KEPT = 10_000  # rows the gateway has that stay here
UNSENT_KEPT = 50_000  # rows it does not have; the oldest beyond are dropped and counted


@dataclass(frozen=True, slots=True)
class JournalPart:
    """Rows the gateway lacks, and the head they follow on. `after_seq` is 0 and the digest 32 zeros at the start."""

    after_seq: int
    after_digest: bytes
    rows: tuple[Entry, ...]


def append(connection: apsw.Connection, at: datetime, event: str, fields: Mapping[str, Value]) -> None:
    """One more row, in the caller's transaction. Raises ValueError for what the catalogue does not declare."""
    last = head(connection)
    if last == EMPTY:
        last = _insert(connection, last, at, "store.begun", {"store": secrets.token_hex(16)})
    _insert(connection, last, at, event, fields)


def head(connection: apsw.Connection) -> Head:
    found = connection.execute("SELECT seq, digest FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
    return EMPTY if found is None else Head(*found)


def unsent(connection: apsw.Connection, limit: int) -> JournalPart:
    """At most `limit` rows, oldest first. After rows were dropped, `after` is the last dropped one's."""
    after = _last_gone(connection)
    rows = connection.execute(
        "SELECT seq, at, event, fields FROM journal WHERE seq > ? ORDER BY seq LIMIT ?", (after.seq, limit)
    )
    entries = tuple(Entry(seq, at, event, json.loads(fields)) for seq, at, event, fields in rows)
    return JournalPart(after.seq, after.digest, entries)


def note_sent(connection: apsw.Connection, seq: int) -> None:
    """The gateway has the rows up to `seq`."""
    if seq > read_number(connection, Standing.JOURNAL_SENT):
        write(connection, Standing.JOURNAL_SENT, min(seq, head(connection).seq))


def unsent_count(connection: apsw.Connection) -> int:
    return head(connection).seq - _last_gone(connection).seq


def _last_gone(connection: apsw.Connection) -> Head:
    """The last row that is not to be sent any more: the gateway has it, or it was the last one to be dropped."""
    sent = read_number(connection, Standing.JOURNAL_SENT)
    found = connection.execute(
        "SELECT seq, digest FROM journal WHERE seq >= ? ORDER BY seq LIMIT 1", (sent,)
    ).fetchone()
    return EMPTY if found is None or (sent == 0 and found[0] == 1) else Head(*found)


def _insert(connection: apsw.Connection, last: Head, at: datetime, event: str, fields: Mapping[str, Value]) -> Head:
    entry = Entry(last.seq + 1, write_time(at), event, declared(event, fields))
    digest = next_digest(last.digest, entry)
    connection.execute(
        "INSERT INTO journal (seq, at, event, fields, digest) VALUES (?, ?, ?, ?, ?)",
        (entry.seq, entry.at, entry.event, canonical(dict(entry.fields)).decode(), digest),
    )
    _drop_oldest(connection, entry.seq)
    return Head(entry.seq, digest)


def _drop_oldest(connection: apsw.Connection, last_seq: int) -> None:
    """Called for every row. The last row that is gone stays for its digest."""
    sent = read_number(connection, Standing.JOURNAL_SENT)
    last_dropped = last_seq - UNSENT_KEPT
    there = "SELECT 1 FROM journal WHERE seq = ?"  # else it was sent once, before the platform was restored
    if last_dropped > sent and connection.execute(there, (last_dropped,)).fetchone():
        write(connection, Standing.JOURNAL_DROPPED, read_number(connection, Standing.JOURNAL_DROPPED) + 1)
    connection.execute("DELETE FROM journal WHERE seq < ?", (max(last_dropped, min(sent, last_seq - SENT_KEPT)),))
