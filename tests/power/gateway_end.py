"""The gateway's end: its file of metadata and its blobs, at the two ports and the uploads, and what must survive there."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import apsw

from kiosk.submission import Attachment, SealedSubmission, canonical
from sync.gateway.objects import ObjectDirectory
from sync.gateway.ports import (
    Acknowledgement,
    Attached,
    CaseEvent,
    CaseState,
    Kept,
    KeptRating,
    Manifest,
    Signed,
    TerminalIdentity,
    Upload,
)
from sync.gateway.storage import EmbeddedStorage, directory_of
from sync.gateway.uploads import Uploads
from tests.power.cuts import Lost
from tests.power.dump import Dump, difference, dump
from tests.power.recording import PLAIN_VFS, Tape, recorded
from tests.power.synthetic import new_id, submission

NOW = datetime(2026, 11, 23, 1, 46, tzinfo=UTC)
PLACE = "gateway"  # made at the first start
STEPS_A_LIFE = 18
TERMINAL = TerminalIdentity("CZ03", "湘桥", {})
STATES = ("pre-examination", "correction", "accepted", "decided")


@dataclass(frozen=True, slots=True)
class Taken:
    """A submission whose manifest was answered. `offsets`: what each blob's upload last answered."""

    submission: SealedSubmission
    offsets: Mapping[str, int] = field(default_factory=dict)
    acknowledgement: Signed | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """After a step: every row of the file (None: there was never one) and what was answered."""

    rows: Dump | None
    taken: Mapping[str, Taken]


class Gateway:
    """The parts that write to the disk, opened in one directory. `connection` is the file's own."""

    def __init__(self, place: Path, *, vfs: str | None = None) -> None:
        with _connections() as made:
            self.storage = EmbeddedStorage(place, vfs=vfs)
        (self.connection,) = made
        self.objects = ObjectDirectory(place)
        self.uploads = Uploads(self.storage, self.objects)

    def announce(self, submission: SealedSubmission) -> None:
        manifest = Manifest(
            sid=submission.sid,
            slip_code=submission.slip_code,
            content=submission.manifest,
            fingerprint=submission.fingerprint,
            attachments=tuple(Attached(a.name, a.digest, len(a.content)) for a in submission.attachments),
            terminal=TERMINAL.code,
            signature="ed25519-0123456789abcdef c2lnbmF0dXJl",
        )
        assert self.storage.keep_manifest(manifest) is Kept.NEW

    def upload(self, submission: SealedSubmission, blob: Attachment) -> tuple[Upload, int]:
        """Begun, and how far it has come."""
        upload = self.uploads.begin(TERMINAL, submission.sid, blob.digest, len(blob.content))
        assert isinstance(upload, Upload)
        stands = self.uploads.stands(upload)
        if not isinstance(stands, int):
            raise Lost(f"{blob.name} came whole and has another digest")
        return upload, stands

    def finish(self, submission: SealedSubmission, blob: Attachment, *, at_least: int) -> None:
        """As an agent does that comes back: ask where it stands, and send the rest."""
        upload, stands = self.upload(submission, blob)
        if stands < at_least:
            raise Lost(f"{blob.name} stands at {stands}, {at_least} was answered")
        if stands < len(blob.content):
            end = self.uploads.append(upload, blob.content[stands:], offset=stands)
            if end != len(blob.content):
                raise Lost(f"{blob.name} went on from {stands} and ended as {end}")
        if b"".join(self.objects.pieces(blob.digest)) != blob.content:
            raise Lost(f"{blob.name} has other bytes")

    def commit(self, sid: str, chance: random.Random) -> Signed:
        def acknowledge(series: int) -> Acknowledgement:
            number = f"20261123{series:08}"
            return Acknowledgement(series, number, Signed(f"{sid} {number}".encode(), f"key {chance.random()}"))

        return self.storage.commit(sid, acknowledge, at=NOW)


