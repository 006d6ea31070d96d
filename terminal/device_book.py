"""What the services tell of their devices, gathered until the store's thread writes it down."""

import threading
from collections import Counter as Tally
from collections.abc import Callable

from kiosk.health import Counter
from kiosk.journeys.events import Device
from kiosk.ports import Status
from sync.outbox.devices import DeviceNews
from sync.outbox.store import Outbox

KEEP_EVERY_S = 10.0


class DeviceBook:
    """Thread-safe. A status is written down at once, counts every ten seconds; what was not kept is brought again."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._guard = threading.Lock()
        self._statuses: dict[str, Status] = {}
        self._counts: Tally[tuple[str, Counter]] = Tally()
        self._next_s = 0.0

    def status(self, device: Device, status: Status) -> None:
        with self._guard:
            self._statuses[device.value] = status

    def count(self, device: Device, counter: Counter, amount: int = 1) -> None:
        if amount > 0:
            with self._guard:
                self._counts[device.value, counter] += amount

    def write_down(self, outbox: Outbox) -> None:
        """In the store's thread."""
        with self._guard:
            now_s = self._now_s()
            if not self._statuses and (not self._counts or now_s < self._next_s):
                return
            news = DeviceNews(dict(self._statuses), dict(self._counts))
            self._statuses.clear()
            self._counts.clear()
            self._next_s = now_s + KEEP_EVERY_S
        if not outbox.keep_devices(news):
            with self._guard:
                self._statuses = {**news.statuses, **self._statuses}
                self._counts.update(news.counts)
