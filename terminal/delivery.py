"""What the store and the agent's note say of delivery, as the screen tells it."""

from datetime import datetime

from kiosk.delivery import Delivery, judge
from sync.outbox.overview import Overview


def delivery_of(overview: Overview, now: datetime) -> Delivery:
    """`overview` was taken before `now`. Until the agent has heard something nobody knows how the line is."""
    since = overview.agent.get("since") if overview.agent.get("reachable") is False else None
    return judge(
        unreached_since=None if since is None else datetime.fromisoformat(str(since)),
        waiting=sum(overview.waiting.values()),
        oldest_since=None if overview.oldest_since is None else datetime.fromisoformat(overview.oldest_since),
        aside=len(overview.aside),
        now=now,
    )
