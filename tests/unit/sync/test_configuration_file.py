"""One frozen configuration out of several files."""

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.configuration import Configuration
from kiosk.strict_toml import merged
from kiosk.submission import Json
from sync.configuration_file import FORMAT, effective, effective_from, read_configuration
from sync.strict_toml import FileFault, Findings

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
LOCAL = Configuration.model_validate_json(json.dumps(merged(tomllib.loads(HALL), tomllib.loads(TERMINAL))))
JSON_TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda below: st.dictionaries(st.sampled_from(["name", "number", "goodbye_s", "x"]), below) | st.lists(below),
    max_leaves=6,
)


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


@pytest.fixture
def local(tmp_path: Path) -> Configuration:
    return read_configuration(files(tmp_path, HALL, TERMINAL))


def document(settings: Json, **members: Json) -> bytes:
    whole = {"format": FORMAT, "terminal": "CZ03", "serial": 7, "at": "2026-11-23T01:46:00Z", "settings": settings}
    return json.dumps(whole | members).encode()


def test_the_gateways_settings_lie_over_the_files(local: Configuration) -> None:
    settings = {"hall": {"desk": "二楼服务台"}, "times": {"idle_timeout_s": 45}, "terminal": {"number": "04 号机"}}
    configuration = effective_from(local, document(settings))
    assert isinstance(configuration, Configuration)
    assert (configuration.hall.desk, configuration.terminal.number) == ("二楼服务台", "04 号机")
    assert (configuration.times.idle_timeout_s, configuration.hall.name) == (45.0, local.hall.name)


@pytest.mark.parametrize(
    "settings",
    [
        {"gateway": {"url": "https://elsewhere.example"}},
        {"terminal": {"code": "CZ04"}},
        {"store": {"directory": "/tmp"}},
        {"devices": {"receipt_printer": {"simulated": True}}},
        {"hall": "another"},
    ],
)
def test_where_a_terminal_sends_and_what_it_is_never_comes_from_afar(local: Configuration, settings: Json) -> None:
    assert isinstance(effective_from(local, document(settings)), Findings)


def test_a_configuration_from_afar_is_taken_whole_or_not_at_all(local: Configuration) -> None:
    settings = {"hall": {"desk": "二楼服务台", "telefone": "1"}, "times": {"goodbye_s": -1}}
    findings = effective_from(local, document(settings))
    assert isinstance(findings, Findings)
    assert [sentence.partition(";")[0] for sentence in sorted(findings.sentences)] == [
        "times.goodbye_s: Input should be greater than 0",
        "unknown key hall.telefone",
    ]


@pytest.mark.parametrize("settings", [{"times": {"idle_timeout_s": 0.001}}, {"agent": {"feed_s": 1}}])
def test_nothing_from_afar_makes_the_screen_or_the_agent_spin(local: Configuration, settings: Json) -> None:
    findings = effective_from(local, document(settings))
    assert isinstance(findings, Findings)
    assert "too short" in findings.sentences[0]


def test_a_configuration_for_another_terminal_is_not_taken(local: Configuration) -> None:
    findings = effective_from(local, document({}, terminal="CZ04"))
    assert findings == Findings(("it is meant for terminal CZ04, and this is CZ03",))


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", document({}, format="x"), document({}, at="now"), document(5)])
def test_what_is_no_configuration_is_not_taken(local: Configuration, content: bytes) -> None:
    assert isinstance(effective_from(local, content), Findings)


@given(st.dictionaries(st.sampled_from(["hall", "times", "agent", "terminal", "store", "x"]), JSON_TREES))
def test_no_settings_whatever_break_the_terminal(settings: dict[str, Json]) -> None:
    assert isinstance(effective(LOCAL, settings), Configuration | Findings)
