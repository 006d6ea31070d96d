"""The outbox as the terminal's own thread sees it: seal, ask, keep ratings and print jobs.

The world's failures come back as faults; after one the connection is dropped and opened again at the next call.
"""

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import apsw

from kiosk.clock import UNKNOWN, ClockReading
from kiosk.faults import STORE_FULL, STORE_NOT_WORKING, Fault
from kiosk.ports import NeedsAttention, NotSealed, PagesOutcome, PrintOutcome, Ready, Sealed, SealUnknown, Status
from kiosk.submission import Rating, Receipt, SealedSubmission
from sync.outbox import devices, journal, print_jobs, sealing, standing
from sync.outbox.devices import DeviceNews
from sync.outbox.drain import read_agent_note
from sync.outbox.keys import StoreRefused
from sync.outbox.overview import Overview, look_over
from sync.outbox.pulled import Pulled, read_versions
from sync.outbox.schema import State, StoreTrouble, open_store, transaction
from sync.wire.journal import Value

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")

VISIT_BYTES = 5_000_000  # a visit that begins should find room at its end


class Outbox:
    """Satisfies `kiosk.ports.Outbox` over the encrypted store in `directory`.

    Below `reserve_mb` of free disk, or when the file would outgrow `budget_mb`, nothing more is sealed; nothing is
    dropped either. `now` dates seals and the journal. Raises StoreRefused at once when the store must not be opened:
    an SQLite that loses rows, a key that others may read, a key that is gone.
    """

    def __init__(
        self,
        directory: Path,
        *,
        reserve_mb: int = 64,
        budget_mb: int = 4000,
        new_roll_mm: int = 80_000,
        opener: Callable[[Path], apsw.Connection] = open_store,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._directory = directory
        self._reserve_bytes = reserve_mb * 1_000_000
        self._budget_mb = budget_mb
        self._new_roll_mm = new_roll_mm
        self._opener = opener
        self._now = now
        self._begun = False
        self._connection: apsw.Connection | None = None
        self._fault: Fault | None = None
        try:
            self._connection = self._open()
        except StoreRefused:
            raise
        except StoreTrouble as trouble:
            self._lose(trouble)

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
        room = self._room(VISIT_BYTES)
        return Ready() if room is None else NeedsAttention(room)

    def seal(self, submission: SealedSubmission) -> Sealed | NotSealed | SealUnknown:
        """Raises ValueError when the sid was sealed with another fingerprint."""
        sid = submission.sid
        sealed = self._attempt(lambda connection: sealing.fingerprint_of(connection, sid))
        if isinstance(sealed, Fault):
            return NotSealed(sealed)
        if sealed is not None:
            return _same(sealed, submission)
        if self.state_of(sid) is State.ERASED:
            return Sealed()
        room = self._room(sealing.size_of(submission))
        if room is not None:
            return NotSealed(room)
        outcome = self._attempt(lambda connection: sealing.insert(connection, submission, now=self._now()))
        if not isinstance(outcome, Fault):
            return Sealed()
        # A commit whose last sync failed may be there again once the file is reopened: then it must be said so.
        kept = self._attempt(lambda connection: sealing.fingerprint_on_disk(connection, sid))
        if isinstance(kept, Fault):
            return SealUnknown(outcome)
        return Sealed() if kept == submission.fingerprint else NotSealed(outcome)

    def receipt_of(self, sid: str) -> Receipt | None:
        answer = self._attempt(lambda connection: _receipt(connection, sid))
        return None if isinstance(answer, Fault) else answer

    def state_of(self, sid: str) -> State | None:
        """How far it has come; None when it was never sealed here, or the store does not answer."""
        answer = self._attempt(lambda connection: sealing.state_of(connection, sid))
        return None if isinstance(answer, Fault) else answer

    def keep_rating(self, rating: Rating) -> Sealed | NotSealed:
        answer = self._attempt(lambda connection: _insert_rating(connection, rating, now=self._now()))
        return NotSealed(answer) if isinstance(answer, Fault) else Sealed()

    def record_print(self, job_id: str, sid: str, outcome: PrintOutcome | PagesOutcome | None) -> None:
        now = self._now()
        if outcome is None:
            self._attempt(lambda connection: print_jobs.begin(connection, job_id, sid, now=now))
        else:
            self._attempt(lambda connection: print_jobs.end(connection, job_id, sid, outcome, now=now))

    def print_jobs(self) -> Sequence[tuple[str, str, str]]:
        """Job id, sid and state (begun, printed, not-printed, unknown), in the order of job ids."""
        answer = self._attempt(print_jobs.all_jobs)
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

    def overview(self) -> Overview | Fault:
        """How everything stands, for the screen."""
        return self._attempt(
            lambda connection: look_over(
                connection, self._now(), budget_mb=self._budget_mb, new_roll_mm=self._new_roll_mm
            )
        )

    def keep_devices(self, news: DeviceNews) -> bool:
        """Whether it was kept; what was not is to be brought again."""
        return not isinstance(self._attempt(lambda connection: devices.keep(connection, news, now=self._now())), Fault)

    def journal(self, event: str, **fields: Value) -> None:
        """An event of the terminal's own. Raises ValueError when `journal_events.toml` does not declare it so."""
        self._attempt(lambda connection: _tell(connection, self._now(), event, fields))

    def _attempt(self, work: Callable[[apsw.Connection], Answer]) -> Answer | Fault:
        """What `work` answers, or the fault that stood in its way."""
        try:
            if self._connection is None:
                self._connection = self._open()
            return work(self._connection)
        except StoreTrouble as trouble:
            return self._lose(trouble)

    def _open(self) -> apsw.Connection:
        connection = self._opener(self._directory)
        if not self._begun:
            try:
                _begin(connection, now=self._now())
            except BaseException:
                connection.close(True)
                raise
            self._begun = True
        return connection

    def _lose(self, trouble: BaseException) -> Fault:
        fault = STORE_FULL if isinstance(trouble, apsw.FullError) else STORE_NOT_WORKING
        if fault != self._fault:
            log.warning("the store does not work: %s: %s", type(trouble).__name__, trouble)
        self._fault = fault
        self.close()
        return fault

    def _room(self, needed: int) -> Fault | None:
        """What stands in the way of sealing so many bytes: the disk's free space, or the store's budget."""
        used = self._attempt(sealing.used_bytes)
        if isinstance(used, Fault):
            return used
        try:
            disk = os.statvfs(self._directory)
        except OSError as trouble:
            return self._lose(trouble)
        fits = used + needed <= self._budget_mb * 1_000_000
        return None if fits and disk.f_bavail * disk.f_frsize >= self._reserve_bytes + needed else STORE_FULL


def _same(fingerprint: str, submission: SealedSubmission) -> Sealed:
    if fingerprint != submission.fingerprint:
        raise ValueError(f"{submission.sid} was sealed with other content")
    return Sealed()


def _clock(connection: apsw.Connection) -> ClockReading:
    offset_ms = read_agent_note(connection).get("clock_offset_ms")
    return ClockReading(standing.floor(connection), offset_ms if isinstance(offset_ms, int) else None)


def _looks_well(connection: apsw.Connection) -> None:
    """Readable; and what was sealed moves from the log into the database now, so that no citizen waits for it."""
    connection.execute("SELECT place FROM submission LIMIT 1").fetchall()
    connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)


