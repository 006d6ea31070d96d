"""Page mode: what is set stands on a page in any order and direction, and goes to paper at once (`ESC L` to `FF`).

The print position is where the base of the next thing stands: text and codes rise from it.
"""

from dataclasses import dataclass, field

import numpy as np

from hardware_sim.devices.escpos_commands import Dots
from hardware_sim.devices.printed_codes import PrintedCode
from hardware_sim.devices.thermal_print import CELL

MOST_ROWS = 4_000
MOST_WORDS = 4_000


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text of the page. `top` and `left` on the page, to read it from above."""

    top: int
    left: int
    text: str | None
    shown: str | None


@dataclass(slots=True)
class Page:
    """The areas that were set, the dots in each turned as the paper will show them."""

    paper: int
    area: tuple[int, int, int, int] = (0, 0, 0, 0)
    turns: int = 0
    base: int = CELL
    was_set: bool = False
    words: list[Words] = field(default_factory=list)
    codes: list[PrintedCode] = field(default_factory=list)
    _dots: Dots = field(default_factory=lambda: np.zeros((0, 0), np.bool_))
    _rows: int = 0

    def __post_init__(self) -> None:
        self.area = (0, 0, self.paper, MOST_ROWS)
        self._dots = np.zeros((MOST_ROWS, self.paper), np.bool_)

    @property
    def width(self) -> int:
        """As seen in the direction of print."""
        return self.area[3] if self.turns % 2 else self.area[2]

    @property
    def height(self) -> int:
        return self.area[2] if self.turns % 2 else self.area[3]

    def set_area(self, left: int, top: int, width: int, height: int) -> None:
        left, top = min(left, self.paper - 1), min(top, MOST_ROWS - 1)
        width, height = min(width, self.paper - left), min(height, MOST_ROWS - top)
        if width and height:
            self.area = (left, top, width, height)
            self.was_set = True
            self._rows = max(self._rows, top + height)
            self.base = CELL

    def turn(self, quarter_turns: int) -> None:
        self.turns = quarter_turns
        self.base = CELL

    def place(self, dots: Dots, at: int, text: str | None, shown: str | None) -> None:
        """Black dots of what rises from the base, `at` dots from where lines begin."""
        bottom = max(self.base, dots.shape[0] if self.base <= CELL else 0)
        top = bottom - dots.shape[0]
        dots = dots[max(0, -top) :, : max(0, self.width - at)]
        top = max(0, top)
        dots = dots[: max(0, self.height - top)]
        if dots.size:
            seen = np.rot90(self._seen(), -self.turns)
            seen[top : top + dots.shape[0], at : at + dots.shape[1]] |= dots
        if (text is not None or shown is not None) and len(self.words) < MOST_WORDS:
            down, across = {0: (top, at), 1: (-at, top), 2: (-top, -at), 3: (at, -top)}[self.turns]
            self.words.append(Words(self.area[1] + down, self.area[0] + across, text, shown))

    def cancel(self) -> None:
        self._seen()[:] = False
        self.words.clear()
        self.codes.clear()

    def printed(self) -> Dots:
        """The page as far as its areas reach; a page without areas as far as there is ink."""
        if self.was_set:
            return self._dots[: self._rows]
        inked = np.flatnonzero(self._dots.any(axis=1))
        return self._dots[: int(inked[-1]) + 1] if inked.size else self._dots[:0]

    def _seen(self) -> Dots:
        left, top, width, height = self.area
        return self._dots[top : top + height, left : left + width]
