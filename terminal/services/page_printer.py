"""The page printer in its thread: a job handed over, followed until it ended, or taken back."""

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.faults import Fault, WhoActs
from kiosk.journeys.events import Device
from kiosk.ports import NeedsAttention, PageJob, PagePrinter, PagesOutcome, PagesPrinting
from terminal.device_thread import DeviceThread
from terminal.services.reporting import OnBug, Report, StatusReport
from ui.paper import Paper

LOOK_AGAIN_S = 0.2


@dataclass(frozen=True, slots=True)
class Course:
    """Who hears of one job, in the printer's thread. `comes(sheets_out, sheets, waits_for)` when that has changed."""

    comes: Callable[[int, int, Fault | None], None]
    ended: Callable[[PagesOutcome], None]


@dataclass(frozen=True, slots=True)
class _Running:
    job: PageJob
    course: Course
    told: PagesPrinting


class PagePrinterService:
    """One job at a time; each ends once, whatever becomes of it."""

    def __init__(self, printer: PagePrinter, report: Report, on_bug: OnBug) -> None:
        self._printer = printer
        self._status = StatusReport(Device.PAGE_PRINTER, report)
        self._running: _Running | None = None
        self.thread = DeviceThread("page-printer", poll=self._poll, on_bug=on_bug)

    def print(self, job_id: str, typeset: Callable[[], Paper], course: Course) -> None:
        """`typeset` makes the sheets, in the printer's thread."""
        self.thread.post(lambda: self._begin(job_id, typeset(), course))

    def cancel(self, job_id: str | None = None) -> None:
        """Take this job back, or whichever runs; nothing where it has ended."""
        self.thread.post(lambda: self._cancel(job_id))

    def _begin(self, job_id: str, paper: Paper, course: Course) -> None:
        self._cancel(None)  # nobody waits for an earlier one
        job = PageJob(job_id, paper.pdf, paper.sheets)
        course.comes(0, job.sheets, None)
        self._running = _Running(job, course, PagesPrinting(0))
        self._goes_on(self._running, self._printer.begin(job))

    def _cancel(self, job_id: str | None) -> None:
        if self._running and job_id in {None, self._running.job.job_id}:
            self._goes_on(self._running, self._printer.cancel())

    def _poll(self) -> float:
        if self._running is None:
            self._status.tell(self._printer.status())
            return self._status.wait_s
        self._goes_on(self._running, self._printer.next())
        return LOOK_AGAIN_S if self._running else 0.0

    def _goes_on(self, running: _Running, state: PagesPrinting | PagesOutcome) -> None:
        if not isinstance(state, PagesPrinting):
            self._running = None
            running.course.ended(state)
        elif state != running.told:
            self._running = _Running(running.job, running.course, state)
            if state.waits_for and state.waits_for.who_acts is not WhoActs.RESET:
                self._status.tell(NeedsAttention(state.waits_for))
            else:
                self._status.works()
            running.course.comes(state.sheets_out, running.job.sheets, state.waits_for)
