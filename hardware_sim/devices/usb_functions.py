"""What the simulated USB devices are for: a security module behind four pipes, and a printer behind two."""

import math
import socket
from collections import deque
from collections.abc import Callable, Iterable

from hardware_sim.clock import Clock, Source
from hardware_sim.devices.sam_machine import LONGEST_REQUEST, PREAMBLE, READS, command_of
from hardware_sim.devices.sam_reader import CHIP_READING_S
from hardware_sim.devices.usb_device import Setup
from hardware_sim.wire_log import FROM_DEVICE, TO_DEVICE, Tap, untapped

HEAD_BYTES = len(PREAMBLE) + 2
MOST_HEARD = 1 << 16


class SamPipes:
    """A request comes in two parts on two pipes, preamble and length on 0x02, the rest on 0x06; the answer goes the
    same way on 0x81 and 0x85. `answer` makes of a request frame the answer frame.
    """

    def __init__(
        self, answer: Callable[[bytes], bytes], clock: Clock, *, pace: bool = True, log: Tap = untapped
    ) -> None:
        self._log = log
        self._answer = answer
        self._clock = clock
        self._chip_s = CHIP_READING_S if pace else 0.0
        self._head = bytearray()
        self._rest = bytearray()
        self._answers: dict[int, deque[bytes]] = {0x81: deque(), 0x85: deque()}
        self._thinks_until_s = -math.inf
        self._request: bytes | None = None

    def attached(self) -> bool:
        self.detached()
        return True

    def detached(self) -> None:
        self._head.clear()
        self._rest.clear()
        self._request = None
        for answers in self._answers.values():
            answers.clear()

    def take(self, endpoint: int, data: bytes) -> bool:
        if endpoint == 0x02:  # a new request: whatever was left of another is void
            self.detached()
            self._head += data[:HEAD_BYTES]
        else:
            self._rest += data[:LONGEST_REQUEST]
        length = int.from_bytes(self._head[len(PREAMBLE) :], "big")
        if self._head.startswith(PREAMBLE) and len(self._head) == HEAD_BYTES and len(self._rest) >= length:
            self._request = bytes(self._head + self._rest[:length])
            self._log(TO_DEVICE, self._request)
            reads = command_of(self._request) in READS
            self._thinks_until_s = self._clock.now() + (self._chip_s if reads else 0.0)
            self._head.clear()
            self._rest.clear()
        return True

    def give(self, endpoint: int, most: int) -> bytes | None:
        if self._request is not None and self._clock.now() >= self._thinks_until_s:
            answer, self._request = self._answer(self._request), None
            self._log(FROM_DEVICE, answer)
            for pipe, part in ((0x81, answer[:HEAD_BYTES]), (0x85, answer[HEAD_BYTES:])):
                if part:
                    self._answers[pipe].append(part)
        answers = self._answers[endpoint]
        if not answers:
            return None
        whole = answers.popleft()
        if whole[most:]:
            answers.appendleft(whole[most:])
        return whole[:most]

    def control(self, setup: Setup, data: bytes) -> bytes | None:
        return None

    def alive(self) -> bool:
        return True

    def sources(self) -> tuple[Iterable[Source], Iterable[Source]]:
        return (), ()

    def due_s(self) -> float:
        return math.inf if self._request is None else self._thinks_until_s


class PrinterPipes:
    """Bulk out and in of a printer that listens on a port of this computer, and the requests of the printer class
    (USB Device Class Definition for Printing Devices 1.1). `paper_is_out` for its port status.
    """

    DEVICE_ID = b"MFG:SIMULATED;MDL:POS80;CLS:PRINTER;CMD:ESC/POS;"

    def __init__(self, port: Callable[[], int], paper_is_out: Callable[[], bool]) -> None:
        self._port = port
        self._paper_is_out = paper_is_out
        self._printer: socket.socket | None = None
        self._unsent = b""
        self._heard = bytearray()

    def attached(self) -> bool:
        self.detached()
        printer = socket.socket()
        try:
            printer.connect(("127.0.0.1", self._port()))
        except OSError:
            printer.close()
            return False
        printer.setblocking(False)
        self._printer = printer
        return True

    def detached(self) -> None:
        if self._printer is not None:
            self._printer.close()
        self._printer = None
        self._unsent = b""
        self._heard.clear()

    def take(self, endpoint: int, data: bytes) -> bool:
        self._exchange()
        if self._unsent:
            return False
        self._unsent = data
        self._exchange()
        return True

    def give(self, endpoint: int, most: int) -> bytes | None:
        self._exchange()
        answer = bytes(self._heard[:most])
        del self._heard[:most]
        return answer or None

    def control(self, setup: Setup, data: bytes) -> bytes | None:
        match setup.kind, setup.request:
            case 0xA1, 0:
                return (2 + len(self.DEVICE_ID)).to_bytes(2, "big") + self.DEVICE_ID
            case 0xA1, 1:
                return bytes([0x38 if self._paper_is_out() else 0x18])  # selected, not in error; paper empty
            case ((0x21 | 0x23), 2):
                return b""
            case _:
                return None

    def alive(self) -> bool:
        self._exchange()
        return self._printer is not None

    def sources(self) -> tuple[Iterable[Source], Iterable[Source]]:
        if self._printer is None:
            return (), ()
        return [self._printer][: len(self._heard) < MOST_HEARD], [self._printer][: len(self._unsent)]

    def due_s(self) -> float:
        return math.inf

    def _exchange(self) -> None:
        """Send and hear what goes at once; a printer that has hung up is let go."""
        try:
            while self._printer and self._unsent:
                self._unsent = self._unsent[self._printer.send(self._unsent) :]
        except BlockingIOError:
            pass
        except ConnectionError:
            self.detached()
        try:
            while self._printer and len(self._heard) < MOST_HEARD:
                heard = self._printer.recv(4096)
                if not heard:
                    self.detached()
                self._heard += heard
        except BlockingIOError:
            pass
        except ConnectionError:
            self.detached()
