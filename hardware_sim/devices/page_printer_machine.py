"""The A4 printer's mechanism: a tray of sheets, what stands in their way, and what it calls that. No wire, no time.

Its words are keywords that ippeveprinter knows of `printer-state-reasons`. Two stand for others until the relay says
what is meant: it has no word for a full tray, and once it was told `media-empty` it runs nothing to take that back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from hardware_sim.faults import FaultBook, Value

FULL_TRAY = 250
JAM, PAPER_OUT, COVER, TRAY_FULL = "pages.jam", "pages.paper-out", "pages.cover", "pages.tray-full"
TONER_OUT, PAUSED, PAPER_LOW, TONER_LOW = "pages.toner-out", "pages.paused", "pages.paper-low", "pages.toner-low"
BUSY, NEVER_PRINTS, ABORTS, SLOW = "pages.busy", "pages.never-prints", "pages.aborts", "pages.slow"
REFUSES, COUNTS_NOTHING, NO_ANSWER = "pages.refuses", "pages.counts-nothing", "pages.no-answer"
UNPLUGGED = "pages.unplugged"

EMPTY, NO_TRAY, JAMMED = "media-needed", "input-tray-missing", "media-jam"
STOPS = {COVER: "cover-open", TRAY_FULL: "spool-area-full", TONER_OUT: "toner-empty", PAUSED: "paused"}
RUNS_LOW = {PAPER_LOW: "media-low", TONER_LOW: "toner-low"}
STOPPERS = frozenset({EMPTY, NO_TRAY, JAMMED, *STOPS.values()})
IN_THE_WAY = (JAM, COVER, TRAY_FULL, PAUSED)


@dataclass(frozen=True, slots=True)
class Page:
    """As it will lie in the tray."""

    picture: Path
    text: str


@dataclass
class PagesJob:
    """`number`: ippeveprinter's. `out`: sheets of it that came out."""

    number: int
    pages: tuple[Page, ...]
    begun: list[str] = field(default_factory=list)
    out: int = 0


class PagePrinterMachine:
    def __init__(self) -> None:
        self.faults = FaultBook()
        self.tray_sheets = FULL_TRAY
        self.tray_in = True
        self.sheets_out = 0

    # Hands.

    def load(self, sheets: int) -> None:
        """Put so many sheets into the tray, and the tray in."""
        self.tray_in, self.tray_sheets = True, sheets
        for name in (PAPER_OUT, PAPER_LOW):
            self.faults.clear(name)

    def remove_tray(self) -> None:
        self.tray_in = False

    def clear(self) -> None:
        """Mend what stands in the way: a jam, the cover, the full tray, the pause."""
        for name in IN_THE_WAY:
            self.faults.clear(name)

    # Faults.

    def set_fault(self, name: str, **parameters: Value) -> None:
        self.faults.set(name, **parameters)  # type: ignore[arg-type]  # `on` is a text
        if name in self.faults:
            self._happen(name)

    def clear_fault(self, name: str | None) -> list[str]:
        cleared = self.faults.clear(name)
        if PAPER_OUT in cleared:
            self.load(FULL_TRAY)
        return cleared

    def begin(self, *names: str) -> list[str]:
        """The moment has come for those that wait for it; which they were."""
        begun = self.faults.begin(*names)
        for name in begun:
            self._happen(name)
        return begun

    def end(self, begun: Iterable[str]) -> None:
        self.faults.end(begun)

    def _happen(self, name: str) -> None:
        if name == PAPER_OUT:
            self.tray_sheets = min(self.tray_sheets, int(self.faults.amount(name, "after_sheets")))

    # Printing.

    def reasons(self, job: PagesJob | None) -> tuple[str, ...]:
        """ippeveprinter's keywords, for whoever asks; a jam is one once a sheet of a job is stuck, or nobody prints."""
        found = [keyword for name, keyword in (STOPS | RUNS_LOW).items() if name in self.faults]
        if not self.tray_in:
            found.append(NO_TRAY)
        elif self.tray_sheets == 0:
            found.append(EMPTY)
        if self._jammed(job):
            found.append(JAMMED)
        return tuple(sorted(found))

    def stopped(self, job: PagesJob | None) -> bool:
        return not STOPPERS.isdisjoint(self.reasons(job))

    def feed(self, job: PagesJob) -> Page | None:
        """The next sheet of the job comes out; `None` when it cannot."""
        if job.out == len(job.pages) or self.stopped(job) or NEVER_PRINTS in self.faults or self.aborts(job):
            return None
        self.tray_sheets -= 1
        job.out += 1
        self.sheets_out += 1
        return job.pages[job.out - 1]

    def aborts(self, job: PagesJob) -> bool:
        return ABORTS in self.faults and job.out >= self.faults.amount(ABORTS, "after_sheets")

    def _jammed(self, job: PagesJob | None) -> bool:
        if JAM not in self.faults:
            return False
        return job is None or job.out >= self.faults.amount(JAM, "after_sheets")
