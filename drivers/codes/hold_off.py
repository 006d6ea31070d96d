"""A code that stays in view, or that a scanner sends twice, is one code."""

from collections.abc import Callable

from kiosk.ports import CodeRead

HOLD_OFF_S = 3.0
AWAY_AFTER_S = 1.0  # a code in a hand is lost for some frames now and then


class HoldOff:
    """Says of each code that was seen whether it is new. `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float], *, away_after_s: float = AWAY_AFTER_S) -> None:
        self._clock = clock
        self._away_after_s = away_after_s
        self._told: dict[bytes, tuple[float, float]] = {}  # when told, when seen last

    def is_new(self, code: CodeRead) -> bool:
        """True once; again when it was away for a while, or when it was told longer ago than the hold-off."""
        now = self._clock()
        self._told = {payload: times for payload, times in self._told.items() if now - times[0] < HOLD_OFF_S}
        told, seen = self._told.get(code.payload, (now, None))
        new = seen is None or now - seen >= self._away_after_s
        self._told[code.payload] = (now if new else told, now)
        return new

    def seen(self, code: CodeRead) -> None:
        """It is still there; whether it is told waits for another look."""
        if code.payload in self._told:
            self._told[code.payload] = (self._told[code.payload][0], self._clock())

    def forget(self) -> None:
        self._told.clear()
