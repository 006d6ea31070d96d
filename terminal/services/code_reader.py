"""The code reader in its thread."""

from collections.abc import Callable

from kiosk.journeys.events import Device
from kiosk.ports import CodeRead, CodeReader, Disconnected, NeedsAttention, NoCode
from terminal.device_thread import DeviceThread
from terminal.services.reporting import LOST_STATUS_S, OnBug, Report, StatusReport

LOOK_FOR_CODE_S = 0.02


class CodeReaderService:
    """Until somebody looks, its status alone is told. `tell` hears of codes in the device's thread, `count` that one
    was read."""

    def __init__(
        self, reader: CodeReader, report: Report, on_bug: OnBug, *, count: Callable[[], None] = lambda: None
    ) -> None:
        self._reader = reader
        self._count = count
        self._status = StatusReport(Device.CODES, report)
        self._tell: Callable[[CodeRead], None] | None = None
        self.thread = DeviceThread("code-reader", poll=self._poll, on_bug=on_bug)

    def look(self, tell: Callable[[CodeRead], None]) -> None:
        """From now on, until `rest`."""
        self.thread.post(lambda: self._look(tell))

    def rest(self) -> None:
        self.thread.post(lambda: self._look(None))

    def _look(self, tell: Callable[[CodeRead], None] | None) -> None:
        self._tell = tell
        if tell is None:
            self._reader.rest()

    def _poll(self) -> float:
        if self._tell is None:
            self._status.tell(self._reader.status())
            return self._status.wait_s
        match self._reader.look():
            case NoCode():
                self._status.works()
                return LOOK_FOR_CODE_S
            case (NeedsAttention() | Disconnected()) as away:
                self._status.tell(away)
                return LOST_STATUS_S
            case code:
                self._status.works()
                self._count()
                self._tell(code)
                return LOOK_FOR_CODE_S
