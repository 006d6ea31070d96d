"""Papers through the document scanner, as a citizen lives it."""

import json
from dataclasses import replace

import pytest

from kiosk import faults
from kiosk.availability import why_not_now
from kiosk.faults import Fault
from kiosk.journeys.effects import ScanPages, StartTimer, StopScanning, StopTimer, StopWatching, WatchDesk
from kiosk.journeys.events import (
    Device,
    DeviceChanged,
    Event,
    LeftVisit,
    PageCaptured,
    PagesAsked,
    PageScanned,
    PageSeen,
    RetakeAsked,
    ScanAsked,
    ScanCancelled,
    ScannerChosen,
    ScanOver,
    ScanProgress,
    SheetSourcesTold,
    Timer,
    TimerFired,
    WentBack,
    WentOn,
)
from kiosk.journeys.pages import Asking, Capturing, PagesTaken, ReadingSheets, SheetsComing, SheetsRead
from kiosk.ports import CapturedPage, Disconnected, NeedsAttention, Ready, SheetSource, Starting
from kiosk.session import Overlay
from tests.journeys.visit import GOOD, NOTHING, OTHER_PAGE, PAGE, Visit

FEEDER = ScanAsked(SheetSource.FEEDER)
SHEETS = tuple(CapturedPage(b"\xff\xd8 sheet %d \xff\xd9" % n, 1654, 2339) for n in range(1, 13))


@pytest.fixture
def scanner(visit: Visit) -> Visit:
    """A terminal with a scanner, somebody before the camera with the household register."""
    visit.happens(DeviceChanged(Device.SCANNER, Ready()), SheetSourcesTold(tuple(SheetSource)))
    visit.opens("old-age-allowance").lays_card().answers("same", "13800005678", "social-security-card")
    visit.lays_page().happens(WentOn())
    visit.asked.clear()
    return visit


def scan_of(visit: Visit) -> ScanPages:
    asked = visit.last(ScanPages)
    assert isinstance(asked, ScanPages)
    return asked


def come(visit: Visit, *pages: CapturedPage) -> Visit:
    return visit.happens(*(PageScanned(scan_of(visit).scan_id, page) for page in pages))


def ends(visit: Visit, fault: Fault | None = None) -> Visit:
    return visit.happens(ScanOver(scan_of(visit).scan_id, fault))


def test_a_stack_fills_the_pages_in_order_and_what_follows_is_handed_in_too(scanner: Visit) -> None:
    scanner.happens(ScannerChosen(), FEEDER)
    assert scan_of(scanner).at_most == 2 + 8
    come(scanner, *SHEETS[:4])
    ends(scanner).happens(WentOn(), ScannerChosen(), ScanAsked(SheetSource.GLASS))
    assert scan_of(scanner).at_most == 1
    ends(come(scanner, OTHER_PAGE)).happens(WentOn()).signs()
    sealed = next(effect for effect in scanner.effects if hasattr(effect, "submission")).submission
    names = [f"household-register-{n}.jpg" for n in range(1, 5)]
    register = next(m for m in json.loads(sealed.manifest)["materials"] if m["material"] == "household-register")
    assert register["attachments"] == names
    assert [a.content for a in sealed.attachments if a.name in names] == [sheet.jpeg for sheet in SHEETS[:4]]


def test_no_more_is_asked_for_and_taken_than_the_material_can_have(scanner: Visit) -> None:
    scanner.happens(ScannerChosen(), FEEDER)
    ends(come(scanner, *SHEETS))
    assert isinstance(scanner.page, ReadingSheets)
    assert scanner.page.pages == SHEETS[:10]
    assert scanner.happens(FEEDER).page.scan == SheetsRead(10)  # type: ignore[union-attr]


def test_the_scanner_goes_on_where_the_camera_stopped(scanner: Visit) -> None:
    scanner.lays_page().happens(ScannerChosen(), FEEDER)
    come(scanner, OTHER_PAGE)
    assert scanner.page.pages == (PAGE, OTHER_PAGE)  # type: ignore[union-attr]


