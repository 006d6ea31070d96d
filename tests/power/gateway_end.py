"""The gateway's end: its file of metadata and its blobs, at the ports and the uploads, and what must survive there."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import apsw

from kiosk.submission import Attachment, SealedSubmission, canonical
from sync.gateway.connectors.folder import FolderConnector
from sync.gateway.hand_on import Taken as HandedOn
from sync.gateway.objects import ObjectDirectory
from sync.gateway.reception import Known, Received, Reception
from sync.gateway.records import CaseEvent, CaseState, Signed, TerminalIdentity, Upload
from sync.gateway.signing import Signing
from sync.gateway.storage import EmbeddedStorage, directory_of
from sync.gateway.uploads import Uploads
from sync.wire.signatures import SigningKey
from tests.power.cuts import Lost
from tests.power.dump import dump
from tests.power.life import Life, Standing, connections_made, matching
from tests.power.recording import PLAIN_VFS, Tape
from tests.power.synthetic import new_id, submission

NOW = datetime(2026, 11, 23, 1, 46, tzinfo=UTC)
PLACE = "gateway"  # made at the first start
TERMINAL_KEY, GATEWAY_KEY = SigningKey(bytes(32)), SigningKey(bytes(range(32)))
TERMINAL = TerminalIdentity("CZ03", "湘桥", {TERMINAL_KEY.key_id: TERMINAL_KEY.public})
STATES = ("pre-examination", "correction", "accepted", "decided")


@dataclass(frozen=True, slots=True)
class Taken:
    """A submission whose manifest was answered. `offsets`: what each blob's upload last answered."""

    submission: SealedSubmission
    offsets: Mapping[str, int] = field(default_factory=dict)
    acknowledgement: Signed | None = None


class Gateway:
    """The parts that write to the disk, opened in one directory. `connection` is the file's own."""

    def __init__(self, place: Path, *, vfs: str | None = None) -> None:
        with connections_made() as made:
            self.storage = EmbeddedStorage(place, vfs=vfs)
        self.connection, _ = made  # the one that writes, the one that reads
        self.objects = ObjectDirectory(place)
        self.uploads = Uploads(self.storage, self.objects)
        self.folder = FolderConnector(place, self.objects)
        self.reception = Reception(
            self.storage,
            self.objects,
            signing=Signing(GATEWAY_KEY, {GATEWAY_KEY.key_id: GATEWAY_KEY.public}),
            catalogue_version=lambda: None,
            simulated=True,
            now=lambda: NOW,
            wake=lambda: None,
        )

    def announce(self, submission: SealedSubmission) -> None:
        line = TERMINAL_KEY.sign(submission.manifest).line
        known = self.reception.announce(TERMINAL, submission.sid, submission.manifest, line)
        assert isinstance(known, Known), known

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

    def commit(self, sid: str) -> Signed:
        received = self.reception.commit(TERMINAL, sid)
        if not isinstance(received, Received):
            raise Lost(f"{sid} cannot be committed: {received}")
        return received.answer


class GatewayEnd:
    name = "gateway"

    def __init__(self, *, before_work: Callable[[apsw.Connection], None] = lambda connection: None) -> None:
        self._before_work = before_work

    def nothing(self) -> Standing[Taken]:
        return Standing(None, {})

    def live(self, tape: Tape, before: Standing[Taken], chance: random.Random) -> Sequence[Standing[Taken]]:
        return _Life(tape, before, chance, self._before_work).run()

    def check(self, root: Path, allowed: Sequence[Standing[Taken]], chance: random.Random) -> Standing[Taken]:
        gateway = _opened(root / PLACE)
        try:
            standings = matching(dump(gateway.connection), allowed)
            views = [one.promised for one in standings]
            offsets = {sid: taken.offsets for sid, taken in allowed[0].promised.items()}
            taken = {
                sid: replace(one, offsets=offsets.get(sid, {}), acknowledgement=gateway.storage.acknowledgement(sid))
                for view in views
                for sid, one in view.items()
            }
            for sid, one in taken.items():
                _look_at(gateway, one, [view[sid].acknowledgement for view in views if sid in view], chance)
            handed_on = gateway.connection.execute("SELECT sid, rating FROM hand_on WHERE done").fetchall()
            for sid, rating in handed_on:
                _look_at_folder(root / PLACE / "received" / sid, taken[sid], rating)
            fresh = submission(chance, sizes=(chance.choice((0, 5_000)),))
            gateway.announce(fresh)
            for blob in fresh.attachments:
                gateway.finish(fresh, blob, at_least=0)
            acknowledged = gateway.commit(fresh.sid)
        finally:
            gateway.storage.close()
        _opens_again(root / PLACE, fresh.sid, acknowledged)
        return Standing(standings[0].rows, taken)


