"""Who stands at the terminal, as the chip of a card tells it."""

from dataclasses import dataclass
from datetime import date
from enum import Enum


class CardKind(Enum):
    """The four cards whose chips a reader of GA 450 opens, and the social security card (LD/T 32)."""

    RESIDENT = "resident-identity-card"
    PERMIT = "hmt-residence-permit"
    FOREIGNER_2017 = "foreign-permanent-resident-2017"
    FOREIGNER_2023 = "foreign-permanent-resident-2023"
    SOCIAL_SECURITY = "social-security-card"


class Sex(Enum):
    """GB/T 2261.1."""

    UNKNOWN = "0"
    MALE = "1"
    FEMALE = "2"
    NOT_STATED = "9"


class OpenEnd(Enum):
    """A validity without a last day."""

    LONG_TERM = "long-term"  # 长期
    NOT_STATED = "not-stated"  # left empty, as it may be under 16


@dataclass(frozen=True, slots=True)
class IdentityCard:
    """What a chip says. Text is as on the chip without its padding; what the layout lacks is empty.

    `number` is the person's; `card_number` the card's own, where it has another.
    """

    kind: CardKind
    name: str  # Chinese name; the English one where a foreigner has no Chinese one
    english_name: str
    number: str
    sex: Sex
    nation: str  # GB/T 3304 code, two digits
    nationality: str  # ISO 3166 alpha-3, foreigners only
    birth: date
    address: str
    issuer: str
    valid_from: date | None
    valid_to: date | OpenEnd
    card_number: str = ""

    def expired_on(self, today: date) -> bool:
        """A card is good through its last day."""
        return isinstance(self.valid_to, date) and self.valid_to < today


def age_on(birth: date, today: date) -> int:
    """Full years."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
