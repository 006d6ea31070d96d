"""What the gateway keeps things in. Embedded: one SQLite file and a directory; a city may bring larger ones.

Every method that changes something has it on disk when it returns, or raises OSError and changes nothing.
Methods may be called from any thread.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class TerminalIdentity:
    """Who speaks. `keys`: its signing keys, key id to 32 raw public bytes."""

    code: str
    hall: str
    keys: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Revoked:
    """The terminal of this certificate is no longer heard."""

    code: str


@dataclass(frozen=True, slots=True)
class Signed:
    """Bytes of ours and the signature line that goes beside them."""

    content: bytes
    signature: str


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

    def terminal_of(self, certificate_digest: str) -> TerminalIdentity | Revoked | None:
        """Whose certificate this is. `certificate_digest`: `sha256:<hex>` of its DER bytes."""
        ...

    def terminal(self, code: str) -> TerminalIdentity | Revoked | None: ...

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
    """Blobs under their digest, and the parts of those that are still arriving.

    Calls for different uploads do not wait for one another; for one upload the caller makes them one by one.
    """

    def has(self, digest: str) -> bool:
        """Whether the blob is there, whole, and would be after a power cut."""
        ...

    def pieces(self, digest: str) -> Iterator[bytes]:
        """The blob in pieces of at most a megabyte. Raises FileNotFoundError when it is not there."""
        ...

    def arrived(self, upload_id: str) -> int:
        """How many bytes of an upload are on disk, and would be after a power cut."""
        ...

    def append(self, upload_id: str, chunk: bytes) -> None: ...

    def complete(self, upload_id: str, digest: str) -> bool:
        """Turn an upload into a blob. False when its content has another digest; then the upload is empty again."""
        ...

    def drop(self, upload_id: str) -> None:
        """The upload is empty again."""
        ...

    def free_bytes(self) -> int:
        """Room for more blobs."""
        ...
