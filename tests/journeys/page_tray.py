"""The A4 printer of an afternoon: what truly came out, and what its port tells of it."""

from dataclasses import dataclass, field

from kiosk.faults import PAGE_PRINTER_CANCELLED
from kiosk.journeys.events import Event, PagesPrintEnded, PagesPrintProgress
from kiosk.ports import NotPrinted, PagesOutcome, PagesPrinted
from tests.journeys.wrong import PagesTrouble

STANDS_STILL = 8  # ticks after which the port ends a job that waits


@dataclass
class PageTray:
    came_out: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    _job_id: str | None = None
    _waited: int = 0

    def begin(self, job_id: str) -> None:
        assert self._job_id is None, "two jobs at once"
        self._job_id, self._waited = job_id, 0
        self.asked.append(job_id)

    def cancel(self, job_id: str) -> list[Event]:
        return self._end(NotPrinted(PAGE_PRINTER_CANCELLED)) if job_id == self._job_id else []

    def moves(self, trouble: PagesTrouble) -> list[Event]:
        """What it tells next; nothing when no job runs."""
        if self._job_id is None:
            return []
        if trouble.ends:
            return self._end(trouble.ends)
        if fault := trouble.waits_for:
            self._waited += 1
            if self._waited > STANDS_STILL:
                return self._end(NotPrinted(fault))
            return [PagesPrintProgress(self._job_id, 0, 1, fault)]
        self.came_out.add(self._job_id)
        return self._end(PagesPrinted(1))

    def _end(self, outcome: PagesOutcome) -> list[Event]:
        assert self._job_id is not None
        job_id, self._job_id = self._job_id, None
        return [PagesPrintEnded(job_id, outcome)]
