"""A serial scan engine of the GM65 class as a pure machine: commands in, acknowledgements and codes out.

Commands `7E 00 | type | count | address (2) | data | CRC (2)`, where CRC `AB CD` asks for no check; answers
`02 00 | result | count | data | CRC`. CRC: CCITT, from 0, over what stands between. Engine in command mode: a trigger
(1 to address 2) reads one code, or none when its time is over. Source: the makers' manuals of GM65 and GM67.
"""

import binascii
import math
import random
import struct
from collections.abc import Mapping

HEAD, ANSWER_HEAD, UNCHECKED = b"\x7e\x00", b"\x02\x00", b"\xab\xcd"
READ, WRITE, SAVE = 0x07, 0x08, 0x09
TRIGGER, TIME_OUT = 0x0002, 0x0006
TIME_OUT_UNIT_S = 0.1
FACTORY = {0x0000: 0xD5, TRIGGER: 0x00, TIME_OUT: 50}  # command mode, light and aim as needed; 5 s
ZONES = 0x0100

TERMINATORS = {"none": b"", "cr": b"\r", "lf": b"\n", "crlf": b"\r\n"}

# What a stranger may hold in front of it, each harmful to somebody who does more than keep it as data.
HOSTILE: dict[str, bytes] = {
    "control": bytes(range(0x20)) + b"\x7f",
    "long": b"".join(b"%04d" % number for number in range(1024)),
    "url": b"https://hall.example/pay?to=someone&next=javascript:alert(1)",
    "script": b"';DROP TABLE cases;--<script>alert(1)</script>$(reboot)`reboot`{{7*7}}%s%n../../../etc/passwd",
    "null": b"10010119\x0044010100\x00\x00",
    "gb18030": "潮州\U0002cb4e䶮￥".encode("gb18030"),
    "invalid-text": b"\xff\xfe\xc3\x28\x80\x81\xed\xa0\x80\xf8\xa1\xa1\xa1\xa1",
    "ansi": b"\x1b[2J\x1b]0;owned\x07\x1b[31mPAID\x1b[0m\x9b1A",
    "keys": b"\x03\x04\x1a\x1b\x1b\t\t\t\r\n\x08\x7f",
    "frames": bytes.fromhex("0200000100333102000001003331") + bytes.fromhex("7E000801000200ABCD"),
}


def answer_frame(data: bytes, result: int = 0x00) -> bytes:
    counted = bytes([result, len(data) & 0xFF]) + data
    return ANSWER_HEAD + counted + struct.pack(">H", binascii.crc_hqx(counted, 0))


def next_command(received: bytearray) -> tuple[int, int, bytes] | None:
    """Cut the first whole command off `received`: its type, address and data. `None`: wait for more.

    What begins no command, is damaged, or has a type that no command has is dropped, as the engine does.
    """
    while True:
        start = received.find(HEAD)
        if start < 0:
            del received[: len(received) - received.endswith(HEAD[:1])]
            return None
        del received[:start]
        if len(received) < 6:
            return None
        kind, count = received[2], received[3]
        if kind not in (READ, WRITE, SAVE):
            del received[:1]
            continue
        end = 6 + (count if kind == WRITE else 1) + 2
        if len(received) < end:
            return None
        checked, told = bytes(received[2 : end - 2]), bytes(received[end - 2 : end])
        if told not in (UNCHECKED, struct.pack(">H", binascii.crc_hqx(checked, 0))):
            del received[:1]
            continue
        del received[:end]
        return kind, int.from_bytes(checked[2:4], "big"), checked[4:]


class ScanEngineMachine:
    """Call `receive` with bytes and `look` with what is in front of the window; both give what goes to the host.

    `deadline_s`: when its light goes out by itself, infinite while it is out. Moments are seconds of any clock.
    """

    def __init__(self) -> None:
        self._zones = dict(FACTORY)
        self._received = bytearray()
        self.deadline_s = math.inf

    @property
    def lit(self) -> bool:
        return self.deadline_s < math.inf

    def receive(self, octets: bytes, now_s: float) -> bytes:
        self._received += octets
        answers = b""
        while (command := next_command(self._received)) is not None:
            answers += self._obey(*command, now_s)
        return answers

    def look(self, code: bytes | None, now_s: float) -> bytes | None:
        """The code, once per trigger; `None` when nothing is read."""
        if not self.lit or (code is None and now_s < self.deadline_s):
            return None
        in_time, self.deadline_s = now_s < self.deadline_s, math.inf
        return code if in_time else None

    def _obey(self, kind: int, address: int, data: bytes, now_s: float) -> bytes:
        match kind:
            case 0x07:
                asked = range(address, address + (data[0] or ZONES))
                return answer_frame(bytes(self._zones.get(zone, 0) for zone in asked))
            case 0x08:
                self._zones.update({(address + offset) % ZONES: value for offset, value in enumerate(data)})
                if address <= TRIGGER < address + len(data):
                    self._trigger(on=bool(self._zones[TRIGGER] & 1), now_s=now_s)
        return answer_frame(b"\0")

    def _trigger(self, *, on: bool, now_s: float) -> None:
        within_s = self._zones[TIME_OUT] * TIME_OUT_UNIT_S or math.inf
        self.deadline_s = min(now_s + within_s, 1e12) if on else math.inf
        self._zones[TRIGGER] = 0


def spoiled(code: bytes, faults: Mapping[str, Mapping[str, object]], terminator: bytes, chance: random.Random) -> bytes:
    """What the host receives of a code: with its end, unless the engine has a fault."""
    if "scanner.hostile" in faults:
        code = HOSTILE[str(faults["scanner.hostile"].get("kind", "control"))]
    sent = code + terminator
    if "scanner.half-code" in faults:
        sent = code[: (len(code) + 1) // 2]
    if "scanner.noise" in faults:
        sent = chance.randbytes(int(str(faults["scanner.noise"].get("bytes", 8)))) + sent
    return sent * 2 if "scanner.double-fire" in faults else sent
