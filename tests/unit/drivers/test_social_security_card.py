import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.smart_card.pcsc import Answer, Exchange, Trouble
from drivers.smart_card.social_security_card import (
    BIRTH,
    CARD_NUMBER,
    ISSUED,
    NAME,
    NATION,
    NUMBER,
    SEX,
    VALID_TO,
    UnreadableRecords,
    encode_read_record,
    encode_read_tag,
    encode_select_application,
    encode_select_file,
    parse_records,
    read_card_number,
    read_social_security_card,
)
from kiosk.faults import SMART_CARD_UNREADABLE, SMART_CARD_UNSUPPORTED
from kiosk.identity import CardKind, IdentityCard, OpenEnd, Sex
from kiosk.ports import CardContent, CardNumber, NotReadable

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "social_security_cards.json").read_text("utf-8"))
TAGS = (ISSUED, VALID_TO, CARD_NUMBER, NUMBER, NAME, SEX, NATION, BIRTH)


def records_of(vector: Mapping[str, Any]) -> dict[int, bytes]:
    return {int(tag, 16): bytes.fromhex(record) for file in vector["records"].values() for tag, record in file.items()}


RECORDS = records_of(GOLDEN[0])


def test_the_commands_are_those_of_the_standard() -> None:
    assert encode_select_application().hex() == "00a404000f7378312e73682ec9e7bbe1b1a3d5cf"
    assert encode_select_file(0xEF05).hex() == "00a4020002ef05"
    assert encode_read_tag(CARD_NUMBER).hex() == "00b207000b"
    assert encode_read_tag(NUMBER).hex() == "00b2080014"
    assert encode_read_tag(NAME).hex() == "00b2090020"
    assert encode_read_record(0xEF06, NAME).hex() == "00b2020420"
    assert encode_read_record(0xEF05, CARD_NUMBER).hex() == "00b207040b"


@pytest.mark.parametrize("vector", GOLDEN, ids=lambda vector: vector["title"])
@pytest.mark.parametrize("bare", [False, True], ids=["with tag and length", "bare"])
def test_each_card_says_who_it_is(vector: Mapping[str, Any], bare: bool) -> None:
    records = records_of(vector)
    card = parse_records({tag: record[2:] for tag, record in records.items()} if bare else records)
    assert isinstance(card, IdentityCard)
    said = vector["card"]
    assert (card.kind, card.name, card.number, card.card_number, card.nation, card.sex) == (
        CardKind.SOCIAL_SECURITY,
        said["name"],
        said["number"],
        said["card_number"],
        said["nation"],
        Sex(said["sex"]),
    )
    assert card.birth == date.fromisoformat(said["birth"])
    assert (card.valid_from, card.valid_to) == tuple(
        date.fromisoformat(said[day]) for day in ("valid_from", "valid_to")
    )


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        pytest.param(NUMBER, b"100101194401010027", id="a check that fails"),
        pytest.param(NUMBER, b"", id="no number"),
        pytest.param(NAME, b"\xff" * 30, id="no name"),
        pytest.param(NAME, b"\x1b[2J", id="control characters in the name"),
        pytest.param(NAME, b"\x81", id="half a character"),
        pytest.param(CARD_NUMBER, b"../../etc", id="a card number that is none"),
        pytest.param(SEX, b"7", id="a sex that is none"),
        pytest.param(NATION, b"\xab", id="a nation that is no number"),
        pytest.param(BIRTH, bytes.fromhex("19440102"), id="another birth date than the number's"),
        pytest.param(BIRTH, bytes.fromhex("19441301"), id="a thirteenth month"),
        pytest.param(VALID_TO, bytes.fromhex("2029"), id="half a date"),
        pytest.param(NAME, b"A" * 31, id="longer than a record may be"),
        pytest.param(NAME, b"\x09\x1eA", id="a length beyond the end"),
    ],
)
def test_what_makes_no_sense_makes_the_card_unreadable(tag: int, value: bytes) -> None:
    assert parse_records(RECORDS | {tag: value}) == UnreadableRecords(tag)


def test_what_a_card_may_leave_out_is_empty() -> None:
    card = parse_records({tag: RECORDS[tag] for tag in (CARD_NUMBER, NUMBER, NAME)})
    assert isinstance(card, IdentityCard)
    assert (card.sex, card.nation, card.birth) == (Sex.UNKNOWN, "", date(1944, 1, 1))
    assert (card.valid_from, card.valid_to) == (None, OpenEnd.NOT_STATED)


