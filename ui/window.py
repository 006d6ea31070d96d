"""The window: one view of `Main.qml`, furnished with the images it draws, and the ear for every touch of the glass."""

import time

from PySide6.QtCore import QEvent, QObject, QUrl
from PySide6.QtQuick import QQuickImageProvider, QQuickView

from kiosk.configuration import Screen
from kiosk.journeys.events import Touched
from ui.qml_engine import QML_ROOT, furnish
from ui.shell import Shell

MAIN = QML_ROOT / "Hall" / "Pages" / "Main.qml"
TOUCHES = frozenset({QEvent.Type.TouchBegin, QEvent.Type.MouseButtonPress, QEvent.Type.KeyPress})
TOUCHED_AT_MOST_EVERY_S = 1.0


class TouchEar(QObject):
    """Posts `Touched` for what the glass or a key does, at most once a second."""

    def __init__(self, shell: Shell, parent: QObject) -> None:
        super().__init__(parent)
        self._post = shell.post
        self._last_s = float("-inf")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in TOUCHES:
            now_s = time.monotonic()
            if now_s - self._last_s >= TOUCHED_AT_MOST_EVERY_S:
                self._last_s = now_s
                self._post(Touched())
        return False


def open_window(shell: Shell, *, screen: Screen, camera: QQuickImageProvider) -> QQuickView:
    """The view, sized and loaded but not yet shown; engine and view own `camera` and `shell` from here on.

    Raises RuntimeError when the QML does not load: that is a bug.
    """
    view = QQuickView()
    shell.setParent(view)  # so that it outlives the items that are bound to it
    furnish(view.engine())
    view.engine().addImageProvider("camera", camera)
    view.setInitialProperties({"shell": shell, "pixelsPerMm": screen.pixels_per_mm})
    view.setResizeMode(QQuickView.ResizeMode.SizeRootObjectToView)
    view.resize(screen.width_px, screen.height_px)
    view.setSource(QUrl.fromLocalFile(str(MAIN)))
    if view.errors():
        raise RuntimeError("\n".join(error.toString() for error in view.errors()))
    view.installEventFilter(TouchEar(shell, view))
    return view
