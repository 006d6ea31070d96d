"""What stands in a trace where something personal stood: of the same length, in ranges that no person has.

Text keeps its shape: each letter, digit and character becomes one of its kind, and numbers with a check become numbers
whose check holds. What was replaced once stays as it is when it is replaced again.
"""

import re

from kiosk.check_digits import is_bank_card, is_resident_number, luhn, resident_check

CHARACTER = "样"
RARE = {"gb18030": bytes.fromhex("8139ef30"), "utf-8": "𠀀".encode()}  # of four bytes
MOBILE = "19900000000"
_ENDS_WITH_X = 1
_TEST_PHOTO = b"TEST PHOTO, NOT WLT\n"
_NUMBERS = re.compile(rb"(?<![0-9])(?:[0-9]{17}[0-9Xx]|[0-9]+)(?![0-9])")


def photograph(length: int) -> bytes:
    """The test photograph: it is none, and says so."""
    return _TEST_PHOTO.ljust(length, b"\x5a")[:length]


def resident_number(serial: int = 2) -> str:
    """Somebody of region 10, born on 1 January 1944."""
    first_17 = f"10010119440101{serial % 1000:03d}"
    return first_17 + resident_check(first_17)


def bank_card(length: int) -> str:
    first = "62".ljust(length - 1, "0")
    return first + luhn(first)


def number(digits: str) -> str:
    """A number of the same length, with a check where the other had one that held; the rest zeros."""
    if is_resident_number(digits):
        return resident_number(_ENDS_WITH_X)[:17] + digits[17] if digits[17] in "Xx" else resident_number()
    if set(digits) == {"0"}:
        return digits
    if is_bank_card(digits):
        return bank_card(len(digits))
    if re.fullmatch(r"1[3-9][0-9]{9}", digits):
        return MOBILE
    if re.fullmatch(r"[0-9]{17}X", digits, re.IGNORECASE):
        return "0" * 17 + digits[17]
    return "0" * len(digits)


def text(octets: bytes, encoding: str = "gb18030") -> bytes:
    """The same text with nothing in it; a byte that is no text becomes a question mark.

    `encoding`: gb18030 (GBK and GB 2312 too) or utf-8.
    """
    said = bytearray()
    at = 0
    while at < len(octets):
        one = octets[at]
        if one < 0x80:
            end = at
            while end < len(octets) and octets[end] < 0x80:
                end += 1
            said += _ascii(octets[at:end])
            at = end
            continue
        length = _length(octets[at : at + 4], encoding)
        said += _character(length, encoding)
        at += length
    return bytes(said)


def _ascii(octets: bytes) -> bytes:
    """Runs of digits first: a number may end with X."""
    said, at = bytearray(), 0
    for found in _NUMBERS.finditer(octets):
        said += _letters(octets[at : found.start()]) + number(found[0].decode("ascii")).encode("ascii")
        at = found.end()
    return bytes(said + _letters(octets[at:]))


def _letters(octets: bytes) -> bytes:
    return re.sub(rb"[a-z]", b"x", re.sub(rb"[A-Z]", b"X", octets))


def _length(octets: bytes, encoding: str) -> int:
    """Of the character that begins here; 1 for what begins none."""
    for length in (2, 3, 4):
        try:
            if len(octets) >= length and len(octets[:length].decode(encoding)) == 1:
                return length
        except UnicodeDecodeError:
            continue
    return 1


def _character(length: int, encoding: str) -> bytes:
    if length == 4:
        return RARE[encoding]
    if length == 2 and encoding == "utf-8":
        return "é".encode()
    return CHARACTER.encode(encoding) if length > 1 else b"?"
