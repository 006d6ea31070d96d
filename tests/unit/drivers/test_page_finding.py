"""A sheet on the desk is found where it lies, and what cannot be read is not called good."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from drivers.document_camera.page_finding import LARGEST_JPEG_BYTES, Rgb, as_captured, find_page, straighten
from kiosk.ports import Page
from tests.wires.desk_pictures import SHEET, SIZE, blurred, dark, desk, sheet


def rgb(picture: Image.Image) -> Rgb:
    return np.asarray(picture, np.uint8)


def found(picture: Image.Image) -> Page:
    page = find_page(rgb(picture))
    assert page is not None
    return page


def where_it_lies(at: tuple[int, int], degrees: float) -> np.ndarray:
    half = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * np.array(SHEET) / 2
    turn = np.radians(degrees)
    return half @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) + np.array(at)


@settings(max_examples=15, deadline=None)
@given(st.integers(650, 950), st.integers(560, 640), st.floats(-8, 8))
def test_a_sheet_is_found_where_it_lies(x: int, y: int, degrees: float) -> None:
    page = found(desk(sheet(), at=(x, y), degrees=degrees))
    assert page.good
    assert np.abs(np.array(page.corners) * np.array(SIZE) - where_it_lies((x, y), degrees)).max() < 6
    assert page.off_centre == pytest.approx((x / 800 - 1, y / 600 - 1), abs=0.01)


def test_an_empty_desk_has_no_page() -> None:
    assert find_page(rgb(desk())) is None
    assert find_page(rgb(dark(desk()))) is None


def test_a_pool_of_light_is_no_page() -> None:
    y, x = np.mgrid[0:1200, 0:1600]
    light = 60 + 150 * np.exp(-((x - 800) ** 2 + (y - 600) ** 2) / 2e5)
    assert find_page(np.repeat(light.astype(np.uint8)[:, :, None], 3, axis=2)) is None


def test_a_picture_all_of_one_colour_has_no_page() -> None:
    for level in (0, 128, 255):
        assert find_page(np.full((480, 640, 3), level, np.uint8)) is None


def test_a_sheet_that_leaves_the_picture_is_not_whole() -> None:
    page = found(desk(sheet(), at=(1450, 600)))
    assert not page.whole
    assert page.off_centre[0] > 0.5


@pytest.mark.parametrize("radius", [4, 6, 10])
def test_a_blurred_sheet_is_not_sharp(radius: float) -> None:
    page = found(blurred(desk(sheet()), radius))
    assert (page.whole, page.bright, page.sharp) == (True, True, False)


def test_a_dark_sheet_is_not_bright() -> None:
    assert not found(dark(desk(sheet()))).bright


def test_an_empty_sheet_is_good() -> None:
    assert found(desk(sheet(printed=False))).good


def test_a_straightened_sheet_has_its_own_proportions_and_stands_upright() -> None:
    picture = desk(sheet(), degrees=7)
    captured = straighten(rgb(picture), found(picture).corners)
    upright = Image.open(io.BytesIO(captured.jpeg)).convert("L")
    assert upright.size == (captured.width, captured.height)
    assert captured.width / captured.height == pytest.approx(SHEET[0] / SHEET[1], rel=0.02)
    assert np.asarray(upright.crop((60, 25, 100, 40))).mean() < 60, "the mark stands in the top left"
    assert np.asarray(upright.crop((300, 25, 500, 40))).mean() > 200


def test_what_is_handed_on_stays_small() -> None:
    noise = np.random.default_rng(3).integers(0, 255, (2400, 3200, 1), np.uint8).repeat(3, axis=2)
    for captured in (as_captured(noise), straighten(noise, ((0, 0), (1, 0), (1, 1), (0, 1)))):
        assert max(captured.width, captured.height) <= 2339
    assert len(as_captured(rgb(desk(sheet()))).jpeg) <= LARGEST_JPEG_BYTES
