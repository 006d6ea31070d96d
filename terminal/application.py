"""The composition root of the terminal's process: everything is made here and handed on by constructor arguments."""

import logging
import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication

from drivers.configured import (
    code_reader,
    document_camera,
    document_scanner,
    identity_card_reader,
    page_printer,
    receipt_printer,
    smart_card_reader,
)
from drivers.hotplug import Hotplug
from drivers.traces.recording import Recording
from kiosk.composing import Origin
from kiosk.configuration import Configuration, Screen
from kiosk.health import Counter
from kiosk.journeys.events import Device, Event
from kiosk.journeys.pages import Idle, OutOfService
from kiosk.ports import View
from kiosk.session import Session, Terminal
from sync.outbox.store import Outbox
from terminal.current import Current
from terminal.device_book import DeviceBook
from terminal.plugged_watch import PluggedWatch
from terminal.runner import CHINA, Runner
from terminal.services.all import Services
from terminal.services.card_readers import ReaderService
from terminal.services.code_reader import CodeReaderService
from terminal.services.document_camera import CameraService
from terminal.services.document_scanner import ScannerService
from terminal.services.page_printer import PagePrinterService
from terminal.services.receipt_printer import PrinterService
from terminal.services.reporting import Report
from terminal.services.store import StoreService
from ui.camera_provider import CameraProvider
from ui.input.handwriting import HandwritingRecogniser
from ui.input.pinyin import PinyinDecoder
from ui.input.places import read_places
from ui.input.text_keyboard_view_model import TextKeyboardViewModel
from ui.place import Place
from ui.shell import Shell
from ui.texts import Texts
from ui.window import open_window

log = logging.getLogger(__name__)

CONTENT = Path(__file__).parents[1] / "content"
BUG_EXIT = 70  # sysexits.h: internal software error; whoever supervises starts the program again
START_ANEW = 79  # not an end: the same process becomes the program again
STOP_WITHIN_S = 20.0


