"""A card reader in its thread, whichever of the two it is."""

from kiosk.journeys.events import CardFound, CardNotRead, CardRead, Device
from kiosk.ports import (
    CardContent,
    CardPresent,
    Disconnected,
    IdentityCardReader,
    NeedsAttention,
    NoCard,
    NotReadable,
)
from terminal.device_thread import DeviceThread
from terminal.services.reporting import LOST_STATUS_S, STATUS_S, OnBug, Report, StatusReport

LOOK_FOR_CARD_S = 0.03
TRY_AGAIN_S = 0.2


class ReaderService:
    """`device`: the identity card reader or the smart card reader.

    What cannot be read and still lies there is tried again without a word, until something else comes of it.
    """

    def __init__(
        self, reader: IdentityCardReader, report: Report, on_bug: OnBug, *, device: Device = Device.READER
    ) -> None:
        self._reader = reader
        self._report = report
        self._device = device
        self._status = StatusReport(device, report)
        self._finding_for: int | None = None
        self._told: NotReadable | None = None  # of what lies there
        self._read_already: CardContent | NotReadable | Disconnected | None = None
        self.thread = DeviceThread(device.value.replace("_", "-"), poll=self._poll, on_bug=on_bug)

    def find(self, visit: int) -> None:
        self.thread.post(lambda: self._find_for(visit))

    def stop_finding(self) -> None:
        self.thread.post(self._forget)

    def read(self, visit: int) -> None:
        self.thread.post(lambda: self._read(visit))

    def _find_for(self, visit: int) -> None:
        self._finding_for = visit

    def _forget(self) -> None:
        self._finding_for = self._told = self._read_already = None

    def _poll(self) -> float:
        if self._finding_for is None:
            self._status.tell(self._reader.status())
            return self._status.wait_s
        match self._reader.find_card():
            case CardPresent():
                self._status.works()
                return self._found(self._finding_for)
            case NoCard():
                self._told = None
                self._status.works()
                return LOOK_FOR_CARD_S
            case NotReadable() as lying:
                self._status.works()
                self._tell_not_read(lying, self._finding_for)
                return LOOK_FOR_CARD_S
            case (NeedsAttention() | Disconnected()) as away:
                self._forget()  # the page asks again once the reader is back
                self._status.tell(away)
                return LOST_STATUS_S

    def _found(self, visit: int) -> float:
        self._read_already = None  # of a card that was here before, and that nobody asked for
        if self._told is not None:
            outcome = self._reader.read_card()
            if outcome == self._told:
                return TRY_AGAIN_S
            self._read_already = outcome
        self._finding_for = self._told = None
        self._report(CardFound(self._device), visit)
        return STATUS_S

    def _read(self, visit: int) -> None:
        outcome, self._read_already = self._read_already or self._reader.read_card(), None
        match outcome:
            case CardContent() as content:
                self._report(CardRead(content), visit)
            case NotReadable():
                self._tell_not_read(outcome, visit)
            case Disconnected() as away:
                self._status.tell(away)

    def _tell_not_read(self, outcome: NotReadable, visit: int) -> None:
        if outcome != self._told:
            self._told = outcome
            self._report(CardNotRead(self._device, outcome.fault), visit)
