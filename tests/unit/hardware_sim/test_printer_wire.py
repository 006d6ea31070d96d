"""The printer on TCP and its tray."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from hardware_sim.devices.receipt_printer import ReceiptPrinter

CONFIRM, CONFIRMED = bytes.fromhex("1D28480600303041424344"), bytes.fromhex("37224142434400")


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[ReceiptPrinter]:
    printer = ReceiptPrinter(tmp_path / "receipts", pace=False)
    printer.start()
    yield printer
    printer.stop()


def connected(printer: ReceiptPrinter) -> socket.socket:
    return socket.create_connection(("127.0.0.1", printer.port), timeout=5)


def read(line: socket.socket, length: int) -> bytes:
    octets = b""
    while len(octets) < length and (part := line.recv(length - len(octets))):
        octets += part
    return octets


def test_a_slip_is_confirmed_and_kept_as_text_and_picture(printer: ReceiptPrinter) -> None:
    with connected(printer) as line:
        line.sendall("受理凭条\n".encode("gb18030") + b"\x1dVB\x08" + CONFIRM)
        assert read(line, 7) == CONFIRMED
    (slip,) = printer.receipts()
    assert slip.text_path.read_text("utf-8") == slip.text == "受理凭条\n"
    with Image.open(slip.picture_path) as picture:
        assert picture.width > 576


def test_the_end_of_the_connection_ends_the_receipt(printer: ReceiptPrinter) -> None:
    with connected(printer) as line:
        line.sendall(b"no cut")
    (slip,) = printer.receipts(at_least=1, within_s=5)
    assert (slip.text, slip.ended_by) == ("no cut\n", "torn")


def test_a_refill_wakes_the_printer(printer: ReceiptPrinter) -> None:
    printer.change(lambda machine: machine.load_paper(5))
    with connected(printer) as line:
        line.sendall(b"one\ntwo\nthree\n\x1dV\x00" + CONFIRM)
        assert len(printer.receipts(at_least=1, within_s=5)) == 1
        printer.change(lambda machine: machine.load_paper())
        assert read(line, 7) == CONFIRMED
    assert [slip.text for slip in printer.receipts()] == ["one\n", "two\nthree\n"]


def test_an_unplugged_printer_hangs_up_and_comes_back_at_the_same_port(printer: ReceiptPrinter) -> None:
    port = printer.port
    with connected(printer) as line:
        line.sendall(b"\x10\x04\x01")
        assert line.recv(1) == b"\x12"
        printer.unplug()
        assert line.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        connected(printer)
    printer.plug()
    assert printer.port == port
    with connected(printer) as line:
        line.sendall(b"\x10\x04\x01")
        assert line.recv(1) == b"\x12"


def test_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    for number in (1, 2):
        printer = ReceiptPrinter(tmp_path / "receipts", pace=False)
        printer.start()
        with connected(printer) as line:
            line.sendall(b"x\n\x1dV\x00")
            assert printer.receipts(at_least=1, within_s=5)[0].number == number
        printer.stop()
