"""What a terminal remembers of its devices: how each was last, what it has done by the day, and the roll of paper.

Counts are kept by day for `KEPT_DAYS`; older ones are added up into one row: totals stay, and the table is short.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import apsw

from kiosk.faults import ALL
from kiosk.health import (
    Counter,
    Counts,
    DeviceHealth,
    DeviceState,
    PaperForecast,
    PaperState,
    Roll,
    faults_of,
    paper_forecast,
    paper_state,
    state_of,
)
from kiosk.ports import Status
from kiosk.submission import Json
from sync.outbox import journal
from sync.outbox.schema import transaction
from sync.wire.journal import write_time

KEPT_DAYS = 60
FORECAST_DAYS = 14
BEFORE = ""  # the day of what is older
CHINA = timezone(timedelta(hours=8))
PRINTER = "receipt_printer"


@dataclass(frozen=True, slots=True)
class DeviceNews:
    """What has come together since the last time: statuses that changed, and counts."""

    statuses: Mapping[str, Status]
    counts: Counts


def keep(connection: apsw.Connection, news: DeviceNews, *, now: datetime) -> None:
    """In one transaction. A device that is lost or back is journalled once."""
    day = now.astimezone(CHINA).date().isoformat()
    with transaction(connection):
        for (device, counter), amount in news.counts.items():
            connection.execute(
                "INSERT INTO device_count (device, counter, day, amount) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (device, counter, day) DO UPDATE SET amount = amount + excluded.amount",
                (device, counter.value, day, amount),
            )
        for device, status in news.statuses.items():
            _keep_status(connection, device, status, now=now)
        _add_up_old_days(connection, now)


def device_healths(connection: apsw.Connection, *, new_roll_mm: int, now: datetime) -> tuple[DeviceHealth, ...]:
    """Every device that was ever heard of, by name."""
    rows = connection.execute("SELECT device, state, faults, since FROM device ORDER BY device").fetchall()
    return tuple(
        DeviceHealth(
            device=str(device),
            state=DeviceState(state),
            faults=tuple(ALL[code] for code in str(faults).split() if code in ALL),
            since=str(since),
            counters=(totals := _totals(connection, str(device))),
            paper=_paper(connection, totals.get(Counter.PAPER_MM, 0), new_roll_mm, now) if device == PRINTER else None,
        )
        for device, state, faults, since in rows
    )


def devices_as_json(healths: Sequence[DeviceHealth]) -> dict[str, Json]:
    """For telemetry and `kiosk-provision status --json`."""
    return {
        health.device: {
            "state": health.state.value,
            "faults": [{"code": fault.code, "who_acts": fault.who_acts.value} for fault in health.faults],
            "since": health.since,
            "counters": {counter.value: amount for counter, amount in health.counters.items()},
            "paper": None
            if health.paper is None
            else {"state": health.paper.state.value, "left_mm": health.paper.left_mm, "days": health.paper.days},
        }
        for health in healths
    }


def _keep_status(connection: apsw.Connection, device: str, status: Status, *, now: datetime) -> None:
    state, faults = state_of(status), faults_of(status)
    if state is DeviceState.STARTING:
        return
    known = connection.execute("SELECT state, faults FROM device WHERE device = ?", (device,)).fetchone()
    codes = " ".join(fault.code for fault in faults)
    if known is None or known != (state.value, codes):
        connection.execute(
            "INSERT INTO device (device, state, faults, since) VALUES (?, ?, ?, ?) ON CONFLICT (device) DO UPDATE "
            "SET state = excluded.state, faults = excluded.faults, since = excluded.since",
            (device, state.value, codes, write_time(now)),
        )
        was_online = known is None or known[0] == DeviceState.ONLINE.value
        if state is not DeviceState.ONLINE:
            journal.append(connection, now, "device.lost", {"device": device, "fault": faults[0].code})
        elif state is DeviceState.ONLINE and not was_online:
            journal.append(connection, now, "device.back", {"device": device})
    if device == PRINTER:
        total = _totals(connection, device).get(Counter.PAPER_MM, 0)
        before = _roll(connection)
        after = before.seen(paper_state(status), total_mm=total)
        if after != before:
            connection.execute("DELETE FROM paper_roll")
            connection.execute(
                "INSERT INTO paper_roll (loaded_at_mm, length_mm, state, disturbed) VALUES (?, ?, ?, ?)",
                (after.loaded_at_mm, after.length_mm, after.state.value, after.disturbed),
            )


def _roll(connection: apsw.Connection) -> Roll:
    row = connection.execute("SELECT loaded_at_mm, length_mm, state, disturbed FROM paper_roll").fetchone()
    return Roll() if row is None else Roll(row[0], row[1], PaperState(row[2]), bool(row[3]))


def _totals(connection: apsw.Connection, device: str) -> Mapping[Counter, int]:
    rows = connection.execute(
        "SELECT counter, sum(amount) FROM device_count WHERE device = ? GROUP BY counter ORDER BY counter", (device,)
    )
    known = {counter.value for counter in Counter}
    return {Counter(name): int(amount) for name, amount in rows if name in known}


def _paper(connection: apsw.Connection, total_mm: int, new_roll_mm: int, now: datetime) -> PaperForecast:
    today = now.astimezone(CHINA).date()
    daily = connection.execute(
        "SELECT amount FROM device_count WHERE device = ? AND counter = ? AND day >= ? AND day < ? AND amount > 0",
        (PRINTER, Counter.PAPER_MM.value, (today - timedelta(days=FORECAST_DAYS)).isoformat(), today.isoformat()),
    )
    daily_mm = tuple(int(amount) for (amount,) in daily)
    return paper_forecast(_roll(connection), total_mm=total_mm, new_roll_mm=new_roll_mm, daily_mm=daily_mm)


def _add_up_old_days(connection: apsw.Connection, now: datetime) -> None:
    oldest = (now.astimezone(CHINA).date() - timedelta(days=KEPT_DAYS)).isoformat()
    connection.execute(
        "INSERT INTO device_count (device, counter, day, amount) "
        "SELECT device, counter, ?, sum(amount) FROM device_count WHERE day != ? AND day < ? GROUP BY device, counter "
        "ON CONFLICT (device, counter, day) DO UPDATE SET amount = amount + excluded.amount",
        (BEFORE, BEFORE, oldest),
    )
    connection.execute("DELETE FROM device_count WHERE day != ? AND day < ?", (BEFORE, oldest))
