"""The simulation from outside: the control socket, and the command line as a process of its own."""

import json
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware_sim import cli, control, simulation

FIND, FOUND = bytes.fromhex("AAAAAA96690003200122"), bytes.fromhex("AAAAAA9669000800009F0000000097")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[control.Simulation]:
    with simulation.running(tmp_path / "sim") as sim:
        yield sim


def test_only_its_own_user_reaches_it(running: control.Simulation) -> None:
    assert stat.S_IMODE(running.run_dir.stat().st_mode) == 0o700


def test_a_card_is_inserted_and_lifted(running: control.Simulation) -> None:
    for name in ("chen-guilan", "permit:4"):
        running.card_insert(name)
        assert running.status()["identity_card_reader"]["field"] == "entered"
        running.card_lift()
        assert running.status()["identity_card_reader"]["field"] == "empty"


def test_a_card_of_given_bytes_is_laid_down_and_one_of_other_length_is_not(running: control.Simulation) -> None:
    with pytest.raises(control.Refused, match="256 bytes"):
        running.card_lay(b"short")
    assert running.status()["identity_card_reader"]["field"] == "empty"
    running.card_lay(bytes(256))
    assert running.status()["identity_card_reader"]["field"] == "entered"


def test_pages_papers_and_plugs_change_the_status(running: control.Simulation) -> None:
    running.page_put("recent-photo", person="lin-zhiqiang", troubles=("dark",))
    running.paper_load(100)
    running.paper_cover(opened=True)
    running.paper_jam()
    running.printer_silent(True)
    running.reader_fault("silent")
    running.camera_plug(plugged=False)
    status = running.status()
    assert (status["document_camera"]["page"], status["document_camera"]["troubles"]) == ("recent-photo", ["dark"])
    assert not status["document_camera"]["plugged"]
    assert status["identity_card_reader"]["fault"] == "silent"
    printer = status["receipt_printer"]
    assert (printer["paper"], printer["cover_open"], printer["jammed"], printer["silent"]) == (
        "near-end", True, True, True,
    )  # fmt: skip
    running.page_put(None)
    running.paper_clear()
    running.printer_silent(False)
    running.reader_fault(None)
    running.camera_plug(plugged=True)
    running.paper_remove()
    assert running.status()["receipt_printer"]["paper"] == "out"
    running.paper_load()
    assert running.status()["receipt_printer"]["online"]


def test_plugs_can_be_pulled_twice(running: control.Simulation) -> None:
    for plug in (running.reader_plug, running.printer_plug, running.camera_plug):
        for plugged in (False, False, True, True):
            plug(plugged=plugged)


def test_receipts_are_waited_for(running: control.Simulation) -> None:
    port = int(running.status()["receipt_printer"]["address"].rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall("凭条\n".encode("gb18030") + b"\x1dV\x00")
        assert running.receipts(at_least=1, within_s=5)[-1].text == "凭条\n"


@pytest.mark.parametrize(
    ("arguments", "nearest"),
    [
        (["card", "insert", "chen-guilian"], "chen-guilan"),
        (["page", "put", "houshold-front"], "household-front"),
        (["reader", "fault", "silence"], "silent"),
    ],
)
def test_unknown_names_give_code_2_and_the_nearest_known(
    running: control.Simulation, arguments: list[str], nearest: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([*arguments, "--run-dir", str(running.run_dir)]) == 2
    assert f"did you mean {nearest}?" in capsys.readouterr().err


@pytest.mark.parametrize(
    "request_line", [b"\n", b"[]\n", b"{}\n", b"\xff\n", b'{"ask": "card insert"}\n', b'{"ask": 1}\n']
)
def test_requests_that_are_none_are_refused(running: control.Simulation, request_line: bytes) -> None:
    with control.socket_address(running.run_dir) as address, socket.socket(socket.AF_UNIX) as line:
        line.connect(address)
        line.sendall(request_line)
        assert "refused" in json.loads(line.makefile().readline())


def test_without_a_simulation_the_client_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(control.NotRunning):
        control.connect(tmp_path)
    assert cli.main(["status", "--run-dir", str(tmp_path / "nowhere")]) == 1
    assert "no simulation runs" in capsys.readouterr().err


def kiosk_sim(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hardware_sim.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_from_up_to_down_in_other_processes(tmp_path: Path) -> None:
    run_dir = tmp_path / "a-rather-long-name-for-a-run-directory-that-no-socket-address-could-hold" / "sim"
    where = ("--run-dir", run_dir)
    up = kiosk_sim("up", "--detach", "--no-pace", "--json", *where)
    assert up.returncode == 0, up.stderr
    reader = Path(json.loads(up.stdout)["identity_card_reader"]["address"])
    assert kiosk_sim("up", "--detach", *where).returncode == 1
    assert kiosk_sim("card", "insert", "chen-guilan", *where).returncode == 0
    with reader.open("r+b", buffering=0) as line:
        line.write(FIND)
        answer = b""
        while len(answer) < len(FOUND):
            answer += line.read(len(FOUND) - len(answer))
    assert answer == FOUND
    assert "陈桂兰" in kiosk_sim("people", *where).stdout
    assert json.loads(kiosk_sim("receipts", "--json", *where).stdout) == []
    assert kiosk_sim("down", *where).returncode == 0
    assert sorted(path.name for path in run_dir.iterdir()) == ["receipts", "simulation.log"]
    assert kiosk_sim("status", *where).returncode == 1
