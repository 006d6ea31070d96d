"""A card reader in its thread: what lies there is told once, and to whoever asked."""

import json
import queue
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.identity_card.sam_reader import SamReader
from kiosk.chip_layouts import parse_chip
from kiosk.faults import CARDS_TWO, READER_NOT_WORKING, READER_SILENT, READER_UNPLUGGED
from kiosk.journeys.events import CardFound, CardNotRead, CardRead, Device, DeviceChanged, Event
from kiosk.ports import Disconnected, NeedsAttention, Ready, Status
from terminal.services.card_readers import ReaderService
from tests.system.waiting import until
from tests.wires.sam_wire import SamWire

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "cards.json").read_text(encoding="utf-8"))
CHIP, OTHER_CHIP = (bytes.fromhex(golden["chip"]) for golden in GOLDEN[:2])
WITHIN_S = 10.0


class Desk:
    """One service over one wire; its thread runs until `stop`."""

    def __init__(self) -> None:
        self.wire = SamWire()
        self.bugs: list[BaseException] = []
        self._told: queue.SimpleQueue[tuple[Event, int | None]] = queue.SimpleQueue()
        self.service = ReaderService(
            SamReader(self.wire), lambda event, visit: self._told.put((event, visit)), self.bugs.append
        )
        self.service.thread.start()
        assert self.next() == (DeviceChanged(Device.READER, Ready()), None)

    def next(self) -> tuple[Event, int | None]:
        return self._told.get(timeout=WITHIN_S)

    def silent(self) -> bool:
        """Nothing more was told, though the reader has looked some times."""
        looked = len(self.wire.asked)
        until(lambda: len(self.wire.asked) > looked + 6, "the reader looks again")
        return self._told.empty()

    def stop(self) -> None:
        self.service.thread.stop(within_s=WITHIN_S)
        assert not self.bugs


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.stop()


def test_a_card_is_found_and_read_for_the_visit_that_asked(desk: Desk) -> None:
    desk.service.find(7)
    desk.wire.lay(CHIP)
    assert desk.next() == (CardFound(Device.READER), 7)
    desk.service.read(7)
    event, visit = desk.next()
    assert isinstance(event, CardRead)
    assert visit == 7


def two_cards(desk: Desk, visit: int) -> None:
    """They lie there, and it was told."""
    desk.wire.two = True
    desk.wire.lay(CHIP)
    desk.service.find(visit)
    assert desk.next() == (CardFound(Device.READER), visit)
    desk.service.read(visit)
    assert desk.next() == (CardNotRead(Device.READER, CARDS_TWO), visit)
    desk.service.find(visit)  # the page asks again after every try


def test_two_cards_are_told_once_however_long_they_lie_there(desk: Desk) -> None:
    two_cards(desk, visit=1)
    assert desk.silent()


def test_when_one_of_two_cards_is_taken_away_the_other_is_read(desk: Desk) -> None:
    two_cards(desk, visit=1)
    desk.wire.two = False
    assert desk.next() == (CardFound(Device.READER), 1)
    desk.service.read(1)
    assert isinstance(desk.next()[0], CardRead)


def test_a_card_that_nobody_asked_for_is_not_taken_for_the_next(desk: Desk) -> None:
    two_cards(desk, visit=1)
    desk.wire.two = False
    assert desk.next() == (CardFound(Device.READER), 1)  # while the other reader's card is being read
    desk.service.find(1)
    desk.wire.lift()
    looked = len(desk.wire.asked)
    until(lambda: len(desk.wire.asked) > looked + 6, "the reader has seen that nothing lies there")
    desk.wire.lay(OTHER_CHIP)
    assert desk.next() == (CardFound(Device.READER), 1)
    desk.service.read(1)
    event, _ = desk.next()
    assert isinstance(event, CardRead)
    assert event.content.card == parse_chip(OTHER_CHIP)


def test_the_next_person_is_told_of_two_cards_anew(desk: Desk) -> None:
    two_cards(desk, visit=1)
    desk.service.stop_finding()
    two_cards(desk, visit=2)


def test_two_cards_that_were_lifted_and_laid_again_are_told_again(desk: Desk) -> None:
    two_cards(desk, visit=1)
    desk.wire.lift()
    looked = len(desk.wire.asked)
    until(lambda: len(desk.wire.asked) > looked + 6, "the reader has seen that nothing lies there")
    desk.wire.lay(CHIP)
    assert desk.next() == (CardFound(Device.READER), 1)


def test_a_reader_that_is_pulled_while_it_looks_is_told_once_and_is_back_by_itself(desk: Desk) -> None:
    desk.service.find(1)
    desk.wire.unplug()
    assert desk.next() == (DeviceChanged(Device.READER, Disconnected(READER_UNPLUGGED)), None)
    desk.wire.plug()
    assert desk.next() == (DeviceChanged(Device.READER, Ready()), None)


def test_a_poll_that_is_asked_for_does_not_wait_for_its_turn(desk: Desk) -> None:
    desk.wire.unplug()
    desk.service.thread.poll_now()
    assert desk.next() == (DeviceChanged(Device.READER, Disconnected(READER_UNPLUGGED)), None)


@pytest.mark.parametrize(
    ("finding", "away"), [(0x66, NeedsAttention(READER_NOT_WORKING)), (0, Disconnected(READER_SILENT))]
)
def test_a_reader_that_is_well_but_for_finding_cards_is_away_until_it_finds_some(
    desk: Desk, finding: int, away: Status
) -> None:
    desk.service.find(1)
    desk.wire.finding = finding
    assert desk.next() == (DeviceChanged(Device.READER, away), None)
    assert desk.silent()
    desk.wire.finding = None
    assert desk.next() == (DeviceChanged(Device.READER, Ready()), None)
