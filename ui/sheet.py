"""`python -m ui.sheet OUT [--only NAME]`: a picture of every page, upright and across, normal and large."""

import argparse
import html
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtQuick import QQuickView

from kiosk.configuration import Screen
from kiosk.journeys.pages import Capturing
from kiosk.session import Session
from ui.camera_provider import CameraProvider
from ui.input.handwriting import HandwritingRecogniser
from ui.input.pinyin import PinyinDecoder
from ui.input.places import read_places
from ui.input.text_keyboard_view_model import TextKeyboardViewModel
from ui.sheet_application import APPLICATION, desk_view
from ui.sheet_people import PLACE
from ui.sheet_printing import PRINTING
from ui.sheet_states import ENTRY
from ui.shell import Shell
from ui.texts import texts_of
from ui.window import open_window

UPRIGHT = Screen(width_px=1080, height_px=1920)
ACROSS = Screen(width_px=1920, height_px=1080)
PLACES = Path(__file__).parents[1] / "content" / "places.toml"


@dataclass(frozen=True, slots=True)
class Variant:
    name: str
    screen: Screen
    large: bool


VARIANTS = (
    Variant("portrait", UPRIGHT, large=False),
    Variant("portrait-large", UPRIGHT, large=True),
    Variant("landscape", ACROSS, large=False),
    Variant("landscape-large", ACROSS, large=True),
)


def states() -> dict[str, Session]:
    """The states of every page there is."""
    return ENTRY | APPLICATION | PRINTING


class Studio:
    """One window after another, still: nothing in it moves while it is drawn."""

    def __init__(self, screen: Screen) -> None:
        say, camera = texts_of("zh_hans"), CameraProvider()
        self._recogniser = HandwritingRecogniser()
        self._keyboard = TextKeyboardViewModel(PinyinDecoder(read_places(PLACES)), self._recogniser, say)
        self.shell = Shell(PLACE, say, lambda event: None, camera=camera, keyboard=self._keyboard)
        self.view: QQuickView = open_window(self.shell, screen=screen, camera=camera)
        self.view.engine().singletonInstance("Hall.Components", "Theme").setProperty("calm", True)
        self.view.show()

    def picture(self, session: Session) -> QImage:
        self.shell.show(session)
        if isinstance(session.page, Capturing):
            self.shell.show_view(desk_view(session.page.sight))
        for _ in range(3):
            QCoreApplication.processEvents()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return self.view.grabWindow()

    def close(self) -> None:
        self.picture(Session())
        self.view.close()
        self.view.deleteLater()
        self._recogniser.close()


def draw(out: Path, names: list[str]) -> Iterator[tuple[str, Variant]]:
    """Write `NAME.VARIANT.png` of each state into `out`."""
    every = states()
    for variant in VARIANTS:
        studio = Studio(variant.screen)
        for name in names:
            studio.picture(replace(every[name], large=variant.large)).save(str(out / f"{name}.{variant.name}.png"))
            yield name, variant
        studio.close()


def contact_sheet(names: list[str]) -> str:
    """All pictures as one page of HTML, a row a state."""
    rows = "".join(
        f"<h2>{html.escape(name)}</h2><div>"
        + "".join(f'<a href="{name}.{v.name}.png"><img loading="lazy" src="{name}.{v.name}.png"></a>' for v in VARIANTS)
        + "</div>"
        for name in names
    )
    style = "body{font:16px sans-serif;margin:24px}div{display:flex;gap:12px}img{height:440px;border:1px solid #ccc}"
    return f"<!doctype html><meta charset=utf-8><title>Pages</title><style>{style}</style>{rows}"


def main(arguments: list[str]) -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QT_QUICK_BACKEND", "software")
    parser = argparse.ArgumentParser(prog="python -m ui.sheet", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", metavar="NAME", help="states whose name begins so")
    asked = parser.parse_args(arguments)
    asked.out.mkdir(parents=True, exist_ok=True)
    application = QGuiApplication.instance() or QGuiApplication([])
    names = [name for name in states() if name.startswith(asked.only or "")]
    drawn = sum(1 for _ in draw(asked.out, names))
    (asked.out / "index.html").write_text(contact_sheet(names), "utf-8")
    print(f"{drawn} pictures in {asked.out / 'index.html'}")
    del application


if __name__ == "__main__":
    main(sys.argv[1:])
