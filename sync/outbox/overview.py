"""How a store stands: what waits and why, what staff must look at, what the platform said, how much room is left.

For `kiosk-provision status` and the screen. Nothing personal is in it.
"""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import apsw

from kiosk.health import DeviceHealth
from kiosk.submission import Json
from sync.outbox import journal, pulled, standing
from sync.outbox.devices import device_healths, devices_as_json
from sync.outbox.drain import read_agent_note, sealed_since
from sync.outbox.feed import Feed, read_feed
from sync.outbox.pulled import CaseState, Pulled
from sync.outbox.schema import DATABASE, OPEN, State, open_store
from sync.outbox.sealing import used_bytes
from sync.outbox.standing import Standing
from sync.wire.journal import write_digest

DURABLE_WARNING = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Aside:
    """Kept, and staff must look."""

    sid: str
    slip_code: str
    state: str


@dataclass(frozen=True, slots=True)
class FeedStanding:
    """`advanced_at`: signed time at which the last backup was seen to grow; `late`: longer ago than seven days."""

    epoch: str | None
    cursor: int
    durable_until: int
    advanced_at: str | None
    late: bool


@dataclass(frozen=True, slots=True)
class JournalStanding:
    seq: int
    digest: str
    unsent: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Times are RFC 3339. `waiting` counts by state; `agent` is the agent's own note: what it does, why it waits."""

    waiting: Mapping[str, int]
    oldest_since: str | None
    agent: Mapping[str, Json]
    aside: tuple[Aside, ...]
    cases: tuple[CaseState, ...]
    feed: FeedStanding
    journal: JournalStanding
    floor: str | None
    clock_behind_s: float
    catalogue: str | None
    configuration: str | None
    erased: int
    used_bytes: int
    budget_bytes: int
    devices: tuple[DeviceHealth, ...]

    def as_json(self) -> dict[str, Json]:
        rest = dataclasses.replace(self, devices=())
        plain: dict[str, Json] = json.loads(json.dumps(dataclasses.asdict(rest), default=dict))
        return {**plain, "devices": devices_as_json(self.devices)}


@dataclass(frozen=True, slots=True)
class NoStore:
    """Nothing was ever kept in this directory; and nothing was made there by asking."""

    directory: Path


def overview(directory: Path, now: datetime, *, budget_mb: int, new_roll_mm: int = 80_000) -> Overview | NoStore:
    """Raises what `open_store` may raise."""
    if not (directory / DATABASE).exists():
        return NoStore(directory)
    connection = open_store(directory)
    try:
        return look_over(connection, now, budget_mb=budget_mb, new_roll_mm=new_roll_mm)
    finally:
        connection.close(True)


def look_over(connection: apsw.Connection, now: datetime, *, budget_mb: int, new_roll_mm: int = 80_000) -> Overview:
    """As one reader sees it at one moment."""
    connection.execute("BEGIN")
    try:
        return _overview(connection, now, budget_mb=budget_mb, new_roll_mm=new_roll_mm)
    finally:
        if connection.in_transaction:  # a disk that failed has ended it already
            connection.execute("ROLLBACK")


def _overview(connection: apsw.Connection, now: datetime, *, budget_mb: int, new_roll_mm: int) -> Overview:
    waiting = dict.fromkeys((state.value for state in OPEN), 0)
    aside: list[Aside] = []
    oldest_since: str | None = None
    for sid, slip_code, state, sealed_at in connection.execute(
        "SELECT sid, slip_code, state, sealed_at FROM submission WHERE state != 'acknowledged' ORDER BY place"
    ):
        if state in waiting:
            oldest_since = oldest_since or sealed_since(str(sid), sealed_at).isoformat()
            waiting[str(state)] += 1
        else:
            aside.append(Aside(str(sid), str(slip_code), str(state)))
    floor = standing.floor(connection)
    head = journal.head(connection)
    versions = pulled.read_versions(connection)
    ((erased,),) = connection.execute("SELECT count(*) FROM tombstone WHERE state = ?", (State.ERASED.value,))
    return Overview(
        waiting=waiting,
        oldest_since=oldest_since,
        agent=read_agent_note(connection),
        aside=tuple(aside),
        cases=tuple(pulled.read_case_states(connection).values()),
        feed=_feed_standing(connection, read_feed(connection), now),
        journal=JournalStanding(
            head.seq,
            write_digest(head.digest),
            journal.unsent_count(connection),
            standing.read_number(connection, Standing.JOURNAL_DROPPED),
        ),
        floor=None if floor is None else floor.isoformat(),
        clock_behind_s=0.0 if floor is None else max(0.0, (floor - now).total_seconds()),
        catalogue=versions.get(Pulled.CATALOGUE),
        configuration=versions.get(Pulled.CONFIGURATION),
        erased=int(erased),
        used_bytes=used_bytes(connection),
        budget_bytes=budget_mb * 1_000_000,
        devices=device_healths(connection, new_roll_mm=new_roll_mm, now=now),
    )


def _feed_standing(connection: apsw.Connection, feed: Feed, now: datetime) -> FeedStanding:
    advanced_at = standing.read_text(connection, Standing.FEED_ADVANCED_AT)
    behind = feed.durable_until < feed.cursor
    late = behind and (advanced_at is None or now - datetime.fromisoformat(advanced_at) > DURABLE_WARNING)
    return FeedStanding(feed.epoch, feed.cursor, feed.durable_until, advanced_at, late)
