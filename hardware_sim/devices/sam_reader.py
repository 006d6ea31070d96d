"""The identity card reader on its two wires: a pseudo-terminal behind a stable symlink, and TCP as behind a serial
server. Both at the pace of the reader's baud; one antenna, one card, one plug.
"""

import random
import threading
from pathlib import Path

from hardware_sim.clock import Clock, RealClock
from hardware_sim.devices.reader_wires import Conversation, Plug
from hardware_sim.devices.sam_machine import READS, SELECT, PlacedCard, SamMachine, command_of, next_frame
from hardware_sim.faults import NOW, FaultBook, Value
from hardware_sim.wire_log import Tap, untapped

BITS_PER_BYTE = 10  # 8N1
CHIP_READING_S = 0.35  # the antenna takes the files out before the first byte goes over the wire
UNPLUGGED, PULLED, TWO = "reader.unplugged", "card.pulled", "card.two"
BEGIN_WITH_READ = (
    "reader.no-answer",
    "reader.half-frame",
    "reader.wrong-checksum",
    "reader.noise",
    "reader.slow",
    "reader.late",
    "reader.self-test",
    UNPLUGGED,
    PULLED,
    "card.wrong",
    "card.torn",
)
BEGIN_WITH_SELECT = (TWO, "card.not-genuine")


class SamReader:
    """Serves a `SamMachine` at `link` and at `port` of this computer until `stop`. Any thread may call.

    Faults hold until they are cleared; those armed for the next read are for that one alone, but the plug stays out,
    and two cards lie there until they are lifted.
    """

    def __init__(
        self,
        link: Path,
        *,
        pace: bool = True,
        baud: int = 115_200,
        port: int = 0,
        clock: Clock | None = None,
        seed: int = 0,
        log: Tap = untapped,
    ) -> None:
        self._log = log
        self._baud = baud
        self._pace = pace
        self._clock = clock or RealClock()
        self._chance = random.Random(f"{seed}-identity_card_reader")
        self._faults = FaultBook()
        self._machine = SamMachine(faults=self._faults, chance=self._chance)
        self._two_until_lifted = False
        self._guard = threading.Lock()
        self._plug = Plug(link, port, self._serve, device="identity card reader", clock=self._clock, baud=baud)

    @property
    def port(self) -> int:
        return self._plug.port

    def start(self) -> None:
        self._plug.start()

    def stop(self) -> None:
        self._plug.stop()

    def plug(self) -> None:
        """Put the plug in: a new pseudo-terminal at the link, the same port as before. Nothing when it is in."""
        with self._guard:
            self._faults.clear(UNPLUGGED)
        self._plug.plug()

    def unplug(self) -> None:
        """Pull the plug: whoever has a wire open gets an error. Nothing when it is out."""
        self._plug.unplug()

    def insert(self, card: PlacedCard) -> None:
        with self._guard:
            self._forget_two()
            self._machine.insert(card)

    def lift(self) -> None:
        with self._guard:
            self._forget_two()
            self._machine.lift()

    def set_fault(self, name: str, *, on: str = NOW, **parameters: Value) -> None:
        """One of the registry's `reader.*` and `card.*`, its parameters whole."""
        with self._guard:
            self._faults.set(name, on=on, **parameters)
        if name == UNPLUGGED and on == NOW:
            self._plug.unplug(for_s=float(parameters["for_s"]))

    def clear_fault(self, name: str | None) -> None:
        with self._guard:
            cleared = self._faults.clear(name)
        if UNPLUGGED in cleared:
            self._plug.plug()

    def faults(self) -> dict[str, dict[str, Value]]:
        with self._guard:
            if self._plug.plugged and UNPLUGGED in self._faults:  # it went in again by itself
                self._faults.clear(UNPLUGGED)
            return self._faults.listed()

    def state(self) -> dict[str, object]:
        """Plugged, what the antenna knows, and the speed of the line."""
        with self._guard:
            return {"plugged": self._plug.plugged, "field": self._machine.field.name.lower(), "baud": self._baud}

    def _serve(self, host: Conversation) -> None:
        host.log = self._log
        received = bytearray()
        while (octets := host.read()) is not None:
            received += octets
            while (request := next_frame(received)) is not None:
                if not self._reply(host, request):
                    return

    def _reply(self, host: Conversation, request: bytes) -> bool:
        """False when the plug was pulled or the host hung up meanwhile."""
        with self._guard:
            begun = self._begin_what_waits(command_of(request))
            byte_s = self._byte_s()
            thinking_s = len(request) * byte_s
            if self._pace and command_of(request) in READS:
                thinking_s += CHIP_READING_S
            if "reader.late" in self._faults:
                thinking_s += self._faults.amount("reader.late", "by_s")
            if UNPLUGGED in begun:
                self._plug.unplug_soon(for_s=self._faults.amount(UNPLUGGED, "for_s"))
                return False
        if host.pulled_within(thinking_s):
            return False
        with self._guard:
            if PULLED in self._faults and command_of(request) in READS:
                self._machine.pull_after(int(self._faults.amount(PULLED, "after_bytes")))
                self._faults.clear(PULLED)
            answer = self._spoilt(self._machine.answer(request))
            self._two_until_lifted |= TWO in begun
            self._faults.end(begun)
        return host.write(answer, byte_s)

    def _forget_two(self) -> None:
        if self._two_until_lifted:
            self._faults.clear(TWO)
            self._two_until_lifted = False

    def _begin_what_waits(self, command: int) -> list[str]:
        if command in READS:
            return self._faults.begin(*BEGIN_WITH_READ)
        return self._faults.begin(*BEGIN_WITH_SELECT) if command == SELECT else []

    def _byte_s(self) -> float:
        if "reader.slow" in self._faults:
            return BITS_PER_BYTE / max(1.0, self._faults.amount("reader.slow", "baud"))
        return BITS_PER_BYTE / self._baud if self._pace else 0.0

    def _spoilt(self, answer: bytes) -> bytes:
        """What the wire makes of an answer."""
        if "reader.no-answer" in self._faults:
            return b""
        if "reader.wrong-checksum" in self._faults:
            answer = answer[:-1] + bytes([answer[-1] ^ self._chance.randrange(1, 256)])
        if "reader.half-frame" in self._faults:
            answer = answer[: max(1, len(answer) * 2 // 3)]
        if "reader.noise" in self._faults:
            octets = int(self._faults.amount("reader.noise", "bytes"))
            answer = (
                bytes(self._chance.choice((0xAA, 0x96, self._chance.randrange(256))) for _ in range(octets)) + answer
            )
        return answer
