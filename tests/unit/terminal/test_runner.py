"""The runner: what an ended visit asked for is dropped, what was printed is always written down."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QTimer
from pytestqt.qtbot import QtBot

from drivers.configured import document_camera, identity_card_reader, receipt_printer
from kiosk.composing import Origin
from kiosk.configuration import DocumentCameraDevice, IdentityCardReaderDevice, ReceiptPrinterDevice, Times
from kiosk.faults import READER_UNPLUGGED
from kiosk.journeys.events import (
    ApplicationBegun,
    Awakened,
    CardFound,
    Device,
    DeviceChanged,
    Event,
    ItemChosen,
    LeftVisit,
    WentBack,
)
from kiosk.journeys.pages import Goodbye, Home, Identifying, Idle
from kiosk.ports import Disconnected, Ready, Status
from kiosk.session import Terminal
from sync.catalogue import read_catalogue
from sync.outbox.store import Outbox
from terminal.application import CONTENT
from terminal.runner import Mailbox, Runner
from terminal.services.all import Services
from terminal.services.card_readers import ReaderService
from terminal.services.document_camera import CameraService
from terminal.services.receipt_printer import PrinterService
from terminal.services.reporting import StatusReport
from terminal.services.store import StoreService
from ui.sheet_people import HALL
from ui.texts import texts_of


def no_bug(bug: BaseException) -> None:
    raise AssertionError(bug)


@pytest.fixture
def runner(qtbot: QtBot, tmp_path: Path) -> Iterator[Runner]:
    """With real services whose threads do not run: nothing is plugged in."""
    catalogue = read_catalogue(CONTENT / "items")
    terminal = Terminal(catalogue, Origin("CZ03", "大厅", True), "大厅 03 号机", HALL, Times())
    runner = Runner(terminal, texts_of("zh_hans"), show=lambda session: None)
    report = runner.mailbox.report
    nowhere = f"serial:{tmp_path / 'nowhere'}"
    reader = identity_card_reader(IdentityCardReaderDevice(address=nowhere))
    camera = document_camera(DocumentCameraDevice(driver="frames", address=str(tmp_path / "nowhere")))
    runner.serve_with(
        Services(
            card_readers={Device.READER: ReaderService(reader, report, no_bug)},
            camera=CameraService(camera, report, no_bug, show=lambda view, visit: None),
            printer=PrinterService(receipt_printer(ReceiptPrinterDevice(address=nowhere)), report, no_bug),
            store=StoreService(lambda: Outbox(tmp_path / "store"), report, no_bug),
        )
    )
    for device in (Device.READER, Device.CAMERA, Device.PRINTER, Device.STORE):
        runner.receive(DeviceChanged(device, Ready()), None)
    yield runner
    runner.deleteLater()


def happen(runner: Runner, *events: Event) -> None:
    for event in events:
        runner.receive(event, runner.session.number)


def test_an_outcome_of_an_ended_visit_is_dropped(runner: Runner) -> None:
    happen(runner, Awakened(), ItemChosen("old-age-allowance"), ApplicationBegun())
    first = runner.session.number
    happen(runner, LeftVisit())
    assert isinstance(runner.session.page, Goodbye)
    happen(runner, Awakened(), ItemChosen("old-age-allowance"), ApplicationBegun())
    before = runner.session
    assert isinstance(before.page, Identifying)
    runner.receive(CardFound(Device.READER), first)
    assert runner.session is before


def test_news_of_a_device_concerns_whoever_stands_here_now(runner: Runner) -> None:
    runner.receive(DeviceChanged(Device.READER, Disconnected(READER_UNPLUGGED)), None)
    assert not isinstance(runner.session.page, Idle)


def test_a_touch_is_taken_after_what_is_being_done(runner: Runner, qtbot: QtBot) -> None:
    runner.post(Awakened())
    assert runner.session.page == Idle()
    qtbot.waitUntil(lambda: runner.session.page == Home())


def test_events_from_another_thread_arrive_in_order(qtbot: QtBot) -> None:
    heard: list[Event] = []
    mailbox = Mailbox()
    mailbox.opened_by(lambda event, visit: heard.append(event))
    sent: Sequence[Event] = [Awakened(), WentBack(), LeftVisit()] * 20
    thread = threading.Thread(target=lambda: [mailbox.report(event, 1) for event in sent], name="device")
    thread.start()
    qtbot.waitUntil(lambda: len(heard) == len(sent))
    thread.join()
    assert heard == list(sent)


def test_a_runner_that_was_stopped_hears_nothing_any_more(runner: Runner, qtbot: QtBot) -> None:
    happen(runner, Awakened())
    timers = [timer for timer in runner.findChildren(QTimer) if timer.isActive()]
    assert timers, "whoever stands here has so much time"
    runner.stop()
    assert not any(timer.isActive() for timer in timers)
    runner.post(WentBack())
    QCoreApplication.processEvents()
    assert runner.session.page == Home()


def test_a_status_is_told_once_when_it_is_lost_and_once_when_it_is_back() -> None:
    told: list[Event] = []
    report = StatusReport(Device.READER, lambda event, visit: told.append(event))
    away = Disconnected(READER_UNPLUGGED)
    statuses: list[Status] = [Ready(), Ready(), away, away, Ready()]
    for status in statuses:
        report.tell(status)
    assert told == [DeviceChanged(Device.READER, status) for status in (Ready(), away, Ready())]
