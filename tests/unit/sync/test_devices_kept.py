"""What the store remembers of devices: how each was, what it has done, and the roll of paper."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.faults import PAPER_LOW, PAPER_OUT, READER_SILENT, READER_UNPLUGGED
from kiosk.health import Counter, DeviceHealth, DeviceState, PaperState
from kiosk.ports import Degraded, Disconnected, NeedsAttention, Ready, Starting, Status
from sync.outbox.devices import KEPT_DAYS, DeviceNews
from sync.outbox.overview import Overview
from sync.outbox.store import Outbox

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
READER, PRINTER = "identity_card_reader", "receipt_printer"


class Terminal:
    """A store and the day it is there."""

    def __init__(self, directory: Path) -> None:
        self.now = NOON
        self.outbox = Outbox(directory, now=lambda: self.now)

    def tell(self, device: str, status: Status) -> None:
        assert self.outbox.keep_devices(DeviceNews({device: status}, {}))

    def count(self, device: str, counter: Counter, amount: int) -> None:
        assert self.outbox.keep_devices(DeviceNews({}, {(device, counter): amount}))

    def health(self, device: str) -> DeviceHealth:
        overview = self.outbox.overview()
        assert isinstance(overview, Overview)
        return next(health for health in overview.devices if health.device == device)

    def events(self) -> list[str]:
        assert self.outbox._connection is not None
        rows = self.outbox._connection.execute("SELECT event FROM journal ORDER BY seq")
        return [str(event) for (event,) in rows if str(event).startswith("device.")]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path / "store")
    yield terminal
    terminal.outbox.close()


def test_a_device_that_is_lost_and_back_is_journalled_once_each(terminal: Terminal) -> None:
    for status in (Starting(), Ready(), Ready(), Disconnected(READER_UNPLUGGED), Disconnected(READER_UNPLUGGED)):
        terminal.tell(READER, status)
    assert terminal.events() == ["device.lost"]
    assert terminal.health(READER).faults == (READER_UNPLUGGED,)
    terminal.tell(READER, Ready())
    assert terminal.events() == ["device.lost", "device.back"]
    assert terminal.health(READER).state is DeviceState.ONLINE


def test_since_is_when_it_became_so(terminal: Terminal) -> None:
    terminal.tell(READER, Disconnected(READER_SILENT))
    since = terminal.health(READER).since
    terminal.now += timedelta(hours=1)
    terminal.tell(READER, Disconnected(READER_SILENT))
    assert terminal.health(READER).since == since
    terminal.tell(READER, Ready())
    assert terminal.health(READER).since != since


def test_counts_add_up_over_days_and_starts(terminal: Terminal) -> None:
    terminal.tell(READER, Ready())
    for _ in range(3):
        terminal.count(READER, Counter.READS, 2)
        terminal.now += timedelta(days=1)
    assert terminal.health(READER).counters == {Counter.READS: 6}


def test_old_days_are_added_up_and_no_count_is_lost(terminal: Terminal) -> None:
    terminal.tell(PRINTER, Ready())
    for _ in range(KEPT_DAYS * 2):
        terminal.count(PRINTER, Counter.PRINTS, 1)
        terminal.now += timedelta(days=1)
    assert terminal.health(PRINTER).counters == {Counter.PRINTS: KEPT_DAYS * 2}
    assert terminal.outbox._connection is not None
    ((rows,),) = terminal.outbox._connection.execute("SELECT count(*) FROM device_count")
    assert rows <= KEPT_DAYS + 2


def test_a_new_roll_and_three_days_of_use_give_a_forecast(terminal: Terminal) -> None:
    terminal.tell(PRINTER, NeedsAttention(PAPER_OUT))
    terminal.tell(PRINTER, Ready())
    for _ in range(3):
        terminal.count(PRINTER, Counter.PAPER_MM, 10_000)
        terminal.now += timedelta(days=1)
    paper = terminal.health(PRINTER).paper
    assert paper is not None
    assert (paper.state, paper.left_mm, paper.days) == (PaperState.FULL, 50_000, 5.0)
    terminal.tell(PRINTER, Degraded((PAPER_LOW,)))
    after = terminal.health(PRINTER).paper
    assert after is not None
    assert after.state is PaperState.LOW


@pytest.mark.expects_warnings
def test_what_a_full_disk_did_not_keep_is_said(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(terminal.outbox, "_open", broken)
    terminal.outbox.close()
    assert not terminal.outbox.keep_devices(DeviceNews({READER: Ready()}, {}))
