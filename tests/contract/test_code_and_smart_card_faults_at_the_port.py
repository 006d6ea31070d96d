"""Every fault of the simulated scan engine and smart card reader: what the port says of it, and that all is well once
it is over.
"""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from drivers.codes.scan_engine import ScanEngine
from drivers.configured import code_reader
from drivers.smart_card.smart_card_reader import SmartCardReader
from drivers.transport import open_transport
from hardware_sim.clock import HandClock
from hardware_sim.devices import scan_engine as simulated
from hardware_sim.devices.scan_engine_machine import HOSTILE
from hardware_sim.devices.smart_card_slot import SmartCardSlot
from hardware_sim.devices.virtual_cards import social_security_card
from hardware_sim.faults import CODES, FAULTS, SMART_CARDS, fault_named
from hardware_sim.people import cast
from kiosk.configuration import CodeReaderDevice
from kiosk.faults import (
    CODE_READER_SILENT,
    CODE_READER_UNPLUGGED,
    SMART_CARD_READER_UNPLUGGED,
    SMART_CARD_REMOVED,
    SMART_CARD_SERVICE_AWAY,
    SMART_CARD_UNREADABLE,
)
from kiosk.ports import CardContent, CardPresent, CodeRead, Disconnected, NoCard, NoCode, NotReadable, Ready
from tests.system.waiting import until
from tests.wires.virtual_card import private_service

PAYLOAD = b"https://fuwu.example.cn/s/7Q2K"
SILENT, GONE = Disconnected(CODE_READER_SILENT), Disconnected(CODE_READER_UNPLUGGED)
NOBODY_ANSWERS = Disconnected(SMART_CARD_SERVICE_AWAY)


def payloads_of(reader: ScanEngine, looks: int) -> list[object]:
    """What so many looks told: payloads, and whatever is no code."""
    said = [reader.look() for _ in range(looks)]
    return [one.payload if isinstance(one, CodeRead) else one for one in said]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[simulated.ScanEngine]:
    engine = simulated.ScanEngine(tmp_path / "scanner", pace=False, clock=HandClock())
    engine.start()
    yield engine
    engine.stop()


@pytest.fixture
def scanner(engine: simulated.ScanEngine, tmp_path: Path) -> Iterator[ScanEngine]:
    with closing(open_transport(f"serial:{tmp_path / 'scanner'}?baud=9600")) as transport:
        yield ScanEngine(transport)


SCANNED: dict[str, tuple[object, list[object]]] = {  # the status, and what two looks tell
    "scanner.double-fire": (Ready(), [PAYLOAD, NoCode()]),
    "scanner.no-answer": (SILENT, [SILENT, SILENT]),
    "scanner.half-code": (Ready(), [NoCode(), NoCode()]),
    "scanner.unplugged": (GONE, [GONE, GONE]),
    "scanner.hostile": (Ready(), [HOSTILE["control"], NoCode()]),
}


def test_an_engine_that_is_configured_without_a_speed_is_asked_at_its_own(
    engine: simulated.ScanEngine, tmp_path: Path
) -> None:
    settings = CodeReaderDevice(driver="scan-engine", address=f"serial:{tmp_path / 'scanner'}")
    assert code_reader(settings).status() == Ready()


def test_the_tables_know_every_fault_there_is() -> None:
    devices = {name: fault.device for name, fault in FAULTS.items()}
    assert {*SCANNED, "scanner.noise", "scanner.slow"} == {name for name in devices if devices[name] == CODES}
    assert {*CARD_SAID} == {name for name in devices if devices[name] == SMART_CARDS}


