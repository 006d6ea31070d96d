"""Invented people at any number, of kinds that a terminal must get right. The same seed and day give the same people.

What is special of a kind is done to an ordinary stranger; numbers stay in the ranges that nobody has.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from hardware_sim.control import known
from hardware_sim.people import LONG_TERM, Layout, Person, born_on, stranger

LONGEST_ADDRESS = 35  # characters that the chip has room for
RARE = (  # of GB 18030-2022, level 3, and not of GBK: in the basic plane and beyond it
    "䶮㛃㑇㕮㙍㙦㛚㛹㟃㠓㤘㥄㧑㫰㬊㬎㭎㭕㮾㳇㳚㵐㶲㸌㺄㻬㽏䁖䃅䌹䎃䏝䓖䓛䓨䗖䗴䜣䝙䢺䣘䥽䦃䲟䴓䴔䴙"
    "𬭎𠅤𩽾𬀩𫖯𬭊𬬻𪟝𫄨𨱔𥔲𤩽𣸣𠙶𫘧𬍛𬭚𬬭"
)
GIVEN = ("买买提", "吐尔逊", "阿依古丽", "古丽巴哈尔", "艾合买提", "努尔兰", "帕提古丽", "阿不都热合曼", "赛力克")
NATIONS_WITH_DOT = ("05", "17", "41", "43")  # 维吾尔 哈萨克 塔吉克 乌孜别克

Change = Callable[[Person, random.Random, date], Person]


def _rare_name(person: Person, chance: random.Random, _: date) -> Person:
    return replace(person, name=person.name[0] + "".join(chance.sample(RARE, chance.choice((1, 2)))))


def _long_address(person: Person, chance: random.Random, _: date) -> Person:
    start = f"广东省潮州市{chance.choice(('潮安区庵埠镇', '饶平县黄冈镇', '湘桥区意溪镇'))}"
    end = f"{chance.randrange(1, 40)}栋{chance.randrange(1, 9)}单元{chance.randrange(101, 3299)}号"
    between = "长和村民委员会第十二村民小组金桂花园小区三期东门大街"[: LONGEST_ADDRESS - len(start + end)]
    return replace(person, address=(start + between + end).ljust(LONGEST_ADDRESS, "室"))


def _minority_name(person: Person, chance: random.Random, _: date) -> Person:
    return replace(person, name="·".join(chance.sample(GIVEN, 2)), nation=chance.choice(NATIONS_WITH_DOT))


def _under_16(person: Person, chance: random.Random, today: date) -> Person:
    child = born_on(person, today - timedelta(days=chance.randrange(30, 16 * 365)))
    issued = max(child.birth, today - timedelta(days=chance.randrange(1, 5 * 365)))
    until = chance.choice(("", f"{_years_later(issued, 5):%Y%m%d}"))
    return replace(child, valid_from=f"{issued:%Y%m%d}", valid_to=until)


def _no_end(person: Person, chance: random.Random, today: date) -> Person:
    old = born_on(person, today - timedelta(days=chance.randrange(46 * 366, 100 * 365)))
    return replace(old, valid_from=f"{today - timedelta(days=chance.randrange(3_000)):%Y%m%d}", valid_to=LONG_TERM)


def _expired(person: Person, chance: random.Random, today: date) -> Person:
    return _valid_until(person, today - timedelta(days=chance.randrange(1, 2_000)))


def _expiring(person: Person, chance: random.Random, today: date) -> Person:
    return _valid_until(person, today + timedelta(days=chance.randrange(31)))


def _moved(person: Person, chance: random.Random, today: date) -> Person:
    return replace(person, newest_address=_long_address(person, chance, today).address[: chance.randrange(20, 36)])


def _valid_until(person: Person, last: date) -> Person:
    """With a card for ten years, and so of an age for it."""
    first = _years_later(last, -10)
    grown = born_on(person, min(person.birth, _years_later(first, -16)))
    return replace(grown, valid_from=f"{first:%Y%m%d}", valid_to=f"{last:%Y%m%d}")


def _years_later(day: date, years: int) -> date:
    return day.replace(year=day.year + years, day=min(day.day, 28))


SPECIAL: dict[str, Change] = {
    "rare-name": _rare_name,
    "long-address": _long_address,
    "minority-name": _minority_name,
    "under-16": _under_16,
    "no-end": _no_end,
    "expired": _expired,
    "expiring": _expiring,
    "moved": _moved,
}
PLAIN = {layout.name.lower().replace("_", "-"): layout for layout in Layout}
KINDS = (*PLAIN, *SPECIAL)


def somebody(kind: str, seed: int, *, today: date | None = None) -> Person:
    """Of this kind; raises `Refused` for one that is not known. `today`: what is expired or about to be goes by it."""
    if known(kind, KINDS, "kind of person") in PLAIN:
        return stranger(seed, PLAIN[kind])
    changed = SPECIAL[kind](
        stranger(seed), random.Random(f"{kind}-{seed}"), today or datetime.now(UTC).astimezone().date()
    )
    return replace(changed, key=f"{kind}:{seed}", note=kind)


def crowd(count: int, *, seed: int = 0, kind: str | None = None) -> Iterator[Person]:
    """So many people, of one kind or of all that there are cards of, in turn."""
    kinds = [kind] if kind is not None else [one for one in KINDS if one != "unsupported"]
    return islice((somebody(kinds[at % len(kinds)], seed * 1_000_000 + at) for at in range(count)), count)
