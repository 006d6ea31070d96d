"""The A4 printer: CUPS' own ippeveprinter speaks IPP, and asks the mechanism here what comes of each document.

For every document it runs a small program (`page_printer_job`), which waits at a socket for the mechanism's words. What
is so while nobody prints is told by a job of the simulation's own; while that runs, nobody else is answered.
"""

import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hardware_sim.clock import Bell, Clock, RealClock, Source
from hardware_sim.devices import page_printer_queue as queue
from hardware_sim.devices.page_printer_machine import (
    BUSY,
    COUNTS_NOTHING,
    FULL_TRAY,
    NO_ANSWER,
    REFUSES,
    SLOW,
    UNPLUGGED,
    Page,
    PagePrinterMachine,
    PagesJob,
)
from hardware_sim.devices.page_printer_relay import (
    BEGINS_A_JOB,
    CANCEL_JOB,
    HANDS_OVER,
    Manner,
    Relay,
    job_number,
    operation_of,
    status_of,
)
from hardware_sim.devices.page_printer_sheets import drawn
from hardware_sim.faults import FAULTS, Value
from hardware_sim.ippeveprinter import PATH, PrivateIppEvePrinter
from hardware_sim.wire_log import Tap, untapped

SHEET_S = 2.0
SETTLED_WITHIN_S = 5.0
LOOK_AGAIN_S = 0.005
STATE_JOB, SOMEBODYS_JOB = "kiosk-sim-state", "kiosk-sim-somebody"
ONCE_IT_RUNS = (UNPLUGGED, NO_ANSWER)  # armed, they begin with the printing and not with the asking
JOB_PROGRAM = Path(__file__).with_name("page_printer_job.py")


@dataclass(frozen=True, slots=True)
class PrintedSheet:
    """One that lies where sheets come out."""

    number: int
    text_path: Path
    picture_path: Path


