"""How far the terminal's own clock is to be believed: beside the highest signed time that the platform ever gave."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# Two clocks that are both well are seconds apart, and the floor is the other one's last word: without some room a
# terminal that is well would stop after every answer. No date on a card or of an item turns on five minutes.
MAY_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ClockReading:
    """`floor`: the highest signed time; no moment is before it by more than clocks differ.

    `offset_ms`: the platform's clock less ours when it last answered.
    """

    floor: datetime | None = None
    offset_ms: int | None = None

    def is_wrong(self, at: datetime) -> bool:
        """Whether our clock, saying `at`, says what cannot be."""
        return self.floor is not None and at < self.floor - MAY_DIFFER

    def confidence(self, at: datetime) -> str:
        """`unknown` (no signed time yet), `plausible`, or `wrong`: below the floor, or far off when last compared."""
        if self.floor is None:
            return "unknown"
        far_off = self.offset_ms is not None and abs(timedelta(milliseconds=self.offset_ms)) > MAY_DIFFER
        return "wrong" if far_off or self.is_wrong(at) else "plausible"


UNKNOWN = ClockReading()
