"""Every fault of the simulated identity card reader: what the port says of it, and that all is well once it is over."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from drivers.identity_card.sam_reader import SamReader
from drivers.identity_card.sam_wires import sam_transport
from hardware_sim import chip
from hardware_sim.clock import HandClock
from hardware_sim.devices import sam_reader as simulated
from hardware_sim.devices.sam_machine import PlacedCard
from hardware_sim.faults import FAULTS, READER, fault_named
from kiosk.faults import (
    CARD_UNREADABLE,
    CARD_UNSUPPORTED,
    CARDS_TWO,
    READER_NOT_WORKING,
    READER_SILENT,
    READER_UNPLUGGED,
)
from kiosk.ports import (
    CardContent,
    CardPresent,
    Disconnected,
    NeedsAttention,
    NotReadable,
    Ready,
)
from tests.contract.benches import GOLDEN_CARDS
from tests.system.waiting import until


@dataclass(frozen=True)
class Said:
    """`read` None: the card is read."""

    status: object
    find: object
    read: object


WELL = Said(Ready(), CardPresent(), None)
NONSENSE = Said(NeedsAttention(READER_NOT_WORKING), NeedsAttention(READER_NOT_WORKING), NotReadable(READER_NOT_WORKING))
SILENT = Said(Disconnected(READER_SILENT), Disconnected(READER_SILENT), Disconnected(READER_SILENT))
GONE = Said(Disconnected(READER_UNPLUGGED), Disconnected(READER_UNPLUGGED), Disconnected(READER_UNPLUGGED))


def unread(fault: object) -> Said:
    return Said(Ready(), CardPresent(), fault)


SAID = {
    "reader.no-answer": SILENT,
    "reader.half-frame": NONSENSE,
    "reader.wrong-checksum": NONSENSE,
    "reader.noise": WELL,
    "reader.late": SILENT,
    "reader.self-test": NONSENSE,
    "reader.unplugged": GONE,
    "card.pulled": unread(NotReadable(CARD_UNREADABLE)),
    "card.two": unread(NotReadable(CARDS_TWO)),
    "card.wrong": unread(NotReadable(CARD_UNSUPPORTED)),
    "card.not-genuine": unread(NotReadable(CARD_UNREADABLE)),
    "card.torn": unread(NotReadable(CARD_UNREADABLE)),
}


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def device(tmp_path: Path, clock: HandClock) -> Iterator[simulated.SamReader]:
    device = simulated.SamReader(tmp_path / "reader", pace=False, clock=clock)
    device.start()
    yield device
    device.stop()


def test_the_table_knows_every_fault_there_is() -> None:
    assert {*SAID, "reader.slow"} == {name for name, fault in FAULTS.items() if fault.device == READER}


@pytest.mark.parametrize("name", SAID)
def test_every_fault_is_an_outcome_and_passes_without_a_restart(
    name: str, device: simulated.SamReader, clock: HandClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.identity_card.sam_reader.ASK_WITHIN_S", 0.2)
    monkeypatch.setattr("drivers.identity_card.sam_reader.READ_WITHIN_S", 0.4)
    with closing(sam_transport(f"serial:{tmp_path / 'reader'}")) as transport:
        reader = SamReader(transport)
        lay(device)
        device.set_fault(name, **fault_named(name).parse({}, "now"))
        assert Said(reader.status(), reader.find_card(), outcome_of(reader)) == SAID[name]
        device.clear_fault(name)
        clock.advance(60)
        until(lambda: reader.status() == Ready(), "a reader that is well again")
        lay(device)
        assert Said(reader.status(), reader.find_card(), outcome_of(reader)) == WELL


@pytest.mark.parametrize("name", [name for name in SAID if name.startswith("card.")])
def test_what_is_armed_for_the_next_read_happens_to_that_one_alone(
    name: str, device: simulated.SamReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.identity_card.sam_reader.READ_WITHIN_S", 0.4)
    with closing(sam_transport(f"serial:{tmp_path / 'reader'}")) as transport:
        reader = SamReader(transport)
        device.set_fault(name, **fault_named(name).parse({}, "next-read"))
        for said in (SAID[name], WELL):
            lay(device)
            assert Said(reader.status(), reader.find_card(), outcome_of(reader)) == said
            device.lift()


def test_a_slow_wire_only_takes_its_time(tmp_path: Path) -> None:
    device = simulated.SamReader(tmp_path / "reader", pace=False)
    device.start()
    with closing(sam_transport(f"serial:{tmp_path / 'reader'}")) as transport:
        reader = SamReader(transport)
        lay(device)
        device.set_fault("reader.slow", baud=38400)
        assert Said(reader.status(), reader.find_card(), outcome_of(reader)) == WELL
    device.stop()


def lay(device: simulated.SamReader) -> None:
    device.insert(PlacedCard(chip.Chip(text=bytes.fromhex(GOLDEN_CARDS[0]["chip"]), photo=chip.test_photo())))


def outcome_of(reader: SamReader) -> object:
    outcome = reader.read_card()
    return None if isinstance(outcome, CardContent) else outcome
