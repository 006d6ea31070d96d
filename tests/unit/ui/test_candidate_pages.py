"""Candidates stand in cells: in order, never over the edge, never twice."""

from hypothesis import given
from hypothesis import strategies as st

from ui.input.candidate_pages import Grid, lay_out

GRID = Grid(columns=5, rows=2, characters_per_cell=3)


def test_a_long_word_takes_the_cells_it_needs_and_goes_to_the_next_row_when_they_are_not_left() -> None:
    page, *rest = lay_out(["陈", "桂", "兰", "湘桥", "潮州市湘桥区", "饶平"], GRID)
    assert rest == []
    assert [(cell.text, cell.row, cell.column, cell.span) for cell in page] == [
        ("陈", 0, 0, 1),
        ("桂", 0, 1, 1),
        ("兰", 0, 2, 1),
        ("湘桥", 0, 3, 1),
        ("潮州市湘桥区", 1, 0, 2),
        ("饶平", 1, 2, 1),
    ]


def test_what_does_not_fit_goes_to_the_next_page() -> None:
    assert [len(page) for page in lay_out(["字"] * 21, GRID)] == [10, 10, 1]


def test_no_candidates_make_no_page() -> None:
    assert lay_out([], GRID) == ()


@given(
    st.lists(st.text("字", min_size=1, max_size=40), max_size=60),
    st.builds(Grid, columns=st.integers(1, 8), rows=st.integers(1, 3), characters_per_cell=st.integers(1, 5)),
)
def test_every_candidate_has_a_place_of_its_own(texts: list[str], grid: Grid) -> None:
    pages = lay_out(texts, grid)
    assert [cell.index for page in pages for cell in page] == list(range(len(texts)))
    for page in pages:
        taken = [(cell.row, column) for cell in page for column in range(cell.column, cell.column + cell.span)]
        assert len(taken) == len(set(taken))
        assert all(row < grid.rows and column < grid.columns for row, column in taken)
