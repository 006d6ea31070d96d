"""The agent: drains the outbox to the gateway, one step at a time, small things before blobs.

Every case has its own pause after a failure, so a stuck one blocks only itself. Nothing is deleted on an error:
a crash anywhere goes on from the row.
"""

import logging
import math
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import assert_never

from kiosk.configuration import Configuration
from kiosk.submission import Rating
from sync.agent.backoff import Backoff
from sync.agent.platform_client import (
    Acknowledged,
    Again,
    Announced,
    Conflicting,
    Gone,
    NotWhole,
    OtherOffset,
    PlatformClient,
    RatingTaken,
    Rejected,
    UploadAt,
)
from sync.outbox.drain import Blob, Drain, Pending
from sync.outbox.key_file import StoreRefused
from sync.outbox.schema import State, StoreTrouble
from sync.steps import reached

log = logging.getLogger(__name__)
CHUNK_BYTES = 256_000


@dataclass(frozen=True, slots=True)
class _Pause:
    """After `failures` in a row, nothing before `due_s` of the monotonic clock."""

    failures: int
    due_s: float
    unreachable: bool


class Agent:
    """Takes one step of one case at a time from `drain` to `client`."""

    def __init__(
        self, drain: Drain, client: PlatformClient, *, backoff: Backoff, random: Random, stop: threading.Event
    ) -> None:
        self._drain = drain
        self._client = client
        self._backoff = backoff
        self._random = random
        self._stop = stop
        self._pauses: dict[str, _Pause] = {}

    def run(self, *, poll_s: float) -> None:
        """Drain until told to stop, looking every `poll_s` whether the terminal has written."""
        while not self._stop.is_set():
            version = self._drain.version()
            next_in_s = self.run_due()
            due_s = math.inf if next_in_s is None else time.monotonic() + next_in_s
            while self._drain.version() == version and not self._stop.is_set():
                left_s = due_s - time.monotonic()
                if left_s <= 0:
                    break
                self._stop.wait(min(poll_s, left_s))

    def run_due(self) -> float | None:
        """Do every step that is due. Seconds until the next one, or None when nothing waits for its time."""
        while not self._stop.is_set():
            now_s = time.monotonic()
            pending, ratings = self._drain.pending(), self._drain.ratings()
            keys = {case.sid for case in pending} | {rating.rating_id for rating in ratings}
            self._pauses = {key: pause for key, pause in self._pauses.items() if key in keys}
            due = [case for case in pending if self._is_due(case.sid, now_s)]
            small = [case for case in due if case.state in (State.SEALED, State.COMMITTING)]
            due_ratings = [rating for rating in ratings if self._is_due(rating.rating_id, now_s)]
            if small:
                self._settle(small[0].sid, self._advance(small[0]))
            elif due_ratings:
                self._settle(due_ratings[0].rating_id, self._rate(due_ratings[0]))
            elif due:
                self._settle(due[0].sid, self._advance(due[0]))
            else:
                return min((pause.due_s - now_s for pause in self._pauses.values()), default=None)
        return None

    def _is_due(self, key: str, now_s: float) -> bool:
        pause = self._pauses.get(key)
        return pause is None or pause.due_s <= now_s

    def _settle(self, key: str, outcome: Again | None) -> None:
        """Note how a step ended. One that got through wakes those who only could not reach the gateway."""
        before = self._pauses.pop(key, None)
        if outcome is None:
            self._pauses = {key: pause for key, pause in self._pauses.items() if not pause.unreachable}
            return
        failures = 1 if before is None else before.failures + 1
        pause_s = self._backoff.pause_s(failures, self._random, retry_after_s=outcome.retry_after_s)
        self._pauses[key] = _Pause(failures, time.monotonic() + pause_s, outcome.unreachable)
        log.info("%s waits %.1f s after %d failures: %s", key, pause_s, failures, outcome.reason)

    def _advance(self, case: Pending) -> Again | None:
        match case.state:
            case State.SEALED:
                return self._announce(case)
            case State.COMMITTING:
                return self._commit(case)
        blob = self._drain.next_blob(case.sid)
        if blob is not None:
            return self._upload(blob)
        self._drain.committing(case.sid)
        return None

    def _announce(self, case: Pending) -> Again | None:
        reached("agent.before_manifest")
        outcome = self._client.announce(case.sid, case.fingerprint, self._drain.manifest(case.sid))
        reached("agent.manifest_sent")
        match outcome:
            case Announced(missing):
                self._drain.announced(case.sid, missing)
                reached("agent.announced")
            case Rejected(answer):
                self._set_aside(case.sid, State.REJECTED, answer)
            case Conflicting(answer):
                self._set_aside(case.sid, State.CONFLICT, answer)
            case Again():
                return outcome
            case _:
                assert_never(outcome)
        return None

    def _commit(self, case: Pending) -> Again | None:
        reached("agent.before_commit")
        outcome = self._client.commit(case.sid, case.fingerprint)
        reached("agent.commit_sent")
        match outcome:
            case Acknowledged(receipt, acknowledgement):
                self._drain.acknowledged(receipt, acknowledgement)
                reached("agent.acknowledged")
            case NotWhole(missing):
                self._drain.found_missing(case.sid, missing)
                return Again("blobs are missing", unreachable=False)
            case Gone():
                self._drain.announce_again(case.sid)
                return Again("the gateway does not know it", unreachable=False)
            case Again():
                return outcome
            case _:
                assert_never(outcome)
        return None

    def _upload(self, blob: Blob) -> Again | None:
        """Send one blob from the gateway's offset on."""
        where = self._upload_of(blob)
        while isinstance(where, UploadAt) and where.offset < blob.size:
            if self._stop.is_set():
                return None
            reached("agent.before_chunk")
            chunk = self._drain.chunk(blob, offset=where.offset, size=CHUNK_BYTES)
            outcome = self._client.send_chunk(where.path, chunk, offset=where.offset)
            reached("agent.chunk_sent")
            if isinstance(outcome, OtherOffset):
                outcome = self._client.upload_at(where.path, blob.size)
                if isinstance(outcome, UploadAt) and outcome.offset == where.offset:
                    return Again("the gateway refuses its own offset", unreachable=False)
            if isinstance(outcome, UploadAt) and outcome.offset < where.offset:
                log.warning("%s: the gateway's offset went back from %d to %d", blob.sid, where.offset, outcome.offset)
            where = outcome
        match where:
            case UploadAt():
                self._drain.uploaded(blob)
                reached("agent.uploaded")
                return None
            case Gone():
                self._drain.upload_begun(blob, None)
                return Again("an upload is gone", unreachable=False)
            case Again():
                return where
        assert_never(where)

    def _upload_of(self, blob: Blob) -> UploadAt | Gone | Again:
        """Where its upload stands; a new one where there is none."""
        if blob.upload_path is not None:
            return self._client.upload_at(blob.upload_path, blob.size)
        outcome = self._client.begin_upload(blob.sid, name=blob.name, digest=blob.digest, size=blob.size)
        match outcome:
            case UploadAt(path):
                self._drain.upload_begun(blob, path)
                return self._client.upload_at(path, blob.size)
            case Gone():
                self._drain.announce_again(blob.sid)
                return Again("the gateway does not know it", unreachable=False)
            case Again():
                return outcome
        assert_never(outcome)

    def _rate(self, rating: Rating) -> Again | None:
        reached("agent.before_rating")
        outcome = self._client.rate(rating)
        reached("agent.rating_sent")
        match outcome:
            case RatingTaken():
                self._drain.rating_sent(rating.rating_id)
            case Rejected(answer) | Conflicting(answer):
                log.error("rating %s was refused; it is kept", rating.rating_id)
                self._drain.rating_refused(rating.rating_id, answer)
            case Again():
                return outcome
            case _:
                assert_never(outcome)
        return None

    def _set_aside(self, sid: str, state: State, answer: bytes) -> None:
        log.error("%s is set aside as %s; it is kept, and staff must look", sid, state.value)
        self._drain.set_aside(sid, state, answer)


def run_agent(
    configuration: Configuration,
    stop: threading.Event,
    *,
    backoff: Backoff = Backoff(),  # noqa: B008 - frozen
    poll_s: float = 0.2,
    random: Random | None = None,
) -> None:
    """Drain the store until `stop` is set. Raises StoreRefused when the store must not be opened at all,
    AddressRefused when the gateway's address is no safe one.

    A store that does not answer is opened again after a pause; what is sealed meanwhile waits in it.
    """
    gateway = configuration.gateway
    client = PlatformClient(
        gateway.url, connect_timeout_s=gateway.connect_timeout_s, read_timeout_s=gateway.read_timeout_s
    )
    random = random or Random()  # spreads retries, keeps no secret
    failures = 0
    try:
        while not stop.is_set():
            try:
                with closing(Drain(Path(configuration.store.directory))) as drain:
                    Agent(drain, client, backoff=backoff, random=random, stop=stop).run(poll_s=poll_s)
            except StoreRefused:
                raise
            except StoreTrouble as trouble:
                failures += 1
                log.warning("the store does not work: %s", type(trouble).__name__)
                stop.wait(backoff.pause_s(failures, random))
    finally:
        client.close()
