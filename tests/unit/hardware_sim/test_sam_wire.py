"""The reader on its wires: pace, plug, link and port, and what can be wrong with them."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from hardware_sim.chip import chip_of
from hardware_sim.clock import HandClock
from hardware_sim.devices.sam_machine import PREAMBLE, PlacedCard, frame
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
    reader = SamReader(link, pace=False)
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


def with_card_selected(reader: SamReader, line: serial.Serial, name: str = "chen-guilan") -> None:
    reader.insert(PlacedCard(chip_of(cast()[name])))
    assert ask(line, FIND, 15)[9] == 0x9F
    assert ask(line, SELECT, 19)[9] == 0x90


def test_a_silent_reader_says_nothing(reader: SamReader, link: Path) -> None:
    reader.set_fault("reader.no-answer")
    with serial.Serial(str(link), 115_200, timeout=0.1) as line:
        assert ask(line, STATUS, 11) == b""
        reader.clear_fault(None)
        line.timeout = 5
        assert ask(line, STATUS, 11) == READY


def test_a_late_reader_answers_late_by_the_clock(link: Path) -> None:
    clock = HandClock()
    reader = SamReader(link, pace=False, clock=clock)
    reader.start()
    reader.set_fault("reader.late", by_s=2.6)
    with serial.Serial(str(link), 115_200, timeout=5) as line:
        line.write(STATUS)
        while not line.in_waiting and clock.now() < 60:
            clock.advance(0.1)
        assert clock.now() >= 2.6
        assert line.read(11) == READY
    reader.stop()


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("reader.half-frame", {}), ("reader.wrong-checksum", {}), ("reader.noise", {"bytes": 8})],
)
def test_a_spoilt_answer_is_never_the_answer_and_the_next_one_is(
    reader: SamReader, link: Path, name: str, parameters: dict[str, int]
) -> None:
    with serial.Serial(str(link), 115_200, timeout=5) as line:
        with_card_selected(reader, line)
        whole = frame(bytes.fromhex("00009001000400") + chip_of(cast()["chen-guilan"]).text + bytes(1024))
        reader.set_fault(name, on="next-read", **parameters)
        assert reader.faults() == {name: {**parameters, "on": "next-read"}}
        line.timeout = 0.2
        spoilt = ask(line, READ, 1400)
        assert spoilt[: len(whole) - 1025] != whole[:-1025] or len(spoilt) < len(whole) or spoilt[-1:] != whole[-1:]
        assert (len(spoilt) - len(whole), spoilt.startswith(PREAMBLE)) == {
            "reader.half-frame": (len(whole) * 2 // 3 - len(whole), True),
            "reader.wrong-checksum": (0, True),
            "reader.noise": (8, False),
        }[name]
        assert reader.faults() == {}
        line.timeout = 5
        assert ask(line, STATUS, 11) == READY


def test_noise_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    def noise(name: str, seed: int) -> bytes:
        reader = SamReader(tmp_path / name, pace=False, seed=seed)
        reader.start()
        reader.set_fault("reader.noise", bytes=40)
        with serial.Serial(str(tmp_path / name), 115_200, timeout=5) as line:
            heard = ask(line, STATUS, 51)
        reader.stop()
        return heard

    assert noise("a", 7) == noise("b", 7) != noise("c", 8)


def test_a_card_is_pulled_while_its_bytes_go_over_the_wire(reader: SamReader, link: Path) -> None:
    with serial.Serial(str(link), 115_200, timeout=5) as line:
        with_card_selected(reader, line)
        reader.set_fault("card.pulled", after_bytes=700)
        assert len(ask(line, READ, 700)) == 700
        assert reader.state()["field"] == "empty"
        assert reader.faults() == {}
        line.timeout = 0.1
        assert line.read(1) == b""


def test_a_slow_wire_takes_the_time_of_its_baud(link: Path) -> None:
    clock = HandClock()
    reader = SamReader(link, pace=False, clock=clock)
    reader.start()
    reader.set_fault("reader.slow", baud=1200)
    with serial.Serial(str(link), 115_200, timeout=5) as line:
        line.write(STATUS)
        while line.in_waiting < len(READY) and clock.now() < 60:
            clock.advance(0.01)
        assert clock.now() >= (len(STATUS) + len(READY)) * 10 / 1200
    reader.stop()


@pytest.mark.parametrize("baud", [9600, 19_200, 57_600])
def test_an_older_reader_answers_at_its_own_speed_alone(link: Path, baud: int) -> None:
    reader = SamReader(link, pace=False, baud=baud)
    reader.start()
    with serial.Serial(str(link), 115_200, timeout=0.05) as line:
        for wrong in (115_200, 38_400):
            line.baudrate = wrong
            assert ask(line, STATUS, 11) == b""
        line.baudrate, line.timeout = baud, 5
        assert ask(line, STATUS, 11) == READY
    reader.stop()


def test_a_plug_that_is_out_for_a_time_goes_in_again_by_the_clock(link: Path) -> None:
    clock = HandClock()
    reader = SamReader(link, pace=False, clock=clock)
    reader.start()
    reader.set_fault("reader.unplugged", for_s=5.0)
    assert not link.is_symlink()
    clock.advance(4.9)
    assert not link.is_symlink()
    clock.advance(0.2)
    assert link.is_symlink()
    assert reader.faults() == {}
    reader.stop()


def test_a_plug_pulled_with_the_next_read_is_out_until_the_fault_is_cleared(reader: SamReader, link: Path) -> None:
    reader.set_fault("reader.unplugged", on="next-read", for_s=0.0)
    with serial.Serial(str(link), 115_200, timeout=5) as line:
        with_card_selected(reader, line)
        with pytest.raises(serial.SerialException):
            ask(line, READ, 1295)
    assert reader.faults() == {"reader.unplugged": {"for_s": 0.0}}
    reader.clear_fault("reader.unplugged")
    with serial.Serial(str(link), 115_200, timeout=5) as line:
        assert ask(line, STATUS, 11) == READY


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
