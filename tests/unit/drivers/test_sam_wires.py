"""The reader's wires: USB's four pipes, and an old reader's speed found by asking."""

import os
import select
import termios
import threading
import tty
from collections.abc import Iterator

import pytest

from drivers.identity_card.sam_reader import SamReader
from drivers.identity_card.sam_wires import SPEEDS, SamPipes, SpeedSearch, sam_transport
from drivers.probing import patient_status
from drivers.transport import SerialTransport, TcpTransport, TransportLost
from drivers.usb_bulk import UsbAddress
from kiosk.faults import READER_SILENT, READER_UNPLUGGED
from kiosk.ports import Disconnected, NeedsAttention, Ready
from tests.wires.sam_wire import SamWire
from tests.wires.usb_devices import SamPipesOf, usb_printer, usb_reader
from tests.wires.usbip_backend import UsbIpBackend
from tests.wires.usbip_exporter import Exporter

READER = UsbAddress(0x0400, 0xC35A)
WITHIN_S = 5.0


# USB.


def test_a_command_and_its_answer_travel_in_two_parts_each() -> None:
    with Exporter(usb_reader(SamWire())) as exporter:
        wire = SamPipes(READER, backend=UsbIpBackend(exporter.port))
        wire.write(bytes.fromhex("AAAAAA9669 0003 11FF ED"))
        assert wire.read(within_s=WITHIN_S) == bytes.fromhex("AAAAAA9669 0004")
        assert wire.read(within_s=WITHIN_S) == bytes.fromhex("000090 94")
        assert wire.read(within_s=0.01) == b""
        wire.close()


def test_what_is_left_of_an_answer_is_forgotten_before_the_next_question() -> None:
    with Exporter(usb_reader(SamWire())) as exporter:
        wire = SamPipes(READER, backend=UsbIpBackend(exporter.port))
        for _ in range(2):
            wire.discard_input()
            wire.write(bytes.fromhex("AAAAAA9669 0003 11FF ED"))
            assert wire.read(within_s=WITHIN_S) == bytes.fromhex("AAAAAA9669 0004")
        wire.close()


@pytest.mark.parametrize("endpoint", [0x02, 0x06, 0x81, 0x85])
def test_a_pipe_that_stalls_is_freed_and_one_that_stalls_for_ever_is_a_reader_that_is_gone(endpoint: int) -> None:
    device = usb_reader(SamWire())
    device.stalled = {endpoint}
    with Exporter(device) as exporter:
        wire = SamPipes(READER, backend=UsbIpBackend(exporter.port))
        reader = SamReader(wire)
        assert reader.status() == Ready()
        device.stalled, device.for_ever = {endpoint}, True
        assert reader.status() == Disconnected(READER_UNPLUGGED)
        device.stalled = set()
        assert reader.status() == Ready()
        wire.close()


def test_heads_that_are_none_make_a_reader_that_does_not_work_and_no_waiting_for_ever() -> None:
    device = usb_reader(SamWire())
    whole = SamPipesOf(SamWire())
    device.react = lambda endpoint, data: [(towards, b"\xff" * len(part)) for towards, part in whole(endpoint, data)]
    with Exporter(device) as exporter:
        wire = SamPipes(READER, backend=UsbIpBackend(exporter.port))
        assert isinstance(SamReader(wire).status(), NeedsAttention)
        wire.close()


def test_a_reader_that_says_nothing_is_silent() -> None:
    with Exporter(usb_reader(SamWire(silent=True))) as exporter:
        wire = SamPipes(READER, backend=UsbIpBackend(exporter.port))
        assert SamReader(wire).status() == Disconnected(READER_SILENT)
        wire.close()


def test_a_device_without_the_four_pipes_is_no_reader() -> None:
    device = usb_printer(lambda endpoint, data: ())
    with Exporter(device) as exporter, pytest.raises(TransportLost, match="no such interface"):
        SamPipes(UsbAddress(device.vendor, device.product), backend=UsbIpBackend(exporter.port)).write(b"?")


# Speeds.


