"""`kiosk run --record DIR`: a whole terminal writes down what its devices say, each to a file of its own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from drivers.traces.trace_file import read_trace
from hardware_sim import simulation
from tests.system.waiting import until

CONFIGURATION = """\
terminal = {{ code = "CZ03", number = "03 号机" }}
hall = {{ name = "大厅", short_name = "大厅", desk = "咨询台", telephone = "0768-000 0000", hours = "9:00-17:00" }}
gateway = {{ url = "http://127.0.0.1:9" }}
store = {{ directory = "{store}", reserve_mb = 1 }}
[devices]
identity_card_reader = {{ address = "{reader}", simulated = true }}
document_camera = {{ driver = "frames", address = "{camera}", simulated = true }}
receipt_printer = {{ address = "{printer}", simulated = true }}
"""
COMMAND = [sys.executable, "-m", "terminal.cli", "run", "--window"]
DEVICES = ("document_camera", "identity_card_reader", "receipt_printer")


def test_what_devices_say_is_written_down_a_file_each(tmp_path: Path) -> None:
    traces, said = tmp_path / "traces", tmp_path / "said"
    with simulation.running(tmp_path / "sim") as sim, said.open("wb") as log:
        status = sim.status()
        configuration = tmp_path / "terminal.toml"
        configuration.write_text(
            CONFIGURATION.format(
                store=tmp_path / "store",
                reader=status["identity_card_reader"]["tcp_address"],
                camera=status["document_camera"]["address"],
                printer=status["receipt_printer"]["address"],
            ),
            encoding="utf-8",
        )
        terminal = subprocess.Popen(
            [*COMMAND, "--config", str(configuration), "--record", str(traces)],
            env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"},
            stderr=log,
        )
        try:
            until(
                lambda: all(len(lines(traces / f"{device}-001.trace")) > 1 for device in DEVICES[1:]),
                "a first exchange of reader and printer",
                within_s=40,
            )
        finally:
            terminal.send_signal(signal.SIGTERM)
            assert terminal.wait(30) == 0
    assert sorted(path.name for path in traces.iterdir()) == [f"{device}-001.trace" for device in DEVICES]
    for device in DEVICES:
        trace = read_trace(traces / f"{device}-001.trace")
        assert (trace.header.device, bool(trace.entries)) == (device, True)
    assert said.read_text("utf-8").count(f"written to {traces}, without personal data") == 1


def lines(trace: Path) -> list[bytes]:
    return trace.read_bytes().splitlines() if trace.exists() else []


def test_where_nothing_can_be_written_the_terminal_says_so_and_does_not_start(tmp_path: Path) -> None:
    configuration = tmp_path / "terminal.toml"
    configuration.write_text(
        CONFIGURATION.format(store=tmp_path, reader="tcp:127.0.0.1:9", camera=tmp_path, printer="tcp:127.0.0.1:9"),
        encoding="utf-8",
    )
    (tmp_path / "file").touch()
    done = subprocess.run(
        [*COMMAND, "--config", str(configuration), "--record", str(tmp_path / "file")],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 78
    assert "--record" in done.stderr
    assert done.stderr.count("\n") == 1
