"""What every document scanner must keep, wherever its sheets lie: what was read stays read, and every scan ends."""

import time
from typing import Protocol

from kiosk.faults import SCANNER_COVER_OPEN, SCANNER_JAMMED, SCANNER_NO_SHEETS, Fault
from kiosk.ports import (
    CapturedPage,
    Disconnected,
    DocumentScanner,
    NeedsAttention,
    NotScanned,
    Ready,
    ScanEnded,
    Scanning,
    SheetSource,
)
from provisioning.conformance.expectations import Broken, CannotDo, expect, expect_a, expect_soon, expect_that, told
from provisioning.conformance.trying import Hands, Rule

STACK = 2
ENDS_WITHIN_S = 120.0  # a slow scanner and its stack
JPEG_BEGINS, JPEG_ENDS = b"\xff\xd8", b"\xff\xd9"


class ScannerHands(Hands, Protocol):
    """`jam` lets the sheet after so many stick; `put_right` undoes what `jam`, `open_cover` and `silence` did."""

    def feed(self, sheets: int) -> None: ...
    def lay_on_glass(self) -> None: ...
    def jam(self, *, after_sheets: int) -> None: ...
    def open_cover(self) -> None: ...
    def silence(self) -> None: ...
    def put_right(self) -> None: ...
    def unplug(self) -> None: ...
    def plug(self) -> None: ...


def an_idle_scanner_is_ready_and_tells_its_sources(scanner: DocumentScanner, hands: ScannerHands) -> None:
    """An idle scanner is ready, says so twice in a row, and tells whether it has a feeder, a glass or both."""
    expect([scanner.status(), scanner.status()], [Ready(), Ready()], "asked twice how it is")
    sources = scanner.sources()
    known = bool(sources) and all(isinstance(source, SheetSource) for source in sources)
    expect_that(known, "it is ready, and tells no source of sheets")


def a_stack_is_read_sheet_by_sheet(scanner: DocumentScanner, hands: ScannerHands) -> None:
    """A stack in the feeder is read sheet by sheet, and the scan ends when the feeder is empty."""
    _has(scanner, SheetSource.FEEDER)
    hands.feed(STACK)
    _is_read(scanner, SheetSource.FEEDER, pages=STACK, at_most=50)


def no_more_pages_are_read_than_were_asked_for(scanner: DocumentScanner, hands: ScannerHands) -> None:
    """No more pages are read than were asked for."""
    _has(scanner, SheetSource.FEEDER)
    hands.feed(STACK)
    _is_read(scanner, SheetSource.FEEDER, pages=STACK - 1, at_most=STACK - 1)


def a_page_on_the_glass_is_read(scanner: DocumentScanner, hands: ScannerHands) -> None:
    """A page on the glass is read, once."""
    _has(scanner, SheetSource.GLASS)
    hands.lay_on_glass()
    _is_read(scanner, SheetSource.GLASS, pages=1, at_most=1)


def an_empty_feeder_is_told_and_the_next_stack_is_read(scanner: DocumentScanner, hands: ScannerHands) -> None:
    """An empty feeder is told as such, and the next stack is read."""
    _has(scanner, SheetSource.FEEDER)
    pages, ending = run(scanner, SheetSource.FEEDER, at_most=STACK)
    expect(pages, 0, "pages from an empty feeder")
    expect(ending, NotScanned(SCANNER_NO_SHEETS), "scanning an empty feeder")
    hands.feed(1)
    _is_read(scanner, SheetSource.FEEDER, pages=1, at_most=STACK)


def a_page_that_nobody_asked_for_never_comes(scanner: DocumentScanner, hands: ScannerHands) -> None:
    """Without a scan there is no page, and cancelling is allowed."""
    hands.feed(1)
    scanner.cancel()
    expect(scanner.next(), ScanEnded(), "asked for a page without a scan")
    scanner.cancel()
    expect(scanner.next(), ScanEnded(), "asked again after cancelling nothing")


def a_cancelled_scan_gives_no_more_pages(scanner: DocumentScanner, hands: ScannerHands) -> None:
    """A scan that was cancelled gives no more pages, twice over, and the next one begins afresh."""
    _has(scanner, SheetSource.FEEDER)
    hands.feed(STACK)
    expect_a(Scanning, scanner.begin(SheetSource.FEEDER, at_most=STACK), "beginning to scan")
    scanner.cancel()
    scanner.cancel()
    expect([scanner.next(), scanner.next()], [ScanEnded()] * 2, "asked for pages of a cancelled scan")
    hands.tidy()
    hands.feed(STACK)
    _is_read(scanner, SheetSource.FEEDER, pages=STACK, at_most=STACK)


def beginning_anew_cancels_what_still_runs(scanner: DocumentScanner, hands: ScannerHands) -> None:
    """A scan that is begun while another runs takes its place."""
    _has(scanner, SheetSource.FEEDER)
    hands.feed(STACK)
    expect_a(Scanning, scanner.begin(SheetSource.FEEDER, at_most=STACK), "beginning to scan")
    hands.feed(STACK)
    expect_a(Scanning, scanner.begin(SheetSource.FEEDER, at_most=1), "beginning to scan while a scan runs")
    pages, ending = _rest(scanner, 0)
    expect((pages, ending), (1, ScanEnded()), "pages and end of the second scan")


