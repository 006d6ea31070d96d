"""Candidates laid into pages of equal cells: a short word takes one, a long one as many side by side as it needs."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of one page, and how many characters one cell holds."""

    columns: int
    rows: int
    characters_per_cell: int

    def span(self, text: str) -> int:
        return min(self.columns, -(-len(text) // self.characters_per_cell))


@dataclass(frozen=True, slots=True)
class Cell:
    """One candidate's place on its page; `index` counts through all candidates."""

    index: int
    text: str
    row: int
    column: int
    span: int


def lay_out(texts: Sequence[str], grid: Grid) -> tuple[tuple[Cell, ...], ...]:
    """Pages of cells in the order of `texts`, row by row; no page at all for no texts."""
    pages: list[list[Cell]] = []
    row, column = grid.rows, 0
    for index, text in enumerate(texts):
        span = grid.span(text)
        if column + span > grid.columns:
            row, column = row + 1, 0
        if row >= grid.rows:
            pages.append([])
            row, column = 0, 0
        pages[-1].append(Cell(index, text, row, column, span))
        column += span
    return tuple(tuple(page) for page in pages)
