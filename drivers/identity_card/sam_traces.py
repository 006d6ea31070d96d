"""What a reader said, without whom it was about: for traces that leave the machine.

A card that was read is replaced by an invented one of the same layout, in ranges that no person has, and the frame is
made whole again; of what cannot be understood only the length is left.
"""

from functools import reduce
from operator import xor

from drivers.identity_card.sam_frames import (
    ADDRESS_BYTES,
    PHOTO_BYTES,
    PREAMBLE,
    TEXT_BYTES,
    Reply,
    Word,
    first_reply,
    parse_text_and_photo,
)
from drivers.traces.invented import photograph
from drivers.traces.protocols import WireProtocol, by_saying
from kiosk.chip_layouts import KIND_AT

_HEAD_BYTES = len(PREAMBLE) + 5  # with LEN and the status words
_SAM_NUMBER_BYTES = 16  # the reader's, nobody's
_SHARED = {188: "20200101", 204: "20300101"}
_RESIDENT = {0: "陈桂兰", 30: "2", 32: "01", 36: "19440101", 52: "住址", 122: "100101194401010028", 158: "公安局"}
_INVENTED: dict[str, dict[int, str]] = {
    " ": _RESIDENT,
    "J": _RESIDENT | {32: "  ", 122: "810010198005120037", 30: "1", 36: "19800512", 220: "H00000000", 238: "01"},
    "I": {
        0: "TEST, PERSON", 120: "1", 122: "XXA310075010101", 152: "XXA", 158: "测试", 220: "19750101", 236: "01",
        240: "1500",
    },
    "Y": {0: "测试", 30: "2", 32: "00", 36: "19851224", 52: "TEST, PERSON", 122: "910999198512240027", 242: "XXA"},
}  # fmt: skip


def without_the_card(received: bytes) -> bytes:
    """The same frames with nobody's data; noise and broken frames become zeros of the same length."""
    cleaned = b""
    while (start := received.find(PREAMBLE)) >= 0:
        cleaned += bytes(start)
        reply, rest = first_reply(received[start:])
        if isinstance(reply, Reply):
            cleaned += _frame(reply.status, _nobody(reply))
            received = rest
        else:
            head = received[start : start + _HEAD_BYTES]
            cleaned += head
            received = received[start + len(head) :]
    return cleaned + bytes(len(received))


def _nobody(reply: Reply) -> bytes:
    """The payload, its personal part invented or zeroed; card serial numbers count as personal."""
    payload = reply.payload
    if reply.status == Word.DONE:
        if len(payload) == _SAM_NUMBER_BYTES:
            return payload
        if files := parse_text_and_photo(payload):
            return payload[:4] + invented_text(files[0]) + photograph(PHOTO_BYTES)
        if payload and len(payload) % ADDRESS_BYTES == 0:
            return "住址".ljust(ADDRESS_BYTES // 2).encode("utf-16-le") * (len(payload) // ADDRESS_BYTES)
    return bytes(len(payload))


def invented_text(text: bytes) -> bytes:
    """Somebody invented in the layout of this chip's text."""
    kind = text[KIND_AT : KIND_AT + 2].decode("utf-16-le", errors="replace")
    chip = bytearray(" ".encode("utf-16-le") * (TEXT_BYTES // 2))
    for at, value in ({KIND_AT: kind} | _SHARED | _INVENTED.get(kind, {})).items():
        chip[at : at + 2 * len(value)] = value.encode("utf-16-le")
    return bytes(chip)


def _frame(status: int, payload: bytes) -> bytes:
    body = (len(payload) + 4).to_bytes(2, "big") + bytes([0, 0, status]) + payload
    return PREAMBLE + body + bytes([reduce(xor, body)])


SAM = WireProtocol("sam", by_saying(received=without_the_card))
