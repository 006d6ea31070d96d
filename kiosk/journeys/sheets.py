"""Sheets through the document scanner: what was read stays, however a scan ends, and the next one goes on from there.

A scan has a name, so that a page which comes late from an earlier one is nobody's.
"""

from dataclasses import replace

from kiosk.case import TakePages, stop_after
from kiosk.composing import Moment
from kiosk.faults import SCANNER_NO_SHEETS
from kiosk.journeys.effects import Effect, ScanPages, StopScanning
from kiosk.journeys.events import (
    Event,
    PagesAsked,
    PageScanned,
    ScanAsked,
    ScanCancelled,
    ScanOver,
    ScanProgress,
    WentBack,
    WentOn,
)
from kiosk.journeys.pages import Page, PagesTaken, ReadingSheets, SheetsComing, SheetsRead, Whence
from kiosk.journeys.standing import at_the_desk, slot_after, stand_at
from kiosk.papers import put
from kiosk.ports import SheetSource

Step = tuple[Page, tuple[Effect, ...]]


def step(page: ReadingSheets, event: Event, *, moment: Moment) -> Step:
    case = page.case.photographed(page.material_id, page.pages)
    match event, page.scan:
        case ScanAsked(source), (None | SheetsRead()) if page.at_most:
            return _begin(page, source, moment)
        case ScanCancelled(), SheetsComing(read=read):
            return replace(page, scan=SheetsRead(read)), (StopScanning(),)
        case PageScanned(scan_id, taken), SheetsComing(of, _, read) as coming if scan_id == of and page.at_most:
            pages = put(page.pages, page.slot, taken)
            slot = slot_after(page.case, page.material_id, pages)
            scan = replace(coming, read=read + 1, part=None)
            return replace(page, pages=pages, slot=slot, scan=scan, again=False), ()
        case ScanProgress(scan_id, part), SheetsComing(of) as coming if scan_id == of:
            return replace(page, scan=replace(coming, part=part)), ()
        case ScanOver(scan_id, fault), SheetsComing(of, _, read) if scan_id == of:
            return replace(page, scan=SheetsRead(read, fault or (None if read else SCANNER_NO_SHEETS))), ()
        case PagesAsked(at), (None | SheetsRead()) if 0 <= at < len(page.pages):
            return PagesTaken(page.case, page.material_id, page.pages, at, Whence.SCANNER, page.returning), ()
        case WentOn(), (None | SheetsRead()) if not page.missing:
            stop = stop_after(case, TakePages(page.material_id), returning=page.returning)
            return stand_at(case, stop, returning=page.returning), ()
        case WentBack(), _:
            slot = slot_after(case, page.material_id, page.pages)
            return at_the_desk(case, page.material_id, page.pages, slot, returning=page.returning), ()
    return page, ()


def _begin(page: ReadingSheets, source: SheetSource, moment: Moment) -> Step:
    scan_id = moment.entropy[17:25].hex()  # what no number of a submission is made of
    at_most = 1 if source is SheetSource.GLASS else page.at_most
    return replace(page, scan=SheetsComing(scan_id, source)), (ScanPages(scan_id, source, at_most),)


def is_running(page: Page) -> bool:
    return isinstance(page, ReadingSheets) and isinstance(page.scan, SheetsComing)
