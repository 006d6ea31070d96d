"""The social security card (LD/T 32-2015): which APDUs read what it gives without keys, and what the records say.

Two files of records. A record is `tag, length, value`; some readers' firmware leaves tag and length away.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from drivers.smart_card.pcsc import Answer, Exchange, Trouble
from kiosk.check_digits import is_resident_number
from kiosk.faults import SMART_CARD_UNREADABLE, SMART_CARD_UNSUPPORTED
from kiosk.identity import CardKind, IdentityCard, OpenEnd, Sex
from kiosk.ports import CardContent, CardNumber, NotReadable

DONE = 0x9000
APPLICATION = "sx1.sh.社会保障".encode("gbk")
CARD_NUMBER_MAX = 32

CARD_FILE, HOLDER_FILE = 0xEF05, 0xEF06
ISSUED, VALID_TO, CARD_NUMBER = 0x05, 0x06, 0x07
NUMBER, NAME, SEX, NATION, BIRTH = 0x08, 0x09, 0x0A, 0x0B, 0x0D
_LENGTHS = {ISSUED: 4, VALID_TO: 4, CARD_NUMBER: 9, NUMBER: 18, NAME: 30, SEX: 1, NATION: 1, BIRTH: 4}
_FILES = {CARD_FILE: (ISSUED, VALID_TO, CARD_NUMBER), HOLDER_FILE: (NUMBER, NAME, SEX, NATION, BIRTH)}
_NEEDED = frozenset({CARD_NUMBER, NUMBER, NAME})
HOLDER_FROM = 7  # tags of the holder's file begin at 08; cards that count records begin at 1


@dataclass(frozen=True, slots=True)
class UnreadableRecords:
    """Records that make no sense; `tag` is where it stopped."""

    tag: int


class _Nonsense(Exception):
    def __init__(self, tag: int) -> None:
        super().__init__(f"{tag:02x}")
        self.tag = tag


def read_social_security_card(exchange: Exchange) -> CardContent | NotReadable | Trouble:
    """The whole conversation. A card without the application, or that asks for keys, is another kind of card."""
    records: dict[int, bytes] = {}
    if isinstance(selected := exchange(encode_select_application()), Trouble):
        return selected
    if selected.status != DONE:
        return NotReadable(SMART_CARD_UNSUPPORTED)
    for file, tags in _FILES.items():
        selected = _first_done(exchange, *(encode_select_file(file, p1=p1) for p1 in (0x02, 0x00)))
        if isinstance(selected, Trouble):
            return selected
        for tag in tags if selected.status == DONE else ():
            record = _first_done(exchange, encode_read_tag(tag), encode_read_record(file, tag))
            if isinstance(record, Trouble):
                return record
            if record.status == DONE:
                records[tag] = record.content
    if not records.keys() >= _NEEDED:
        return NotReadable(SMART_CARD_UNSUPPORTED)
    card = parse_records(records)
    return NotReadable(SMART_CARD_UNREADABLE) if isinstance(card, UnreadableRecords) else CardContent(card)


def read_card_number(exchange: Exchange) -> CardNumber | NotReadable | Trouble:
    """PC/SC part 3, "get data": contactless readers answer it for the card."""
    match exchange(bytes.fromhex("FFCA000000")):
        case Answer(content, status) if status == DONE and 0 < len(content) <= CARD_NUMBER_MAX:
            return CardNumber(content)
        case Answer():
            return NotReadable(SMART_CARD_UNSUPPORTED)
        case trouble:
            return trouble


def encode_select_application() -> bytes:
    return bytes((0x00, 0xA4, 0x04, 0x00, len(APPLICATION))) + APPLICATION


def encode_select_file(file: int, *, p1: int = 0x02) -> bytes:
    """By name below the application (`p1` 02); some cards want 00."""
    return bytes((0x00, 0xA4, p1, 0x00, 0x02)) + file.to_bytes(2, "big")


def encode_read_tag(tag: int) -> bytes:
    return bytes((0x00, 0xB2, tag, 0x00, _LENGTHS[tag] + 2))


def encode_read_record(file: int, tag: int) -> bytes:
    """The same record by its number, for cards that know no reading by tag."""
    number = tag - HOLDER_FROM if file == HOLDER_FILE else tag
    return bytes((0x00, 0xB2, number, 0x04, _LENGTHS[tag] + 2))


def parse_records(records: Mapping[int, bytes]) -> IdentityCard | UnreadableRecords:
    """Who the card says it is, from the answers to READ RECORD by tag. Never raises.

    A number whose check fails makes the card unreadable, and so does a birth date other than the number's.
    """
    try:
        return _card({tag: _value(tag, records[tag]) for tag in _LENGTHS if tag in records})
    except _Nonsense as nonsense:
        return UnreadableRecords(nonsense.tag)


def _card(values: Mapping[int, bytes]) -> IdentityCard:
    number = _text(values, NUMBER, "ascii").upper()
    if not is_resident_number(number):
        raise _Nonsense(NUMBER)
    name = _text(values, NAME, "gb18030")
    if not name or not name.isprintable():
        raise _Nonsense(NAME)
    card_number = _text(values, CARD_NUMBER, "ascii")
    if not re.fullmatch(r"[0-9A-Z]{1,9}", card_number):
        raise _Nonsense(CARD_NUMBER)
    sex = _text(values, SEX, "ascii") or Sex.UNKNOWN.value
    if sex not in {known.value for known in Sex}:
        raise _Nonsense(SEX)
    nation = values.get(NATION, b"").strip(b"\xff\x00").hex()
    if not re.fullmatch(r"([0-9]{2})?", nation):
        raise _Nonsense(NATION)
    born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    if _day(values, BIRTH) not in (None, born):
        raise _Nonsense(BIRTH)
    return IdentityCard(
        kind=CardKind.SOCIAL_SECURITY,
        name=name,
        english_name="",
        number=number,
        sex=Sex(sex),
        nation=nation,
        nationality="",
        birth=born,
        address="",
        issuer="",
        valid_from=_day(values, ISSUED),
        valid_to=_day(values, VALID_TO) or OpenEnd.NOT_STATED,
        card_number=card_number,
    )


def _value(tag: int, record: bytes) -> bytes:
    """Without tag and length, and never longer than the record may be."""
    if len(record) >= 2 and record[0] == tag:
        length, record = record[1], record[2:]
        if length > len(record):
            raise _Nonsense(tag)
        record = record[:length]
    if len(record) > _LENGTHS[tag]:
        raise _Nonsense(tag)
    return record


def _text(values: Mapping[int, bytes], tag: int, encoding: str) -> str:
    try:
        return values.get(tag, b"").rstrip(b"\xff\x00 ").decode(encoding)
    except UnicodeDecodeError:
        raise _Nonsense(tag) from None


def _day(values: Mapping[int, bytes], tag: int) -> date | None:
    """Four bytes of BCD; nothing but padding is no day."""
    value = values.get(tag, b"")
    if not value.strip(b"\xff\x00"):
        return None
    digits = value.hex()
    if not re.fullmatch(r"[0-9]{8}", digits):
        raise _Nonsense(tag)
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise _Nonsense(tag) from None


def _first_done(exchange: Exchange, *commands: bytes) -> Answer | Trouble:
    """The answer to the first command that the card carries out, else to the last."""
    answer: Answer | Trouble = Trouble.NOT_UNDERSTOOD
    for command in commands:
        answer = exchange(command)
        if isinstance(answer, Trouble) or answer.status == DONE:
            break
    return answer
