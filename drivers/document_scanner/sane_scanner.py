"""Any scanner that SANE has a backend for. SANE runs in a child process, a fresh one for each look and each scan.

`python -m drivers.document_scanner.sane_scanner --probe --address NAME`.
"""

import argparse
import json
import logging
import re
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from drivers.child_process import ChildProcess, NoAnswer
from drivers.document_scanner.sane_answers import (
    Answer,
    Ended,
    Found,
    FrameBegins,
    FrameFormat,
    Lines,
    Opened,
    PageWhole,
    SaneStatus,
    outcome_of,
    outcome_of_opening,
    parse_answer,
)
from drivers.document_scanner.sane_traces import SANE
from drivers.probing import Finding, patient_status, probe_main, status_finding, tape_of
from drivers.traces.children import Child, child_at
from drivers.traces.recording import Tape
from kiosk.faults import SCANNER_NOT_WORKING, SCANNER_SILENT
from kiosk.ports import (
    CapturedPage,
    Disconnected,
    NeedsAttention,
    NotScanned,
    Ready,
    ScanEnded,
    Scanning,
    SheetSource,
    Starting,
    Status,
)

OPENED_EVERY_S = 60.0  # while it is ready: opening may light its lamp and move its carriage
SILENT_AFTER_S = 20.0  # without a word while it is opened, or without a line of the page: a lamp may have to warm up
LOOKS_WITHIN_S = 2.5
BEGINS_WITHIN_S = 4.5
TAKES_FOR_S = 0.25  # of the 0.6 s of `next`; the rest is for making the page
CANCELS_WITHIN_S = 1.7
LEFT_ALONE_S = (0.0, 5.0, 60.0)
LISTS_WITHIN_S = 60.0  # many backends ask the network
PAGE_BYTES_MAX = 1 << 27  # A4 at 600 dots an inch in colour is 105 MB
_ANSWER_MAX = 1 << 20
_SCRIPT = Path(__file__).with_name("sane_process.py")
_USB_PLACE = re.compile(r":libusb:(\d{3}):(\d{3})$")
_USB = Path("/dev/bus/usb")

TESTED_AGAINST = "SANE's test backend and simulated network scanners only; never run against a real device"

ScanOutcome = ScanEnded | NotScanned | NeedsAttention | Disconnected


@dataclass(slots=True)
class _Scan:
    """One that runs: the frames of the page that is coming, and how it ended once that is known."""

    source: SheetSource
    pages: int = 0
    frames: list[tuple[FrameBegins, bytearray]] = field(default_factory=list)
    whole: bool = False
    ended: ScanOutcome | None = None

    @property
    def arrived(self) -> int:
        return sum(len(octets) for _, octets in self.frames)

    @property
    def part(self) -> float | None:
        """Of the page that is coming."""
        if not self.frames:
            return None
        frame = self.frames[0][0]
        frames = 3 if frame.format in (FrameFormat.RED, FrameFormat.GREEN, FrameFormat.BLUE) else 1
        expected = frame.lines * frame.bytes_per_line * frames
        return min(self.arrived / expected, 1.0) if expected > 0 else None


