"""Empties the outbox to the city. A row that the city does not take waits by itself; others go on."""

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, assert_never

from sync.gateway.ports import HandOns
from sync.gateway.records import HandOn
from sync.steps import reached

log = logging.getLogger(__name__)
DISK_RETRY_S = 30.0
REST = 3.0  # the disk is for those who wait for an answer first
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 300.0
LONGEST_WAIT_S = 3600.0  # a clock may have jumped


@dataclass(frozen=True, slots=True)
class Taken:
    """The city has it for good."""


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Not this time, or nobody knows. `why`: for the log, nothing personal."""

    why: str


class Connector(Protocol):
    """One way to the city. Taking the same row again must do no harm."""

    def take(self, row: HandOn) -> Taken | NotTaken: ...


class HandOnWorker:
    """A thread that hands on: at its start, when woken, and when a row's pause is over."""

    def __init__(
        self,
        storage: HandOns,
        connector: Connector,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._storage = storage
        self._connector = connector
        self._now = now
        self._chance = chance
        self._woken = threading.Event()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hand-on")

    @property
    def has_died(self) -> bool:
        """It has ended and nobody asked it to: a bug."""
        return self._thread.ident is not None and not self._thread.is_alive() and not self._ending.is_set()

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        self._ending.set()
        self._woken.set()
        self._thread.join()

    def hand_on_due(self, *, rest: float = 0.0) -> float | None:
        """Try every row that may be tried now. Seconds until the next one may; None when nothing waits.

        After each row it rests for `rest` times what that took. Raises OSError when the storage does not answer.
        """
        while rows := self._storage.hand_ons(self._now()):
            for row in rows:
                began_s = time.monotonic()
                self._hand_on(row)
                if self._ending.wait(rest * (time.monotonic() - began_s)):
                    return None
        next_at = self._storage.next_hand_on()
        return None if next_at is None else min(LONGEST_WAIT_S, max(0.1, (next_at - self._now()).total_seconds()))

    def _hand_on(self, row: HandOn) -> None:
        reached("gateway.before_hand_on")
        outcome = self._taken(row)
        match outcome:
            case Taken():
                self._storage.handed_on(row.row)
                reached("gateway.handed_on")
            case NotTaken(why):
                pause_s = pause_after(row.attempts, self._chance())
                log.error("%s is not handed on, for %.0f s: %s", row.manifest.sid, pause_s, why)
                self._storage.postpone(row.row, self._now() + timedelta(seconds=pause_s))
            case _:
                assert_never(outcome)

    def _taken(self, row: HandOn) -> Taken | NotTaken:
        try:
            return self._connector.take(row)
        except Exception as error:
            log.exception("handing on stumbles")
            return NotTaken(f"a bug of ours: {type(error).__name__}")  # which one row brings out, and others need not

    def _run(self) -> None:
        while not self._ending.is_set():
            self._woken.clear()
            try:
                next_in_s = self.hand_on_due(rest=REST)
            except OSError as error:
                log.error("handing on waits for the disk: %s", type(error).__name__)
                next_in_s = DISK_RETRY_S
            if not self._ending.is_set():
                self._woken.wait(next_in_s)


def pause_after(failures: int, chance: float) -> float:
    """Seconds until the next try: doubled each time, at most five minutes, half of it by chance (0 to 1)."""
    longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(failures, 20))
    return longest * (0.5 + chance / 2)
