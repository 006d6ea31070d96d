"""What was sent to a receipt printer, without what stood on the slip.

Commands stay; texts, codes and pictures keep their length. A command that is not known is kept as two bytes, and what
follows it is taken for text. Answers of a printer tell of nobody.
"""

from collections.abc import Callable, Sequence

from drivers.traces import invented
from drivers.traces.protocols import Said, WireProtocol
from drivers.traces.trace_file import Way

UTF_8 = b"\x1c(C\x02\x000\x02"
_QR_STORE = (0x31, 0x50)  # QR Code, store these bytes
_FIXED = {  # of a command's first two bytes: its length
    **dict.fromkeys((b"\x1b@", b"\x1c&", b"\x1c."), 2),
    **dict.fromkeys((b"\x1b3", b"\x1ba", b"\x1bd", b"\x1bJ", b"\x1bE", b"\x1b!", b"\x1bt", b"\x1bR"), 3),
    **dict.fromkeys((b"\x1d!", b"\x1da", b"\x1dI", b"\x1dr", b"\x1c!", b"\x10\x04", b"\x10\x05", b"\x1de"), 3),
    b"\x1dg": 6,
}


def without_the_slip(sent: bytes) -> bytes:
    """A stream of commands of the same length."""
    cleaned, at, text_from, encoding = bytearray(), 0, 0, "gb18030"
    while at < len(sent):
        if sent[at] not in (0x10, 0x1B, 0x1C, 0x1D):
            at += 1
            continue
        cleaned += invented.text(sent[text_from:at], encoding)
        head, drawn = _command(sent[at : at + 9])
        encoding = "utf-8" if sent.startswith(UTF_8, at) else encoding
        if sent.startswith(b"\x1b@", at):
            encoding = "gb18030"
        kept, held = sent[at : at + head], sent[at + head : at + head + drawn]
        cleaned += kept + (invented.text(held, "utf-8") if _is_qr(kept) else bytes(len(held)))
        at = text_from = at + len(kept) + len(held)
    return bytes(cleaned + invented.text(sent[text_from:], encoding))


def _command(head: bytes) -> tuple[int, int]:
    """How many bytes of it are kept, and how many follow that tell what is printed."""
    two = head[:2]
    if two == b"\x1dv" and len(head) >= 8:
        return 8, int.from_bytes(head[4:6], "little") * int.from_bytes(head[6:8], "little")
    if two == b"\x1b*" and len(head) >= 5:
        return 5, int.from_bytes(head[3:5], "little") * (3 if head[2] >= 32 else 1)
    if two in (b"\x1d(", b"\x1c(") and len(head) >= 5:
        length = int.from_bytes(head[3:5], "little")
        if two == b"\x1d(" and head[2:3] == b"k":
            return (8, length - 3) if tuple(head[5:7]) == _QR_STORE and length >= 3 else (5 + length, 0)
        return (5 + length, 0) if head[2:3] in (b"H", b"C") else (5, length)
    if two == b"\x1dV":
        return (4 if head[2:3] in (b"A", b"B") else 3), 0
    return _FIXED.get(two, 2), 0


def _is_qr(kept: bytes) -> bool:
    return kept[:3] == b"\x1d(k"


def _cleaner() -> Callable[[Sequence[Said]], list[bytes]]:
    def clean(exchange: Sequence[Said]) -> list[bytes]:
        """A slip is sent in slices, and its texts lie across them."""
        stream = without_the_slip(b"".join(octets for way, octets in exchange if way is Way.SENT))
        cleaned, at = [], 0
        for way, octets in exchange:
            if way is Way.RECEIVED:
                cleaned.append(octets)
            else:
                cleaned.append(stream[at : at + len(octets)])
                at += len(octets)
        return cleaned

    return clean


ESCPOS = WireProtocol("escpos", _cleaner, begins=lambda _: False)
