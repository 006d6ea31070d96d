"""What passes over a wire in one line of words, for whoever watches: by protocol, with the machines' own parsers.

Each takes a direction and the bytes that went that way in one piece, and never raises, whatever they are.
"""

import re
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import fields

from hardware_sim.devices import escpos_commands as escpos
from hardware_sim.devices import vpcd_wire
from hardware_sim.devices.escpos_stream import EscPosStream
from hardware_sim.devices.sam_machine import PREAMBLE, command_of, next_frame
from hardware_sim.devices.scan_engine_machine import ANSWER_HEAD, HEAD, READ, TRIGGER, WRITE, next_command
from hardware_sim.devices.virtual_cards import SOCIAL_SECURITY, Command
from hardware_sim.devices.virtual_cards import command_of as apdu_of
from hardware_sim.wire_log import TO_DEVICE

MOST_CHARACTERS = 160

SAM_COMMANDS = {
    0x10FF: "reset",
    0x11FF: "how are you",
    0x12FF: "which module are you",
    0x2001: "find a card",
    0x2002: "select the card",
    0x3001: "read text and photo",
    0x3003: "read the newest address",
    0x3010: "read text, photo and fingerprint",
}
SAM_STATUS = {
    0x90: "done",
    0x9F: "a card was found",
    0x80: "no card, or one that was read",
    0x81: "the card was not selected",
    0x10: "wrong checksum",
    0x11: "wrong length",
    0x21: "no such command",
    0x31: "the card is not genuine",
    0x40: "a card of another kind",
    0x41: "reading failed",
    0x60: "the self-test failed",
    0x91: "nothing stands there",
}
APDU_STATUS = {
    0x9000: "done",
    0x6700: "wrong length",
    0x6985: "nothing waits",
    0x6986: "no file is selected",
    0x6A81: "not supported",
    0x6A82: "not found",
    0x6A83: "no such record",
    0x6A86: "wrong parameters",
    0x6D00: "no such instruction",
    0x6E00: "no such class",
}
CARD_ORDERS = {
    vpcd_wire.POWER_OFF: "power off",
    vpcd_wire.POWER_ON: "power on",
    vpcd_wire.RESET: "reset",
    vpcd_wire.ATR_ASKED: "which card are you (ATR)",
}
PRINTER_QUESTIONS = {1: "printer", 2: "why offline", 3: "which error", 4: "how much paper", 0x14: "whole status"}
CONNECTED = b""  # what a printer tells in place of bytes when another host is heard


def plain_text(_direction: str, octets: bytes) -> str:
    """Of a wire that says what it does in words itself."""
    return _line(octets.decode("utf-8", "replace"))


def sam(direction: str, octets: bytes) -> str:
    """Frames of an identity card reader (GA 450)."""
    if direction == TO_DEVICE:
        said = []
        rest = bytearray(octets)
        while (request := next_frame(rest)) is not None:
            command = command_of(request)
            said.append(f"{command:04X} {SAM_COMMANDS.get(command, 'no command that is known')}")
        return _line(", ".join(said)) or _bytes("part of a request", octets)
    start = octets.find(PREAMBLE)
    if start < 0 or len(octets) < start + 10:
        return _bytes("nothing that is known" if start < 0 else "an answer cut short after", octets)
    noise = f"{start} bytes of noise, " if start else ""
    length, status = int.from_bytes(octets[start + 5 : start + 7], "big"), octets[start + 9]
    frame, check = octets[start + 5 : start + 6 + length], octets[start + 6 + length : start + 7 + length]
    said_status = f"{noise}{status:02X} {SAM_STATUS.get(status, 'a status that is not known')}"
    if not check:
        return f"{said_status}, cut short after {len(octets)} bytes"
    wrong = "" if check[0] == _xor(frame) else ", its checksum is wrong"
    return said_status + (f", {length - 4} bytes" if length > 4 else "") + wrong


def _xor(octets: bytes) -> int:
    check = 0
    for octet in octets:
        check ^= octet
    return check


