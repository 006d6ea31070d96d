"""What a found page means to a person: which way to move it, and whether it can be taken."""

import pytest

from kiosk.journeys.events import Shift, Sight
from kiosk.ports import Page
from terminal.services.document_camera import sight_of

CORNERS = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))


def page(off_centre: tuple[float, float], *, whole: bool = True, glare: bool = False) -> Page:
    return Page(CORNERS, whole=whole, bright=True, sharp=True, steady=True, off_centre=off_centre, glare=glare)


def test_an_empty_desk_shows_no_page() -> None:
    assert sight_of(None) == Sight(page=False)


@pytest.mark.parametrize(
    ("off_centre", "shift"),
    [
        ((0.0, 0.0), Shift.NONE),
        ((0.1, -0.1), Shift.NONE),
        ((0.4, 0.1), Shift.LEFT),
        ((-0.4, 0.1), Shift.RIGHT),
        ((0.1, 0.4), Shift.UP),
        ((0.1, -0.4), Shift.DOWN),
    ],
)
def test_a_page_off_the_middle_is_sent_back_there(off_centre: tuple[float, float], shift: Shift) -> None:
    assert sight_of(page(off_centre)).shift is shift


def test_a_page_that_hangs_over_is_always_sent_somewhere() -> None:
    assert sight_of(page((0.1, 0.0), whole=False)).shift is Shift.LEFT


def test_a_page_that_light_hides_is_not_good_to_be_taken() -> None:
    assert sight_of(page((0.0, 0.0))).good
    assert not sight_of(page((0.0, 0.0), glare=True)).good
