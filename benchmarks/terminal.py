"""The terminal's process: start to the first interactive frame, memory, and a card to its name on the screen."""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure
from hardware_sim.control import Simulation
from terminal.hand import Hand
from terminal.supervisor import House

STARTS = 5
CARDS = 15
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


def measure() -> list[Figure]:
    environment = {"QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"}
    with tempfile.TemporaryDirectory(dir="build") as folder:
        directory = Path(folder).resolve()
        with House(directory / "house", environment=environment) as house:
            house.start_gateway()
            house.write_configuration(house.start_devices())
            starts, memory = [], []
            bare_starts, bare_memory = [], []
            for _ in range(STARTS):
                ms, mb = _bare(directory, environment)
                bare_starts.append(ms)
                bare_memory.append(mb)
                began = time.perf_counter()
                house.start_terminal()
                with Hand(house.automation_socket) as hand:
                    hand.wait("idle", name="startButton")
                    starts.append((time.perf_counter() - began) * 1000)
                    memory.append(_pss_mb(house.pid("terminal")))
                house.end("terminal")
            house.start_terminal()
            with Hand(house.automation_socket) as hand:
                cards = [_card(house, hand) for _ in range(CARDS)]
                after = _pss_mb(house.pid("terminal"))
            house.end("terminal")
    wire = [WIRE_BYTES * BITS_A_BYTE / BAUD * 1000] * CARDS
    over = statistics.median(cards) - wire[0]
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
            f"after {CARDS} cards: {after:.0f} MB",
        ),
        Figure(
            "card on the reader to the name on the screen",
            f"from the simulator's `card insert` until a frame with the name is shown; the simulated reader keeps the "
            f"pace of a wire at {BAUD} baud. Beside it the bytes of find, select and read there and back ({WIRE_BYTES}) "
            "at that rate",
            "ms",
            cards,
            "the wire alone",
            wire,
            f"at most {CARD_GOAL_MS} ms over",
            over <= CARD_GOAL_MS,
            f"{over:.0f} ms over the wire in the median",
        ),
    ]


def _card(house: House, hand: Hand) -> float:
    simulation = Simulation(house.sim_directory)
    hand.wait("idle")
    hand.tap("startButton")
    hand.tap("item-residents-medical-insurance")
    hand.tap("primaryButton")
    hand.wait("identify")
    began = time.perf_counter()
    simulation.card_insert("lin-zhiqiang")
    hand.wait("question", text="林志强")
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
