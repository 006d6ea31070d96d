"""Configuration from afar: layers over one another, signed, numbered; a wrong file leaves what was before."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sync.gateway.configuration import Configurations
from sync.strict_toml import FileFault
from tests.gateway_bench import GatewayBench, gateway


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[GatewayBench]:
    with gateway(tmp_path) as opened:
        yield opened


@pytest.fixture
def folder(bench: GatewayBench) -> Path:
    folder = bench.parts.directory / "configuration"
    for name in ("halls", "terminals"):
        (folder / name).mkdir(parents=True)
    return folder


@pytest.fixture
def configurations(bench: GatewayBench, folder: Path) -> Configurations:
    return Configurations(folder, bench.storage, bench.signing, now=bench.clock)


def answered(bench: GatewayBench, configurations: Configurations) -> dict[str, object]:
    configured = configurations.answer(bench.terminal)
    assert bench.signing.is_ours(configured.answer)
    value: dict[str, object] = json.loads(configured.answer.content)
    assert value["serial"] == configured.serial
    return value


def test_a_terminal_lies_over_its_hall_over_the_defaults(
    bench: GatewayBench, configurations: Configurations, folder: Path
) -> None:
    (folder / "defaults.toml").write_text("[times]\nidle_timeout_s = 60\ngoodbye_s = 5\n")
    (folder / "halls" / "gulou.toml").write_text('[times]\nidle_timeout_s = 80\n[hall]\ntelephone = "0591-0"\n')
    (folder / "terminals" / "CZ03.toml").write_text('[terminal]\nnumber = "03 号机"\n[times]\ngoodbye_s = 9\n')
    (folder / "terminals" / "CZ04.toml").write_text("[times]\ngoodbye_s = 1\n")
    assert answered(bench, configurations) == {
        "format": "hall-terminal/configuration/1",
        "terminal": "CZ03",
        "serial": int(bench.now.timestamp()),
        "at": "2026-11-22T23:30:05+00:00",
        "settings": {
            "hall": {"telephone": "0591-0"},
            "terminal": {"number": "03 号机"},
            "times": {"goodbye_s": 9, "idle_timeout_s": 80},
        },
    }


def test_the_serial_grows_exactly_when_the_settings_change(
    bench: GatewayBench, configurations: Configurations, folder: Path
) -> None:
    first = configurations.answer(bench.terminal)
    bench.now += timedelta(days=1)
    (folder / "defaults.toml").write_text("# nothing\n")
    assert configurations.answer(bench.terminal) == first
    bench.now -= timedelta(days=30)
    (folder / "defaults.toml").write_text("[times]\ngoodbye_s = 5\n")
    assert configurations.answer(bench.terminal).serial == first.serial + 1


@pytest.mark.expects_warnings
def test_a_wrong_file_is_said_once_and_not_at_every_request(
    bench: GatewayBench, configurations: Configurations, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    said = []
    for content in ("wrong", "wrong", "[gateway]", "", "wrong"):
        caplog.clear()
        (folder / "defaults.toml").write_text(content)
        configurations.answer(bench.terminal)
        said.append(len(caplog.records))
    assert said == [1, 0, 1, 0, 1]


@pytest.mark.expects_warnings
def test_a_wrong_file_leaves_the_last_good_configuration(
    bench: GatewayBench, configurations: Configurations, folder: Path
) -> None:
    (folder / "defaults.toml").write_text("[times]\ngoodbye_s = 5\n")
    good = configurations.answer(bench.terminal)
    for wrong in ("[times]\ngoodbye_s = -1\n", "[gateway]\nurl = 'x'\n", "not toml", "[terminal]\ncode = 'CZ04'\n"):
        (folder / "halls" / "gulou.toml").write_text(wrong)
        assert configurations.answer(bench.terminal) == good


def test_every_fault_of_a_file_is_named_with_its_line(configurations: Configurations, folder: Path) -> None:
    (folder / "defaults.toml").write_text("[times]\nidel_timeout_s = 3\ngoodbye_s = 0\n\n[store]\ndirectory = '/'\n")
    with pytest.raises(FileFault) as raised:
        configurations.settings("CZ03", "gulou")
    assert [finding.line for finding in raised.value.findings] == [2, 3, 5]
    assert "the nearest known one is idle_timeout_s" in str(raised.value)


def test_a_hall_whose_name_is_a_path_reads_no_file(configurations: Configurations, folder: Path) -> None:
    (folder / "outside.toml").write_text("not toml")
    assert configurations.settings("CZ03", "../outside") == {}
