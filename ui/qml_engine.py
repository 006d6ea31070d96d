"""What a QML engine needs before it can show a page of ours: the import path and the drawn images."""

from pathlib import Path

from PySide6.QtQml import QQmlEngine

from ui.icon_provider import IconProvider
from ui.qr_provider import QrProvider

QML_ROOT = Path(__file__).parent / "qml"


def furnish(engine: QQmlEngine) -> None:
    """Make `Hall.Components` and `Hall.Pages` importable, and icons and QR codes drawable. The engine owns both."""
    engine.addImportPath(str(QML_ROOT))
    engine.addImageProvider("icon", IconProvider())
    engine.addImageProvider("qr", QrProvider())