@given(st.dictionaries(st.sampled_from(TAGS), st.binary(max_size=300)), st.booleans())
def test_foreign_records_are_a_card_with_a_true_number_or_unreadable(found: dict[int, bytes], whole: bool) -> None:
    card = parse_records(RECORDS | found if whole else found)
    assert isinstance(card, IdentityCard | UnreadableRecords)


class ScriptedCard:
    """Answers to whole commands, or to those in one file (`ef05 00b2...`); all others are refused with `otherwise`."""

    def __init__(self, script: Mapping[str, str], *, otherwise: str = "6a82") -> None:
        self._script = script
        self._otherwise = otherwise
        self._file = ""
        self.asked: list[str] = []

    def __call__(self, apdu: bytes) -> Answer | Trouble:
        self.asked.append(apdu.hex())
        if apdu.hex().startswith("00a40"):
            self._file = apdu.hex()[-4:]
        in_file = self._script.get(f"{self._file} {apdu.hex()}", self._otherwise)
        octets = bytes.fromhex(self._script.get(apdu.hex(), in_file))
        return Answer(octets[:-2], int.from_bytes(octets[-2:], "big"))


SELECTS = {"00a404000f7378312e73682ec9e7bbe1b1a3d5cf": "9000", "00a4020002ef05": "9000", "00a4020002ef06": "9000"}


def by_number(records: Mapping[int, bytes]) -> dict[str, str]:
    files = {ISSUED: 0xEF05, VALID_TO: 0xEF05, CARD_NUMBER: 0xEF05}
    return {
        f"{files.get(tag, 0xEF06):04x} {encode_read_record(files.get(tag, 0xEF06), tag).hex()}": record.hex() + "9000"
        for tag, record in records.items()
    }


def test_cards_that_count_records_and_cards_that_select_otherwise_are_read_too() -> None:
    selects = {command.replace("00a402", "00a400"): answer for command, answer in SELECTS.items()}
    content = read_social_security_card(ScriptedCard(selects | by_number(RECORDS), otherwise="6a86"))
    assert isinstance(content, CardContent)
    assert content.card == parse_records(RECORDS)


def test_a_card_without_the_application_or_that_asks_for_keys_is_of_another_kind() -> None:
    assert read_social_security_card(ScriptedCard({})) == NotReadable(SMART_CARD_UNSUPPORTED)
    assert read_social_security_card(ScriptedCard(SELECTS, otherwise="6982")) == NotReadable(SMART_CARD_UNSUPPORTED)


def test_a_card_whose_number_fails_its_check_is_unreadable() -> None:
    wrong = RECORDS | {NUMBER: b"100101194401010027"}
    card = ScriptedCard(SELECTS | by_number(wrong))
    assert read_social_security_card(card) == NotReadable(SMART_CARD_UNREADABLE)


@given(st.integers(0, 12), st.sampled_from(list(Trouble)))
def test_trouble_ends_the_conversation_at_once(after: int, trouble: Trouble) -> None:
    card = ScriptedCard(SELECTS | {encode_read_tag(tag).hex(): RECORDS[tag].hex() + "9000" for tag in TAGS})

    def exchange(apdu: bytes) -> Answer | Trouble:
        return card(apdu) if len(card.asked) < after else trouble

    outcome = read_social_security_card(exchange)
    assert outcome is trouble or (after > 10 and isinstance(outcome, CardContent))


@given(st.data())
def test_no_card_can_make_the_conversation_long_or_fail(data: st.DataObject) -> None:
    asked = []

    def exchange(apdu: bytes) -> Answer | Trouble:
        asked.append(apdu)
        return data.draw(st.builds(Answer, st.binary(max_size=300), st.sampled_from([0x9000, 0x6A83, 0x6282, 0xFFFF])))

    assert isinstance(read_social_security_card(exchange), CardContent | NotReadable)
    assert len(asked) <= 21


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(bytes.fromhex("04a1b2c3d4e5f0"), 0x9000), CardNumber(bytes.fromhex("04a1b2c3d4e5f0"))),
        (Answer(b"", 0x9000), NotReadable(SMART_CARD_UNSUPPORTED)),
        (Answer(bytes(33), 0x9000), NotReadable(SMART_CARD_UNSUPPORTED)),
        (Answer(b"", 0x6A81), NotReadable(SMART_CARD_UNSUPPORTED)),
        (Trouble.REMOVED, Trouble.REMOVED),
    ],
)
def test_a_card_number_is_told_or_not(answer: Answer | Trouble, outcome: CardNumber | NotReadable | Trouble) -> None:
    exchange: Exchange = lambda apdu: answer if apdu.hex() == "ffca000000" else Trouble.SERVICE_AWAY  # noqa: E731 - typed
    assert read_card_number(exchange) == outcome
