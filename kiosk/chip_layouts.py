"""The text file of an identity card's chip: 256 bytes, four layouts, told apart by one character.

UTF-16LE, each field padded with spaces; offsets and lengths are bytes. Sources: GA/T 490 (resident), and the
published layouts of the residence permit (J) and of the foreigners' cards of 2017 (I) and 2023 (Y).
"""

import re
from dataclasses import dataclass
from datetime import date

from kiosk.check_digits import is_resident_number
from kiosk.identity import CardKind, IdentityCard, OpenEnd, Sex

CHIP_TEXT_BYTES = 256
KIND_AT = 248

_Places = tuple[tuple[int, int], ...]  # several places are read as one text
_RESIDENT: dict[str, _Places] = {
    "name": ((0, 30),),
    "sex": ((30, 2),),
    "nation": ((32, 4),),
    "birth": ((36, 16),),
    "address": ((52, 70),),
    "number": ((122, 36),),
    "issuer": ((158, 30),),
    "valid_from": ((188, 16),),
    "valid_to": ((204, 16),),
}
_FOREIGNER_2017: dict[str, _Places] = {
    "english_name": ((0, 120),),
    "sex": ((120, 2),),
    "number": ((122, 30),),
    "nationality": ((152, 6),),
    "name": ((158, 30),),
    "valid_from": ((188, 16),),
    "valid_to": ((204, 16),),
    "birth": ((220, 16),),
    "issuer": ((240, 8),),
}
_FOREIGNER_2023: dict[str, _Places] = {
    "name": ((0, 30),),
    "sex": ((30, 2),),
    "birth": ((36, 16),),
    "english_name": ((52, 70), (220, 22)),
    "number": ((122, 36),),
    "valid_from": ((188, 16),),
    "valid_to": ((204, 16),),
    "nationality": ((242, 6),),
}
_LAYOUTS = {
    " ": (CardKind.RESIDENT, _RESIDENT),
    "J": (CardKind.PERMIT, _RESIDENT),
    "I": (CardKind.FOREIGNER_2017, _FOREIGNER_2017),
    "Y": (CardKind.FOREIGNER_2023, _FOREIGNER_2023),
}


@dataclass(frozen=True, slots=True)
class UnreadableChip:
    """Not 256 bytes of a known layout that make sense; `field` is where it stopped."""

    field: str


@dataclass(frozen=True, slots=True)
class UnsupportedChip:
    """A layout that is not known here."""

    kind: str


class _Nonsense(Exception):
    pass


def parse_chip(text: bytes) -> IdentityCard | UnreadableChip | UnsupportedChip:
    """Who the card says it is. Never raises; a number whose check fails makes the whole chip unreadable."""
    if len(text) != CHIP_TEXT_BYTES:
        return UnreadableChip("length")
    try:
        kind_character = _decoded(text, ((KIND_AT, 2),), "kind")
        if kind_character not in _LAYOUTS:
            return UnsupportedChip(kind_character)
        kind, layout = _LAYOUTS[kind_character]
        return _card(kind, {field: _decoded(text, places, field).strip(" \0") for field, places in layout.items()})
    except _Nonsense as nonsense:
        return UnreadableChip(str(nonsense))


def _card(kind: CardKind, fields: dict[str, str]) -> IdentityCard:
    english_name = fields.get("english_name", "")
    name = fields["name"] or english_name
    if not name:
        raise _Nonsense("name")
    number = fields["number"].upper()
    if not _is_number_of(kind, number):
        raise _Nonsense("number")
    if fields["sex"] not in {sex.value for sex in Sex}:
        raise _Nonsense("sex")
    birth = _day(fields["birth"], "birth")
    if birth is None:
        raise _Nonsense("birth")
    return IdentityCard(
        kind=kind,
        name=name,
        english_name=english_name,
        number=number,
        sex=Sex(fields["sex"]),
        nation=fields.get("nation", ""),
        nationality=fields.get("nationality", ""),
        birth=birth,
        address=fields.get("address", ""),
        issuer=fields.get("issuer", ""),
        valid_from=_day(fields["valid_from"], "valid_from"),
        valid_to=_last_day(fields["valid_to"]),
    )


def _is_number_of(kind: CardKind, number: str) -> bool:
    if kind is CardKind.FOREIGNER_2017:
        return re.fullmatch(r"[A-Z]{3}[0-9]{12}", number) is not None
    # The 2023 number has its birth date and its check where a resident's has them.
    return is_resident_number(number) and (kind is not CardKind.FOREIGNER_2023 or number[0] == "9")


def _last_day(text: str) -> date | OpenEnd:
    return OpenEnd.LONG_TERM if text == "长期" else _day(text, "valid_to") or OpenEnd.NOT_STATED


def _day(text: str, field: str) -> date | None:
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{8}", text):
        raise _Nonsense(field)
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise _Nonsense(field) from None


def _decoded(text: bytes, places: _Places, field: str) -> str:
    try:
        return b"".join(text[at : at + length] for at, length in places).decode("utf-16-le")
    except UnicodeDecodeError:
        raise _Nonsense(field) from None
