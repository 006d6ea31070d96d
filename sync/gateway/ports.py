"""What the gateway keeps things in. Embedded: one SQLite file and a directory; a city may bring larger ones.

Every method that changes something has it on disk when it returns, or raises OSError and changes nothing.
Methods may be called from any thread.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Attached:
    """One attachment as the manifest names it."""

    name: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest that passed the rules. `content` is its bytes as they came, `fingerprint` their digest."""

    sid: str
    slip_code: str
    content: bytes
    fingerprint: str
    attachments: tuple[Attached, ...]


@dataclass(frozen=True, slots=True)
class Upload:
    """Where the bytes of one blob of one submission go."""

    upload_id: str
    sid: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class KeptRating:
    """`content` is the canonical JSON of the rating."""

    rating_id: str
    sid: str
    content: bytes


class Kept(Enum):
    """What became of something that is kept once."""

    NEW = "new"
    SAME = "same"
    OTHER = "other"  # something else is there under this id; nothing was changed


@dataclass(frozen=True, slots=True)
class HandOn:
    """A row of the outbox to the city: a submission, or (`rating` given) its rating."""

    row: int
    manifest: Manifest
    acknowledgement: bytes
    rating: bytes | None


@dataclass(frozen=True, slots=True)
class Received:
    """One line of the list of submissions. `receipt_number` and `level` are empty until there is one."""

    sid: str
    slip_code: str
    receipt_number: str
    level: str


class Storage(Protocol):
    """Metadata: manifests, uploads, acknowledgements, ratings and the outbox to the city."""

    def keep_manifest(self, manifest: Manifest) -> Kept: ...

    def manifest(self, sid: str) -> Manifest | None: ...

    def upload_for(self, sid: str, digest: str, size: int) -> Upload:
        """The one upload of this blob of this submission; made at the first call."""
        ...

    def upload(self, upload_id: str) -> Upload | None: ...

    def acknowledgement(self, sid: str) -> bytes | None: ...

    def commit(self, sid: str, acknowledge: Callable[[int], tuple[str, bytes]]) -> bytes:
        """The acknowledgement, the same for ever.

        `acknowledge` turns the next number of the series (1 is the first) into receipt number and acknowledgement.
        These and the row of the outbox are one transaction.
        """
        ...

    def keep_rating(self, rating: KeptRating) -> Kept:
        """One for each submission: the first stays. The row of the outbox is in the same transaction."""
        ...

    def hand_ons(self) -> Sequence[HandOn]:
        """What the city has not got yet, in order."""
        ...

    def handed_on(self, row: int) -> None: ...

    def received(self) -> Sequence[Received]:
        """Every submission, oldest first."""
        ...


class Objects(Protocol):
    """Blobs under their digest, and the parts of those that are still arriving."""

    def has(self, digest: str) -> bool: ...

    def read(self, digest: str) -> bytes: ...

    def arrived(self, upload_id: str) -> int:
        """How many bytes of an upload are on disk."""
        ...

    def append(self, upload_id: str, chunk: bytes) -> None: ...

    def complete(self, upload_id: str, digest: str) -> bool:
        """Turn an upload into a blob. False when its content has another digest; then the upload is empty again."""
        ...
