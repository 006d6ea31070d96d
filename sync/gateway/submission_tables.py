"""Submissions in the gateway's file: manifests, uploads, acknowledgements, ratings, and the outbox to the city."""

import json
import math
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from kiosk.submission import digest_of
from sync.gateway.database import Database
from sync.gateway.records import (
    Acknowledgement,
    Attached,
    HandOn,
    Kept,
    KeptRating,
    KeptSubmission,
    Manifest,
    Received,
    Signed,
    Upload,
)
from sync.steps import reached

ROWS_AT_ONCE = 100
HAND_ONS_AT_ONCE = 10  # whole manifests, read while those who ask for something small wait
NUMBERS_A_DAY = 10_000_000
LONGEST_PAUSE = timedelta(hours=1)  # a row that waits longer was written under another clock
_MANIFEST = "submission.sid, slip_code, manifest, fingerprint, attachments, terminal, manifest_signature, parked"


class SubmissionTables(Database):
    """Satisfies `Submissions` and `HandOns`."""

    def keep_manifest(self, manifest: Manifest) -> Kept:
        attachments = json.dumps([[one.name, one.digest, one.size] for one in manifest.attachments])
        with self._writing():
            found = self._one("SELECT fingerprint, terminal FROM submission WHERE sid = ?", manifest.sid)
            if found is not None:
                if found[1] != manifest.terminal:
                    return Kept.OTHERS
                return Kept.SAME if found[0] == manifest.fingerprint else Kept.OTHER
            self._execute(
                "INSERT INTO submission (sid, slip_code, fingerprint, manifest, attachments, terminal, "
                "manifest_signature, parked) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                manifest.sid,
                manifest.slip_code,
                manifest.fingerprint,
                manifest.content,
                attachments,
                manifest.terminal,
                manifest.signature,
                manifest.parked,
            )
        reached("gateway.manifest_stored")
        return Kept.NEW

    def manifest(self, sid: str) -> Manifest | None:
        with self._reading():
            found = self._one(f"SELECT {_MANIFEST} FROM submission WHERE sid = ?", sid)  # noqa: S608  # our own columns
        return None if found is None else _manifest(found)

    def upload_for(self, sid: str, digest: str, size: int) -> Upload:
        with self._writing():
            self._execute(
                "INSERT INTO upload VALUES (?, ?, ?, ?) ON CONFLICT (sid, digest) DO NOTHING",
                uuid.uuid4().hex,
                sid,
                digest,
                size,
            )
            ((upload_id,),) = self._execute("SELECT upload_id FROM upload WHERE sid = ? AND digest = ?", sid, digest)
        return Upload(str(upload_id), sid, digest, size)

    def upload(self, upload_id: str) -> Upload | None:
        with self._reading():
            found = self._one("SELECT upload_id, sid, digest, size FROM upload WHERE upload_id = ?", upload_id)
        return None if found is None else Upload(*found)

    def acknowledgement(self, sid: str) -> Signed | None:
        with self._reading():
            found = self._one("SELECT acknowledgement, acknowledgement_signature FROM submission WHERE sid = ?", sid)
        return None if found is None or found[0] is None else Signed(bytes(found[0]), str(found[1]))

    def commit(
        self,
        sid: str,
        acknowledge: Callable[[int], Acknowledgement],
        *,
        least: int,
        at: datetime,
        earlier: Acknowledgement | None = None,
        durable: bool = False,
    ) -> Signed:
        with self._writing():
            before = self.acknowledgement(sid)
            if before is not None:
                return before
            given = earlier if earlier is not None and self._is_free(earlier.receipt_number) else None
            if given is None:
                given = acknowledge(self._next_series(least))
                while not self._is_free(given.receipt_number):  # one from before a restore has it
                    given = acknowledge((given.series or 0) + 1)
            self._execute(
                "UPDATE submission SET series = ?, receipt_number = ?, acknowledgement = ?, "
                "acknowledgement_signature = ? WHERE sid = ?",
                given.series,
                given.receipt_number,
                given.signed.content,
                given.signed.signature,
                sid,
            )
            self._execute("INSERT INTO hand_on (sid) VALUES (?)", sid)
            cursor = self._list(sid, given.signed.content, at)
            self._execute(
                "INSERT INTO case_state SELECT sid, terminal, (SELECT coalesce(max(cursor), 0) + 1 FROM case_state), "
                "0, iif(parked IS NULL, 'received', 'parked'), NULL FROM submission WHERE sid = ?",
                sid,
            )
            if durable:
                self._set("durable_until", str(cursor))
            reached("gateway.in_commit")
        reached("gateway.committed")
        return given.signed

    def _next_series(self, least: int) -> int:
        day = least - least % NUMBERS_A_DAY
        ((last,),) = self._execute(
            "SELECT coalesce(max(series), 0) FROM submission WHERE series BETWEEN ? AND ?", day, day + NUMBERS_A_DAY - 1
        )
        return max(int(last) + 1, least)

    def _list(self, sid: str, content: bytes, at: datetime) -> int:
        """A new row of the feed about this submission, which says `content`; its cursor."""
        ((terminal,),) = self._execute("SELECT terminal FROM submission WHERE sid = ?", sid)
        before = self._one("SELECT history FROM feed WHERE terminal = ? ORDER BY cursor DESC LIMIT 1", str(terminal))
        history = digest_of(("" if before is None else str(before[0])).encode() + content)
        self._execute(
            "INSERT INTO feed (terminal, sid, at, history) VALUES (?, ?, ?, ?)",
            str(terminal),
            sid,
            at.astimezone(UTC).isoformat(),
            history,
        )
        ((cursor,),) = self._execute("SELECT last_insert_rowid()")
        return int(cursor)

    def _is_free(self, receipt_number: str) -> bool:
        return self._one("SELECT 1 FROM submission WHERE receipt_number = ?", receipt_number) is None

    def keep_rating(self, rating: KeptRating, *, at: datetime, durable: bool = False) -> Kept:
        with self._writing():
            found = self._one(
                "SELECT sid, rating_id, content FROM rating WHERE sid = ? OR rating_id = ?",
                rating.sid,
                rating.rating_id,
            )
            if found is not None:
                return Kept.SAME if found == (rating.sid, rating.rating_id, rating.content) else Kept.OTHER
            self._execute("INSERT INTO rating VALUES (?, ?, ?)", rating.sid, rating.rating_id, rating.content)
            self._execute(  # not before what it waits behind
                "INSERT INTO hand_on (sid, rating, not_before) VALUES (?, ?, "
                "(SELECT coalesce(max(not_before), 0) FROM hand_on WHERE sid = ? AND NOT done))",
                rating.sid,
                rating.content,
                rating.sid,
            )
            cursor = self._list(rating.sid, rating.content, at)
            if durable:
                self._set("durable_until", str(cursor))
        reached("gateway.rating_stored")
        return Kept.NEW

    def submissions(self) -> Iterator[KeptSubmission]:
        after = 0
        while rows := self._rows(
            "SELECT place, acknowledgement, acknowledgement_signature, coalesce(receipt_number, ''), "  # noqa: S608  # our own columns
            "EXISTS (SELECT 1 FROM feed WHERE feed.sid = submission.sid), "
            "EXISTS (SELECT 1 FROM hand_on WHERE hand_on.sid = submission.sid AND rating IS NULL), "
            f"{_MANIFEST} FROM submission WHERE place > ? ORDER BY place LIMIT ?",
            after,
            ROWS_AT_ONCE,
        ):
            for _, content, signature, number, in_feed, in_outbox, *manifest in rows:
                signed = None if content is None else Signed(bytes(content), str(signature))
                yield KeptSubmission(_manifest(tuple(manifest)), signed, str(number), bool(in_feed), bool(in_outbox))
            after = int(rows[-1][0])

    def received(self) -> Sequence[Received]:
        rows = self._rows(
            "SELECT submission.sid, slip_code, coalesce(receipt_number, ''), "
            "coalesce(CAST(rating.content ->> 'level' AS TEXT), ''), submission.terminal, "
            "coalesce(case_state.state, ''), coalesce(parked, '') "
            "FROM submission LEFT JOIN rating USING (sid) LEFT JOIN case_state USING (sid) ORDER BY place"
        )
        return tuple(Received(*map(str, row)) for row in rows)

    def hand_ons(self, now: datetime) -> Sequence[HandOn]:
        latest = (now + LONGEST_PAUSE).timestamp()
        for between in ((0.0, now.timestamp()), (latest, math.inf)):  # due, or written under another clock
            rows = self._rows(
                f"SELECT row, rating, attempts, acknowledgement, {_MANIFEST} "  # noqa: S608  # our own columns
                "FROM hand_on INDEXED BY hand_on_due JOIN submission USING (sid) "
                "WHERE NOT done AND not_before BETWEEN ? AND ? "
                "AND NOT EXISTS (SELECT 1 FROM hand_on AS earlier "
                "WHERE earlier.sid = hand_on.sid AND NOT earlier.done AND earlier.row < hand_on.row) "
                "ORDER BY not_before, row LIMIT ?",
                *between,
                HAND_ONS_AT_ONCE,
            )
            if rows:
                return tuple(_hand_on(row) for row in rows)
        return ()

    def next_hand_on(self) -> datetime | None:
        ((first,),) = self._rows("SELECT min(not_before) FROM hand_on WHERE NOT done")
        return None if first is None else datetime.fromtimestamp(float(first), UTC)

    def oldest_hand_on(self) -> datetime | None:
        found = self._rows("SELECT at FROM hand_on JOIN feed USING (sid) WHERE NOT done ORDER BY row LIMIT 1")
        return datetime.fromisoformat(str(found[0][0])) if found else None

    def handed_on(self, row: int) -> None:
        with self._writing():
            self._execute("UPDATE hand_on SET done = 1 WHERE row = ?", row)

    def postpone(self, row: int, until: datetime) -> None:
        with self._writing():
            self._execute(  # what waits behind it waits as long
                "UPDATE hand_on SET attempts = attempts + (row = ?), not_before = ? "
                "WHERE NOT done AND sid = (SELECT sid FROM hand_on WHERE row = ?)",
                row,
                until.timestamp(),
                row,
            )

    def hand_ons_waiting(self) -> int:
        ((count,),) = self._rows("SELECT count(*) FROM hand_on WHERE NOT done")
        return int(count)


def _hand_on(columns: tuple[Any, ...]) -> HandOn:
    row, rating, attempts, acknowledgement, *rest = columns
    content = None if rating is None else bytes(rating)
    return HandOn(int(row), _manifest(tuple(rest)), bytes(acknowledgement), content, int(attempts))


def _manifest(row: tuple[Any, ...]) -> Manifest:
    sid, slip_code, content, fingerprint, attachments, terminal, signature, parked = row
    return Manifest(
        sid=str(sid),
        slip_code=str(slip_code),
        content=bytes(content),
        fingerprint=str(fingerprint),
        attachments=tuple(Attached(*one) for one in json.loads(str(attachments))),
        terminal=str(terminal),
        signature=str(signature),
        parked=None if parked is None else str(parked),
    )