def test_the_camera_is_not_watched_while_the_scanner_is_used(scanner: Visit) -> None:
    assert StopWatching() in scanner.happens(ScannerChosen()).effects
    before = scanner.page
    assert scanner.happens(PageSeen(GOOD), PageCaptured(PAGE)).page == before
    assert WatchDesk() in scanner.happens(WentBack()).effects


@pytest.mark.parametrize(
    "fault", [faults.SCANNER_JAMMED, faults.SCANNER_COVER_OPEN, faults.SCANNER_NO_SHEETS, faults.SCANNER_UNPLUGGED]
)
def test_what_was_read_before_a_fault_stays_and_the_next_scan_goes_on_from_there(scanner: Visit, fault: Fault) -> None:
    scanner.happens(ScannerChosen(), FEEDER)
    ends(come(scanner, SHEETS[0]), fault)
    assert isinstance(scanner.page, ReadingSheets)
    assert (scanner.page.pages, scanner.page.scan) == ((SHEETS[0], None), SheetsRead(1, fault))
    ends(come(scanner.happens(FEEDER), SHEETS[1]))
    assert scanner.page.pages == SHEETS[:2]


def test_a_scan_that_brought_nothing_says_that_no_paper_was_seen(scanner: Visit) -> None:
    assert ends(scanner.happens(ScannerChosen(), FEEDER)).page.scan == SheetsRead(0, faults.SCANNER_NO_SHEETS)  # type: ignore[union-attr]


def test_who_stops_a_scan_keeps_what_was_read(scanner: Visit) -> None:
    come(scanner.happens(ScannerChosen(), FEEDER), SHEETS[0])
    assert StopScanning() in scanner.happens(ScanCancelled()).effects
    assert isinstance(scanner.page, ReadingSheets)
    assert (scanner.page.pages, scanner.page.scan) == ((SHEETS[0], None), SheetsRead(1))


LEAVING: dict[str, tuple[Event, ...]] = {
    "back": (WentBack(),),
    "left": (LeftVisit(),),
    "timed out": (TimerFired(Timer.IDLE), TimerFired(Timer.ANSWER)),
}


@pytest.mark.parametrize("way", LEAVING)
def test_leaving_stops_a_scan(scanner: Visit, way: str) -> None:
    scanner.happens(ScannerChosen(), FEEDER, *LEAVING[way])
    assert StopScanning() in scanner.effects
    assert not isinstance(scanner.page, ReadingSheets)


def test_a_late_page_of_an_earlier_scan_is_nobodys(scanner: Visit) -> None:
    late = PageScanned(scan_of(scanner.happens(ScannerChosen(), FEEDER)).scan_id, OTHER_PAGE)
    scanner.happens(ScanCancelled(), late)
    assert scanner.page.missing == (0, 1)  # type: ignore[union-attr]
    scanner.happens(FEEDER, late, ScanProgress(late.scan_id, 0.9), ScanOver(late.scan_id, faults.SCANNER_JAMMED))
    assert isinstance(scanner.page, ReadingSheets)
    assert scanner.page.scan == SheetsComing(scan_of(scanner).scan_id, SheetSource.FEEDER)
    assert scanner.page.missing == (0, 1)


def test_nobody_is_asked_whether_they_are_still_here_while_sheets_come(scanner: Visit) -> None:
    come(scanner.happens(ScannerChosen(), FEEDER), SHEETS[0])
    assert StartTimer(Timer.IDLE, scanner.terminal.times.idle_timeout_s) in scanner.effects
    scanner.happens(TimerFired(Timer.IDLE))
    assert scanner.session.overlay is Overlay.WARNING
    come(scanner, SHEETS[1])
    assert scanner.session.overlay is None
    assert StopTimer(Timer.ANSWER) in scanner.effects


def test_a_scan_that_says_nothing_more_ends_with_the_visit_all_the_same(scanner: Visit) -> None:
    scanner.happens(ScannerChosen(), FEEDER, TimerFired(Timer.IDLE))
    assert scanner.session.overlay is Overlay.WARNING


