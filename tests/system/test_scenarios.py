"""Scenarios through the command: those that ship pass, and whatever else happens is told and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hardware_sim.scenario.command import SHIPPED
from tests.system.waiting import until

PASSING = ("happy-insurance", "card-under-age", "printer-paper-out", "reader-unplugged", "power-cut-after-print")
HEARS_CTRL_C = ("/usr/bin/env", "--default-signal=INT")  # what runs behind a shell would not
NOT_SO = """\
title = "说的不是真的"

[[steps]]
wait = "idle"
[[steps]]
expect = { text = "凭条打好了" }
within_s = 0.2
"""
WAITS = """\
title = "等一个不会来的页面"

[[steps]]
picture = "idle"
[[steps]]
wait = "home"
within_s = 300
"""


Run = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def run() -> Iterator[Run]:
    """`kiosk-sim scenario run` with these words; it is stopped when the test is over."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: str | Path, **environment: str) -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen(
                [*HEARS_CTRL_C, Path(sys.executable).parent / "kiosk-sim", "scenario", "run", *map(str, words)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=os.environ | environment,
            )
        )
        return started[-1]

    yield start
    for process in started:
        with process:
            process.terminate()
            process.communicate()


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def processes_of(folder: Path) -> dict[int, str]:
    """Those that were started with something of the folder."""
    found = {}
    for process in Path("/proc").iterdir():
        try:
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (OSError, UnicodeDecodeError):
            continue
        if process.name.isdecimal() and f"{folder}/" in words:
            found[int(process.name)] = words
    return found


def one_of(folder: Path, words: str) -> int:
    return next(pid for pid, line in processes_of(folder).items() if words in line)


def test_shipped_scenarios_pass_in_one_world_also_after_one_that_fails(run: Run, tmp_path: Path) -> None:
    wrong, out = written(tmp_path / "not-so.toml", NOT_SO), tmp_path / "out"
    process = run(wrong, *(SHIPPED / f"{name}.toml" for name in PASSING), "--out", out)
    said, complaint = process.communicate()
    assert (process.returncode, complaint) == (1, "")
    assert "not-so.toml:6: expect text 凭条打好了 (within_s = 0.2): 凭条打好了 stands nowhere" in said
    assert "idle: " in said
    assert "5 of 6 passed" in said

    (suite,) = ET.parse(out / "junit.xml").getroot()
    assert {key: suite.get(key) for key in ("tests", "failures", "errors")} == {
        "tests": "6",
        "failures": "1",
        "errors": "0",
    }
    cases = {case.get("name"): case for case in suite}
    assert cases.keys() == {"not-so", *PASSING}
    assert all(case.get("classname") == "scenarios" and float(case.get("time", "")) > 0 for case in cases.values())
    assert [name for name, case in cases.items() if case.find("failure") is not None] == ["not-so"]

    page = (out / "index.html").read_text(encoding="utf-8")
    assert "共 6 个，5 个通过" in page
    assert page.index("说的不是真的") < page.index("城乡居民医保参保")  # what did not pass comes first
    pictures = [path.relative_to(out).as_posix() for path in out.glob("pictures/*/*.png")]
    assert "pictures/not-so/01.png" in pictures
    assert all(f'src="{path}"' in page for path in pictures)
    assert not processes_of(out)


def test_a_terminal_that_ends_is_a_failure_a_house_that_ends_an_error_and_ctrl_c_leaves_a_report(
    run: Run, tmp_path: Path
) -> None:
    names = ("terminal-ends", "house-ends", "stopped")
    out = tmp_path / "out"
    process = run(*(written(tmp_path / f"{name}.toml", WAITS) for name in names), "--out", out)

    def waits(name: str) -> None:
        until((out / "pictures" / name / "01.png").exists, f"the scenario {name}", within_s=120)

    waits("terminal-ends")
    _, complaint = run(tmp_path / "stopped.toml", "--out", out).communicate()
    assert "another run writes its report to" in complaint
    os.kill(one_of(out, "kiosk run"), signal.SIGKILL)
    waits("house-ends")
    os.kill(one_of(out, "-m terminal.house"), signal.SIGKILL)
    waits("stopped")
    assert [words for words in processes_of(out).values() if f"{out}/worlds/1" in words] == []
    process.send_signal(signal.SIGINT)
    said, complaint = process.communicate()
    assert process.returncode == 130
    assert "stopped; the report says how far it came" in complaint
    assert "the terminal has ended" in said
    assert "the house has ended" in said
    (suite,) = ET.parse(out / "junit.xml").getroot()
    assert [(case.get("name"), case[0].tag) for case in suite] == [
        ("terminal-ends", "failure"),
        ("house-ends", "error"),
    ]
    assert "没能进行" in (out / "index.html").read_text(encoding="utf-8")
    assert not processes_of(out)


def test_a_world_that_does_not_start_is_an_error_with_its_reason(run: Run, tmp_path: Path) -> None:
    slot, out = written(tmp_path / "slot.toml", "smart_cards = true\n" + NOT_SO), tmp_path / "out"
    process = run(slot, "--out", out, PATH=str(tmp_path))  # no smart card service is found there
    said, _ = process.communicate()
    assert process.returncode == 1
    assert "No such file or directory: 'unshare'" in said
    (suite,) = ET.parse(out / "junit.xml").getroot()
    assert (suite.get("errors"), suite.get("failures")) == ("1", "0")
    assert not processes_of(out)


@pytest.mark.parametrize("command", ["run", "check"])
def test_what_is_no_scenario_is_told_by_line_and_nothing_is_performed(command: str, tmp_path: Path) -> None:
    wrong = written(tmp_path / "wrong.toml", NOT_SO.replace("wait", "wiat"))
    done = subprocess.run(
        [Path(sys.executable).parent / "kiosk-sim", "scenario", command, str(wrong)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 2
    assert f"{wrong}:4: unknown verb wiat; the nearest known one is wait" in done.stderr
    assert not (tmp_path / "build").exists()


def test_a_report_that_cannot_be_written_is_told_before_anything_is_performed(run: Run, tmp_path: Path) -> None:
    wrong = written(tmp_path / "not-so.toml", NOT_SO)
    process = run(wrong, "--out", wrong / "out")
    _, complaint = process.communicate()
    assert process.returncode == 2
    assert "no report can be written to" in complaint
