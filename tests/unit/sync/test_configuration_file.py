"""One frozen configuration out of several files."""

from pathlib import Path

import pytest

from sync.configuration_file import read_configuration
from sync.strict_toml import FileFault

HALL = """
[hall]
name = "潮州市政务服务中心"
short_name = "市政务中心"
desk = "一楼服务台"
telephone = "0768-2000000"
hours = "工作日 9:00-12:00，14:00-17:00"
[gateway]
url = "http://127.0.0.1:8300"
[times]
idle_timeout_s = 60.0
[devices.identity_card_reader]
address = "tcp:127.0.0.1:8401"
simulated = true
[devices.document_camera]
driver = "frames"
address = "frames"
simulated = true
[devices.receipt_printer]
address = "tcp:127.0.0.1:8402"
simulated = true
"""
TERMINAL = """
[terminal]
code = "CZ03"
number = "03 号机"
[store]
directory = "store"
[devices.receipt_printer]
profile = "58mm"
"""


def files(directory: Path, *texts: str) -> list[Path]:
    paths = [directory / f"{number}.toml" for number, _ in enumerate(texts)]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, "utf-8")
    return paths


def test_the_terminals_file_lies_over_the_halls_and_both_over_the_defaults(tmp_path: Path) -> None:
    configuration = read_configuration(files(tmp_path, HALL, TERMINAL))
    printer = configuration.devices.receipt_printer
    assert (printer.address, printer.profile, printer.simulated) == ("tcp:127.0.0.1:8402", "58mm", True)
    assert (configuration.times.idle_timeout_s, configuration.times.goodbye_s) == (60.0, 8.0)


def test_a_unit_left_out_of_a_name_is_an_unknown_key(tmp_path: Path) -> None:
    paths = files(tmp_path, HALL.replace("idle_timeout_s", "idle_timeout"), TERMINAL)
    with pytest.raises(FileFault, match=r"0\.toml:11: unknown key times\.idle_timeout; the nearest .* idle_timeout_s"):
        read_configuration(paths)


def test_a_terminals_code_is_four_characters_of_crockford_base_32(tmp_path: Path) -> None:
    with pytest.raises(FileFault, match=r"1\.toml:3: terminal\.code: String should match"):
        read_configuration(files(tmp_path, HALL, TERMINAL.replace("CZ03", "CZO3")))
