"""What a citizen hands in: the manifest, its canonical form and fingerprint, the numbers on the slip."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

import rfc8785

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

FORMAT = "hall-terminal/submission/1"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the submission. `digest` is `sha256:<hex>` of `content`, made once."""

    name: str
    media_type: str
    content: bytes
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", digest_of(self.content))


@dataclass(frozen=True, slots=True)
class SealedSubmission:
    """All that goes to the platform, fixed before anything is sent.

    `sid` is a UUIDv7, `slip_code` what the citizen takes home; both stand in the manifest too.
    `manifest` is the RFC 8785 form, and what the fingerprint is made of.
    """

    sid: str
    slip_code: str
    manifest: bytes
    attachments: tuple[Attachment, ...]

    @property
    def fingerprint(self) -> str:
        return digest_of(self.manifest)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The gateway received it (收件). `receipt_number`: 16 digits; `received_at` is the gateway's clock."""

    sid: str
    receipt_number: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Rating:
    """好差评 (GB/T 39735). `level`: 5 非常满意 .. 1 非常不满意. `rating_id` is a UUIDv7."""

    rating_id: str
    sid: str
    level: int
    given_at: datetime


def canonical(value: Mapping[str, Json]) -> bytes:
    """RFC 8785. Raises ValueError for what JSON cannot hold (NaN, integers past 2^53)."""
    try:
        return rfc8785.dumps(cast(dict[str, object], value))  # type: ignore[arg-type]
    except rfc8785.CanonicalizationError as error:
        raise ValueError(str(error)) from error


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def is_canonical(manifest: bytes) -> bool:
    """Whether these bytes are the canonical form of what they say. Every number is a double, as RFC 8785 has it."""
    try:
        return canonical(json.loads(manifest, parse_int=float)) == manifest
    except (ValueError, RecursionError):
        return False
