"""How what was sealed here gets to the platform, as far as whoever stands before the screen should know.

Counts and times only, nothing personal. When a delay is worth a word is decided here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

OFFLINE_AFTER = timedelta(minutes=1)
OVERDUE_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Overdue:
    """So many wait, the oldest `since` then. `today`: that was on the day on which this is said."""

    count: int
    since: datetime
    today: bool


@dataclass(frozen=True, slots=True)
class Delivery:
    """`offline`: the platform has not been reached for a while. `aside`: kept, and staff must look."""

    offline: bool = False
    overdue: Overdue | None = None
    aside: int = 0


def judge(
    *, unreached_since: datetime | None, waiting: int, oldest_since: datetime | None, aside: int, now: datetime
) -> Delivery:
    """`unreached_since`: None while the platform is reached or nobody knows; `oldest_since`: of those that wait.

    Said in the time zone of `now`. What is dated after `now` is from before the clock was put back: long ago.
    """

    def longer_than(limit: timedelta, since: datetime) -> bool:
        return not timedelta(0) <= now - since < limit

    overdue = None
    if oldest_since is not None and longer_than(OVERDUE_AFTER, oldest_since):
        since = oldest_since.astimezone(now.tzinfo)
        overdue = Overdue(waiting, since, today=since.date() == now.date())
    offline = unreached_since is not None and longer_than(OFFLINE_AFTER, unreached_since)
    return Delivery(offline, overdue, aside)
