"""What is said of a machine."""

import pytest

from provisioning.findings import Grade
from provisioning.machine import (
    FONTS,
    check_display,
    check_fonts,
    check_machine,
    check_packages,
    check_qt,
    check_sqlite,
    wanted_packages,
)

LISTING = "libegl1 install ok installed\nlibgl1 deinstall ok config-files\n"


def test_packages_that_are_missing_or_only_configured_are_named_with_the_command_that_mends_it() -> None:
    finding = check_packages(["libegl1", "libgl1", "libzinnia0"], LISTING)
    assert (finding.grade, finding.to_do) == (Grade.FAIL, "apt-get install libgl1 libzinnia0")


def test_nothing_is_claimed_of_packages_where_there_is_no_dpkg() -> None:
    assert check_packages(["libegl1"], None).grade is Grade.WARN


def test_the_list_of_packages_is_the_one_that_set_up_installs() -> None:
    assert {"libegl1", "libxcb-icccm4", "fonts-noto-cjk-extra", "libgooglepinyin0"} <= set(wanted_packages())


@pytest.mark.parametrize("lost", FONTS)
def test_each_font_that_the_screen_uses_is_looked_for(lost: tuple[str, str]) -> None:
    listing = "\n".join(f"{family}:style={style}" for family, style in FONTS if (family, style) != lost)
    finding = check_fonts(listing)
    assert (finding.grade, finding.what) == (Grade.FAIL, f"missing: {' '.join(lost)}")


def test_all_fonts_there_is_ok() -> None:
    assert check_fonts("\n".join(f"{family},别名:style={style},Regular" for family, style in FONTS)).grade is Grade.OK


@pytest.mark.parametrize(
    ("python", "pyside", "grade"),
    [
        (("3", "11", "7"), "6.11.3", Grade.OK),
        (("3", "11", "7"), "6.12.0", Grade.FAIL),
        (("3", "12", "1"), "6.12.0", Grade.OK),
    ],
)
def test_pyside_6_12_is_refused_on_python_3_11_only(python: tuple[str, str, str], pyside: str, grade: Grade) -> None:
    assert check_qt(python, pyside).grade is grade


def test_an_sqlite_that_can_lose_rows_fails() -> None:
    assert check_sqlite("3.40.1").grade is Grade.FAIL


@pytest.mark.parametrize(
    ("environment", "grade"),
    [({"DISPLAY": ":0"}, Grade.OK), ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, Grade.WARN)],
)
def test_a_display_that_nobody_sees_is_a_warning(environment: dict[str, str], grade: Grade) -> None:
    assert check_display(environment).grade is grade


def test_the_machine_on_which_the_tests_run_is_fit() -> None:
    assert [finding for finding in check_machine({"DISPLAY": ":0"}) if finding.grade is Grade.FAIL] == []
