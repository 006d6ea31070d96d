"""`kiosk-sim printer --listen PORT --out DIR`: whatever a program sends lies in the folder, whole."""

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from hardware_sim import cli
from hardware_sim.devices.receipt_printer import ReceiptPrinter
from hardware_sim.printer_alone import printer_alone
from tests.system.waiting import until

EAN_13 = b"\x1dw\x02\x1dk\x43\x0d4006381333931"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def started(out: Path) -> Iterator[Callable[..., ReceiptPrinter]]:
    printers = []

    def start(**choices: Any) -> ReceiptPrinter:
        printers.append(printer_alone(out, **choices))
        printers[-1].start()
        return printers[-1]

    yield start
    for printer in printers:
        printer.stop()


def send(printer: ReceiptPrinter, octets: bytes) -> None:
    with socket.create_connection(("127.0.0.1", printer.port), timeout=5) as line:
        line.sendall(octets)


def left(out: Path, number: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / f"{number:03d}.json").read_text("utf-8"))
    return found


def test_the_end_of_a_connection_leaves_a_receipt(started: Callable[..., ReceiptPrinter], out: Path) -> None:
    printer = started()
    send(printer, b"hello\n")
    printer.receipts(at_least=1, within_s=5)
    assert left(out, 1) == {"lines": ["hello"], "codes": [], "cuts": 0, "unknown": [], "refused": []}
    assert (out / "001.txt").read_text("utf-8") == "hello\n"
    assert sorted(path.name for path in out.iterdir()) == ["001.json", "001.png", "001.txt"]


def test_each_cut_leaves_a_receipt_and_an_empty_one_leaves_nothing(
    started: Callable[..., ReceiptPrinter], out: Path
) -> None:
    printer = started()
    send(printer, b"")
    send(printer, b"\x1b@\n\n\x1dV\x00")
    send(printer, b"one\n\x1dV\x00\x1dV\x01two\x1dVB\x00")
    printer.receipts(at_least=2, within_s=5)
    send(printer, b"three")
    printer.receipts(at_least=3, within_s=5)
    assert [left(out, number)["lines"] for number in (1, 2, 3)] == [["one"], ["two"], ["three"]]
    assert [left(out, number)["cuts"] for number in (1, 2, 3)] == [1, 1, 0]
    assert not (out / "004.json").exists()


def test_numbers_go_on_after_what_lies_there(started: Callable[..., ReceiptPrinter], out: Path) -> None:
    out.mkdir()
    (out / "041.png").write_bytes(b"")
    (out / "notes.txt").write_text("not a receipt")
    printer = started()
    send(printer, b"x")
    printer.receipts(at_least=1, within_s=5)
    assert left(out, 42)["lines"] == ["x"]


def test_nothing_of_one_program_is_left_to_the_next(started: Callable[..., ReceiptPrinter], out: Path) -> None:
    printer = started()
    send(printer, b"\x1bt\x11\x1d!\x77\x1ba\x02\x1bLon a page that is never printed\x1dv0\x00\x48\x00\xff\x00half")
    send(printer, "Café 谢谢".encode("gb18030")[-4:] + b"\nplain\n")
    printer.receipts(at_least=1, within_s=5)
    assert left(out, 1)["lines"] == ["谢谢", "plain"]


def test_programs_that_come_at_once_are_served_one_after_the_other(
    started: Callable[..., ReceiptPrinter], out: Path
) -> None:
    printer = started()
    first = socket.create_connection(("127.0.0.1", printer.port), timeout=5)
    first.sendall(b"first begins\n")
    others = [socket.create_connection(("127.0.0.1", printer.port), timeout=5) for _ in range(5)]
    for number, line in enumerate(others):
        line.sendall(b"other %d\n" % number)
        line.close()
    first.sendall(b"first ends\n")
    first.close()
    printer.receipts(at_least=6, within_s=5)
    assert left(out, 1)["lines"] == ["first begins", "first ends"]
    assert sorted(left(out, number)["lines"][0] for number in range(2, 7)) == [f"other {n}" for n in range(5)]


def test_a_program_that_never_hangs_up_is_hung_up_on(started: Callable[..., ReceiptPrinter], out: Path) -> None:
    printer = started(idle_s=0.2)
    with socket.create_connection(("127.0.0.1", printer.port), timeout=5) as line:
        line.sendall(b"and then silence\n")
        assert line.recv(1) == b""
    printer.receipts(at_least=1, within_s=5)
    assert left(out, 1)["lines"] == ["and then silence"]


