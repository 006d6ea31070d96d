"""The terminal's end of the wire: one request, one answer as an outcome. Never raises for what a network can do.

An answer counts only when it is ours: the right status, JSON that names our sid (and fingerprint), or a tus answer
with its own headers. A portal's page with status 200 is `Again`, like a line that is down. Nothing retries in here.
"""

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

import requests

from kiosk.check_digits import is_receipt_number
from kiosk.submission import Json, Rating, Receipt, canonical
from sync.agent.backoff import retry_after_s

TUS = {"Tus-Resumable": "1.0.0"}
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
ANSWER_LIMIT_BYTES = 1_000_000
CHECKSUM_MISMATCH = 460  # tus 1.0, checksum extension


class AddressRefused(Exception):
    """Nothing of a citizen is sent to this address."""


@dataclass(frozen=True, slots=True)
class Announced:
    """The gateway knows the manifest; it lacks the blobs with these digests."""

    missing: frozenset[str]


@dataclass(frozen=True, slots=True)
class NotWhole:
    """The gateway would commit, but lacks these blobs."""

    missing: frozenset[str]


@dataclass(frozen=True, slots=True)
class Acknowledged:
    receipt: Receipt
    acknowledgement: bytes


@dataclass(frozen=True, slots=True)
class UploadAt:
    """An upload and how many of its bytes the gateway has on disk."""

    path: str
    offset: int


@dataclass(frozen=True, slots=True)
class RatingTaken:
    pass


@dataclass(frozen=True, slots=True)
class Rejected:
    """422: it can never be taken as it is. `answer` names every fault."""

    answer: bytes


@dataclass(frozen=True, slots=True)
class Conflicting:
    """409: something else is there under this id."""

    answer: bytes


@dataclass(frozen=True, slots=True)
class OtherOffset:
    """409 on an upload: ask for the gateway's offset."""


@dataclass(frozen=True, slots=True)
class Gone:
    """404, 410, or a blob that did not arrive as it was sent: begin this one again."""


