"""A touch on the dock's screen is checked before a finger comes near the terminal."""

import re
from pathlib import Path

import pytest

from hardware_sim.control import Refused
from hardware_sim.dock.glass import Glass
from hardware_sim.dock.standing import Standing

PRESS = {"x": 0.5, "y": 0.5, "phase": "press"}


@pytest.fixture
def glass(tmp_path: Path) -> Glass:
    return Glass(tmp_path / "automation", Standing(terminal={}))


@pytest.mark.parametrize(
    ("touch", "why"),
    [
        ("press", "a touch has x, y and phase"),
        ({"x": 0.5, "y": 0.5}, "a touch has x, y and phase"),
        (PRESS | {"force": 1}, "a touch has x, y and phase"),
        (PRESS | {"x": "0.5"}, "x is a number"),
        (PRESS | {"x": True}, "x is a number"),
        (PRESS | {"y": float("nan")}, "y is a number"),
        (PRESS | {"phase": "pres"}, "did you mean press?"),
    ],
)
def test_what_is_no_touch_is_refused_with_all_that_came_along(glass: Glass, touch: object, why: str) -> None:
    with pytest.raises(Refused, match=re.escape(why)):
        glass.touch([PRESS, touch])


def test_where_no_terminal_runs_nothing_is_touched_nor_seen(glass: Glass) -> None:
    with pytest.raises(Refused, match="no terminal can be touched"):
        glass.touch([PRESS])
    with pytest.raises(Refused, match="no terminal shows anything"):
        glass.picture(within_s=0)
