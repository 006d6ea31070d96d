"""The scan engine on its wires: pace, what is held in front, faults, the plug."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from hardware_sim.clock import HandClock, RealClock
from hardware_sim.devices.scan_engine import DECODING_S, ScanEngine
from tests.system.waiting import until

TRIGGER, DONE = bytes.fromhex("7E000801000201ABCD"), bytes.fromhex("02000001003331")
CODE = "粤通码 10010119".encode()


@pytest.fixture
def link(tmp_path: Path) -> Path:
    return tmp_path / "scanner"


@pytest.fixture
def engine(link: Path) -> Iterator[ScanEngine]:
    engine = ScanEngine(link, pace=False, seed=7)
    engine.start()
    yield engine
    engine.stop()


@pytest.fixture
def line(engine: ScanEngine, link: Path) -> Iterator[serial.Serial]:
    with serial.Serial(str(link), 9600, timeout=5) as line:
        yield line


def trigger(line: serial.Serial) -> None:
    line.write(TRIGGER)
    assert line.read(len(DONE)) == DONE


def test_a_code_in_front_is_read_once_for_each_trigger(engine: ScanEngine, line: serial.Serial) -> None:
    engine.show(CODE)
    for _ in range(2):
        trigger(line)
        assert line.read_until(b"\r") == CODE + b"\r"
    assert (engine.state()["codes"], engine.state()["lit"]) == (2, False)


def test_a_code_that_comes_while_the_light_is_on_is_read(engine: ScanEngine, line: serial.Serial) -> None:
    trigger(line)
    until(lambda: engine.state()["lit"], "an engine that looks")
    engine.show(CODE)
    assert line.read_until(b"\r") == CODE + b"\r"
    engine.hide()
    assert engine.state()["shown"] is None


@pytest.mark.parametrize(("terminator", "end"), [("none", b""), ("lf", b"\n"), ("crlf", b"\r\n")])
def test_a_code_ends_as_the_engine_was_set_up(link: Path, terminator: str, end: bytes) -> None:
    engine = ScanEngine(link, pace=False, terminator=terminator)
    engine.start()
    engine.show(CODE)
    with socket.create_connection(("127.0.0.1", engine.port), timeout=5) as wire:
        wire.sendall(TRIGGER)
        heard = b""
        while len(heard) < len(DONE + CODE + end):
            heard += wire.recv(100)
    engine.stop()
    assert heard == DONE + CODE + end


def test_the_light_goes_out_after_its_time_and_a_later_code_is_not_read(link: Path) -> None:
    clock = HandClock()
    engine = ScanEngine(link, pace=False, clock=clock)
    engine.start()
    with serial.Serial(str(link), 9600, timeout=5) as line:
        trigger(line)
        clock.advance(4.9)
        assert engine.state()["lit"]
        clock.advance(0.2)
        assert not engine.state()["lit"]
        engine.show(CODE)
        line.write(bytes.fromhex("7E000701000601ABCD"))
        assert line.read(7)[4] == 50
    engine.stop()


def test_at_its_own_pace_a_code_takes_the_time_of_9600_baud(link: Path) -> None:
    clock = RealClock(speed=50)
    engine = ScanEngine(link, clock=clock)
    engine.start()
    engine.show(bytes(960))
    with serial.Serial(str(link), 9600, timeout=5) as line:
        began_s = clock.now()
        trigger(line)
        assert len(line.read(961)) == 961
        assert clock.now() - began_s >= 1.0 + DECODING_S
    engine.stop()


def test_a_fault_holds_until_it_is_cleared_and_an_armed_one_for_one_code(
    engine: ScanEngine, line: serial.Serial
) -> None:
    engine.show(b"123456")
    engine.set_fault("scanner.half-code")
    engine.set_fault("scanner.double-fire", on="next-code")
    assert engine.faults() == {"scanner.half-code": {}, "scanner.double-fire": {"on": "next-code"}}
    trigger(line)
    assert line.read(6) == b"123123"
    trigger(line)
    assert line.read(3) == b"123"
    engine.clear_fault(None)
    trigger(line)
    assert line.read_until(b"\r") == b"123456\r"


def test_an_engine_that_does_not_answer_reads_nothing_either(engine: ScanEngine, line: serial.Serial) -> None:
    engine.show(CODE)
    engine.set_fault("scanner.no-answer", on="next-code")
    line.write(TRIGGER)
    until(lambda: not engine.faults(), "a trigger that was heard")
    trigger(line)
    assert line.read_until(b"\r") == CODE + b"\r"


def test_a_plug_pulled_in_the_middle_of_a_code_goes_in_after_its_time(link: Path) -> None:
    clock = HandClock()
    engine = ScanEngine(link, pace=False, clock=clock)
    engine.start()
    engine.show(CODE)
    engine.set_fault("scanner.unplugged", on="next-code", for_s=2.0)
    port = engine.port
    with socket.create_connection(("127.0.0.1", port), timeout=5) as wire:
        wire.sendall(TRIGGER)
        heard = b""
        while part := wire.recv(100):
            heard += part
    assert len(heard) < len(DONE + CODE)
    until(lambda: not link.is_symlink(), "a plug that is out")
    assert engine.faults() == {"scanner.unplugged": {"for_s": 2.0}}
    until(lambda: clock.advance(1.0) or engine.state()["plugged"], "a plug that is in again")
    assert (engine.faults(), engine.port) == ({}, port)
    engine.stop()


def test_a_plug_pulled_for_good_is_in_again_when_that_is_cleared(
    engine: ScanEngine, line: serial.Serial, link: Path
) -> None:
    engine.set_fault("scanner.unplugged", for_s=0.0)
    assert not link.is_symlink()
    with pytest.raises(serial.SerialException):
        trigger(line)
    engine.clear_fault("scanner.unplugged")
    with serial.Serial(str(link), 9600, timeout=5) as again:
        trigger(again)
