"""The identity card reader on its two wires: a pseudo-terminal behind a stable symlink, and TCP as behind a serial
server. Both at the pace of 115200 baud; one antenna, one card, one plug.
"""

import threading
from pathlib import Path

from hardware_sim.devices.reader_wires import Conversation, ReaderWires
from hardware_sim.devices.sam_machine import (
    READS,
    PlacedCard,
    ReaderFault,
    SamMachine,
    command_of,
    next_frame,
    spoiled,
)

BITS_PER_BYTE = 10  # 8N1
CHIP_READING_S = 0.35  # the antenna takes the files out before the first byte goes over the wire


class SamReader:
    """Serves a `SamMachine` at `link` and at `port` of this computer until `stop`. Any thread may call."""

    def __init__(
        self, link: Path, *, pace: bool = True, baud: int = 115_200, late_by_s: float = 2.6, port: int = 0
    ) -> None:
        self._link = link
        self._byte_s = BITS_PER_BYTE / baud if pace else 0.0
        self._chip_s = CHIP_READING_S if pace else 0.0
        self._late_by_s = late_by_s
        self.port = port
        self._machine = SamMachine()
        self._guard = threading.Lock()
        self._wires: ReaderWires | None = None

    def start(self) -> None:
        self.plug()

    def stop(self) -> None:
        self.unplug()

    def plug(self) -> None:
        """Put the plug in: a new pseudo-terminal at the link, the same port as before. Nothing when it is in."""
        if self._wires is None:
            self._wires = ReaderWires(self._link, self.port, self._serve)
            self.port = self._wires.port

    def unplug(self) -> None:
        """Pull the plug: whoever has a wire open gets an error. Nothing when it is out."""
        if self._wires is not None:
            self._wires.close()
            self._wires = None

    def insert(self, card: PlacedCard) -> None:
        with self._guard:
            self._machine.insert(card)

    def lift(self) -> None:
        with self._guard:
            self._machine.lift()

    def set_fault(self, fault: ReaderFault | None) -> None:
        with self._guard:
            self._machine.fault = fault

    def state(self) -> dict[str, object]:
        """For the control socket: plugged, what the antenna knows, the fault."""
        with self._guard:
            fault = self._machine.fault
            return {
                "plugged": self._wires is not None,
                "field": self._machine.field.name.lower(),
                "fault": fault.value if fault else None,
            }

    def _serve(self, host: Conversation) -> None:
        received = bytearray()
        while (octets := host.read()) is not None:
            received += octets
            while (request := next_frame(received)) is not None:
                if not self._reply(host, request):
                    return

    def _reply(self, host: Conversation, request: bytes) -> bool:
        """False when the plug was pulled or the host hung up meanwhile."""
        thinking_s = len(request) * self._byte_s + (self._chip_s if command_of(request) in READS else 0.0)
        if self._machine.fault is ReaderFault.LATE_REPLY:
            thinking_s += self._late_by_s
        if host.pulled_within(thinking_s):
            return False
        with self._guard:
            answer = spoiled(self._machine.answer(request), self._machine.fault)
        return host.write(answer, self._byte_s)