def scan_engine(direction: str, octets: bytes) -> str:
    """Commands and answers of a GM65, and the codes that it reads."""
    if direction != TO_DEVICE:
        if octets.startswith(ANSWER_HEAD) and len(octets) >= 6:
            data = octets[4 : 4 + octets[3]]
            return _line("obeyed" if data in (b"\0", b"") else f"answer {data.hex(' ')}")
        return _line(f"code {octets.decode('utf-8', 'replace')!r}") if octets else "nothing"
    said, rest = [], bytearray(octets)
    while (command := next_command(rest)) is not None:
        kind, address, data = command
        if kind == WRITE and address == TRIGGER:
            said.append("read a code" if data[:1] != b"\0" else "stop reading")
        elif kind == WRITE:
            said.append(f"set {address:04X} to {data.hex(' ')}")
        elif kind == READ:
            said.append(f"what stands at {address:04X}")
        else:
            said.append("keep the settings")
    return _line(", ".join(said)) or _bytes("part of a command" if HEAD in octets else "no command", octets)


class SmartCardWords:
    """APDUs of one slot and their answers; the answer to an order is known by the order."""

    def __init__(self) -> None:
        self._atr_asked = False

    def __call__(self, direction: str, octets: bytes) -> str:
        if direction == TO_DEVICE:
            self._atr_asked = octets == vpcd_wire.ATR_ASKED
            return CARD_ORDERS[octets] if octets in CARD_ORDERS else _line(_apdu(apdu_of(octets)))
        if self._atr_asked:
            return _line(f"ATR {octets.hex(' ')}")
        if len(octets) < 2:
            return "no answer"
        content, status = octets[:-2], int.from_bytes(octets[-2:], "big")
        match status >> 8:
            case 0x61:
                meaning = f"{status & 0xFF} bytes wait"
            case 0x6C:
                meaning = f"ask for {status & 0xFF} bytes"
            case _:
                meaning = APDU_STATUS.get(status, "a status that is not known")
        return _line(f"{status:04X} {meaning}" + (f", {len(content)} bytes: {_readable(content)}" if content else ""))


def _apdu(command: Command | None) -> str:
    match command:
        case None:
            return "no APDU"
        case Command(0x00, 0xA4, 0x04, _, name):
            known = "social security" if name == SOCIAL_SECURITY else name.hex(" ")
            return f"SELECT application {known}"
        case Command(0x00, 0xA4, _, _, name):
            return f"SELECT file {name.hex().upper()}"
        case Command(0x00, 0xB2, record):
            return f"READ RECORD {record:02X}"
        case Command(0x00, 0xC0):
            return f"GET RESPONSE {command.expected or 0} bytes"
        case Command(0xFF, 0xCA):
            return "GET DATA: the number of the card"
        case Command(0xFF, 0xB0, block):
            return f"READ BINARY block {block}"
        case _:
            return f"class {command.cla:02X}, instruction {command.ins:02X}"


def _readable(content: bytes) -> str:
    """GBK, as social security cards have it, where it is a text; else its digits."""
    try:
        text = content.decode("gb18030").rstrip(" \0")
    except UnicodeDecodeError:
        text = ""
    return text if text and text.isprintable() else content.hex(" ")


class PrinterWords:
    """An ESC/POS stream is understood only in order; a new host begins anew."""

    def __init__(self) -> None:
        self._stream = EscPosStream()
        self._asked: deque[int] = deque(maxlen=16)

    def __call__(self, direction: str, octets: bytes) -> str:
        if octets == CONNECTED:
            self._stream.restart()
            self._asked.clear()
            return "a host is heard"
        if direction != TO_DEVICE:
            return _line(self._answer(octets))
        commands = self._stream.feed(octets)
        self._asked += [one.n for one in commands if isinstance(one, escpos.StatusAsked)]
        return _line(", ".join(_said(commands))) or _bytes("goes on", octets)

    def _answer(self, octets: bytes) -> str:
        if octets.startswith(b"\x37\x22"):
            return "all before this is on paper"
        if octets.startswith(b"\x5f"):
            return f"I am {octets[1:].rstrip(bytes(1)).decode('ascii', 'replace')}"
        if len(octets) == 4 and octets[0] & 0x93 == 0x10:
            return f"told by itself: {_flags(octets)}"
        if octets.startswith(b"\x10\x0f"):
            return f"whole status: {octets[2:].hex(' ')}"
        asked = [self._asked.popleft() if self._asked else 0 for _ in octets]
        return ", ".join(_status(n, octet) for n, octet in zip(asked, octets, strict=True))


