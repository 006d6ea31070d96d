"""Time that passes only when the test says so."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 23, 1, tzinfo=UTC)


class VirtualClock:
    """Satisfies `sync.agent.clock.Clock`. `skew_s`: how far the wall clock stands off; the monotonic one never does."""

    def __init__(self) -> None:
        self._passed_s = 0.0
        self.skew_s = 0.0

    def monotonic_s(self) -> float:
        return self._passed_s

    def now(self) -> datetime:
        return self.true_time() + timedelta(seconds=self.skew_s)

    def true_time(self) -> datetime:
        """As the gateway's clock says it."""
        return START + timedelta(seconds=self._passed_s)

    def pass_s(self, seconds: float) -> None:
        self._passed_s += seconds
