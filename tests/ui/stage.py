"""A terminal with its screen, drivers and simulated devices in one process, and a citizen who plays a script on it."""

import contextlib
import io
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QEventLoop, QMetaObject, Qt

from hardware_sim import cli
from hardware_sim.control import Simulation
from hardware_sim.simulation import Conditions, running
from kiosk.configuration import (
    Configuration,
    Devices,
    DocumentCameraDevice,
    DocumentScannerDevice,
    Gateway,
    Hall,
    IdentityCardReaderDevice,
    PagePrinterDevice,
    ReceiptPrinterDevice,
    SmartCardReaderDevice,
    Store,
    Terminal,
    Times,
)
from kiosk.submission import Json
from sync.outbox.drain import Drain
from terminal.application import CONTENT, Application
from terminal.current import read_current
from terminal.hand import Hand
from terminal.runner import CHINA
from tests.system.citizen import Citizen
from ui.texts import texts_of

SAY = texts_of("zh_hans")


class Stage:
    """One terminal and its devices. `sim` is `kiosk-sim`; `play` runs a citizen's script beside the GUI thread."""

    def __init__(self, directory: Path, socket: Path, simulation: Simulation) -> None:
        self.simulation = simulation
        self.ask = simulation.ask  # an act of the control API
        self._run_dir = directory / "sim"
        self.store = directory / "store"
        self._socket = socket

    def agent_notes(self, **note: Json) -> None:
        """What the agent would leave in the store."""
        with contextlib.closing(Drain(self.store)) as drain:
            drain.note_agent(note)

    def sim(self, *words: str) -> None:
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            status = cli.main([*words, "--run-dir", str(self._run_dir)])
        assert status == 0, said.getvalue()

    def play(self, script: Callable[[Hand, Citizen], None]) -> None:
        def run() -> None:
            with Hand(self._socket) as hand:
                script(hand, Citizen(self, hand))

        with ThreadPoolExecutor(1, "citizen") as pool:
            played = pool.submit(run)
            ended = QEventLoop()
            played.add_done_callback(
                lambda _: QMetaObject.invokeMethod(ended, "quit", Qt.ConnectionType.QueuedConnection)
            )
            ended.exec()  # each of the script's waits has an end
            played.result()

    def clear(self) -> None:
        """Nothing lies on a device any more, nothing is wrong with one, and nobody stands here."""
        self.simulation.fault_clear()
        status = self.simulation.status()
        if "smart_card_reader" in status:
            self.ask("smartcard remove")
        if "document_scanner" in status:
            self.ask("sheets take")
            self.ask("glass lift")
            self.ask("sheets plug", plugged=True)
        self.simulation.card_lift()
        self.simulation.page_put(None)
        self.simulation.paper_load()
        self.simulation.paper_clear()
        self.simulation.reader_plug(plugged=True)
        self.simulation.camera_plug(plugged=True)
        self.simulation.printer_plug(plugged=True)
        self.play(lambda hand, _: leave(hand))


def leave(hand: Hand) -> None:
    """Through the help, which every page but the first and the last has; a slip that is being printed is waited for."""
    page = hand.look()["page"]
    if page == "done":
        hand.wait_touchable("primaryButton", within_s=30)
    if page not in {"idle", "outOfService", "goodbye"}:
        hand.tap("helpButton")
        hand.touch(SAY("help.leave"))
    hand.wait("idle", within_s=20)


@contextlib.contextmanager
def open_stage(
    directory: Path, *, smart_cards: bool = False, papers: bool = False, page_printer: str | None = None
) -> Iterator[Stage]:
    """Where a QApplication is. With `smart_cards` a second reader, over a smart card service of its own.

    With `papers` a document scanner. `page_printer`: the address of one.
    """
    socket = directory / "hand"
    with running(
        directory / "sim", conditions=Conditions(pace=False, smart_cards=smart_cards, papers=papers)
    ) as simulation:
        status = simulation.status()
        slot, scanner = status.get("smart_card_reader"), status.get("document_scanner")
        configuration = Configuration(
            terminal=Terminal(code="CZ03", number="03 号机"),
            hall=Hall(name="大厅", short_name="大厅", desk="咨询台", telephone="0768-000 0000", hours="9:00-17:00"),
            gateway=Gateway(url="http://127.0.0.1:9"),
            store=Store(directory=str(directory / "store"), reserve_mb=1),
            times=Times(idle_timeout_s=900, acknowledge_wait_s=0.2, goodbye_s=0.5),
            devices=Devices(
                identity_card_reader=IdentityCardReaderDevice(
                    address=f"serial:{status['identity_card_reader']['address']}", simulated=True
                ),
                smart_card_reader=SmartCardReaderDevice(address=slot["address"], simulated=True) if slot else None,
                document_camera=DocumentCameraDevice(
                    driver="frames", address=status["document_camera"]["address"], simulated=True
                ),
                document_scanner=DocumentScannerDevice(address=scanner["address"], simulated=True) if scanner else None,
                receipt_printer=ReceiptPrinterDevice(address=status["receipt_printer"]["address"], simulated=True),
                page_printer=PagePrinterDevice(address=page_printer, simulated=True) if page_printer else None,
            ),
        )
        given = [device["environment"] for device in (slot, scanner) if device]
        with _environment({name: value for environment in given for name, value in environment.items()}):
            application = Application(
                read_current(configuration, CONTENT / "items", at=datetime.now(CHINA)),
                SAY,
                full_screen=False,
                automation=str(socket),
            )
            application.start()
            yield Stage(directory, socket, simulation)
            application.stop()


@contextlib.contextmanager
def _environment(wanted: Mapping[str, str]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in wanted.items():
            patch.setenv(name, value)
        yield
