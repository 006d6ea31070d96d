"""The reader's truth: what it says when the wire answers, lies, is late, is silent or gone."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.identity_card.sam_reader import SamReader
from drivers.traces.protocols import PLAIN
from drivers.traces.recording import RecordedTransport, Tape
from drivers.traces.replaying import Replay, ReplayedTransport
from kiosk.chip_layouts import parse_chip
from kiosk.faults import (
    CARD_LIFTED_TOO_EARLY,
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
    NoCard,
    NotReadable,
    Ready,
)
from tests.wires.sam_wire import SAM_NUMBER, SAM_NUMBER_SHOWN, SamWire, frame
from tests.wires.scripted_wire import ScriptedWire

CHIP = bytes.fromhex(
    json.loads((Path(__file__).parents[2] / "golden/cards.json").read_text(encoding="utf-8"))[0]["chip"]
)
PHOTO = bytes(range(256)) * 4
FOUND, NO_CARD = frame(0x9F, bytes(4)), frame(0x80)
NO_NEWER = frame(0x91)
NUMBER, SELECTED, READ = frame(0x90, SAM_NUMBER), frame(0x90, bytes(8)), frame(0x90, b"\1\0\4\0" + CHIP + PHOTO)


def reader(*answers: bytes | None) -> SamReader:
    return SamReader(ScriptedWire(answers))


def test_a_card_on_the_field_is_found() -> None:
    assert reader(FOUND).find_card() == CardPresent()


def test_an_answer_in_pieces_is_put_together() -> None:
    assert reader(FOUND[:3], FOUND[3:9], FOUND[9:]).find_card() == CardPresent()


def test_an_empty_field_is_not_a_fault() -> None:
    assert reader(NO_CARD).find_card() == NoCard()


def test_one_spoilt_answer_is_asked_for_again_and_two_are_a_reader_that_does_not_work() -> None:
    spoilt = FOUND[:-1] + bytes([FOUND[-1] ^ 1])
    assert reader(spoilt, FOUND).find_card() == CardPresent()
    assert reader(spoilt, NO_CARD).find_card() == NoCard()
    assert reader(spoilt, spoilt).find_card() == NeedsAttention(READER_NOT_WORKING)


def test_a_card_is_read_with_its_photo_and_the_number_of_the_reader() -> None:
    content = reader(NUMBER, SELECTED, READ[:400], READ[400:], NO_NEWER).read_card()
    assert content == CardContent(card=parse_chip(CHIP), photo=PHOTO, sam_number=SAM_NUMBER_SHOWN)  # type: ignore[arg-type]


def test_the_number_of_the_reader_is_asked_once_a_connection() -> None:
    wire = SamWire()
    reader = SamReader(wire)
    assert [reader.status(), reader.status()] == [Ready(), Ready()]
    assert wire.asked == ["11ff", "12ff", "11ff"]
    wire.unplug()
    assert reader.status() == Disconnected(READER_UNPLUGGED)
    wire.plug()
    assert reader.status() == Ready()
    assert wire.asked[3:] == ["11ff", "12ff"]


def test_a_reader_that_failed_its_own_test_is_not_ready() -> None:
    assert reader(frame(0x60)).status() == NeedsAttention(READER_NOT_WORKING)


def test_a_reader_without_a_number_vouches_for_nobody() -> None:
    assert reader(frame(0x66)).read_card() == NotReadable(READER_NOT_WORKING)


@pytest.mark.parametrize("word", [0x41, 0x80, 0x81])
def test_a_card_lifted_while_it_is_read_is_said_so(word: int) -> None:
    assert reader(NUMBER, SELECTED, frame(word)).read_card() == NotReadable(CARD_LIFTED_TOO_EARLY)


@pytest.mark.parametrize("answer", [frame(0x40), frame(0x90, b"\1\0\4\0" + CHIP[:248] + b"Q\0" + CHIP[250:] + PHOTO)])
def test_a_card_of_another_kind_is_said_so(answer: bytes) -> None:
    assert reader(NUMBER, SELECTED, answer).read_card() == NotReadable(CARD_UNSUPPORTED)


@pytest.mark.parametrize(
    "answer",
    [
        READ[:-1] + bytes([READ[-1] ^ 1]),
        READ[:700],
        b"\x00\xff\xaa" * 9,
        frame(0x90, b"\1\0\4\0" + CHIP + PHOTO[:-1]),
        frame(0x90, b"\0\0\4\0" + CHIP + PHOTO),
        frame(0x90, b"\1\0\4\0" + bytes(256) + PHOTO),
        *(frame(word) for word in (0x31, 0x32, 0x33, 0x47, 0x10, 0x11, 0x21, 0x24)),
    ],
    ids=["checksum", "short", "noise", "length", "lengths", "nonsense", "31", "32", "33", "47", "10", "11", "21", "24"],
)
def test_what_is_not_whole_is_never_a_card(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.identity_card.sam_reader.READ_WITHIN_S", 0.02)
    outcome = reader(NUMBER, SELECTED, answer).read_card()
    assert isinstance(outcome, NotReadable)
    assert outcome.fault in (CARD_UNREADABLE, CARD_UNSUPPORTED)


def test_a_late_answer_is_not_taken_for_this_one() -> None:
    wire = ScriptedWire([NUMBER, FOUND, SELECTED, FOUND + READ, NO_NEWER])
    assert isinstance(SamReader(wire).read_card(), CardContent)


def test_silence_and_a_pulled_plug_are_two_faults() -> None:
    assert reader().find_card() == Disconnected(READER_SILENT)
    assert reader(None).find_card() == Disconnected(READER_UNPLUGGED)


def test_a_plug_pulled_while_reading_is_said_so() -> None:
    assert reader(NUMBER, SELECTED, READ[:500], None).read_card() == Disconnected(READER_UNPLUGGED)


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ((0x80, 0x81), NoCard()),
        ((0x31, 0x32, 0x33, 0x47), NotReadable(CARD_UNREADABLE)),
        ((0x40,), NotReadable(CARD_UNSUPPORTED)),
        ((0x41,), NotReadable(CARD_LIFTED_TOO_EARLY)),
        ((0x60, 0x66), NeedsAttention(READER_NOT_WORKING)),
    ],
)
def test_every_word_of_trouble_while_looking_is_told_apart(words: tuple[int, ...], outcome: object) -> None:
    assert {reader(frame(word)).find_card() for word in words} == {outcome}


@pytest.mark.parametrize("word", [0x10, 0x11, 0x21, 0x24, 0x55])
def test_a_reader_that_never_understands_does_not_work(word: int) -> None:
    assert reader(frame(word), frame(word)).find_card() == NeedsAttention(READER_NOT_WORKING)


@pytest.mark.parametrize("word", [0x10, 0x11, 0x21, 0x24])
def test_a_question_that_was_heard_wrongly_once_is_asked_again(word: int) -> None:
    assert reader(frame(word), FOUND).find_card() == CardPresent()


def test_cards_that_are_found_and_not_selected_twice_over_are_two() -> None:
    wire = SamWire(chip=CHIP, two=True)
    assert SamReader(wire).read_card() == NotReadable(CARDS_TWO)
    assert wire.asked[1:] == ["2002", "2001", "2002", "2001"]


def test_a_card_that_is_not_selected_and_then_gone_was_lifted() -> None:
    gone = frame(0x81)
    assert reader(NUMBER, gone, NO_CARD).read_card() == NotReadable(CARD_LIFTED_TOO_EARLY)
    assert reader(NUMBER, gone, FOUND, gone, NO_CARD).read_card() == NotReadable(CARD_LIFTED_TOO_EARLY)


def test_a_card_that_is_selected_at_the_second_attempt_is_read() -> None:
    assert isinstance(reader(NUMBER, frame(0x81), FOUND, SELECTED, READ, NO_NEWER).read_card(), CardContent)


def addresses(*written: str) -> bytes:
    return b"".join(address.ljust(35).encode("utf-16-le") for address in written)


def test_the_newest_address_stands_for_the_one_in_the_text() -> None:
    wire = SamWire(chip=CHIP, newest_address=addresses("演示省演示市新路2号", "演示省演示市新路9号"))
    content = SamReader(wire).read_card()
    assert isinstance(content, CardContent)
    assert content.card.address == "演示省演示市新路9号"
    assert replace(content.card, address="") == replace(parse_chip(CHIP), address="")  # type: ignore[type-var]


@pytest.mark.parametrize(
    "answers",
    [[NO_NEWER], [frame(0x41)], [frame(0x21)], [frame(0x90, bytes(71))], [frame(0x90, b"\x00\xd8" * 35)], [], [None],
     [frame(0x90, addresses("新路"))[:40]], [b"\xff" * 99]],
    ids=["none", "failed", "unknown", "length", "nonsense", "silence", "pulled", "half", "noise"],
)  # fmt: skip
def test_an_address_that_cannot_be_read_never_spoils_the_card(
    answers: list[bytes | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.identity_card.sam_reader.ADDRESS_WITHIN_S", 0.02)
    content = reader(NUMBER, SELECTED, READ, *answers).read_card()
    assert isinstance(content, CardContent)
    assert content.card == parse_chip(CHIP)


def test_a_recorded_dialogue_can_be_replayed(tmp_path: Path) -> None:
    wire = SamWire(chip=CHIP)
    tape = Tape(tmp_path / "trace", "identity_card_reader", "sam", PLAIN)
    recorded = SamReader(RecordedTransport(wire, tape))
    first = [recorded.status(), recorded.find_card(), recorded.read_card(), recorded.find_card()]
    wire.unplug()
    first.append(recorded.status())
    tape.flush()
    replay = Replay(tmp_path / "trace")
    replayed = SamReader(ReplayedTransport(replay))
    again = [replayed.status(), replayed.find_card(), replayed.read_card(), replayed.find_card(), replayed.status()]
    assert first == again
    assert replay.finished


def test_an_answer_that_came_too_late_for_its_question_answers_no_other() -> None:
    wire = SamWire()
    reader = SamReader(wire)
    assert reader.find_card() == NoCard()
    wire.pending = frame(0x9F, bytes(4))
    assert reader.find_card() == NoCard()