class SaneScanner:
    """`kiosk.ports.DocumentScanner`. `name`: SANE's, or how it begins. `close` ends the child."""

    def __init__(self, name: str, *, silent_after_s: float = SILENT_AFTER_S, child: Child | None = None) -> None:
        logging.getLogger(__name__).info("document scanner: tested against %s", TESTED_AGAINST)
        self._child = child or _child(name)
        self._silent_after_s = silent_after_s
        self._heard_at = 0.0
        self._status: Status = Starting()
        self._opened_at = -OPENED_EVERY_S
        self._opened: Opened | None = None
        self._scan: _Scan | None = None

    def status(self) -> Status:
        """As it was when it was last opened, at most a minute ago while it is ready; `Starting` while it takes long.

        While a scan runs nothing is asked. SANE tells of jams and covers only when it scans.
        """
        if self._scan is not None:
            return Ready()
        if not self._child.running:
            if self._ready_lately() or self._child.left_alone:
                return self._status
            if not self._asked("look"):
                return self._look_failed("does not start", NeedsAttention(SCANNER_NOT_WORKING))
        until = time.monotonic() + LOOKS_WITHIN_S
        while (answer := self._answer(until)) is not NoAnswer.NOT_YET:
            match answer:
                case Opened():
                    self._opened = answer
                case Ended(status):
                    self._over(Ready() if status == SaneStatus.GOOD else outcome_of_opening(status))
                    return self._status
                case _:
                    return self._look_failed("crashed", NeedsAttention(SCANNER_NOT_WORKING))
        if self._silent:
            return self._look_failed("hangs", Disconnected(SCANNER_SILENT))
        return self._status

    def sources(self) -> tuple[SheetSource, ...]:
        return self._opened.sources if self._opened else ()

    def begin(self, source: SheetSource, *, at_most: int) -> Scanning | NotScanned | NeedsAttention | Disconnected:
        """A scanner that takes longer to open or to start begins within `next`. The glass gives one page."""
        self.cancel()
        self._child.close()
        scan = self._scan = _Scan(source)
        if not self._asked("scan", source.value, at_most if source is SheetSource.FEEDER else min(at_most, 1)):
            scan.ended = self._scan_failed("does not start", NotScanned(SCANNER_NOT_WORKING))
        until = time.monotonic() + min(BEGINS_WITHIN_S, self._silent_after_s)
        while not scan.frames and self._takes(scan, until):
            pass
        if scan.ended is None or isinstance(scan.ended, ScanEnded):
            return Scanning()
        self._scan = None
        return scan.ended

    def next(self) -> CapturedPage | Scanning | ScanEnded | NotScanned | NeedsAttention | Disconnected:
        scan = self._scan
        if scan is None:
            return ScanEnded()
        until = time.monotonic() + TAKES_FOR_S
        while not scan.whole and self._takes(scan, until):
            pass
        if scan.whole:
            page = _page(scan.frames)
            scan.frames, scan.whole = [], False
            if page is not None:
                scan.pages += 1
                return page
            self.cancel()
            return NotScanned(SCANNER_NOT_WORKING)
        if scan.ended is None:
            return Scanning(scan.part)
        self._scan = None
        return scan.ended

    def cancel(self) -> None:
        scan, self._scan = self._scan, None
        if scan is None or scan.ended is not None:
            return
        answer: Answer | NoAnswer | None = NoAnswer.ENDED
        if self._child.running and self._child.send(b"[]"):
            until = time.monotonic() + CANCELS_WITHIN_S
            while not isinstance(answer := self._answer(until), Ended | NoAnswer) and time.monotonic() < until:
                pass
        self._over(Ready() if isinstance(answer, Ended) else self._status)

    def close(self) -> None:
        self._child.close()
        self._scan = None

    def _takes(self, scan: _Scan, until: float) -> bool:
        """One answer into the scan; False when none came by then, or the scan is over."""
        if scan.ended is not None or time.monotonic() >= until:
            return False
        match self._answer(until):
            case NoAnswer.NOT_YET:
                if not self._silent:
                    return False
                scan.ended = self._scan_failed("hangs", NotScanned(SCANNER_SILENT))
            case Opened() as opened:
                self._opened = opened
            case FrameBegins() as frame:
                scan.frames.append((frame, bytearray()))
            case Lines(octets) if scan.frames and scan.arrived + len(octets) <= PAGE_BYTES_MAX:
                scan.frames[-1][1].extend(octets)
            case PageWhole():
                scan.whole = True
            case Ended() as ended:
                scan.ended = outcome_of(ended, pages=scan.pages, source=scan.source)
                self._over(Ready() if isinstance(scan.ended, ScanEnded) else scan.ended)
            case _:
                scan.ended = self._scan_failed("crashed or sent no page", NotScanned(SCANNER_NOT_WORKING))
        return True

    def _asked(self, *request: str | int) -> bool:
        self._heard_at = time.monotonic()
        return self._child.send(json.dumps(request).encode())

    def _answer(self, until: float) -> Answer | NoAnswer | None:
        answer = self._child.receive(until=until)
        if isinstance(answer, NoAnswer):
            return answer
        self._heard_at = time.monotonic()
        return parse_answer(answer)

    @property
    def _silent(self) -> bool:
        return time.monotonic() - self._heard_at >= self._silent_after_s

    def _over(self, said: Status | NotScanned) -> None:
        """What was asked has its answer. After anything but "ready" it is opened again when its status is asked."""
        self._child.close()
        self._child.worked()
        self._opened_at = time.monotonic() if isinstance(said, Ready) else -OPENED_EVERY_S
        if not isinstance(said, NotScanned):
            self._status = said

    def _look_failed(self, how: str, status: NeedsAttention | Disconnected) -> Status:
        self._child.failed(how)
        self._status = status
        return status

    def _scan_failed(self, how: str, outcome: NotScanned) -> NotScanned:
        self._look_failed(how, NeedsAttention(outcome.fault))
        return outcome

    def _ready_lately(self) -> bool:
        """Opening wakes some; whether one on USB is still plugged in can be told without."""
        if not isinstance(self._status, Ready) or time.monotonic() - self._opened_at >= OPENED_EVERY_S:
            return False
        return self._opened is None or may_be_plugged_in(self._opened.name)


