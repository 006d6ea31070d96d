"""A card on the wire of its virtual reader: the orders of vpcd, coming and going, faults."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware_sim.clock import HandClock
from hardware_sim.devices.smart_card_slot import NO_ANSWER, READER_GIVES_UP_S, SmartCardSlot
from hardware_sim.devices.virtual_cards import ContactlessCard, UnknownCard, social_security_card
from hardware_sim.pcscd import PrivatePcscd
from hardware_sim.people import cast
from tests.system.waiting import until

CARD_NUMBER = bytes.fromhex("FFCA000000")
NUMBER = bytes.fromhex("04A1B2C3D4E5F09000")


class Reader:
    """vpcd's end of the wire."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(5)
        self.port = int(self._listener.getsockname()[1])
        self._wire: socket.socket | None = None

    def card_comes(self) -> None:
        self.close_wire()
        self._wire, _ = self._listener.accept()
        self._wire.settimeout(5)

    def close_wire(self) -> None:
        if self._wire is not None:
            self._wire.close()

    def close(self) -> None:
        self.close_wire()
        self._listener.close()

    def order(self, payload: bytes) -> None:
        assert self._wire is not None
        self._wire.sendall(len(payload).to_bytes(2, "big"))
        self._wire.sendall(payload)

    def ask(self, payload: bytes) -> bytes:
        self.order(payload)
        return self.hear(int.from_bytes(self.hear(2), "big"))

    def hear(self, length: int) -> bytes:
        assert self._wire is not None
        heard = b""
        while len(heard) < length and (part := self._wire.recv(length - len(heard))):
            heard += part
        return heard


@pytest.fixture
def reader() -> Iterator[Reader]:
    reader = Reader()
    yield reader
    reader.close()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def slot(reader: Reader, clock: HandClock) -> Iterator[SmartCardSlot]:
    slot = SmartCardSlot(reader.port, clock=clock)
    slot.start()
    yield slot
    slot.stop()


def test_a_card_is_there_from_insert_until_remove(reader: Reader, slot: SmartCardSlot) -> None:
    slot.insert(ContactlessCard())
    reader.card_comes()
    assert reader.ask(b"\x04") == ContactlessCard().atr
    assert reader.ask(CARD_NUMBER) == NUMBER
    assert slot.state()["card"] == "contactless"
    slot.remove()
    assert reader.hear(1) == b""
    assert slot.state()["card"] is None


