"""The card layouts are written twice, in the simulator and in the product; the golden vectors hold both to one."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware_sim.chip import chip_text
from hardware_sim.people import LONG_TERM, Layout, Person, cast, stranger
from kiosk.chip_layouts import UnsupportedChip, parse_chip
from kiosk.identity import CardKind, IdentityCard, OpenEnd, Sex

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "cards.json").read_text(encoding="utf-8"))
KINDS = {
    Layout.RESIDENT: CardKind.RESIDENT,
    Layout.PERMIT: CardKind.PERMIT,
    Layout.FOREIGNER_2017: CardKind.FOREIGNER_2017,
    Layout.FOREIGNER_2023: CardKind.FOREIGNER_2023,
}
LAYOUTS = {kind.value: layout for layout, kind in KINDS.items()}
ENDS = {OpenEnd.LONG_TERM.value: LONG_TERM, OpenEnd.NOT_STATED.value: ""}
# What stands on the chip and is not read by the product, or is read as one with another field.
BESIDE_THE_CARD: dict[Layout, dict[str, str]] = {
    Layout.RESIDENT: {},
    Layout.PERMIT: {"pass_number": "H12345678", "times_issued": "01"},
    Layout.FOREIGNER_2017: {},
    Layout.FOREIGNER_2023: {"times_issued": "00"},
}


def person_of(vector: dict[str, Any]) -> Person:
    card = vector["card"]
    layout = LAYOUTS[card["kind"]]
    return Person(
        key=vector["title"],
        layout=layout,
        number=card["number"],
        sex=card["sex"],
        birth=date.fromisoformat(card["birth"]),
        name="" if card["name"] == card["english_name"] else card["name"],
        english_name=card["english_name"],
        nation=card["nation"],
        nationality=card["nationality"],
        address=card["address"],
        issuer=card["issuer"],
        valid_from=card["valid_from"].replace("-", ""),
        valid_to=ENDS.get(card["valid_to"], card["valid_to"].replace("-", "")),
        **BESIDE_THE_CARD[layout],
    )


def day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def card_of(person: Person) -> IdentityCard:
    """What the product should read: nothing of it is decoded here."""
    native = person.layout in (Layout.RESIDENT, Layout.PERMIT)
    foreign = person.layout in (Layout.FOREIGNER_2017, Layout.FOREIGNER_2023)
    ends = {written: OpenEnd(said) for said, written in ENDS.items()}
    return IdentityCard(
        kind=KINDS[person.layout],
        name=person.name,
        english_name=person.english_name if foreign else "",
        number=person.number,
        sex=Sex(person.sex),
        nation=person.nation if person.layout is Layout.RESIDENT else "",
        nationality=person.nationality if foreign else "",
        birth=person.birth,
        address=person.address if native else "",
        issuer=person.issuer if native else "1500" if person.layout is Layout.FOREIGNER_2017 else "",
        valid_from=day(person.valid_from),
        valid_to=ends[person.valid_to] if person.valid_to in ends else day(person.valid_to),
    )


@pytest.mark.parametrize("vector", GOLDEN, ids=lambda vector: vector["title"])
def test_the_simulator_writes_each_golden_chip_byte_by_byte(vector: dict[str, Any]) -> None:
    written = bytes.fromhex(vector["chip"])
    assert chip_text(person_of(vector)).hex(" ", 2) == written.hex(" ", 2)


@pytest.mark.parametrize("person", cast().values(), ids=lambda person: person.key)
def test_each_of_the_cast_is_read_as_who_they_are(person: Person) -> None:
    read = parse_chip(chip_text(person))
    assert read == (UnsupportedChip("Q") if person.layout is Layout.UNSUPPORTED else card_of(person))


@given(st.integers(0, 10_000), st.sampled_from(sorted(KINDS, key=lambda layout: layout.name)))
def test_every_stranger_is_read_as_who_they_are(seed: int, layout: Layout) -> None:
    person = stranger(seed, layout)
    assert parse_chip(chip_text(person)) == card_of(person)
