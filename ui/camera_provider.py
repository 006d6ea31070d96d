"""What the camera sees, and the pages that were taken, as images: `image://camera/12` and `image://camera/thumbs-0-3`.

The last part of a name counts up, so that no cache of Qt shows an older picture; only the newest is kept.
"""

from collections.abc import Sequence
from threading import Lock

from PySide6.QtCore import QBuffer, QByteArray, QSize, Qt
from PySide6.QtGui import QImage, QImageReader
from PySide6.QtQuick import QQuickImageProvider

from kiosk.ports import CapturedPage, Frame

NOTHING = QSize(1, 1)


class CameraProvider(QQuickImageProvider):
    """Qt may ask from a thread of its own. What is forgotten is no longer here."""

    def __init__(self) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)
        self._lock = Lock()
        self._count = 0
        self._live: tuple[str, QImage] | None = None
        self._pages: dict[str, QImage] = {}

    def show(self, frame: Frame) -> str:
        """Keep the frame as the newest, and give its address."""
        image = QImage(frame.rgb, frame.width, frame.height, 3 * frame.width, QImage.Format.Format_RGB888).copy()
        with self._lock:
            self._count += 1
            self._live = (str(self._count), image)
            return self._address(self._live[0])

    def forget_frame(self) -> None:
        with self._lock:
            self._live = None

    def keep(self, name: str, image: QImage) -> str:
        """Keep a picture of a page, and give its address."""
        with self._lock:
            self._count += 1
            name = f"{name}-{self._count}"
            self._pages[name] = image
            return self._address(name)

    def forget(self, address: str) -> None:
        with self._lock:
            self._pages.pop(address.removeprefix(self._address("")), None)

    def requestImage(self, identifier: str, size: QSize, requested_size: QSize) -> QImage:
        """One empty pixel for what is no longer there."""
        with self._lock:
            live = self._live[1] if self._live and self._live[0] == identifier else QImage()
            image = self._pages.get(identifier, live)
        if image.isNull():
            image = QImage(NOTHING, QImage.Format.Format_ARGB32_Premultiplied)
            image.fill(Qt.GlobalColor.transparent)
        size.setWidth(image.width())
        size.setHeight(image.height())
        return image

    @staticmethod
    def _address(name: str) -> str:
        return f"image://camera/{name}"


class PagePictures:
    """The pictures of taken pages that one page of the screen shows, none larger than `largest`."""

    def __init__(self, camera: CameraProvider, name: str, largest: QSize) -> None:
        self._camera = camera
        self._name = name
        self._largest = largest
        self._kept: dict[int, tuple[CapturedPage, str]] = {}

    def of(self, pages: Sequence[CapturedPage | None], slots: Sequence[int]) -> dict[int, str]:
        """The addresses of those pages of `slots` that are there; every other picture is forgotten."""
        wanted = {slot: page for slot in slots if slot < len(pages) and (page := pages[slot])}
        for slot, (page, address) in tuple(self._kept.items()):
            if wanted.get(slot) is not page:
                self._camera.forget(address)
                del self._kept[slot]
        for slot, page in wanted.items():
            if slot not in self._kept:
                address = self._camera.keep(f"{self._name}-{slot}", scaled_picture(page.jpeg, self._largest))
                self._kept[slot] = (page, address)
        return {slot: address for slot, (_, address) in self._kept.items()}

    def forget(self) -> None:
        self.of((), ())


def scaled_picture(jpeg: bytes, largest: QSize) -> QImage:
    """Decoded at the size it is shown in, which is far quicker than whole. Null when it is no picture."""
    buffer = QBuffer()
    buffer.setData(QByteArray(jpeg))
    buffer.open(QBuffer.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    whole = reader.size()
    if whole.isValid() and (whole.width() > largest.width() or whole.height() > largest.height()):
        reader.setScaledSize(whole.scaled(largest, Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()
