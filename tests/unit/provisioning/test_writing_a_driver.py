"""The driver that docs/writing-a-driver.md walks through: it passes, leaves no card in a trace, and replays."""

import json
import re
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from provisioning.cli import main
from provisioning.conformance.cards import IDENTITY_CARDS

DOCUMENT = Path(__file__).parents[3] / "docs" / "writing-a-driver.md"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The document's files, and what an installer makes of them."""
    folder = tmp_path / "lr1"
    folder.mkdir()
    for name, content in re.findall(r"^`lr1/(\S+)`:\n\n```\w+\n(.*?)^```", DOCUMENT.read_text("utf-8"), re.M | re.S):
        (folder / name).write_text(content, "utf-8")
    about = folder / "lr1_reader-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: lr1-reader\nVersion: 1.0\n")
    groups = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
    lines = (f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in points.items()) for group, points in groups.items())
    (about / "entry_points.txt").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setattr("provisioning.conformance.trying.GRACE_S", 10.0)
    return folder


def test_the_driver_keeps_every_rule_on_its_own_bench(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["conform", "identity_card_reader", "--driver", "lr1", "--report", str(tmp_path / "lr1.json")]) == 0
    report = json.loads((tmp_path / "lr1.json").read_text("utf-8"))
    assert {verdict["result"] for verdict in report["verdicts"]} == {"passed"}
    assert report["tested_against"] == "the simulated reader beside it; never run against a real device"
    assert capsys.readouterr().out.endswith(f"{len(report['verdicts'])} rules: 8 passed, 0 failed, 0 not tried\n")


def test_its_trace_holds_nobody_and_replays_as_a_device(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reader: Any = import_module("lr1_reader")
    trace, known = tmp_path / "lr1.trace", IDENTITY_CARDS[1]
    with import_module("lr1_bench").bench() as (address, hands):
        hands.lay(known.chip)
        assert reader.main(["--probe", "--address", address, "--trace", str(trace)]) == 0
    written = trace.read_text("utf-8")
    assert "ok  read: CardContent" in capsys.readouterr().out
    for personal in (known.name, known.number):
        octets = personal.encode("utf-16-le")
        assert octets.hex() not in written.lower()
        assert octets.hex().upper().encode("ascii").hex() not in written.lower()
    assert reader.main(["--probe", "--address", f"trace:{trace}"]) == 0
    assert "ok  read: CardContent" in capsys.readouterr().out


def test_its_own_tests_pass(package: Path) -> None:
    tests: Any = import_module("test_lr1_lines")
    tests.test_an_answer_is_a_word_and_what_came_with_it()
    tests.test_bytes_that_are_no_answer_are_none()
