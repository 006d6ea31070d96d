"""Invented people: ranges, checks, and that they fit onto a chip."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware_sim.check_digits import is_mod_11_2, mod_11_2
from hardware_sim.chip import chip_of, chip_text
from hardware_sim.people import Layout, Person, cast, stranger

WEIGHTS = [pow(2, 17 - place, 11) for place in range(17)]


@pytest.mark.parametrize(
    ("digits", "check"), [("11010519491231002", "X"), ("44052418800101001", "4"), ("12345678901234567", "7")]
)
def test_the_published_vectors_of_gb_11643_hold(digits: str, check: str) -> None:
    assert mod_11_2(digits) == check


@given(st.text(string.digits, min_size=17, max_size=17))
def test_the_recursive_and_the_weighted_form_agree(digits: str) -> None:
    total = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=True))
    assert mod_11_2(digits) == "10X98765432"[total % 11]


@given(st.sampled_from(Layout), st.integers(0, 10**6))
def test_a_stranger_is_nobody_real_and_the_same_each_time(layout: Layout, seed: int) -> None:
    person = stranger(seed, layout)
    assert person == stranger(seed, layout)
    assert person.number.startswith(("10", "810010", "820010", "830010", "XXA", "910"))
    assert len(chip_text(person)) == 256


def test_everybody_of_the_cast_fits_onto_a_chip() -> None:
    for person in cast().values():
        chip = chip_of(person)
        assert (len(chip.text), len(chip.photo)) == (256, 1024)
        assert len(chip.newest_address) in (0, 70)


def test_the_cast_covers_each_layout() -> None:
    assert {person.layout for person in cast().values()} == set(Layout)


def test_somebody_with_a_false_check_or_a_real_region_cannot_be_made() -> None:
    whole = cast()["chen-guilan"]
    for number in ("100101194401010029", "11010519491231002X"):
        with pytest.raises(ValueError, match=number):
            Person(key="x", layout=Layout.RESIDENT, number=number, sex="2", birth=whole.birth)


def test_the_chip_of_chen_guilan_reads_as_her_card() -> None:
    text = chip_text(cast()["chen-guilan"]).decode("utf-16-le")
    assert text[:15].rstrip() == "陈桂兰"
    assert text[15] + text[16:18] + text[18:26] == "20119440101"
    assert text[26:61].rstrip() == "潮州市湘桥区太平街道义井巷12号"
    assert text[61:79] == "100101194401010028"
    assert is_mod_11_2(text[61:79])
    assert text[79:94].rstrip() == "潮州市公安局湘桥分局"
    assert text[94:102] + text[102:110].rstrip() == "20100315长期"
    assert text[124] == " "


def test_a_foreigner_of_2023_has_the_name_in_two_parts() -> None:
    text = chip_text(cast()["maria-2023"]).decode("utf-16-le")
    assert text[26:61] + text[110:121].rstrip() == "EXAMPLE, MARIA OF A NAME THAT NEEDS TWO PARTS"
    assert text[121:125] == "XXAY"


def test_a_field_that_is_too_long_is_refused() -> None:
    long = Person(key="x", layout=Layout.FOREIGNER_2017, number="XXA1" * 4, sex="1", birth=stranger(1).birth)
    with pytest.raises(ValueError, match="does not fit"):
        chip_text(long)
