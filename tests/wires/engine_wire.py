"""A scan engine's side of the wire, in memory and in time of its own: what is held before it, and how it is troubled.

Written from the makers' manual, apart from the driver.
"""

from collections import deque
from dataclasses import dataclass, field

from drivers.transport import TransportLost

TRIGGER = bytes([0x7E, 0x00, 0x08, 0x01, 0x00, 0x02, 0x01, 0xAB, 0xCD])
LIGHT_OUT = bytes([0x7E, 0x00, 0x08, 0x01, 0x00, 0x02, 0x00, 0xAB, 0xCD])
HEARD = bytes([0x02, 0x00, 0x00, 0x01, 0x00, 0x33, 0x31])


@dataclass
class EngineWire:
    """Both the wire (for a driver) and the hands (for a test). `chunk`: how many bytes arrive at once."""

    shown: bytes | None = None
    terminator: bytes = b"\r"
    chunk: int = 64
    plugged: bool = True
    silent: bool = False
    acknowledges: bool = True
    late_acknowledgement: bool = False
    fires: int = 1
    lost_after: int | None = None  # bytes of a code after which the plug is pulled
    now: float = 0.0
    lit: bool = False
    commands: list[bytes] = field(default_factory=list)
    pending: deque[bytes] = field(default_factory=deque)

    # Hands.

    def tidy(self) -> None:
        self.plug()
        self.hide()

    def show(self, payload: bytes) -> None:
        self.shown = payload

    def hide(self) -> None:
        self.shown = None

    def unplug(self) -> None:
        self.plugged = False
        self.pending.clear()

    def plug(self) -> None:
        self.plugged, self.lost_after = True, None

    def let_pass(self, seconds: float) -> None:
        self.now += seconds

    def clock(self) -> float:
        return self.now

    def send(self, octets: bytes) -> None:
        """Unasked."""
        self.pending.extend(octets[at : at + self.chunk] for at in range(0, len(octets), self.chunk))

    # Wire.

    def discard_input(self) -> None:
        self._there()
        self.pending.clear()

    def write(self, data: bytes) -> None:
        self._there()
        self.commands.append(data)
        if self.silent:
            return
        self.lit = data == TRIGGER
        heard = HEARD if self.acknowledges and data in (TRIGGER, LIGHT_OUT) else b""
        code = (self.shown + self.terminator) * self.fires if self.lit and self.shown is not None else b""
        self.send(code + heard if self.late_acknowledgement else heard + code)

    def read(self, *, within_s: float) -> bytes:
        self._there()
        if not self.pending:
            self.now += within_s
            return b""
        self.now += 0.001
        arrived = self.pending.popleft()
        if self.lost_after is not None:
            self.lost_after -= len(arrived)
            if self.lost_after < 0:
                self.unplug()
        return arrived

    def close(self) -> None:
        self.pending.clear()

    def _there(self) -> None:
        if not self.plugged:
            raise TransportLost("unplugged")
