"""Every fault that can be simulated, at one moment of a visit: what the screen says, and that all goes on without a
restart. Real screen, drivers and wires in one process; a tester sets the faults through the control API.
"""

import contextlib
import queue
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from drivers.configured import code_reader
from hardware_sim.devices.scan_engine_machine import HOSTILE
from hardware_sim.faults import FAULTS, TERMINAL
from hardware_sim.pcscd import is_possible
from kiosk import faults
from kiosk.configuration import CodeReaderDevice
from kiosk.faults import Fault
from kiosk.journeys.events import Device, DeviceChanged, Event
from kiosk.ports import Disconnected, Ready, Status
from terminal.hand import Hand, Unmet
from terminal.services.code_reader import CodeReaderService
from tests.system.citizen import Citizen
from tests.system.waiting import until
from tests.ui.stage import SAY, Stage, leave, open_stage

NAME, EXPIRED = "陈桂兰", "2023"
PAYLOAD = b"https://fuwu.example.cn/s/7Q2K"
WITHIN_S = 10.0


@dataclass(frozen=True)
class Case:
    """`says`: the key of what stands on the screen, None: it goes on as if nothing were. `on`: when the fault begins,
    `now` being just before the moment."""

    says: str | None
    on: str = "now"
    parameters: dict[str, Any] = field(default_factory=dict)

    def begins(self, stage: Stage, name: str) -> None:
        stage.simulation.fault_set(name, on=self.on, **self.parameters)


def fault(fault: Fault, on: str = "now", **parameters: Any) -> Case:
    return Case(f"fault.{fault.code}", on, parameters)


READING_AN_IDENTITY_CARD = {
    "reader.no-answer": fault(faults.READER_SILENT),
    "reader.half-frame": fault(faults.READER_NOT_WORKING),
    "reader.wrong-checksum": fault(faults.READER_NOT_WORKING),
    "reader.noise": Case(None),
    "reader.slow": fault(faults.CARD_UNREADABLE, baud=4800),
    "reader.late": fault(faults.READER_SILENT),
    "reader.self-test": fault(faults.READER_NOT_WORKING),
    "reader.unplugged": fault(faults.READER_UNPLUGGED, "next-read"),
    "card.pulled": fault(faults.CARD_UNREADABLE, "next-read"),
    "card.two": fault(faults.CARDS_TWO, "next-read"),
    "card.wrong": fault(faults.CARD_UNSUPPORTED),
    "card.not-genuine": fault(faults.CARD_UNREADABLE),
    "card.torn": fault(faults.CARD_UNREADABLE),
}
READING_A_SOCIAL_SECURITY_CARD = {
    "smartcard.pulled": fault(faults.SMART_CARD_REMOVED, "next-read"),
    "smartcard.mute": fault(faults.SMART_CARD_UNREADABLE),
    "smartcard.unplugged": Case("identify.left", "next-read"),
    "smartcard.service-restart": Case(None, "next-read"),
    "smartcard.service-down": Case("identify.left", "next-read"),
}
PHOTOGRAPHING = {
    "camera.stale": fault(faults.CAMERA_FROZEN),
    "camera.glare": Case("capture.look.glare"),
    "camera.dark": Case("capture.look.dark"),
    "camera.blurred": Case("capture.look.blurred"),
    "camera.unplugged": fault(faults.CAMERA_UNPLUGGED),
}
PRINTING = {
    "printer.jam-after-cut": fault(faults.PRINTER_JAMMED, "next-job"),
    "printer.paper-near-end": Case(None, "next-job"),
    "printer.paper-out": fault(faults.PAPER_OUT, "next-job", after_mm=20.0),
    "printer.cover": fault(faults.PRINTER_COVER_OPEN, "next-job"),
    "printer.cutter": fault(faults.PRINTER_CUTTER, "next-job"),
    "printer.head-hot": fault(faults.PRINTER_HEAD_HOT, "next-job"),
    "printer.no-answer": Case("done.slip.unknown", "next-job"),
    "printer.half-answer": Case("done.slip.unknown", "next-job"),
    "printer.noise": Case(None, "next-job"),
    "printer.slow": Case(None, "now", {"baud": 4800}),
    "printer.unplugged": fault(faults.PRINTER_UNPLUGGED, "next-job"),
}
SCANNING: dict[str, tuple[Status, list[bytes] | None]] = {  # the status, and what is told of one code; None: nonsense
    "scanner.double-fire": (Ready(), [PAYLOAD]),
    "scanner.no-answer": (Disconnected(faults.CODE_READER_SILENT), []),
    "scanner.half-code": (Ready(), []),
    "scanner.noise": (Ready(), None),
    "scanner.hostile": (Ready(), [HOSTILE["control"]]),
    "scanner.slow": (Ready(), [PAYLOAD]),
    "scanner.unplugged": (Disconnected(faults.CODE_READER_UNPLUGGED), []),
}


