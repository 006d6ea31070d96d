"""When to try again: full jitter under an exponential ceiling, and never before the server asked for."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random


@dataclass(frozen=True, slots=True)
class Backoff:
    """`base_s` doubles with every failure up to `cap_s`; the pause is drawn evenly below it."""

    base_s: float = 1.0
    cap_s: float = 300.0

    def pause_s(self, failures: int, random: Random, *, retry_after_s: float = 0.0, elapsed_s: float = 0.0) -> float:
        """Seconds to wait after the `failures`-th failure in a row (1 is the first).

        `elapsed_s`: how long the failed try itself took; from its beginning to the next it is `cap_s` at most, so that
        a try which hung while the line healed does not put the next one off any further.
        """
        ceiling_s = min(self.cap_s, self.base_s * 2 ** min(failures - 1, 64))
        return retry_after_s + random.uniform(0, min(ceiling_s, max(self.base_s, self.cap_s - elapsed_s)))


def retry_after_s(field: str | None, *, now: datetime) -> float:
    """Seconds that a `Retry-After` field asks for (RFC 9110): seconds or a date; 0 when it says nothing usable.

    Never more than an hour: a wrong clock on either side must not silence a terminal.
    """
    if field is None:
        return 0.0
    field = field.strip()
    if field.isascii() and field.isdigit():
        return min(float(field), 3600.0)
    try:
        at = parsedate_to_datetime(field)
    except (ValueError, OverflowError):
        return 0.0
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return min(max((at - now).total_seconds(), 0.0), 3600.0)
