"""The agent's time, given to it from outside. It only reads clocks; waiting is the affair of whoever runs it."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    def monotonic_s(self) -> float:
        """Seconds that never go back."""
        ...

    def now(self) -> datetime:
        """What the machine takes for the time, with its zone. It may be years off."""
        ...


class SystemClock:
    def monotonic_s(self) -> float:
        return time.monotonic()

    def now(self) -> datetime:
        return datetime.now(UTC)
