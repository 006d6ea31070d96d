"""USB devices over USB/IP, asked with the bytes that the kernel's client sends."""

import socket
import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware_sim.chip import chip_of
from hardware_sim.clock import RealClock
from hardware_sim.devices import usbip_frames as frames
from hardware_sim.devices.receipt_printer import ReceiptPrinter
from hardware_sim.devices.sam_machine import PlacedCard, SamMachine
from hardware_sim.devices.usb_device import IDENTITY_CARD_READER, RECEIPT_PRINTER, UsbDevice
from hardware_sim.devices.usb_functions import PrinterPipes, SamPipes
from hardware_sim.devices.usbip import UsbExporter
from hardware_sim.people import cast

LIST = bytes.fromhex("0111800500000000")
FIND, SELECT, READ = (bytes.fromhex(f"AAAAAA96690003{rest}") for rest in ("200122", "200221", "300132"))


class Host:
    """The kernel's end, as `usbip attach` leaves it."""

    def __init__(self, port: int) -> None:
        self.wire = socket.create_connection(("127.0.0.1", port), timeout=5)
        self._sequence = 0

    def close(self) -> None:
        self.wire.close()

    def hear(self, length: int) -> bytes:
        heard = b""
        while len(heard) < length and (part := self.wire.recv(length - len(heard))):
            heard += part
        assert len(heard) == length, f"hung up after {heard!r}"
        return heard

    def take(self, bus_id: str) -> int:
        self.wire.sendall(bytes.fromhex("0111800300000000") + bus_id.encode().ljust(32, b"\0"))
        version, code, status = struct.unpack(">HHI", self.hear(8))
        assert (version, code) == (0x0111, 0x0003)
        if status == 0:
            assert self.hear(312)[256:288].rstrip(b"\0") == bus_id.encode()
        return int(status)

    def submit(self, endpoint: int, length: int = 0, data: bytes = b"", setup: bytes = bytes(8)) -> int:
        self._sequence += 1
        inward = endpoint >> 7
        self.wire.sendall(
            struct.pack(">5I", 1, self._sequence, 0x00010001, inward, endpoint & 0x0F)
            + struct.pack(">5i", 0x200 * inward, length or len(data), 0, 0, 0)
            + setup
            + data
        )
        return self._sequence

    def done(self, *, inward: bool) -> tuple[int, int, bytes]:
        """Its sequence, status and what it brought."""
        fields = struct.unpack(">5I5i8x", self.hear(48))
        assert fields[0] == 3
        return fields[1], fields[5], self.hear(fields[6]) if inward else b""

    def read(self, endpoint: int, length: int) -> bytes:
        sequence = self.submit(endpoint, length)
        done, status, data = self.done(inward=True)
        assert (done, status) == (sequence, 0)
        return data

    def write(self, endpoint: int, data: bytes) -> None:
        sequence = self.submit(endpoint, data=data)
        assert self.done(inward=False) == (sequence, 0, b"")

    def control(self, setup: str) -> tuple[int, bytes]:
        octets = bytes.fromhex(setup)
        inward = bool(octets[0] & 0x80)
        self.submit(0x80 if inward else 0, int.from_bytes(octets[6:], "little"), setup=octets)
        _, status, data = self.done(inward=inward)
        return status, data

    def ask_sam(self, frame: bytes) -> bytes:
        self.write(0x02, frame[:7])
        self.write(0x06, frame[7:])
        head = self.read(0x81, 64)
        rest = b""
        while len(rest) < int.from_bytes(head[5:7], "big"):
            rest += self.read(0x85, 512)
        return head + rest


@pytest.fixture
def machine() -> SamMachine:
    return SamMachine()


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[ReceiptPrinter]:
    printer = ReceiptPrinter(tmp_path / "tray", pace=False)
    printer.start()
    yield printer
    printer.stop()


@pytest.fixture
def exporter(machine: SamMachine, printer: ReceiptPrinter) -> Iterator[UsbExporter]:
    pipes = SamPipes(machine.answer, RealClock(), pace=False)
    paper = PrinterPipes(lambda: printer.port, lambda: printer.state()["paper"] == "out")
    exporter = UsbExporter({"1-1": UsbDevice(IDENTITY_CARD_READER, pipes), "1-2": UsbDevice(RECEIPT_PRINTER, paper)})
    exporter.start()
    yield exporter
    exporter.stop()


@pytest.fixture
def host(exporter: UsbExporter) -> Iterator[Host]:
    with closing(Host(exporter.port)) as host:
        yield host


def test_the_list_names_each_device_with_ids_and_interfaces(host: Host) -> None:
    host.wire.sendall(LIST)
    assert host.hear(12).hex() == "0111000500000000" + "00000002"
    rows = [host.hear(316) for _ in range(2)]
    assert [row[256:259] for row in rows] == [b"1-1", b"1-2"]
    assert [row[300:304].hex() for row in rows] == ["0400c35a", "04165011"]
    assert [row[312:315].hex() for row in rows] == ["ff0000", "070102"]


def test_a_device_is_one_hosts_at_a_time(exporter: UsbExporter, host: Host) -> None:
    assert host.take("1-1") == 0
    assert exporter.state() == {"1-1": "imported", "1-2": "plugged"}
    with closing(Host(exporter.port)) as other:
        assert other.take("1-1") == frames.IN_USE
        assert other.take("9-9") == frames.NO_SUCH_DEVICE
        assert other.take("1-2") == 0


