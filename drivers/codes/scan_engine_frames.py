"""What a scan engine of the GM65 class understands and sends. Pure.

Commands and answers as in the maker's manual of the GM65: head, type, length, zone, value, and `AB CD` where no check
is wanted. A code comes without any frame: its bytes, the terminator that the engine was set to, then nothing more.
"""

from dataclasses import dataclass

START_SCAN = bytes.fromhex("7E000801000201ABCD")
STOP_SCAN = bytes.fromhex("7E000801000200ABCD")
ACKNOWLEDGED = bytes.fromhex("02000001003331")
MOST_BYTES = 8192  # of one burst
TERMINATORS = (b"\r\n", b"\r", b"\n")


@dataclass(frozen=True, slots=True)
class Scanned:
    payload: bytes


@dataclass(frozen=True, slots=True)
class OnlyAcknowledged:
    """The engine heard the command, and no code came."""


@dataclass(frozen=True, slots=True)
class NotWhole:
    """Bytes without the terminator that ends every code of this engine, or more than any code holds."""


def parse_burst(
    received: bytes, *, acknowledgement_due: bool, terminated: bool
) -> Scanned | OnlyAcknowledged | NotWhole:
    """What came between two silences: at most one acknowledgement and one code.

    The acknowledgement is taken off where one is due, in front of the code or behind it, and nowhere else: a code may
    hold the same bytes, and terminators too. In the middle it stands between the codes of two triggers, which are never
    told as one. A code that was sent twice in one burst is one code. `terminated`: the engine ends each code with CR,
    LF or both (its factory setting); without, silence alone ends a code.
    """
    if acknowledgement_due:
        if received.startswith(ACKNOWLEDGED):
            received = received[len(ACKNOWLEDGED) :]
        elif received.endswith(ACKNOWLEDGED):
            received = received[: -len(ACKNOWLEDGED)]
        elif ACKNOWLEDGED in received:
            return NotWhole()
    if not received:
        return OnlyAcknowledged()
    if len(received) > MOST_BYTES:
        return NotWhole()
    half = received[: len(received) // 2]
    if half + half == received and half.endswith(TERMINATORS):
        received = half
    for terminator in TERMINATORS:
        if received.endswith(terminator):
            payload = received.removesuffix(terminator)
            return Scanned(payload) if payload else NotWhole()
    return NotWhole() if terminated else Scanned(received)
