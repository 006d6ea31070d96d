"""The outbox as the agent's process sees it: what is to be sent, and how far each submission has come.

Every step forward is one transaction, and happens only from the state before it: two agents do no harm.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import apsw

from kiosk.submission import Rating, Receipt
from sync.outbox.schema import State, open_store, transaction


@dataclass(frozen=True, slots=True)
class Pending:
    """A submission that is on its way."""

    sid: str
    fingerprint: str
    state: State


@dataclass(frozen=True, slots=True)
class Blob:
    """An attachment that the gateway lacks. `upload_path` is where its upload was begun, if it was."""

    row: int
    sid: str
    name: str
    digest: str
    size: int
    upload_path: str | None


OPEN = (State.SEALED, State.ANNOUNCED, State.UPLOADING, State.COMMITTING)
BEFORE_COMMIT = (State.SEALED, State.ANNOUNCED, State.UPLOADING)


class Drain:
    """The agent's own connection to the store in `directory`. Raises what `open_store` may raise, at any call."""

    def __init__(self, directory: Path, *, opener: Callable[[Path], apsw.Connection] = open_store) -> None:
        self._connection = opener(directory)

    def close(self) -> None:
        self._connection.close(True)

    def version(self) -> int:
        """A number that changes when another connection has written."""
        return int(self._connection.pragma("data_version"))

    def pending(self) -> Sequence[Pending]:
        """What is on its way, oldest first."""
        rows = self._connection.execute(
            "SELECT sid, fingerprint, state FROM submission "
            "WHERE state != 'acknowledged' AND state IN (?, ?, ?, ?) ORDER BY place",
            tuple(state.value for state in OPEN),
        )
        return tuple(Pending(str(sid), str(fingerprint), State(state)) for sid, fingerprint, state in rows)

    def ratings(self) -> Sequence[Rating]:
        """Ratings to be sent: those whose submission is acknowledged."""
        rows = self._connection.execute(
            "SELECT rating_id, rating.sid, level, given_at FROM rating JOIN submission USING (sid) "
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

    def announced(self, sid: str, missing: Collection[str]) -> None:
        """The gateway knows the manifest and lacks the blobs with these digests."""
        with transaction(self._connection):
            if self._move(sid, State.ANNOUNCED, (State.SEALED,)):
                self._mark_missing(sid, missing)

    def found_missing(self, sid: str, missing: Collection[str]) -> None:
        """The gateway would not commit: these blobs are not there."""
        with transaction(self._connection):
            if self._move(sid, State.ANNOUNCED, (State.COMMITTING,)):
                self._mark_missing(sid, missing)

    def announce_again(self, sid: str) -> None:
        """The gateway does not know this submission (any more)."""
        with transaction(self._connection):
            self._move(sid, State.SEALED, OPEN)

    def next_blob(self, sid: str) -> Blob | None:
        """The next blob to send."""
        found = self._connection.execute(
            "SELECT id, sid, name, digest, size, upload_path FROM attachment "
            "WHERE sid = ? AND NOT uploaded ORDER BY id LIMIT 1",
            (sid,),
        ).fetchone()
        return None if found is None else Blob(*found)

    def chunk(self, blob: Blob, *, offset: int, size: int) -> bytes:
        """At most `size` bytes of the blob from `offset` on."""
        content = self._connection.blob_open("main", "attachment", "content", blob.row, False)
        try:
            content.seek(offset)
            return content.read(size)
        finally:
            content.close()

    def upload_begun(self, blob: Blob, upload_path: str | None) -> None:
        """Its upload lives at `upload_path` now; None: it must begin anew."""
        with transaction(self._connection):
            self._move(blob.sid, State.UPLOADING, (State.ANNOUNCED,))
            self._connection.execute("UPDATE attachment SET upload_path = ? WHERE id = ?", (upload_path, blob.row))

    def uploaded(self, blob: Blob) -> None:
        """The gateway has every byte. The same content under another name of this submission is there too."""
        with transaction(self._connection):
            self._connection.execute(
                "UPDATE attachment SET uploaded = 1 WHERE sid = ? AND digest = ?", (blob.sid, blob.digest)
            )

    def committing(self, sid: str) -> None:
        with transaction(self._connection):
            self._move(sid, State.COMMITTING, BEFORE_COMMIT)

    def acknowledged(self, receipt: Receipt, acknowledgement: bytes) -> None:
        """The gateway has received it. `acknowledgement` is kept as it came."""
        with transaction(self._connection):
            if self._move(receipt.sid, State.ACKNOWLEDGED, OPEN):
                self._connection.execute(
                    "UPDATE submission SET acknowledgement = ?, receipt_number = ?, received_at = ? WHERE sid = ?",
                    (acknowledgement, receipt.receipt_number, receipt.received_at.isoformat(), receipt.sid),
                )

    def set_aside(self, sid: str, state: State, refusal: bytes) -> None:
        """Rejected or in conflict: kept whole, with the gateway's answer, for staff to look at."""
        with transaction(self._connection):
            if self._move(sid, state, OPEN):
                self._connection.execute("UPDATE submission SET refusal = ? WHERE sid = ?", (refusal, sid))

    def rating_sent(self, rating_id: str) -> None:
        with transaction(self._connection):
            self._connection.execute("UPDATE rating SET sent = 1 WHERE rating_id = ?", (rating_id,))

    def rating_refused(self, rating_id: str, refusal: bytes) -> None:
        """Kept, with the gateway's answer."""
        with transaction(self._connection):
            self._connection.execute("UPDATE rating SET refusal = ? WHERE rating_id = ?", (refusal, rating_id))

    def _move(self, sid: str, to: State, before: Collection[State]) -> bool:
        """Whether it was in one of the states before, and so moved."""
        marks = ", ".join("?" * len(before))
        self._connection.execute(
            f"UPDATE submission SET state = ? WHERE sid = ? AND state IN ({marks})",  # noqa: S608 - only marks
            (to.value, sid, *(state.value for state in before)),
        )
        return bool(self._connection.changes())

    def _mark_missing(self, sid: str, missing: Collection[str]) -> None:
        rows = self._connection.execute("SELECT id, digest FROM attachment WHERE sid = ?", (sid,)).fetchall()
        self._connection.executemany(
            "UPDATE attachment SET uploaded = ?, upload_path = NULL WHERE id = ?",
            [(int(digest not in missing), row) for row, digest in rows],
        )