def test_a_kernel_finds_the_descriptors_that_it_asks_for(host: Host) -> None:
    host.take("1-1")
    status, device = host.control("8006000100001200")
    assert (status, device.hex()) == (0, "120100020000004000045ac3000101020301")
    status, head = host.control("8006000200000900")
    assert (status, head[2:4].hex()) == (0, "2e00")
    status, whole = host.control("8006000200002e00")
    assert [whole[at + 2] for at in range(18, 46, 7)] == [0x02, 0x06, 0x81, 0x85]
    assert host.control("800600030000ff00") == (0, bytes.fromhex("04030904"))
    assert host.control("800602030904ff00")[1][2:].decode("utf-16-le") == "ID Card Reader"
    assert host.control("8006000600000a00")[0] == frames.STALLED  # no other speed


def test_a_kernel_may_set_what_every_device_has(host: Host) -> None:
    host.take("1-1")
    assert host.control("0009010000000000") == (0, b"")
    assert host.control("8008000000000100") == (0, b"\x01")
    assert host.control("010b000000000000") == (0, b"")
    assert host.control("8000000000000200") == (0, b"\x01\x00")
    assert host.control("0201000081000000") == (0, b"")
    assert host.control("0201000083000000")[0] == frames.STALLED
    assert host.control("0009020000000000")[0] == frames.STALLED


def test_a_card_is_read_over_the_four_pipes(host: Host, machine: SamMachine) -> None:
    chip = chip_of(cast()["yang-hong"])
    machine.insert(PlacedCard(chip))
    host.take("1-1")
    assert host.ask_sam(FIND)[9] == 0x9F
    assert host.ask_sam(SELECT)[9] == 0x90
    answer = host.ask_sam(READ)
    assert (len(answer), answer[14:270]) == (1295, chip.text)


def test_a_read_that_waits_is_answered_when_there_is_something(host: Host) -> None:
    host.take("1-1")
    head, rest = host.submit(0x81, 64), host.submit(0x85, 64)
    for endpoint, part in ((0x02, FIND[:7]), (0x06, FIND[7:])):
        sequence = host.submit(endpoint, data=part)
        assert host.done(inward=False)[0] == sequence
    answers = {sequence: data for sequence, _, data in (host.done(inward=True) for _ in range(2))}
    assert {head: answers[head][:5], rest: answers[rest][2:3]} == {head: FIND[:5], rest: b"\x80"}


def test_a_transfer_that_is_given_up_gets_no_answer_of_its_own(host: Host) -> None:
    host.take("1-1")
    waiting = host.submit(0x81, 64)
    host.wire.sendall(struct.pack(">6I24x", 2, 77, 0x00010001, 0, 0, waiting))
    assert struct.unpack(">5Ii24x", host.hear(48)) == (4, 77, 0, 0, 0, frames.GONE_BACK)
    host.wire.sendall(struct.pack(">6I24x", 2, 78, 0x00010001, 0, 0, waiting))
    assert struct.unpack(">5Ii24x", host.hear(48)) == (4, 78, 0, 0, 0, 0)
    assert host.ask_sam(FIND)[9] == 0x80


def test_what_is_no_endpoint_stalls(host: Host) -> None:
    host.take("1-1")
    host.submit(0x83, 64)
    assert host.done(inward=True)[1] == frames.STALLED


def test_a_plug_that_is_pulled_ends_the_connection_and_leaves_the_list(exporter: UsbExporter, host: Host) -> None:
    host.take("1-1")
    exporter.unplug("1-1")
    assert host.wire.recv(1) == b""
    with closing(Host(exporter.port)) as other:
        assert other.take("1-1") == frames.NO_SUCH_DEVICE
        other.wire.sendall(LIST)
        assert other.hear(12)[-1] == 1
        other.hear(316)
        exporter.plug("1-1")
        assert other.take("1-1") == 0


def test_a_receipt_goes_over_the_printers_pipes(host: Host, printer: ReceiptPrinter) -> None:
    host.take("1-2")
    status, told = host.control("a100000000000004")
    assert (status, int.from_bytes(told[:2], "big")) == (0, len(told))
    assert b"CLS:PRINTER" in told
    assert host.control("a101000000000100") == (0, b"\x18")
    host.write(0x02, b"\x1b@OVER USB\n\x1dV\x00")
    assert [slip.text for slip in printer.receipts(at_least=1, within_s=5)] == ["OVER USB\n"]
    host.write(0x02, b"\x10\x04\x01")
    assert len(host.read(0x82, 64)) == 1
    printer.change(lambda mechanism: mechanism.remove_paper())
    assert host.control("a101000000000100") == (0, b"\x38")


def test_a_printer_that_is_gone_takes_its_usb_device_with_it(host: Host, printer: ReceiptPrinter) -> None:
    host.take("1-2")
    printer.unplug()
    assert host.wire.recv(1) == b""


def test_who_speaks_something_else_is_hung_up_on(host: Host) -> None:
    host.wire.sendall(b"GET / HTTP/1.1\r\n\r\n")
    with pytest.raises((ConnectionResetError, AssertionError)):
        host.hear(1)


@given(st.binary(max_size=200))
def test_whatever_is_received_is_a_request_or_no_usbip(octets: bytes) -> None:
    for parse in (frames.next_request, frames.next_command):
        received = bytearray(octets)
        try:
            while parse(received) is not None:
                pass
        except frames.NotUsbIp:
            continue
        assert len(received) < 48 + frames.LONGEST_TRANSFER
