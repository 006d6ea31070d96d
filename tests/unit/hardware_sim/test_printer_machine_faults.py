"""The faults of the receipt printer: what it does, what it says, and how it comes back."""

import contextlib
import os
import socket
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware_sim.clock import HandClock
from hardware_sim.devices.printer_faults import EFFECTS, UNPLUGGED
from hardware_sim.devices.printer_machine import HEAD_COOLS_S, EndedBy, PrinterMachine
from hardware_sim.devices.receipt_printer import ReceiptPrinter
from hardware_sim.faults import FAULTS
from tests.system.waiting import until

CUT, ASK = b"\x1dV\x00", b"".join(b"\x10\x04" + bytes([n]) for n in (1, 2, 3, 4))
CONFIRM, CONFIRMED = bytes.fromhex("1D28480600303041424344"), bytes.fromhex("37224142434400")
WELL = bytes([0x12, 0x12, 0x12, 0x12])


def run(machine: PrinterMachine, octets: bytes = b"") -> bytes:
    machine.receive(octets)
    while machine.advance() is not None:
        pass
    said = bytes(machine.answers)
    machine.answers.clear()
    return said


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[ReceiptPrinter]:
    printer = ReceiptPrinter(tmp_path / "receipts", pace=False, link=tmp_path / "line", presenter=True)
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


def test_every_fault_of_the_registry_can_be_set() -> None:
    assert {name for name in FAULTS if name.startswith("printer.")} == {*EFFECTS, UNPLUGGED}


def test_a_jam_after_the_cut_keeps_the_piece_and_confirms_nothing() -> None:
    machine = PrinterMachine()
    machine.jams_after_cut = True
    assert run(machine, b"slip\n" + CUT + CONFIRM + ASK) == bytes([0x12, 0x12, 0x12, 0x12])  # asked before it was cut
    assert machine.receipts.pop().ended_by is EndedBy.JAMMED
    assert run(machine, ASK) == bytes([0x1A, 0x52, 0x16, 0x12])
    machine.free_piece()
    assert run(machine, ASK) == WELL + CONFIRMED


def test_a_stuck_cutter_and_a_hot_head_have_bits_of_their_own() -> None:
    machine = PrinterMachine()
    run(machine, b"\x1da\xff")
    machine.set_jam(jammed=True)
    assert run(machine, ASK) == bytes.fromhex("18080000") + bytes([0x1A, 0x52, 0x1A, 0x12])
    machine.set_jam(jammed=False)
    machine.heat(hot=True)
    assert run(machine, ASK) == bytes.fromhex("10000000 18400000") + bytes([0x1A, 0x52, 0x52, 0x12])


def test_a_hot_head_cools_by_itself_and_what_waited_is_printed() -> None:
    machine = PrinterMachine()
    machine.heat(hot=True)
    run(machine, b"slip\n" + CUT)
    assert machine.tell_time(HEAD_COOLS_S - 1) == 1
    assert not machine.receipts
    assert machine.tell_time(HEAD_COOLS_S) is None
    run(machine)
    assert machine.receipts.pop().text_lines == ("slip",)


def test_paper_ends_so_many_millimetres_on_within_a_job() -> None:
    machine = PrinterMachine()
    machine.end_paper_after(9)
    run(machine, b"one\ntwo\nthree\n" + CUT)
    piece = machine.receipts.pop()
    assert (piece.text_lines, piece.ended_by) == (("one", "two"), EndedBy.PAPER_END)
    assert run(machine, ASK) == bytes([0x1A, 0x32, 0x12, 0x7E])


def test_half_of_an_answer_and_noise_before_it() -> None:
    machine = PrinterMachine()
    machine.halved = True
    assert run(machine, CONFIRM) == CONFIRMED[:3]
    machine.halved, machine.noise_bytes = False, 5
    heard = run(machine, b"\x10\x04\x01")
    assert (len(heard), heard[5:]) == (6, b"\x12")
    assert all(octet & 0x80 for octet in heard[:5])


def test_the_same_seed_makes_the_same_noise(tmp_path: Path) -> None:
    noises = []
    for name in ("a", "b"):
        printer = ReceiptPrinter(tmp_path / name, pace=False, seed="7")
        printer.start()
        printer.set_fault("printer.noise", bytes=6)
        with connected(printer) as line:
            line.sendall(b"\x10\x04\x01")
            noises.append(read(line, 7))
        printer.stop()
    assert noises[0] == noises[1]


