"""The reader on its wires: pace, plug, link and port."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from hardware_sim.chip import chip_of
from hardware_sim.devices.sam_machine import PlacedCard, ReaderFault
from hardware_sim.devices.sam_reader import CHIP_READING_S, SamReader
from hardware_sim.people import cast

STATUS, READY = bytes.fromhex("AAAAAA9669000311FFED"), bytes.fromhex("AAAAAA9669000400009094")
FIND, SELECT = bytes.fromhex("AAAAAA96690003200122"), bytes.fromhex("AAAAAA96690003200221")
READ = bytes.fromhex("AAAAAA96690003300132")


@pytest.fixture
def link(tmp_path: Path) -> Path:
    return tmp_path / "reader"


@pytest.fixture
def reader(link: Path) -> Iterator[SamReader]:
    reader = SamReader(link, pace=False, late_by_s=0.3)
    reader.start()
    yield reader
    reader.stop()


def ask(line: serial.Serial, request: bytes, length: int) -> bytes:
    line.write(request)
    return bytes(line.read(length))


def test_a_whole_read_over_the_line(reader: SamReader, link: Path) -> None:
    reader.insert(PlacedCard(chip_of(cast()["yang-hong"])))
    with serial.Serial(str(link), 115_200, timeout=5) as line:
        assert len(ask(line, FIND, 15)) == 15
        assert len(ask(line, SELECT, 19)) == 19
        assert ask(line, READ, 1295)[14:20].decode("utf-16-le") == "杨𬭎"
    assert reader.state()["field"] == "spent"


def test_at_its_own_pace_a_read_takes_chip_and_line_time(link: Path) -> None:
    reader = SamReader(link)
    reader.start()
    reader.insert(PlacedCard(chip_of(cast()["chen-guilan"])))
    with serial.Serial(str(link), 115_200, timeout=5) as line:
        ask(line, FIND, 15)
        ask(line, SELECT, 19)
        began = time.monotonic()
        assert len(ask(line, READ, 1295)) == 1295
        assert time.monotonic() - began >= CHIP_READING_S + 0.112
    reader.stop()


def test_a_card_lifted_while_the_chip_is_read_fails(link: Path) -> None:
    reader = SamReader(link)
    reader.start()
    reader.insert(PlacedCard(chip_of(cast()["chen-guilan"])))
    with serial.Serial(str(link), 115_200, timeout=5) as line:
        ask(line, FIND, 15)
        ask(line, SELECT, 19)
        line.write(READ)
        reader.lift()
        assert line.read(11)[9] == 0x41
    reader.stop()


def test_a_pulled_plug_is_an_error_on_the_line_and_the_link_comes_back_with_it(reader: SamReader, link: Path) -> None:
    with serial.Serial(str(link), 115_200, timeout=5) as line:
        assert ask(line, STATUS, 11) == READY
        reader.unplug()
        assert not link.is_symlink()
        with pytest.raises(serial.SerialException):
            ask(line, STATUS, 11)
    reader.plug()
    with serial.Serial(str(link), 115_200, timeout=5) as line:
        assert ask(line, STATUS, 11) == READY


def test_a_silent_reader_says_nothing_and_a_late_one_late(reader: SamReader, link: Path) -> None:
    with serial.Serial(str(link), 115_200, timeout=0.1) as line:
        reader.set_fault(ReaderFault.LATE_REPLY)
        assert ask(line, STATUS, 11) == b""
        line.timeout = 5
        assert line.read(11) == READY
        reader.set_fault(ReaderFault.SILENT)
        line.timeout = 0.1
        assert ask(line, STATUS, 11) == b""


def asked_over_tcp(line: socket.socket, request: bytes, length: int) -> bytes:
    line.sendall(request)
    answer = b""
    while len(answer) < length and (part := line.recv(length - len(answer))):
        answer += part
    return answer


def test_a_card_that_was_read_over_tcp_is_spent_on_the_serial_line_too(reader: SamReader, link: Path) -> None:
    reader.insert(PlacedCard(chip_of(cast()["yang-hong"])))
    with (
        socket.create_connection(("127.0.0.1", reader.port), timeout=5) as network,
        serial.Serial(str(link), 115_200, timeout=5) as line,
    ):
        assert asked_over_tcp(network, FIND, 15)[9] == 0x9F
        assert len(ask(line, SELECT, 19)) == 19
        assert asked_over_tcp(network, READ, 1295)[14:20].decode("utf-16-le") == "杨𬭎"
        assert ask(line, FIND, 11)[9] == 0x80


def test_over_tcp_a_read_takes_as_long_as_on_the_line(link: Path) -> None:
    reader = SamReader(link)
    reader.start()
    reader.insert(PlacedCard(chip_of(cast()["chen-guilan"])))
    with socket.create_connection(("127.0.0.1", reader.port), timeout=5) as line:
        asked_over_tcp(line, FIND, 15)
        asked_over_tcp(line, SELECT, 19)
        began = time.monotonic()
        assert len(asked_over_tcp(line, READ, 1295)) == 1295
        assert time.monotonic() - began >= CHIP_READING_S + 0.112
    reader.stop()


def test_a_host_that_hangs_up_makes_room_for_the_next(reader: SamReader) -> None:
    for _ in range(2):
        with socket.create_connection(("127.0.0.1", reader.port), timeout=5) as line:
            assert asked_over_tcp(line, STATUS, 11) == READY


def test_a_pulled_plug_hangs_up_and_comes_back_at_the_same_port(reader: SamReader) -> None:
    port = reader.port
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        assert asked_over_tcp(line, STATUS, 11) == READY
        reader.unplug()
        assert line.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    reader.plug()
    assert reader.port == port
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        assert asked_over_tcp(line, STATUS, 11) == READY
