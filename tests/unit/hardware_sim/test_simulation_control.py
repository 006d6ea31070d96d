"""The simulation from outside: the control API, and the command line as a process of its own."""

import http.client
import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hardware_sim import cli, control, simulation
from hardware_sim.clock import HandClock
from hardware_sim.faults import FAULTS

FIND, FOUND = bytes.fromhex("AAAAAA96690003200122"), bytes.fromhex("AAAAAA9669000800009F0000000097")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[control.Simulation]:
    with simulation.running(tmp_path / "sim") as sim:
        yield sim


@pytest.fixture(scope="module")
def unmoved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[control.Simulation]:
    """For all that is refused: nobody changes it."""
    with simulation.running(tmp_path_factory.mktemp("unmoved") / "sim") as sim:
        yield sim


def test_only_its_own_user_reaches_it(unmoved: control.Simulation) -> None:
    assert stat.S_IMODE(unmoved.run_dir.stat().st_mode) == 0o700


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
    running.fault_set("printer.no-answer")
    running.fault_set("reader.late", by_s=0.5, on="next-read")
    running.camera_plug(plugged=False)
    status = running.status()
    assert (status["document_camera"]["page"], status["document_camera"]["troubles"]) == ("recent-photo", ["dark"])
    assert not status["document_camera"]["plugged"]
    assert status["identity_card_reader"]["faults"] == {"reader.late": {"by_s": 0.5, "on": "next-read"}}
    printer = status["receipt_printer"]
    assert (printer["paper"], printer["cover_open"], printer["jammed"], printer["silent"]) == (
        "near-end", True, True, True,
    )  # fmt: skip
    running.page_put(None)
    running.paper_clear()
    assert set(running.faults()["set"]) == {"printer.no-answer", "reader.late"}
    running.fault_clear("printer.no-answer")
    running.fault_clear()
    assert running.faults()["set"] == {}
    running.camera_plug(plugged=True)
    running.paper_remove()
    assert running.status()["receipt_printer"]["paper"] == "out"
    running.paper_load()
    assert running.status()["receipt_printer"]["online"]


def test_each_fault_of_a_device_that_is_there_can_be_set_seen_and_cleared(running: control.Simulation) -> None:
    for name, kind in FAULTS.items():
        if kind.device in ("smart_card_reader", "document_scanner", "page_printer", "terminal"):
            with pytest.raises(control.Refused, match=r"--smart-cards|--papers|a scenario"):
                running.fault_set(name)
            continue
        running.fault_set(name)
        assert name in running.faults()["set"]
        assert name in running.status()[kind.device]["faults"]
        running.fault_clear(name)
        assert running.faults()["set"] == {}


def test_codes_are_held_before_engine_and_camera(running: control.Simulation) -> None:
    running.ask("code show", text="湘桥")
    assert running.status()["code_reader"]["shown"] == "湘桥".encode().hex()
    running.ask("code hide")
    assert running.status()["code_reader"]["shown"] is None
    for details in ({}, {"text": "a", "payload_hex": "61"}, {"payload_hex": "x"}, {"text": "a", "symbology": "EAN-13"}):
        with pytest.raises(control.Refused, match=r"code show|EAN13"):
            running.ask("code show", **details)


def test_the_clock_is_advanced_by_hand_or_goes_by_itself(tmp_path: Path, running: control.Simulation) -> None:
    with pytest.raises(control.Refused, match="--clock hand"):
        running.clock_advance(1)
    conditions = simulation.Conditions(pace=False, clock=HandClock())
    with simulation.running(tmp_path / "still", conditions=conditions) as sim:
        sim.fault_set("camera.unplugged", for_s=30)
        sim.fault_set("reader.unplugged", for_s=40)
        sim.clock_advance(29)
        assert not sim.status()["document_camera"]["plugged"]
        sim.clock_advance(2)
        assert sim.status()["document_camera"]["plugged"]
        assert set(sim.faults()["set"]) == {"reader.unplugged"}
        sim.clock_advance(10)
        assert sim.faults()["set"] == {}
        assert sim.status()["clock"] == {"kind": "hand", "now_s": 41}
        with pytest.raises(control.Refused, match="not go back"):
            sim.clock_advance(-1)


