"""What the agent says of itself, for the screen, the technician and `status`: whether it reaches the gateway,
and why not. Both lanes tell it.
"""

import logging
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta

from kiosk.submission import Json
from sync.agent.clock import Clock
from sync.agent.exchange import Again
from sync.agent.schedule import Pause, Trouble

log = logging.getLogger(__name__)


class AgentNote:
    """One for all lanes, any thread. Before the first answer nobody knows whether the gateway is reached."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._stale = False
        self._note: dict[str, Json] = {
            "reachable": None,  # since then:
            "since": None,
            "trouble": None,  # Trouble, of the last answer
            "reason": None,  # in words
            "identity": None,  # in words, while our certificate or theirs is not believed
            "clone": None,  # what the gateway found
            "renewal": None,  # why the gateway does not renew our certificate
            "refused": {},  # catalogue, configuration: why the last one that came is not taken
            "clock_offset_ms": None,  # the gateway's clock less ours, when it last signed
            "lanes": {},
        }

    def document(self) -> Mapping[str, Json]:
        """As JSON: the members above; `lanes` has for `small` and `blobs` each {breaker, next_try}."""
        with self._lock:
            return dict(self._note)

    def told(self, lane: str, again: Again | None, breaker: Pause | None, *, now_s: float) -> None:
        """How a step ended, and whether the lane's breaker is open since."""
        systemic = again is not None and again.trouble is not Trouble.CASE
        reachable = again is None or again.trouble not in (Trouble.UNREACHABLE, Trouble.IDENTITY)
        with self._lock:
            identity = None if reachable else self._note["identity"]  # a line that is down says nothing about it
            if again is not None and again.trouble is Trouble.IDENTITY:
                identity = again.reason
            self._stale |= again is not None and again.stale
            if self._note["reachable"] is not reachable:
                self._note |= {"reachable": reachable, "since": self._clock.now().isoformat(timespec="seconds")}
                log.info("the gateway is %s", "reached" if reachable else "not reached")
            if identity is not None and self._note["identity"] is None:
                log.warning("the gateway and this terminal do not believe each other: %s; the queue is kept", identity)
            self._note |= {
                "trouble": again.trouble.value if again is not None and systemic else None,
                "reason": again.reason if again is not None and systemic else None,
                "identity": identity,
                "lanes": {**_table(self._note["lanes"]), lane: self._lane(breaker, now_s)},
            }

    def signed_now(self, at: datetime) -> None:
        """The gateway's time, signed for the answer that has just come; most documents carry an older one."""
        with self._lock:
            self._note["clock_offset_ms"] = round((at - self._clock.now()).total_seconds() * 1000)

    @property
    def stale(self) -> bool:
        """The gateway said of our certificate that it ran out or is not known there, and there is no other since."""
        with self._lock:
            return self._stale

    def renewed(self) -> None:
        """There is another certificate now."""
        with self._lock:
            self._stale = False
            self._note["renewal"] = None

    def not_renewed(self, why: str) -> bool:
        """The gateway will not renew the certificate. Whether that is new."""
        with self._lock:
            known, self._note["renewal"] = self._note["renewal"], why
            return known != why

    def refused(self, kind: str, cause: str | None) -> None:
        """The last document of this kind was not taken; None: what is kept is what the gateway has."""
        with self._lock:
            others = {one: why for one, why in _table(self._note["refused"]).items() if one != kind}
            self._note["refused"] = others if cause is None else {**others, kind: cause}

    def clone(self, finding: str) -> bool:
        """The gateway found that another copy of this store speaks. Whether that is new."""
        with self._lock:
            known, self._note["clone"] = self._note["clone"], finding
            return known != finding

    def _lane(self, breaker: Pause | None, now_s: float) -> dict[str, Json]:
        if breaker is None:
            return {"breaker": None, "next_try": None}
        next_try = self._clock.now() + timedelta(seconds=max(breaker.due_s - now_s, 0))
        return {"breaker": breaker.trouble.value, "next_try": next_try.isoformat(timespec="seconds")}


def _table(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}