class OldReader:
    """At the other end of a pseudo-terminal, and deaf unless the driver set its speed."""

    def __init__(self, baud: int) -> None:
        self.baud = baud
        self.heard_at: list[int] = []
        self.deaf = False
        self._wire = SamWire()
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)
        self._wake, self._waker = os.pipe()
        self._thread = threading.Thread(target=self._serve, name="old reader")
        self._thread.start()

    def close(self) -> None:
        os.write(self._waker, b"x")
        self._thread.join()
        for descriptor in (self._master, self._slave, self._wake, self._waker):
            os.close(descriptor)

    def _serve(self) -> None:
        speeds = {getattr(termios, f"B{baud}"): baud for baud in SPEEDS}
        while self._wake not in (readable := select.select([self._master, self._wake], [], [])[0]):
            assert readable
            command = os.read(self._master, 100)
            self.heard_at.append(speeds[termios.tcgetattr(self._master)[5]])
            if self.deaf:
                continue
            if self.heard_at[-1] != self.baud:
                os.write(self._master, b"\xf8\x00\xfe")  # as a line at another speed looks
                continue
            self._wire.write(command)
            os.write(self._master, self._wire.read(within_s=0))


@pytest.fixture
def old_reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[OldReader]:
    monkeypatch.setattr("drivers.identity_card.sam_reader.ASK_WITHIN_S", 0.15)
    reader = OldReader(request.param)
    yield reader
    reader.close()


@pytest.mark.parametrize("old_reader", SPEEDS, indirect=True)
def test_an_old_readers_speed_is_found_one_question_at_a_time_and_kept(old_reader: OldReader) -> None:
    wire = SpeedSearch(old_reader.path)
    reader = SamReader(wire)
    asked = 0
    while reader.status() != Ready():
        asked += 1
        assert asked < len(SPEEDS)
    assert wire.baud == old_reader.baud
    assert old_reader.heard_at == [*SPEEDS[: SPEEDS.index(old_reader.baud)], old_reader.baud, old_reader.baud]
    assert reader.status() == Ready()
    assert set(old_reader.heard_at[-3:]) == {old_reader.baud}
    wire.close()
    assert reader.status() == Ready()
    assert wire.baud == old_reader.baud, "remembered through a reopening"
    wire.close()


@pytest.mark.parametrize("old_reader", SPEEDS[-1:], indirect=True)
def test_who_asks_an_old_reader_once_only_hears_that_it_is_ready(old_reader: OldReader) -> None:
    wire = SpeedSearch(old_reader.path)
    assert patient_status(SamReader(wire)) == Ready()
    wire.close()


@pytest.mark.parametrize("old_reader", [19200], indirect=True)
def test_a_speed_that_was_good_is_given_up_only_after_two_silences(old_reader: OldReader) -> None:
    wire = SpeedSearch(old_reader.path)
    reader = SamReader(wire)
    while reader.status() != Ready():
        assert len(old_reader.heard_at) < len(SPEEDS)
    old_reader.deaf = True
    old_reader.heard_at.clear()
    for _ in range(2):
        assert reader.status() == Disconnected(READER_SILENT)
    assert old_reader.heard_at == [19200, 19200]
    assert reader.status() == Disconnected(READER_SILENT)
    assert old_reader.heard_at[2:] == [9600]
    old_reader.deaf = False
    while reader.status() != Ready():
        assert len(old_reader.heard_at) < 3 + len(SPEEDS)
    assert wire.baud == 19200
    wire.close()


def test_addresses_of_readers_name_their_wire() -> None:
    assert isinstance(sam_transport("serial:/dev/ttyS1?baud=auto"), SpeedSearch)
    assert isinstance(sam_transport("serial:/dev/ttyS1?baud=9600"), SerialTransport)
    assert isinstance(sam_transport("serial:/dev/ttyS1"), SerialTransport)
    assert isinstance(sam_transport("tcp:reader.hall:9101"), TcpTransport)
    assert isinstance(sam_transport("usb:0400:c35a"), SamPipes)
    for nonsense in (
        "",
        "serial:?baud=auto",
        "serial:/dev/x?baud=auto&x=1",
        "usb:0400",
        "tcp:reader?baud=auto",
        "auto",
    ):
        with pytest.raises(ValueError, match="not an address"):
            sam_transport(nonsense)


def test_a_port_that_is_absent_is_unplugged_at_any_speed() -> None:
    reader = SamReader(SpeedSearch("/dev/tty-that-is-absent"))
    assert [reader.status() for _ in range(7)] == [Disconnected(READER_UNPLUGGED)] * 7
