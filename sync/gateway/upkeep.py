"""What a gateway does by itself every hour: drop uploads that nobody ends, and say when no backup comes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from starlette.concurrency import run_in_threadpool

from sync.gateway.backup import OVERDUE, is_overdue
from sync.gateway.logs import log_event
from sync.gateway.ports import Feeds

log = logging.getLogger(__name__)
EVERY_S = 3600.0


class Upkeep:
    """`clean_up` drops what is abandoned and says how much that was."""

    def __init__(
        self, storage: Feeds, clean_up: Callable[[datetime], Awaitable[int]], *, now: Callable[[], datetime]
    ) -> None:
        self._storage = storage
        self._clean_up = clean_up
        self._now = now

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await self.once()
            await asyncio.sleep(EVERY_S)

    async def once(self) -> None:
        """Trouble of the disk is for the next time."""
        try:
            dropped = await self._clean_up(self._now())
            durability = await run_in_threadpool(self._storage.durability)
        except OSError as error:
            log_event(log, logging.ERROR, "upkeep waits for the disk", {"trouble": type(error).__name__})
            return
        if dropped:
            log_event(log, logging.INFO, "abandoned uploads dropped", {"count": dropped})
        if is_overdue(durability, self._now()):
            rows = durability.head - durability.durable_until
            log_event(log, logging.WARNING, "no verified backup", {"rows": rows, "for_more_than_days": OVERDUE.days})