def a_jam_keeps_what_was_read(scanner: DocumentScanner, hands: ScannerHands) -> None:
    """A sheet that sticks is told as a jam; what came before is good, and so is the next scan."""
    _has(scanner, SheetSource.FEEDER)
    hands.feed(STACK)
    hands.jam(after_sheets=1)
    pages, ending = run(scanner, SheetSource.FEEDER, at_most=STACK)
    expect((pages, ending), (1, NotScanned(SCANNER_JAMMED)), "pages and end of a scan that jams after one")
    hands.put_right()
    _is_well_again(scanner, hands)


def an_open_cover_is_told_and_passes(scanner: DocumentScanner, hands: ScannerHands) -> None:
    """An open cover keeps it from scanning, is told as such, and is over when it was closed."""
    _has(scanner, SheetSource.FEEDER)
    hands.feed(STACK)
    hands.open_cover()
    pages, ending = run(scanner, SheetSource.FEEDER, at_most=STACK)
    expect((pages, _fault_of(ending)), (0, SCANNER_COVER_OPEN), "pages and fault with the cover open")
    hands.put_right()
    _is_well_again(scanner, hands)


def a_scanner_that_stops_answering_ends_the_scan(scanner: DocumentScanner, hands: ScannerHands) -> None:
    """A scanner that stops answering ends the scan with a fault, and comes back by itself."""
    _has(scanner, SheetSource.FEEDER)
    hands.feed(STACK)
    hands.silence()
    _, ending = run(scanner, SheetSource.FEEDER, at_most=STACK)
    expect_a(NotScanned, ending, "the end of a scan in silence", or_a=(Disconnected, NeedsAttention))
    hands.put_right()
    _is_well_again(scanner, hands)


def a_scanner_that_was_unplugged_comes_back_by_itself(scanner: DocumentScanner, hands: ScannerHands) -> None:
    """A scanner that was unplugged says so when it is to scan, and comes back by itself."""
    hands.unplug()
    _, ending = run(scanner, scanner.sources()[0], at_most=1)
    expect_a(Disconnected, ending, "scanning without its plug", or_a=(NotScanned,))
    expect_soon(Disconnected, scanner.status, "asked how it is without its plug")
    hands.plug()
    _is_well_again(scanner, hands)


def run(scanner: DocumentScanner, source: SheetSource, *, at_most: int) -> tuple[int, object]:
    """A whole scan: how many pages came, each looked at, and how it ended."""
    began = scanner.begin(source, at_most=at_most)
    return _rest(scanner, 0) if isinstance(began, Scanning) else (0, began)


def _rest(scanner: DocumentScanner, pages: int) -> tuple[int, object]:
    deadline = time.monotonic() + ENDS_WITHIN_S
    while time.monotonic() < deadline:
        match scanner.next():
            case CapturedPage(jpeg, width, height):
                pages += 1
                whole = jpeg.startswith(JPEG_BEGINS) and jpeg.rstrip(b"\0").endswith(JPEG_ENDS)
                expect_that(whole, f"page {pages} is no whole JPEG ({told(jpeg)})")
                expect_that(width > 0 and height > 0, f"page {pages} has no size")
            case Scanning(part):
                expect_that(part is None or 0 <= part <= 1, f"{part} of a page is on its way; 0 to 1 there are")
            case ending:
                return pages, ending
    scanner.cancel()
    raise Broken(f"the scan did not end within {ENDS_WITHIN_S:g} s")


def _is_read(scanner: DocumentScanner, source: SheetSource, *, pages: int, at_most: int) -> None:
    expect(run(scanner, source, at_most=at_most), (pages, ScanEnded()), f"pages from the {source.value}, and the end")


def _is_well_again(scanner: DocumentScanner, hands: ScannerHands) -> None:
    hands.tidy()
    expect_soon(Ready, scanner.status, "asked how it is when all is in order")
    hands.feed(1)
    _is_read(scanner, SheetSource.FEEDER, pages=1, at_most=STACK)


def _has(scanner: DocumentScanner, source: SheetSource) -> None:
    if source not in scanner.sources():
        raise CannotDo(f"it has no {source.value}")


def _fault_of(ending: object) -> Fault | None:
    return ending.fault if isinstance(ending, NotScanned | NeedsAttention) else None


RULES: tuple[Rule, ...] = (
    an_idle_scanner_is_ready_and_tells_its_sources,
    a_stack_is_read_sheet_by_sheet,
    no_more_pages_are_read_than_were_asked_for,
    a_page_on_the_glass_is_read,
    an_empty_feeder_is_told_and_the_next_stack_is_read,
    a_page_that_nobody_asked_for_never_comes,
    a_cancelled_scan_gives_no_more_pages,
    beginning_anew_cancels_what_still_runs,
    a_jam_keeps_what_was_read,
    an_open_cover_is_told_and_passes,
    a_scanner_that_stops_answering_ends_the_scan,
    a_scanner_that_was_unplugged_comes_back_by_itself,
)
