"""Every fault of the simulated document scanner as its port tells it, through SANE's own network backend."""

import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from drivers.document_scanner import sane_scanner
from drivers.document_scanner.sane_scanner import SaneScanner
from hardware_sim import control, simulation
from hardware_sim.faults import FAULTS
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
)
from kiosk.ports import CapturedPage, Disconnected, NotScanned, Ready, ScanEnded, Scanning, SheetSource
from tests.system.waiting import until

WITHIN_S = 30.0
SILENT_AFTER_S = 0.7
SHEETS = ("household-front", "household-member", "recent-photo")

# Of a scan of three sheets in which the fault begins: how many pages came, and how it ended.
SAID: dict[str, tuple[int, object]] = {
    "sheets.jam": (1, NotScanned(SCANNER_JAMMED)),
    "sheets.cover": (0, NotScanned(SCANNER_COVER_OPEN)),
    "sheets.busy": (0, NotScanned(SCANNER_BUSY)),
    "sheets.io-error": (0, NotScanned(SCANNER_NOT_WORKING)),
    "sheets.no-memory": (0, NotScanned(SCANNER_NO_MEMORY)),
    "sheets.denied": (0, NotScanned(SCANNER_DENIED)),
    "sheets.no-answer": (0, NotScanned(SCANNER_SILENT)),
    "sheets.slow": (3, ScanEnded()),
    "sheets.unplugged": (0, NotScanned(SCANNER_NOT_WORKING)),
}
PARAMETERS: dict[str, dict[str, float]] = {"sheets.jam": {"after_sheets": 1}, "sheets.slow": {"page_s": 0.3}}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[control.Simulation]:
    conditions = simulation.Conditions(pace=True, papers=True)
    run_dir = tmp_path_factory.mktemp("scanner") / "sim"
    with simulation.running(run_dir, conditions=conditions) as sim, pytest.MonkeyPatch.context() as here:
        here.setenv("SANE_CONFIG_DIR", sim.status()["document_scanner"]["environment"]["SANE_CONFIG_DIR"])
        yield sim


@pytest.fixture
def sim(running: control.Simulation) -> control.Simulation:
    """With nothing in it, and pages that take no time."""
    running.fault_clear()
    running.sheets_plug(plugged=True)
    running.sheets_take()
    running.glass_put(None)
    running.fault_set("sheets.slow", page_s=0)
    return running


@pytest.fixture
def scanner(sim: control.Simulation) -> Iterator[SaneScanner]:
    address = sim.status()["document_scanner"]["address"]
    with closing(SaneScanner(address, silent_after_s=SILENT_AFTER_S)) as scanner:
        until(lambda: scanner.status() == Ready(), "a scanner that is ready")
        yield scanner


def scanned(scanner: SaneScanner, source: SheetSource = SheetSource.FEEDER) -> tuple[int, object]:
    """How many pages came, and how it ended."""
    pages, outcome = 0, scanner.begin(source, at_most=50)
    deadline = time.monotonic() + WITHIN_S
    while isinstance(outcome, Scanning | CapturedPage):
        assert time.monotonic() < deadline
        pages += isinstance(outcome, CapturedPage)
        outcome = scanner.next()
    return pages, outcome


def test_every_fault_of_the_scanner_is_told_here() -> None:
    assert {name for name, kind in FAULTS.items() if kind.device == "document_scanner"} == SAID.keys()


@pytest.mark.parametrize("name", SAID)
def test_every_fault_is_an_outcome_what_was_read_stays_and_it_passes_without_a_restart(
    name: str, sim: control.Simulation, scanner: SaneScanner
) -> None:
    sim.sheets_feed(*SHEETS)
    sim.fault_set(name, on="next-scan", **PARAMETERS.get(name, {}))
    assert scanned(scanner) == SAID[name]
    sim.fault_clear()
    sim.fault_set("sheets.slow", page_s=0)
    sim.sheets_take()
    until(lambda: scanner.status() == Ready(), "a scanner that is ready again")
    sim.sheets_feed(*SHEETS)
    assert scanned(scanner) == (3, ScanEnded())


def test_a_plug_that_is_out_is_said_and_in_again_noticed(
    sim: control.Simulation, scanner: SaneScanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sane_scanner, "OPENED_EVERY_S", 0.0)
    sim.sheets_plug(plugged=False)
    until(lambda: scanner.status() == Disconnected(SCANNER_UNPLUGGED), "a scanner that is away")
    assert scanner.begin(SheetSource.GLASS, at_most=1) == Disconnected(SCANNER_UNPLUGGED)
    sim.sheets_plug(plugged=True)
    until(lambda: scanner.status() == Ready(), "a scanner that is back")


def test_an_empty_feeder_is_said_and_the_glass_gives_a_page_all_the_same(
    sim: control.Simulation, scanner: SaneScanner
) -> None:
    assert scanned(scanner) == (0, NotScanned(SCANNER_NO_SHEETS))
    sim.glass_put("recent-photo")
    assert scanned(scanner, SheetSource.GLASS) == (1, ScanEnded())


def test_a_jam_stays_until_somebody_has_taken_the_sheet_out(sim: control.Simulation, scanner: SaneScanner) -> None:
    sim.sheets_feed(*SHEETS)
    sim.fault_set("sheets.jam", on="next-scan", after_sheets=2)
    assert scanned(scanner) == (2, NotScanned(SCANNER_JAMMED))
    assert scanned(scanner) == (0, NotScanned(SCANNER_JAMMED))
    sim.fault_clear("sheets.jam")
    assert scanned(scanner) == (1, ScanEnded()), "the sheet was laid back"
