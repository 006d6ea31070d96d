"""The outbox as the terminal's own thread sees it: seal, ask, keep ratings and print jobs.

The world's failures come back as faults; after one the connection is dropped and opened again at the next call.
"""

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import apsw

from kiosk.clock import UNKNOWN, ClockReading
from kiosk.faults import STORE_FULL, STORE_NOT_WORKING, Fault
from kiosk.ports import (
    NeedsAttention,
    NotPrinted,
    NotSealed,
    Printed,
    PrintOutcome,
    PrintUnknown,
    Ready,
    Sealed,
    SealUnknown,
    Status,
)
from kiosk.submission import Rating, Receipt, SealedSubmission
from sync.outbox.drain import read_agent_note
from sync.outbox.keys import StoreRefused
from sync.outbox.pulled import Pulled, read_versions
from sync.outbox.schema import State, StoreTrouble, open_store, transaction
from sync.outbox.standing import floor
from sync.steps import reached

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class Outbox:
    """Satisfies `kiosk.ports.Outbox` over the encrypted store in `directory`.

    Below `reserve_mb` of free disk nothing more is sealed. Raises StoreRefused at once when the store must not be
    opened: an SQLite that loses rows, a key that others may read, a key that is gone.
    """

    def __init__(
        self, directory: Path, *, reserve_mb: int = 64, opener: Callable[[Path], apsw.Connection] = open_store
    ) -> None:
        self._directory = directory
        self._reserve_bytes = reserve_mb * 1_000_000
        self._opener = opener
        self._connection: apsw.Connection | None = None
        self._fault: Fault | None = None
        try:
            self._connection = opener(directory)
        except StoreRefused:
            raise
        except StoreTrouble as trouble:
            self._lose(trouble)
        self._attempt(_end_jobs_left_begun)

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*StoreTrouble):
                connection.close(True)

    def status(self) -> Status:
        """After a failure the store must write again before it counts as ready."""
        answer = self._attempt(_looks_well if self._fault is None else _writes)
        if isinstance(answer, Fault):
            return NeedsAttention(answer)
        self._fault = None
        room = self._free_bytes()
        return NeedsAttention(room) if isinstance(room, Fault) else self._room_status(room)

    def seal(self, submission: SealedSubmission) -> Sealed | NotSealed | SealUnknown:
        """Raises ValueError when the sid was sealed with another fingerprint."""
        sealed = self._attempt(lambda connection: _fingerprint(connection, submission.sid))
        if isinstance(sealed, Fault):
            return NotSealed(sealed)
        if sealed is not None:
            return _same(sealed, submission)
        room = self._free_bytes()
        if isinstance(room, Fault):
            return NotSealed(room)
        needed = len(submission.manifest) + sum(len(attachment.content) for attachment in submission.attachments)
        if room < self._reserve_bytes + needed:
            return NotSealed(STORE_FULL)
        outcome = self._attempt(lambda connection: _insert(connection, submission))
        if not isinstance(outcome, Fault):
            return Sealed()
        # A commit whose last sync failed may be there again once the file is reopened: then it must be said so.
        kept = self._attempt(lambda connection: _fingerprint_on_disk(connection, submission.sid))
        if isinstance(kept, Fault):
            return SealUnknown(outcome)
        return Sealed() if kept == submission.fingerprint else NotSealed(outcome)

    def receipt_of(self, sid: str) -> Receipt | None:
        answer = self._attempt(lambda connection: _receipt(connection, sid))
        return None if isinstance(answer, Fault) else answer

    def state_of(self, sid: str) -> State | None:
        """How far it has come; None when it was never sealed here, or the store does not answer."""
        answer = self._attempt(lambda connection: _state(connection, sid))
        return None if isinstance(answer, Fault) else answer

    def keep_rating(self, rating: Rating) -> Sealed | NotSealed:
        answer = self._attempt(lambda connection: _insert_rating(connection, rating))
        return NotSealed(answer) if isinstance(answer, Fault) else Sealed()

    def record_print(self, job_id: str, sid: str, outcome: PrintOutcome | None) -> None:
        self._attempt(lambda connection: _record_print(connection, job_id, sid, outcome))

    def print_jobs(self) -> Sequence[tuple[str, str, str]]:
        """Job id, sid and state (begun, printed, not-printed, unknown), in the order of job ids."""
        answer = self._attempt(
            lambda connection: tuple(connection.execute("SELECT job_id, sid, state FROM print_job ORDER BY job_id"))
        )
        return () if isinstance(answer, Fault) else answer

    def waiting(self) -> Sequence[str]:
        answer = self._attempt(_waiting)
        return () if isinstance(answer, Fault) else answer

    def clock(self) -> ClockReading:
        """What signed time says of ours; nothing while the store does not answer."""
        answer = self._attempt(_clock)
        return UNKNOWN if isinstance(answer, Fault) else answer

    def pulled_versions(self) -> Mapping[Pulled, str] | None:
        """Of what the platform has sent and is kept; None while the store does not answer."""
        answer = self._attempt(read_versions)
        return None if isinstance(answer, Fault) else answer

    def _attempt(self, work: Callable[[apsw.Connection], Answer]) -> Answer | Fault:
        """What `work` answers, or the fault that stood in its way."""
        try:
            if self._connection is None:
                self._connection = self._opener(self._directory)
            return work(self._connection)
        except StoreTrouble as trouble:
            return self._lose(trouble)

    def _lose(self, trouble: BaseException) -> Fault:
        fault = STORE_FULL if isinstance(trouble, apsw.FullError) else STORE_NOT_WORKING
        if fault != self._fault:
            log.warning("the store does not work: %s: %s", type(trouble).__name__, trouble)
        self._fault = fault
        self.close()
        return fault

    def _free_bytes(self) -> int | Fault:
        try:
            disk = os.statvfs(self._directory)
        except OSError as trouble:
            return self._lose(trouble)
        return disk.f_bavail * disk.f_frsize

    def _room_status(self, room: int) -> Status:
        return Ready() if room >= self._reserve_bytes else NeedsAttention(STORE_FULL)


