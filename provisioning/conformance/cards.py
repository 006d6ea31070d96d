"""The cards of invented people that simulated hands put on a reader, and what stands on them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class KnownCard:
    """`chip`: 256 bytes."""

    title: str
    name: str
    number: str
    birth: date
    chip: bytes


@dataclass(frozen=True, slots=True)
class KnownSocialSecurityCard:
    """`records` by file and tag, in hex, as the card gives them."""

    title: str
    name: str
    number: str
    card_number: str
    records: Mapping[str, Mapping[str, str]]


def _tables() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("cards.toml").read_text("utf-8"))


IDENTITY_CARDS = tuple(
    KnownCard(**card | {"chip": bytes.fromhex(card["chip"])}) for card in _tables()["identity_cards"]
)
SOCIAL_SECURITY_CARDS = tuple(KnownSocialSecurityCard(**card) for card in _tables()["social_security_cards"])
