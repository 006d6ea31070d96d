"""A card reader in its thread, whichever of the two it is."""

from kiosk.faults import Fault
from kiosk.journeys.events import CardFound, CardNotRead, CardRead, Device
from kiosk.ports import (
    CardContent,
    CardPresent,
    Disconnected,
    IdentityCardReader,
    NeedsAttention,
    NoCard,
    NotReadable,
    Ready,
)
from terminal.device_thread import DeviceThread
from terminal.services.reporting import LOST_STATUS_S, STATUS_S, OnBug, Report, StatusReport

LOOK_FOR_CARD_S = 0.01


class ReaderService:
    """`device`: the identity card reader or the smart card reader."""

    def __init__(
        self, reader: IdentityCardReader, report: Report, on_bug: OnBug, *, device: Device = Device.READER
    ) -> None:
        self._reader = reader
        self._report = report
        self._device = device
        self._status = StatusReport(device, report)
        self._finding_for: int | None = None
        self._told: Fault | None = None
        self.thread = DeviceThread(device.value.replace("_", "-"), poll=self._poll, on_bug=on_bug)

    def find(self, visit: int) -> None:
        self.thread.post(lambda: self._find_for(visit))

    def stop_finding(self) -> None:
        self.thread.post(lambda: self._find_for(None))

    def read(self, visit: int) -> None:
        self.thread.post(lambda: self._read(visit))

    def _find_for(self, visit: int | None) -> None:
        if visit is None:
            self._told = None
        self._finding_for = visit

    def _poll(self) -> float:
        if self._finding_for is None:
            self._status.tell(self._reader.status())
            return self._status.wait_s
        match self._reader.find_card():
            case CardPresent():
                visit, self._finding_for, self._told = self._finding_for, None, None
                self._status.tell(Ready())
                self._report(CardFound(self._device), visit)
                return STATUS_S
            case NoCard():
                self._told = None
                self._status.tell(Ready())
                return LOOK_FOR_CARD_S
            case NotReadable(fault):
                self._status.tell(Ready())
                if fault != self._told:  # it lies there still, and was told
                    self._told = fault
                    self._report(CardNotRead(self._device, fault), self._finding_for)
                return LOOK_FOR_CARD_S
            case (NeedsAttention() | Disconnected()) as away:
                self._finding_for = self._told = None  # the page asks again once the reader is back
                self._status.tell(away)
                return LOST_STATUS_S

    def _read(self, visit: int) -> None:
        match self._reader.read_card():
            case CardContent() as content:
                self._report(CardRead(content), visit)
            case NotReadable(fault):
                self._report(CardNotRead(self._device, fault), visit)
            case Disconnected() as away:
                self._status.tell(away)
