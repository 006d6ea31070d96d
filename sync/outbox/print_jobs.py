"""The rows of print jobs: begun, then how they ended, as the printer said. None is printed twice by itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

import apsw

from kiosk.faults import PRINTER_SILENT
from kiosk.ports import NotPrinted, PagesOutcome, PagesPrinted, Printed, PrintOutcome, PrintUnknown
from sync.outbox import journal
from sync.outbox.schema import transaction


def begin(connection: apsw.Connection, job_id: str, sid: str, *, now: datetime) -> None:
    """A job that is known already stays as it is."""
    with transaction(connection):
        connection.execute(
            "INSERT INTO print_job (job_id, sid, state) VALUES (?, ?, 'begun') ON CONFLICT (job_id) DO NOTHING",
            (job_id, sid),
        )
        if connection.changes():
            journal.append(connection, now, "print.begun", {"sid": sid})


def end(
    connection: apsw.Connection, job_id: str, sid: str, outcome: PrintOutcome | PagesOutcome, *, now: datetime
) -> None:
    match outcome:
        case Printed() | PagesPrinted():
            state, fault = "printed", None
        case NotPrinted(reason):
            state, fault = "not-printed", reason.code
        case PrintUnknown(reason):
            state, fault = "unknown", reason.code
        case _:
            assert_never(outcome)
    with transaction(connection):
        connection.execute(
            "INSERT INTO print_job (job_id, sid, state, fault) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (job_id) DO UPDATE SET state = excluded.state, fault = excluded.fault",
            (job_id, sid, state, fault),
        )
        _tell(connection, sid, state, fault, now=now)


def end_those_left_begun(connection: apsw.Connection, *, now: datetime) -> None:
    """The terminal died with them, so nobody knows what is on paper. In the caller's transaction."""
    sids = connection.execute("SELECT sid FROM print_job WHERE state = 'begun' ORDER BY job_id").fetchall()
    connection.execute("UPDATE print_job SET state = 'unknown' WHERE state = 'begun'")
    for (sid,) in sids:
        _tell(connection, str(sid), "unknown", PRINTER_SILENT.code, now=now)


def all_jobs(connection: apsw.Connection) -> Sequence[tuple[str, str, str]]:
    """Job id, sid and state, in the order of job ids."""
    return tuple(connection.execute("SELECT job_id, sid, state FROM print_job ORDER BY job_id"))


def _tell(connection: apsw.Connection, sid: str, state: str, fault: str | None, *, now: datetime) -> None:
    if fault is None:
        journal.append(connection, now, "print.printed", {"sid": sid})
    else:
        journal.append(connection, now, "print.failed", {"sid": sid, "outcome": state, "fault": fault})
