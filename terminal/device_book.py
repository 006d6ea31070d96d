"""What the services tell of their devices, gathered until the store's thread writes it down."""

import threading
from collections import Counter as Tally
from collections.abc import Callable

from kiosk.health import Counter
from kiosk.identity import CardKind
from kiosk.journeys.events import (
    CardNotRead,
    CardRead,
    Device,
    DeviceChanged,
    Event,
    PageCaptured,
    PageNotCaptured,
    PageScanned,
    PagesPrintEnded,
    PrintEnded,
    ScanOver,
)
from kiosk.ports import PagesPrinted, Printed, Status, Used
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

    def hear(self, event: Event) -> None:
        """What an event tells of a device. What a printer has used is no event."""
        match event:
            case DeviceChanged(device, status) if device is not Device.STORE:
                self.status(device, status)
            case CardRead(content):
                social = content.card.kind is CardKind.SOCIAL_SECURITY
                self.count(Device.SMART_CARD if social else Device.READER, Counter.READS)
            case CardNotRead(device):
                self.count(device, Counter.READS_FAILED)
            case PageCaptured():
                self.count(Device.CAMERA, Counter.PAGES)
            case PageNotCaptured():
                self.count(Device.CAMERA, Counter.PAGES_FAILED)
            case PageScanned():
                self.count(Device.SCANNER, Counter.PAGES)
            case ScanOver(_, fault) if fault:
                self.count(Device.SCANNER, Counter.PAGES_FAILED)
            case PrintEnded(_, outcome):
                self.count(Device.PRINTER, Counter.PRINTS if outcome == Printed() else Counter.PRINTS_FAILED)
            case PagesPrintEnded(_, PagesPrinted(sheets)):
                self.count(Device.PAGE_PRINTER, Counter.PRINTS)
                self.count(Device.PAGE_PRINTER, Counter.SHEETS, sheets)
            case PagesPrintEnded():
                self.count(Device.PAGE_PRINTER, Counter.PRINTS_FAILED)

    def used(self, used: Used) -> None:
        """What the printer has used since it was last said."""
        self.count(Device.PRINTER, Counter.PAPER_MM, used.paper_mm)
        self.count(Device.PRINTER, Counter.CUTS, used.cuts)

    def status(self, device: Device, status: Status) -> None:
        with self._guard:
            self._statuses[device.value] = status

    def count(self, device: Device, counter: Counter, amount: int = 1) -> None:
        if amount > 0:
            with self._guard:
                self._counts[device.value, counter] += amount

    def write_down_all(self, outbox: Outbox) -> None:
        """Counts too, whose time has not come: the terminal ends."""
        self._next_s = self._now_s()
        self.write_down(outbox)

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
