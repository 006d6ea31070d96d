"""The terminal's process: start to the first interactive frame, memory, and a card to its name on the screen."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.bare_reader import BareReader
from benchmarks.figures import Figure
from hardware_sim.control import Simulation
from terminal.hand import Hand
from terminal.supervisor import House

STARTS = 5
CARDS = 15
PERSON, NAME = "lin-zhiqiang", "林志强"
BITS_A_BYTE = 10
BAUD = 115200
# Find, select and read, there and back, as the wire carries them (preamble, length, body, check).
WIRE_BYTES = (10 + 15) + (10 + 19) + (10 + 1295)
CARD_GOAL_MS = 50

BARE = """
import sys
from PySide6.QtCore import QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtQuick import QQuickView
app = QGuiApplication([])
view = QQuickView()
view.setSource(QUrl.fromLocalFile(sys.argv[1]))
view.resize(1080, 1920)
def shown():
    print("shown", flush=True)
view.frameSwapped.connect(shown)
view.show()
app.exec()
"""


ENVIRONMENT = {"QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"}


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(dir="build") as folder:
        directory = Path(folder).resolve()
        with House(directory / "house", environment=ENVIRONMENT) as house:
            house.start_gateway()
            devices = house.start_devices()
            house.write_configuration(devices)
            starts = _starts(house, directory)
            return [*starts, _cards(house, devices)]


def _starts(house: House, directory: Path) -> list[Figure]:
    starts, memory = [], []
    bare_starts, bare_memory = [], []
    for _ in range(STARTS):
        ms, mb = _bare(directory, ENVIRONMENT)
        bare_starts.append(ms)
        bare_memory.append(mb)
        began = time.perf_counter()
        house.start_terminal()
        with Hand(house.automation_socket) as hand:
            hand.wait("idle", name="startButton")
            starts.append((time.perf_counter() - began) * 1000)
            memory.append(_pss_mb(house.pid("terminal")))
        house.end("terminal")
    return [
        Figure(
            "start to the first interactive frame",
            "from the start of the process until the automation socket sees the idle page with its button; beside "
            "it a bare window of the same size with one rectangle, until its first frame. Software renderer, offscreen",
            "ms",
            starts,
            "bare window",
            bare_starts,
            "-",
            None,
        ),
        Figure(
            "memory (PSS) on the idle page",
            "`smaps_rollup` of the terminal's process right after that; beside it the bare window's",
            "MB",
            memory,
            "bare window",
            bare_memory,
            "-",
            None,
        ),
    ]


def _cards(house: House, devices: Mapping[str, Any]) -> Figure:
    simulation = Simulation(house.sim_directory)
    ours, bare = [], []
    house.start_terminal()
    tcp_address = devices["identity_card_reader"]["tcp_address"].removeprefix("tcp:")
    with Hand(house.automation_socket) as hand, BareReader(f"socket://{tcp_address}") as reader:
        for run in range(CARDS + 1):
            pair = _card(simulation, hand), _bare_card(simulation, reader)
            if run:  # the first one warms up
                ours.append(pair[0])
                bare.append(pair[1])
        after = _pss_mb(house.pid("terminal"))
    house.end("terminal")
    over = statistics.median(a - b for a, b in zip(ours, bare, strict=True))
    wire_ms = WIRE_BYTES * BITS_A_BYTE / BAUD * 1000
    return Figure(
        "card on the reader to the name on the screen",
        "from the simulator's `card insert` until the first frame with the name, from which on the page fades in; "
        f"{CARDS} pairs after one that warms up. Beside it, run by run, the same card read by pyserial alone at the "
        "same reader's TCP wire: find until found, select, read, until the last byte. The simulated reader keeps the "
        f"pace of {BAUD} baud on both wires and waits a guessed 350 ms for the chip",
        "ms",
        ours,
        "bare dialogue",
        bare,
        f"at most {CARD_GOAL_MS} ms over",
        over <= CARD_GOAL_MS,
        f"{over:.0f} ms over, median of the pairs; the {WIRE_BYTES} bytes of one find, select and read alone take "
        f"{wire_ms:.0f} ms at that rate; memory after {CARDS} cards: {after:.0f} MB",
    )


def _bare_card(simulation: Simulation, reader: BareReader) -> float:
    """While the terminal stands on its idle page, where it looks for no card."""
    reading = reader.reading()
    began = time.perf_counter()
    simulation.card_insert(PERSON)
    taken = (reading.ended() - began) * 1000
    simulation.card_lift()
    return taken


def _card(simulation: Simulation, hand: Hand) -> float:
    hand.wait("idle")
    hand.tap("startButton")
    hand.tap("item-residents-medical-insurance")
    hand.tap("primaryButton")
    hand.wait("identify")
    began = time.perf_counter()
    simulation.card_insert(PERSON)
    hand.wait("question", text=NAME)
    taken = (time.perf_counter() - began) * 1000
    simulation.card_lift()
    for page in ("guide", "home", "idle"):
        hand.tap("backButton")
        hand.wait(page)
    return taken


def _bare(directory: Path, environment: dict[str, str]) -> tuple[float, float]:
    scene = directory / "bare.qml"
    scene.write_text('import QtQuick\nRectangle { color: "#F5F3EE" }\n', encoding="utf-8")
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", BARE, str(scene)], stdout=subprocess.PIPE, text=True, env={**environment}
    )
    if process.stdout is None or not process.stdout.readline():
        raise RuntimeError("the bare window did not show")
    taken = (time.perf_counter() - began) * 1000
    memory = _pss_mb(process.pid)
    process.kill()
    process.wait()
    process.stdout.close()
    return taken, memory


def _pss_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1000
    raise RuntimeError("no Pss")
