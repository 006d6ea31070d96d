"""What every test is held to: no thread left over, no warning in our log that nobody expected, no
skip that nobody counts. Qt is drawn without a screen."""

import logging
import os
import threading
from collections import Counter as Tally
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")

# The same examples in every run, however slow the machine: what fails here fails everywhere.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")

OURS = frozenset({"kiosk", "drivers", "sync", "ui", "terminal", "provisioning", "hardware_sim"})
A_THREAD_MAY_TAKE_S = 5.0
COUNTED_SKIPS = Path(__file__).with_name("counted_skips.txt")


@pytest.fixture(autouse=True)
def _leaves_no_thread() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    for thread in _begun_since(before):
        thread.join(A_THREAD_MAY_TAKE_S)
    left = _begun_since(before)
    assert not left, f"left running: {', '.join(sorted(thread.name for thread in left))}"


def _begun_since(before: set[threading.Thread]) -> set[threading.Thread]:
    """Without those that took the place of one that ended: of a device that outlives the test."""
    now = set(threading.enumerate())
    ended = Tally(thread.name for thread in before - now)
    begun = set()
    for thread in _ours(now - before):
        if ended[thread.name]:
            ended[thread.name] -= 1
        else:
            begun.add(thread)
    return begun


def _ours(threads: set[threading.Thread]) -> set[threading.Thread]:
    """Without the place-holders that Python makes, and never takes away, for Qt's threads."""
    return {thread for thread in threads if not isinstance(thread, threading._DummyThread)}


class _Warnings(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.partition(".")[0] in OURS:
            self.messages.append(f"{record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def _warns_only_where_expected(request: pytest.FixtureRequest) -> Iterator[None]:
    warnings = _Warnings()
    logging.getLogger().addHandler(warnings)
    yield
    logging.getLogger().removeHandler(warnings)
    expected = request.node.get_closest_marker("expects_warnings") is not None
    assert expected or not warnings.messages, "warned: " + "; ".join(warnings.messages)


class CountsSkips:
    """Fails the run for a skipped test whose file is not in `counted_skips.txt`."""

    def __init__(self) -> None:
        lines = COUNTED_SKIPS.read_text("utf-8").splitlines()
        self._counted = {line.partition(" ")[0] for line in lines if line and not line.startswith("#")}
        self._uncounted: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self._note(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._note(report.nodeid)

    def _note(self, nodeid: str) -> None:
        if nodeid.partition("::")[0] not in self._counted:
            self._uncounted.add(nodeid)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._uncounted and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for nodeid in sorted(self._uncounted):
            terminalreporter.write_line(f"SKIPPED and not in {COUNTED_SKIPS.name}: {nodeid}", red=True)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(CountsSkips(), "counts-skips")
