"""A field's text under any order of touches."""

from hypothesis import given
from hypothesis import strategies as st

from ui.input.pinyin import MAX_LETTERS, Candidate
from ui.input.text_entry import Mode, TextEntry

CHEN = Candidate("陈", 4)


def test_letters_that_a_candidate_does_not_use_stay() -> None:
    entry = TextEntry("", 10, Mode.PINYIN, letters="chen'gui").with_chosen(CHEN)
    assert (entry.text, entry.letters) == ("陈", "gui")


def test_a_candidate_that_does_not_fit_changes_nothing() -> None:
    entry = TextEntry("潮州", 3, Mode.PINYIN, letters="xiangqiao")
    assert entry.with_chosen(Candidate("湘桥", 9)) == entry


def test_a_separator_stands_only_after_a_letter() -> None:
    entry = TextEntry("", 10, Mode.PINYIN)
    assert entry.with_letter("'") == entry
    assert entry.with_letter("x").with_letter("'").with_letter("'").letters == "x'"


def test_another_tab_drops_letters_and_strokes_but_no_text() -> None:
    entry = TextEntry("陈", 10, Mode.PINYIN, letters="gui", page=2).in_mode(Mode.HANDWRITING)
    assert entry == TextEntry("陈", 10, Mode.HANDWRITING)


touches = st.lists(
    st.one_of(
        st.sampled_from("aix'").map(lambda letter: lambda entry: entry.with_letter(letter)),
        st.sampled_from(["7", "单元"]).map(lambda text: lambda entry: entry.with_character(text)),
        st.just(lambda entry: entry.with_chosen(CHEN)),
        st.just(lambda entry: entry.with_stroke(((1, 2), (3, 4)))),
        st.just(TextEntry.without_last),
        st.just(TextEntry.without_last_stroke),
    ),
    max_size=120,
)


@given(touches, st.integers(0, 6))
def test_no_order_of_touches_writes_past_the_end(steps: list, max_length: int) -> None:  # type: ignore[type-arg]
    entry = TextEntry("", max_length, Mode.PINYIN)
    for step in steps:
        entry = step(entry)
        assert len(entry.text) <= max_length
        assert len(entry.letters) <= MAX_LETTERS
