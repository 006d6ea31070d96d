"""The wires of identity card readers: which one an address names, USB's four pipes, and the search for an old reader's
speed. All are byte transports, so that the driver needs to know none of them.
"""

from typing import Any
from urllib.parse import parse_qs

from drivers.identity_card.sam_frames import LONGEST, PREAMBLE, SHORTEST
from drivers.transport import SerialTransport, Transport, open_transport
from drivers.usb_bulk import UsbAddress, UsbInterface, parse_usb_address

SPEEDS = (115200, 57600, 38400, 19200, 9600)
_HEAD_BYTES = len(PREAMBLE) + 2
_HEAD_OUT, _BODY_OUT, _HEAD_IN, _BODY_IN = 0x02, 0x06, 0x81, 0x85
_DRAIN_WITHIN_S = 0.002


def sam_transport(address: str, *, backend: Any = None) -> Transport:
    """`serial:PATH?baud=115200`, `serial:PATH?baud=auto`, `tcp:host:port` or `usb:VVVV:PPPP[:SERIAL]`.

    Opens nothing yet; ValueError for any other form. `backend` is pyusb's.
    """
    if usb_address := parse_usb_address(address):
        return SamPipes(usb_address, backend=backend)
    wire, _, query = address.partition("?")
    if wire.startswith("serial:") and parse_qs(query) == {"baud": ["auto"]}:
        open_transport(wire)  # refuses what is no address
        return SpeedSearch(wire.removeprefix("serial:"))
    return open_transport(address)


class SamPipes:
    """A reader on USB: a frame's preamble and length travel on other pipes than the rest of it."""

    def __init__(self, address: UsbAddress, *, backend: Any = None) -> None:
        self._usb = UsbInterface(address, _sam_interface, backend=backend)
        self._head = b""
        self._body_left = 0

    def discard_input(self) -> None:
        self._head, self._body_left = b"", 0
        for endpoint in (_HEAD_IN, _BODY_IN):
            self._usb.discard(endpoint, within_s=_DRAIN_WITHIN_S)

    def write(self, data: bytes) -> None:
        """One whole frame."""
        self._usb.write(_HEAD_OUT, data[:_HEAD_BYTES])
        self._usb.write(_BODY_OUT, data[_HEAD_BYTES:])

    def read(self, *, within_s: float) -> bytes:
        if self._body_left > 0:
            arrived = self._usb.read(_BODY_IN, within_s=within_s)
            self._body_left -= len(arrived)
            return arrived
        arrived = self._usb.read(_HEAD_IN, within_s=within_s)
        self._head += arrived
        if len(self._head) >= _HEAD_BYTES:
            self._body_left = _body_bytes(self._head)
            self._head = b""
        return arrived

    def close(self) -> None:
        self._head, self._body_left = b"", 0
        self._usb.close()


def _body_bytes(head: bytes) -> int:
    """How many bytes the other pipe owes after this; 0 for a head that is none, and for what came behind it."""
    length = int.from_bytes(head[len(PREAMBLE) : _HEAD_BYTES], "big")
    if not head.startswith(PREAMBLE) or not SHORTEST <= length <= LONGEST:
        return 0
    return length - (len(head) - _HEAD_BYTES)


def _sam_interface(interfaces: Any) -> Any:
    """The first that has all four pipes."""
    wanted = {_HEAD_OUT, _BODY_OUT, _HEAD_IN, _BODY_IN}
    for interface in interfaces:
        if wanted <= {endpoint.bEndpointAddress for endpoint in interface}:
            return interface
    return None


class SpeedSearch:
    """A serial port at the speed at which the reader answers.

    One speed is tried a question, so that no question waits longer than without a search. An answer is known by its
    preamble. The speed that was good last is given up after two questions in a row without an answer.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._at = 0
        self._wire = SerialTransport(path, baud=SPEEDS[0])
        self._good = False
        self._unanswered = 0
        self._heard = b""

    @property
    def baud(self) -> int:
        """The speed of the last question."""
        return SPEEDS[self._at]

    def discard_input(self) -> None:
        """A new question comes: change the speed now when the last ones had no answer."""
        if self._unanswered >= (2 if self._good else 1):
            self._good, self._unanswered = False, 0
            self._at = (self._at + 1) % len(SPEEDS)
            self._wire.close()
            self._wire = SerialTransport(self._path, baud=self.baud)
        self._wire.discard_input()

    def write(self, data: bytes) -> None:
        self._heard = b""
        self._wire.write(data)
        self._unanswered += 1

    def read(self, *, within_s: float) -> bytes:
        arrived = self._wire.read(within_s=within_s)
        if self._unanswered:
            self._heard = (self._heard + arrived)[-4096:]
            if PREAMBLE in self._heard:
                self._good, self._unanswered = True, 0
        return arrived

    def close(self) -> None:
        self._wire.close()