def test_a_ticket_waits_in_the_mouth_until_it_is_taken_or_drawn_back() -> None:
    machine = PrinterMachine(presenter=True)
    assert run(machine, b"\x10\x04\x14") == bytes.fromhex("100F00000000")
    run(machine, b"slip\n" + CUT)
    assert run(machine, b"\x10\x04\x14") == bytes.fromhex("100F20000000")
    assert machine.take_ticket()
    assert not machine.take_ticket()
    run(machine, b"slip\n" + CUT + b"\x1de\x02")
    assert (machine.retracted, run(machine, b"\x10\x04\x14")) == (1, bytes.fromhex("100F00000000"))
    run(machine, b"slip\n" + CUT + b"\x1de\x03\x08\x1de\x05")
    assert (machine.retracted, machine.mechanism.ticket_waiting) == (1, False)


def test_the_full_status_tells_paper_cover_and_errors_apart() -> None:
    machine = PrinterMachine(presenter=True)
    machine.load_paper(1000)
    machine.set_cover(opened=True)
    machine.heat(hot=True)
    machine.set_jam(jammed=True)
    assert run(machine, b"\x10\x04\x14") == bytes.fromhex("100F04030101")


def test_a_printer_says_who_it_is_and_how_its_paper_is() -> None:
    machine = PrinterMachine()
    assert run(machine, b"\x1dI\x43\x1dr\x01\x1bv") == b"\x5fSIM-80\x00\x00\x00"
    machine.load_paper(1000)
    assert run(machine, b"\x1dr1") == b"\x03"


@pytest.mark.parametrize("name", sorted(EFFECTS))
def test_a_fault_is_listed_until_it_is_cleared(printer: ReceiptPrinter, name: str) -> None:
    printer.set_fault(name)
    assert list(printer.faults()) == [name]
    printer.clear_fault(name)
    assert printer.faults() == {}
    with connected(printer) as line:
        line.sendall(ASK)
        assert read(line, 4) == WELL


def test_a_fault_that_hands_have_mended_is_no_longer_listed(printer: ReceiptPrinter) -> None:
    printer.set_fault("printer.cover")
    printer.change(lambda machine: machine.set_cover(opened=False))
    assert printer.faults() == {}


def test_a_fault_for_the_next_job_leaves_the_questions_before_it_alone(printer: ReceiptPrinter) -> None:
    printer.set_fault("printer.paper-out", after_mm=5.0, on="next-job")
    with connected(printer) as line:
        line.sendall(b"\x1b@" + ASK)
        assert read(line, 4) == WELL
        assert list(printer.faults()) == ["printer.paper-out"]
        line.sendall(b"one\ntwo\nthree\n" + CUT)
        (slip,) = printer.receipts(at_least=1, within_s=5)
        assert (slip.text, slip.ended_by) == ("one\n", "paper-end")
        line.sendall(b"\x10\x04\x04")
        assert read(line, 1) == b"\x7e"


@pytest.mark.parametrize("name", ["printer.no-answer", "printer.half-answer", "printer.noise", "printer.slow"])
def test_what_spoils_the_next_job_is_over_with_it(printer: ReceiptPrinter, name: str) -> None:
    values = {one.name: one.default for one in FAULTS[name].parameters} | ({"baud": 50_000} if "slow" in name else {})
    printer.set_fault(name, on="next-job", **values)
    with connected(printer) as line:
        line.sendall(ASK)
        assert read(line, 4) == WELL
        line.sendall(b"one\n" + CUT + b"\x1de\x05" + CONFIRM)
        printer.receipts(at_least=1, within_s=5)
        until(lambda: not printer.faults(), "a fault that is over with its job")
    with connected(printer) as line:
        line.sendall(b"two\n" + CUT + CONFIRM)
        assert read(line, len(CONFIRMED)) == CONFIRMED


def test_a_job_that_confirms_nothing_is_over_when_its_host_goes_or_another_begins(printer: ReceiptPrinter) -> None:
    printer.set_fault("printer.no-answer", on="next-job")
    with connected(printer) as line:
        line.sendall(b"one\n" + CUT)
        printer.receipts(at_least=1, within_s=5)
        assert list(printer.faults()) == ["printer.no-answer"]
        line.sendall(b"two\n" + CUT + CONFIRM)
        assert read(line, len(CONFIRMED)) == CONFIRMED
    printer.set_fault("printer.no-answer", on="next-job")
    with connected(printer) as line:
        line.sendall(b"three\n" + CUT)
        printer.receipts(at_least=3, within_s=5)
    until(lambda: not printer.faults(), "a fault that is over with its connection")


def test_what_has_happened_to_a_thing_stays_after_the_job(printer: ReceiptPrinter) -> None:
    printer.set_fault("printer.jam-after-cut", on="next-job")
    with connected(printer) as line:
        line.sendall(b"one\n" + CUT + CONFIRM)
        printer.receipts(at_least=1, within_s=5)
    assert list(printer.faults()) == ["printer.jam-after-cut"]
    printer.clear_fault(None)
    assert (printer.faults(), printer.state()["jammed"]) == ({}, False)


