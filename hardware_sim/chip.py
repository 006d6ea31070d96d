"""The files of an identity card's chip, written from a person: text, photo, newest address.

Layouts: GA/T 490 and the later kinds; every offset and length below is in bytes.
"""

from dataclasses import dataclass

from hardware_sim.people import Layout, Person

TEXT_LENGTH = 256
PHOTO_LENGTH = 1024
FINGERPRINT_LENGTH = 1024
ADDRESS_LENGTH = 70


@dataclass(frozen=True, slots=True)
class Chip:
    """The files a reader takes out. `newest_address` is empty where the card was never written to again."""

    text: bytes
    photo: bytes
    fingerprint: bytes = b""
    newest_address: bytes = b""


def chip_of(person: Person) -> Chip:
    return Chip(
        text=chip_text(person),
        photo=test_photo(),
        newest_address=_padded(person.newest_address, ADDRESS_LENGTH) if person.newest_address else b"",
    )


def chip_text(person: Person) -> bytes:
    """The 256 bytes of text, UTF-16LE, padded with spaces. `ValueError` when a field does not fit."""
    text = bytearray(" ".encode("utf-16-le") * (TEXT_LENGTH // 2))
    for offset, length, value in _fields(person):
        text[offset : offset + length] = _padded(value, length)
    return bytes(text)


def _fields(person: Person) -> list[tuple[int, int, str]]:
    birth = f"{person.birth:%Y%m%d}"
    shared = [
        (188, 16, person.valid_from),
        (204, 16, person.valid_to),
        (248, 2, person.layout.value),
    ]
    if person.layout is Layout.FOREIGNER_2017:
        return [
            *shared,
            (0, 120, person.english_name),
            (120, 2, person.sex),
            (122, 30, person.number),
            (152, 6, person.nationality),
            (158, 30, person.name),
            (220, 16, birth),
            (236, 4, "01"),
            (240, 8, "1500"),
        ]
    shared += [(30, 2, person.sex), (36, 16, birth), (122, 36, person.number), (0, 30, person.name)]
    if person.layout is Layout.FOREIGNER_2023:
        return [
            *shared,
            (32, 4, person.times_issued),
            (52, 70, person.english_name[:35]),
            (220, 22, person.english_name[35:]),
            (242, 6, person.nationality),
        ]
    shared += [(52, 70, person.address), (158, 30, person.issuer)]
    if person.layout is Layout.PERMIT:
        return [*shared, (220, 18, person.pass_number), (238, 4, person.times_issued)]
    return [*shared, (32, 4, person.nation)]


def _padded(value: str, length: int) -> bytes:
    encoded = value.encode("utf-16-le")
    if len(encoded) > length:
        raise ValueError(f"{value!r:.40} does not fit into {length} bytes")
    return encoded + " ".encode("utf-16-le") * ((length - len(encoded)) // 2)


def test_photo() -> bytes:
    """1024 bytes that stand where the photo stands. Not WLT, and it says so in its first bytes."""
    return b"TEST PHOTO, NOT WLT\n".ljust(PHOTO_LENGTH, b"\x5a")
