"""A window without a screen, for the parts and pages under test."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from PySide6.QtCore import QObject, QUrl
from PySide6.QtQuick import QQuickView
from pytestqt.qtbot import QtBot

from tests.ui.glass import Glass, open_window_of
from ui.input.text_keyboard_view_model import TextKeyboardViewModel
from ui.place import Place
from ui.qml_engine import furnish
from ui.sheet_people import PLACE

Show = Callable[..., QQuickView]


class OpenGlass(Protocol):
    def __call__(
        self,
        orientation: str = "portrait",
        place: Place = PLACE,
        *,
        calm: bool = True,
        keyboard: TextKeyboardViewModel | None = None,
    ) -> Glass: ...


@pytest.fixture
def open_glass(qtbot: QtBot) -> Iterator[OpenGlass]:
    """Whole windows, closed at the end."""
    views: list[QQuickView] = []

    def make(
        orientation: str = "portrait",
        place: Place = PLACE,
        *,
        calm: bool = True,
        keyboard: TextKeyboardViewModel | None = None,
    ) -> Glass:
        glass = open_window_of(qtbot, orientation, place, calm=calm, keyboard=keyboard)
        views.append(glass.view)
        return glass

    yield make
    for view in views:
        view.close()
        view.deleteLater()


@pytest.fixture
def glass(open_glass: OpenGlass) -> Glass:
    return open_glass()


@pytest.fixture
def show(qtbot: QtBot, tmp_path: Path) -> Iterator[Show]:
    """`show(file_or_text, properties, size=(w, h), theme={...})`: a shown view of a QML file, or of QML text below the
    imports of QtQuick and Hall.Components."""
    views: list[QQuickView] = []

    def make(
        qml: Path | str,
        properties: dict[str, object] | None = None,
        *,
        size: tuple[int, int] = (1080, 1920),
        theme: dict[str, object] | None = None,
    ) -> QQuickView:
        view = QQuickView()
        views.append(view)
        furnish(view.engine())
        if isinstance(qml, str):
            file = tmp_path / f"Shown{len(views)}.qml"
            file.write_text(f"import QtQuick\nimport Hall.Components\n{qml}\n", encoding="utf-8")
        else:
            file = qml
        for name, value in (theme or {}).items():
            singleton(view, "Theme").setProperty(name, value)
        view.setInitialProperties(properties or {})
        view.setResizeMode(QQuickView.ResizeMode.SizeRootObjectToView)
        view.resize(*size)
        view.setSource(QUrl.fromLocalFile(str(file)))
        assert not view.errors(), [error.toString() for error in view.errors()]
        view.show()
        qtbot.waitExposed(view)
        return view

    yield make
    for view in views:
        view.close()
        view.deleteLater()


def singleton(view: QQuickView, name: str) -> QObject:
    """The `Hall.Components` singleton of this view's engine."""
    found = view.engine().singletonInstance("Hall.Components", name)
    assert isinstance(found, QObject), name
    return found
