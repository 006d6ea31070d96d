"""The platform's acknowledgement feed, as far as this terminal has read it, and the one step back.

When the platform was restored from a backup (another epoch), or its files were copied back (its cursor lies behind
ours, or what it says of the rows that we have read is not what it said), the feed is read again from the start. What is
acknowledged here and listed nowhere in it goes back to sealed and is offered again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import apsw

from kiosk.submission import digest_of
from sync.outbox import journal
from sync.outbox.schema import State
from sync.outbox.standing import Standing, raise_floor, read_number, read_text, write


@dataclass(frozen=True, slots=True)
class Feed:
    """`epoch` is None before the first contact. Rows up to `durable_until` are in a verified backup."""

    epoch: str | None
    cursor: int
    durable_until: int


@dataclass(frozen=True, slots=True)
class FeedPage:
    """A verified answer to the question for what comes `after`. `cursor`: of its last row, or the feed's head.

    `history_before` stands for all rows up to `after`, `history` for those up to `cursor`; `at` is the signed time of
    the answer.
    """

    after: int
    epoch: str
    cursor: int
    durable_until: int
    rows: Sequence[str]
    more: bool
    at: datetime
    history_before: str = ""
    history: str = ""


def read_feed(connection: apsw.Connection) -> Feed:
    return Feed(
        read_text(connection, Standing.FEED_EPOCH),
        read_number(connection, Standing.FEED_CURSOR),
        read_number(connection, Standing.FEED_DURABLE_UNTIL),
    )


def apply(connection: apsw.Connection, page: FeedPage, *, now: datetime) -> int | None:
    """Take in a page, in the caller's transaction. The `after` to ask for next, or None at the feed's head."""
    feed = read_feed(connection)
    if page.after != feed.cursor:  # another lane read on meanwhile
        return feed.cursor
    raise_floor(connection, page.at)
    if feed.epoch is None:
        write(connection, Standing.FEED_EPOCH, page.epoch)
        journal.append(connection, now, "feed.adopted", {"epoch": digest_of(page.epoch.encode())})
    elif page.epoch != feed.epoch or page.cursor < page.after or page.history_before != _history(connection):
        _begin_again(connection, feed, page.epoch, now=now)
        if page.after > 0:
            return 0
        feed = read_feed(connection)
    connection.executemany(
        "INSERT INTO listing (sid, cursor) SELECT sid, ? FROM submission WHERE sid = ? "
        "ON CONFLICT (sid) DO UPDATE SET cursor = excluded.cursor",  # the second row of a sid is its rating
        [(page.cursor, sid) for sid in page.rows],
    )
    write(connection, Standing.FEED_CURSOR, page.cursor)
    write(connection, Standing.FEED_HISTORY, page.history)
    if page.durable_until > feed.durable_until or page.durable_until >= page.cursor:
        write(connection, Standing.FEED_DURABLE_UNTIL, max(page.durable_until, feed.durable_until))
        write(connection, Standing.FEED_ADVANCED_AT, page.at.isoformat())
    if page.more:
        return page.cursor if page.cursor > page.after else None
    _offer_again_what_is_not_listed(connection, now=now)
    return None


def _history(connection: apsw.Connection) -> str:
    return read_text(connection, Standing.FEED_HISTORY) or ""


def _begin_again(connection: apsw.Connection, feed: Feed, epoch: str, *, now: datetime) -> None:
    """Case states are read again too, ratings and what is kept of the journal sent again: it may have lost them."""
    journal.append(connection, now, "feed.epoch_changed", {"epoch": digest_of(epoch.encode()), "cursor": feed.cursor})
    connection.execute("DELETE FROM listing")
    connection.execute("UPDATE rating SET sent = 0 WHERE sent")
    write(connection, Standing.FEED_EPOCH, epoch)
    write(connection, Standing.FEED_HISTORY, "")
    for name in (
        Standing.FEED_CURSOR,
        Standing.FEED_DURABLE_UNTIL,
        Standing.CASE_CURSOR,
        Standing.JOURNAL_SENT,
    ):
        write(connection, name, 0)


def _offer_again_what_is_not_listed(connection: apsw.Connection, *, now: datetime) -> None:
    """At the head of the feed all that was acknowledged is listed, or the platform has lost it since.

    One that another agent saw acknowledged while the feed was read may be among them: it gets the same bytes again.
    """
    rows = connection.execute(
        "SELECT sid FROM submission LEFT JOIN listing USING (sid) WHERE state = ? AND listing.sid IS NULL "
        "ORDER BY place",
        (State.ACKNOWLEDGED.value,),
    ).fetchall()
    for sid in [str(sid) for (sid,) in rows]:
        connection.execute(
            "UPDATE submission SET state = ?, earlier_acknowledgement = acknowledgement, "
            "earlier_signature = acknowledgement_signature, acknowledgement = NULL, acknowledgement_signature = NULL, "
            "receipt_number = NULL, received_at = NULL WHERE sid = ?",
            (State.SEALED.value, sid),
        )
        connection.execute("UPDATE attachment SET uploaded = 0, upload_path = NULL WHERE sid = ?", (sid,))
        journal.append(connection, now, "submission.offered_again", {"sid": sid, "cause": "unlisted"})