def sane_child(address: str, tape: Tape | None = None) -> Child:
    """Of the scanner with this name, or of a trace of one (`trace:/path/FILE`). ValueError for a damaged trace."""
    return child_at(address, lambda: _child(address), tape)


def may_be_plugged_in(name: str, usb: Path = _USB) -> bool:
    """False for a name that says where on the bus it is, when nothing is there."""
    place = _USB_PLACE.search(name)
    return place is None or usb.joinpath(*place.groups()).exists()


def _child(name: str) -> ChildProcess:
    return ChildProcess(_SCRIPT, name, longest=_ANSWER_MAX, with_packages=False, left_alone_s=LEFT_ALONE_S)


def _page(frames: list[tuple[FrameBegins, bytearray]]) -> CapturedPage | None:
    from drivers.document_scanner.page_image import page_of

    return page_of(frames)


def scanners() -> tuple[tuple[str, str], ...]:
    """What SANE finds now, within a minute: names, each with what it says of itself."""
    with closing(_child("")) as child:
        until = time.monotonic() + LISTS_WITHIN_S
        if child.send(b'["list"]'):
            while isinstance(answer := child.receive(until=until), bytes):
                if isinstance(found := parse_answer(answer), Found):
                    return found.scanners
    return ()


def _probe(chosen: argparse.Namespace) -> Iterator[Finding]:
    yield Finding("tested against", TESTED_AGAINST)
    child = sane_child(chosen.address, tape_of(chosen, "document_scanner", "sane", SANE))
    with closing(SaneScanner(chosen.address, child=child)) as scanner:
        status = patient_status(scanner)
        yield status_finding(status)
        if not isinstance(status, Ready):
            for name, says in scanners():
                yield Finding("found", f"{name} ({says})")
            return
        yield Finding("sources", ", ".join(source.value for source in scanner.sources()))
        if chosen.scan:
            yield from _scanned(scanner, SheetSource(chosen.scan), chosen.pages)


def _scanned(scanner: SaneScanner, source: SheetSource, pages: int) -> Iterator[Finding]:
    outcome: object = scanner.begin(source, at_most=pages)
    while isinstance(outcome, Scanning | CapturedPage):
        if isinstance(outcome, CapturedPage):
            yield Finding("page", f"{outcome.width} x {outcome.height} dots, {len(outcome.jpeg)} bytes")
        outcome = scanner.next()
    fault = getattr(outcome, "fault", None)
    yield Finding("scan", fault.code if fault else "ended", good=fault is None)


def main(arguments: list[str] | None = None) -> int:
    def extend(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--scan", choices=[source.value for source in SheetSource], help="read pages too")
        parser.add_argument("--pages", type=int, default=1, help="with --scan: at most so many")

    return probe_main(
        _probe,
        program="drivers.document_scanner.sane_scanner",
        address_example='"fujitsu:fi-7160", or how the name begins that scanimage -L tells',
        arguments=arguments,
        extend=extend,
    )


if __name__ == "__main__":
    sys.exit(main())