def _clock(connection: apsw.Connection) -> ClockReading:
    offset_ms = read_agent_note(connection).get("clock_offset_ms")
    return ClockReading(floor(connection), offset_ms if isinstance(offset_ms, int) else None)


def _same(fingerprint: str, submission: SealedSubmission) -> Sealed:
    if fingerprint != submission.fingerprint:
        raise ValueError(f"{submission.sid} was sealed with other content")
    return Sealed()


def _looks_well(connection: apsw.Connection) -> None:
    """Readable; and what was sealed moves from the log into the database now, so that no citizen waits for it."""
    connection.execute("SELECT place FROM submission LIMIT 1").fetchall()
    connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)


def _writes(connection: apsw.Connection) -> None:
    """A write that changes nothing, synced like any other."""
    with transaction(connection):
        connection.pragma("user_version", connection.pragma("user_version"))


def _fingerprint(connection: apsw.Connection, sid: str) -> str | None:
    found = connection.execute("SELECT fingerprint FROM submission WHERE sid = ?", (sid,)).fetchone()
    return None if found is None else str(found[0])


def _fingerprint_on_disk(connection: apsw.Connection, sid: str) -> str | None:
    """As `_fingerprint`, after all rows were written into the database file itself and synced there."""
    found = _fingerprint(connection, sid)
    if found is not None:
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_FULL)
    return found


def _insert(connection: apsw.Connection, submission: SealedSubmission) -> None:
    with transaction(connection):
        connection.execute(
            "INSERT INTO submission (sid, slip_code, fingerprint, manifest, state) VALUES (?, ?, ?, ?, ?)",
            (submission.sid, submission.slip_code, submission.fingerprint, submission.manifest, State.SEALED.value),
        )
        connection.executemany(
            "INSERT INTO attachment (sid, name, digest, size, content) VALUES (?, ?, ?, ?, ?)",
            [
                (submission.sid, attachment.name, attachment.digest, len(attachment.content), attachment.content)
                for attachment in submission.attachments
            ],
        )
        reached("store.in_transaction")


def _receipt(connection: apsw.Connection, sid: str) -> Receipt | None:
    found = connection.execute(
        "SELECT receipt_number, received_at FROM submission WHERE sid = ? AND state = ?",
        (sid, State.ACKNOWLEDGED.value),
    ).fetchone()
    return None if found is None else Receipt(sid, str(found[0]), datetime.fromisoformat(str(found[1])))


def _state(connection: apsw.Connection, sid: str) -> State | None:
    found = connection.execute("SELECT state FROM submission WHERE sid = ?", (sid,)).fetchone()
    return None if found is None else State(found[0])


def _waiting(connection: apsw.Connection) -> tuple[str, ...]:
    rows = connection.execute("SELECT sid FROM submission WHERE state != 'acknowledged' ORDER BY place")
    return tuple(str(sid) for (sid,) in rows)


def _insert_rating(connection: apsw.Connection, rating: Rating) -> None:
    with transaction(connection):
        connection.execute(
            "INSERT INTO rating (sid, rating_id, level, given_at) VALUES (?, ?, ?, ?) ON CONFLICT (sid) DO NOTHING",
            (rating.sid, rating.rating_id, rating.level, rating.given_at.isoformat()),
        )


def _record_print(connection: apsw.Connection, job_id: str, sid: str, outcome: PrintOutcome | None) -> None:
    with transaction(connection):
        if outcome is None:
            connection.execute(
                "INSERT INTO print_job (job_id, sid, state) VALUES (?, ?, 'begun') ON CONFLICT (job_id) DO NOTHING",
                (job_id, sid),
            )
            return
        match outcome:
            case Printed():
                state, fault = "printed", None
            case NotPrinted(reason):
                state, fault = "not-printed", reason.code
            case PrintUnknown(reason):
                state, fault = "unknown", reason.code
        connection.execute(
            "INSERT INTO print_job (job_id, sid, state, fault) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (job_id) DO UPDATE SET state = excluded.state, fault = excluded.fault",
            (job_id, sid, state, fault),
        )


def _end_jobs_left_begun(connection: apsw.Connection) -> None:
    with transaction(connection):
        connection.execute("UPDATE print_job SET state = 'unknown' WHERE state = 'begun'")