class GatewayEnd:
    name = "gateway"

    def __init__(self, *, before_work: Callable[[apsw.Connection], None] = lambda connection: None) -> None:
        self._before_work = before_work

    def nothing(self) -> Standing:
        return Standing(None, {})

    def live(self, tape: Tape, before: Standing, chance: random.Random) -> Sequence[Standing]:
        with recorded(tape):
            life = _Life(tape, before, chance, self._before_work)
            try:
                life.run()
            finally:
                life.leave()
        return life.standings

    def check(self, root: Path, allowed: Sequence[Standing], chance: random.Random) -> Standing:
        gateway = _opened(root / PLACE)
        try:
            standing = _matching(dump(gateway.connection), allowed)
            for sid, taken in standing.taken.items():
                if gateway.storage.acknowledgement(sid) != taken.acknowledgement:
                    raise Lost(f"{sid} has another acknowledgement")
                if taken.acknowledgement is not None and gateway.commit(sid, chance) != taken.acknowledgement:
                    raise Lost(f"{sid} is acknowledged in other words")
                # Uploads without a promise are finished too, but not all each time: hashing takes long.
                for blob in taken.submission.attachments:
                    if blob.digest in taken.offsets or chance.random() < 0.2:
                        gateway.finish(taken.submission, blob, at_least=taken.offsets.get(blob.digest, 0))
            fresh = submission(chance, sizes=(chance.choice((0, 5_000)),))
            gateway.announce(fresh)
            for blob in fresh.attachments:
                gateway.finish(fresh, blob, at_least=0)
            acknowledged = gateway.commit(fresh.sid, chance)
        finally:
            gateway.storage.close()
        _opens_again(root / PLACE, fresh.sid, acknowledged)
        return standing


class _Life:
    """One run of the gateway."""

    def __init__(
        self,
        tape: Tape,
        before: Standing,
        chance: random.Random,
        before_work: Callable[[apsw.Connection], None],
    ) -> None:
        self._tape, self._chance = tape, chance
        self._before_work = before_work
        self._taken = dict(before.taken)
        self.standings = [before]

    def run(self) -> None:
        self._step(_Life._open)
        weights = [weight for weight, _ in self._STEPS]
        for _, step in self._chance.choices(self._STEPS, weights, k=self._chance.randint(4, STEPS_A_LIFE)):
            self._step(step)

    def leave(self) -> None:
        self._gateway.storage.close()

    def _step(self, work: Callable[["_Life"], None]) -> None:
        work(self)
        self.standings.append(Standing(dump(self._gateway.connection), dict(self._taken)))
        self._tape.mark(len(self.standings) - 1)

    # Steps.

    def _open(self) -> None:
        self._gateway = _opened(self._tape.root / PLACE, vfs=PLAIN_VFS)
        self._before_work(self._gateway.connection)

    def _restart(self) -> None:
        self._gateway.storage.close()
        self._open()

    def _announce(self) -> None:
        announced = submission(self._chance)
        self._gateway.announce(announced)
        self._taken[announced.sid] = Taken(announced)

    def _append(self) -> None:
        """A sync unit of one blob."""
        for sid in self._some(lambda taken: bool(_lacking(taken))):
            taken = self._taken[sid]
            blob = self._chance.choice(_lacking(taken))
            upload, stands = self._gateway.upload(taken.submission, blob)
            assert stands >= taken.offsets.get(blob.digest, 0)
            if stands < len(blob.content) or not blob.content:
                end = min(len(blob.content), stands + self._chance.choice((1, 5_000, 16_384, 120_000, 300_000)))
                stands = self._gateway.uploads.append(upload, blob.content[stands:end], offset=stands)
                assert stands == end
            self._taken[sid] = replace(taken, offsets={**taken.offsets, blob.digest: stands})

    def _finish(self) -> None:
        for sid in self._some(lambda taken: bool(_lacking(taken))):
            taken = self._taken[sid]
            blob = self._chance.choice(_lacking(taken))
            self._gateway.finish(taken.submission, blob, at_least=taken.offsets.get(blob.digest, 0))
            self._taken[sid] = replace(taken, offsets={**taken.offsets, blob.digest: len(blob.content)})

    def _commit(self) -> None:
        for sid in self._some(lambda taken: taken.acknowledgement is None and not _lacking(taken)):
            self._taken[sid] = replace(self._taken[sid], acknowledgement=self._gateway.commit(sid, self._chance))

    def _rate(self) -> None:
        for sid in self._some(lambda taken: taken.acknowledgement is not None):
            content = canonical({"sid": sid, "level": self._chance.randint(1, 5)})
            self._gateway.storage.keep_rating(KeptRating(new_id(self._chance), sid, content))

    def _hand_on(self) -> None:
        for row in self._gateway.storage.hand_ons(NOW)[:1]:
            if self._chance.random() < 0.3:
                self._gateway.storage.postpone(row.row, NOW)
            else:
                self._gateway.storage.handed_on(row.row)

    def _case(self) -> None:
        for sid in self._some(lambda taken: taken.acknowledgement is not None):
            event = new_id(self._chance)
            state = CaseState(sid, self._chance.choice(STATES), None)
            self._gateway.storage.take_case(CaseEvent(event, self._chance.randrange(9), state, event.encode()))

    def _backed_up(self) -> None:
        self._gateway.storage.safe_until(self._gateway.storage.durability().head)

    def _checkpoint(self) -> None:
        """As SQLite does by itself once its log is long."""
        mode = self._chance.choice(
            (apsw.SQLITE_CHECKPOINT_PASSIVE, apsw.SQLITE_CHECKPOINT_FULL, apsw.SQLITE_CHECKPOINT_TRUNCATE)
        )
        self._gateway.connection.wal_checkpoint(mode=mode)

    _STEPS: Sequence[tuple[int, Callable[["_Life"], None]]] = (
        (5, _announce),
        (7, _append),
        (3, _finish),
        (5, _commit),
        (1, _rate),
        (1, _hand_on),
        (1, _case),
        (1, _backed_up),
        (2, _checkpoint),
        (1, _restart),
    )

    def _some(self, wanted: Callable[[Taken], bool]) -> list[str]:
        """The sid of one submission like that, if there is one."""
        found = sorted(sid for sid, taken in self._taken.items() if wanted(taken))
        return self._chance.sample(found, k=min(1, len(found)))


