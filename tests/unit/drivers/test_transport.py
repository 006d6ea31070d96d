"""Wires open themselves, say when they are lost, and come back; on real sockets and pseudo-terminals."""

import os
import socket
import termios
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.transport import SerialTransport, TcpTransport, Transport, TransportLost, open_transport

DEADLINE_S = 5.0


def received(wire: Transport, count: int) -> bytes:
    """Everything up to `count` bytes; each read waits for the wire, not for the clock."""
    got = b""
    while len(got) < count:
        piece = wire.read(within_s=DEADLINE_S)
        assert piece, "nothing came in time"
        got += piece
    return got


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[tuple[int, Path, Callable[[], int]]]:
    """A pseudo-terminal under a steady name, and a way to plug in another under the same one."""
    masters: list[int] = []
    name = tmp_path / "reader"

    def plug() -> int:
        master, slave = os.openpty()
        tty.setraw(slave)
        name.unlink(missing_ok=True)
        name.symlink_to(os.ttyname(slave))
        os.close(slave)
        masters.append(master)
        return master

    yield plug(), name, plug
    for master in masters:
        try:
            os.close(master)
        except OSError:
            continue


def test_a_serial_wire_carries_bytes_both_ways(terminal: tuple[int, Path, Callable[[], int]]) -> None:
    device, name, _ = terminal
    wire = open_transport(f"serial:{name}?baud=9600")
    wire.write(b"\xaa\x00\x11\x13")
    assert os.read(device, 10) == b"\xaa\x00\x11\x13"
    os.write(device, b"\x00\xff\r\n\x03")
    assert received(wire, 5) == b"\x00\xff\r\n\x03"
    assert wire.read(within_s=0) == b""
    wire.close()


def test_a_serial_wire_that_is_pulled_is_lost_and_comes_back(terminal: tuple[int, Path, Callable[[], int]]) -> None:
    device, name, plug = terminal
    wire = SerialTransport(str(name), baud=115200)
    wire.write(b"one")
    os.close(device)
    with pytest.raises(TransportLost):
        wire.read(within_s=DEADLINE_S)
    with pytest.raises(TransportLost):
        wire.discard_input()
    device = plug()
    wire.write(b"two")
    assert os.read(device, 10) == b"two"
    wire.close()


def test_what_came_before_a_question_is_forgotten(terminal: tuple[int, Path, Callable[[], int]]) -> None:
    device, name, _ = terminal
    wire = SerialTransport(str(name), baud=115200)
    wire.write(b"?")
    os.write(device, b"old")
    assert received(wire, 1)[:1] == b"o"
    os.write(device, b"older")
    wire.discard_input()
    os.write(device, b"new")
    assert received(wire, 3) == b"new"
    wire.close()


def test_a_port_that_is_absent_is_lost() -> None:
    with pytest.raises(TransportLost, match="absent"):
        SerialTransport("/dev/tty-that-is-absent", baud=9600).write(b"?")


def test_a_network_wire_is_lost_when_the_device_hangs_up_and_comes_back() -> None:
    with socket.create_server(("127.0.0.1", 0)) as device:
        wire = open_transport(f"tcp:127.0.0.1:{device.getsockname()[1]}")
        for _ in range(2):
            wire.write(b"?")
            peer, _ = device.accept()
            with peer:
                assert peer.recv(10) == b"?"
                peer.sendall(b"!")
                assert received(wire, 1) == b"!"
                assert wire.read(within_s=0) == b""
            with pytest.raises(TransportLost):
                wire.read(within_s=DEADLINE_S)
    with pytest.raises(TransportLost):
        wire.discard_input()


@pytest.mark.parametrize(
    "address",
    ["", "serial:", "serial:?baud=9600", "serial:/dev/x?speed=1", "serial:/dev/x?baud=fast", "tcp:host", "tcp::9100",
     "tcp:host:port", "tcp:host:9100/x", "usb:1"],
)  # fmt: skip
def test_an_address_that_makes_no_sense_is_refused_at_once(address: str) -> None:
    with pytest.raises(ValueError, match="not an address of a device"):
        open_transport(address)


def test_addresses_name_their_wire() -> None:
    assert isinstance(open_transport("serial:/dev/ttyS1"), SerialTransport)
    assert isinstance(open_transport("tcp:printer.hall:9100"), TcpTransport)


@pytest.mark.parametrize(
    ("flow", "xon", "rts"), [("xonxoff", True, False), ("rtscts", False, True), ("none", False, False)]
)
def test_a_device_may_hold_a_serial_wire_up_as_its_address_says(
    terminal: tuple[int, Path, Callable[[], int]], flow: str, *, xon: bool, rts: bool
) -> None:
    device, name, _ = terminal
    wire = open_transport(f"serial:{name}?baud=9600&flow={flow}")
    wire.write(b"x")
    settings = termios.tcgetattr(device)
    assert (bool(settings[0] & termios.IXON), bool(settings[2] & termios.CRTSCTS)) == (xon, rts)
    wire.close()


def test_a_way_to_be_held_up_that_is_not_known_is_no_address() -> None:
    with pytest.raises(ValueError, match="not an address"):
        open_transport("serial:/dev/ttyS1?flow=dtrdsr")


@pytest.mark.parametrize("baud", ["0", "-9600", "12345"])
def test_a_speed_that_no_port_has_is_no_address(baud: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        open_transport(f"serial:/dev/ttyS1?baud={baud}")


def test_a_speed_that_this_port_cannot_take_is_a_loss(terminal: tuple[int, Path, Callable[[], int]]) -> None:
    _, name, _ = terminal
    with pytest.raises(TransportLost):
        SerialTransport(str(name), baud=-1).write(b"?")


def test_why_a_wire_is_lost_is_logged_once_until_it_was_open_again(
    terminal: tuple[int, Path, Callable[[], int]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="drivers.transport")
    device, name, plug = terminal
    wire = SerialTransport(str(name), baud=115200)
    target = name.readlink()

    def pulled() -> None:
        name.unlink(missing_ok=True)
        for _ in range(3):
            with pytest.raises(TransportLost):
                wire.write(b"?")

    pulled()
    assert len(caplog.records) == 1
    assert "No such file" in caplog.text
    name.symlink_to(target)
    wire.write(b"?")
    wire.close()
    pulled()
    assert len(caplog.records) == 2
    os.close(device)
    plug()
