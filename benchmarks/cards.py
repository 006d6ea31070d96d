"""A card read on each wire, beside the same questions asked bare on that wire in the same run."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import serial

from benchmarks.figures import Figure, paired_ratio
from drivers.identity_card.pcsc_storage import StorageCardReader
from drivers.identity_card.sam_reader import SamReader
from drivers.identity_card.sam_wires import sam_transport
from drivers.transport import Transport
from hardware_sim.chip import chip_of
from hardware_sim.clock import RealClock
from hardware_sim.devices import sam_reader as simulated
from hardware_sim.devices.sam_machine import PlacedCard, SamMachine
from hardware_sim.devices.usb_device import IDENTITY_CARD_READER, UsbDevice
from hardware_sim.devices.usb_functions import SamPipes
from hardware_sim.devices.usbip import UsbExporter
from hardware_sim.people import cast
from kiosk.ports import CardContent, CardPresent, IdentityCardReader
from tests.wires.usbip_backend import IN, OUT, Import, UsbIpBackend
from tests.wires.virtual_card import storage_answers, virtual_slot

CARDS = 8
MOST_TIMES_THE_WIRE = 1.1
CHIP = chip_of(cast()["lin-zhiqiang"])  # who has moved: the newest address is read too
FIND, SELECT, READ, ADDRESS = (
    (bytes.fromhex(f"AAAAAA96690003{question}"), length)
    for question, length in (("200122", 15), ("200221", 19), ("300132", 1295), ("300330", 81))
)
BARE_PCSC = """
import sys, time
from smartcard.System import readers
for _ in sys.stdin:
    began = time.perf_counter()
    connection = readers()[0].createConnection()
    connection.connect()
    got = sum(len(connection.transmit([0xFF, 0xB0, block, 0, 0])[0]) for block in range(6))
    connection.disconnect()
    assert got == 1284
    print((time.perf_counter() - began) * 1000, flush=True)
"""
Asked = Callable[[bytes, int], int]  # a question and how long its answer is; how much came


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "reader"
        device = simulated.SamReader(path)
        device.start()
        line = f"127.0.0.1:{device.port}"
        for wire, address, url in (("serial", f"serial:{path}", str(path)), ("TCP", f"tcp:{line}", f"socket://{line}")):
            yield _sam_figure(wire, sam_transport(address), _bare_line(url), device.insert)
        device.stop()
    machine = SamMachine()
    exporter = UsbExporter({"1-1": UsbDevice(IDENTITY_CARD_READER, SamPipes(machine.answer, RealClock()))})
    exporter.start()
    backend = UsbIpBackend(exporter.port)
    pipes = sam_transport("usb:0400:c35a", backend=backend)
    yield _sam_figure("USB", pipes, _bare_pipes(backend, exporter.port), machine.insert)
    exporter.stop()
    yield _pcsc_figure()


def _sam_figure(
    wire: str, transport: Transport, bare: Callable[[], Iterator[Asked]], insert: Callable[[PlacedCard], None]
) -> Figure:
    """One host at a time has the wire: it is let go after each card."""
    reader = SamReader(transport)

    def ours() -> float:
        insert(PlacedCard(CHIP))
        with closing(transport):
            reader.sam_number()
            return _ours(reader)

    def peer() -> float:
        insert(PlacedCard(CHIP))
        with contextmanager(bare)() as asked:
            _whole(asked, *FIND)
            began = time.perf_counter()
            for question in (SELECT, READ, ADDRESS):
                _whole(asked, *question)
            return (time.perf_counter() - began) * 1000

    return _figure(wire, "select, read and newest address asked bare", ours, peer)


def _whole(asked: Asked, question: bytes, length: int) -> None:
    if asked(question, length) != length:
        raise RuntimeError("the bare dialogue was not answered")


def _bare_line(url: str) -> Callable[[], Iterator[Asked]]:
    def opened() -> Iterator[Asked]:
        with serial.serial_for_url(url, baudrate=115200, timeout=5) as line:

            def asked(question: bytes, length: int) -> int:
                line.write(question)
                return len(line.read(length))

            yield asked

    return opened


def _bare_pipes(backend: UsbIpBackend, port: int) -> Callable[[], Iterator[Asked]]:
    def opened() -> Iterator[Asked]:
        with closing(Import(port, next(backend.enumerate_devices()))) as pipes:

            def asked(question: bytes, length: int) -> int:
                for endpoint, part in ((0x02, question[:7]), (0x06, question[7:])):
                    pipes.transfer(endpoint, OUT, data=part, length=len(part), within_s=5)
                return sum(
                    len(pipes.transfer(endpoint, IN, data=b"", length=16384, within_s=5)) for endpoint in (0x01, 0x05)
                )

            yield asked

    return opened


def _pcsc_figure() -> Figure:
    with virtual_slot() as slot, closing(StorageCardReader(slot.reader)) as reader:
        command = [sys.executable, "-c", BARE_PCSC]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as child:
            assert child.stdin is not None
            assert child.stdout is not None
            ask, told = child.stdin, child.stdout

            def ours() -> float:
                slot.insert(storage_answers(CHIP.text, CHIP.photo))
                return _ours(reader)

            def peer() -> float:
                ask.write("\n")
                return float(told.readline())

            figure = _figure("PC/SC", "connect, six blocks and disconnect by pyscard alone", ours, peer)
            ask.close()
            return figure


def _ours(reader: IdentityCardReader) -> float:
    if reader.find_card() != CardPresent():
        raise RuntimeError("the card is not found")
    began = time.perf_counter()
    if not isinstance(reader.read_card(), CardContent):
        raise RuntimeError("the card is not read")
    return (time.perf_counter() - began) * 1000


def _figure(wire: str, peer_name: str, ours: Callable[[], float], peer: Callable[[], float]) -> Figure:
    pairs = [(ours(), peer()) for _ in range(CARDS + 1)][1:]
    mine, theirs = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    ratio = paired_ratio(mine, theirs)
    return Figure(
        f"a card read on {wire}",
        f"the driver's whole reading of a card that was found, {CARDS} pairs after one that warms up; beside it, card "
        f"by card, {peer_name} on the same simulated device, which keeps the pace of 115200 baud (serial, TCP) and "
        "takes 350 ms to read a chip (serial, TCP, USB)",
        "ms",
        mine,
        "bare",
        theirs,
        f"at most {MOST_TIMES_THE_WIRE} times the wire's own time",
        ratio <= MOST_TIMES_THE_WIRE,
        f"{ratio:.2f} times",
    )
