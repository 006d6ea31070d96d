"""Invented people at any number: each is read back from the chip by the product's own parser, and nobody is real."""

from datetime import date

import pytest

from hardware_sim.chip import chip_of, chip_text
from hardware_sim.control import Refused
from hardware_sim.crowd import KINDS, LONGEST_ADDRESS, RARE, SPECIAL, crowd, somebody
from hardware_sim.people import Layout
from kiosk.chip_layouts import UnsupportedChip, parse_chip
from kiosk.identity import IdentityCard, OpenEnd

NEVER_ISSUED = ("10", "810010", "820010", "830010", "910", "XXA")
TODAY = date(2026, 11, 23)


def read_back(kind: str, seed: int) -> IdentityCard:
    card = parse_chip(chip_text(somebody(kind, seed, today=TODAY)))
    assert isinstance(card, IdentityCard)
    return card


def test_thousands_of_strangers_of_every_kind_are_read_back_as_they_were_written() -> None:
    numbers = set()
    for person in crowd(3_000, seed=3):
        card = parse_chip(chip_of(person).text)
        assert isinstance(card, IdentityCard)
        assert card.number == person.number
        assert card.number.startswith(NEVER_ISSUED)
        assert card.birth == person.birth
        assert card.name == person.name
        assert card.address == person.address or person.layout is Layout.FOREIGNER_2023
        numbers.add(person.number)
    assert len(numbers) > 2_900


def test_a_layout_that_nobody_knows_is_unsupported() -> None:
    assert isinstance(parse_chip(chip_text(somebody("unsupported", 1))), UnsupportedChip)


@pytest.mark.parametrize("seed", range(25))
def test_each_kind_is_what_it_says(seed: int) -> None:
    assert set(read_back("rare-name", seed).name[1:]) <= set(RARE)
    assert len(read_back("long-address", seed).address) == LONGEST_ADDRESS
    assert "·" in read_back("minority-name", seed).name
    child = read_back("under-16", seed)
    assert TODAY.replace(year=TODAY.year - 16) < child.birth < TODAY
    assert child.valid_to is OpenEnd.NOT_STATED or (isinstance(child.valid_to, date) and child.valid_to > TODAY)
    assert read_back("no-end", seed).valid_to is OpenEnd.LONG_TERM
    expired, expiring = read_back("expired", seed).valid_to, read_back("expiring", seed).valid_to
    assert isinstance(expired, date)
    assert isinstance(expiring, date)
    assert expired < TODAY <= expiring
    assert (expiring - TODAY).days <= 30
    assert len(chip_of(somebody("moved", seed, today=TODAY)).newest_address) == 70


def test_a_child_may_have_a_card_without_a_last_day() -> None:
    assert {read_back("under-16", seed).valid_to is OpenEnd.NOT_STATED for seed in range(20)} == {True, False}


def test_rare_characters_lie_in_and_beyond_the_basic_plane_and_gbk_has_none_of_them() -> None:
    assert {"䶮", "𬭎", "㛃"} <= set(RARE)
    assert min(map(ord, RARE)) < 0x10000 < max(map(ord, RARE))
    for character in RARE:
        assert character.encode("gb18030").decode("gb18030") == character
        with pytest.raises(UnicodeEncodeError):
            character.encode("gbk")


def test_the_same_seed_gives_the_same_people_and_another_others() -> None:
    assert list(crowd(24, seed=1)) == list(crowd(24, seed=1)) != list(crowd(24, seed=2))
    assert len(list(crowd(7, kind="expired"))) == 7


def test_a_kind_that_is_not_known_is_refused_with_the_nearest() -> None:
    with pytest.raises(Refused, match="did you mean rare-name"):
        somebody("rare-nam", 1)
    assert set(SPECIAL) < set(KINDS)