def test_a_job_that_was_given_up_is_not_the_next_one(printer: ReceiptPrinter) -> None:
    printer.set_fault("printer.cover")
    printer.change(lambda machine: machine.set_cover(opened=False))
    with connected(printer) as line:
        line.sendall(b"one\n")
        until(lambda: not printer.state()["waiting"], "a line that is printed")
        printer.set_fault("printer.cutter")
        line.sendall(b"\x1b@" + ASK)
        read(line, 4)
        printer.clear_fault(None)
        printer.set_fault("printer.no-answer", on="next-job")
        line.sendall(b"two\n" + CUT + CONFIRM)
        until(lambda: not printer.faults(), "a fault that is over with its job")
        line.sendall(ASK)
        assert read(line, 4) == WELL


def test_a_receipt_waits_until_its_tray_has_room(printer: ReceiptPrinter, tmp_path: Path) -> None:
    (tmp_path / "receipts").rmdir()
    with connected(printer) as line:
        line.sendall(b"one\n" + CUT + CONFIRM)
        assert read(line, len(CONFIRMED)) == CONFIRMED
    until(lambda: printer.state()["not_kept"] == 1, "a receipt for which there is no tray")
    (tmp_path / "receipts").mkdir()
    printer.change(lambda _: None)
    assert [slip.text for slip in printer.receipts(at_least=1, within_s=5)] == ["one\n"]


def test_a_host_that_takes_no_answer_off_the_wire_keeps_nobody_waiting(printer: ReceiptPrinter) -> None:
    with connected(printer) as line:
        line.settimeout(0.2)
        with contextlib.suppress(TimeoutError):
            for _ in range(400):
                line.sendall(ASK * 8_000)
        printer.stop()
        assert printer.state()["plugged"]


def test_no_name_but_the_registrys_is_taken(printer: ReceiptPrinter) -> None:
    with pytest.raises(KeyError):
        printer.set_fault("printer.fire")


def test_a_plug_that_is_out_for_a_while_comes_back_at_the_same_port(tmp_path: Path) -> None:
    clock = HandClock()
    printer = ReceiptPrinter(tmp_path / "receipts", pace=False, clock=clock)
    printer.start()
    printer.set_fault("printer.unplugged", for_s=30.0)
    with pytest.raises(ConnectionRefusedError):
        connected(printer)
    clock.advance(29)
    assert list(printer.faults()) == ["printer.unplugged"]
    clock.advance(2)
    with connected(printer) as line:
        line.sendall(b"\x10\x04\x01")
        assert read(line, 1) == b"\x12"
    assert printer.faults() == {}
    printer.stop()


def test_a_slow_line_takes_its_time(tmp_path: Path) -> None:
    clock = HandClock()
    printer = ReceiptPrinter(tmp_path / "receipts", pace=False, clock=clock)
    printer.start()
    printer.set_fault("printer.slow", baud=1200)
    with connected(printer) as line:
        line.sendall(b"x" * 479 + b"\n" + CUT)
        clock.advance(3.9)
        assert printer.receipts() == []
        clock.advance(1.0)
        assert len(printer.receipts(at_least=1, within_s=5)) == 1
    printer.stop()


def test_the_serial_line_prints_and_answers_too(printer: ReceiptPrinter, tmp_path: Path) -> None:
    line = os.open(tmp_path / "line", os.O_RDWR | os.O_NOCTTY)
    try:
        tty.setraw(line)
        os.write(line, b"over a cable\n" + CUT + CONFIRM)
        heard = b""
        while len(heard) < 7:
            heard += os.read(line, 7 - len(heard))
        assert heard == CONFIRMED
    finally:
        os.close(line)
    assert [slip.text for slip in printer.receipts(at_least=1, within_s=5)] == ["over a cable\n"]


def test_a_host_on_the_serial_line_is_told_to_wait_while_much_is_unprinted(
    printer: ReceiptPrinter, tmp_path: Path
) -> None:
    printer.set_fault("printer.cover")
    line = os.open(tmp_path / "line", os.O_RDWR | os.O_NOCTTY)
    try:
        tty.setraw(line)
        for _ in range(5):
            os.write(line, b"x" * 1000)
        assert os.read(line, 1) == b"\x13"
        printer.clear_fault("printer.cover")
        assert os.read(line, 1) == b"\x11"
    finally:
        os.close(line)


def test_an_unplugged_printer_has_no_serial_line_either(printer: ReceiptPrinter, tmp_path: Path) -> None:
    printer.unplug()
    assert not (tmp_path / "line").exists()
    printer.plug()
    assert (tmp_path / "line").exists()