_BITS = {  # DLE EOT n: bit, and what is so
    1: ((0x08, "offline"),),
    2: ((0x04, "cover open"), (0x20, "paper out"), (0x40, "error")),
    3: ((0x04, "paper jammed"), (0x08, "cutter stuck"), (0x40, "head too hot")),
    4: ((0x0C, "paper near its end"), (0x60, "paper out")),
}


def _status(n: int, octet: int) -> str:
    said = [words for bit, words in _BITS.get(n, ()) if octet & bit]
    return f"{PRINTER_QUESTIONS.get(n, 'status')}: {' and '.join(said) or ('well' if n in _BITS else f'{octet:02X}')}"


def _flags(octets: bytes) -> str:
    states = ((0, 0x08, "offline"), (0, 0x20, "cover open"), (1, 0x04, "paper jammed"), (1, 0x08, "cutter stuck"))
    states += ((1, 0x40, "head too hot"), (2, 0x03, "paper near its end"), (2, 0x0C, "paper out"))
    return " and ".join(words for at, bit, words in states if octets[at] & bit) or "well"


def _said(commands: Iterable[escpos.Command]) -> list[str]:
    """Text as text, the same command again only counted."""
    said: Counter[str] = Counter()
    text = ""
    for command in commands:
        if isinstance(command, escpos.Glyph):
            text += command.text
            continue
        if text:
            said[f"“{text}”"] += 1
            text = ""
        said[_command(command)] += 1
    if text:
        said[f"“{text}”"] += 1
    return [name if count == 1 else f"{count} x {name}" for name, count in said.items()]


def _command(command: escpos.Command) -> str:
    match command:
        case escpos.Set(what, value):
            return f"{what.value.replace('_', ' ')} {value}"
        case escpos.StatusAsked(n):
            return f"{PRINTER_QUESTIONS[n]}?"
        case escpos.Raster(width_bytes, height):
            return f"picture {width_bytes * 8}x{height}"
        case escpos.Feed(lines, dots):
            return f"feed {lines} lines" if lines else f"feed {dots} dots"
        case escpos.Symbol(_, payload) | escpos.Barcode(_, payload):
            return f"code {payload.decode('utf-8', 'replace')!r}"
        case escpos.Ignored(name) | escpos.Unknown(name):
            return name
        case escpos.Asked(question, n):
            return f"{question} {n}?"
        case _:
            numbers = [
                str(value) for one in fields(command) if isinstance(value := getattr(command, one.name), int) and value
            ]
            return " ".join([re.sub(r"(?<!^)(?=[A-Z])", " ", type(command).__name__).lower(), *numbers])


def camera(_direction: str, octets: bytes) -> str:
    """A frame as PNG: its size stands in its head."""
    if octets[:8] != b"\x89PNG\r\n\x1a\n" or len(octets) < 24:
        return _bytes("no frame", octets)
    return f"frame {int.from_bytes(octets[16:20], 'big')}x{int.from_bytes(octets[20:24], 'big')}"


def _bytes(what: str, octets: bytes) -> str:
    return f"{what}, {len(octets)} bytes"


def _line(text: str) -> str:
    shown = "".join(one if one.isprintable() else " " for one in text)
    return shown if len(shown) <= MOST_CHARACTERS else shown[: MOST_CHARACTERS - 1] + "…"
