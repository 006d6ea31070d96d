"""What one lane may try at what time: a pause for every case, and a breaker for what is no single case's fault.

Pure: times come in as seconds of one monotonic clock. A case is any key: a submission, a rating, something to fetch.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from random import Random

from sync.agent.backoff import Backoff

BREAKS_AFTER = 3  # cases in a row with the same trouble
NETWORK_UP_WITHIN_S = 25.0  # to the try: with five for its handshakes the first byte flows within 30


class Trouble(Enum):
    """Why a step did not succeed. All but CASE are systemic: any other case would have met the same."""

    UNREACHABLE = "unreachable"  # no answer, or one that is not our gateway's
    IDENTITY = "identity"  # a certificate that is not believed, theirs or ours
    SERVER = "server"  # the gateway is in trouble itself
    BUSY = "busy"  # the gateway asks to come later
    CASE = "case"  # this one, for reasons of its own


@dataclass(frozen=True, slots=True)
class Pause:
    """After `failures` in a row nothing before `due_s`. `asked_s`: the server said not before. `woken`: it was let go
    early since, because another case got through, and failed again: so the trouble may be its own."""

    trouble: Trouble
    failures: int
    due_s: float
    asked_s: float
    woken: bool = False

    def by(self, latest_s: float) -> "Pause":
        """Due at `latest_s` at the latest, but not before the server asked for."""
        return replace(self, due_s=min(self.due_s, max(latest_s, self.asked_s)))


class Schedule:
    """One lane's. Failures count up until a success of this lane; nothing else sets them back."""

    def __init__(self, random: Random, *, backoff: Backoff = Backoff()) -> None:  # noqa: B008 - frozen
        self._random = random
        self._backoff = backoff
        self._pauses: dict[str, Pause] = {}
        self._setbacks: dict[str, int] = {}  # of CASE, never forgotten while the case is there: its loops slow down
        self._in_a_row: set[str] = set()
        self._row_of: Trouble | None = None
        self._breaker: Pause | None = None
        self._probed: set[str] = set()
        self._up_s = self._up_due_s = float("-inf")

    @property
    def breaker(self) -> Pause | None:
        """While it is open: why, and when the next probe is due."""
        return self._breaker

    def keep(self, keys: Collection[str]) -> None:
        """These cases are left; what is known of any other is forgotten."""
        self._pauses = {key: pause for key, pause in self._pauses.items() if key in keys}
        self._setbacks = {key: count for key, count in self._setbacks.items() if key in keys}
        self._probed &= set(keys)

    def choose(self, keys: Sequence[str], now_s: float) -> str | None:
        """The first of `keys` that may be tried now. With the breaker open: the one probe that is due, each in turn."""
        if self._breaker is None:
            return next((key for key in keys if self._due_s(key) <= now_s), None)
        if self._breaker.due_s > now_s:
            return None
        able = [key for key in keys if self._own_due_s(key) <= now_s]
        return next((key for key in able if key not in self._probed), able[0] if able else None)

    def next_s(self, keys: Sequence[str]) -> float | None:
        """When the first of `keys` may be tried; None without any."""
        if self._breaker is None:
            return min((self._due_s(key) for key in keys), default=None)
        first_s = min((self._own_due_s(key) for key in keys), default=None)
        return None if first_s is None else max(first_s, self._breaker.due_s)

    def succeeded(self, key: str, *, now_s: float) -> None:
        """The lane works: the breaker closes, and whoever waited for the same reason may go."""
        self._pauses.pop(key, None)
        closed, self._breaker = self._breaker, None
        self._probed.clear()
        self._in_a_row.clear()
        for other, pause in self._pauses.items():
            same = closed is not None and pause.trouble is closed.trouble
            if pause.trouble is not Trouble.CASE and (same or not pause.woken):
                self._pauses[other] = replace(pause.by(now_s), woken=True)

    def failed(
        self,
        key: str,
        trouble: Trouble,
        *,
        started_s: float,
        now_s: float,
        retry_after_s: float = 0.0,
        advanced: bool = False,
    ) -> None:
        """A try of `key` that began at `started_s` met `trouble`. `advanced`: yet it got further than before."""
        if advanced:
            self.succeeded(key, now_s=now_s)
        before = self._pauses.get(key)
        if trouble is Trouble.CASE:
            self._in_a_row.clear()
            self._setbacks[key] = self._setbacks.get(key, 0) + 1
            self._pauses[key] = self._pause(trouble, self._setbacks[key], now_s, now_s - started_s, retry_after_s)
            self._probed.add(key)
            return
        if self._breaker is not None:
            self._probed = {key} if key in self._probed else {*self._probed, key}
            failures = self._breaker.failures + 1
            self._breaker = self._pause(trouble, failures, now_s, now_s - started_s, retry_after_s)
            if started_s < self._up_s:
                self._breaker = self._breaker.by(max(now_s, self._up_due_s))
            return
        failures = 1 if before is None or before.trouble is Trouble.CASE else before.failures + 1
        pause = self._pause(trouble, failures, now_s, now_s - started_s, retry_after_s)
        if started_s < self._up_s:
            pause = pause.by(max(now_s, self._up_due_s))
        self._pauses[key] = replace(pause, woken=before is not None and before.woken)
        if trouble is not self._row_of:
            self._row_of = trouble
            self._in_a_row.clear()
        self._in_a_row.add(key)
        if len(self._in_a_row) >= BREAKS_AFTER:
            self._in_a_row.clear()
            self._probed = {key}
            self._breaker = replace(pause, failures=max(pause.failures, BREAKS_AFTER))

    def network_up(self, now_s: float) -> None:
        """A link came up: what waits for the gateway is tried within a random half minute."""
        self._up_s, self._up_due_s = now_s, self._soon_s(now_s)
        if self._breaker is not None:
            self._breaker = self._breaker.by(self._soon_s(now_s))
        for key, pause in self._pauses.items():
            if pause.trouble is not Trouble.CASE:
                self._pauses[key] = replace(pause.by(self._soon_s(now_s)), woken=False)

    def _due_s(self, key: str) -> float:
        pause = self._pauses.get(key)
        return float("-inf") if pause is None else pause.due_s

    def _own_due_s(self, key: str) -> float:
        """When it could be the breaker's probe: its own trouble still counts then, the shared one is the breaker's."""
        pause = self._pauses.get(key)
        return pause.due_s if pause is not None and pause.trouble is Trouble.CASE else float("-inf")

    def _soon_s(self, now_s: float) -> float:
        return now_s + self._random.uniform(0, NETWORK_UP_WITHIN_S)

    def _pause(self, trouble: Trouble, failures: int, now_s: float, elapsed_s: float, retry_after_s: float) -> Pause:
        pause_s = self._backoff.pause_s(failures, self._random, retry_after_s=retry_after_s, elapsed_s=elapsed_s)
        return Pause(trouble, failures, now_s + pause_s, now_s + retry_after_s)
