"""The contact sheet: a picture of each state in every variant, and one page that shows them all."""

from pathlib import Path

from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from ui.sheet import VARIANTS, main


def test_each_state_is_drawn_upright_and_across_in_both_sizes(qtbot: QtBot, tmp_path: Path) -> None:
    main([str(tmp_path), "--only", "goodbye-submitted"])
    page = (tmp_path / "index.html").read_text("utf-8")
    for variant in VARIANTS:
        name = f"goodbye-submitted.{variant.name}.png"
        assert name in page
        picture = QImage(str(tmp_path / name))
        assert (picture.width(), picture.height()) == (variant.screen.width_px, variant.screen.height_px)
        colours = {picture.pixel(x, y) for x in range(0, picture.width(), 40) for y in range(0, picture.height(), 8)}
        assert len(colours) > 5, "nothing was drawn"