class FrameBox(QObject):
    """Hands the newest camera frame to the GUI thread; one that nobody took yet is replaced."""

    _arrived = Signal()

    def __init__(self, show: Callable[[View, int], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._show = show
        self._newest: tuple[View, int] | None = None
        self._arrived.connect(self._take)

    def put(self, view: View, visit: int) -> None:
        """Thread-safe."""
        waiting, self._newest = self._newest, (view, visit)
        if waiting is None:
            self._arrived.emit()

    def _take(self) -> None:
        newest, self._newest = self._newest, None
        if newest:
            self._show(*newest)


class Ending(QObject):
    """Ends Qt's loop with a status. Asked before the loop runs, or from another thread, it is heard all the same."""

    _asked = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asked.connect(self._end, Qt.ConnectionType.QueuedConnection)

    def ask(self, status: int) -> None:
        """Thread-safe."""
        self._asked.emit(status)

    @Slot(int)
    def _end(self, status: int) -> None:
        QCoreApplication.exit(status)


class News(QObject):
    """Word from the store's thread that a start would find something else now."""

    arrived = Signal()


class Application:
    """One terminal on one screen; `run` returns the exit status once its window is closed or it is told to end.

    START_ANEW: the store holds something newer than `current`, and nobody stands here.
    """

    def __init__(
        self,
        current: Current,
        texts: Texts,
        *,
        full_screen: bool,
        automation: str | None,
        recording: Recording | None = None,
    ) -> None:
        self._current = current
        configuration, catalogue = current.configuration, current.catalogue
        if automation and not configuration.devices.all_simulated:
            raise ValueError("automation needs every configured device to be simulated")
        if automation and find_spec("terminal.automation") is None:
            raise ValueError("this terminal was installed without automation")
        self._outdated = False
        self._qt = QGuiApplication.instance() or QGuiApplication(sys.argv[:1])
        self._ending = Ending()
        self._news = News()
        self._news.arrived.connect(self._start_anew_between_visits, Qt.ConnectionType.QueuedConnection)
        sys.excepthook = self._bug_in_gui
        hall, devices = configuration.hall, configuration.devices
        simulated = devices.any_simulated
        terminal = Terminal(
            catalogue=catalogue,
            origin=Origin(configuration.terminal.code, hall.name, simulated),
            place=f"{hall.short_name} {configuration.terminal.number}",
            hall=hall,
            times=configuration.times,
        )
        place = Place(hall, configuration.terminal.number, catalogue, configuration.times, simulated)
        self._runner = Runner(terminal, texts, show=self._show)
        self._camera_provider = CameraProvider()
        keyboard = TextKeyboardViewModel(
            PinyinDecoder(read_places(CONTENT / "places.toml")), HandwritingRecogniser(), texts
        )
        self._shell = Shell(place, texts, self._runner.post, keyboard=keyboard, camera=self._camera_provider)
        self._frames = FrameBox(self._show_view)
        self._ends = ExitStack()  # what the adapters leave to be closed
        self._recording = recording
        self._book = DeviceBook(time.monotonic)
        self._services = self._serve(configuration, self._report)
        self._runner.serve_with(self._services)
        self._plugged = PluggedWatch(Hotplug(), self._services.poll_devices, on_bug=self._bug)
        screen = configuration.screen if full_screen else _fitting(configuration.screen)
        self._view = open_window(self._shell, screen=screen, camera=self._camera_provider)
        self._full_screen = full_screen
        if automation:
            from terminal.automation import Automation  # an installed terminal has neither it nor QtTest

            self._automation = Automation(
                self._view, lambda: str(self._shell.property("pageName")), automation, self._view
            )

    def _serve(self, configuration: Configuration, report: Report) -> Services:
        devices = configuration.devices
        ends, recording = self._ends, self._recording
        reader = identity_card_reader(devices.identity_card_reader, ends, recording=recording)
        readers = {Device.READER: ReaderService(reader, report, self._bug)}
        if devices.smart_card_reader:
            slot = smart_card_reader(devices.smart_card_reader, ends, recording=recording)
            readers[Device.SMART_CARD] = ReaderService(slot, report, self._bug, device=Device.SMART_CARD)
        codes = None
        if devices.code_reader:
            count = partial(self._book.count, Device.CODES, Counter.CODES)
            codes = CodeReaderService(
                code_reader(devices.code_reader, ends, recording=recording), report, self._bug, count=count
            )
        scanner = None
        if devices.document_scanner:
            scanner = ScannerService(
                document_scanner(devices.document_scanner, ends, recording=recording), report, self._bug
            )
        pages = None
        if devices.page_printer:
            pages = PagePrinterService(page_printer(devices.page_printer, ends, recording=recording), report, self._bug)
        return Services(
            card_readers=readers,
            scanner=scanner,
            page_printer=pages,
            codes=codes,
            camera=CameraService(
                document_camera(devices.document_camera, ends, recording=recording),
                report,
                self._bug,
                show=self._frames.put,
            ),
            printer=PrinterService(
                receipt_printer(devices.receipt_printer, ends, recording=recording),
                report,
                self._bug,
                spend=self._book.used,
            ),
            store=StoreService(
                lambda: _outbox(configuration),
                report,
                self._bug,
                look=self._look_for_news,
                now=lambda: datetime.now(CHINA),
            ),
        )

    def _report(self, event: Event, visit: int | None) -> None:
        """In any thread."""
        self._book.hear(event)
        self._runner.mailbox.report(event, visit)

    def start(self) -> None:
        """Show the window and let the devices' threads run."""
        if self._full_screen:
            self._view.showFullScreen()
        else:
            self._view.show()
        for thread in self._services.threads:
            thread.start()
        self._plugged.start()

    def end(self, status: int) -> None:
        """Let `run` return this status."""
        self._ending.ask(status)

    def stop(self) -> None:
        """Close the window and end the threads, the store's last."""
        self._runner.stop()
        self._view.close()
        self._plugged.stop(within_s=STOP_WITHIN_S)
        self._services.camera.stop_watching()
        if self._services.scanner:
            self._services.scanner.stop_scanning()
        self._services.stop(within_s=STOP_WITHIN_S, last=self._book.write_down_all)
        self._ends.close()
        self._view.deleteLater()
        sys.excepthook = sys.__excepthook__

    def run(self) -> int:
        """Until the window is closed or the program told to end; the exit status."""
        wake = QTimer()  # lets Python handle signals while Qt waits
        wake.timeout.connect(lambda: None)
        wake.start(200)
        self.start()
        status = self._qt.exec()
        self.stop()
        return status

    def _show(self, session: Session) -> None:
        self._shell.show(session)
        self._start_anew_between_visits()

    def _look_for_news(self, outbox: Outbox) -> None:
        """In the store's thread."""
        self._book.write_down(outbox)
        clock, now = self._services.store.clock, datetime.now(CHINA)
        self._runner.tell_clock(clock)
        if not self._outdated and self._current.is_outdated(outbox.pulled_versions(), now, clock):
            self._outdated = True
            self._news.arrived.emit()

    def _start_anew_between_visits(self) -> None:
        if self._outdated and isinstance(self._runner.session.page, Idle | OutOfService):
            log.info("starting anew with what the platform has sent")
            self.end(START_ANEW)

    def _show_view(self, view: View, visit: int) -> None:
        if visit == self._runner.session.number:
            self._shell.show_view(view)

    def _bug(self, bug: BaseException) -> None:
        log.critical("a bug in a device's thread", exc_info=bug)
        self.end(BUG_EXIT)

    def _bug_in_gui(self, kind: type[BaseException], bug: BaseException, trace: TracebackType | None) -> None:
        log.critical("a bug", exc_info=(kind, bug, trace))
        self.end(BUG_EXIT)


def _outbox(configuration: Configuration) -> Outbox:
    store = configuration.store
    return Outbox(Path(store.directory), reserve_mb=store.reserve_mb, budget_mb=store.budget_mb)


def _fitting(screen: Screen) -> Screen:
    """The screen drawn so small that a window of it fits on this machine's own."""
    available = QGuiApplication.primaryScreen().availableSize()
    scale = min(1.0, available.width() / screen.width_px, available.height() / screen.height_px)
    if os.environ.get("QT_QPA_PLATFORM") == "offscreen" or scale == 1.0:
        return screen
    return screen.model_copy(
        update={
            "width_px": int(screen.width_px * scale),
            "height_px": int(screen.height_px * scale),
            "pixels_per_mm": screen.pixels_per_mm * scale,
        }
    )


def prepare_qt() -> None:
    """Before Qt is loaded: the software renderer, unless the machine's owner says otherwise."""
    os.environ.setdefault("QT_QUICK_BACKEND", "software")
