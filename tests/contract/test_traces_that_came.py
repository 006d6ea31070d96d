"""Every trace in `tests/traces` still plays its device: the probe says of it what stands beside it.

`NAME.said`: the module and its options, then what matters of what `--probe --json --address trace:NAME.trace` says.
"""

import subprocess
import sys
from pathlib import Path

import pytest

TRACES = Path(__file__).parents[1] / "traces"


@pytest.mark.parametrize("trace", sorted(TRACES.glob("*.trace")), ids=lambda trace: trace.stem)
def test_a_trace_that_came_is_said_of_as_before(trace: Path) -> None:
    words, *findings = trace.with_suffix(".said").read_text("utf-8").splitlines()
    command = [sys.executable, "-m", *words.split(), "--probe", "--json", "--address", f"trace:{trace}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert findings
    assert [line for line in done.stdout.splitlines() if line in findings] == findings, done.stdout + done.stderr
