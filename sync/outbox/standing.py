"""The single values a store keeps: how far the feeds were read, the floor of time, the agent's note."""

from datetime import datetime
from enum import Enum

import apsw


class Standing(Enum):
    """Their names in the table."""

    FLOOR = "floor"  # the highest signed time seen, RFC 3339
    FEED_EPOCH = "feed.epoch"
    FEED_CURSOR = "feed.cursor"
    FEED_HISTORY = "feed.history"  # what stands for all that was read
    FEED_DURABLE_UNTIL = "feed.durable_until"
    FEED_ADVANCED_AT = "feed.advanced_at"  # signed time at which durable_until last rose, or had nothing to rise to
    CASE_CURSOR = "case.cursor"
    JOURNAL_SENT = "journal.sent"  # the gateway has the rows up to this one
    JOURNAL_DROPPED = "journal.dropped"  # rows the gateway never got
    AGENT_NOTE = "agent.note"  # JSON
    LOG_HOLDS_ERASED = "log.holds_erased"  # 1 until the write-ahead log was emptied after an erasure


def read_text(connection: apsw.Connection, name: Standing) -> str | None:
    found = connection.execute("SELECT value FROM standing WHERE name = ?", (name.value,)).fetchone()
    return None if found is None else str(found[0])


def read_number(connection: apsw.Connection, name: Standing) -> int:
    """0 when it was never written."""
    return int(read_text(connection, name) or 0)


def write(connection: apsw.Connection, name: Standing, value: str | int) -> None:
    connection.execute(
        "INSERT INTO standing (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value "
        "WHERE value != excluded.value",
        (name.value, value),
    )


def floor(connection: apsw.Connection) -> datetime | None:
    """The highest signed time this terminal has seen: it is not earlier than that."""
    at = read_text(connection, Standing.FLOOR)
    return None if at is None else datetime.fromisoformat(at)


def raise_floor(connection: apsw.Connection, at: datetime) -> None:
    """Never lowers it. `at` was signed by the gateway."""
    lowest = floor(connection)
    if lowest is None or at > lowest:
        write(connection, Standing.FLOOR, at.isoformat())
