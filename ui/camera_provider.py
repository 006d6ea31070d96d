"""What the camera sees, and the pages it took, as images: `image://camera/12` and `image://camera/page-0-3`.

The last part of a name counts up, so that no cache of Qt shows an older picture; only the newest is kept.
"""

from threading import Lock

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtQuick import QQuickImageProvider

from kiosk.ports import CapturedPage, Frame

THUMB = QSize(480, 480)
NOTHING = QSize(1, 1)


class CameraProvider(QQuickImageProvider):
    """Qt may ask from a thread of its own. After `forget` no picture is left here."""

    def __init__(self) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)
        self._lock = Lock()
        self._count = 0
        self._live: tuple[str, QImage] | None = None
        self._pages: dict[int, tuple[str, QImage]] = {}

    def show(self, frame: Frame) -> str:
        """Keep the frame as the newest, and give its address."""
        image = QImage(frame.rgb, frame.width, frame.height, 3 * frame.width, QImage.Format.Format_RGB888).copy()
        with self._lock:
            self._count += 1
            self._live = (str(self._count), image)
            return self._address(self._live[0])

    def keep_page(self, slot: int, page: CapturedPage) -> str:
        """Keep a small picture of a page that was taken, and give its address."""
        image = QImage.fromData(page.jpeg).scaled(
            THUMB, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        with self._lock:
            self._count += 1
            self._pages[slot] = (f"page-{slot}-{self._count}", image)
            return self._address(self._pages[slot][0])

    def forget_page(self, slot: int) -> None:
        with self._lock:
            self._pages.pop(slot, None)

    def forget(self) -> None:
        with self._lock:
            self._live = None
            self._pages.clear()

    def requestImage(self, identifier: str, size: QSize, requested_size: QSize) -> QImage:
        """One empty pixel for what is no longer there."""
        with self._lock:
            kept = [entry for entry in (self._live, *self._pages.values()) if entry]
            image = next((image for name, image in kept if name == identifier), QImage())
        if image.isNull():
            image = QImage(NOTHING, QImage.Format.Format_ARGB32_Premultiplied)
            image.fill(Qt.GlobalColor.transparent)
        size.setWidth(image.width())
        size.setHeight(image.height())
        return image

    @staticmethod
    def _address(name: str) -> str:
        return f"image://camera/{name}"