def test_a_reset_forgets_what_was_selected(reader: Reader, slot: SmartCardSlot) -> None:
    slot.insert(social_security_card(cast()["chen-guilan"]))
    reader.card_comes()
    reader.order(b"\x01")
    assert reader.ask(bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")).hex() == "6115"
    assert reader.ask(bytes.fromhex("00A4020002EF05")).hex() == "9000"
    reader.order(b"\x02")
    assert reader.ask(bytes.fromhex("00A4020002EF05")).hex() == "6a82"


def test_another_card_is_another_coming(reader: Reader, slot: SmartCardSlot) -> None:
    slot.insert(ContactlessCard())
    reader.card_comes()
    slot.insert(UnknownCard())
    assert reader.hear(1) == b""
    reader.card_comes()
    assert reader.ask(b"\x04") == UnknownCard().atr


def test_a_card_that_stays_is_there_again_when_its_reader_is(reader: Reader, slot: SmartCardSlot) -> None:
    slot.insert(ContactlessCard())
    for _ in range(2):
        reader.card_comes()
        assert reader.ask(CARD_NUMBER) == NUMBER


def test_a_card_pulled_after_two_commands_answers_two_and_stays_away(reader: Reader, slot: SmartCardSlot) -> None:
    slot.insert(ContactlessCard())
    reader.card_comes()
    slot.set_fault("smartcard.pulled", after_apdus=2)
    assert [reader.ask(CARD_NUMBER), reader.ask(CARD_NUMBER)] == [NUMBER, NUMBER]
    reader.order(CARD_NUMBER)
    assert reader.hear(1) == b""
    assert (slot.state()["card"], slot.faults()) == (None, {})


def test_what_is_armed_for_the_next_read_waits_for_a_command(reader: Reader, slot: SmartCardSlot) -> None:
    slot.set_fault("smartcard.pulled", after_apdus=0, on="next-read")
    assert slot.faults() == {"smartcard.pulled": {"after_apdus": 0, "on": "next-read"}}
    slot.insert(ContactlessCard())
    reader.card_comes()
    assert reader.ask(b"\x04")
    reader.order(CARD_NUMBER)
    assert reader.hear(1) == b""


def test_a_mute_card_is_given_up_and_stays_in_the_reader(reader: Reader, slot: SmartCardSlot, clock: HandClock) -> None:
    slot.insert(ContactlessCard())
    reader.card_comes()
    slot.set_fault("smartcard.mute")
    reader.order(CARD_NUMBER)
    reader.order(b"\x02")
    assert reader.ask(b"\x04") == ContactlessCard().atr  # it has heard the command before
    clock.advance(READER_GIVES_UP_S)
    assert reader.hear(len(NO_ANSWER)) == NO_ANSWER
    slot.clear_fault("smartcard.mute")
    assert reader.ask(CARD_NUMBER) == NUMBER


def test_a_card_that_is_mute_for_one_read_answers_the_next_command(
    reader: Reader, slot: SmartCardSlot, clock: HandClock
) -> None:
    slot.set_fault("smartcard.mute", on="next-read")
    slot.insert(ContactlessCard())
    reader.card_comes()
    reader.order(CARD_NUMBER)
    reader.order(b"\x02")
    assert reader.ask(b"\x04") == ContactlessCard().atr
    clock.advance(READER_GIVES_UP_S)
    assert reader.hear(len(NO_ANSWER)) == NO_ANSWER
    assert reader.ask(CARD_NUMBER) == NUMBER
    assert slot.faults() == {}


def test_faults_of_the_service_need_one(slot: SmartCardSlot) -> None:
    with pytest.raises(ValueError, match="needs a PC/SC service"):
        slot.set_fault("smartcard.service-down")
    with pytest.raises(ValueError, match="no fault"):
        slot.set_fault("printer.cutter")


def test_a_card_is_back_in_its_reader_after_the_service_was_away(tmp_path: Path) -> None:
    with PrivatePcscd(tmp_path / "pcscd") as service:
        slot = SmartCardSlot(service.readers[0].port, service=service, clock=HandClock())
        slot.start()
        slot.insert(ContactlessCard())

        def noticed() -> object:
            return slot.state()["in_reader"]

        until(noticed, "a card in its reader")
        for name in ("smartcard.service-down", "smartcard.unplugged"):
            slot.set_fault(name, for_s=0.0)
            until(lambda: not noticed(), "a card without reader")
            assert service.running == (name == "smartcard.unplugged")
            slot.clear_fault(name)
            until(noticed, "the card in its reader again")
        slot.set_fault("smartcard.service-restart")
        assert (service.running, slot.faults()) == (True, {})
        until(noticed, "the card in its reader after a restart")
        slot.stop()


def test_a_reader_unplugged_for_a_time_is_back_by_itself(tmp_path: Path) -> None:
    clock = HandClock()
    with PrivatePcscd(tmp_path / "pcscd") as service:
        slot = SmartCardSlot(service.readers[0].port, service=service, clock=clock)
        slot.start()
        slot.set_fault("smartcard.unplugged", for_s=3.0)
        clock.advance(2.9)
        assert slot.state()["plugged"] is False
        clock.advance(0.2)
        until(lambda: slot.state()["plugged"], "a reader that is back")
        slot.stop()


@pytest.mark.parametrize(("name", "runs"), [("smartcard.service-restart", True), ("smartcard.service-down", False)])
def test_a_service_that_ends_in_the_middle_of_a_read_leaves_that_command_without_answer(
    reader: Reader, tmp_path: Path, name: str, runs: bool
) -> None:
    with PrivatePcscd(tmp_path / "pcscd") as service:
        slot = SmartCardSlot(reader.port, service=service, clock=HandClock())
        slot.start()
        slot.insert(ContactlessCard())
        reader.card_comes()
        slot.set_fault(name, on="next-read")
        assert service.running
        reader.order(CARD_NUMBER)
        assert reader.hear(1) == b""
        until(lambda: slot.faults() == ({} if runs else {name: {}}), "a fault that has begun")
        assert service.running == runs
        slot.clear_fault(None)
        assert service.running
        reader.card_comes()
        assert reader.ask(CARD_NUMBER) == NUMBER
        slot.stop()