def test_one_cannot_go_on_or_look_away_while_sheets_come(scanner: Visit) -> None:
    running = come(scanner.happens(ScannerChosen(), FEEDER), *SHEETS[:2]).page
    assert scanner.happens(WentOn(), PagesAsked(0), FEEDER).page == running


def test_one_page_is_scanned_again_and_stays_until_the_new_one_is_there(scanner: Visit) -> None:
    ends(come(scanner.happens(ScannerChosen(), FEEDER), *SHEETS[:2]))
    scanner.happens(PagesAsked(1), RetakeAsked(1))
    assert isinstance(scanner.page, ReadingSheets)
    assert scanner.page.pages == SHEETS[:2]
    assert scan_of(scanner.happens(FEEDER)).at_most == 1
    ends(come(scanner, OTHER_PAGE))
    assert scanner.page.pages == (SHEETS[0], OTHER_PAGE)
    assert isinstance(scanner.happens(PagesAsked(0), WentBack()).page, ReadingSheets)


def test_going_back_from_the_scanner_leads_to_the_camera_with_all_pages(scanner: Visit) -> None:
    ends(come(scanner.happens(ScannerChosen(), FEEDER), *SHEETS[:3]))
    scanner.happens(WentBack())
    assert isinstance(scanner.page, Capturing)
    assert scanner.page.pages == SHEETS[:3]
    assert isinstance(scanner.happens(WentBack()).page, Capturing)  # of the paper before


def test_a_page_may_be_laid_down_again_after_the_scanner(scanner: Visit) -> None:
    ends(come(scanner.happens(ScannerChosen(), FEEDER), SHEETS[0]))
    scanner.happens(WentBack(), PageSeen(NOTHING), PageSeen(GOOD), PageCaptured(PAGE))
    assert scanner.page.pages == (SHEETS[0], PAGE)  # type: ignore[union-attr]


# Either of the two is enough.


def test_an_item_that_needs_papers_can_be_done_with_a_camera_or_a_scanner(visit: Visit) -> None:
    item = visit.terminal.catalogue.by_id["old-age-allowance"]
    no_camera = replace(visit.session.devices, document_camera=Disconnected(faults.CAMERA_UNPLUGGED))
    assert why_not_now(item, no_camera) == faults.CAMERA_UNPLUGGED
    for status in (Ready(), Starting()):
        assert why_not_now(item, replace(no_camera, document_scanner=status)) is None
    jammed = NeedsAttention(faults.SCANNER_JAMMED)
    assert why_not_now(item, replace(no_camera, document_scanner=jammed)) == faults.CAMERA_UNPLUGGED
    assert why_not_now(item, replace(visit.session.devices, document_scanner=jammed)) is None


def test_who_cannot_photograph_scans_and_hands_in(visit: Visit) -> None:
    visit.happens(DeviceChanged(Device.SCANNER, Ready()))
    visit.happens(DeviceChanged(Device.CAMERA, Disconnected(faults.CAMERA_UNPLUGGED)))
    visit.opens("old-age-allowance").lays_card()
    assert isinstance(visit.page, Asking)
    visit.answers("same", "13800005678", "social-security-card").happens(ScannerChosen(), FEEDER)
    ends(come(visit, PAGE)).happens(WentOn(), ScannerChosen(), FEEDER)
    ends(come(visit, *SHEETS[:2])).happens(WentOn(), ScannerChosen(), FEEDER)
    ends(come(visit, PAGE)).happens(WentOn()).signs().is_sealed().is_received()
    assert visit.page.filed.later == ()  # type: ignore[union-attr]


def test_the_pages_of_a_scan_can_be_looked_through_from_the_scanner(scanner: Visit) -> None:
    ends(come(scanner.happens(ScannerChosen(), FEEDER), *SHEETS[:3]))
    scanner.happens(PagesAsked(2))
    assert isinstance(scanner.page, PagesTaken)
    assert scanner.page.at == 2
