"""The far ends of what QEMU plugs into this very machine: serial ports that stand at fixed places on its PCI bus."""

import select
import socket
import struct
import threading
from pathlib import Path

import serial

from hardware_sim.devices.virtual_cards import Card

FAR_END_OF_USB_SERIAL, FAR_END_OF_CARDS = "0000:00:10.0", "0000:00:11.0"
SETTLED_S = 1.0
INIT, ATR, CARD_REMOVE, APDU = 1, 5, 6, 7
MAGIC, VERSION = b"VSCD", 2
_HEAD = struct.Struct(">III")


def far_end(place: str) -> serial.Serial:
    """The serial port there. What it got before it was opened is let go."""
    (name,) = [path.name for path in Path(f"/sys/bus/pci/devices/{place}/tty").iterdir()]
    port = serial.Serial(f"/dev/{name}", baudrate=115200, timeout=0)
    while select.select([port.fileno()], [], [], SETTLED_S)[0]:
        port.read(4096)
    return port


def is_known(vendor: str) -> bool:
    return bool(_of_vendor(vendor))


def set_plug(vendor: str, *, plugged: bool) -> None:
    """Whether the kernel has the USB device of this vendor: without leave it takes every driver away from it."""
    (device,) = _of_vendor(vendor)
    (device / "authorized").write_text(str(int(plugged)), "ascii")


def _of_vendor(vendor: str) -> list[Path]:
    return [
        path.parent for path in Path("/sys/bus/usb/devices").glob("*/idVendor") if path.read_text() == f"{vendor}\n"
    ]


class Cable:
    """Carries bytes between a serial port and a port of this computer, until it is closed."""

    def __init__(self, port: serial.Serial, at: int) -> None:
        self._port = port
        self._socket = socket.create_connection(("127.0.0.1", at))
        self._end, self._ended = socket.socketpair()
        self._thread = threading.Thread(target=self._carry)
        self._thread.start()

    def close(self) -> None:
        self._end.close()
        self._thread.join()
        for one in (self._port, self._socket, self._ended):
            one.close()

    def _carry(self) -> None:
        while self._ended not in (ready := select.select([self._port, self._socket, self._ended], [], [])[0]):
            if self._port in ready:
                self._socket.sendall(self._port.read(4096))
            if self._socket in ready:
                self._port.write(self._socket.recv(4096))


class CardsInQemu:
    """What lies in QEMU's own CCID reader, by the protocol of its passed-through cards (`vscard_common.h`)."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port
        self._card: Card | None = None
        self._end, self._ended = socket.socketpair()
        self._say(INIT, MAGIC + struct.pack(">II", VERSION, 0))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def insert(self, card: Card) -> None:
        self._card = card
        self._say(ATR, card.atr)

    def remove(self) -> None:
        self._card = None
        self._say(CARD_REMOVE)

    def close(self) -> None:
        self._end.close()
        self._thread.join()
        self._ended.close()
        self._port.close()

    def _say(self, kind: int, payload: bytes = b"") -> None:
        self._port.write(_HEAD.pack(kind, 0, len(payload)) + payload)

    def _serve(self) -> None:
        received = bytearray()
        while self._ended not in select.select([self._port, self._ended], [], [])[0]:
            received += self._port.read(4096)
            while len(received) >= _HEAD.size:
                kind, _, length = _HEAD.unpack(received[: _HEAD.size])
                if len(received) < _HEAD.size + length:
                    break
                payload = bytes(received[_HEAD.size : _HEAD.size + length])
                del received[: _HEAD.size + length]
                card = self._card
                if kind == APDU and card is not None:
                    self._say(APDU, card.answer(payload))
