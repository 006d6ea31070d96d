"""The code that a technician types: what is forgiven, and what is caught before anything is sent."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kiosk.check_digits import CROCKFORD
from sync.wire.enrolment_code import CHARACTERS, EnrolmentCode, Mistyped, authority_characters, make_code, parse_code

AUTHORITY = b"a certificate"


def characters(count: int) -> st.SearchStrategy[str]:
    return st.text(CROCKFORD, min_size=count, max_size=count)


codes = st.builds(EnrolmentCode, terminal=characters(4), authority=characters(10), secret=characters(9))


def test_the_authority_is_named_by_the_first_50_bits_of_its_digest() -> None:
    # SHA-256 of nothing is e3b0c442 98fc1c14...: 11100 01110 11000 01100 01000 10000 10100 11000 11111 10000 01110
    assert authority_characters(b"") == "WERC8GMRZG"


def test_a_new_code_names_its_terminal_and_its_authority_and_nobody_elses() -> None:
    code = make_code("CZ03", AUTHORITY)
    assert code.terminal == "CZ03"
    assert code.names(AUTHORITY)
    assert not code.names(b"another certificate")
    assert make_code("CZ03", AUTHORITY).secret != code.secret


@given(codes)
def test_a_code_is_six_fours_and_reads_back(code: EnrolmentCode) -> None:
    assert [len(four) for four in code.text.split("-")] == [4] * 6
    assert parse_code(code.text) == code


@given(codes, st.data())
def test_case_spaces_dashes_and_lookalikes_are_forgiven(code: EnrolmentCode, data: st.DataObject) -> None:
    forms = {"0": "0oO", "1": "1iIlL"}
    between = st.text(" -\u2013\u3000", max_size=2)
    typed = "".join(
        data.draw(st.sampled_from(forms.get(c, c + c.lower()))) + data.draw(between) for c in code.text.replace("-", "")
    )
    assert parse_code(typed) == code


@given(codes, st.integers(0, CHARACTERS - 1), st.sampled_from(CROCKFORD))
def test_one_wrong_character_is_always_caught(code: EnrolmentCode, place: int, character: str) -> None:
    bare = code.text.replace("-", "")
    assume(bare[place] != character)
    assert isinstance(parse_code(bare[:place] + character + bare[place + 1 :]), Mistyped)


@given(codes, st.integers(0, CHARACTERS - 2))
def test_two_neighbours_that_changed_places_are_caught_but_for_0_and_z(code: EnrolmentCode, place: int) -> None:
    bare = code.text.replace("-", "")
    first, second = bare[place], bare[place + 1]
    assume(first != second and {first, second} != {"0", "Z"})
    assert isinstance(parse_code(bare[:place] + second + first + bare[place + 2 :]), Mistyped)


@given(codes, st.integers(0, CHARACTERS - 1), st.sampled_from(CROCKFORD))
def test_a_character_too_few_or_too_many_is_caught(code: EnrolmentCode, place: int, character: str) -> None:
    bare = code.text.replace("-", "")
    assert isinstance(parse_code(bare[:place] + bare[place + 1 :]), Mistyped)
    assert isinstance(parse_code(bare[:place] + character + bare[place:]), Mistyped)


@given(st.text())
def test_whatever_is_typed_is_a_code_or_mistyped(typed: str) -> None:
    assert isinstance(parse_code(typed), EnrolmentCode | Mistyped)


@pytest.mark.parametrize(
    ("typed", "why"),
    [("CZ03", "4 characters instead of 24"), ("CZ03-U!", "! U never stands in a code"), ("", "0 characters")],
)
def test_a_slip_is_told_in_words(typed: str, why: str) -> None:
    answer = parse_code(typed)
    assert isinstance(answer, Mistyped)
    assert why in answer.why
