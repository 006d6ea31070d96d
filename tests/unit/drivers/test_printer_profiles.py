"""Profiles are data: every row holds, and what is wrong with a file of one's own is told by file and line."""

from pathlib import Path

import pytest

from drivers.receipt_printer.profiles import BUILT_IN, CHARACTER_DOTS, profile_named, profiles


def own_file(directory: Path, *changes: tuple[str, str]) -> Path:
    text = BUILT_IN.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = directory / "printers.toml"
    path.write_text(text, "utf-8")
    return path


def told(path: Path) -> str:
    with pytest.raises(ValueError, match=r".") as raised:
        profile_named(f"{path}#80mm")
    return str(raised.value)


@pytest.mark.parametrize("name", profiles())
def test_every_row_holds_its_columns_and_can_be_confirmed(name: str) -> None:
    row = profile_named(name)
    assert row.chinese_columns * CHARACTER_DOTS <= row.width_dots
    assert row.confirmation != "none"


def test_an_unknown_row_names_the_nearest_one() -> None:
    with pytest.raises(ValueError, match=r"nearest known one is custom-kiosk; there are .*58mm"):
        profile_named("custom-kios")


def test_an_operator_may_name_a_row_of_a_file_of_his_own(tmp_path: Path) -> None:
    path = own_file(tmp_path, ("[80mm]", "[ours]"), ("feed_dots = 16", "feed_dots = 40"))
    assert profile_named(f"{path}#ours").feed_dots == 40
    with pytest.raises(ValueError, match=r"there are .*ours"):
        profile_named(f"{path}#80mm")


def test_an_unknown_key_names_file_line_and_the_nearest_known_key(tmp_path: Path) -> None:
    path = own_file(tmp_path, ('qr = "native"', 'qr = "native"\nqr_modul_dots = 3'))
    line = path.read_text("utf-8").split("\n").index("qr_modul_dots = 3") + 1
    assert told(path) == f"{path}:{line}: unknown key 80mm.qr_modul_dots; the nearest known one is qr_module_dots"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('encoding = "gb18030"', 'encoding = "big5"'),
        ("width_dots = 576", "width_dots = 575"),
        ('clear = "1d 65 02"', 'clear = "1d 6"'),
        ("feed_dots = 16", "feed_dots = 256"),
    ],
)
def test_a_bad_value_names_file_and_line(tmp_path: Path, old: str, new: str) -> None:
    path = own_file(tmp_path, (old, new))
    line = next(at for at, row in enumerate(path.read_text("utf-8").split("\n"), 1) if row.startswith(new))
    assert told(path).startswith(f"{path}:{line}: ")


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    assert "wider than the paper" in told(own_file(tmp_path, ("chinese_columns = 24", "chinese_columns = 25")))
    assert "whose status is" in told(own_file(tmp_path, ('status = "escpos"', 'status = "custom"')))
    assert "does not read utf-8" in told(own_file(tmp_path, ('encoding = "gb18030"', 'encoding = "utf-8"')))
    assert "needs a cutter" in told(own_file(tmp_path, ('cutter = "cut"', 'cutter = "none"')))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert str(tmp_path / "none.toml") in told(tmp_path / "none.toml")