class _Life(Life[Taken]):
    def __init__(
        self, tape: Tape, before: Standing[Taken], chance: random.Random, before_work: Callable[[apsw.Connection], None]
    ) -> None:
        super().__init__(tape, before, chance)
        self._before_work = before_work
        self._gateway: Gateway | None = None

    def open(self) -> None:
        self._gateway = _opened(self.tape.root / PLACE, vfs=PLAIN_VFS)
        self._before_work(self._gateway.connection)

    def close(self) -> None:
        if self._gateway is not None:
            self._gateway.storage.close()

    @property
    def connection(self) -> apsw.Connection:
        return self._gateway.connection

    # Steps.

    def _restart(self) -> None:
        self.close()
        self.open()

    def _announce(self) -> None:
        announced = submission(self.chance)
        self._gateway.announce(announced)
        self.promised[announced.sid] = Taken(announced)

    def _append(self) -> None:
        """A sync unit of one blob."""
        for sid in self.some(lambda taken: bool(_lacking(taken))):
            taken = self.promised[sid]
            blob = self.chance.choice(_lacking(taken))
            upload, stands = self._gateway.upload(taken.submission, blob)
            assert stands >= taken.offsets.get(blob.digest, 0)
            if stands < len(blob.content) or not blob.content:
                end = min(len(blob.content), stands + self.chance.choice((1, 5_000, 16_384, 120_000, 300_000)))
                stands = self._gateway.uploads.append(upload, blob.content[stands:end], offset=stands)
                assert stands == end
            self.promised[sid] = replace(taken, offsets={**taken.offsets, blob.digest: stands})

    def _finish(self) -> None:
        for sid in self.some(lambda taken: bool(_lacking(taken))):
            taken = self.promised[sid]
            blob = self.chance.choice(_lacking(taken))
            self._gateway.finish(taken.submission, blob, at_least=taken.offsets.get(blob.digest, 0))
            self.promised[sid] = replace(taken, offsets={**taken.offsets, blob.digest: len(blob.content)})

    def _commit(self) -> None:
        for sid in self.some(lambda taken: taken.acknowledgement is None and not _lacking(taken)):
            self.promised[sid] = replace(self.promised[sid], acknowledgement=self._gateway.commit(sid))

    def _rate(self) -> None:
        for sid in self.some(lambda taken: taken.acknowledgement is not None):
            level, given_at = self.chance.randint(1, 5), NOW.isoformat()
            rating = {"rating_id": new_id(self.chance), "sid": sid, "level": level, "given_at": given_at}
            self._gateway.reception.rate(TERMINAL, canonical(rating))

    def _hand_on(self) -> None:
        for row in self._gateway.storage.hand_ons(NOW)[:1]:
            if self.chance.random() < 0.3:
                self._gateway.storage.postpone(row.row, NOW)
            else:
                assert self._gateway.folder.take(row) == HandedOn()
                self._gateway.storage.handed_on(row.row)

    def _case(self) -> None:
        for sid in self.some(lambda taken: taken.acknowledgement is not None):
            event = new_id(self.chance)
            state = CaseState(sid, self.chance.choice(STATES), None)
            self._gateway.storage.take_case(CaseEvent(event, self.chance.randrange(9), state, event.encode()))

    def _backed_up(self) -> None:
        self._gateway.storage.safe_until(self._gateway.storage.durability().head)

    def _checkpoint(self) -> None:
        """As SQLite does by itself once its log is long."""
        mode = self.chance.choice(
            (apsw.SQLITE_CHECKPOINT_PASSIVE, apsw.SQLITE_CHECKPOINT_FULL, apsw.SQLITE_CHECKPOINT_TRUNCATE)
        )
        self._gateway.connection.wal_checkpoint(mode=mode)

    STEPS = (
        (5, _announce),
        (7, _append),
        (5, _finish),
        (6, _commit),
        (1, _rate),
        (3, _hand_on),
        (1, _case),
        (1, _backed_up),
        (2, _checkpoint),
        (1, _restart),
    )


def _lacking(taken: Taken) -> list[Attachment]:
    """Blobs of which no answer said yet that they are whole."""
    return [a for a in taken.submission.attachments if taken.offsets.get(a.digest) != len(a.content)]


def _opened(place: Path, *, vfs: str | None = None) -> Gateway:
    return Gateway(directory_of(f"sqlite:{place}", "sqlite", "storage"), vfs=vfs)


def _look_at(gateway: Gateway, taken: Taken, answers: Sequence[Signed | None], chance: random.Random) -> None:
    """The same acknowledgement, and every offset that was answered. Uploads go on to their end."""
    sid = taken.submission.sid
    if taken.acknowledgement not in answers:
        raise Lost(f"{sid} has another acknowledgement")
    if taken.acknowledgement is not None and gateway.commit(sid) != taken.acknowledgement:
        raise Lost(f"{sid} is acknowledged in other words")
    for blob in taken.submission.attachments:
        if blob.digest in taken.offsets or chance.random() < 0.2:  # hashing all of them takes long
            gateway.finish(taken.submission, blob, at_least=taken.offsets.get(blob.digest, 0))


def _look_at_folder(folder: Path, taken: Taken, rating: bytes | None) -> None:
    """What the city reads."""
    there = [file.read_bytes() for file in folder.iterdir()] if folder.is_dir() else []
    wanted = [taken.submission.manifest, *(a.content for a in taken.submission.attachments)]
    if not all(content in there for content in wanted) or (rating is not None and rating not in there):
        raise Lost(f"{taken.submission.sid} was handed on and is not there whole")


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