def test_no_fault_is_left_out() -> None:
    """`power.cut` takes the screen too: the crash harness and the scenarios carry it out. Those of the scanner and the
    A4 printer are shown by a scenario each, on a whole terminal."""
    shown = {*READING_AN_IDENTITY_CARD, *READING_A_SOCIAL_SECURITY_CARD, *PHOTOGRAPHING, *PRINTING, *SCANNING}
    elsewhere = {TERMINAL, "document_scanner", "page_printer"}
    assert shown == {name for name, kind in FAULTS.items() if kind.device not in elsewhere}


@pytest.fixture(scope="module")
def terminal(qapp: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Its devices are given up sooner than in a hall."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("drivers.receipt_printer.escpos_printer.PRINT_WITHIN_S", 3.0)
        patch.setattr("drivers.receipt_printer.escpos_printer.ASK_AGAIN_AFTER_S", 0.3)
        patch.setattr("drivers.receipt_printer.conversation.ANSWER_WITHIN_S", 0.4)
        patch.setattr("drivers.document_camera.freshness.FROZEN_AFTER_S", 1.0)
        with open_stage(tmp_path_factory.mktemp("stage")) as terminal:
            yield terminal


@pytest.fixture(scope="module")
def two_readers(qapp: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    assert is_possible() is None, is_possible()
    with open_stage(tmp_path_factory.mktemp("stage"), smart_cards=True) as terminal:
        yield terminal


def nobody_is_stuck(hand: Hand) -> None:
    for button in ("helpButton", "backButton"):
        hand.wait_touchable(button)


# At the card readers.


def at_the_reader(stage: Stage, hand: Hand) -> None:
    """On the identify page, where nothing lies."""
    if hand.look()["page"] != "identify":
        leave(hand)
        for step in ("startButton", "item-residents-medical-insurance", "primaryButton"):
            hand.tap(step)
        hand.wait("identify")
    stage.simulation.card_lift()


@pytest.mark.parametrize("name", READING_AN_IDENTITY_CARD)
def test_a_card_that_is_not_read_is_said_and_the_next_one_is_read(terminal: Stage, name: str) -> None:
    case = READING_AN_IDENTITY_CARD[name]

    def script(hand: Hand, citizen: Citizen) -> None:
        at_the_reader(terminal, hand)
        case.begins(terminal, name)
        terminal.simulation.card_insert("wu-jianguo")
        if case.says:
            texts = hand.wait("identify", text=SAY(case.says))
            assert not any(EXPIRED in text for text in texts)
            nobody_is_stuck(hand)
            terminal.simulation.fault_clear()
            terminal.simulation.card_lift()
            terminal.simulation.card_insert("wu-jianguo")
        hand.wait("identify", text=EXPIRED)  # which only a card that was read can say
        terminal.simulation.fault_clear()

    terminal.play(script)


def take_out_and_insert(stage: Stage, hand: Hand) -> None:
    """As often as it takes: a hand so fast that the service never saw the slot empty has changed nothing."""

    def is_read() -> bool:
        stage.ask("smartcard remove")
        stage.ask("smartcard insert", name="chen-guilan")
        with contextlib.suppress(Unmet):
            hand.wait("question", within_s=4)
        return bool(hand.look()["page"] == "question")

    until(is_read, "the card to be read")


@pytest.mark.parametrize("name", READING_A_SOCIAL_SECURITY_CARD)
def test_a_social_security_card_that_is_not_read_is_said_and_identifies_once_it_can(
    two_readers: Stage, name: str
) -> None:
    case = READING_A_SOCIAL_SECURITY_CARD[name]
    two_readers.clear()

    def script(hand: Hand, citizen: Citizen) -> None:
        at_the_reader(two_readers, hand)
        hand.wait("identify", text=SAY("identify.waiting.either"))
        case.begins(two_readers, name)
        two_readers.ask("smartcard insert", name="chen-guilan")
        if case.says:
            hand.wait("identify", text=SAY(case.says, fault=""))
            nobody_is_stuck(hand)
            two_readers.simulation.fault_clear()
            take_out_and_insert(two_readers, hand)
        hand.wait("question", text=SAY("source.card.social"))
        two_readers.ask("smartcard remove")

    two_readers.play(script)


def test_a_reader_that_goes_between_two_visits_puts_the_terminal_out_of_service_until_it_is_back(
    terminal: Stage,
) -> None:
    terminal.clear()

    def script(hand: Hand, citizen: Citizen) -> None:
        terminal.simulation.fault_set("reader.unplugged")
        hand.wait("outOfService", text=SAY(f"fault.{faults.READER_UNPLUGGED.code}"))
        terminal.simulation.fault_clear()
        hand.wait("idle")

    terminal.play(script)


# At the camera.


def at_the_camera(stage: Stage, hand: Hand, citizen: Citizen) -> None:
    """Before the first page of the first paper, where nothing lies."""
    if hand.look()["page"] != "capture":
        leave(hand)
        citizen.identifies("old-age-allowance")
        hand.tap("choice-same")
        hand.tap("primaryButton")
        hand.tap_keys("13800005678")
        hand.tap("primaryButton")
        hand.tap("choice-social-security-card")
        hand.tap("primaryButton")
        stage.simulation.card_lift()
    elif hand.can_tap("taken-0"):
        hand.tap("taken-0")
        hand.tap("deleteButton")
        hand.tap("primaryButton")
    stage.simulation.page_put(None)
    hand.wait("capture", text=SAY("capture.look.put", page="正面"))


@pytest.mark.parametrize("name", PHOTOGRAPHING)
def test_a_page_that_cannot_be_photographed_well_is_not_and_is_once_it_can(terminal: Stage, name: str) -> None:
    case = PHOTOGRAPHING[name]
    assert case.says

    def script(hand: Hand, citizen: Citizen) -> None:
        at_the_camera(terminal, hand, citizen)
        case.begins(terminal, name)
        terminal.simulation.page_put("social-security-card")
        hand.wait("capture", text=SAY(case.says or ""))
        nobody_is_stuck(hand)
        assert not hand.can_tap("taken-0"), "taken all the same"
        terminal.simulation.fault_clear()
        hand.wait("capture", name="taken-0")

    terminal.play(script)


# At the printer.


def at_the_slip(stage: Stage, hand: Hand, citizen: Citizen) -> None:
    """With a slip in the hand, and the wish for another."""
    if hand.look()["page"] != "done":
        leave(hand)
        citizen.hands_in()
        hand.wait("done", text=SAY("done.slip.printed"))
    hand.wait_touchable("reprintButton")


def whole_slips(stage: Stage) -> int:
    """Those on which the first line stands, and the last."""
    title, note = SAY("slip.title.kept"), SAY("slip.note.kept")
    texts = ("".join(slip.text.split()) for slip in stage.simulation.receipts())
    return sum(title in text and note in text for text in texts)


@pytest.mark.parametrize("name", PRINTING)
def test_a_slip_that_is_not_surely_there_is_never_handed_out_and_the_next_is(terminal: Stage, name: str) -> None:
    case = PRINTING[name]

    def prints(hand: Hand) -> None:
        before = whole_slips(terminal)
        hand.tap("reprintButton", within_s=20)
        until(lambda: whole_slips(terminal) > before, "a whole slip")
        hand.wait("done", text=SAY("done.slip.printed"))

    def script(hand: Hand, citizen: Citizen) -> None:
        at_the_slip(terminal, hand, citizen)
        case.begins(terminal, name)
        if case.says:
            before = whole_slips(terminal)
            hand.tap("reprintButton")
            texts = hand.wait("done", text=SAY(case.says).partition("，")[0], within_s=20)
            assert SAY("done.slip.printed") not in texts or whole_slips(terminal) > before
            hand.wait_touchable("helpButton")
        else:
            prints(hand)
        terminal.simulation.fault_clear()
        prints(hand)

    terminal.play(script)


def test_a_printer_that_is_open_between_two_visits_is_said_and_an_item_can_be_begun(terminal: Stage) -> None:
    terminal.clear()

    def script(hand: Hand, citizen: Citizen) -> None:
        terminal.simulation.fault_set("printer.cover")
        hand.tap("startButton")
        hand.wait("home", text=SAY(f"fault.{faults.PRINTER_COVER_OPEN.code}"))
        terminal.simulation.fault_clear()
        until(lambda: not any("盖子" in text for text in hand.look()["texts"]), "the notice to go")
        leave(hand)

    terminal.play(script)


# At the code reader: no page offers codes yet.


class Scanner:
    """The service of the code reader over the simulated engine's wire, and what it tells."""

    def __init__(self, address: str) -> None:
        self._statuses: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._bugs: list[BaseException] = []
        reader = code_reader(CodeReaderDevice(driver="scan-engine", address=address, simulated=True))
        self.service = CodeReaderService(reader, lambda event, _: self._statuses.put(event), self._bugs.append)
        self.service.thread.start()
        self.says(Ready())

    def look(self) -> list[bytes]:
        """From now on; what is told, as it is told."""
        told: list[bytes] = []
        self.service.look(lambda code: told.append(code.payload))
        return told

    def says(self, status: Status) -> None:
        assert self._statuses.get(timeout=WITHIN_S) == DeviceChanged(Device.CODES, status)

    def stop(self) -> None:
        self.service.thread.stop(within_s=WITHIN_S)
        assert not self._bugs


@pytest.fixture(scope="module")
def scanner(terminal: Stage) -> Iterator[Scanner]:
    scanner = Scanner(terminal.simulation.status()["code_reader"]["address"])
    yield scanner
    scanner.stop()


@pytest.mark.parametrize("name", SCANNING)
def test_whatever_a_scanner_does_is_told_and_the_next_code_is_whole(
    terminal: Stage, scanner: Scanner, name: str
) -> None:
    status, expected = SCANNING[name]
    simulation = terminal.simulation
    before = simulation.status()["code_reader"]["codes"]
    simulation.fault_set(name)
    told = scanner.look()
    simulation.ask("code show", payload_hex=PAYLOAD.hex())
    if status == Ready():
        until(lambda: simulation.status()["code_reader"]["codes"] > before, "the engine to read")
        until(lambda: len(told) >= len(expected or ()), "what is told of it")
    else:
        scanner.says(status)
    simulation.ask("code hide")
    scanner.service.rest()
    told = list(told)  # what an engine without its fault reads now does not count
    simulation.fault_clear()
    if status != Ready():
        scanner.says(Ready())
    next_told = scanner.look()
    simulation.ask("code show", payload_hex=PAYLOAD.hex())
    until(lambda: next_told, "the next code")
    simulation.ask("code hide")
    scanner.service.rest()
    assert next_told == [PAYLOAD]
    assert (told == expected) if expected is not None else PAYLOAD not in told, told
