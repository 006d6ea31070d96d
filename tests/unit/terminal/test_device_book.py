"""What devices do is written down by the store's thread, and nothing of it is lost on the way."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.faults import CAMERA_FROZEN, PAPER_OUT, PRINTER_SILENT, SCANNER_JAMMED, SHEETS_JAMMED, SMART_CARD_REMOVED
from kiosk.health import Counter, DeviceHealth
from kiosk.identity import CardKind
from kiosk.journeys.events import (
    CardNotRead,
    CardRead,
    Device,
    DeviceChanged,
    Event,
    PageNotCaptured,
    PageScanned,
    PagesPrintEnded,
    PrintEnded,
    ScanOver,
)
from kiosk.ports import (
    CapturedPage,
    CardContent,
    NeedsAttention,
    NotPrinted,
    PagesPrinted,
    Printed,
    PrintUnknown,
    Ready,
    Used,
)
from sync.outbox.overview import Overview
from sync.outbox.store import Outbox
from terminal.device_book import KEEP_EVERY_S, DeviceBook
from ui.sheet_people import CHEN


class Store:
    def __init__(self, directory: Path) -> None:
        self.now_s = 0.0
        self.outbox = Outbox(directory, now=lambda: datetime(2026, 11, 23, 4, tzinfo=UTC))
        self.book = DeviceBook(lambda: self.now_s)

    def written(self) -> dict[str, DeviceHealth]:
        self.book.write_down(self.outbox)
        overview = self.outbox.overview()
        assert isinstance(overview, Overview)
        return {health.device: health for health in overview.devices}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def test_a_status_is_written_down_at_once(store: Store) -> None:
    store.book.status(Device.PRINTER, NeedsAttention(PAPER_OUT))
    assert store.written()["receipt_printer"].faults == (PAPER_OUT,)


def test_counts_are_gathered_and_written_together(store: Store) -> None:
    store.book.status(Device.PRINTER, Ready())
    assert store.written()["receipt_printer"].counters == {}
    for _ in range(3):
        store.book.count(Device.PRINTER, Counter.PRINTS)
        store.book.count(Device.PRINTER, Counter.PAPER_MM, 120)
    assert store.written()["receipt_printer"].counters == {}
    store.now_s += KEEP_EVERY_S
    assert store.written()["receipt_printer"].counters == {Counter.PRINTS: 3, Counter.PAPER_MM: 360}


def test_what_was_counted_last_is_written_down_when_the_terminal_ends(store: Store) -> None:
    store.book.status(Device.PRINTER, Ready())
    assert store.written()["receipt_printer"].counters == {}
    store.book.count(Device.PRINTER, Counter.PRINTS)
    store.book.write_down_all(store.outbox)
    assert store.written()["receipt_printer"].counters == {Counter.PRINTS: 1}


def test_nothing_counted_is_nothing_written(store: Store) -> None:
    store.book.count(Device.PRINTER, Counter.PAPER_MM, 0)
    store.now_s += KEEP_EVERY_S
    assert store.written() == {}


@pytest.mark.expects_warnings
def test_what_a_broken_store_did_not_take_is_brought_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        store.book.status(Device.CAMERA, NeedsAttention(CAMERA_FROZEN))  # told meanwhile
        raise OSError("no space left on device")

    store.book.status(Device.PRINTER, Ready())
    store.book.status(Device.CAMERA, Ready())
    store.book.count(Device.PRINTER, Counter.CUTS, 2)
    with monkeypatch.context() as trouble:
        trouble.setattr(store.outbox, "_opener", broken)
        store.outbox.close()
        store.book.write_down(store.outbox)
    store.book.count(Device.PRINTER, Counter.CUTS, 1)
    store.now_s += KEEP_EVERY_S
    written = store.written()
    assert written["receipt_printer"].counters == {Counter.CUTS: 3}
    assert written["document_camera"].faults == (CAMERA_FROZEN,)


@pytest.mark.parametrize(
    ("event", "device", "counter"),
    [
        (CardRead(CardContent(CHEN)), "identity_card_reader", Counter.READS),
        (CardRead(CardContent(replace(CHEN, kind=CardKind.SOCIAL_SECURITY))), "smart_card_reader", Counter.READS),
        (CardNotRead(Device.SMART_CARD, SMART_CARD_REMOVED), "smart_card_reader", Counter.READS_FAILED),
        (PageNotCaptured(CAMERA_FROZEN), "document_camera", Counter.PAGES_FAILED),
        (PageScanned("scan", CapturedPage(b"", 1, 1)), "document_scanner", Counter.PAGES),
        (ScanOver("scan", SCANNER_JAMMED), "document_scanner", Counter.PAGES_FAILED),
        (PrintEnded("job", Printed()), "receipt_printer", Counter.PRINTS),
        (PrintEnded("job", PrintUnknown(PRINTER_SILENT)), "receipt_printer", Counter.PRINTS_FAILED),
        (PagesPrintEnded("job", NotPrinted(SHEETS_JAMMED)), "page_printer", Counter.PRINTS_FAILED),
        (PagesPrintEnded("job", PrintUnknown(SHEETS_JAMMED)), "page_printer", Counter.PRINTS_FAILED),
    ],
)
def test_what_happens_at_the_terminal_is_counted_by_device(
    store: Store, event: Event, device: str, counter: Counter
) -> None:
    store.book.hear(DeviceChanged(Device(device), Ready()))
    store.book.hear(event)
    store.now_s += KEEP_EVERY_S
    assert store.written()[device].counters == {counter: 1}


def test_the_paper_that_a_print_has_used_is_counted(store: Store) -> None:
    store.book.hear(DeviceChanged(Device.PRINTER, Ready()))
    store.book.used(Used(paper_mm=140, cuts=1))
    store.now_s += KEEP_EVERY_S
    assert store.written()["receipt_printer"].counters == {Counter.PAPER_MM: 140, Counter.CUTS: 1}


def test_sheets_that_came_out_are_counted_with_their_print(store: Store) -> None:
    store.book.hear(DeviceChanged(Device.PAGE_PRINTER, Ready()))
    store.book.hear(PagesPrintEnded("job", PagesPrinted(2)))
    store.now_s += KEEP_EVERY_S
    assert store.written()["page_printer"].counters == {Counter.PRINTS: 1, Counter.SHEETS: 2}


def test_the_store_is_no_device_of_the_book(store: Store) -> None:
    store.book.hear(DeviceChanged(Device.STORE, Ready()))
    assert store.written() == {}
