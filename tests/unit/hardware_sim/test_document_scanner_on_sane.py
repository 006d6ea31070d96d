"""The simulated document scanner through SANE's own `net` backend, by SANE's own program."""

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from hardware_sim import control, simulation
from hardware_sim.clock import HandClock
from hardware_sim.devices import saned_wire
from hardware_sim.devices.saned_wire import Action, Call, Kind


@pytest.fixture
def papers(tmp_path: Path) -> Iterator[control.Simulation]:
    with simulation.running(tmp_path / "sim", conditions=simulation.Conditions(pace=False, papers=True)) as sim:
        yield sim


def scanimage(sim: control.Simulation, *words: str) -> subprocess.CompletedProcess[str]:
    scanner = sim.status()["document_scanner"]
    return subprocess.run(
        ["scanimage", "-d", scanner["address"], *words],
        env=os.environ | scanner["environment"],
        cwd=sim.run_dir,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_sane_finds_it_beside_its_own_test_backend(papers: control.Simulation) -> None:
    scanner = papers.status()["document_scanner"]
    found = subprocess.run(
        ["scanimage", "-f", "%d%n"],
        env=os.environ | scanner["environment"],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert scanner["address"] in found.stdout.split()
    assert "test:0" in found.stdout.split()


def test_a_stack_is_read_to_its_end_and_the_glass_once(papers: control.Simulation) -> None:
    papers.sheets_feed("household-front", "household-member", troubles=("skewed",))
    done = scanimage(papers, "--source", "ADF", "--resolution", "75", "--format=png", "--batch=sheet%d.png")
    assert "out of documents" in done.stderr
    pictures = []
    for number in (1, 2):
        with Image.open(papers.run_dir / f"sheet{number}.png") as picture:
            assert picture.size == (638, 877)
            pictures.append(picture.tobytes())
    assert pictures[0] != pictures[1]
    papers.glass_put("recent-photo")
    done = scanimage(papers, "--mode", "Gray", "--resolution", "100", "-x", "60", "-y", "40", "-o", "glass.png")
    assert done.returncode == 0, done.stderr
    with Image.open(papers.run_dir / "glass.png") as glass:
        assert (glass.mode, glass.size) == ("L", (236, 157))
    papers.glass_put(None)
    assert papers.status()["document_scanner"]["pages"] == 3


@pytest.mark.parametrize(
    ("fault", "says", "pages"),
    [
        ("sheets.jam", "Document feeder jammed", 1),
        ("sheets.cover", "Scanner cover is open", 0),
        ("sheets.busy", "Device busy", 0),
        ("sheets.io-error", "Error during device I/O", 0),
        ("sheets.no-memory", "Out of memory", 0),
        ("sheets.denied", "Access to resource has been denied", 0),
        ("sheets.unplugged", r"Error during device I/O|received signal 13", 0),  # at the page, or at the next call
    ],
)
def test_a_fault_of_the_next_scan_is_what_sane_says_of_it_and_passes(
    papers: control.Simulation, fault: str, says: str, pages: int
) -> None:
    papers.sheets_feed("blank-sheet", "blank-sheet")
    papers.fault_set(fault, on="next-scan", **({"after_sheets": 1} if fault == "sheets.jam" else {}))
    batch = ("--source", "ADF", "--resolution", "75", "--batch=sheet%d.pnm")
    assert re.search(says, scanimage(papers, *batch).stderr)
    assert papers.status()["document_scanner"]["pages"] == pages
    papers.fault_clear()
    papers.sheets_take()
    papers.sheets_feed("blank-sheet")
    assert "1 page" in scanimage(papers, *batch).stderr
    assert papers.status()["document_scanner"]["pages"] == pages + 1


def test_it_goes_off_the_network_and_comes_back_at_the_same_address(papers: control.Simulation) -> None:
    address = papers.status()["document_scanner"]["address"]
    papers.sheets_plug(plugged=False)
    assert scanimage(papers, "-A").returncode != 0
    papers.sheets_plug(plugged=True)
    assert papers.status()["document_scanner"]["address"] == address
    assert scanimage(papers, "-A").returncode == 0


def test_without_papers_there_is_none(tmp_path: Path) -> None:
    with simulation.running(tmp_path / "sim") as sim:
        assert "document_scanner" not in sim.status()
        for act in (lambda: sim.sheets_feed("blank-sheet"), sim.sheets_take, lambda: sim.glass_put("blank-sheet")):
            with pytest.raises(control.Refused, match="--papers"):
                act()


def test_a_host_that_talks_nonsense_or_hangs_up_lets_the_scanner_go(papers: control.Simulation) -> None:
    host = papers.status()["document_scanner"]["address"].split(":")[1]
    with socket.create_connection((host, saned_wire.PORT), timeout=5) as line:
        line.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert line.recv(100) == b""
    with socket.create_connection((host, saned_wire.PORT), timeout=5) as line:
        line.sendall(saned_wire.request(Call.OPEN, texts=[b""]))
        assert line.recv(100) == saned_wire.opened(saned_wire.Status.GOOD, 0)
        assert "Device busy" in scanimage(papers, "-A").stderr
    assert scanimage(papers, "-A").returncode == 0


def test_a_page_takes_its_time_by_the_clock(tmp_path: Path) -> None:
    """Moved by hand: no part of a page is there before its moment."""
    conditions = simulation.Conditions(clock=HandClock(), papers=True)
    with simulation.running(tmp_path / "sim", conditions=conditions) as sim:
        host = sim.status()["document_scanner"]["address"].split(":")[1]
        with socket.create_connection((host, saned_wire.PORT), timeout=5) as line:
            line.sendall(saned_wire.request(Call.OPEN, texts=[b""]))
            line.recv(100)
            dots = (75).to_bytes(4, "big")
            line.sendall(saned_wire.request(Call.CONTROL_OPTION, 0, 3, Action.SET, Kind.INT, value=dots))
            line.recv(100)
            sim.fault_set("sheets.slow", page_s=20)
            line.sendall(saned_wire.request(Call.START, 0))
            port = int.from_bytes(line.recv(100)[4:8], "big")
            with socket.create_connection((host, port), timeout=5) as page:
                page.setblocking(False)
                sim.clock_advance(0.5)
                with pytest.raises(BlockingIOError):
                    page.recv(1)
                sim.clock_advance(1)
                page.setblocking(True)
                first = int.from_bytes(page.recv(4), "big")
                assert first == 44 * 638 * 3
                sim.clock_advance(30)
                assert sim.status()["document_scanner"]["pages"] == 1