@pytest.mark.parametrize("name", SCANNED)
def test_every_fault_of_an_engine_is_an_outcome_and_passes_without_a_restart(
    name: str, engine: simulated.ScanEngine, scanner: ScanEngine
) -> None:
    engine.set_fault(name, **fault_named(name).parse({}))
    engine.show(PAYLOAD)
    assert (scanner.status(), payloads_of(scanner, 2)) == SCANNED[name]
    engine.clear_fault(name)
    scanner.rest()
    assert (scanner.status(), payloads_of(scanner, 2)) == (Ready(), [PAYLOAD, NoCode()])


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_code_that_was_made_to_do_harm_is_data(kind: str, engine: simulated.ScanEngine, scanner: ScanEngine) -> None:
    engine.set_fault("scanner.hostile", kind=kind)
    engine.show(PAYLOAD)
    assert payloads_of(scanner, 1) == [HOSTILE[kind]]


def test_noise_before_a_code_is_told_with_it_and_never_as_that_code(
    engine: simulated.ScanEngine, scanner: ScanEngine
) -> None:
    engine.set_fault("scanner.noise", **fault_named("scanner.noise").parse({}))
    engine.show(PAYLOAD)
    (told,) = payloads_of(scanner, 1)
    assert isinstance(told, bytes)
    assert told.endswith(PAYLOAD)
    assert len(told) == len(PAYLOAD) + 8


def test_a_code_over_a_slow_wire_is_whole_after_some_looks(tmp_path: Path) -> None:
    engine = simulated.ScanEngine(tmp_path / "scanner", pace=False)
    engine.start()
    engine.set_fault("scanner.slow", baud=1200)
    engine.show(PAYLOAD)
    with closing(open_transport(f"serial:{tmp_path / 'scanner'}?baud=9600")) as transport:
        told = payloads_of(ScanEngine(transport), 4)
    engine.stop()
    assert [one for one in told if one != NoCode()] == [PAYLOAD]


CARD_SAID: dict[str, tuple[object, object]] = {  # of a read in which the fault begins, and of the reader after it
    "smartcard.pulled": (NotReadable(SMART_CARD_REMOVED), Ready()),
    "smartcard.mute": (NotReadable(SMART_CARD_UNREADABLE), Ready()),
    "smartcard.unplugged": (NOBODY_ANSWERS, Disconnected(SMART_CARD_READER_UNPLUGGED)),  # its service starts anew too
    "smartcard.service-restart": (NOBODY_ANSWERS, Ready()),
    "smartcard.service-down": (NOBODY_ANSWERS, NOBODY_ANSWERS),
}


@pytest.mark.parametrize("name", CARD_SAID)
def test_every_fault_of_a_card_in_its_slot_is_an_outcome_and_passes_without_a_restart(name: str) -> None:
    card = social_security_card(cast()["chen-guilan"])
    read, status = CARD_SAID[name]
    with ExitStack() as stack:
        service = stack.enter_context(private_service())
        reader = stack.enter_context(closing(SmartCardReader(service.readers[0].name)))
        slot = SmartCardSlot(service.readers[0].port, service=service)
        slot.start()
        stack.callback(slot.stop)
        slot.insert(card)
        until(lambda: reader.find_card() == CardPresent(), "a card that is found")
        slot.set_fault(name, **fault_named(name).parse({}, "next-read"))
        assert reader.read_card() == read
        until(lambda: reader.status() == status, f"{status}")
        slot.clear_fault(None)
        slot.remove()
        until(lambda: (reader.status(), reader.find_card()) == (Ready(), NoCard()), "an empty reader that is well")
        slot.insert(card)
        until(lambda: reader.find_card() == CardPresent(), "a card that is found again")
        assert isinstance(reader.read_card(), CardContent)


def test_a_card_that_is_taken_out_and_put_in_again_at_once_is_told_again() -> None:
    card = social_security_card(cast()["chen-guilan"])
    with ExitStack() as stack:
        service = stack.enter_context(private_service())
        reader = stack.enter_context(closing(SmartCardReader(service.readers[0].name)))
        slot = SmartCardSlot(service.readers[0].port, service=service)
        slot.start()
        stack.callback(slot.stop)
        for _ in range(3):
            slot.insert(card)
            until(lambda: reader.find_card() == CardPresent(), "a card that is found")
            assert isinstance(reader.read_card(), CardContent)
            slot.remove()