@dataclass(frozen=True, slots=True)
class Again:
    """Not now. `unreachable`: no answer, or not from our gateway. `reason` says nothing personal."""

    reason: str
    unreachable: bool
    retry_after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def names(self, **expected: str) -> dict[str, Json] | None:
        """The JSON object, when it is one and each expected member stands in it."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        if not isinstance(value, dict) or any(value.get(key) != wanted for key, wanted in expected.items()):
            return None
        return value

    def again(self) -> Again:
        """The retry that this answer means: asked for by our gateway, or not an answer of ours at all."""
        ours = self.names() is not None or "Tus-Resumable" in self.headers
        pause_s = retry_after_s(self.headers.get("Retry-After"), now=datetime.now(UTC))
        if ours or self.status >= 500 or self.status in (408, 425, 429):
            return Again(f"status {self.status}", unreachable=self.status >= 500, retry_after_s=pause_s)
        return Again(f"not our gateway (status {self.status})", unreachable=True)


class PlatformClient:
    """Speaks to the gateway at `url`. One for each thread. Raises AddressRefused for plain HTTP to another machine."""

    def __init__(self, url: str, *, connect_timeout_s: float, read_timeout_s: float) -> None:
        target = urlsplit(url)
        if target.scheme != "https" and (target.scheme != "http" or target.hostname not in LOOPBACK):
            raise AddressRefused(f"{url}: plain HTTP goes to this machine only, to others HTTPS")
        self._url = url.rstrip("/") + "/"
        self._timeout = (connect_timeout_s, read_timeout_s)
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["User-Agent"] = "hall-terminal"

    def close(self) -> None:
        self._session.close()

    def announce(self, sid: str, fingerprint: str, manifest: bytes) -> Announced | Rejected | Conflicting | Again:
        answer = self._ask("PUT", f"v1/submissions/{sid}", body=manifest, headers={"Content-Type": "application/json"})
        if isinstance(answer, Again):
            return answer
        if answer.status in (200, 201):
            missing = _digests(answer.names(sid=sid, fingerprint=fingerprint))
            return answer.again() if missing is None else Announced(missing)
        if answer.status == 422 and answer.names(sid=sid) is not None:
            return Rejected(answer.body)
        if answer.status == 409 and answer.names(sid=sid) is not None:
            return Conflicting(answer.body)
        return answer.again()

    def begin_upload(self, sid: str, *, name: str, digest: str, size: int) -> UploadAt | Gone | Again:
        """`Gone`: the gateway does not know the submission, or not this blob of it."""
        metadata = ",".join(
            f"{key} {base64.b64encode(value.encode()).decode()}"
            for key, value in (("sid", sid), ("name", name), ("sha256", digest))
        )
        answer = self._ask(
            "POST", "v1/uploads", headers={"Upload-Length": str(size), "Upload-Metadata": metadata, **TUS}
        )
        if isinstance(answer, Again):
            return answer
        location = answer.headers.get("Location")
        if answer.status == 201 and "Tus-Resumable" in answer.headers and location is not None:
            path = self._own_path(location)
            return answer.again() if path is None else UploadAt(path, 0)
        return self._gone_or_again(answer)

    def upload_at(self, path: str, size: int) -> UploadAt | Gone | Again:
        """Where an upload of `size` bytes stands."""
        answer = self._ask("HEAD", path, headers=TUS)
        if isinstance(answer, Again):
            return answer
        if answer.status == 200 and answer.headers.get("Upload-Length") == str(size):
            return _at(path, answer, size) or answer.again()
        return self._gone_or_again(answer)

    def send_chunk(self, path: str, chunk: bytes, *, offset: int) -> UploadAt | OtherOffset | Gone | Again:
        headers = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset), **TUS}
        answer = self._ask("PATCH", path, body=chunk, headers=headers)
        if isinstance(answer, Again):
            return answer
        if answer.status == 204:
            return _at(path, answer, offset + len(chunk)) or answer.again()
        if answer.status == 409 and "Tus-Resumable" in answer.headers:
            return OtherOffset()
        return self._gone_or_again(answer)

    def commit(self, sid: str, fingerprint: str) -> Acknowledged | NotWhole | Gone | Again:
        answer = self._ask("POST", f"v1/submissions/{sid}/commit")
        if isinstance(answer, Again):
            return answer
        if answer.status == 200:
            acknowledgement = answer.names(sid=sid, fingerprint=fingerprint)
            receipt = None if acknowledgement is None else _receipt(sid, acknowledgement)
            return answer.again() if receipt is None else Acknowledged(receipt, answer.body)
        if answer.status == 409:
            missing = _digests(answer.names(sid=sid))
            return answer.again() if missing is None else NotWhole(missing)
        if answer.status == 404 and answer.names(sid=sid) is not None:
            return Gone()
        return answer.again()

    def rate(self, rating: Rating) -> RatingTaken | Rejected | Conflicting | Again:
        body = canonical(
            {
                "rating_id": rating.rating_id,
                "sid": rating.sid,
                "level": rating.level,
                "given_at": rating.given_at.isoformat(),
            }
        )
        answer = self._ask("POST", "v1/ratings", body=body, headers={"Content-Type": "application/json"})
        if isinstance(answer, Again) or answer.names(rating_id=rating.rating_id, sid=rating.sid) is None:
            return answer if isinstance(answer, Again) else answer.again()
        match answer.status:
            case 200 | 201:
                return RatingTaken()
            case 422:
                return Rejected(answer.body)
            case 409:
                return Conflicting(answer.body)
        return answer.again()

    def _gone_or_again(self, answer: _Answer) -> Gone | Again:
        ours = "Tus-Resumable" in answer.headers
        return Gone() if ours and answer.status in (404, 410, CHECKSUM_MISMATCH) else answer.again()

    def _own_path(self, location: str) -> str | None:
        """The path and query of a `Location`, when it stays with our gateway."""
        target = urlsplit(urljoin(self._url, location))
        ours = urlsplit(self._url)
        if (target.scheme, target.netloc) != (ours.scheme, ours.netloc) or not target.path.startswith(ours.path):
            return None
        return target.path.removeprefix(ours.path)

    def _ask(
        self, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> _Answer | Again:
        deadline_s = time.monotonic() + sum(self._timeout) + self._timeout[1]
        try:
            with self._session.request(
                method,
                urljoin(self._url, path),
                data=body,
                headers=dict(headers or {}),
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as answer:
                received = bytearray()
                for part in answer.iter_content(16_384):
                    received += part
                    if len(received) > ANSWER_LIMIT_BYTES or time.monotonic() > deadline_s:
                        return Again("an answer without end", unreachable=True)
                return _Answer(answer.status_code, answer.headers, bytes(received))
        except requests.RequestException as error:
            return Again(type(error).__name__, unreachable=True)


def _at(path: str, answer: _Answer, limit: int) -> UploadAt | None:
    offset = answer.headers.get("Upload-Offset", "")
    if "Tus-Resumable" not in answer.headers or not (offset.isascii() and offset.isdigit()) or len(offset) > 15:
        return None
    return UploadAt(path, int(offset)) if int(offset) <= limit else None


def _digests(answer: dict[str, Json] | None) -> frozenset[str] | None:
    missing = None if answer is None else answer.get("missing")
    if not isinstance(missing, list):
        return None
    digests = frozenset(digest for digest in missing if isinstance(digest, str))
    return digests if len(digests) == len(missing) else None


def _receipt(sid: str, acknowledgement: Mapping[str, Json]) -> Receipt | None:
    number, received_at = acknowledgement.get("receipt_number"), acknowledgement.get("received_at")
    if not isinstance(number, str) or not is_receipt_number(number) or not isinstance(received_at, str):
        return None
    try:
        at = datetime.fromisoformat(received_at)
    except ValueError:
        return None
    return None if at.tzinfo is None else Receipt(sid, number, at)
