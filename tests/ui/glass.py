"""The real window without a screen: what stands on it, what is posted from it, and a finger."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPointingDevice
from PySide6.QtQuick import QQuickItem, QQuickView
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from kiosk.configuration import Screen
from kiosk.journeys.events import Event, Touched
from kiosk.session import Session
from ui.camera_provider import CameraProvider
from ui.input.text_keyboard_view_model import TextKeyboardViewModel
from ui.place import Place
from ui.shell import Shell
from ui.texts import texts_of
from ui.window import open_window

SAY = texts_of("zh_hans")
SCREENS = {"portrait": Screen(), "landscape": Screen(width_px=1920, height_px=1080)}


@dataclass
class Glass:
    """The window, what is posted from it, and a finger."""

    shell: Shell
    view: QQuickView
    bot: QtBot
    finger: QPointingDevice
    posted: list[Event] = field(default_factory=list)

    def show(self, session: Session) -> None:
        self.shell.show(session)
        stage = self.view.rootObject().findChild(QQuickItem, "stage")
        self.bot.waitUntil(lambda: stage.property("opacity") == 1.0 and not stage.property("entering"))
        self.view.grabWindow()

    def items(self) -> Iterator[QQuickItem]:
        """All that is seen, from the back to the front."""

        def below(item: QQuickItem) -> Iterator[QQuickItem]:
            if item.isVisible():
                yield item
                for child in item.childItems():
                    yield from below(child)

        return below(self.view.rootObject())

    def item(self, name: str) -> QQuickItem:
        found = [item for item in self.items() if item.objectName() == name]
        assert found, f"{name} is not on the screen"
        return found[-1]

    def has(self, name: str) -> bool:
        return any(item.objectName() == name for item in self.items())

    def text(self, name: str) -> str:
        return str(self.item(name).property("text"))

    def texts(self) -> str:
        return "\n".join(str(item.property("text")) for item in self.items() if item.property("text"))

    def touch(self, name: str) -> list[Event]:
        """Put the finger on the middle of it and lift it; what was posted, without the `Touched` of any touch."""
        self.view.grabWindow()  # lays everything out as it will be seen
        item = self.item(name)
        middle = item.mapToScene(QPointF(item.width() / 2, item.height() / 2)).toPoint()
        self.posted.clear()
        QTest.touchEvent(self.view, self.finger).press(0, middle, self.view).commit()
        QTest.touchEvent(self.view, self.finger).release(0, middle, self.view).commit()
        return [event for event in self.posted if not isinstance(event, Touched)]

    def words_in_place(self, state: str) -> None:
        """No words leave the glass, reach into the bar below or lie on others."""
        bar = self.item("bar").mapToScene(QPointF(0, 0)).y() if self.has("bar") else self.view.height()
        seen: list[tuple[str, QRectF]] = []
        for item in self.items():
            if not item.property("text") or item.property("lineHeight") is None:
                continue
            words = item.mapRectToScene(item.boundingRect())
            assert words.left() >= 0, (state, item.property("text"))
            assert words.right() <= self.view.width() + 1, (state, item.property("text"))
            assert words.bottom() <= bar + 1 or words.top() >= bar, (state, item.property("text"))
            for other, rest in seen:
                assert not words.intersects(rest), (state, item.property("text"), other)
            seen.append((item.property("text"), words.adjusted(0, 6, 0, -6)))


def open_window_of(
    bot: QtBot, orientation: str, place: Place, *, calm: bool, keyboard: TextKeyboardViewModel | None
) -> Glass:
    posted: list[Event] = []
    camera = CameraProvider()
    shell = Shell(place, SAY, posted.append, camera=camera, keyboard=keyboard)
    view = open_window(shell, screen=SCREENS[orientation], camera=camera)
    view.rootObject().setProperty("entryPauseMs", 0)
    view.engine().singletonInstance("Hall.Components", "Theme").setProperty("calm", calm)
    view.show()
    bot.waitExposed(view)
    return Glass(shell, view, bot, QTest.createTouchDevice(), posted)
