"""A reader's side of the SAM protocol, in memory: a field on which a card lies or does not.

Written from the published frames, apart from the driver; a card answers once until it is lifted.
"""

from dataclasses import dataclass, field

from drivers.transport import TransportLost

SAM_NUMBER = bytes.fromhex("0500 0300 2FEA3401 39300000 32090100".replace(" ", ""))
SAM_NUMBER_SHOWN = "05.03-20245039-0000012345-0000067890"
PREAMBLE = bytes([0xAA, 0xAA, 0xAA, 0x96, 0x69])


def frame(status: int, payload: bytes = b"") -> bytes:
    body = (len(payload) + 4).to_bytes(2, "big") + bytes([0, 0, status]) + payload
    check = 0
    for byte in body:
        check ^= byte
    return PREAMBLE + body + bytes([check])


@dataclass
class SamWire:
    """Both the wire (for a driver) and the hands (for a test)."""

    chip: bytes | None = None
    photo: bytes = bytes(1024)
    newest_address: bytes = b""
    two: bool = False
    plugged: bool = True
    silent: bool = False
    healthy: bool = True
    finding: int | None = None  # its answer to find, where that is another; 0: none
    spent: bool = False
    asked: list[str] = field(default_factory=list)
    pending: bytes = b""
    connections: int = 0
    connected: bool = False

    # Hands.

    def lay(self, chip: bytes) -> None:
        self.chip, self.spent = chip, False

    def lift(self) -> None:
        self.chip, self.spent = None, False

    def unplug(self) -> None:
        self.plugged = self.connected = False

    def plug(self) -> None:
        self.plugged = True

    # Wire.

    def discard_input(self) -> None:
        self._connect()
        self.pending = b""

    def write(self, data: bytes) -> None:
        self._connect()
        command = data[7:9].hex()
        self.asked.append(command)
        if not self.silent:
            self.pending += self._answer(command)

    def read(self, *, within_s: float) -> bytes:
        self._connect()
        arrived, self.pending = self.pending[:700], self.pending[700:]
        return arrived

    def close(self) -> None:
        self.connected = False

    def _connect(self) -> None:
        if not self.plugged:
            raise TransportLost("unplugged")
        if not self.connected:
            self.connected, self.pending = True, b""
            self.connections += 1

    def _answer(self, command: str) -> bytes:
        there = self.chip is not None
        match command:
            case "11ff":
                return frame(0x90 if self.healthy else 0x60)
            case "12ff":
                return frame(0x90, SAM_NUMBER)
            case "2001" if self.finding is not None:
                return frame(self.finding) if self.finding else b""
            case "2001":
                return frame(0x9F, bytes(4)) if there and not self.spent else frame(0x80)
            case "2002" if self.two:
                return frame(0x81)
            case "2002":
                return frame(0x90, bytes(8)) if there and not self.spent else frame(0x81)
            case "3001" if self.chip is not None and not self.spent:
                self.spent = True
                return frame(0x90, bytes.fromhex("01000400") + self.chip + self.photo)
            case "3003" if there and self.newest_address:
                return frame(0x90, self.newest_address)
            case "3003" if there:
                return frame(0x91)
            case "3001" | "3003":
                return frame(0x41)
        return frame(0x21)
