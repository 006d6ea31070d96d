"""The document scanner in its thread: page after page until the scan ends or is stopped."""

from dataclasses import dataclass

from kiosk.faults import Fault
from kiosk.journeys.events import Device, PageScanned, ScanOver, ScanProgress, SheetSourcesTold
from kiosk.ports import (
    CapturedPage,
    Disconnected,
    DocumentScanner,
    NeedsAttention,
    NotScanned,
    ScanEnded,
    Scanning,
    SheetSource,
)
from terminal.device_thread import DeviceThread
from terminal.services.reporting import OnBug, Report, StatusReport

LOOK_AGAIN_S = 0.05
STEPS = 20  # in which the progress of a page is told


@dataclass(frozen=True, slots=True)
class _Running:
    visit: int
    scan_id: str


class ScannerService:
    """One scan at a time. What a scan that was stopped still brings is told to nobody."""

    def __init__(self, scanner: DocumentScanner, report: Report, on_bug: OnBug) -> None:
        self._scanner = scanner
        self._report = report
        self._status = StatusReport(Device.SCANNER, report)
        self._sources: tuple[SheetSource, ...] = ()
        self._running: _Running | None = None
        self._part: float | None = None
        self.thread = DeviceThread("document-scanner", poll=self._poll, on_bug=on_bug)

    def scan(self, scan_id: str, source: SheetSource, *, at_most: int, visit: int) -> None:
        self.thread.post(lambda: self._begin(_Running(visit, scan_id), source, at_most))

    def stop_scanning(self) -> None:
        self.thread.post(self._stop)

    def _begin(self, wanted: _Running, source: SheetSource, at_most: int) -> None:
        self._running, self._part = wanted, None
        self._goes_on(wanted, self._scanner.begin(source, at_most=at_most))

    def _stop(self) -> None:
        if self._running:
            self._running = None
            self._scanner.cancel()

    def _poll(self) -> float:
        if self._running is None:
            self._status.tell(self._scanner.status())
            self._tell_sources()
            return self._status.wait_s
        outcome = self._scanner.next()
        if isinstance(outcome, CapturedPage):
            self._part = None
            self._status.works()
            self._report(PageScanned(self._running.scan_id, outcome), self._running.visit)
            return 0.0
        return self._goes_on(self._running, outcome)

    def _goes_on(
        self, running: _Running, outcome: Scanning | ScanEnded | NotScanned | NeedsAttention | Disconnected
    ) -> float:
        match outcome:
            case Scanning(part):
                self._tell_progress(running, part)
                return LOOK_AGAIN_S
            case ScanEnded():
                self._status.works()
                self._over(running, None)
            case NotScanned(fault):
                self._over(running, fault)
            case (NeedsAttention(fault) | Disconnected(fault)) as away:
                self._status.tell(away)
                self._over(running, fault)
        return self._status.wait_s

    def _over(self, running: _Running, fault: Fault | None) -> None:
        self._running = None
        self._report(ScanOver(running.scan_id, fault), running.visit)

    def _tell_progress(self, running: _Running, part: float | None) -> None:
        told = None if part is None else round(part * STEPS) / STEPS
        if told != self._part:
            self._part = told
            self._report(ScanProgress(running.scan_id, told), running.visit)

    def _tell_sources(self) -> None:
        if (sources := self._scanner.sources()) != self._sources:
            self._sources = sources
            self._report(SheetSourcesTold(sources), None)
