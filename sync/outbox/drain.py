"""The outbox as the agent's process sees it: what is to be sent, and how far each submission has come.

Every step forward is one transaction with its row of the journal, and happens only from the state before it: two
agents do no harm.
"""

import json
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import apsw

from kiosk.submission import Json, Rating, Receipt, canonical
from sync.outbox import erasure, feed, journal, pulled, standing
from sync.outbox.feed import Feed, FeedPage
from sync.outbox.journal import JournalPart
from sync.outbox.pulled import CaseState, Pulled, PulledDocument
from sync.outbox.schema import BEFORE_COMMIT, OPEN, State, open_store, transaction
from sync.outbox.standing import Standing
from sync.wire.journal import Value


@dataclass(frozen=True, slots=True)
class Pending:
    """A submission that is on its way, `since` it was sealed. `life`: of the gateway that it was announced to."""

    sid: str
    fingerprint: str
    state: State
    since: datetime
    life: str | None = None


@dataclass(frozen=True, slots=True)
class Blob:
    """An attachment that the gateway lacks. `upload_path` is where its upload was begun, if it was."""

    row: int
    sid: str
    name: str
    digest: str
    size: int
    upload_path: str | None


class Drain:
    """The agent's own connection to the store in `directory`. Raises what `open_store` may raise, at any call.

    `now` dates the rows of the journal, and nothing else is judged by it.
    """

    def __init__(
        self,
        directory: Path,
        *,
        opener: Callable[[Path], apsw.Connection] = open_store,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._connection = opener(directory)
        self._now = now

    def close(self) -> None:
        self._connection.close(True)

    def version(self) -> int:
        """A number that changes when another connection has written."""
        return int(self._connection.pragma("data_version"))

    # What is to be sent.

    def pending(self) -> Sequence[Pending]:
        """What is on its way, oldest first."""
        rows = self._connection.execute(
            "SELECT sid, fingerprint, state, sealed_at, announced_life FROM submission "
            "WHERE state != 'acknowledged' AND state IN (?, ?, ?, ?) ORDER BY place",
            tuple(state.value for state in OPEN),
        )
        return tuple(
            Pending(str(sid), str(fingerprint), State(state), sealed_since(str(sid), sealed_at), life and str(life))
            for sid, fingerprint, state, sealed_at, life in rows
        )

    def ratings(self) -> Sequence[Rating]:
        """Ratings to be sent: those whose submission is acknowledged."""
        # CROSS JOIN: from the few unsent ratings to their submissions, never the other way round.
        rows = self._connection.execute(
            "SELECT rating_id, rating.sid, level, given_at FROM rating CROSS JOIN submission USING (sid) "
            "WHERE NOT sent AND rating.refusal IS NULL AND state = ? ORDER BY place",
            (State.ACKNOWLEDGED.value,),
        )
        return tuple(
            Rating(str(rating_id), str(sid), int(str(level)), datetime.fromisoformat(str(given_at)))
            for rating_id, sid, level, given_at in rows
        )

    def manifest(self, sid: str) -> bytes:
        ((manifest,),) = self._connection.execute("SELECT manifest FROM submission WHERE sid = ?", (sid,))
        return bytes(manifest)

    def earlier_acknowledgement(self, sid: str) -> tuple[bytes, str] | None:
        """What the platform answered before it was restored, and its signature: offered again with the commit."""
        found = self._connection.execute(
            "SELECT earlier_acknowledgement, earlier_signature FROM submission "
            "WHERE sid = ? AND earlier_acknowledgement IS NOT NULL",
            (sid,),
        ).fetchone()
        return None if found is None else (bytes(found[0]), str(found[1] or ""))

    def next_blob(self, sid: str) -> Blob | None:
        """The next blob to send."""
        found = self._connection.execute(
            "SELECT id, sid, name, digest, size, upload_path FROM attachment "
            "WHERE sid = ? AND NOT uploaded ORDER BY id LIMIT 1",
            (sid,),
        ).fetchone()
        return None if found is None else Blob(*found)

    def chunk(self, blob: Blob, *, offset: int, size: int) -> bytes:
        """At most `size` bytes of the blob from `offset` on.

        Nothing stays open: a slow line must not keep the store's log from being moved on.
        """
        content = self._connection.blob_open("main", "attachment", "content", blob.row, False)
        try:
            content.seek(offset)
            return content.read(size)
        finally:
            content.close()

    # How far it has come.

    def announced(self, sid: str, missing: Collection[str], *, life: str | None = None) -> None:
        """The gateway, in this life of it, knows the manifest and lacks the blobs with these digests."""
        with self._step(sid, State.ANNOUNCED, (State.SEALED,)) as moved:
            if moved:
                self._connection.execute("UPDATE submission SET announced_life = ? WHERE sid = ?", (life, sid))
                self._mark_missing(sid, missing)
                self._tell("submission.announced", sid=sid, missing=len(missing))

    def found_missing(self, sid: str, missing: Collection[str]) -> None:
        """The gateway would not commit: these blobs are not there."""
        with self._step(sid, State.ANNOUNCED, (State.COMMITTING,)) as moved:
            if moved:
                self._mark_missing(sid, missing)
                self._tell("submission.found_missing", sid=sid, missing=len(missing))

    def announce_again(self, sid: str) -> None:
        """The gateway does not know this submission (any more)."""
        with self._step(sid, State.SEALED, (State.ANNOUNCED, State.UPLOADING, State.COMMITTING)) as moved:
            if moved:
                self._tell("submission.offered_again", sid=sid, cause="unknown")

    def upload_begun(self, blob: Blob, upload_path: str | None) -> None:
        """Its upload lives at `upload_path` now; None: it must begin anew."""
        with self._step(blob.sid, State.UPLOADING, (State.ANNOUNCED,)):
            self._connection.execute("UPDATE attachment SET upload_path = ? WHERE id = ?", (upload_path, blob.row))
            if upload_path is None:
                self._tell("upload.lost", sid=blob.sid, blob=blob.digest)
            else:
                self._tell("upload.begun", sid=blob.sid, blob=blob.digest, bytes=blob.size)

    def uploaded(self, blob: Blob) -> None:
        """The gateway has every byte. The same content under another name of this submission is there too."""
        with transaction(self._connection):
            self._connection.execute(
                "UPDATE attachment SET uploaded = 1 WHERE sid = ? AND digest = ? AND NOT uploaded",
                (blob.sid, blob.digest),
            )
            if self._connection.changes():
                self._tell("upload.done", sid=blob.sid, blob=blob.digest)

    def committing(self, sid: str) -> None:
        with self._step(sid, State.COMMITTING, BEFORE_COMMIT) as moved:
            if moved:
                self._tell("submission.committing", sid=sid)

    def acknowledged(self, receipt: Receipt, acknowledgement: bytes, signature: str) -> None:
        """The gateway has received it. The verified `acknowledgement` is kept as it came, with its signature's line.

        A second one changes nothing.
        """
        with self._step(receipt.sid, State.ACKNOWLEDGED, OPEN) as moved:
            if moved:
                self._connection.execute(
                    "UPDATE submission SET acknowledgement = ?, acknowledgement_signature = ?, receipt_number = ?, "
                    "received_at = ? WHERE sid = ?",
                    (acknowledgement, signature, receipt.receipt_number, receipt.received_at.isoformat(), receipt.sid),
                )
                standing.raise_floor(self._connection, receipt.received_at)
                self._tell("submission.acknowledged", sid=receipt.sid, received_at=receipt.received_at)

    def set_aside(self, sid: str, state: State, refusal: bytes) -> None:
        """Rejected or in conflict: kept whole, with the gateway's answer, for staff to look at."""
        with self._step(sid, state, OPEN) as moved:
            if moved:
                self._connection.execute("UPDATE submission SET refusal = ? WHERE sid = ?", (refusal, sid))
                self._tell("submission.set_aside", sid=sid, state=state.value)

    def rating_sent(self, rating_id: str) -> None:
        with transaction(self._connection):
            found = self._connection.execute(
                "UPDATE rating SET sent = 1 WHERE rating_id = ? AND NOT sent RETURNING sid", (rating_id,)
            ).fetchone()
            if found is not None:
                self._tell("rating.sent", sid=str(found[0]))

    def rating_refused(self, rating_id: str, refusal: bytes) -> None:
        """Kept, with the gateway's answer."""
        with transaction(self._connection):
            found = self._connection.execute(
                "UPDATE rating SET refusal = ? WHERE rating_id = ? AND refusal IS NULL RETURNING sid",
                (refusal, rating_id),
            ).fetchone()
            if found is not None:
                self._tell("rating.refused", sid=str(found[0]))

    def erase_due(self, now: datetime, *, grace_s: int) -> int:
        """Erase what the platform holds for good and signed time has left behind for `grace_s`; how many."""
        return erasure.erase_due(self._connection, now, grace_s=grace_s)

    # What the platform says.

    def feed(self) -> Feed:
        return feed.read_feed(self._connection)

    def apply_feed(self, page: FeedPage) -> int | None:
        """Take in a verified page. The `after` to ask for next, or None at the feed's head."""
        with transaction(self._connection):
            return feed.apply(self._connection, page, now=self._now())

    def floor(self) -> datetime | None:
        """The highest signed time seen."""
        return standing.floor(self._connection)

    def raise_floor(self, at: datetime) -> None:
        """`at` stood in a verified answer. A floor only rises."""
        lowest = self.floor()
        if lowest is None or at > lowest:
            with transaction(self._connection):
                standing.raise_floor(self._connection, at)

    def enrolled(self, *, at: datetime, not_after: datetime) -> None:
        """A platform has just made us its terminal, `at` by its clock: what was signed before binds no longer, and
        nothing of it stands in the way of what this platform signs. The one way in which the floor may sink."""
        with transaction(self._connection):
            standing.write(self._connection, Standing.FLOOR, at.isoformat())
            pulled.forget_documents(self._connection)
            self._tell("certificate.enrolled", not_after=not_after)

    def keep_pulled(
        self, kind: Pulled, content: bytes, signature: str, *, snapshot: str, cursor: int, version: str
    ) -> None:
        """A verified document takes the place of the one before, whole. `cursor` is the configuration's serial."""
        now = self._now()
        with transaction(self._connection):
            pulled.keep_document(
                self._connection, PulledDocument(kind, content, signature, snapshot, cursor, version, now)
            )
            match kind:
                case Pulled.CATALOGUE:
                    self._tell("catalogue.taken", version=version, cursor=cursor)
                case Pulled.CONFIGURATION:
                    self._tell("configuration.taken", serial=cursor)

    def pulled(self, kind: Pulled) -> PulledDocument | None:
        return pulled.read_document(self._connection, kind)

    def keep_case_states(self, rows: Iterable[CaseState], cursor: int) -> None:
        with transaction(self._connection):
            pulled.keep_case_states(self._connection, rows, cursor)

    def case_cursor(self) -> int:
        return standing.read_number(self._connection, Standing.CASE_CURSOR)

    # The journal, and what the agent says of itself.

    def journal(self, event: str, **fields: Value) -> None:
        """An event of its own. Raises ValueError when `journal_events.toml` does not declare it so."""
        with transaction(self._connection):
            self._tell(event, **fields)

    def journal_unsent(self, limit: int) -> JournalPart:
        """At most `limit` rows the gateway lacks."""
        return journal.unsent(self._connection, limit)

    def journal_sent(self, seq: int) -> None:
        """The gateway has the rows up to `seq`."""
        with transaction(self._connection):
            journal.note_sent(self._connection, seq)

    def journal_dropped(self) -> int:
        """How many rows were dropped before the gateway had them."""
        return standing.read_number(self._connection, Standing.JOURNAL_DROPPED)

    def note_agent(self, state: Mapping[str, Json]) -> None:
        """What the agent does now, for the screen and the technician; written only when it changed."""
        note = canonical(state).decode()
        if note != standing.read_text(self._connection, Standing.AGENT_NOTE):
            with transaction(self._connection):
                standing.write(self._connection, Standing.AGENT_NOTE, note)

    def agent_note(self) -> Mapping[str, Json]:
        return read_agent_note(self._connection)

    @contextmanager
    def _step(self, sid: str, to: State, before: Collection[State]) -> Iterator[bool]:
        """A transaction, and whether it was in one of the states before and so moved."""
        marks = ", ".join("?" * len(before))
        with transaction(self._connection):
            self._connection.execute(
                f"UPDATE submission SET state = ? WHERE sid = ? AND state IN ({marks})",  # noqa: S608 - only marks
                (to.value, sid, *(state.value for state in before)),
            )
            yield bool(self._connection.changes())

    def _tell(self, event: str, **fields: Value) -> None:
        journal.append(self._connection, self._now(), event, fields)

    def _mark_missing(self, sid: str, missing: Collection[str]) -> None:
        rows = self._connection.execute("SELECT id, digest FROM attachment WHERE sid = ?", (sid,)).fetchall()
        self._connection.executemany(
            "UPDATE attachment SET uploaded = ?, upload_path = NULL WHERE id = ?",
            [(int(digest not in missing), row) for row, digest in rows],
        )


def sealed_since(sid: str, sealed_at: object) -> datetime:
    """When it was sealed. A program before did not write it down: then when its sid, a UUIDv7, was made."""
    if sealed_at is not None:
        return datetime.fromisoformat(str(sealed_at))
    return datetime.fromtimestamp((uuid.UUID(sid).int >> 80) / 1000, UTC)


def read_agent_note(connection: apsw.Connection) -> Mapping[str, Json]:
    """Empty before the first one."""
    note: dict[str, Json] = json.loads(standing.read_text(connection, Standing.AGENT_NOTE) or "{}")
    return note
