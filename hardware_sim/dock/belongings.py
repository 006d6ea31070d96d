"""Who may walk up to the dock, and what they carry: cards, papers and a code on their phone. All of them invented."""

import io
from functools import lru_cache
from itertools import islice
from typing import Any

from PIL import Image

from hardware_sim.control import Refused, known
from hardware_sim.crowd import KINDS as KINDS_OF_PEOPLE
from hardware_sim.crowd import somebody
from hardware_sim.device_acts import person_named
from hardware_sim.devices.virtual_cards import social_security_card
from hardware_sim.pages import KINDS, draw_page, identity_card
from hardware_sim.people import Person, as_json, cast

STRANGERS = 12
SHOWN = (
    *("key", "name", "english_name", "number", "sex", "birth", "layout", "note"),
    *("address", "newest_address", "valid_to"),
)
IDENTITY, SOCIAL_SECURITY = "identity", "social-security"


def people(seed: int) -> list[dict[str, Any]]:
    """The cast, and strangers of this seed."""
    kinds = [kind for kind in KINDS_OF_PEOPLE if kind != "unsupported"]
    strangers = (somebody(kinds[at % len(kinds)], seed * 1_000 + at) for at in range(STRANGERS))
    known_ones = [_told(person, stranger=False) for person in cast().values()]
    return known_ones + [_told(person, stranger=True) for person in islice(strangers, STRANGERS)]


def _told(person: Person, *, stranger: bool) -> dict[str, Any]:
    whole = as_json(person)
    return {
        **{name: whole[name] for name in SHOWN},
        "stranger": stranger,
        "cards": [IDENTITY, *([SOCIAL_SECURITY] if _has_social_security(person) else [])],
        "papers": [{"kind": kind.name, "title": kind.title} for kind in KINDS.values()],
        "code": {"title": "预约码", "text": f"HALL-YY-{sum(person.key.encode()) % 10_000:04d}"},
    }


def _has_social_security(person: Person) -> bool:
    try:
        social_security_card(person)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=64)
def picture(what: str, kind: str, name: str) -> bytes:
    """A `papers` page or one of the `cards` as PNG, upright. Raises `Refused`."""
    person = person_named(name)
    if what == "papers":
        return _png(draw_page(known(kind, KINDS, "page"), person))
    if known(kind, (IDENTITY, SOCIAL_SECURITY), "card") == IDENTITY:
        return _png(identity_card(person))
    if not _has_social_security(person):
        raise Refused(f"{name} has no social security card")
    return _png(draw_page("social-security-card", person))


def _png(drawn: Image.Image) -> bytes:
    png = io.BytesIO()
    drawn.save(png, "PNG", compress_level=3)
    return png.getvalue()
