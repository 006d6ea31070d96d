"""Ed25519 signatures over whole documents. What is signed is its bytes; the signature travels beside them.

On HTTP it is the header `Hall-Signature`, on disk a column or a `.sig` file: `<key id> <base64>`. The key's id names
the algorithm and the key, so keys rotate by id. Verify the bytes first, parse them afterwards. A document says its
own `format`, so one kind never passes for another.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

HEADER = "Hall-Signature"
KEY_BYTES = 32
_LINE = re.compile(r"(ed25519-[0-9a-f]{16}) ([A-Za-z0-9+/]{86}==)")


@dataclass(frozen=True, slots=True)
class Signature:
    key_id: str
    value: bytes

    @property
    def line(self) -> str:
        return f"{self.key_id} {base64.b64encode(self.value).decode()}"


class SigningKey:
    """A private key from its 32 secret bytes."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()
        self.key_id = key_id_of(self.public)

    def sign(self, content: bytes) -> Signature:
        return Signature(self.key_id, self._key.sign(content))


def new_seed() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def key_id_of(public: bytes) -> str:
    """Of the 32 raw bytes of a public key."""
    return f"ed25519-{hashlib.sha256(public).hexdigest()[:16]}"


def parse_signature(line: str) -> Signature | None:
    """From its line; None when it is none."""
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    return Signature(found[1], base64.b64decode(found[2]))


def is_signed(content: bytes, signature: Signature, keys: Mapping[str, bytes]) -> bool:
    """Whether one of `keys` (key id to 32 raw public bytes) signed exactly these bytes."""
    public = keys.get(signature.key_id)
    if public is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature.value, content)
    except InvalidSignature:
        return False
    return True
