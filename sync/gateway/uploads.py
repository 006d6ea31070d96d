"""Blobs on their way in: what each upload may take, where it stands, and whose turn it is to write to it."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from sync.gateway.outcomes import Unknown
from sync.gateway.ports import Objects, Submissions
from sync.gateway.records import TerminalIdentity, Upload

USELESS_AFTER, ABANDONED_AFTER = timedelta(days=1), timedelta(days=30)
AT_ONCE = 1000
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class OtherSize:
    """The manifest says another size for this blob."""


@dataclass(frozen=True, slots=True)
class WrongDigest:
    """All bytes came, and they are not the blob. None of them was kept."""


class Uploads:
    """One upload for each blob of a submission. `stands`, `append` and `drop` need the turn of their upload."""

    def __init__(self, storage: Submissions, objects: Objects) -> None:
        self._storage = storage
        self._objects = objects

    def begin(self, terminal: TerminalIdentity, sid: str, digest: str, size: int) -> Upload | Unknown | OtherSize:
        """Begun once: asked again, the same upload."""
        manifest = self._storage.manifest(sid)
        if manifest is None or manifest.terminal != terminal.code:
            return Unknown()
        sizes = {one.digest: one.size for one in manifest.attachments}
        if digest not in sizes:
            return Unknown()
        return self._storage.upload_for(sid, digest, size) if sizes[digest] == size else OtherSize()

    def find(self, terminal: TerminalIdentity, upload_id: str) -> Upload | Unknown:
        upload = self._storage.upload(upload_id)
        if upload is None:
            return Unknown()
        manifest = self._storage.manifest(upload.sid)
        return upload if manifest is not None and manifest.terminal == terminal.code else Unknown()

    def stands(self, upload: Upload) -> int | WrongDigest:
        """How many of its bytes are on disk. One whose last byte came just before a crash is finished here."""
        if self._objects.has(upload.digest):
            return upload.size
        arrived = self._objects.arrived(upload.upload_id)
        return arrived if arrived < upload.size else self._finish(upload)

    def append(self, upload: Upload, chunk: bytes, *, offset: int) -> int | WrongDigest:
        """The new offset: these bytes are on disk. `chunk` fits in what is still lacking at `offset`."""
        end = offset + len(chunk)
        if chunk:
            self._objects.append(upload.upload_id, chunk, last=end == upload.size)
        return end if end < upload.size else self._finish(upload)

    def abandoned(self, now: datetime) -> Sequence[str]:
        """Uploads that nobody will go on with, at most some at a time.

        Nothing has come for a month, and what is still wanted begins anew; or for a day, and the blob is there already
        or nobody here asked for it.
        """
        quiet = ((upload_id, now - at) for upload_id, at in self._objects.uploads() if now - at > USELESS_AFTER)
        found = (upload_id for upload_id, since in quiet if since > ABANDONED_AFTER or not self._is_wanted(upload_id))
        return tuple(islice(found, AT_ONCE))

    def drop(self, upload_id: str) -> None:
        """What has come of it goes; it may begin anew. Needs its turn."""
        self._objects.drop(upload_id)

    def _is_wanted(self, upload_id: str) -> bool:
        upload = self._storage.upload(upload_id)
        return upload is not None and not self._objects.has(upload.digest)

    def _finish(self, upload: Upload) -> int | WrongDigest:
        if self._objects.has(upload.digest):  # another submission carries the same blob, and was quicker
            self._objects.drop(upload.upload_id)
            return upload.size
        return upload.size if self._objects.complete(upload.upload_id, upload.digest) else WrongDigest()


@dataclass(eq=False, slots=True)
class Turn:
    """The right to write to one upload, until `ended` is set: then write what has come, and let go."""

    ended: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class _Line:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    turns: list[Turn] = field(default_factory=list)


class Turns:
    """One turn at a time for each upload. A newcomer ends all before it, and waits until they have let go."""

    def __init__(self) -> None:
        self._lines: dict[str, _Line] = {}

    def is_taken(self, upload_id: str) -> bool:
        return upload_id in self._lines

    @asynccontextmanager
    async def take(self, upload_id: str) -> AsyncIterator[Turn]:
        line = self._lines.setdefault(upload_id, _Line())
        for earlier in line.turns:
            earlier.ended.set()
        turn = Turn()
        line.turns.append(turn)
        try:
            async with line.lock:
                yield turn
        finally:
            line.turns.remove(turn)
            if not line.turns:
                del self._lines[upload_id]
