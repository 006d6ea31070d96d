"""Synthetic people: a fixed cast, and strangers drawn from a seed. No number here can belong to anyone.

Ranges that are never issued: region `10xxxx`, permits 810010/820010/830010, foreigners `XXA` and `910`.
"""

import random
import tomllib
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from enum import Enum
from functools import cache
from pathlib import Path

from hardware_sim.check_digits import is_mod_11_2, mod_11_2

LONG_TERM = "长期"


class Layout(Enum):
    """How the chip lays its text out; the value is the type character at byte 248."""

    RESIDENT = " "
    PERMIT = "J"
    FOREIGNER_2017 = "I"
    FOREIGNER_2023 = "Y"
    UNSUPPORTED = "Q"  # no such card exists: what a reader sees when a new kind appears


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What the chip of one card says. Dates of validity as on the chip: `YYYYMMDD`, 长期, or empty."""

    key: str
    layout: Layout
    number: str
    sex: str
    birth: date
    name: str = ""
    english_name: str = ""
    nation: str = "01"
    nationality: str = ""
    address: str = ""
    issuer: str = ""
    valid_from: str = ""
    valid_to: str = ""
    pass_number: str = ""
    times_issued: str = ""
    newest_address: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if self.layout is not Layout.FOREIGNER_2017 and not is_mod_11_2(self.number):
            raise ValueError(f"{self.key}: the check of {self.number} is not true")
        if not self.number.startswith(_RANGES[self.layout]):
            raise ValueError(f"{self.key}: {self.number} is outside the ranges of invented people")


_RANGES = {
    Layout.RESIDENT: ("10",),
    Layout.UNSUPPORTED: ("10",),
    Layout.PERMIT: ("810010", "820010", "830010"),
    Layout.FOREIGNER_2017: ("XXA",),
    Layout.FOREIGNER_2023: ("910",),
}


@cache
def cast() -> dict[str, Person]:
    """The people of `cast.toml` by their key."""
    entries = tomllib.loads((Path(__file__).parent / "cast.toml").read_text("utf-8"))
    return {key: _from_entry(key, entry) for key, entry in entries.items()}


def _from_entry(key: str, entry: dict[str, object]) -> Person:
    fields = entry | {"layout": Layout[str(entry["layout"]).upper()]}
    return Person(key=key, **fields)  # type: ignore[arg-type]


def stranger(seed: int, layout: Layout = Layout.RESIDENT) -> Person:
    """Somebody of the given kind, always the same for the same seed."""
    chance = random.Random(f"{layout.name}-{seed}")
    birth = date(1930, 1, 1) + timedelta(days=chance.randrange(34_000))
    sex = chance.choice("12")
    order = chance.randrange(1, 499) * 2 + (sex == "1")
    name = chance.choice("陈林黄张李王吴刘蔡杨许郑谢郭洪邱曾余庄翁") + "".join(
        chance.sample("桂兰志强秀英建国淑贞明华丽珍文惠德伟晓燕海平", chance.choice((1, 2)))
    )
    issued = date(2016, 1, 1) + timedelta(days=chance.randrange(3_000))
    order_and_birth = f"{birth:%Y%m%d}{order:03d}"
    street = chance.choice(("义井巷", "中山路", "太平路", "下东平路"))
    drawn = Person(
        key=f"{layout.name.lower().replace('_', '-')}:{seed}",
        layout=Layout.RESIDENT,
        number=_checked(f"10{chance.randrange(10_000):04d}{order_and_birth}"),
        sex=sex,
        birth=birth,
        name=name,
        nation=f"{chance.choice((1, 1, 1, 1, 22, 11)):02d}",
        address=f"潮州市湘桥区太平街道{street}{chance.randrange(1, 200)}号",
        issuer="潮州市公安局湘桥分局",
        valid_from=f"{issued:%Y%m%d}",
        valid_to=f"{issued.replace(day=1, year=issued.year + 10):%Y%m%d}",
    )
    match layout:
        case Layout.RESIDENT | Layout.UNSUPPORTED:
            return replace(drawn, layout=layout)
        case Layout.PERMIT:
            region = chance.choice(_RANGES[Layout.PERMIT])
            return replace(
                drawn,
                layout=layout,
                number=_checked(f"{region}{order_and_birth}"),
                pass_number=f"H{chance.randrange(10**8):08d}",
                times_issued="01",
            )
        case Layout.FOREIGNER_2017:
            number = f"XXA1000{birth:%y%m%d}{chance.randrange(100):02d}"
        case Layout.FOREIGNER_2023:
            number = _checked(f"910999{order_and_birth}")
    english = f"TRAVELLER, NUMBER {seed}"
    return replace(
        drawn, layout=layout, number=number, english_name=english, nationality="XXA", times_issued="00", address=""
    )


def as_json(person: Person) -> dict[str, object]:
    return asdict(person) | {"layout": person.layout.name, "birth": str(person.birth)}


def born_on(person: Person, birth: date) -> Person:
    """The same person with another day of birth, in the number too."""
    return replace(person, birth=birth, number=_checked(f"{person.number[:6]}{birth:%Y%m%d}{person.number[14:17]}"))


def _checked(first_17: str) -> str:
    return first_17 + mod_11_2(first_17)