def test_plugs_can_be_pulled_twice(running: control.Simulation) -> None:
    for plug in (running.reader_plug, running.printer_plug, running.camera_plug, running.scanner_plug):
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
        (["fault", "set", "reader.no-anser"], "reader.no-answer"),
        (["fault", "set", "card.pulled", "after_byte=3"], "after_bytes"),
        (["code", "show", "x", "--symbology", "QRCode"], "QR Code"),
    ],
)
def test_unknown_names_give_code_2_and_the_nearest_known(
    unmoved: control.Simulation, arguments: list[str], nearest: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([*arguments, "--run-dir", str(unmoved.run_dir)]) == 2
    assert f"did you mean {nearest}?" in capsys.readouterr().err


def spoken(sim: control.Simulation, request: bytes) -> tuple[int, dict[str, object]]:
    """Status and answer to a request written by hand."""
    host, _, port = control.url_of(sim.run_dir).removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(request.replace(b"HOST", f"{host}:{port}".encode()))
        with line.makefile("rb") as answer:
            status = int(answer.readline().split()[1])
            body = answer.read().partition(b"\r\n\r\n")[2]
    return status, json.loads(body)


def posted(sim: control.Simulation, path: bytes, body: bytes, *headers: bytes) -> tuple[int, dict[str, object]]:
    lines = [b"POST " + path + b" HTTP/1.1", b"Host: HOST", b"Content-Length: %d" % len(body), *headers]
    return spoken(sim, b"\r\n".join(lines) + b"\r\n\r\n" + body)


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        (b"/v1/acts/card-insert", b"[]", 400, "a JSON object"),
        (b"/v1/acts/card-insert", b"\xff", 400, "not JSON"),
        (b"/v1/acts/card-insert", b"[" * 200_000, 400, "not JSON"),
        (b"/v1/acts/card-insert", b"{}", 422, "name is missing"),
        (b"/v1/acts/card-insert", b'{"name": 1}', 422, "name is text"),
        (b"/v1/acts/card-insert", b'{"name": "\\ud800"}', 422, "no person"),
        (b"/v1/acts/card-insert", b'{"nam": "chen-guilan"}', 422, "did you mean name?"),
        (b"/v1/acts/card-insert", b'{"name": "chen-guilan", "for_bytes": true}', 422, "whole number or null"),
        (b"/v1/acts/card-insert", b'{"name": "chen-guilan", "for_bytes": -1}', 422, "no fewer than 0"),
        (b"/v1/acts/card-insert", b'{"name": "chen-guilan", "changed": {"name": 5}}', 422, "name is a text"),
        (b"/v1/acts/card-insert", b'{"name": "chen-guilan", "changed": {"nam": "x"}}', 422, "did you mean name?"),
        (b"/v1/acts/paper-load", b'{"mm": -5}', 422, "a roll has 0 to"),
        (b"/v1/acts/fault-set", b'{"name": "scanner.slow", "parameters": {"baud": 0}}', 422, "from 50 to"),
        (b"/v1/acts/card-insrt", b"{}", 404, "did you mean card-insert?"),
        (b"/v1/act/card-insert", b"{}", 404, "/v1/acts/NAME"),
    ],
)
def test_requests_that_are_none_are_refused(
    unmoved: control.Simulation, path: bytes, body: bytes, status: int, said: str
) -> None:
    answered, outcome = posted(unmoved, path, body)
    assert answered == status
    assert said in str(outcome["refused"])


def test_pages_of_the_web_and_other_names_of_this_computer_are_kept_out(unmoved: control.Simulation) -> None:
    for headers in (b"Host: HOST\r\nOrigin: http://HOST", b"Host: rebound.example", b"Host: HOST\r\nOrigin: null"):
        assert spoken(unmoved, b"GET /v1/status HTTP/1.1\r\n" + headers + b"\r\n\r\n")[0] == 403
        request = b"POST /v1/acts/card-lift HTTP/1.1\r\nContent-Length: 2\r\n" + headers + b"\r\n\r\n{}"
        assert spoken(unmoved, request)[0] == 403


