"""Cards as machines: what they give, and the word for what they do not."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware_sim.chip import chip_of
from hardware_sim.devices.virtual_cards import (
    Card,
    ContactlessCard,
    SocialSecurityCard,
    StorageCard,
    UnknownCard,
    social_security_card,
    social_security_files,
)
from hardware_sim.people import Layout, Person, cast, stranger

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "social_security_cards.json").read_text("utf-8"))
SELECT_APPLICATION = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
SELECT_CARD_FILE, SELECT_HOLDER_FILE = "00A4020002EF05", "00A4020002EF06"


def ask(card: Card, apdu: str) -> str:
    return card.answer(bytes.fromhex(apdu)).hex()


@pytest.fixture
def selected() -> SocialSecurityCard:
    card = social_security_card(cast()["chen-guilan"])
    ask(card, SELECT_APPLICATION)
    return card


def card_of(vector: dict[str, Any]) -> SocialSecurityCard:
    said = vector["card"]
    person = Person(
        key=vector["title"],
        layout=Layout.RESIDENT,
        name=said["name"],
        number=said["number"],
        sex=said["sex"],
        nation=said["nation"],
        birth=date.fromisoformat(said["birth"]),
    )
    return SocialSecurityCard(
        social_security_files(
            person,
            card_number=said["card_number"],
            issued=date.fromisoformat(said["valid_from"]),
            valid_to=date.fromisoformat(said["valid_to"]),
            padding=b"\xff" if vector["records"]["ef06"]["09"].endswith("ff") else b"\0",
        )
    )


@pytest.mark.parametrize("vector", GOLDEN, ids=lambda vector: vector["title"])
def test_the_simulator_writes_each_golden_record_byte_by_byte(vector: dict[str, Any]) -> None:
    card = card_of(vector)
    ask(card, SELECT_APPLICATION)
    for file, records in vector["records"].items():
        assert ask(card, f"00A4020002{file}") == "9000"
        for tag, record in records.items():
            assert ask(card, f"00B2{tag}00{len(record) // 2:02x}") == record + "9000"


def test_the_application_is_described_when_it_is_asked_for_after_61xx() -> None:
    card = social_security_card(cast()["chen-guilan"])
    assert ask(card, SELECT_APPLICATION) == "6115"
    assert ask(card, "00C0000015") == "6f13840f7378312e73682ec9e7bbe1b1a3d5cfa5009000"
    assert ask(card, "00C0000015") == "6985"


def test_a_file_is_found_only_inside_the_application() -> None:
    card = social_security_card(cast()["chen-guilan"])
    assert ask(card, SELECT_CARD_FILE) == "6a82"
    ask(card, SELECT_APPLICATION)
    assert ask(card, SELECT_CARD_FILE) == "9000"
    card.reset()
    assert ask(card, "00B207000B") == "6986"
    assert ask(card, SELECT_CARD_FILE) == "6a82"


@pytest.mark.parametrize(
    ("apdu", "word"),
    [
        ("00A4040002A000", "6a82"),
        ("00A4020002EF07", "6a82"),
        ("00A4020001EF", "6700"),
        ("00A4020005EF06", "6700"),
        ("00A4", "6700"),
        ("00A4000002EF06", "6a86"),
        ("0084000008", "6d00"),
        ("80A4020002EF06", "6e00"),
        ("00B2080014", "6986"),
    ],
)
def test_what_it_does_not_understand_has_its_status_word(selected: SocialSecurityCard, apdu: str, word: str) -> None:
    assert ask(selected, apdu) == word


def test_a_record_is_given_for_its_length_alone(selected: SocialSecurityCard) -> None:
    ask(selected, SELECT_HOLDER_FILE)
    assert ask(selected, "00B2080012") == "6c14"
    assert ask(selected, "00B2080000") == "6c14"
    assert ask(selected, "00B20E0003") == "6a83"
    assert ask(selected, "00B2080114") == "6a86"


def test_the_card_of_a_person_is_always_the_same_and_of_nobody_else() -> None:
    cards = [social_security_card(person) for person in (stranger(1), stranger(1), stranger(2))]
    for card in cards:
        ask(card, SELECT_APPLICATION)
        ask(card, SELECT_CARD_FILE)
    first, again, other = (ask(card, "00B207000B") for card in cards)
    assert first == again != other


def test_a_contactless_card_tells_its_number_alone() -> None:
    card = ContactlessCard(bytes.fromhex("DEADBEEF"))
    assert ask(card, "FFCA000000") == ask(card, "FFCA000004") == "deadbeef9000"
    assert ask(card, "FFCA000002") == "6c04"
    assert ask(card, "FFCA010000") == "6a81"
    assert ask(card, "FFB0000010") == "6d00"
    assert ask(card, SELECT_APPLICATION) == "6e00"


def test_the_storage_variant_gives_both_files_in_six_blocks() -> None:
    chip = chip_of(cast()["yang-hong"])
    card = StorageCard(chip)
    blocks = [card.answer(bytes([0xFF, 0xB0, block, 0, 0])) for block in range(7)]
    assert [len(block) for block in blocks] == [258, 258, 258, 258, 258, 6, 2]
    assert {block[-2:].hex() for block in blocks[:6]} == {"9000"}
    assert blocks[6].hex() == "6a82"
    assert b"".join(block[:-2] for block in blocks) == bytes.fromhex("01000400") + chip.text + chip.photo


def test_another_card_has_nothing_of_it() -> None:
    card = UnknownCard()
    assert [ask(card, apdu) for apdu in (SELECT_APPLICATION, SELECT_CARD_FILE)] == ["6a82", "6a82"]
    assert [ask(card, apdu) for apdu in ("FFCA000000", "0084000008", "00")] == ["6e00", "6d00", "6700"]


@pytest.mark.parametrize(
    "card",
    [social_security_card(stranger(3)), ContactlessCard(), StorageCard(chip_of(stranger(4))), UnknownCard()],
    ids=lambda card: card.name,
)
def test_an_answer_to_reset_is_whole(card: Card) -> None:
    atr = card.atr
    historical, told = atr[1] & 0x0F, [bit for bit in (0x10, 0x20, 0x40, 0x80) if atr[1] & bit]
    interface = len(told) + (1 if 0x80 in told else 0)  # in these TD1 brings TD2, and nothing after it
    check = 0
    for octet in atr[1:]:
        check ^= octet
    assert len(atr) == 2 + interface + historical + (0x80 in told)
    assert 0x80 not in told or check == 0


CARDS = [social_security_card(stranger(3)), ContactlessCard(), StorageCard(chip_of(stranger(4))), UnknownCard()]


@given(st.lists(st.binary(max_size=40), max_size=6), st.sampled_from(CARDS))
def test_whatever_a_terminal_sends_has_a_status_word(apdus: list[bytes], card: Card) -> None:
    for apdu in apdus:
        answer = card.answer(apdu)
        assert 2 <= len(answer) <= 258
        assert answer[-2] >> 4 in (6, 9)
