"""The terminal's end: the encrypted store as the screen's thread and the agent use it, and what must survive in it."""

import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import apsw

from kiosk.faults import STORE_NOT_WORKING
from kiosk.ports import NotPrinted, Printed, PrintOutcome, PrintUnknown, Sealed
from kiosk.submission import Rating, Receipt, SealedSubmission
from sync.outbox.drain import Drain
from sync.outbox.schema import State, open_store
from sync.outbox.store import Outbox
from tests.power.cuts import Lost
from tests.power.dump import Dump, difference, dump
from tests.power.recording import VFS_UNDER_CIPHER, Tape, recorded
from tests.power.synthetic import NOW, new_id, submission

STORE = "hall/store"  # a directory in a directory: both are made at the first start
STEPS_A_LIFE = 14
Opener = Callable[[Path], apsw.Connection]


@dataclass(frozen=True, slots=True)
class Kept:
    """A submission whose seal returned, and how far it had come."""

    submission: SealedSubmission
    state: State = State.SEALED
    acknowledgement: bytes | None = None
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """After a step: every row of the store (None: there was never a store) and what was promised."""

    rows: Dump | None
    kept: Mapping[str, Kept]


class TerminalEnd:
    name = "terminal"

    def __init__(self, opener: Opener = lambda place: open_store(place, vfs=VFS_UNDER_CIPHER)) -> None:
        self._opener = opener

    def nothing(self) -> Standing:
        return Standing(None, {})

    def live(self, tape: Tape, before: Standing, chance: random.Random) -> Sequence[Standing]:
        with recorded(tape):
            life = _Life(tape, self._opener, before, chance)
            try:
                life.run()
            finally:
                life.leave()
        return life.standings

    def check(self, root: Path, allowed: Sequence[Standing], chance: random.Random) -> Standing:
        place = root / STORE
        found: list[Dump] = []

        def opener(place: Path) -> apsw.Connection:
            connection = open_store(place)
            if not found:
                found.append(dump(connection))
            return connection

        try:
            outbox = Outbox(place, reserve_mb=0, opener=opener)
        except Exception as refusal:
            raise Lost(f"the store does not open: {refusal!r}") from refusal
        try:
            if not found:
                raise Lost("the store does not open")
            standing = _matching(found[0], allowed)
            with closing(Drain(place)) as drain:
                for sid, kept in standing.kept.items():
                    _look_at(outbox, drain, sid, kept)
            waiting = outbox.waiting()
            fresh = submission(chance, sizes=(chance.choice((0, 5_000)),))
            if outbox.seal(fresh) != Sealed():
                raise Lost("nothing can be sealed any more")
        finally:
            outbox.close()
        _opens_again(place, (*waiting, fresh.sid))
        return standing


