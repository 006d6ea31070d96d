"""The services of one terminal together."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from kiosk.availability import Devices
from kiosk.journeys.events import Device
from kiosk.ports import Starting
from sync.outbox.store import Outbox
from terminal.device_thread import DeviceThread, stop_together
from terminal.services.card_readers import ReaderService
from terminal.services.code_reader import CodeReaderService
from terminal.services.document_camera import CameraService
from terminal.services.document_scanner import ScannerService
from terminal.services.page_printer import PagePrinterService
from terminal.services.receipt_printer import PrinterService
from terminal.services.store import StoreService


@dataclass(frozen=True, slots=True)
class Services:
    """`card_readers`: the identity card's, and the smart card reader where this terminal has one."""

    card_readers: Mapping[Device, ReaderService]
    camera: CameraService
    printer: PrinterService
    store: StoreService
    codes: CodeReaderService | None = None
    scanner: ScannerService | None = None
    page_printer: PagePrinterService | None = None

    @property
    def threads(self) -> Iterator[DeviceThread]:
        yield from self._devices
        yield self.store.thread

    @property
    def _devices(self) -> Iterator[DeviceThread]:
        yield from (reader.thread for reader in self.card_readers.values())
        yield self.camera.thread
        if self.codes:
            yield self.codes.thread
        if self.scanner:
            yield self.scanner.thread
        yield self.printer.thread
        if self.page_printer:
            yield self.page_printer.thread

    def stop(self, *, within_s: float, last: Callable[[Outbox], None]) -> None:
        """End the threads, the store's last: the others still tell it how things ended, and so does `last`."""
        if self.page_printer:
            self.page_printer.cancel()
        stop_together(self._devices, within_s=within_s)
        self.store.ask(last)
        self.store.thread.stop(within_s=within_s)

    def poll_devices(self) -> None:
        """Something was plugged in or pulled out: ask every device now."""
        for thread in self.threads:
            thread.poll_now()

    @property
    def statuses(self) -> Devices:
        """Which devices there are, before any was asked."""
        return Devices(
            smart_card_reader=Starting() if Device.SMART_CARD in self.card_readers else None,
            code_reader=Starting() if self.codes else None,
            document_scanner=Starting() if self.scanner else None,
            page_printer=Starting() if self.page_printer else None,
        )
