"""The steps at which a crash harness stops a process."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sync.steps import STEPS, reached

REACH = "from sync.steps import reached\nreached('agent.announced')\nreached('agent.uploaded')\nprint('went on')\n"
ROOT = Path(__file__).parents[3]


def test_a_step_stops_the_process_only_where_it_was_named(tmp_path: Path) -> None:
    stopped = tmp_path / "stopped"
    environment = {**os.environ, "HALL_STOP_AT": "store.in_transaction,agent.uploaded", "HALL_STOP_FILE": str(stopped)}
    process = subprocess.Popen([sys.executable, "-c", REACH], env=environment, cwd=ROOT, stdout=subprocess.PIPE)
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    assert stopped.read_text(encoding="utf-8") == "agent.uploaded"
    process.send_signal(signal.SIGCONT)
    output, _ = process.communicate()
    assert output.strip() == b"went on"


def test_a_step_that_is_not_declared_is_a_bug() -> None:
    with pytest.raises(ValueError, match="STEPS"):
        reached("agent.somewhere")


def test_no_step_has_two_meanings_and_all_of_ours_are_reached_somewhere() -> None:
    assert len(set(STEPS)) == len(STEPS)
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "sync").rglob("*.py"))
    ours = [step for step in STEPS if not step.startswith("terminal.")]
    assert [step for step in ours if f'reached("{step}")' not in sources] == []
