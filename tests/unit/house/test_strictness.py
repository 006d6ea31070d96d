"""The fixtures of `tests/conftest.py` fail what they are meant to fail."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]
CONFIGURATION = TESTS.parent / "pyproject.toml"

MISBEHAVING = """
import logging, threading, warnings
import pytest
from PySide6.QtCore import qWarning

release = threading.Event()

def test_warns_in_our_log():
    logging.getLogger("drivers.receipt_printer").warning("lost")

@pytest.mark.expects_warnings
def test_warns_in_our_log_and_says_so():
    logging.getLogger("drivers.receipt_printer").warning("lost")

def test_warns_in_somebody_elses_log():
    logging.getLogger("urllib3").warning("lost")

def test_lets_qt_warn():
    qWarning("lost")

def test_uses_what_is_deprecated():
    warnings.warn("old", DeprecationWarning)

def test_leaves_a_thread():
    threading.Thread(target=release.wait, name="forgotten", daemon=True).start()

def test_ends_its_thread():
    thread = threading.Thread(target=int)
    thread.start()
"""
SKIPPING = """
import pytest

@pytest.mark.skip(reason="later")
def test_is_skipped():
    pass
"""


def run_beside_our_conftest(directory: Path, content: str) -> subprocess.CompletedProcess[str]:
    conftest = (
        (TESTS / "conftest.py").read_text("utf-8").replace("A_THREAD_MAY_TAKE_S = 5.0", "A_THREAD_MAY_TAKE_S = 0.1")
    )
    (directory / "conftest.py").write_text(conftest, "utf-8")
    shutil.copy(TESTS / "counted_skips.txt", directory)
    shutil.copy(CONFIGURATION, directory)
    (directory / "test_it.py").write_text(content, "utf-8")
    command = [sys.executable, "-m", "pytest", "-rA", "-c", str(directory / "pyproject.toml"), str(directory)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=directory)


def test_whoever_warns_or_leaves_a_thread_behind_fails(tmp_path: Path) -> None:
    output = run_beside_our_conftest(tmp_path, MISBEHAVING).stdout
    bad = set(re.findall(r"^(?:FAILED|ERROR) test_it.py::(\w+)", output, re.MULTILINE))
    assert bad == {
        "test_warns_in_our_log",
        "test_lets_qt_warn",
        "test_uses_what_is_deprecated",
        "test_leaves_a_thread",
    }


def test_a_skip_that_nobody_counts_fails_the_run(tmp_path: Path) -> None:
    outcome = run_beside_our_conftest(tmp_path, SKIPPING)
    assert outcome.returncode == 1
    assert "not in counted_skips.txt: test_it.py::test_is_skipped" in outcome.stdout
