"""The driver over SANE's own test backend: every status that SANE knows, pages of every kind, hangs and crashes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers import configured
from drivers.document_scanner import sane_scanner
from drivers.document_scanner.sane_scanner import SaneScanner, may_be_plugged_in
from hardware_sim import simulation
from kiosk.configuration import DocumentScannerDevice
from kiosk.faults import (
    SCANNER_BUSY,
    SCANNER_COVER_OPEN,
    SCANNER_DENIED,
    SCANNER_JAMMED,
    SCANNER_NO_MEMORY,
    SCANNER_NO_SHEETS,
    SCANNER_NOT_WORKING,
    SCANNER_SILENT,
    SCANNER_UNPLUGGED,
    Fault,
)
from kiosk.ports import CapturedPage, Disconnected, NeedsAttention, NotScanned, Ready, ScanEnded, Scanning, SheetSource
from tests.system.waiting import until
from tests.wires.sane_test_backend import NAME, SHEETS, TestBackend, sane_test_backend

WITHIN_S = 30.0
SLOW = {"read-delay": "true", "read-delay-duration": "20000"}
STATUSES = {
    "SANE_STATUS_UNSUPPORTED": SCANNER_NOT_WORKING,
    "SANE_STATUS_CANCELLED": None,
    "SANE_STATUS_DEVICE_BUSY": SCANNER_BUSY,
    "SANE_STATUS_INVAL": SCANNER_NOT_WORKING,
    "SANE_STATUS_EOF": SCANNER_NOT_WORKING,
    "SANE_STATUS_JAMMED": SCANNER_JAMMED,
    "SANE_STATUS_NO_DOCS": SCANNER_NO_SHEETS,
    "SANE_STATUS_COVER_OPEN": SCANNER_COVER_OPEN,
    "SANE_STATUS_IO_ERROR": SCANNER_NOT_WORKING,
    "SANE_STATUS_NO_MEM": SCANNER_NO_MEMORY,
    "SANE_STATUS_ACCESS_DENIED": SCANNER_DENIED,
}


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[TestBackend]:
    with sane_test_backend(tmp_path) as backend:
        yield backend


@pytest.fixture
def scanner(backend: TestBackend) -> Iterator[SaneScanner]:
    with closing(SaneScanner(NAME, silent_after_s=0.5)) as scanner:
        yield scanner


def scanned(scanner: SaneScanner, source: SheetSource, *, at_most: int = 50) -> tuple[list[CapturedPage], object]:
    """The pages, and how it ended."""
    pages: list[CapturedPage] = []
    outcome: object = scanner.begin(source, at_most=at_most)
    deadline = time.monotonic() + WITHIN_S
    while isinstance(outcome, Scanning | CapturedPage):
        assert time.monotonic() < deadline
        if isinstance(outcome, CapturedPage):
            pages.append(outcome)
        outcome = scanner.next()
    return pages, outcome


def picture(page: CapturedPage) -> np.ndarray:
    decoded = cv2.imdecode(np.frombuffer(page.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    assert decoded.shape == (page.height, page.width, 3)
    return decoded


def children() -> list[int]:
    """Processes of ours that call SANE."""
    command = ["pgrep", "--parent", str(os.getpid()), "--full", "sane_process.py"]
    return [int(line) for line in subprocess.run(command, capture_output=True, check=False).stdout.split()]


def test_a_stack_comes_page_by_page_until_the_feeder_is_empty(scanner: SaneScanner) -> None:
    assert scanner.sources() == ()
    assert scanner.status() == Ready()
    assert scanner.sources() == (SheetSource.FEEDER, SheetSource.GLASS)
    pages, outcome = scanned(scanner, SheetSource.FEEDER)
    assert (len(pages), outcome) == (SHEETS, ScanEnded())
    assert all(page == pages[0] for page in pages)
    assert scanner.next() == ScanEnded()


def test_a_page_is_a4_in_colour_upright(backend: TestBackend, scanner: SaneScanner) -> None:
    backend.configure({"resolution_max": "1200.0", "test-picture": '"Color pattern"'})
    ((page,), _) = scanned(scanner, SheetSource.GLASS)
    assert (page.width, page.height) == pytest.approx((1654, 2339), abs=2)
    colours = picture(page).reshape(-1, 3)
    assert (colours.max(axis=1) - colours.min(axis=1)).max() > 100


def test_no_more_pages_come_than_were_asked_for_and_the_glass_gives_one(scanner: SaneScanner) -> None:
    for source, at_most, count in ((SheetSource.FEEDER, 3, 3), (SheetSource.GLASS, 3, 1), (SheetSource.FEEDER, 1, 1)):
        pages, outcome = scanned(scanner, source, at_most=at_most)
        assert (len(pages), outcome) == (count, ScanEnded())


@pytest.mark.parametrize("source", SheetSource)
@pytest.mark.parametrize(("status", "fault"), STATUSES.items())
def test_each_status_of_sane_has_its_outcome_and_the_next_scan_works(
    backend: TestBackend, scanner: SaneScanner, source: SheetSource, status: str, fault: Fault | None
) -> None:
    backend.configure({"read-status-code": f'"{status}"'})
    assert scanned(scanner, source) == ([], NotScanned(fault) if fault else ScanEnded())
    backend.configure({})
    assert scanner.status() == Ready()
    pages, outcome = scanned(scanner, source, at_most=2)
    assert (bool(pages), outcome) == (True, ScanEnded())


@pytest.mark.parametrize(
    "settings",
    [
        {"depth": "16"},
        {"three-pass": "true", "three-pass-order": "GBR"},
        {"hand-scanner": "true"},
        {"ppl-loss": "7"},
        {"fuzzy-parameters": "true"},
        {"read-limit": "true", "read-limit-size": "7"},
        {"non-blocking": "true", "select-fd": "true"},
    ],
    ids=" ".join,
)
def test_a_page_is_read_whatever_the_backend_is_like(
    backend: TestBackend, scanner: SaneScanner, settings: dict[str, str]
) -> None:
    backend.configure({**settings, "test-picture": '"Solid white"'})
    ((page,), outcome) = scanned(scanner, SheetSource.GLASS)
    assert outcome == ScanEnded()
    assert page.height > page.width
    assert picture(page).min() > 250


def test_how_far_a_page_is_is_told_and_cancelling_is_quick(backend: TestBackend, scanner: SaneScanner) -> None:
    backend.configure({**SLOW, "read-delay-duration": "100000", "resolution_max": "100.0"})
    assert scanner.begin(SheetSource.FEEDER, at_most=50) == Scanning()
    parts: list[float] = []

    def is_on_its_way() -> bool:
        said = scanner.next()
        assert isinstance(said, Scanning)
        parts.append(said.part or 0.0)
        return len(set(parts)) > 2

    until(is_on_its_way, "the page to come")
    assert parts == sorted(parts)
    assert 0 < parts[-1] < 1
    assert scanner.status() == Ready()
    began = time.monotonic()
    scanner.cancel()
    assert time.monotonic() - began < 2.0
    assert scanner.next() == ScanEnded()
    assert not children()
    backend.configure({})
    pages, _ = scanned(scanner, SheetSource.FEEDER)
    assert len(pages) == SHEETS


def test_a_scan_that_is_begun_anew_cancels_the_one_before(scanner: SaneScanner) -> None:
    scanner.begin(SheetSource.FEEDER, at_most=50)
    assert isinstance(scanner.next(), CapturedPage)
    pages, outcome = scanned(scanner, SheetSource.FEEDER)
    assert (len(pages), outcome) == (SHEETS, ScanEnded())


def test_cancelling_where_nothing_runs_does_nothing(scanner: SaneScanner) -> None:
    scanner.cancel()
    assert scanner.status() == Ready()
    scanner.cancel()
    assert scanner.status() == Ready()


@pytest.mark.parametrize(
    ("how", "fault"),
    [(signal.SIGSTOP, SCANNER_SILENT), (signal.SIGKILL, SCANNER_NOT_WORKING)],
    ids=["hangs", "crashes"],
)
def test_a_backend_that_hangs_or_crashes_is_ended_what_was_read_stays_and_the_next_scan_works(
    backend: TestBackend, scanner: SaneScanner, how: signal.Signals, fault: Fault
) -> None:
    backend.configure(SLOW)
    scanner.begin(SheetSource.FEEDER, at_most=50)
    until(lambda: isinstance(scanner.next(), CapturedPage), "the first page")
    (child,) = children()
    os.kill(child, how)
    deadline = time.monotonic() + WITHIN_S
    while isinstance(outcome := scanner.next(), Scanning | CapturedPage):
        assert time.monotonic() < deadline
    assert outcome == NotScanned(fault)
    assert not children()
    assert scanner.status() == Ready()
    pages, outcome = scanned(scanner, SheetSource.FEEDER, at_most=2)
    assert (len(pages), outcome) == (2, ScanEnded())


def test_a_backend_that_crashes_when_it_is_opened_is_tried_at_each_scan_and_its_status_ever_more_seldom(
    backend: TestBackend, scanner: SaneScanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = NeedsAttention(SCANNER_NOT_WORKING)
    backend.break_down()
    assert [scanner.status(), scanner.status()] == [broken] * 2
    backend.configure({})
    assert scanner.status() == broken
    assert len(scanned(scanner, SheetSource.GLASS)[0]) == 1
    assert scanner.status() == Ready()


def test_a_backend_that_hangs_while_it_is_cancelled_is_not_waited_for(
    backend: TestBackend, scanner: SaneScanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sane_scanner, "CANCELS_WITHIN_S", 0.2)
    scanner.begin(SheetSource.FEEDER, at_most=50)
    (child,) = children()
    os.kill(child, signal.SIGSTOP)
    began = time.monotonic()
    scanner.cancel()
    assert time.monotonic() - began < 1.0
    assert not children()
    assert len(scanned(scanner, SheetSource.FEEDER)[0]) == SHEETS


def test_one_that_is_not_there_says_so_and_comes_back_by_itself(backend: TestBackend, scanner: SaneScanner) -> None:
    gone = Disconnected(SCANNER_UNPLUGGED)
    backend.unplug()
    assert [scanner.status(), scanner.begin(SheetSource.GLASS, at_most=1), scanner.status()] == [gone] * 3
    assert scanner.next() == ScanEnded()
    backend.plug()
    assert scanner.status() == Ready()
    assert len(scanned(scanner, SheetSource.GLASS)[0]) == 1


def test_while_it_is_ready_it_is_opened_seldom_and_no_process_waits(
    backend: TestBackend, scanner: SaneScanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scanner.status() == Ready()
    backend.unplug()
    assert scanner.status() == Ready()
    assert not children()
    monkeypatch.setattr(sane_scanner, "OPENED_EVERY_S", 0.0)
    assert scanner.status() == Disconnected(SCANNER_UNPLUGGED)


def test_one_on_usb_is_seen_to_be_pulled_without_opening_it(tmp_path: Path) -> None:
    (tmp_path / "001").mkdir()
    (tmp_path / "001" / "004").touch()
    assert may_be_plugged_in("epson2:libusb:001:004", tmp_path)
    assert not may_be_plugged_in("epson2:libusb:001:005", tmp_path)
    assert may_be_plugged_in("net:192.0.2.7:epson2:libusb:001:005:more", tmp_path)
    assert may_be_plugged_in("fujitsu:fi-7160:1234", tmp_path)


def test_a_scan_that_fails_makes_it_look_again(backend: TestBackend, scanner: SaneScanner) -> None:
    assert scanner.status() == Ready()
    backend.configure({"read-status-code": '"SANE_STATUS_IO_ERROR"'})
    assert scanned(scanner, SheetSource.GLASS) == ([], NotScanned(SCANNER_NOT_WORKING))
    backend.unplug()
    assert scanner.status() == Disconnected(SCANNER_UNPLUGGED)


@pytest.mark.parametrize("begins", ["test:1", "test:", "test"])
def test_a_name_may_be_how_it_begins(backend: TestBackend, begins: str) -> None:
    with closing(SaneScanner(begins)) as scanner:
        assert scanner.status() == Ready()
        assert len(scanned(scanner, SheetSource.FEEDER)[0]) == SHEETS


def test_many_scans_leave_nothing_open(scanner: SaneScanner) -> None:
    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    scanned(scanner, SheetSource.FEEDER)
    before = descriptors()
    for _ in range(10):
        scanned(scanner, SheetSource.GLASS)
        scanner.status()
    assert descriptors() == before
    assert not children()


def test_closing_ends_a_scan_that_runs(backend: TestBackend) -> None:
    scanner = SaneScanner(NAME)
    scanner.begin(SheetSource.FEEDER, at_most=50)
    assert len(children()) == 1
    scanner.close()
    assert not children()


def test_the_configuration_makes_it(backend: TestBackend) -> None:
    with ExitStack() as ends:
        scanner = configured.document_scanner(DocumentScannerDevice(address=NAME), ends)
        assert scanner.status() == Ready()
        assert isinstance(scanner.begin(SheetSource.FEEDER, at_most=50), Scanning)
    assert not children()


def probed(*words: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "drivers.document_scanner.sane_scanner", "--probe", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout


def test_a_technician_sees_how_it_is_and_what_there_is_in_its_place(backend: TestBackend) -> None:
    code, said = probed("--address", NAME, "--scan", "feeder", "--pages", "2")
    assert code == 0
    assert "ok  sources: feeder, glass" in said
    assert said.count("ok  page: ") == 2
    code, said = probed("--address", "fujitsu:none", "--json")
    assert code == 1
    assert '"disconnected: scanner.unplugged (clear)"' in said
    assert '"test:0 (Noname frontend-tester virtual device)"' in said


def test_a_line_that_takes_long_is_cancelled_from_beside_and_the_scanner_hears_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with simulation.running(tmp_path / "sim", conditions=simulation.Conditions(papers=True)) as simulated:
        told = simulated.status()["document_scanner"]
        monkeypatch.setenv("SANE_CONFIG_DIR", told["environment"]["SANE_CONFIG_DIR"])
        simulated.sheets_feed("household-front", "household-member")
        simulated.fault_set("sheets.slow", page_s=1000)
        with closing(SaneScanner(told["address"])) as scanner:
            assert scanner.begin(SheetSource.FEEDER, at_most=2) == Scanning()
            began = time.monotonic()
            scanner.cancel()
            assert time.monotonic() - began < sane_scanner.CANCELS_WITHIN_S, "it was not ended by force"
        assert not simulated.status()["document_scanner"]["scanning"]