def test_a_body_has_a_length_and_a_limit(unmoved: control.Simulation) -> None:
    head = b"POST /v1/acts/card-lift HTTP/1.1\r\nHost: HOST\r\n"
    for headers, status in (
        (b"", 411),
        (b"Content-Length: some", 411),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 2", 411),
        (b"Content-Length: 99999999", 413),
        (b"Content-Length: " + b"9" * 5000, 411),
    ):
        assert spoken(unmoved, head + headers + b"\r\n\r\n")[0] == status


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"PUT /v1/status HTTP/1.1\r\nHost: HOST\r\n\r\n", 501),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET /v1/status HTTP/1.1\r\nHost: HOST\r\n" + b"X: y\r\n" * 300 + b"\r\n", 431),
    ],
)
def test_what_is_no_request_of_this_api_is_answered_with_a_sentence(
    unmoved: control.Simulation, request_bytes: bytes, status: int
) -> None:
    answered, outcome = spoken(unmoved, request_bytes)
    assert answered == status
    assert "docs/simulator.md" in str(outcome["refused"])


def test_what_cannot_be_written_is_said_and_the_devices_go_on(running: control.Simulation) -> None:
    in_the_way = running.run_dir / "code-camera" / ".current.png.new"
    in_the_way.mkdir()
    status, outcome = posted(running, b"/v1/acts/code-show", b'{"text": "one"}')
    assert status == 507
    assert "code show" in str(outcome["refused"])
    in_the_way.rmdir()
    assert posted(running, b"/v1/acts/code-show", b'{"text": "two"}')[0] == 200


def test_the_api_is_found_by_its_file_and_lists_what_it_can_do(unmoved: control.Simulation) -> None:
    address_file = unmoved.run_dir / "control.json"
    assert stat.S_IMODE(address_file.stat().st_mode) == 0o600
    status, outcome = spoken(unmoved, b"GET /v1/acts HTTP/1.1\r\nHost: HOST\r\n\r\n")
    acts = {act["act"]: act for act in outcome["answer"]}  # type: ignore[attr-defined]  # whatever JSON says
    assert status == 200
    assert all(act["meaning"].endswith(".") for act in acts.values())
    assert acts["card insert"]["path"] == "/v1/acts/card-insert"
    assert acts["card insert"]["parameters"][0] == {"name": "name", "type": "text"}
    assert acts["card insert"]["parameters"][1]["default"] is None


def test_pictures_of_receipts_and_of_the_newest_frame_can_be_looked_at(running: control.Simulation) -> None:
    def picture(path: str) -> tuple[int, bytes]:
        line = http.client.HTTPConnection(control.url_of(running.run_dir).removeprefix("http://"), timeout=10)
        line.request("GET", path)
        response = line.getresponse()
        content = response.read()
        line.close()
        return response.status, content[:8]

    port = int(running.status()["receipt_printer"]["address"].rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall("凭条\n".encode("gb18030") + b"\x1dV\x00")
        running.receipts(at_least=1, within_s=5)
    png = (200, b"\x89PNG\r\n\x1a\n")
    assert picture("/v1/receipts/1.png") == png
    assert picture("/v1/frames/document-camera.png") == picture("/v1/frames/code-camera.png") == png
    for path in ("/v1/receipts/2.png", "/v1/receipts/../control.json.png", "/v1/frames/none.png", "/v1/nothing"):
        assert picture(path)[0] == 404


def test_many_hands_at_once_are_each_answered(unmoved: control.Simulation) -> None:
    with ThreadPoolExecutor(16) as hands:
        statuses = list(hands.map(lambda _: unmoved.status()["pid"], range(64)))
    assert set(statuses) == {os.getpid()}


def test_a_simulation_that_was_killed_is_not_mistaken_for_the_one_that_got_its_port(
    running: control.Simulation, tmp_path: Path
) -> None:
    other = tmp_path / "killed"
    other.mkdir()
    (other / "control.json").write_bytes((running.run_dir / "control.json").read_bytes())
    with pytest.raises(control.NotRunning):
        control.connect(other)


def test_without_a_simulation_the_client_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(control.NotRunning):
        control.connect(tmp_path)
    assert cli.main(["status", "--run-dir", str(tmp_path / "nowhere")]) == 1
    assert "no simulation runs" in capsys.readouterr().err


def kiosk_sim(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hardware_sim.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize("words", [[], ["--detach"]])
def test_where_no_run_directory_can_be_nothing_starts(
    tmp_path: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert cli.main(["up", *words, "--run-dir", str(tmp_path / "file")]) == 2
    assert "File exists" in capsys.readouterr().err


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
