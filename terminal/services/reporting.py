"""What every service shares: where it reports to, and a status that is told when it has changed."""

import logging
from collections.abc import Callable

from kiosk.journeys.events import Device, DeviceChanged, Event
from kiosk.ports import Degraded, Disconnected, NeedsAttention, Ready, Starting, Status

log = logging.getLogger(__name__)

Report = Callable[[Event, int | None], None]
OnBug = Callable[[BaseException], None]

STATUS_S = 2.0
LOST_STATUS_S = 0.5


class StatusReport:
    """Says a device's status when it has changed, and logs once when it is lost and once when it is back."""

    def __init__(self, device: Device, report: Report) -> None:
        self._device = device
        self._report = report
        self._last: Status = Starting()

    @property
    def wait_s(self) -> float:
        """How long until it should be asked again."""
        return LOST_STATUS_S if isinstance(self._last, NeedsAttention | Disconnected) else STATUS_S

    def tell(self, status: Status) -> None:
        if status == self._last:
            return
        if isinstance(status, NeedsAttention | Disconnected):
            log.info("%s is away: %s", self._device.value, status.fault.code)
        elif isinstance(self._last, NeedsAttention | Disconnected):
            log.info("%s is back", self._device.value)
        self._last = status
        self._report(DeviceChanged(self._device, status), None)

    def works(self) -> None:
        """It has just done what was asked. What somebody should look at soon stays as it was told."""
        if not isinstance(self._last, Ready | Degraded):
            self.tell(Ready())
