"""What every document camera must keep, wherever its frames come from."""

from typing import Protocol

from kiosk.faults import CAMERA_NO_PAGE
from kiosk.ports import CapturedPage, Disconnected, DocumentCamera, NotCaptured, Page, Ready, View
from provisioning.conformance.expectations import Broken, expect, expect_a, expect_soon, expect_that
from provisioning.conformance.trying import Hands, Rule

LOOKS = 6  # until a page that was laid down lies still
JPEG = b"\xff\xd8"


class DeskHands(Hands, Protocol):
    """`lay_page` puts a printed page in the middle, or half outside the picture; the next look sees it lying still."""

    def clear(self) -> None: ...
    def lay_page(self, *, half: bool) -> None: ...
    def unplug(self) -> None: ...
    def plug(self) -> None: ...


def an_empty_desk_shows_a_frame_without_a_page(camera: DocumentCamera, hands: DeskHands) -> None:
    """An idle camera is ready, says so twice in a row, and shows an empty desk as a frame without a page."""
    expect([camera.status(), camera.status()], [Ready(), Ready()], "asked twice how it is")
    view = seen(camera, "an empty desk")
    expect_that(view.page is None, "a page was found on an empty desk")
    frame = view.frame
    expect(len(frame.rgb), frame.width * frame.height * 3, "the bytes of a frame, width x height x 3")
    expect(camera.capture(whole_desk=False), NotCaptured(CAMERA_NO_PAGE), "capturing a page where none lies")
    captured(camera, whole_desk=True, when="capturing the whole desk")


def a_page_that_lies_still_is_good_and_steady_and_can_be_captured(camera: DocumentCamera, hands: DeskHands) -> None:
    """A page that lies still becomes good and steady, not at the first look, and can be captured."""
    hands.lay_page(half=False)
    first = _page(camera)
    expect_that(not first.steady, "a page was called steady at the first look at it")
    expect_that(any(_is_fine(_page(camera)) for _ in range(LOOKS)), f"not good and steady after {LOOKS} looks")
    captured(camera, whole_desk=False, when="capturing the page")


def half_a_page_is_not_good(camera: DocumentCamera, hands: DeskHands) -> None:
    """A page that lies half outside is not whole, and is not captured as a page."""
    hands.lay_page(half=True)
    expect_that(not _page(camera).whole, "a page that lies half outside was called whole")
    expect(camera.capture(whole_desk=False), NotCaptured(CAMERA_NO_PAGE), "capturing half a page")


def rest_is_always_allowed_and_the_next_look_works(camera: DocumentCamera, hands: DeskHands) -> None:
    """Rest may be asked for at any time, leaves the camera ready, and the next look works."""
    camera.rest()
    seen(camera, "the desk after a rest")
    camera.rest()
    camera.rest()
    expect(camera.status(), Ready(), "asked how it is while it rests")
    seen(camera, "the desk after two rests")


def a_camera_that_was_unplugged_comes_back_by_itself(camera: DocumentCamera, hands: DeskHands) -> None:
    """A camera that was unplugged says so at every call, and comes back by itself."""
    hands.unplug()
    gone = expect_soon(Disconnected, camera.status, "asked how it is without its plug")
    said = [camera.look(), camera.capture(whole_desk=True), camera.status()]
    expect(said, [gone] * 3, "looking, capturing and asking without its plug")
    hands.plug()
    expect_soon(Ready, camera.status, "asked how it is with its plug in again")
    expect_soon(View, camera.look, "looking with its plug in again")


def seen(camera: DocumentCamera, what: str) -> View:
    return expect_a(View, camera.look(), f"looking at {what}")


def captured(camera: DocumentCamera, *, whole_desk: bool, when: str) -> None:
    page = expect_a(CapturedPage, camera.capture(whole_desk=whole_desk), when)
    expect_that(page.jpeg.startswith(JPEG), f"{when}: what came is no JPEG")


def _page(camera: DocumentCamera) -> Page:
    page = seen(camera, "a desk with a page").page
    if page is None:
        raise Broken("no page was found on a desk where one lies")
    return page


def _is_fine(page: Page) -> bool:
    return page.good and page.steady


RULES: tuple[Rule, ...] = (
    an_empty_desk_shows_a_frame_without_a_page,
    a_page_that_lies_still_is_good_and_steady_and_can_be_captured,
    half_a_page_is_not_good,
    rest_is_always_allowed_and_the_next_look_works,
    a_camera_that_was_unplugged_comes_back_by_itself,
)
