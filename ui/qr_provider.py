"""QR codes as images: `image://qr/PAYLOAD`, percent-encoded with `~` for `%`, which Qt would decode.
The quiet zone is the page's."""

from functools import lru_cache
from urllib.parse import unquote

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtQuick import QQuickImageProvider
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M

INK = QColor("#16283A")


class QrProvider(QQuickImageProvider):
    def __init__(self) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)

    def requestImage(self, identifier: str, size: QSize, requested_size: QSize) -> QImage:
        payload = unquote(identifier.replace("~", "%"))
        image = draw_qr(payload, side_px=max(requested_size.width(), requested_size.height(), 1))
        size.setWidth(image.width())
        size.setHeight(image.height())
        return image


@lru_cache(maxsize=8)
def draw_qr(payload: str, *, side_px: int) -> QImage:
    """The modules of a QR code of level M without a quiet zone, each a whole number of pixels, at most `side_px` wide
    where that leaves at least one pixel a module."""
    code: QRCode = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(payload)
    code.make(fit=True)
    matrix = code.get_matrix()
    image = QImage(len(matrix), len(matrix), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                image.setPixelColor(x, y, INK)
    side = max(1, side_px // len(matrix)) * len(matrix)
    return image.scaled(side, side)
