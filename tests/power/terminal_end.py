"""The terminal's end: the encrypted store as the screen's thread and the agent use it, and what must survive in it."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import apsw

from kiosk.faults import STORE_NOT_WORKING
from kiosk.ports import NotPrinted, Printed, PrintOutcome, PrintUnknown, Sealed
from kiosk.submission import Rating, Receipt, SealedSubmission
from sync.outbox.drain import Drain
from sync.outbox.feed import FeedPage
from sync.outbox.pulled import CaseState, Pulled
from sync.outbox.schema import State, open_store
from sync.outbox.store import Outbox
from sync.wire.journal import GENESIS, Entry, holds
from tests.power.cuts import Lost
from tests.power.dump import Dump, dump
from tests.power.life import Life, Standing, matching
from tests.power.recording import VFS_UNDER_CIPHER, Tape
from tests.power.synthetic import NOW, new_id, submission

STORE = "hall/store"  # a directory in a directory: both are made at the first start
Opener = Callable[[Path], apsw.Connection]


@dataclass(frozen=True, slots=True)
class Kept:
    """A submission whose seal returned, and how far it had come."""

    submission: SealedSubmission
    state: State = State.SEALED
    acknowledgement: bytes | None = None
    receipt: Receipt | None = None


class TerminalEnd:
    name = "terminal"

    def __init__(self, opener: Opener = lambda place: open_store(place, vfs=VFS_UNDER_CIPHER)) -> None:
        self._opener = opener

    def nothing(self) -> Standing[Kept]:
        return Standing(None, {})

    def live(self, tape: Tape, before: Standing[Kept], chance: random.Random) -> Sequence[Standing[Kept]]:
        return _Life(tape, before, chance, self._opener).run()

    def check(self, root: Path, allowed: Sequence[Standing[Kept]], chance: random.Random) -> Standing[Kept]:
        place = root / STORE
        found: list[Dump] = []

        def opener(place: Path) -> apsw.Connection:
            connection = open_store(place)
            found.append(dump(connection))
            return connection

        outbox = Outbox(place, reserve_mb=0, opener=opener)
        try:
            if not found:
                raise Lost("the store does not open")
            standings = matching(found[0], allowed)
            views = [one.promised for one in standings]
            with closing(Drain(place)) as drain:
                kept = {sid: _as_kept(outbox, drain, sid, views) for view in views for sid in view}
            waiting = outbox.waiting()
            fresh = submission(chance, sizes=(chance.choice((0, 5_000)),))
            if outbox.seal(fresh) != Sealed():
                raise Lost("nothing can be sealed any more")
        finally:
            outbox.close()
        _opens_again(place, (*waiting, fresh.sid))
        return Standing(standings[0].rows, kept)


class _Life(Life[Kept]):
    """One run of both processes in one."""

    def __init__(self, tape: Tape, before: Standing[Kept], chance: random.Random, opener: Opener) -> None:
        super().__init__(tape, before, chance)
        self._place = tape.root / STORE
        self._given_opener = opener
        self._connection: apsw.Connection | None = None
        self._outbox: Outbox | None = None
        self._drain: Drain | None = None
        self._printing: list[tuple[str, str]] = []
        self._epoch = "first"

    def open(self) -> None:
        self._outbox = Outbox(self._place, reserve_mb=0, opener=self._opener)
        self._open_drain()

    def close(self) -> None:
        for end in (self._drain, self._outbox):
            if end is not None:
                end.close()

    @property
    def connection(self) -> apsw.Connection:
        assert self._connection is not None
        return self._connection

    def _opener(self, place: Path) -> apsw.Connection:
        self._connection = self._given_opener(place)
        return self._connection

    def _open_drain(self) -> None:
        self._drain = Drain(self._place, opener=self._given_opener, now=lambda: NOW)

    # Steps.

    def _seal(self) -> None:
        sealed = submission(self.chance)
        assert self._outbox.seal(sealed) == Sealed()
        held = [value for rows in dump(self._connection).values() for row in rows for value in row]
        assert all(content in held for content in (sealed.manifest, *(a.content for a in sealed.attachments)))
        self.promised[sealed.sid] = Kept(sealed)

    def _announce(self) -> None:
        sid = self._some(State.SEALED)
        if sid:
            missing = [a.digest for a in self.promised[sid].submission.attachments if self.chance.random() < 0.8]
            self._drain.announced(sid, missing)
            self._move(sid, State.ANNOUNCED)

    def _upload(self) -> None:
        sid = self._some(State.ANNOUNCED, State.UPLOADING)
        blob = self._drain.next_blob(sid) if sid else None
        if blob is None:
            return
        if blob.upload_path is None or self.chance.random() < 0.2:
            self._drain.upload_begun(blob, f"/v1/uploads/{self.chance.randbytes(8).hex()}")
            self._move(sid, State.UPLOADING)
        else:
            self._drain.uploaded(blob)

    def _commit(self) -> None:
        sid = self._some(State.ANNOUNCED, State.UPLOADING)
        if sid and self._drain.next_blob(sid) is None:
            self._drain.committing(sid)
            self._move(sid, State.COMMITTING)

    def _acknowledge(self) -> None:
        sid = self._some(State.COMMITTING) or self._some(State.SEALED, State.UPLOADING)
        if sid:
            receipt = Receipt(sid, f"{self.chance.randrange(10**16):016}", NOW)
            acknowledgement = self.chance.randbytes(300)
            self._drain.acknowledged(receipt, acknowledgement, "key line")
            self._move(sid, State.ACKNOWLEDGED, acknowledgement=acknowledgement, receipt=receipt)

    def _back(self) -> None:
        """The gateway lacks blobs again, or does not know the submission any more."""
        sid = self._some(State.COMMITTING)
        if sid and self.chance.random() < 0.5:
            self._drain.found_missing(sid, [a.digest for a in self.promised[sid].submission.attachments[:1]])
            self._move(sid, State.ANNOUNCED)
        elif sid:
            self._drain.announce_again(sid)
            self._move(sid, State.SEALED)

    def _set_aside(self) -> None:
        sid = self._some(State.SEALED, State.ANNOUNCED)
        if sid:
            state = self.chance.choice((State.REJECTED, State.CONFLICT))
            self._drain.set_aside(sid, state, self.chance.randbytes(200))
            self._move(sid, state)

    def _rate(self) -> None:
        for sid in self.some(lambda kept: kept.state is not State.ERASED):
            self._outbox.keep_rating(Rating(new_id(self.chance), sid, self.chance.randint(1, 5), NOW))

    def _send_rating(self) -> None:
        for rating in self._drain.ratings()[:1]:
            if self.chance.random() < 0.7:
                self._drain.rating_sent(rating.rating_id)
            else:
                self._drain.rating_refused(rating.rating_id, self.chance.randbytes(50))

    def _read_feed(self) -> None:
        """Now and then the platform was restored, and some of what it had acknowledged is not in its feed."""
        if self.chance.random() < 0.15:
            self._epoch = self.chance.randbytes(4).hex()
        before = self._drain.feed()
        listed = [sid for sid, kept in self.promised.items() if kept.state is State.ACKNOWLEDGED]
        rows = self.chance.sample(listed, k=self.chance.randint(0, len(listed)))
        head = before.cursor + len(rows)
        durable = self.chance.choice((0, before.cursor, head, head))
        more = bool(rows) and self.chance.random() < 0.3
        page = FeedPage(before.cursor, self._epoch, head, durable, rows, more, NOW)
        self._drain.apply_feed(page)
        for sid in listed:
            if self._outbox.state_of(sid) is State.SEALED:
                self.promised[sid] = Kept(self.promised[sid].submission)

    def _erase(self) -> None:
        self._drain.erase_due(NOW, grace_s=0)
        for sid, kept in self.promised.items():
            if kept.state is State.ACKNOWLEDGED and self._outbox.state_of(sid) is State.ERASED:
                self.promised[sid] = replace(kept, state=State.ERASED, receipt=None)

    def _tell(self) -> None:
        """The journal's own rows, and that the gateway has some."""
        if self.chance.random() < 0.5:
            self._drain.journal("clock.wrong", behind_s=self.chance.randrange(1000))
        else:
            rows = self._drain.journal_unsent(self.chance.randint(1, 20)).rows
            self._drain.journal_sent(rows[-1].seq if rows else 0)

    def _pull(self) -> None:
        match self.chance.randrange(4):
            case 0:
                content = self.chance.randbytes(self.chance.choice((300, 90_000)))
                cursor, version = self.chance.randrange(1000), self.chance.randbytes(6).hex()
                kind = self.chance.choice(tuple(Pulled))
                self._drain.keep_pulled(kind, content, "key line", snapshot="s", cursor=cursor, version=version)
            case 1:
                rows = [CaseState(sid, "accepted", None) for sid in sorted(self.promised)[:3]]
                self._drain.keep_case_states(rows, self.chance.randrange(1000))
            case 2:
                self._drain.note_agent({"doing": self.chance.choice(("waiting", "sending"))})
            case _:
                self._drain.raise_floor(NOW + timedelta(seconds=self.chance.randrange(1000)))

    def _print(self) -> None:
        if self.promised:
            sid, job = self.chance.choice(sorted(self.promised)), new_id(self.chance)
            self._outbox.record_print(job, sid, None)
            self._printing.append((job, sid))

    def _print_ends(self) -> None:
        if self._printing:
            fault = STORE_NOT_WORKING
            outcomes: tuple[PrintOutcome, ...] = (Printed(), NotPrinted(fault), PrintUnknown(fault))
            self._outbox.record_print(*self._printing.pop(), self.chance.choice(outcomes))

    def _checkpoint(self) -> None:
        self._outbox.status()

    def _checkpoint_whole(self) -> None:
        """As SQLite does by itself once its log is long."""
        mode = self.chance.choice((apsw.SQLITE_CHECKPOINT_FULL, apsw.SQLITE_CHECKPOINT_TRUNCATE))
        self._connection.wal_checkpoint(mode=mode)

    def _restart_agent(self) -> None:
        self._drain.close()
        self._open_drain()

    def _restart_both(self) -> None:
        """The last to close takes the log away."""
        self.close()
        self.open()

    STEPS = (
        (5, _seal),
        (3, _announce),
        (4, _upload),
        (2, _commit),
        (3, _acknowledge),
        (1, _back),
        (1, _set_aside),
        (3, _read_feed),
        (2, _erase),
        (1, _tell),
        (1, _pull),
        (1, _rate),
        (1, _send_rating),
        (1, _print),
        (1, _print_ends),
        (2, _checkpoint),
        (1, _checkpoint_whole),
        (1, _restart_agent),
        (1, _restart_both),
    )

    def _some(self, *states: State) -> str | None:
        """A submission in one of these states, if there is one."""
        found = sorted(sid for sid, kept in self.promised.items() if kept.state in states)
        return self.chance.choice(found) if found else None

    def _move(self, sid: str, state: State, **more: object) -> None:
        self.promised[sid] = replace(self.promised[sid], state=state, **more)


