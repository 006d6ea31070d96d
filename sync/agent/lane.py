"""A lane: takes what is due, one step at a time, the most urgent first, and keeps its own schedule of failures.

There are two, of small things and of blobs, so that a large photograph on a slow line delays no receipt.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from kiosk.submission import Json
from sync.agent.clock import Clock
from sync.agent.exchange import Again
from sync.agent.note import AgentNote
from sync.agent.schedule import Schedule
from sync.agent.tus import Interrupted

log = logging.getLogger(__name__)


class LaneName(Enum):
    SMALL = "small"
    BLOBS = "blobs"


@dataclass(frozen=True, slots=True)
class Work:
    """One step of the case `key`: a request and what follows from its answer. None: it got through."""

    key: str
    step: Callable[[], Again | Interrupted | None]


@dataclass(frozen=True, slots=True)
class Agenda:
    """What there is to do now, the most urgent first; `later_s`: when more comes by itself. `known`: the cases that
    are still open, here or in the other lane, so that their failures are remembered."""

    works: Sequence[Work]
    known: Collection[str]
    later_s: float | None = None


class Source(Protocol):
    def agenda(self, now_s: float) -> Agenda:
        """Raises what the store may raise."""
        ...

    def keep_note(self, document: Mapping[str, Json]) -> None: ...


class Lane:
    """Steps through `source`. Used by one thread."""

    def __init__(
        self,
        name: LaneName,
        source: Source,
        schedule: Schedule,
        *,
        clock: Clock,
        note: AgentNote,
        is_over: Callable[[], bool] = lambda: False,
    ) -> None:
        self.name = name
        self._source = source
        self._schedule = schedule
        self._clock = clock
        self._note = note
        self._is_over = is_over

    def run_due(self, now_s: float) -> float | None:
        """Every step that is due, one by one. When the next one will be (seconds of the monotonic clock), or None."""
        while not self._is_over():
            agenda = self._source.agenda(now_s)
            self._schedule.keep(agenda.known)
            keys = [work.key for work in agenda.works]
            key = self._schedule.choose(keys, now_s)
            if key is None:
                return min(
                    (due_s for due_s in (self._schedule.next_s(keys), agenda.later_s) if due_s is not None),
                    default=None,
                )
            self._take(agenda.works[keys.index(key)], now_s)
            now_s = self._clock.monotonic_s()
        return None

    def network_up(self, now_s: float) -> None:
        self._schedule.network_up(now_s)

    def _take(self, work: Work, started_s: float) -> None:
        outcome = work.step()
        now_s = self._clock.monotonic_s()
        if outcome is None:
            self._schedule.succeeded(work.key, now_s=now_s)
            self._tell(None, now_s)
            return
        again, advanced = (outcome.why, outcome.advanced) if isinstance(outcome, Interrupted) else (outcome, False)
        self._schedule.failed(
            work.key,
            again.trouble,
            started_s=started_s,
            now_s=now_s,
            retry_after_s=again.retry_after_s,
            advanced=advanced,
        )
        log.info("%s: %s waits: %s", self.name.value, work.key, again.reason)
        self._tell(again, now_s)

    def _tell(self, again: Again | None, now_s: float) -> None:
        self._note.told(self.name.value, again, self._schedule.breaker, now_s=now_s)
        self._source.keep_note(self._note.document())
