"""A window that is watched and touched through its automation socket."""

import base64
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QImage
from PySide6.QtQuick import QQuickView
from pytestqt.qtbot import QtBot

from terminal.automation import Automation
from terminal.automation.live_screen import LOOK_EVERY_S
from terminal.hand import Hand, Unmet

PAD = """
import QtQuick
Rectangle {
    width: 400; height: 800; color: "white"
    property string drawn: ""
    MultiPointTouchArea {
        anchors.fill: parent
        onPressed: touches => parent.drawn += "+" + Math.round(touches[0].x) + "," + Math.round(touches[0].y)
        onUpdated: touches => parent.drawn += " " + Math.round(touches[0].x) + "," + Math.round(touches[0].y)
        onReleased: { parent.drawn += "-"; spot.color = "blue" }
    }
    Rectangle { id: spot; objectName: "spot"; width: 200; height: 200; color: "red" }
}
"""
T = TypeVar("T")
ByHand = Callable[[Callable[[Hand], T]], T]


@pytest.fixture
def view(qapp: object, tmp_path: Path) -> Iterator[QQuickView]:
    (tmp_path / "Pad.qml").write_text(PAD)
    view = QQuickView(QUrl.fromLocalFile(str(tmp_path / "Pad.qml")))
    view.show()
    yield view
    view.close()
    view.deleteLater()


@pytest.fixture
def by_hand(view: QQuickView, qtbot: QtBot, tmp_path: Path) -> Callable[[Callable[[Hand], object]], object]:
    """Lets somebody play beside the GUI thread, whom it serves meanwhile."""
    socket = tmp_path / "hand"
    owner = QObject(view)
    owner.setObjectName("automation")
    Automation(view, lambda: "pad", str(socket), owner)

    def play(script: Callable[[Hand], object]) -> object:
        def run() -> object:
            with Hand(socket) as hand:
                return script(hand)

        with ThreadPoolExecutor(1) as pool:
            played = pool.submit(run)
            qtbot.waitUntil(played.done, timeout=20_000)
            return played.result()

    return play


def picture_of(frame: dict[str, object]) -> QImage:
    return QImage.fromData(base64.b64decode(str(frame["jpeg"])), "JPEG")


def test_a_line_is_drawn_by_press_move_and_release(view: QQuickView, by_hand: ByHand[None]) -> None:
    def script(hand: Hand) -> None:
        hand.finger(0.5, 0.5, "press")
        hand.finger(2.0, -1.0, "move")
        hand.finger(1.0, 0.0, "release")

    by_hand(script)
    assert view.rootObject().property("drawn") == "+200,400 399,0-"


def test_a_finger_that_is_not_there_cannot_move(by_hand: ByHand[None]) -> None:
    def script(hand: Hand) -> None:
        for phase, why in (("move", "no finger"), ("release", "no finger"), ("hover", "press, move, release")):
            with pytest.raises(Unmet, match=why):
                hand.finger(0.5, 0.5, phase)

    by_hand(script)


def test_whoever_hangs_up_lifts_the_finger(view: QQuickView, by_hand: ByHand[None], qtbot: QtBot) -> None:
    by_hand(lambda hand: hand.finger(0.5, 0.5, "press"))
    qtbot.waitUntil(lambda: view.rootObject().property("drawn").endswith("-"))


def test_a_frame_comes_as_soon_as_the_picture_has_changed_and_is_as_small_as_asked_for(
    by_hand: ByHand[tuple[dict[str, object], ...]],
) -> None:
    def script(hand: Hand) -> tuple[dict[str, object], ...]:
        first = hand.frame(max_side=200)
        same = hand.frame(since=int(first["seq"]), within_s=0)
        hand.finger(0.5, 0.5, "press")
        hand.finger(0.5, 0.5, "release")
        return first, same, hand.frame(since=int(first["seq"]))

    first, same, changed = by_hand(script)
    assert (same["seq"], same["jpeg"]) == (first["seq"], None)
    assert int(str(changed["seq"])) > int(str(first["seq"]))
    assert (picture_of(first).width(), picture_of(first).height()) == (100, 200)
    assert (picture_of(changed).width(), picture_of(changed).height()) == (400, 800)
    assert (changed["width"], changed["height"]) == (400, 800)
    assert picture_of(first).pixelColor(20, 20).red() > 200
    assert picture_of(changed).pixelColor(40, 40).blue() > 200


def test_pictures_are_taken_no_more_often_than_ten_times_a_second(view: QQuickView, by_hand: ByHand[int]) -> None:
    spot = view.rootObject().findChild(QObject, "spot")
    view.frameSwapped.connect(lambda: spot.setProperty("x", (spot.property("x") + 1) % 200))  # it never rests

    def script(hand: Hand) -> int:
        seq, began = 0, time.monotonic()
        frames = 0
        while frames < 5:
            seq = int(hand.frame(since=seq)["seq"])
            frames += 1
        return round((time.monotonic() - began) / LOOK_EVERY_S)

    assert by_hand(script) >= 4