def _as_kept(outbox: Outbox, drain: Drain, sid: str, views: Sequence[Mapping[str, Kept]]) -> Kept:
    """How the screen and the agent see it: as one of the views says."""
    state = outbox.state_of(sid)
    held = [view[sid] for view in views if sid in view]
    if state is State.ERASED:  # many are erased in one step, each in a commit of its own: the rows have judged it
        held += [replace(one, state=state, receipt=None) for one in held if one.state is State.ACKNOWLEDGED]
    kept = next((one for one in held if one.state == state), None)
    if kept is None:
        raise Lost(f"{sid} is {state}")
    if outbox.receipt_of(sid) != kept.receipt:
        raise Lost(f"{sid} has another receipt")
    if state is State.ERASED:
        return kept
    if drain.manifest(sid) != kept.submission.manifest:
        raise Lost(f"{sid} has another manifest")
    blob = drain.next_blob(sid)
    if blob is not None:
        content = next(a.content for a in kept.submission.attachments if a.digest == blob.digest)
        if drain.chunk(blob, offset=0, size=blob.size) != content:
            raise Lost(f"{sid}: {blob.name} has other bytes")
    return kept


def _opens_again(place: Path, waiting: Sequence[str]) -> None:
    opened: list[apsw.Connection] = []

    def opener(place: Path) -> apsw.Connection:
        opened.append(open_store(place))
        return opened[-1]

    outbox = Outbox(place, reserve_mb=0, opener=opener)
    try:
        if outbox.waiting() != tuple(waiting):
            raise Lost(f"waiting are {outbox.waiting()}, not {waiting}")
        rows = opened[-1].execute("SELECT seq, at, event, fields, digest FROM journal ORDER BY seq").fetchall()
        entries = [(Entry(seq, at, event, json.loads(fields)), digest) for seq, at, event, fields, digest in rows]
        if not holds(GENESIS, entries):
            raise Lost("the journal's chain does not hold")
        problem = opened[-1].pragma("quick_check")
        if problem != "ok":
            raise Lost(f"the file is damaged: {problem}")
    finally:
        outbox.close()
