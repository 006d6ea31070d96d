"""Check digits: published numbers pass, and no single slip of a finger goes unnoticed."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kiosk.check_digits import (
    CREDIT_CODE,
    CROCKFORD,
    body_check,
    credit_code_check,
    is_bank_card,
    is_credit_code,
    is_receipt_number,
    is_resident_number,
    is_slip_code,
    licence_check,
    luhn,
    resident_check,
)

DIGITS = st.text("0123456789", min_size=17, max_size=17)


@pytest.mark.parametrize(
    ("first_17", "check"), [("11010519491231002", "X"), ("44052418800101001", "4"), ("12345678901234567", "7")]
)
def test_the_standard_s_own_resident_numbers(first_17: str, check: str) -> None:
    assert resident_check(first_17) == check


@pytest.mark.parametrize(
    ("number", "true"),
    [
        ("11010519491231002X", True),
        ("11010519491231002x", True),
        ("110105194912310021", False),
        ("110105194913310021", False),  # month 13
        ("11010519491231002", False),
        ("１１０１０５１９４９１２３１００２X", False),
        ("", False),
    ],
)
def test_a_resident_number_has_a_birth_date_and_a_check(number: str, true: bool) -> None:
    assert is_resident_number(number) is true


@given(DIGITS, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_of_a_resident_number_is_noticed(digits: str, at: int, off: int) -> None:
    wrong = digits[:at] + str((int(digits[at]) + off) % 10) + digits[at + 1 :]
    assert resident_check(wrong) != resident_check(digits)


@given(st.text(max_size=20))
def test_no_text_breaks_the_checks(text: str) -> None:
    for check in (is_resident_number, is_credit_code, is_slip_code, is_bank_card, is_receipt_number):
        assert check(text) in {True, False}


@pytest.mark.parametrize(
    "code", ["91350200MA2YJ1XR9G", "914403001922038216", "12441500196720244T", "11100000000013338W"]
)
def test_credit_codes_of_known_bodies(code: str) -> None:
    assert is_credit_code(code)


def test_a_code_in_use_that_fails_is_only_reported() -> None:
    assert not is_credit_code("91350203M0001QAY9B")


@given(st.text(CREDIT_CODE, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(CREDIT_CODE))
def test_one_wrong_character_of_a_credit_code_is_noticed(first_17: str, at: int, other: str) -> None:
    assume(other != first_17[at])
    assert credit_code_check(first_17[:at] + other + first_17[at + 1 :]) != credit_code_check(first_17)


def test_a_body_s_own_check_stands_inside() -> None:
    assert body_check("MA2YJ1XR") == "9"


@pytest.mark.parametrize(
    "identifier",
    [
        "11100000000013338W011.11430000006122244L.20230000403.001.U",
        "11100000MB03271699022.340100.000000016.001.9",
    ],
)
def test_licence_identifiers(identifier: str) -> None:
    bare = identifier.replace(".", "")
    assert licence_check(bare[:-1]) == bare[-1]


def test_the_receipt_number_of_the_specification() -> None:
    assert is_receipt_number("2026112300045175")
    assert not is_receipt_number("2026112300045176")


def test_the_slip_code_of_the_specification() -> None:
    assert is_slip_code("CZ03-7K4M-2Q9W")
    assert not is_slip_code("CZ03-7K4M-2Q9X")
    assert not is_slip_code("CZ037K4M2Q9W")


@given(st.text(CROCKFORD, min_size=11, max_size=11), st.integers(0, 10), st.sampled_from(CROCKFORD))
def test_one_wrong_character_of_a_slip_code_is_noticed(bare: str, at: int, other: str) -> None:
    assume(other != bare[at])
    assert luhn(bare[:at] + other + bare[at + 1 :], CROCKFORD) != luhn(bare, CROCKFORD)


@given(st.text("0123456789", min_size=15, max_size=18))
def test_a_bank_card_is_known_by_its_luhn_digit(first: str) -> None:
    right = luhn(first)
    assert is_bank_card(first + right)
    assert not any(is_bank_card(first + other) for other in "0123456789" if other != right)
