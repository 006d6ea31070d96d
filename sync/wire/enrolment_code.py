"""The one-time code that a technician types at a terminal: who it is, which authority to believe, and the secret.

24 characters of Crockford base 32 in six fours: the terminal's four, ten of the authority (the first 50 bits of
SHA-256 of its DER certificate), nine of the secret, and a Luhn check over the rest.
"""

import hashlib
import secrets
from dataclasses import dataclass, field

from kiosk.check_digits import CROCKFORD, luhn

TERMINAL_CHARACTERS = 4
AUTHORITY_CHARACTERS = 10
SECRET_CHARACTERS = 9
CHARACTERS = TERMINAL_CHARACTERS + AUTHORITY_CHARACTERS + SECRET_CHARACTERS + 1
_FORGIVEN = str.maketrans({"O": "0", "I": "1", "L": "1"})
_BETWEEN = "- \t\r\n\u2010\u2011\u2013\u2014\u3000"  # dashes and spaces, as keyboards and messages make them


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """`authority` and `secret` in characters of Crockford base 32."""

    terminal: str
    authority: str
    secret: str = field(repr=False)

    @property
    def text(self) -> str:
        """As it is printed for the technician."""
        bare = self.terminal + self.authority + self.secret
        whole = bare + luhn(bare, CROCKFORD)
        return "-".join(whole[at : at + 4] for at in range(0, CHARACTERS, 4))

    def names(self, authority: bytes) -> bool:
        """Whether this DER certificate is the authority that the code was made for."""
        return secrets.compare_digest(self.authority, authority_characters(authority))


@dataclass(frozen=True, slots=True)
class Mistyped:
    """No code: `why`, in words."""

    why: str


def make_code(terminal: str, authority: bytes) -> EnrolmentCode:
    """A new code with a new secret. `terminal`: its four characters; `authority`: the DER certificate."""
    secret = "".join(secrets.choice(CROCKFORD) for _ in range(SECRET_CHARACTERS))
    return EnrolmentCode(terminal, authority_characters(authority), secret)


def authority_characters(authority: bytes) -> str:
    """The first 50 bits of the SHA-256 of a DER certificate."""
    bits = int.from_bytes(hashlib.sha256(authority).digest()[:7]) >> 6
    return "".join(CROCKFORD[bits >> 5 * place & 31] for place in reversed(range(AUTHORITY_CHARACTERS)))


def parse_code(typed: str) -> EnrolmentCode | Mistyped:
    """As a person types it: lower case, O for 0, I and L for 1, spaces and dashes anywhere."""
    bare = "".join(c for c in typed.upper() if c not in _BETWEEN).translate(_FORGIVEN)
    if foreign := sorted({c for c in bare if c not in CROCKFORD}):
        return Mistyped(f"{' '.join(foreign)} never stands in a code")
    if len(bare) != CHARACTERS:
        return Mistyped(f"{len(bare)} characters instead of {CHARACTERS}")
    if luhn(bare[:-1], CROCKFORD) != bare[-1]:
        return Mistyped("a character is wrong, or two stand in each other's place")
    end = TERMINAL_CHARACTERS + AUTHORITY_CHARACTERS
    return EnrolmentCode(bare[:TERMINAL_CHARACTERS], bare[TERMINAL_CHARACTERS:end], bare[end:-1])
