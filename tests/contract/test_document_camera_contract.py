"""What every document camera must keep, wherever its frames come from."""

from collections.abc import Iterator

import pytest

from kiosk.faults import CAMERA_NO_PAGE, CAMERA_UNPLUGGED
from kiosk.ports import CapturedPage, Disconnected, NotCaptured, Ready, View
from tests.contract.benches import DOCUMENT_CAMERAS, CameraBench


@pytest.fixture(params=DOCUMENT_CAMERAS)
def bench(request: pytest.FixtureRequest) -> Iterator[CameraBench]:
    with DOCUMENT_CAMERAS[request.param]() as bench:
        yield bench


def seen(bench: CameraBench) -> View:
    view = bench.adapter.look()
    assert isinstance(view, View)
    return view


def test_an_empty_desk_shows_a_frame_without_a_page(bench: CameraBench) -> None:
    assert bench.adapter.status() == Ready()
    view = seen(bench)
    assert view.page is None
    assert len(view.frame.rgb) == view.frame.width * view.frame.height * 3
    assert bench.adapter.capture(whole_desk=False) == NotCaptured(CAMERA_NO_PAGE)
    assert isinstance(bench.adapter.capture(whole_desk=True), CapturedPage)


def test_a_page_that_lies_still_is_good_and_steady_and_can_be_captured(bench: CameraBench) -> None:
    bench.hands.lay_page(half=False)
    first, second = seen(bench).page, seen(bench).page
    assert first is not None
    assert second is not None
    assert second.good
    assert (first.steady, second.steady) == (False, True)
    captured = bench.adapter.capture(whole_desk=False)
    assert isinstance(captured, CapturedPage)
    assert captured.jpeg[:2] == b"\xff\xd8"


def test_half_a_page_is_not_good(bench: CameraBench) -> None:
    bench.hands.lay_page(half=True)
    page = seen(bench).page
    assert page is not None
    assert not page.whole
    assert bench.adapter.capture(whole_desk=False) == NotCaptured(CAMERA_NO_PAGE)


def test_rest_is_always_allowed_and_the_next_look_works(bench: CameraBench) -> None:
    bench.adapter.rest()
    assert seen(bench).page is None
    bench.adapter.rest()
    bench.adapter.rest()
    assert bench.adapter.status() == Ready()
    assert seen(bench).page is None


def test_a_camera_that_was_unplugged_comes_back_by_itself(bench: CameraBench) -> None:
    gone = Disconnected(CAMERA_UNPLUGGED)
    bench.hands.unplug()
    assert [bench.adapter.status(), bench.adapter.look(), bench.adapter.capture(whole_desk=True)] == [gone] * 3
    bench.hands.plug()
    assert bench.adapter.status() == Ready()
    assert seen(bench).page is None
