"""The reader under a real PC/SC service: services that restart, programs and cards that hang, nothing left over."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from drivers.smart_card.pcsc import Empty, Inserted, PcscWire, Trouble
from drivers.smart_card.smart_card_reader import SmartCardReader
from kiosk.faults import (
    SMART_CARD_READER_BUSY,
    SMART_CARD_REMOVED,
    SMART_CARD_SERVICE_AWAY,
    SMART_CARD_UNREADABLE,
    SMART_CARD_UNSUPPORTED,
)
from kiosk.ports import CardContent, CardPresent, Disconnected, NoCard, NotReadable, Ready
from tests.system.waiting import until
from tests.wires.virtual_card import Slot, refuses_all, social_security_answers, virtual_slot

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "social_security_cards.json").read_text("utf-8"))
RECORDS = GOLDEN[0]["records"]
VICC_MODULES = "/usr/lib/python3/site-packages/virtualsmartcard"  # where Debian 12 puts them, beside every path
NAME = "Virtual PCD"  # how the slot's reader begins
TAKES_THE_CARD_ALONE = """
import sys
from smartcard.scard import *
_, context = SCardEstablishContext(SCARD_SCOPE_USER)
code, handle, _ = SCardConnect(context, sys.argv[1], SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1)
print(code, flush=True)
sys.stdin.read()
"""
WAITS_FOR_A_MUTE_CARD = """
import sys
from drivers.smart_card.pcsc import PcscWire
wire = PcscWire(sys.argv[1])
wire.connect(within_s=60)
wire.transmit(bytes(5))
"""


@pytest.fixture
def slot() -> Iterator[Slot]:
    with virtual_slot() as slot:
        yield slot


@pytest.fixture
def reader(slot: Slot) -> Iterator[SmartCardReader]:
    with closing(SmartCardReader(NAME)) as reader:
        yield reader


def descriptors(process: int | str = "self") -> int:
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


def children_for(name: str, *, of: int | None = None) -> list[int]:
    """Processes of ours, or of another, that were started for the reader of exactly this name."""
    command = ["pgrep", "--parent", str(of or os.getpid()), "--full", f"pcsc_process.py {name}$"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return [int(process) for process in found.stdout.split()]


def test_a_service_that_restarts_between_two_calls_is_not_noticed(slot: Slot, reader: SmartCardReader) -> None:
    for _ in range(3):
        assert reader.status() == Ready()
        slot.restart_service()
        assert reader.find_card() == NoCard()


def test_a_card_that_was_found_but_not_read_is_told_again_after_a_restart(slot: Slot, reader: SmartCardReader) -> None:
    slot.insert(social_security_answers(RECORDS))
    assert reader.find_card() == CardPresent()
    slot.restart_service()
    slot.insert(social_security_answers(RECORDS))
    assert reader.find_card() == CardPresent()
    assert isinstance(reader.read_card(), CardContent)
    slot.restart_service()
    slot.insert(social_security_answers(RECORDS))
    assert reader.find_card() == NoCard(), "nobody saw it leave, and it was read"


def test_a_card_that_was_seen_to_leave_between_visits_is_told_anew_after_a_restart(
    slot: Slot, reader: SmartCardReader
) -> None:
    slot.insert(social_security_answers(RECORDS))
    assert reader.find_card() == CardPresent()
    assert isinstance(reader.read_card(), CardContent)
    slot.remove()
    assert reader.status() == Ready()
    slot.restart_service()
    slot.insert(social_security_answers(RECORDS))
    assert reader.find_card() == CardPresent()


def test_a_service_that_goes_in_the_middle_of_a_card_is_said_and_all_works_when_it_is_back(
    slot: Slot, reader: SmartCardReader
) -> None:
    answers, asked, gone = social_security_answers(RECORDS), [], threading.Event()

    def service_goes(apdu: bytes) -> bytes | None:
        asked.append(apdu)
        if len(asked) == 5:
            slot.stop_service()
            gone.set()
        return answers(apdu)

    slot.insert(service_goes)
    assert reader.find_card() == CardPresent()
    assert reader.read_card() == Disconnected(SMART_CARD_SERVICE_AWAY)
    assert gone.wait(10)
    assert reader.status() == Disconnected(SMART_CARD_SERVICE_AWAY)
    slot.start_service()
    assert reader.status() == Ready()
    slot.insert(answers)
    assert reader.find_card() == CardPresent()
    assert isinstance(reader.read_card(), CardContent)


def test_a_service_that_hangs_is_away_until_it_answers(slot: Slot, reader: SmartCardReader) -> None:
    assert reader.status() == Ready()
    os.kill(slot.service_process, signal.SIGSTOP)
    assert reader.status() == reader.find_card() == Disconnected(SMART_CARD_SERVICE_AWAY)
    os.kill(slot.service_process, signal.SIGCONT)
    assert reader.status() == Ready()


def test_a_card_that_another_program_uses_is_busy_and_told_again(slot: Slot, reader: SmartCardReader) -> None:
    slot.insert(social_security_answers(RECORDS))
    with subprocess.Popen(
        [sys.executable, "-c", TAKES_THE_CARD_ALONE, slot.reader], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"0\n"
        assert reader.find_card() == CardPresent()
        assert reader.read_card() == NotReadable(SMART_CARD_READER_BUSY)
        assert reader.find_card() == CardPresent()
        assert other.stdin is not None
        other.stdin.close()
    until(lambda: isinstance(reader.read_card(), CardContent), "the card, once the service knows that the other ended")


def test_a_program_in_the_middle_of_something_makes_it_busy_not_stuck(slot: Slot, reader: SmartCardReader) -> None:
    slot.insert(social_security_answers(RECORDS))
    with closing(PcscWire(slot.reader)) as other:
        assert other.connect(within_s=5) is None
        assert reader.card_number() == NotReadable(SMART_CARD_READER_BUSY)


def test_what_answers_to_reset_with_nonsense_is_unreadable(slot: Slot, reader: SmartCardReader) -> None:
    slot.insert(refuses_all, atr=bytes.fromhex("FF0012"))
    assert reader.find_card() == CardPresent()
    assert reader.read_card() == NotReadable(SMART_CARD_UNREADABLE)
    assert reader.find_card() == NoCard()


def test_whatever_a_hostile_card_answers_is_an_outcome(slot: Slot, reader: SmartCardReader) -> None:
    outcomes = {
        "half a status word": (b"\x90", SMART_CARD_UNREADABLE),
        "more waits without end": (b"\x61\x10", SMART_CARD_UNREADABLE),
        "always another length": (b"\x6c\x05", SMART_CARD_UNSUPPORTED),
        "far too much": (bytes(65000), SMART_CARD_UNSUPPORTED),
    }
    answers = [b""]
    slot.insert(lambda _: answers[0])
    for title, (answer, fault) in outcomes.items():
        answers[0] = answer
        assert reader.read_card() == NotReadable(fault), title
    assert reader.status() == Ready()


def test_neither_cards_nor_restarts_leave_a_file_open(slot: Slot, reader: SmartCardReader) -> None:
    def visit() -> None:
        slot.insert(social_security_answers(RECORDS))
        assert reader.find_card() == CardPresent()
        for _ in range(20):
            assert isinstance(reader.read_card(), CardContent)
        slot.remove()
        assert reader.find_card() == NoCard()
        assert reader.read_card() == NotReadable(SMART_CARD_REMOVED)

    visit()
    (child,) = children_for(NAME)
    before = descriptors(), descriptors(child)
    visit()
    for _ in range(20):
        slot.stop_service()
        assert reader.find_card() == Disconnected(SMART_CARD_SERVICE_AWAY)
        slot.start_service()
        assert reader.find_card() == NoCard()
    assert (descriptors(), descriptors(child)) == before


def test_a_child_that_dies_is_an_outcome_and_the_next_call_has_another(slot: Slot, reader: SmartCardReader) -> None:
    assert reader.status() == Ready()
    (child,) = children_for(NAME)
    os.kill(child, signal.SIGKILL)
    assert reader.status() == Disconnected(SMART_CARD_SERVICE_AWAY)
    assert reader.status() == Ready()


def test_closing_leaves_no_child(slot: Slot) -> None:
    name = f"a reader of process {os.getpid()}"
    wire = PcscWire(name)
    assert wire.look() is Trouble.READER_AWAY
    assert len(children_for(name)) == 1
    wire.close()
    assert not children_for(name)


def test_a_program_that_is_killed_leaves_no_child_though_a_card_hangs(slot: Slot) -> None:
    asked, name = threading.Event(), slot.reader[:-1]
    slot.insert(lambda _: asked.set())
    with subprocess.Popen([sys.executable, "-c", WAITS_FOR_A_MUTE_CARD, name]) as program:
        assert asked.wait(30)
        (child,) = children_for(name, of=program.pid)
        program.kill()
    until(lambda: not Path(f"/proc/{child}").exists(), "no child left")


def test_a_reader_is_found_by_how_its_name_begins(slot: Slot) -> None:
    with closing(PcscWire("Virtual")) as wire:
        assert wire.readers() == ["Virtual PCD 00 00", "Virtual PCD 00 01"]
        assert wire.look() == Empty()


def test_the_probe_tells_what_a_technician_asks(slot: Slot) -> None:
    slot.insert(refuses_all)
    probe = [sys.executable, "-m", "drivers.smart_card.smart_card_reader", "--probe", "--json", "--address"]
    told = subprocess.run([*probe, "pcsc:Virtual"], capture_output=True, text=True, check=True)
    findings = {finding["name"]: finding["value"] for finding in map(json.loads, told.stdout.splitlines())}
    assert findings["status"] == "ready"
    assert findings["readers"] == "Virtual PCD 00 00, Virtual PCD 00 01"
    assert findings["answer to reset"] == "3b800181"
    assert subprocess.run([*probe, "pcsc:Another"], capture_output=True, check=False).returncode == 1


def test_a_card_of_other_peoples_making_is_refused_and_named(slot: Slot, reader: SmartCardReader) -> None:
    """`vicc` of the vsmartcard project: an ISO 7816 card with a file system of its own."""
    vicc = [sys.executable, "/usr/bin/vicc", "--type", "iso7816", "--hostname", "127.0.0.1", "--port", str(slot.port)]
    surroundings = os.environ | {"PYTHONPATH": VICC_MODULES}
    can_run = [sys.executable, "-c", "import virtualsmartcard.VirtualSmartcard"]
    subprocess.run(can_run, env=surroundings, check=True)  # else: vsmartcard-vpicc or pycryptodome is missing
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(vicc, **quiet, env=surroundings) as card:
        slot.until_a_card_is_there()
        assert reader.find_card() == CardPresent()
        assert reader.read_card() == NotReadable(SMART_CARD_UNSUPPORTED)
        with closing(PcscWire(slot.reader)) as wire:
            lying = wire.look()
        assert isinstance(lying, Inserted)
        assert lying.atr[0] in (0x3B, 0x3F)
        assert isinstance(reader.card_number(), NotReadable)  # vicc itself ends at a class that it does not know
        card.kill()
    slot.until_empty()
    assert reader.find_card() == NoCard()
