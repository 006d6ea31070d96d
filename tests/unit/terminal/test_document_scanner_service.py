"""The document scanner in its thread, over SANE's test backend: pages to whoever scans, its status to everybody."""

import queue
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from drivers.document_scanner.sane_scanner import SaneScanner
from kiosk.faults import SCANNER_JAMMED, SCANNER_NO_SHEETS, SCANNER_UNPLUGGED
from kiosk.journeys.events import (
    Device,
    DeviceChanged,
    Event,
    PageScanned,
    ScanOver,
    ScanProgress,
    SheetSourcesTold,
)
from kiosk.ports import Disconnected, Ready, SheetSource
from terminal.services.document_scanner import ScannerService
from tests.wires.sane_test_backend import NAME, SHEETS, TestBackend, sane_test_backend

WITHIN_S = 30.0
VISIT = 7
SLOW = {"read-delay": "true", "read-delay-duration": "20000"}


class Office:
    """A scanner, its service, and what is told of it with the visit it is told to."""

    def __init__(self, backend: TestBackend, scanner: SaneScanner) -> None:
        self.backend = backend
        self.told: queue.SimpleQueue[tuple[Event, int | None]] = queue.SimpleQueue()
        self.bugs: list[BaseException] = []
        self.service = ScannerService(scanner, lambda event, visit: self.told.put((event, visit)), self.bugs.append)

    def scan(self, scan_id: str, *, at_most: int = 50, source: SheetSource = SheetSource.FEEDER) -> None:
        self.service.scan(scan_id, source, at_most=at_most, visit=VISIT)

    def hear(self, *kinds: type) -> tuple[Event, int | None]:
        """The next of these kinds."""
        while not isinstance((told := self.told.get(timeout=WITHIN_S))[0], kinds):
            pass
        return told

    def until_over(self) -> tuple[list[Event], ScanOver]:
        """What was told of scans up to the end of one."""
        told: list[Event] = []
        while not isinstance(event := self.hear(PageScanned, ScanProgress, ScanOver)[0], ScanOver):
            told.append(event)
        return told, event


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with sane_test_backend(tmp_path) as backend, closing(SaneScanner(NAME)) as scanner:
        office = Office(backend, scanner)
        yield office
        office.service.thread.stop(within_s=WITHIN_S)
        assert not office.bugs


def pages(told: list[Event]) -> list[PageScanned]:
    return [event for event in told if isinstance(event, PageScanned)]


def test_its_status_and_where_it_takes_paper_from_are_told_to_everybody(office: Office) -> None:
    office.service.thread.start()
    assert office.hear(DeviceChanged) == (DeviceChanged(Device.SCANNER, Ready()), None)
    assert office.hear(SheetSourcesTold) == (SheetSourcesTold((SheetSource.FEEDER, SheetSource.GLASS)), None)


def test_pages_are_told_one_by_one_to_the_visit_that_asked(office: Office) -> None:
    office.scan("stack", at_most=3)
    office.service.thread.start()
    for _ in range(3):
        event, visit = office.hear(PageScanned)
        assert isinstance(event, PageScanned)
        assert (event.scan_id, visit) == ("stack", VISIT)
        assert event.page.jpeg.startswith(b"\xff\xd8")
    assert office.hear(ScanOver) == (ScanOver("stack", None), VISIT)


def test_a_stack_of_unknown_length_ends_with_its_last_sheet_and_the_glass_gives_one_page(office: Office) -> None:
    office.scan("stack")
    office.service.thread.start()
    told, over = office.until_over()
    assert (len(pages(told)), over) == (SHEETS, ScanOver("stack", None))
    office.scan("glass", source=SheetSource.GLASS)
    told, over = office.until_over()
    assert (len(pages(told)), over) == (1, ScanOver("glass", None))


@pytest.mark.parametrize(("status", "fault"), [("JAMMED", SCANNER_JAMMED), ("NO_DOCS", SCANNER_NO_SHEETS)])
def test_a_fault_ends_a_scan_and_the_next_one_works(office: Office, status: str, fault: object) -> None:
    office.backend.configure({"read-status-code": f'"SANE_STATUS_{status}"'})
    office.scan("first", at_most=2)
    office.service.thread.start()
    assert office.until_over()[1] == ScanOver("first", fault)  # type: ignore[arg-type]  # one of the two above
    office.backend.plug()
    office.scan("second", at_most=2)
    told, over = office.until_over()
    assert (len(pages(told)), over) == (2, ScanOver("second", None))


def test_a_scan_that_is_stopped_tells_nothing_more(office: Office) -> None:
    office.backend.configure(SLOW)
    office.scan("slow")
    office.service.thread.start()
    office.hear(PageScanned)
    office.service.stop_scanning()
    office.backend.plug()
    office.scan("next", at_most=1)
    told, over = office.until_over()
    after = [event.scan_id for event in told if isinstance(event, PageScanned | ScanProgress)]
    assert after[after.index("next") :] == ["next"] * after.count("next")
    assert over == ScanOver("next", None)


def test_how_far_a_slow_page_is_is_told_in_steps(office: Office) -> None:
    office.backend.configure({**SLOW, "read-delay-duration": "80000", "resolution_max": "60.0", "resolution": "60.0"})
    office.scan("slow", at_most=1)
    office.service.thread.start()
    told, _ = office.until_over()
    parts = [event.part for event in told if isinstance(event, ScanProgress) and event.part is not None]
    assert parts == sorted(set(parts))
    assert all(0 <= part <= 1 for part in parts)
    assert len(parts) > 2


def test_a_scanner_that_is_unplugged_is_away_and_ends_the_scan(office: Office) -> None:
    office.backend.unplug()
    office.scan("gone")
    office.service.thread.start()
    assert office.until_over()[1] == ScanOver("gone", SCANNER_UNPLUGGED)
    office.backend.plug()
    assert office.hear(DeviceChanged)[0] == DeviceChanged(Device.SCANNER, Ready())


def test_pulling_it_while_nobody_scans_is_told(office: Office) -> None:
    office.backend.unplug()
    office.service.thread.start()
    assert office.hear(DeviceChanged)[0] == DeviceChanged(Device.SCANNER, Disconnected(SCANNER_UNPLUGGED))
    office.backend.plug()
    assert office.hear(DeviceChanged)[0] == DeviceChanged(Device.SCANNER, Ready())
