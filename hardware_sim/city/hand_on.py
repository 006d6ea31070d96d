"""What the gateway hands on, checked as a careful city would: signature, shape, digests.

Format `hall-terminal/hand-on/1`, signed in the header `Hall-City-Signature: sha256=<hex HMAC-SHA256 of the body>`.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

SIGNATURE = "Hall-City-Signature"
IDEMPOTENCY_KEY = "Idempotency-Key"
FORMAT = "hall-terminal/hand-on/1"


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    sha256: str
    size: int
    url: str


@dataclass(frozen=True, slots=True)
class HandOn:
    key: str
    sid: str
    fingerprint: str
    slip_code: str
    parked: str | None
    attachments: tuple[Attachment, ...]
    rating: Any


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with it, and the status that says so."""

    status: HTTPStatus
    fault: str


def signature_of(content: bytes, key: bytes) -> str:
    return f"sha256={hmac.new(key, content, hashlib.sha256).hexdigest()}"


def is_signed(content: bytes, signature: str, key: bytes) -> bool:
    return hmac.compare_digest(signature.encode(), signature_of(content, key).encode())


def is_digest_of(digest: str, content: bytes) -> bool:
    """`digest` as `sha256:<hex>` or as hex alone."""
    return digest.removeprefix("sha256:") == hashlib.sha256(content).hexdigest()


def checked_hand_on(body: bytes, *, signature: str, idempotency_key: str, key: bytes) -> HandOn | Wrong:
    """The hand-on when all of it is right: the signature first, then what it says."""
    if not is_signed(body, signature, key):
        return Wrong(HTTPStatus.FORBIDDEN, "the signature is not the gateway's")
    try:
        return _checked(json.loads(body), idempotency_key)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        return _malformed(f"malformed: {error!r}")


def _checked(said: dict[str, Any], idempotency_key: str) -> HandOn | Wrong:
    sid, kind, fingerprint = said["sid"], said["kind"], said["fingerprint"]
    acknowledgement, manifest = json.loads(said["acknowledgement"]), json.loads(said["manifest"])
    expected_key = {"submission": sid, "rating": f"{sid}:rating"}
    if said["format"] != FORMAT or kind not in expected_key:
        return _malformed("unknown format or kind")
    if idempotency_key != expected_key[kind]:
        return _malformed("the idempotency key is not this submission's")
    if not is_digest_of(fingerprint, said["manifest"].encode()):
        return _malformed("the fingerprint is not the manifest's digest")
    if (acknowledgement["sid"], acknowledgement["fingerprint"]) != (sid, fingerprint):
        return _malformed("the acknowledgement is another submission's")
    if manifest.get("sid", sid) != sid:
        return _malformed("the manifest is another submission's")
    slip_code, parked = said["slip_code"], said["parked"]
    if not isinstance(slip_code, str) or not isinstance(parked, str | None):
        return _malformed("the slip code or the reason to park is no text")
    if not isinstance(said["attachments"], list):
        return _malformed("the attachments are no list")
    attachments = tuple(
        Attachment(str(one["name"]), str(one["sha256"]), int(one["size"]), str(one["url"]))
        for one in said["attachments"]
    )
    rating = said["rating"] if kind == "rating" else None
    return HandOn(idempotency_key, sid, fingerprint, slip_code, parked, attachments, rating)


def _malformed(fault: str) -> Wrong:
    return Wrong(HTTPStatus.UNPROCESSABLE_ENTITY, fault)
