"""The gateway's Ed25519 keys: the current one signs, earlier ones stay known so that what they signed still counts.

On disk: `<key id>.seed` for each key and `current`, which names the one that signs.
"""

from collections.abc import Mapping
from pathlib import Path

from kiosk.submission import Json, canonical
from sync.gateway.private_file import one_at_a_time, write_private
from sync.gateway.records import Signed
from sync.outbox.keys import make_directory
from sync.wire.signatures import SigningKey, is_signed, new_seed, parse_signature

CURRENT = "current"


class Signing:
    """Signs documents. `keys`: every public key by its id."""

    def __init__(self, current: SigningKey, keys: Mapping[str, bytes]) -> None:
        self._current = current
        self.keys = keys

    @property
    def current_key_id(self) -> str:
        return self._current.key_id

    def sign(self, content: bytes) -> Signed:
        return Signed(content, self._current.sign(content).line)

    def document(self, value: Mapping[str, Json]) -> Signed:
        """The RFC 8785 form of `value`, signed."""
        return self.sign(canonical(value))

    def is_ours(self, document: Signed) -> bool:
        return is_signed_by(document.content, document.signature, self.keys)


def is_signed_by(content: bytes, line: str, keys: Mapping[str, bytes]) -> bool:
    """Whether `line` is a signature of one of `keys` over exactly these bytes."""
    signature = parse_signature(line)
    return signature is not None and is_signed(content, signature, keys)


def open_signing(directory: Path) -> Signing:
    """The keys in `directory`; one is made where there is none. Raises OSError."""
    make_directory(directory)
    with one_at_a_time(directory):
        if not (directory / CURRENT).exists():
            rotate(directory)
    keys = {path.stem: SigningKey(path.read_bytes()) for path in sorted(directory.glob("ed25519-*.seed"))}
    current = (directory / CURRENT).read_text(encoding="ascii").strip()
    return Signing(keys[current], {key_id: key.public for key_id, key in keys.items()})


def rotate(directory: Path) -> str:
    """Make a new key the current one; its id. Terminals learn it at enrolment and at renewal."""
    seed = new_seed()
    key_id = SigningKey(seed).key_id
    write_private(directory / f"{key_id}.seed", seed)
    write_private(directory / CURRENT, key_id.encode())
    return key_id
