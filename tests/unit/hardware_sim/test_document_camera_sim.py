"""What the simulated document camera shows."""

import itertools
import threading
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from hardware_sim.devices.desk_view import HEIGHT, WIDTH, Placement, Trouble, corners, desk_view, empty_desk
from hardware_sim.devices.document_camera import DeskCamera, DocumentCamera, laid_page
from hardware_sim.devices.frame_folder import CURRENT
from hardware_sim.pages import KINDS, draw_page
from hardware_sim.people import cast

PERSON = cast()["chen-guilan"]


def decoded(png: bytes) -> np.ndarray:
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture


def changed(one: np.ndarray, other: np.ndarray) -> float:
    """Mean difference of two frames, of 255."""
    return float(cv2.absdiff(one, other).mean())


@pytest.mark.parametrize("name", KINDS)
def test_every_page_is_brighter_than_the_desk_and_wholly_on_it(name: str) -> None:
    page = laid_page(name, PERSON)
    seen = corners(page.picture, page.placement)
    assert (seen > 0).all()
    assert (seen < (WIDTH, HEIGHT)).all()
    middle = desk_view(page.picture, page.placement)[400:560, 500:780]
    assert middle.mean() > empty_desk().mean() + 40


def test_a_page_moves_in_and_then_lies_still_while_each_frame_differs() -> None:
    camera = DeskCamera()
    camera.put(laid_page("household-front", PERSON))
    frames = [decoded(camera.next_png()) for _ in range(6)]
    steps = [changed(one, other) for one, other in itertools.pairwise(frames)]
    assert frames[0].shape == (HEIGHT, WIDTH, 3)
    assert min(steps[:2]) > 3
    assert all(0 < step < 2.5 for step in steps[3:])


def test_an_empty_desk_is_shown_when_the_page_is_taken_away() -> None:
    camera = DeskCamera()
    camera.put(laid_page("recent-photo", PERSON))
    camera.put(None)
    assert changed(decoded(camera.next_png()), empty_desk()) < 2


def test_dark_blurred_and_half_are_what_they_say() -> None:
    page = laid_page("household-member", PERSON)
    plain = desk_view(page.picture, page.placement)
    dark = desk_view(page.picture, page.placement, frozenset([Trouble.DARK]))
    blurred = desk_view(page.picture, page.placement, frozenset([Trouble.BLURRED]))
    assert dark.mean() < plain.mean() / 3
    assert cv2.Laplacian(blurred, cv2.CV_64F).var() < cv2.Laplacian(plain, cv2.CV_64F).var() / 10
    half = laid_page("household-member", PERSON, frozenset([Trouble.HALF]))
    assert corners(half.picture, half.placement)[:, 0].max() > WIDTH


def test_pages_of_different_people_differ() -> None:
    one, other = (np.asarray(draw_page("household-member", cast()[key])) for key in ("chen-guilan", "yang-hong"))
    assert one.shape == other.shape
    assert changed(one, other) > 0


def test_placement_adds_up() -> None:
    assert Placement(0.5, 0.5, 1).moved(0.25, -0.25, 2) == Placement(0.75, 0.25, 3)


def until(condition: Callable[[], bool]) -> bool:
    """Asks again each few frames, at most five seconds."""
    pause = threading.Event()
    return any(condition() or pause.wait(0.02) for _ in range(250))


def test_frames_are_whole_whenever_one_looks_and_gone_with_the_plug(tmp_path: Path) -> None:
    folder = tmp_path / "camera"
    camera = DocumentCamera(folder, frames_per_s=100)
    camera.start()
    camera.put(laid_page("blank-sheet", PERSON))
    seen: set[bytes] = set()

    def three_different() -> bool:
        png = (folder / CURRENT).read_bytes()
        assert decoded(png).shape == (HEIGHT, WIDTH, 3)
        seen.add(png)
        return len(seen) >= 3

    assert until(three_different)
    camera.unplug()
    assert not folder.exists()
    camera.plug()
    assert (folder / CURRENT).exists()
    camera.stop()