def _lacking(taken: Taken) -> list[Attachment]:
    """Blobs of which no answer said yet that they are whole."""
    return [a for a in taken.submission.attachments if taken.offsets.get(a.digest) != len(a.content)]


def _opened(place: Path, *, vfs: str | None = None) -> Gateway:
    return Gateway(directory_of(f"sqlite:{place}", "sqlite", "storage"), vfs=vfs)


@contextmanager
def _connections() -> Iterator[list[apsw.Connection]]:
    """What is opened meanwhile."""
    made: list[apsw.Connection] = []
    apsw.connection_hooks.append(made.append)
    try:
        yield made
    finally:
        apsw.connection_hooks.remove(made.append)


def _matching(found: Dump, allowed: Sequence[Standing]) -> Standing:
    """With what was answered up to the cut: a step that had not returned has promised no offset."""
    for standing in allowed:
        if found == standing.rows or (standing.rows is None and not found["submission"]):
            return Standing(standing.rows, _promised(standing.taken, allowed[0].taken))
    raise Lost("\n".join(f"allowed {at}: {difference(one.rows, found)}" for at, one in enumerate(allowed)))


def _promised(taken: Mapping[str, Taken], before: Mapping[str, Taken]) -> Mapping[str, Taken]:
    return {sid: replace(one, offsets=before[sid].offsets if sid in before else {}) for sid, one in taken.items()}


def _opens_again(place: Path, sid: str, acknowledged: Signed) -> None:
    gateway = _opened(place)
    try:
        if gateway.storage.acknowledgement(sid) != acknowledged:
            raise Lost(f"{sid} was acknowledged after the cut and is not any more")
        faults = gateway.storage.faults()
        if faults:
            raise Lost(f"the file is damaged: {faults}")
    finally:
        gateway.storage.close()
