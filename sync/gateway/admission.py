"""How many requests a second reach the store, and when those that may not yet are asked to come again.

A bucket holds at most one second's worth: any second sees at most twice the rate. Who finds it empty gets the next
free place in a queue that moves at the rate, and is asked to come back then. Small things of terminals go before
blobs, and before whatever needs no certificate.
"""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

SHARE_OF_ONE = 0.5  # of the rate, for a single terminal or address
SMALL_RESERVE = 0.5  # of the bucket stays for small things
LONGEST_WAIT_S = 600.0  # however many ask: behind that the queue begins again
SOURCES_KEPT = 20_000


class Kind(Enum):
    """What a request asks of the store. `FREE`: nothing; it is never refused here."""

    SMALL = "small"
    BLOB = "blob"
    STRANGER = "stranger"  # from anybody
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Admitted:
    pass


@dataclass(frozen=True, slots=True)
class ComeAgain:
    """Not now: after `retry_after_s` whole seconds, as `Retry-After` says them."""

    retry_after_s: int


class Admission:
    """`rate`: requests a second, at least 2. `monotonic_s`: a clock that never goes back. For any thread."""

    def __init__(self, rate: float, monotonic_s: Callable[[], float]) -> None:
        if rate < 2:
            raise ValueError("at least 2 requests a second: a blob leaves half of a second's worth to small things")
        self._rate = rate
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        self._all = _Bucket(rate, monotonic_s())
        self._sources: dict[str, _Bucket] = {}
        self._booked_until_s = dict.fromkeys(Kind, monotonic_s())

    def ask(self, kind: Kind, source: str) -> Admitted | ComeAgain:
        """`source` is who asks: one of them alone never gets more than its share."""
        if kind is Kind.FREE:
            return Admitted()
        with self._lock:
            now_s = self._monotonic_s()
            own = self._of(source, now_s)
            reserve = 0.0 if kind is Kind.SMALL else self._all.capacity * SMALL_RESERVE
            if not own.holds_one(now_s):
                return ComeAgain(math.ceil(own.capacity / own.rate))
            if not self._all.holds_one(now_s, reserve):
                return ComeAgain(math.ceil(self._book(kind, now_s) - now_s))
            own.take()
            self._all.take()
            return Admitted()

    def _book(self, kind: Kind, now_s: float) -> float:
        """The next free place; small things' lie before all others'."""
        booked_s = max(now_s, self._booked_until_s[Kind.SMALL], self._booked_until_s[kind]) + 1 / self._rate
        self._booked_until_s[kind] = booked_s if booked_s <= now_s + LONGEST_WAIT_S else now_s + 1 / self._rate
        return self._booked_until_s[kind]

    def _of(self, source: str, now_s: float) -> "_Bucket":
        if len(self._sources) >= SOURCES_KEPT and source not in self._sources:
            self._sources = {name: one for name, one in self._sources.items() if not one.is_full(now_s)}
        return self._sources.setdefault(source, _Bucket(self._rate * SHARE_OF_ONE, now_s))


class _Bucket:
    """Fills at `rate` a second up to one second's worth."""

    def __init__(self, rate: float, now_s: float) -> None:
        self.rate = rate
        self.capacity = max(rate, 1.0)
        self._held = self.capacity
        self._at_s = now_s

    def holds_one(self, now_s: float, beyond: float = 0.0) -> bool:
        self._held = min(self.capacity, self._held + (now_s - self._at_s) * self.rate)
        self._at_s = now_s
        return self._held >= beyond + 1

    def is_full(self, now_s: float) -> bool:
        return self._held + (now_s - self._at_s) * self.rate >= self.capacity

    def take(self) -> None:
        self._held -= 1
