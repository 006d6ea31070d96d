"""The pages that take papers, on the real glass: room for every finger, little to choose from, the page itself."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QRectF, QSize
from PySide6.QtQuick import QQuickItem

from kiosk.journeys.pages import PagesTaken, ReadingSheets
from tests.ui.conftest import OpenGlass
from tests.ui.glass import SAY, SCREENS, Glass
from ui.camera_provider import NOTHING, CameraProvider
from ui.sheet_application import APPLICATION

MM = 3.65
STATES = [name for name in APPLICATION if name.startswith(("capture", "scan", "taken"))]
MOST_CHOICES = 8


def touchables(glass: Glass) -> dict[str, QRectF]:
    """What a finger can touch between the bars, and where on the glass."""
    content = [glass.item("content"), glass.item("aside")]
    return {
        item.objectName(): item.mapRectToScene(item.boundingRect())
        for item in glass.items()
        if item.property("ringInside") is not None and any(is_within(item, part) for part in content)
    }


def is_within(item: QQuickItem, part: QQuickItem) -> bool:
    above: QQuickItem | None = item
    while above is not None and above is not part:
        above = above.parentItem()
    return above is part


@pytest.mark.parametrize("orientation", SCREENS)
@pytest.mark.parametrize("large", [False, True])
def test_every_target_has_room_for_a_finger_and_stands_apart(
    open_glass: OpenGlass, orientation: str, large: bool
) -> None:
    glass = open_glass(orientation)
    for state in STATES:
        glass.show(replace(APPLICATION[state], large=large))
        found = touchables(glass)
        offered = {name for name in found if glass.item(name).property("enabled")}
        assert 1 <= len(offered) <= MOST_CHOICES, (state, offered)
        for name, box in found.items():
            assert glass.view.geometry().width() >= box.right(), (state, name)
            assert min(box.width(), box.height()) >= 22 * MM - 1, (state, name)
            apart = box.adjusted(-4 * MM + 1, -4 * MM + 1, 4 * MM - 1, 4 * MM - 1)
            near = [other for other, rest in found.items() if other != name and apart.intersects(rest)]
            assert not near, (state, orientation, large, name, near)


@pytest.mark.parametrize("orientation", SCREENS)
@pytest.mark.parametrize("large", [False, True])
def test_a_page_is_shown_as_large_as_the_screen_has_room_for(
    open_glass: OpenGlass, orientation: str, large: bool
) -> None:
    glass = open_glass(orientation)
    glass.show(replace(APPLICATION["taken"], large=large))
    glass.bot.waitUntil(lambda: glass.item("picture").property("paintedHeight") > 0)
    assert glass.item("picture").property("paintedHeight") >= (130 if orientation == "landscape" else 200) * MM


def test_pictures_are_gone_when_the_page_is_left(glass: Glass) -> None:
    for state, picture in (("taken", "picture"), ("scan-running", "newest")):
        glass.show(APPLICATION[state])
        address = glass.item(picture).property("source").toString()
        assert address.startswith("image://camera/")
        glass.show(APPLICATION["check"])
        camera = glass.view.engine().imageProvider("camera")
        assert isinstance(camera, CameraProvider)
        assert camera.requestImage(address.removeprefix("image://camera/"), QSize(), QSize()).size() == NOTHING


def test_going_from_one_page_of_pictures_to_another_shows_both(glass: Glass) -> None:
    glass.show(APPLICATION["scan-all"])
    glass.show(APPLICATION["taken-last"])
    glass.bot.waitUntil(lambda: glass.item("picture").property("paintedHeight") > 100)
    glass.show(APPLICATION["scan-all"])
    assert isinstance(APPLICATION["scan-all"].page, ReadingSheets)
    glass.bot.waitUntil(lambda: glass.item("newest").property("paintedHeight") > 100)


def test_who_deleted_a_page_reads_that_and_how_to_get_it_back(glass: Glass) -> None:
    session = APPLICATION["taken-deleted"]
    assert isinstance(session.page, PagesTaken)
    glass.show(session)
    assert SAY("taken.deleted") in glass.texts()
    glass.show(replace(session, page=replace(session.page, changes=())))
    assert not glass.has("undoButton")
