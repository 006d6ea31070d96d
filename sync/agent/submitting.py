"""The lane of small things: manifests, commits and ratings, in the order in which they were sealed, then the pulls.

Each step forward is one row of the store. Nothing is deleted on an error: a crash anywhere goes on from the row.
"""

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Protocol, assert_never

from kiosk.submission import Json, Rating
from sync.agent.exchange import Again, Conflicting, Gone, Rejected
from sync.agent.lane import Agenda, Work
from sync.agent.platform_client import Acknowledged, Announced, NotWhole, PlatformClient, RatingTaken
from sync.agent.schedule import Trouble
from sync.outbox.drain import Drain, Pending
from sync.outbox.schema import State
from sync.steps import reached

log = logging.getLogger(__name__)


class Lower(Protocol):
    """What the same lane does when nothing more urgent is due."""

    def urgent(self, now_s: float) -> Sequence[Work]:
        """What goes before everything, because nothing else may get through without it."""
        ...

    def agenda(self, now_s: float) -> Agenda: ...

    def acknowledged(self, now_s: float) -> None:
        """There is something new that waits to be kept for good."""
        ...


class NothingLower:
    def urgent(self, now_s: float) -> Sequence[Work]:
        return ()

    def agenda(self, now_s: float) -> Agenda:
        return Agenda((), ())

    def acknowledged(self, now_s: float) -> None:
        pass


class Submitting:
    """Satisfies `lane.Source`."""

    def __init__(self, drain: Drain, client: PlatformClient, lower: Lower) -> None:
        self._drain = drain
        self._client = client
        self._lower = lower
        self._now_s = 0.0

    def agenda(self, now_s: float) -> Agenda:
        self._now_s = now_s
        pending, ratings, lower = self._drain.pending(), self._drain.ratings(), self._lower.agenda(now_s)
        works = [
            Work(case.sid, partial(self._announce if case.state is State.SEALED else self._commit, case))
            for case in pending
            if case.state in (State.SEALED, State.COMMITTING)
        ]
        works += [Work(rating.rating_id, partial(self._rate, rating)) for rating in ratings]
        known = {case.sid for case in pending} | {rating.rating_id for rating in ratings} | {*lower.known}
        return Agenda((*self._lower.urgent(now_s), *works, *lower.works), known, lower.later_s)

    def keep_note(self, document: Mapping[str, Json]) -> None:
        self._drain.note_agent(document)

    def _announce(self, case: Pending) -> Again | None:
        reached("agent.before_manifest")
        outcome = self._client.announce(case.sid, case.fingerprint, self._drain.manifest(case.sid))
        reached("agent.manifest_sent")
        match outcome:
            case Announced(missing, life):
                self._drain.announced(case.sid, missing, life=life)
                if self._drain.next_blob(case.sid) is None:
                    self._drain.committing(case.sid)
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
        earlier = self._drain.earlier_acknowledgement(case.sid)
        outcome = self._client.commit(case.sid, case.fingerprint, life=case.life, earlier=earlier)
        reached("agent.commit_sent")
        match outcome:
            case Acknowledged(receipt, acknowledgement, signature):
                self._drain.acknowledged(receipt, acknowledgement, signature)
                self._lower.acknowledged(self._now_s)
                reached("agent.acknowledged")
            case NotWhole(missing):
                self._drain.found_missing(case.sid, missing)
                return Again("blobs are missing", Trouble.CASE)
            case Gone():
                self._drain.announce_again(case.sid)
                return Again("the gateway does not know it, or lives anew", Trouble.CASE)
            case Again():
                return outcome
            case _:
                assert_never(outcome)
        return None

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