class _Life:
    """One run of both processes in one."""

    def __init__(self, tape: Tape, opener: Opener, before: Standing, chance: random.Random) -> None:
        self._tape, self._chance = tape, chance
        self._place = tape.root / STORE
        self._given_opener = opener
        self._connection: apsw.Connection | None = None
        self._outbox: Outbox | None = None
        self._drain: Drain | None = None
        self._printing: list[tuple[str, str]] = []
        self._kept = dict(before.kept)
        self.standings = [before]

    def run(self) -> None:
        self._step(self._open)
        weights = [weight for weight, _ in self._STEPS]
        for _, step in self._chance.choices(self._STEPS, weights, k=self._chance.randint(4, STEPS_A_LIFE)):
            self._step(lambda step=step: step(self))

    def leave(self) -> None:
        """Not a part of the history: the tape is cut before."""
        for end in (self._drain, self._outbox):
            if end is not None:
                end.close()

    def _step(self, work: Callable[[], None]) -> None:
        work()
        self.standings.append(Standing(dump(self._connection), dict(self._kept)))
        self._tape.mark(len(self.standings) - 1)

    def _opener(self, place: Path) -> apsw.Connection:
        self._connection = self._given_opener(place)
        return self._connection

    # Steps.

    def _open(self) -> None:
        self._outbox = Outbox(self._place, reserve_mb=0, opener=self._opener)
        self._drain = Drain(self._place, opener=self._given_opener)

    def _seal(self) -> None:
        sealed = submission(self._chance)
        assert self._outbox.seal(sealed) == Sealed()
        held = [value for rows in dump(self._connection).values() for row in rows for value in row]
        assert all(content in held for content in (sealed.manifest, *(a.content for a in sealed.attachments)))
        self._kept[sealed.sid] = Kept(sealed)

    def _announce(self) -> None:
        sid = self._some(State.SEALED)
        if sid:
            missing = [a.digest for a in self._kept[sid].submission.attachments if self._chance.random() < 0.8]
            self._drain.announced(sid, missing)
            self._move(sid, State.ANNOUNCED)

    def _upload(self) -> None:
        sid = self._some(State.ANNOUNCED, State.UPLOADING)
        blob = self._drain.next_blob(sid) if sid else None
        if blob is None:
            return
        if blob.upload_path is None or self._chance.random() < 0.2:
            self._drain.upload_begun(blob, f"/v1/uploads/{self._chance.randbytes(8).hex()}")
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
            receipt = Receipt(sid, f"{self._chance.randrange(10**16):016}", NOW)
            acknowledgement = self._chance.randbytes(300)
            self._drain.acknowledged(receipt, acknowledgement)
            self._move(sid, State.ACKNOWLEDGED, acknowledgement=acknowledgement, receipt=receipt)

    def _set_aside(self) -> None:
        sid = self._some(State.SEALED, State.ANNOUNCED)
        if sid:
            state = self._chance.choice((State.REJECTED, State.CONFLICT))
            self._drain.set_aside(sid, state, self._chance.randbytes(200))
            self._move(sid, state)

    def _rate(self) -> None:
        if self._kept:
            sid = self._chance.choice(sorted(self._kept))
            self._outbox.keep_rating(Rating(new_id(self._chance), sid, self._chance.randint(1, 5), NOW))

    def _send_rating(self) -> None:
        for rating in self._drain.ratings()[:1]:
            self._drain.rating_sent(rating.rating_id)

    def _print(self) -> None:
        if self._kept:
            sid, job = self._chance.choice(sorted(self._kept)), new_id(self._chance)
            self._outbox.record_print(job, sid, None)
            self._printing.append((job, sid))

    def _print_ends(self) -> None:
        if self._printing:
            fault = STORE_NOT_WORKING
            outcomes: tuple[PrintOutcome, ...] = (Printed(), NotPrinted(fault), PrintUnknown(fault))
            self._outbox.record_print(*self._printing.pop(), self._chance.choice(outcomes))

    def _checkpoint(self) -> None:
        self._outbox.status()

    def _checkpoint_whole(self) -> None:
        """As SQLite does by itself once its log is long."""
        mode = self._chance.choice((apsw.SQLITE_CHECKPOINT_FULL, apsw.SQLITE_CHECKPOINT_TRUNCATE))
        self._connection.wal_checkpoint(mode=mode)

    def _restart_agent(self) -> None:
        self._drain.close()
        self._drain = Drain(self._place, opener=self._given_opener)

    def _restart_both(self) -> None:
        """The last to close takes the log away."""
        self._drain.close()
        self._outbox.close()
        self._open()

    _STEPS: Sequence[tuple[int, Callable[["_Life"], None]]] = (
        (5, _seal),
        (3, _announce),
        (4, _upload),
        (2, _commit),
        (3, _acknowledge),
        (1, _set_aside),
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
        found = sorted(sid for sid, kept in self._kept.items() if kept.state in states)
        return self._chance.choice(found) if found else None

    def _move(self, sid: str, state: State, **more: object) -> None:
        self._kept[sid] = replace(self._kept[sid], state=state, **more)


def _matching(found: Dump, allowed: Sequence[Standing]) -> Standing:
    for standing in allowed:
        if found == standing.rows or (standing.rows is None and not found["submission"]):
            return standing
    raise Lost("\n".join(f"allowed {at}: {difference(one.rows, found)}" for at, one in enumerate(allowed)))


def _look_at(outbox: Outbox, drain: Drain, sid: str, kept: Kept) -> None:
    """As the screen and the agent see it."""
    if outbox.state_of(sid) != kept.state:
        raise Lost(f"{sid} is {outbox.state_of(sid)}, not {kept.state}")
    if outbox.receipt_of(sid) != kept.receipt:
        raise Lost(f"{sid} has another receipt")
    if drain.manifest(sid) != kept.submission.manifest:
        raise Lost(f"{sid} has another manifest")
    blob = drain.next_blob(sid)
    if blob is not None:
        content = next(a.content for a in kept.submission.attachments if a.digest == blob.digest)
        if drain.chunk(blob, offset=0, size=blob.size) != content:
            raise Lost(f"{sid}: {blob.name} has other bytes")


def _opens_again(place: Path, waiting: Sequence[str]) -> None:
    opened: list[apsw.Connection] = []

    def opener(place: Path) -> apsw.Connection:
        opened.append(open_store(place))
        return opened[-1]

    outbox = Outbox(place, reserve_mb=0, opener=opener)
    try:
        if outbox.waiting() != tuple(waiting):
            raise Lost(f"waiting are {outbox.waiting()}, not {waiting}")
        problem = opened[-1].pragma("quick_check")
        if problem != "ok":
            raise Lost(f"the file is damaged: {problem}")
    finally:
        outbox.close()
