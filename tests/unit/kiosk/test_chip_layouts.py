"""What a chip says is read exactly, or said to be unreadable; nothing in between."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kiosk.chip_layouts import UnreadableChip, UnsupportedChip, parse_chip
from kiosk.identity import CardKind, IdentityCard, OpenEnd, Sex
from kiosk.nations import NATIONS

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "cards.json").read_text(encoding="utf-8"))
CHIP = bytes.fromhex(GOLDEN[0]["chip"])


def expected(card: dict[str, Any]) -> IdentityCard:
    valid_to = card["valid_to"]
    return IdentityCard(
        **card
        | {
            "kind": CardKind(card["kind"]),
            "sex": Sex(card["sex"]),
            "birth": date.fromisoformat(card["birth"]),
            "valid_from": date.fromisoformat(card["valid_from"]),
            "valid_to": OpenEnd(valid_to) if valid_to in {e.value for e in OpenEnd} else date.fromisoformat(valid_to),
        }
    )


def with_text(at: int, length: int, text: str, chip: bytes = CHIP) -> bytes:
    return chip[:at] + text.ljust(length // 2).encode("utf-16-le") + chip[at + length :]


@pytest.mark.parametrize("vector", GOLDEN, ids=lambda vector: vector["title"])
def test_each_of_the_four_chips_is_read_field_by_field(vector: dict[str, Any]) -> None:
    assert parse_chip(bytes.fromhex(vector["chip"])) == expected(vector["card"])


def test_the_golden_vectors_hold_all_four_kinds() -> None:
    assert {vector["card"]["kind"] for vector in GOLDEN} == {kind.value for kind in CardKind} - {"social-security-card"}


@given(st.integers(122 // 2, 158 // 2 - 1), st.sampled_from("0123456789X"))
def test_a_wrong_character_in_the_number_is_never_believed(at: int, character: str) -> None:
    chip = with_text(2 * at, 2, character)
    assert parse_chip(chip) == (parse_chip(CHIP) if chip == CHIP else UnreadableChip("number"))


def test_a_lower_case_check_character_is_the_same_number() -> None:
    number = "11010519491231002"
    for check in "xX":
        card = parse_chip(with_text(122, 36, number + check))
        assert isinstance(card, IdentityCard)
        assert card.number == number + "X"


@pytest.mark.parametrize("valid_to", ["长期有效", "2026", "20260230", "２０２６０１０１"])
def test_a_last_day_that_is_none_is_unreadable(valid_to: str) -> None:
    assert parse_chip(with_text(204, 16, valid_to)) == UnreadableChip("valid_to")


def test_a_layout_nobody_knows_is_not_guessed() -> None:
    assert parse_chip(with_text(248, 2, "Q")) == UnsupportedChip("Q")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters=" \0"), min_size=1, max_size=7))
def test_any_name_is_read_as_written(name: str) -> None:
    card = parse_chip((name.encode("utf-16-le") + b" \0" * 15)[:30] + CHIP[30:])
    assert isinstance(card, IdentityCard)
    assert card.name == name


@given(st.binary(max_size=300) | st.binary(min_size=256, max_size=256))
@example(b"\x00\xd8" * 128)
def test_any_bytes_get_an_answer(text: bytes) -> None:
    assert isinstance(parse_chip(text), UnreadableChip | UnsupportedChip)


@given(st.integers(0, 255), st.integers(0, 255))
def test_a_spoilt_byte_never_raises(at: int, value: int) -> None:
    assert parse_chip(CHIP[:at] + bytes([value]) + CHIP[at + 1 :]) is not None


def test_the_nations_are_not_shifted() -> None:
    assert {code: NATIONS[code] for code in ("01", "22", "25", "56")} == {
        "01": "汉",
        "22": "畲",
        "25": "水",
        "56": "基诺",
    }
    assert len(NATIONS) == 58
