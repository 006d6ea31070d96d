"""Icons as images: `image://icon/NAME?color=RRGGBB&stroke=PIXELS`, drawn from the SVG lines in any colour and size."""

from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtQuick import QQuickImageProvider
from PySide6.QtSvg import QSvgRenderer

ICONS = Path(__file__).parent / "qml" / "Hall" / "Components" / "icons"
GRID = 48


class IconProvider(QQuickImageProvider):
    """The stroke is given in pixels and stays so at every size, as a pen would."""

    def __init__(self) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)

    def requestImage(self, identifier: str, size: QSize, requested_size: QSize) -> QImage:
        parts = urlsplit(identifier)
        query = parse_qs(parts.query)
        side = max(requested_size.width(), requested_size.height(), 1)
        image = draw_icon(parts.path, color=query["color"][0], stroke_px=float(query["stroke"][0]), side_px=side)
        size.setWidth(image.width())
        size.setHeight(image.height())
        return image


@lru_cache(maxsize=256)
def draw_icon(name: str, *, color: str, stroke_px: float, side_px: int) -> QImage:
    """A square image with a transparent ground. `color` is RRGGBB or AARRGGBB. An unknown name is a null image."""
    source = ICONS / f"{name}.svg"
    if not source.is_file():
        return QImage()
    rgb = color[-6:]
    svg = (
        source.read_text(encoding="utf-8")
        .replace("currentColor", f"#{rgb}")
        .replace('stroke-width="4"', f'stroke-width="{stroke_px * GRID / side_px:.3f}"', 1)
    )
    image = QImage(side_px, side_px, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(svg.encode())).render(painter)
    painter.end()
    return image
