"""The terminal's screen as pictures for somebody who watches from afar, taken only while somebody asks for them."""

import base64
import time

from PySide6.QtCore import QBuffer, QIODevice, QObject, Qt
from PySide6.QtGui import QImage
from PySide6.QtQuick import QQuickView

LOOK_EVERY_S = 0.1
SMALLEST_SIDE, LARGEST_SIDE = 64, 4096
QUALITY = 85


class LiveScreen(QObject):
    """`seq` counts the pictures that differ from the one before, from 1.

    Of a screen of 1080 x 1920 taking one costs the GUI thread 3 ms, and a JPEG of half its size 10 ms. So it is done at
    most ten times a second, only after a frame was drawn, and only what differs becomes a JPEG.
    """

    def __init__(self, view: QQuickView, parent: QObject) -> None:
        super().__init__(parent)
        self._view = view
        self._picture = QImage()
        self.seq = 0
        self._drawn_anew = True
        self._taking = False
        self._next_s = 0.0
        view.frameSwapped.connect(self._note)

    def look(self) -> None:
        """Take a picture when it is time and there may be something new."""
        if not self._drawn_anew or self._taking or time.monotonic() < self._next_s:
            return
        self._taking = True  # taking a picture draws a frame
        self._drawn_anew = False
        picture = self._view.grabWindow()
        self._taking = False
        if picture != self._picture:
            self._picture = picture
            self.seq += 1
        self._next_s = time.monotonic() + LOOK_EVERY_S

    def jpeg(self, max_side: int) -> str:
        """The newest picture in base64, its longer side no longer than this."""
        side = min(max(max_side, SMALLEST_SIDE), LARGEST_SIDE)
        picture = self._picture
        if max(picture.width(), picture.height()) > side:
            picture = picture.scaled(
                side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        picture.save(buffer, "JPEG", QUALITY)
        return base64.b64encode(buffer.data().data()).decode()

    def _note(self) -> None:
        if not self._taking:
            self._drawn_anew = True
