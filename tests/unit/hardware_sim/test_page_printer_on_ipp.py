"""The simulated A4 printer as any other program sees it: CUPS' own ipptool prints there."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from hardware_sim import ippeveprinter
from hardware_sim.clock import HandClock
from hardware_sim.devices.page_printer import SHEET_S, PagePrinter
from hardware_sim.ippeveprinter import IppEvePrinterFailed
from tests.system.waiting import until


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "two.pdf"
    pages = [Image.new("L", (620, 877), grey) for grey in (255, 128)]
    pages[0].save(path, save_all=True, append_images=pages[1:], resolution=75)
    return path


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def printer(tmp_path: Path, clock: HandClock) -> Iterator[PagePrinter]:
    printer = PagePrinter(tmp_path / "sheets", clock=clock)
    printer.start()
    yield printer
    printer.stop()


def asked(printer: PagePrinter, test: str, *options: str) -> str:
    done = subprocess.run(
        ["ipptool", "-t", "-v", *options, printer.address, test],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    return done.stdout + done.stderr


def printing(printer: PagePrinter) -> bool:
    return bool(printer.state()["printing"])


def test_a_sheet_comes_out_whenever_its_time_is_over(printer: PagePrinter, clock: HandClock, pdf: Path) -> None:
    assert "successful-ok" in asked(printer, "print-job.test", "-f", str(pdf))
    until(lambda: printing(printer), "the job to begin")
    for sheets in (1, 2):
        assert len(printer.printed()) == sheets - 1
        clock.advance(SHEET_S)
        assert len(printer.printed(at_least=sheets, within_s=10)) == sheets
    assert [path.name for path in sorted(printer.printed()[0].picture_path.parent.iterdir())] == [
        "0001.png",
        "0001.txt",
        "0002.png",
        "0002.txt",
    ]
    until(lambda: "job-state (enum) = completed" in asked(printer, "get-completed-jobs.test"), "the job to be over")


def test_it_is_a_printer_for_a4_that_takes_pdf(printer: PagePrinter) -> None:
    said = asked(printer, "get-printer-attributes.test")
    assert "media-ready (keyword) = iso_a4_210x297mm" in said
    assert "application/pdf" in said


def test_the_plug_comes_back_by_itself_at_the_same_port(printer: PagePrinter, clock: HandClock) -> None:
    printer.set_fault("pages.unplugged", for_s=5.0)
    assert "Unable to connect" in asked(printer, "get-printer-attributes.test")
    clock.advance(6)
    until(lambda: printer.faults() == {} and printer.state()["plugged"], "the plug to be in")
    until(lambda: "successful-ok" in asked(printer, "get-printer-attributes.test"), "an answer")


def test_nothing_is_left_when_it_stops(printer: PagePrinter) -> None:
    printer.set_fault("pages.no-answer")
    with subprocess.Popen(["ipptool", "-t", printer.address, "get-printer-attributes.test"]) as waits:
        printer.stop()
        assert waits.wait(10) != 0
    running = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert not [line for line in running if str(printer._directory).encode() in line]
    assert not printer._directory.exists()


def test_a_computer_without_ippeveprinter_says_which_package_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ippeveprinter, "_SEARCHED", str(tmp_path))
    printer = PagePrinter(tmp_path / "sheets")
    with pytest.raises(IppEvePrinterFailed, match="install Debian's cups-ipp-utils"):
        printer.start()
