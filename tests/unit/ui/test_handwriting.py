"""Strokes become characters, wherever on the pad they are written."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.input.handwriting import SQUARE, HandwritingMissing, HandwritingRecogniser, Stroke, framed

TEN: tuple[Stroke, ...] = (((30, 120), (270, 120)), ((150, 30), (150, 270)))
MIDDLE: tuple[Stroke, ...] = (
    ((70, 90), (70, 190)),
    ((70, 90), (230, 90), (230, 190)),
    ((70, 185), (230, 185)),
    ((150, 20), (150, 280)),
)


@pytest.fixture(scope="module")
def recogniser() -> HandwritingRecogniser:
    return HandwritingRecogniser()


def test_a_plain_character_is_the_first_offer(recogniser: HandwritingRecogniser) -> None:
    found = recogniser.recognise(TEN)
    assert found[0] == "十"  # type: ignore[index]
    assert len(found) == 10  # type: ignore[arg-type]


def test_a_character_of_four_strokes_is_among_the_first(recogniser: HandwritingRecogniser) -> None:
    assert "中" in recogniser.recognise(MIDDLE, limit=3)  # type: ignore[operator]


def test_writing_beside_the_square_is_recognised_too(recogniser: HandwritingRecogniser) -> None:
    beside = tuple(tuple((x - 260, y // 2) for x, y in stroke) for stroke in TEN)
    assert recogniser.recognise(beside, limit=1) == ("十",)


def test_nothing_written_is_nothing_found(recogniser: HandwritingRecogniser) -> None:
    assert recogniser.recognise(()) == ()


strokes = st.lists(
    st.lists(st.tuples(st.integers(-2000, 2000), st.integers(-2000, 2000)), min_size=1, max_size=20).map(tuple),
    min_size=1,
    max_size=12,
).map(tuple)


@given(strokes)
def test_strokes_always_end_inside_the_square_and_keep_their_number(written: tuple[Stroke, ...]) -> None:
    inside = framed(written)
    assert [len(stroke) for stroke in inside] == [len(stroke) for stroke in written]
    assert all(0 <= x <= SQUARE and 0 <= y <= SQUARE for stroke in inside for x, y in stroke)


def test_a_missing_library_or_model_is_said_and_named(tmp_path: Path) -> None:
    no_library = HandwritingRecogniser(library="libnotinstalled.so.0")
    assert no_library.missing() == HandwritingMissing("libnotinstalled.so.0")
    assert no_library.recognise(TEN) == HandwritingMissing("libnotinstalled.so.0")
    broken = tmp_path / "handwriting.model"
    assert HandwritingRecogniser(model=broken).missing() == HandwritingMissing(str(broken))
    broken.write_bytes(b"no model")
    assert HandwritingRecogniser(model=broken).recognise(TEN) == HandwritingMissing(str(broken))
