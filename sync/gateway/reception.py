"""What the gateway does with each message, whatever carries it: outcomes, no HTTP."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from kiosk.check_digits import luhn
from kiosk.submission import Json, canonical
from sync.gateway.manifest_rules import ManifestFault, is_sid, judge
from sync.gateway.ports import Kept, KeptRating, Manifest, Objects, Storage, Upload
from sync.steps import reached

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Known:
    """The manifest is kept; `new` when it was not before."""

    manifest: Manifest
    missing: tuple[str, ...]
    new: bool


@dataclass(frozen=True, slots=True)
class Faulty:
    faults: tuple[ManifestFault, ...]


@dataclass(frozen=True, slots=True)
class SomethingElse:
    """There is something else under this id. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """No such submission, blob or upload."""


@dataclass(frozen=True, slots=True)
class Missing:
    digests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Received:
    """`acknowledgement`: the bytes that answer every commit of this submission."""

    acknowledgement: bytes


@dataclass(frozen=True, slots=True)
class Begun:
    upload: Upload
    offset: int


@dataclass(frozen=True, slots=True)
class WrongOffset:
    offset: int


@dataclass(frozen=True, slots=True)
class TooMuch:
    """More bytes than the upload was begun with."""


@dataclass(frozen=True, slots=True)
class WrongDigest:
    """All bytes came, and they are not the blob. None of them was kept."""


@dataclass(frozen=True, slots=True)
class Rated:
    rating: KeptRating
    new: bool


class Reception:
    """Takes submissions into `storage` and `objects`. Methods may be called from any thread.

    `now` is the gateway's clock; `wake` is called after something new is to be handed on.
    """

    def __init__(
        self,
        storage: Storage,
        objects: Objects,
        *,
        simulated: bool,
        now: Callable[[], datetime],
        wake: Callable[[], None],
    ) -> None:
        self._storage = storage
        self._objects = objects
        self._simulated = simulated
        self._now = now
        self._wake = wake
        self._appending = threading.Lock()

    def announce(self, sid: str, content: bytes) -> Known | Faulty | SomethingElse:
        judged = judge(content, sid=sid, simulated=self._simulated)
        if isinstance(judged, tuple):
            return Faulty(judged)
        kept = self._storage.keep_manifest(judged)
        if kept is Kept.OTHER:
            return SomethingElse()
        return Known(judged, self._missing(judged), new=kept is Kept.NEW)

    def begin_upload(self, sid: str, digest: str, size: int) -> Begun | Unknown | TooMuch | WrongDigest:
        """Begun once for each blob of a submission: asked again, the same upload."""
        manifest = self._storage.manifest(sid)
        sizes = {} if manifest is None else {one.digest: one.size for one in manifest.attachments}
        if digest not in sizes:
            return Unknown()
        if sizes[digest] != size:
            return TooMuch()
        upload = self._storage.upload_for(sid, digest, size)
        with self._appending:
            if self._arrived(upload) == size and not self._complete(upload):
                return WrongDigest()
            return Begun(upload, self._arrived(upload))

    def upload_at(self, upload_id: str) -> Begun | Unknown | WrongDigest:
        upload = self._storage.upload(upload_id)
        if upload is None:
            return Unknown()
        with self._appending:
            if self._arrived(upload) == upload.size and not self._complete(upload):
                return WrongDigest()
            return Begun(upload, self._arrived(upload))

    def append(
        self, upload_id: str, chunk: bytes, *, offset: int
    ) -> Begun | Unknown | WrongOffset | TooMuch | WrongDigest:
        """`Begun` with the new offset: these bytes are on disk."""
        upload = self._storage.upload(upload_id)
        if upload is None:
            return Unknown()
        with self._appending:
            arrived = self._arrived(upload)
            if offset != arrived:
                return WrongOffset(arrived)
            if offset + len(chunk) > upload.size:
                return TooMuch()
            if chunk:
                self._objects.append(upload_id, chunk)
            if offset + len(chunk) == upload.size and not self._complete(upload):
                return WrongDigest()
        return Begun(upload, offset + len(chunk))

    def commit(self, sid: str) -> Received | Missing | Unknown:
        before = self._storage.acknowledgement(sid)
        if before is not None:
            return Received(before)
        manifest = self._storage.manifest(sid)
        if manifest is None:
            return Unknown()
        with self._appending:  # a blob counts only after its name was synced
            missing = self._missing(manifest)
        if missing:
            return Missing(missing)
        reached("gateway.before_commit")
        received_at = self._now().astimezone(CHINA).replace(microsecond=0)
        acknowledgement = self._storage.commit(sid, lambda series: _acknowledge(manifest, series, received_at))
        self._wake()
        return Received(acknowledgement)

    def rate(self, content: bytes) -> Rated | Faulty | SomethingElse | Unknown:
        rating = _rating(content)
        if isinstance(rating, Faulty):
            return rating
        if self._storage.acknowledgement(rating.sid) is None:
            return Unknown()
        kept = self._storage.keep_rating(rating)
        self._wake()
        return SomethingElse() if kept is Kept.OTHER else Rated(rating, new=kept is Kept.NEW)

    def _missing(self, manifest: Manifest) -> tuple[str, ...]:
        digests = dict.fromkeys(one.digest for one in manifest.attachments)
        return tuple(digest for digest in digests if not self._objects.has(digest))

    def _arrived(self, upload: Upload) -> int:
        return upload.size if self._objects.has(upload.digest) else self._objects.arrived(upload.upload_id)

    def _complete(self, upload: Upload) -> bool:
        return self._objects.has(upload.digest) or self._objects.complete(upload.upload_id, upload.digest)


def receipt_number(received_at: datetime, series: int) -> str:
    """收件编号: the day in China, seven digits of the gateway's own series, a Luhn digit."""
    digits = f"{received_at.astimezone(CHINA):%Y%m%d}{series % 10_000_000:07}"
    return digits + luhn(digits)


def _acknowledge(manifest: Manifest, series: int, received_at: datetime) -> tuple[str, bytes]:
    number = receipt_number(received_at, series)
    return number, canonical(
        {
            "sid": manifest.sid,
            "fingerprint": manifest.fingerprint,
            "receipt_number": number,
            "received_at": received_at.isoformat(),
        }
    )


def _rating(content: bytes) -> KeptRating | Faulty:
    try:
        value: Json = json.loads(content)
    except (ValueError, RecursionError):
        return Faulty((ManifestFault("", "not JSON"),))
    if not isinstance(value, dict):
        return Faulty((ManifestFault("", "not an object"),))
    faults = []
    rating_id, sid, level, given_at = (value.get(key) for key in ("rating_id", "sid", "level", "given_at"))
    if not isinstance(rating_id, str) or not is_sid(rating_id):
        faults.append(ManifestFault("/rating_id", "must be a UUIDv7"))
    if not isinstance(sid, str) or not is_sid(sid):
        faults.append(ManifestFault("/sid", "must be a UUIDv7"))
    if isinstance(level, bool) or not isinstance(level, int) or not 1 <= level <= 5:
        faults.append(ManifestFault("/level", "must be 1 to 5"))
    if not _is_zoned_time(given_at):
        faults.append(ManifestFault("/given_at", "must be a time with its zone"))
    if faults:
        return Faulty(tuple(faults))
    known: dict[str, Json] = {"rating_id": rating_id, "sid": sid, "level": level, "given_at": given_at}
    return KeptRating(str(rating_id), str(sid), canonical(known))


def _is_zoned_time(value: Json) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