class PagePrinter:
    """Serves IPP at a port of this computer from `start` until `stop`. Any thread may call.

    `sheets`: the folder for what comes out, `NNNN.png` and `NNNN.txt`. `log` hears what goes over the wire.
    """

    def __init__(self, sheets: Path, *, pace: bool = True, clock: Clock | None = None, log: Tap = untapped) -> None:
        self._sheets = sheets
        self._sheet_s = SHEET_S if pace else 0.0
        self._clock = clock or RealClock()
        self._machine = PagePrinterMachine()
        self._guard = threading.Condition()
        self._telling = threading.Lock()  # nobody is answered meanwhile
        self._bell = Bell()
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._printed: list[PrintedSheet] = []
        self._job: PagesJob | None = None
        self._line: socket.socket | None = None  # to the program of the job that runs
        self._somebody: socket.socket | None = None  # to that of somebody else's
        self._begun: list[str] = []
        self._uncounted: set[int] = set()  # jobs by ippeveprinter's numbers
        self._cancelled: set[int] = set()
        self._told: tuple[str, ...] | None = ()
        self._due_s = 0.0
        self._wanted = True
        self._plug_in_at_s: float | None = None
        self._relay = Relay(lambda: self._printer.port, manner=self._manner, answered=self._answered, log=log)

    @property
    def address(self) -> str:
        return f"ipp://127.0.0.1:{self._relay.port}{PATH}"

    def start(self) -> None:
        """Raises `IppEvePrinterFailed`."""
        self._sheets.mkdir(exist_ok=True)
        taken = [int(path.stem) for path in self._sheets.glob("*.png") if path.stem.isdecimal()]
        self._next_number = 1 + max(taken, default=0)
        self._directory = Path(tempfile.mkdtemp(prefix="kiosk-sim-"))  # a socket's path is short
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self._directory / "mechanism"))
        self._listener.listen()
        program = f'"{sys.executable}" -ISE "{JOB_PROGRAM}" "{self._directory / "mechanism"}" "$1"'
        self._printer = PrivateIppEvePrinter(self._directory, job=f"#!/bin/sh\nexec {program}\n")
        try:
            self._printer.start()
            self._relay.start()
        except BaseException:
            self._let_go()
            raise
        self._thread = threading.Thread(target=self._run, name="simulated page printer")
        self._thread.start()
        self._clock.count_on(self._thread)

    def stop(self) -> None:
        if self._thread is None:
            return
        self._stopping = True
        self._bell.ring()
        self._thread.join()
        self._relay.stop()
        self._thread = None
        self._let_go()
        self._bell.close()

    def _let_go(self) -> None:
        self._printer.stop()
        self._listener.close()
        for one in (self._line, self._somebody):
            if one is not None:
                one.close()
        shutil.rmtree(self._directory)

    # Hands.

    def load(self, sheets: int = FULL_TRAY) -> None:
        self._change(lambda: self._machine.load(sheets))

    def remove_tray(self) -> None:
        self._change(self._machine.remove_tray)

    def clear(self) -> None:
        """Mend what stands in the way of the paper."""
        self._change(self._machine.clear)

    def set_fault(self, name: str, **parameters: Value) -> None:
        self._change(lambda: self._machine.set_fault(name, **parameters))

    def clear_fault(self, name: str | None) -> None:
        self._change(lambda: self._machine.clear_fault(name))

    def faults(self) -> dict[str, dict[str, Value]]:
        with self._guard:
            return self._machine.faults.listed()

    def state(self) -> dict[str, object]:
        with self._guard:
            return {
                "plugged": UNPLUGGED not in self._machine.faults,
                "tray": self._machine.tray_sheets if self._machine.tray_in else "removed",
                "reasons": list(self._machine.reasons(self._job)),
                "printing": self._job is not None,
                "sheets": len(self._printed),
            }

    def printed(self, *, at_least: int = 0, within_s: float = 0.0) -> list[PrintedSheet]:
        """What came out, oldest first, as soon as there are `at_least` so many or the time is over."""
        with self._guard:
            self._guard.wait_for(lambda: len(self._printed) >= at_least, within_s)
            return list(self._printed)

    def _change(self, turn: Callable[[], object]) -> None:
        """Returns when the network, the queue and ippeveprinter know what is so."""
        with self._guard:
            turn()
            self._set_plug()
        self._bell.ring()
        self._until(lambda: self._relay.on == self._plugged)
        with self._telling:
            if self._busy and self._somebody is None:
                queue.post(self._printer.port, SOMEBODYS_JOB)
            self._until(lambda: self._busy == (self._somebody is not None))
            number = None if self._anybody_tells else queue.post(self._printer.port, STATE_JOB)
            self._until(lambda: queue.reasons(self._printer.port) == self._reasons)
            if number is not None:
                self._until(lambda: self._job is not None or queue.has_ended(self._printer.port, number))

    def _until(self, so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SETTLED_WITHIN_S
        while not so() and not self._stopping and time.monotonic() < deadline:
            time.sleep(LOOK_AGAIN_S)

    @property
    def _plugged(self) -> bool:
        with self._guard:
            return UNPLUGGED not in self._machine.faults

    @property
    def _busy(self) -> bool:
        with self._guard:
            return BUSY in self._machine.faults

    @property
    def _reasons(self) -> frozenset[str]:
        with self._guard:
            return frozenset(self._machine.reasons(self._job))

    @property
    def _anybody_tells(self) -> bool:
        """Whether ippeveprinter is told what is so without a job of our own."""
        with self._guard:
            line = self._line or self._somebody
            return line is not None or self._told == self._machine.reasons(None)

    # The network. Called by the relay's threads.

    def _manner(self, request: bytes) -> Manner:
        with self._telling, self._guard:
            faults = self._machine.faults
            if operation_of(request) in BEGINS_A_JOB:
                self._begun += self._machine.begin(*(name for name in FAULTS if name not in ONCE_IT_RUNS))
            counts = job_number(request) not in self._uncounted
            return Manner(silent=NO_ANSWER in faults, refuses=REFUSES in faults, counts=counts)

    def _answered(self, request: bytes, answer: bytes) -> None:
        with self._guard:
            operation, refused = operation_of(request), status_of(answer) >= 0x0400
            if operation == CANCEL_JOB and not refused and (number := job_number(request)) is not None:
                self._cancelled.add(number)  # its program may still be on its way
            elif operation in HANDS_OVER and refused:
                self._machine.end(self._begun)
                self._begun = []
        self._bell.ring()

    # The thread.

    def _run(self) -> None:
        while not self._stopping:
            self._plug_as_wanted()
            with self._guard:
                within_s = self._advance()
                self._guard.notify_all()
            sources: list[Source] = [self._bell, self._listener]
            for source in self._clock.select(sources, within_s=within_s):
                if source is self._bell:
                    self._bell.hush()
                else:
                    self._meet(self._listener.accept()[0])

    def _set_plug(self) -> None:
        """Called with the guard held."""
        out = UNPLUGGED in self._machine.faults
        if out and self._wanted:
            for_s = self._machine.faults.amount(UNPLUGGED, "for_s")
            self._plug_in_at_s = self._clock.now() + for_s if for_s else None
        self._wanted = not out

    def _plug_as_wanted(self) -> None:
        if self._plug_in_at_s is not None and self._clock.now() >= self._plug_in_at_s:
            with self._guard:
                self._plug_in_at_s = None
                self._machine.clear_fault(UNPLUGGED)
                self._set_plug()
        if self._relay.on and not self._wanted:
            self._relay.stop()
        elif self._wanted and not self._relay.on and not self._stopping:
            self._relay.start()

    def _meet(self, line: socket.socket) -> None:
        """The program of a job has come to ask."""
        with line.makefile("rb") as lines:
            number, name, document = lines.readline().decode().rstrip("\n").split("\0")
        if name == STATE_JOB:
            with self._guard:
                self._told = None
                self._tell(line)
            _say(line, "EXIT 0")
            line.close()
            return
        pages = () if name == SOMEBODYS_JOB else drawn(Path(document), self._directory / "drawn")
        with self._guard:
            self._told = None
            if name == SOMEBODYS_JOB:
                self._somebody = line
                self._tell(line)
                return
            self._begun += self._machine.begin(*ONCE_IT_RUNS)
            if COUNTS_NOTHING in self._machine.faults:
                self._uncounted.add(int(number))
            self._set_plug()
            self._line, self._job = line, PagesJob(int(number), pages, begun=self._begun)
            self._begun = []
            self._due_s = self._clock.now() + self._between_sheets_s
            self._tell(line)
            _say(line, f"ATTR: job-impressions={len(pages)}", "ATTR: job-impressions-completed=0")

    def _advance(self) -> float | None:
        """What is due is done. Gives the seconds until something is to be done by itself."""
        if self._somebody is not None and BUSY not in self._machine.faults:
            self._tell(self._somebody)
            _say(self._somebody, "EXIT 0")
            self._somebody.close()
            self._somebody = None
        while self._job is not None and self._line is not None:
            if (ended := self._how_it_ended(self._job)) is not None:
                self._end(self._job, self._line, ended)
            elif self._clock.now() < self._due_s or (page := self._machine.feed(self._job)) is None:
                break
            else:
                self._keep(page)
                _say(self._line, f"ATTR: job-impressions-completed={self._job.out}")
                self._due_s = self._clock.now() + self._between_sheets_s
        if (line := self._line or self._somebody) is not None:
            self._tell(line)
        waits = [] if self._plug_in_at_s is None else [self._plug_in_at_s - self._clock.now()]
        if self._job is not None and self._clock.now() < self._due_s:
            waits.append(self._due_s - self._clock.now())
        return max(0.0, min(waits)) if waits else None

    def _how_it_ended(self, job: PagesJob) -> int | None:
        """The job program's exit status; `None` while it goes on."""
        if job.number in self._cancelled or (job.pages and job.out == len(job.pages)):
            return 0
        return 1 if not job.pages or self._machine.aborts(job) else None

    def _end(self, job: PagesJob, line: socket.socket, status: int) -> None:
        self._machine.end(job.begun)
        self._job = None
        self._tell(line)
        _say(line, f"EXIT {status}")
        line.close()
        self._line = None

    def _tell(self, line: socket.socket) -> None:
        """ippeveprinter's words for what is so, where they are others than before."""
        reasons = self._machine.reasons(self._job)
        if reasons != self._told:
            _say(line, f"STATE: {','.join(reasons) or 'none'}")
        self._told = reasons

    @property
    def _between_sheets_s(self) -> float:
        return self._machine.faults.amount(SLOW, "sheet_s") if SLOW in self._machine.faults else self._sheet_s

    def _keep(self, page: Page) -> None:
        text_path = self._sheets / f"{self._next_number:04d}.txt"
        text_path.write_text(page.text, "utf-8")
        picture_path = text_path.with_suffix(".png")
        shutil.move(page.picture, picture_path)
        self._printed.append(PrintedSheet(self._next_number, text_path, picture_path))
        self._next_number += 1


def _say(line: socket.socket, *words: str) -> None:
    try:
        line.sendall("".join(f"{one}\n" for one in words).encode())
    except OSError:  # ippeveprinter ended its program
        return