@pytest.mark.parametrize("sent", [b"", b"a whole receipt\n\x1dV\x00"])
def test_a_program_that_keeps_its_line_keeps_others_waiting_for_a_while_only(
    started: Callable[..., ReceiptPrinter], out: Path, sent: bytes
) -> None:
    printer = started(idle_s=0.2)
    with socket.create_connection(("127.0.0.1", printer.port), timeout=5) as kept:
        kept.sendall(sent)
        printer.receipts(at_least=int(bool(sent)), within_s=5)
        send(printer, b"another\n")
        printer.receipts(at_least=1 + bool(sent), within_s=5)
        assert left(out, 1 + bool(sent))["lines"] == ["another"]
        assert kept.recv(1) == b""


def test_a_receipt_for_which_there_is_no_room_waits_and_says_so(
    started: Callable[..., ReceiptPrinter], out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printer = started()
    (out / ".001.txt.new").mkdir()
    send(printer, b"kept later\n")
    until(lambda: printer.state()["not_kept"] == 1, "a receipt that waits")
    assert "receipt 001 waits" in capsys.readouterr().err
    (out / ".001.txt.new").rmdir()
    printer.change(lambda _: None)
    printer.receipts(at_least=1, within_s=5)
    assert left(out, 1)["lines"] == ["kept later"]


def test_codes_are_listed_and_can_be_scanned_off_the_picture(started: Callable[..., ReceiptPrinter], out: Path) -> None:
    printer = started()
    send(printer, b"price\n" + EAN_13 + b"\n")
    printer.receipts(at_least=1, within_s=5)
    (code,) = left(out, 1)["codes"]
    assert code == {"symbology": "EAN-13", "text": "4006381333931", "payload": b"4006381333931".hex()}
    with Image.open(out / "001.png") as picture:
        assert picture.width == 640
        assert [one.text for one in zxingcpp.read_barcodes(np.asarray(picture))] == ["4006381333931"]


def test_a_narrow_printer_has_narrow_paper(started: Callable[..., ReceiptPrinter], out: Path) -> None:
    printer = started(width="58mm")
    send(printer, b"n" * 33 + b"\n")
    printer.receipts(at_least=1, within_s=5)
    assert left(out, 1)["lines"] == ["n" * 32, "n"]
    with Image.open(out / "001.png") as picture:
        assert picture.width == 464


def test_what_is_unknown_and_what_was_refused_is_named(started: Callable[..., ReceiptPrinter], out: Path) -> None:
    printer = started()
    send(printer, b"a\x1d(Z\x03\x00xyzb\n\x1dk\x43\x03abc")
    printer.receipts(at_least=1, within_s=5)
    found = left(out, 1)
    assert (found["lines"], found["unknown"]) == (["ab"], ["GS ( Z 3 bytes"])
    assert found["refused"][0].startswith("EAN-13: ")


def test_the_command_says_where_it_listens_and_what_came_and_ends_when_told(out: Path) -> None:
    command = [sys.executable, "-m", "hardware_sim.cli", "printer", "--listen", "0", "--out", str(out), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        killer = threading.Timer(60, process.kill)
        killer.start()
        try:
            assert process.stdout is not None
            host, _, port = json.loads(process.stdout.readline())["address"].partition(":")
            with socket.create_connection((host, int(port)), timeout=5) as line:
                line.sendall(b"hello\n\x1dV\x00")
                told = json.loads(process.stdout.readline())
            assert (told["receipt"], told["lines"]) == (str(out / "001.json"), ["hello"])
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
            assert process.stderr is not None
            assert process.stderr.read() == b""
        finally:
            killer.cancel()


def test_a_port_that_is_taken_gives_code_2(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert cli.main(["printer", "--listen", str(port), "--out", str(out)]) == 2
    for number, handler in zip((signal.SIGTERM, signal.SIGINT), before, strict=True):
        signal.signal(number, handler)
    assert "Address already in use" in capsys.readouterr().err


def test_the_acts_on_the_running_simulations_printer_are_still_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["printer", "unplug", "--run-dir", str(tmp_path)]) == 1
    assert "kiosk-sim up" in capsys.readouterr().err
