"""Hands on by HTTP: each row one POST, signed with the key that city and gateway share, at least once.

Format `hall-terminal/hand-on/1`. Blobs do not travel with it: the city fetches each at its `url`.
"""

import hashlib
import hmac
import json
from pathlib import Path

import requests

from kiosk.submission import Json, canonical
from sync.gateway.hand_on import NotTaken, Taken
from sync.gateway.records import HandOn

FORMAT = "hall-terminal/hand-on/1"
SIGNATURE_HEADER = "Hall-City-Signature"
BLOBS_PATH = "/v1/city/blobs/"
CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 5.0, 30.0
SHORTEST_KEY_BYTES = 16


class KeyRefused(Exception):
    """The file of the shared key holds none."""


def read_city_key(path: Path) -> bytes:
    """The shared key: what the file holds, without white space at its ends. Raises KeyRefused, OSError."""
    key = path.read_bytes().strip()
    if len(key) < SHORTEST_KEY_BYTES:
        raise KeyRefused(f"{path} holds no key: at least {SHORTEST_KEY_BYTES} bytes are needed")
    return key


def city_signature(content: bytes, key: bytes) -> str:
    """The header's value: `sha256=<hex HMAC-SHA256>`."""
    return f"sha256={hmac.new(key, content, hashlib.sha256).hexdigest()}"


def is_signed_by_city(content: bytes, signature: str | None, key: bytes) -> bool:
    return hmac.compare_digest((signature or "").encode(), city_signature(content, key).encode())


class WebhookConnector:
    """Posts to `url`. Used by one thread at a time."""

    def __init__(self, url: str, key: bytes) -> None:
        self._url = url
        self._key = key
        self._session = requests.Session()
        self._session.trust_env = False

    def take(self, row: HandOn) -> Taken | NotTaken:
        """`Taken` when the city says 2xx; after a lost answer the same comes again under the same idempotency key."""
        body = canonical(_message(row))
        sid = row.manifest.sid
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": sid if row.rating is None else f"{sid}:rating",
            SIGNATURE_HEADER: city_signature(body, self._key),
        }
        try:
            with self._session.post(
                self._url,
                data=body,
                headers=headers,
                timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
                allow_redirects=False,
                stream=True,  # what the city writes back is not read
            ) as response:
                status = response.status_code
        except requests.RequestException as error:
            return NotTaken(f"the city does not answer: {type(error).__name__}")
        return Taken() if 200 <= status < 300 else NotTaken(f"the city answers {status}")


def _message(row: HandOn) -> dict[str, Json]:
    manifest = row.manifest
    message: dict[str, Json] = {
        "format": FORMAT,
        "kind": "submission" if row.rating is None else "rating",
        "sid": manifest.sid,
        "fingerprint": manifest.fingerprint,
        "slip_code": manifest.slip_code,
        "manifest": manifest.content.decode(),
        "manifest_signature": manifest.signature or None,
        "acknowledgement": row.acknowledgement.decode(),
        "parked": manifest.parked,
        "attachments": [
            {"name": one.name, "sha256": one.digest, "size": one.size, "url": f"{BLOBS_PATH}{one.digest}"}
            for one in manifest.attachments
        ],
    }
    if row.rating is not None:
        message["rating"] = json.loads(row.rating)
    return message
