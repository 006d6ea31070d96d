"""Reads an ESC/POS stream back as what stands on paper. Written from the command reference, apart from the encoder.

Anything that is not understood is a failure: a real printer would print it as rubbish.
"""

from dataclasses import dataclass, field

COLUMN_DOTS = 12


@dataclass
class Line:
    """`text`: pictures of single characters stand as U+FFFC. `columns`: half-width, doubled in large type."""

    text: str = ""
    columns: int = 0
    centred: bool = False
    large: bool = False


@dataclass
class Paper:
    lines: list[Line] = field(default_factory=list)
    pictures: list[tuple[int, int, bytes]] = field(default_factory=list)  # width and height in dots, rows
    inline_pictures: list[bytes] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    cuts: int = 0
    fed_lines: int = 0
    fed_dots: int = 0
    presented: int = 0

    @property
    def text(self) -> list[str]:
        return [line.text for line in self.lines]


class _Reading:
    def __init__(self, stream: bytes, encoding: str) -> None:
        self.stream, self.at, self.encoding = stream, 0, encoding
        self.chinese = False
        self.utf_8 = False
        self.scale = [1, 1]
        self.centred = False
        self.line = Line()
        self.stored = b""
        self.paper = Paper()

    def take(self, count: int) -> bytes:
        taken = self.stream[self.at : self.at + count]
        assert len(taken) == count, "the stream ends inside a command"
        self.at += count
        return taken

    def command(self, lead: int) -> None:
        name = bytes([lead]) + self.take(1)
        match name:
            case b"\x1b@":
                self.chinese, self.utf_8, self.scale, self.centred = False, False, [1, 1], False
            case b"\x1b3":
                self.take(1)
            case b"\x1ba":
                assert not self.line.text, "alignment counts only at the start of a line"
                self.centred = self.take(1) == b"\x01"
            case b"\x1bd":
                self.paper.fed_lines += self.take(1)[0]
            case b"\x1bJ":
                self.paper.fed_dots += self.take(1)[0]
            case b"\x1b*":
                mode, low, high = self.take(3)
                assert mode == 33
                self.paper.inline_pictures.append(self.take(3 * (low + 256 * high)))
                self.put("\ufffc", (low + 256 * high) // COLUMN_DOTS)
            case b"\x1c&" | b"\x1c.":
                self.chinese = name == b"\x1c&"
            case b"\x1c!":
                assert self.take(1)[0] == {1: 0, 2: 0x0C}[self.scale[0]]
            case b"\x1d!":
                size = self.take(1)[0]
                self.scale = [1 + (size >> 4), 1 + (size & 15)]
            case b"\x1c(":
                assert self.take(5) == b"C\x02\x000\x02"
                self.utf_8 = True
            case b"\x1dV":
                if self.take(1) == b"B":
                    self.paper.fed_dots += self.take(1)[0]
                self.paper.cuts += 1
            case b"\x1de":
                if self.take(1) == b"\x03":
                    self.take(1)
                    self.paper.presented += 1
            case b"\x1dv":
                assert self.take(1) == b"0"
                scale = {0: 1, 3: 2}[self.take(1)[0]]
                assert not self.line.text, "a raster picture needs an empty line"
                x, y = int.from_bytes(self.take(2), "little"), int.from_bytes(self.take(2), "little")
                assert y <= 255
                self.paper.pictures.append((8 * x * scale, y * scale, self.take(x * y)))
            case b"\x1d(":
                self.code(self.take(1))
            case _:
                raise AssertionError(f"no such command: {name.hex()}")

    def code(self, kind: bytes) -> None:
        assert kind == b"k"
        length = int.from_bytes(self.take(2), "little")
        body = self.take(length)
        assert body[:1] == b"1"
        match body[1:2]:
            case b"P":
                self.stored = body[3:]
            case b"Q":
                self.paper.codes.append(self.stored.decode("utf-8"))
            case other:
                assert other in (b"A", b"C", b"E")

    def put(self, text: str, columns: int) -> None:
        self.line.text += text
        self.line.columns += columns * self.scale[0]
        self.line.centred, self.line.large = self.centred, self.scale == [2, 2]

    def byte(self) -> None:
        byte = self.take(1)[0]
        if byte in (0x1B, 0x1C, 0x1D):
            self.command(byte)
        elif byte == 0x0A:
            self.paper.lines.append(self.line)
            self.line = Line()
        elif self.utf_8 and byte >= 0x80:
            self.put(bytes([byte, *self.take(2)]).decode("utf-8"), 2)
        elif byte >= 0x81:
            assert self.chinese, "code-page byte: every printer shows another character"
            self.put(bytes([byte, self.take(1)[0]]).decode(self.encoding), 2)
        else:
            assert 0x20 <= byte < 0x7F, f"control byte {byte:02x}"
            assert not self.chinese, "one-byte text stands outside Chinese mode"
            self.put(chr(byte), 1)


def read_paper(stream: bytes, encoding: str = "gb18030") -> Paper:
    reading = _Reading(stream, encoding)
    while reading.at < len(stream):
        reading.byte()
    assert not reading.line.text, "the last line was never printed"
    return reading.paper
