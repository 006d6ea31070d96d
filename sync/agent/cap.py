"""What uploads may take of the line at which time of day, so that the hall can work beside them."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta, timezone

from kiosk.configuration import Cap
from sync.agent.clock import Clock

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")  # one zone, no summer time


def capped_kbit_s(caps: Sequence[Cap], at: datetime) -> int | None:
    """What counts at that moment: the lowest of the caps whose hours it is; None without any."""
    clock = at.astimezone(CHINA).time().replace(tzinfo=None)
    return min((cap.kbit_s for cap in caps if _covers(cap, clock)), default=None)


class Bucket:
    """Paces what is sent: never more than the cap's rate since the first byte, and one piece."""

    def __init__(self, caps: Sequence[Cap], clock: Clock) -> None:
        self._caps = caps
        self._clock = clock
        self._free_s = float("-inf")

    def wait_s(self, size: int) -> float:
        """Seconds to wait before `size` more bytes may be sent; they count as sent then."""
        now_s, kbit_s = self._clock.monotonic_s(), capped_kbit_s(self._caps, self._clock.now())
        if kbit_s is None:
            self._free_s = float("-inf")
            return 0.0
        from_s = max(now_s, self._free_s)
        self._free_s = from_s + size * 8 / (kbit_s * 1000)
        return from_s - now_s


def _covers(cap: Cap, clock: time) -> bool:
    """From `from` on, up to but without `to`; the whole day when they are the same."""
    begin, end = time.fromisoformat(cap.from_), time.fromisoformat(cap.to)
    if begin < end:
        return begin <= clock < end
    return clock >= begin or clock < end