def _writes(connection: apsw.Connection) -> None:
    """A write that changes nothing, synced like any other."""
    with transaction(connection):
        connection.pragma("user_version", connection.pragma("user_version"))


def _begin(connection: apsw.Connection, *, now: datetime) -> None:
    """The terminal has started."""
    with transaction(connection):
        print_jobs.end_those_left_begun(connection, now=now)
        journal.append(connection, now, "store.opened", {"schema": int(connection.pragma("user_version"))})


def _receipt(connection: apsw.Connection, sid: str) -> Receipt | None:
    found = connection.execute(
        "SELECT receipt_number, received_at FROM submission WHERE sid = ? AND state = ?",
        (sid, State.ACKNOWLEDGED.value),
    ).fetchone()
    return None if found is None else Receipt(sid, str(found[0]), datetime.fromisoformat(str(found[1])))


def _waiting(connection: apsw.Connection) -> tuple[str, ...]:
    rows = connection.execute("SELECT sid FROM submission WHERE state != 'acknowledged' ORDER BY place")
    return tuple(str(sid) for (sid,) in rows)


def _insert_rating(connection: apsw.Connection, rating: Rating, *, now: datetime) -> None:
    with transaction(connection):
        connection.execute(
            "INSERT INTO rating (sid, rating_id, level, given_at) VALUES (?, ?, ?, ?) ON CONFLICT (sid) DO NOTHING",
            (rating.sid, rating.rating_id, rating.level, rating.given_at.isoformat()),
        )
        if connection.changes():
            journal.append(connection, now, "rating.kept", {"sid": rating.sid})


def _tell(connection: apsw.Connection, now: datetime, event: str, fields: Mapping[str, Value]) -> None:
    with transaction(connection):
        journal.append(connection, now, event, fields)
