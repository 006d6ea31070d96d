"""The terminal's end under power cuts: one process seals, another takes the agent's steps, both tell what returned."""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from processes import Forked
from submissions import number_of, sid_of, submission
from told import Event, Told

from kiosk.ports import Sealed
from kiosk.submission import Rating, Receipt, digest_of
from sync.outbox.drain import Drain
from sync.outbox.schema import State, StoreTrouble, open_store
from sync.outbox.store import Outbox

MORNING = datetime(2026, 11, 23, 9, 46, tzinfo=UTC)
FORWARD = [State.SEALED, State.ANNOUNCED, State.UPLOADING, State.COMMITTING, State.ACKNOWLEDGED]
SUBMISSIONS_A_LIFE = 60
REFUSALS_A_LIFE = 5


class TerminalStore:
    """`start` lets both processes loose on the store in `directory`; `faults` opens it again and compares."""

    name = "terminal"

    def __init__(self, seed: int, files: Path) -> None:
        self._seed = seed
        self._log = files / "work.log"
        self._running: list[Forked] = []

    def start(self, directory: Path, told: Told, *, first: int, earlier: Sequence[Event] = ()) -> None:
        """New submissions are numbered from `first`."""
        self._running = [
            Forked(lambda: self._seal(directory, told, first=first), self._log),
            Forked(lambda: self._send(directory, told), self._log),
        ]

    def stopped_by_itself(self) -> bool:
        return self._running[0].ended()

    def kill(self) -> None:
        for process in self._running:
            process.kill()

    def _seal(self, directory: Path, told: Told, *, first: int) -> None:
        outbox = Outbox(directory, reserve_mb=1)
        refused = 0
        for number in range(first, first + SUBMISSIONS_A_LIFE):
            match outbox.seal(submission(self._seed, number)):
                case Sealed():
                    told.tell("sealed", number=number)
                case _:
                    refused += 1
            if number % 3 == 0 and outbox.receipt_of(sid_of(self._seed, number - 3)):
                rating = _rating(self._seed, number - 3)
                if isinstance(outbox.keep_rating(rating), Sealed):
                    told.tell("rated", number=number - 3)
            if refused > REFUSALS_A_LIFE:
                break
        outbox.close()

    def _send(self, directory: Path, told: Told) -> None:
        pause = threading.Event()
        try:
            with closing(Drain(directory)) as drain:
                while True:
                    for case in drain.pending():
                        number = number_of(case.sid)
                        for state in self._steps(drain, case.sid):
                            told.tell("state", number=number, state=state.value)
                    pause.wait(0.01)
        except StoreTrouble:
            return

    def _steps(self, drain: Drain, sid: str) -> Iterator[State]:
        """Each state once it is on the disk. From whatever state a cut has left."""
        sealed = submission(self._seed, number_of(sid))
        drain.announced(sid, [one.digest for one in sealed.attachments])
        yield State.ANNOUNCED
        while (blob := drain.next_blob(sid)) is not None:
            drain.upload_begun(blob, f"/v1/uploads/{blob.row}")
            yield State.UPLOADING
            drain.uploaded(blob)
        drain.committing(sid)
        yield State.COMMITTING
        drain.acknowledged(_receipt(sid), sealed.manifest[:40], "line")
        yield State.ACKNOWLEDGED

    def faults(self, directory: Path, events: Sequence[Event]) -> Iterator[str]:
        """What was told and is not so, and whatever is not whole."""
        try:
            outbox = Outbox(directory, reserve_mb=1)
        except StoreTrouble as trouble:
            yield f"the store is refused: {trouble}"
            return
        with closing(outbox), closing(Drain(directory)) as drain, closing(open_store(directory)) as connection:
            for event in events:
                sid = sid_of(self._seed, event["number"])
                expected = submission(self._seed, event["number"])
                state = outbox.state_of(sid)
                if state is None:
                    yield f"{event}: the submission is gone"
                    continue
                if drain.manifest(sid) != expected.manifest:
                    yield f"{event}: another manifest"
                if event["kind"] == "state" and FORWARD.index(state) < FORWARD.index(State(event["state"])):
                    yield f"{event}: the state went back to {state.value}"
                if event.get("state") == State.ACKNOWLEDGED.value and outbox.receipt_of(sid) != _receipt(sid):
                    yield f"{event}: the receipt is gone"
                if event["kind"] == "rated":
                    found = connection.execute("SELECT rating_id FROM rating WHERE sid = ?", (sid,)).fetchall()
                    if found != [(_rating(self._seed, event["number"]).rating_id,)]:
                        yield f"{event}: the rating is gone: {found}"
            # Whatever is there, told or not, is there whole.
            for (sid,) in connection.execute("SELECT sid FROM submission").fetchall():
                expected = submission(self._seed, number_of(sid))
                kept = [
                    (name, digest_of(bytes(content)))
                    for name, content in connection.execute(
                        "SELECT name, content FROM attachment WHERE sid = ?", (sid,)
                    )
                ]
                if Counter(kept) != Counter((one.name, one.digest) for one in expected.attachments):
                    yield f"{sid}: the attachments are not whole"
            if (
                connection.pragma("integrity_check") != "ok"
                or connection.execute("PRAGMA foreign_key_check").fetchall()
            ):
                yield "the database is damaged"


def _receipt(sid: str) -> Receipt:
    return Receipt(sid, f"{20261123_0000000 + number_of(sid)}0", MORNING + timedelta(seconds=number_of(sid)))


def _rating(seed: int, number: int) -> Rating:
    return Rating(sid_of(seed, number + (1 << 28)), sid_of(seed, number), 1 + number % 5, MORNING)
