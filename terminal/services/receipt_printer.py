"""The receipt printer in its thread."""

from collections.abc import Callable

from kiosk.documents import Document
from kiosk.journeys.events import Device
from kiosk.ports import Printed, PrintJob, PrintOutcome, ReceiptPrinter, Used
from sync.steps import reached
from terminal.device_thread import DeviceThread
from terminal.services.reporting import OnBug, Report, StatusReport


class PrinterService:
    """`spend` hears in the printer's thread what each print has used."""

    def __init__(
        self, printer: ReceiptPrinter, report: Report, on_bug: OnBug, *, spend: Callable[[Used], None] = lambda _: None
    ) -> None:
        self._printer = printer
        self._spend = spend
        self._status = StatusReport(Device.PRINTER, report)
        self.thread = DeviceThread("receipt-printer", poll=self._poll, on_bug=on_bug)

    def print(self, job_id: str, document: Document[str], *, then: Callable[[PrintOutcome], None]) -> None:
        """`then` is called in the printer's thread."""
        self.thread.post(lambda: self._print(PrintJob(job_id, document), then))

    def _poll(self) -> float:
        self._status.tell(self._printer.status())
        return self._status.wait_s

    def _print(self, job: PrintJob, then: Callable[[PrintOutcome], None]) -> None:
        reached("terminal.before_print")
        before = self._printer.used()
        outcome = self._printer.print(job)
        after = self._printer.used()
        self._spend(Used(after.paper_mm - before.paper_mm, after.cuts - before.cuts))
        if isinstance(outcome, Printed):
            reached("terminal.printed")
        then(outcome)
