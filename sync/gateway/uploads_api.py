"""Attachments over HTTP: tus 1.0 (tus.io/protocols/resumable-upload), creation, creation-with-upload and checksum.

A PATCH may carry a whole blob: what has come is synced, and counts, at every sync unit, at the end, and when the
sender goes away. Answers say only what is on disk.
"""

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from anyio import CapacityLimiter, to_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from sync.gateway.admission import Kind
from sync.gateway.answers import number
from sync.gateway.gate import FromAnybody, FromTerminal, Message
from sync.gateway.manifest_rules import ATTACHMENT_LIMIT_BYTES, is_sid
from sync.gateway.metrics import Metrics
from sync.gateway.outcomes import Unknown
from sync.gateway.records import TerminalIdentity, Upload
from sync.gateway.uploads import DIGEST, Turn, Turns, Uploads, WrongDigest

TUS = {"Tus-Resumable": "1.0.0", "Cache-Control": "no-store"}
OFFERS = {
    "Tus-Version": "1.0.0",
    "Tus-Extension": "creation,creation-with-upload,checksum",
    "Tus-Checksum-Algorithm": "sha1,sha256",
    "Tus-Max-Size": str(ATTACHMENT_LIMIT_BYTES),
}
BYTES = "application/offset+octet-stream"
CHECKED_LIMIT_BYTES = 4_000_000
SYNC_UNIT_BYTES, LEAST_UNIT_BYTES, LARGEST_UNIT_BYTES = 256_000, 16_384, 4_000_000
SILENCE_S = 120.0  # a sender that says nothing for so long has gone away
WRITERS = 8  # threads that may wait for the disk; the others are for small things
CHECKSUM_MISMATCH = 460

_UPLOAD = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class _Checksum:
    algorithm: str
    digest: bytes

    def fits(self, content: bytes) -> bool:
        return hashlib.new(self.algorithm, content).digest() == self.digest


class UploadRoutes:
    def __init__(self, uploads: Uploads, metrics: Metrics) -> None:
        self._uploads = uploads
        self._metrics = metrics
        self._turns = Turns()
        self._writers = CapacityLimiter(WRITERS)

    @property
    def messages(self) -> Sequence[Message]:
        return (
            FromAnybody("OPTIONS", "/v1/uploads", Kind.FREE, self.options),
            FromTerminal("POST", "/v1/uploads", Kind.BLOB, self.create),
            FromTerminal("HEAD", "/v1/uploads/{upload_id}", Kind.BLOB, self.head),
            FromTerminal("PATCH", "/v1/uploads/{upload_id}", Kind.BLOB, self.patch),
        )

    async def options(self, _: Request) -> Response:
        return Response(status_code=204, headers={**TUS, **OFFERS})

    async def create(self, request: Request, terminal: TerminalIdentity) -> Response:
        with_upload = request.headers.get("Content-Type") == BYTES
        if (refusal := _not_tus(request)) is not None:
            return refusal
        metadata = _metadata(request.headers.get("Upload-Metadata", ""))
        size, checksum = number(request.headers.get("Upload-Length")), _checksum(request)
        if metadata is None or size is None or isinstance(checksum, Response):
            return _tus(400)
        sid, digest = metadata.get("sid", ""), metadata.get("sha256", "")
        if size > ATTACHMENT_LIMIT_BYTES:
            return _tus(413)
        if not is_sid(sid) or DIGEST.fullmatch(digest) is None:
            return _tus(404)
        request.state.sid = sid
        upload = await run_in_threadpool(self._uploads.begin, terminal, sid, digest, size)
        if not isinstance(upload, Upload):
            return _tus(404 if isinstance(upload, Unknown) else 413)
        async with self._turns.take(upload.upload_id) as turn:
            stands = await self._stands(upload)
            if stands == 0 and with_upload:
                answer = await self._receive(request, turn, upload, checksum, offset=0, taken=201)
            else:
                answer = _tus(CHECKSUM_MISMATCH) if isinstance(stands, WrongDigest) else _at(201, stands)
        answer.headers["Location"] = f"/v1/uploads/{upload.upload_id}"
        return answer

    async def head(self, request: Request, terminal: TerminalIdentity) -> Response:
        if (refusal := _not_tus(request)) is not None:
            return refusal
        upload = await self._find(request, terminal)
        if isinstance(upload, Unknown):
            return _tus(404)
        async with self._turns.take(upload.upload_id):
            stands = await self._stands(upload)
        if isinstance(stands, WrongDigest):
            return _tus(CHECKSUM_MISMATCH)
        return _at(200, stands, {"Upload-Length": str(upload.size)})

    async def patch(self, request: Request, terminal: TerminalIdentity) -> Response:
        if (refusal := _not_tus(request)) is not None:
            return refusal
        if request.headers.get("Content-Type") != BYTES:
            return _tus(415)
        offset, checksum = number(request.headers.get("Upload-Offset")), _checksum(request)
        if offset is None or isinstance(checksum, Response):
            return _tus(400)
        upload = await self._find(request, terminal)
        if isinstance(upload, Unknown):
            return _tus(404)
        async with self._turns.take(upload.upload_id) as turn:
            stands = await self._stands(upload)
            if isinstance(stands, WrongDigest):
                return _tus(CHECKSUM_MISMATCH)
            if stands != offset:
                return _at(409, stands)
            return await self._receive(request, turn, upload, checksum, offset=offset, taken=204)

    async def clean_up(self, now: datetime) -> int:
        """Drop what was abandoned, unless somebody is at it just now. How many uploads that were."""
        dropped = 0
        for upload_id in await to_thread.run_sync(self._uploads.abandoned, now, limiter=self._writers):
            if not self._turns.is_taken(upload_id):
                async with self._turns.take(upload_id):
                    await to_thread.run_sync(self._uploads.drop, upload_id, limiter=self._writers)
                dropped += 1
        return dropped

    async def _find(self, request: Request, terminal: TerminalIdentity) -> Upload | Unknown:
        upload_id: str = request.path_params["upload_id"]
        if _UPLOAD.fullmatch(upload_id) is None:
            return Unknown()
        upload = await run_in_threadpool(self._uploads.find, terminal, upload_id)
        if isinstance(upload, Upload):
            request.state.sid = upload.sid
        return upload

    async def _receive(
        self, request: Request, turn: Turn, upload: Upload, checksum: "_Checksum | None", *, offset: int, taken: int
    ) -> Response:
        """Take the body at `offset`, where the upload stands. `taken`: the status when it came whole."""
        lacking = upload.size - offset
        if (number(request.headers.get("Content-Length")) or 0) > lacking:
            return _tus(413)
        limit = lacking if checksum is None else min(lacking, CHECKED_LIMIT_BYTES)
        unit = _sync_unit(request) if checksum is None else limit
        body, waiting = _Body(request, turn), bytearray()  # waiting: never more than a unit and one message
        async for piece in body.pieces():
            waiting += piece
            if len(waiting) > limit or offset + len(waiting) > upload.size:
                return _tus(413)
            while len(waiting) >= unit and offset + len(waiting) < upload.size and checksum is None:
                offset = await self._written(upload, bytes(waiting[:unit]), offset)
                del waiting[:unit]
        if checksum is not None and not body.is_whole:
            return _at(409, offset)
        if checksum is not None and not checksum.fits(bytes(waiting)):
            return _tus(CHECKSUM_MISMATCH)
        stands = await self._append(upload, bytes(waiting), offset)
        if isinstance(stands, WrongDigest):
            return _tus(CHECKSUM_MISMATCH)
        return _at(taken if body.is_whole else 409, stands)

    async def _stands(self, upload: Upload) -> int | WrongDigest:
        return await to_thread.run_sync(self._uploads.stands, upload, limiter=self._writers)

    async def _written(self, upload: Upload, chunk: bytes, offset: int) -> int:
        """The new offset after a chunk that is not the last."""
        stands = await self._append(upload, chunk, offset)
        assert isinstance(stands, int)
        return stands

    async def _append(self, upload: Upload, chunk: bytes, offset: int) -> int | WrongDigest:
        stands = await to_thread.run_sync(
            lambda: self._uploads.append(upload, chunk, offset=offset), limiter=self._writers
        )
        self._metrics.blob_bytes.inc(len(chunk))
        return stands


class _Body:
    """A body as it arrives. `is_whole` once it has ended by itself."""

    def __init__(self, request: Request, turn: Turn) -> None:
        self._request = request
        self._turn = turn
        self.is_whole = False

    async def pieces(self) -> AsyncIterator[bytes]:
        """Until it ends, its sender goes away or says nothing, or the turn is ended."""
        ended = asyncio.create_task(self._turn.ended.wait())
        try:
            while not self._turn.ended.is_set():
                message = asyncio.ensure_future(self._request.receive())
                try:
                    await asyncio.wait({message, ended}, timeout=SILENCE_S, return_when=asyncio.FIRST_COMPLETED)
                    if not message.done():
                        return
                finally:
                    message.cancel()
                event = message.result()
                if event["type"] != "http.request":
                    return
                self.is_whole = not event.get("more_body", False)
                if event.get("body"):
                    yield event["body"]
                if self.is_whole:
                    return
        finally:
            ended.cancel()


def _sync_unit(request: Request) -> int:
    asked = number(request.headers.get("Hall-Sync-Unit")) or SYNC_UNIT_BYTES
    return min(max(asked, LEAST_UNIT_BYTES), LARGEST_UNIT_BYTES)


def _tus(status: int) -> Response:
    return Response(status_code=status, headers=TUS)


def _at(status: int, offset: int, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status_code=status, headers={**TUS, "Upload-Offset": str(offset), **(headers or {})})


def _not_tus(request: Request) -> Response | None:
    if request.headers.get("Tus-Resumable") == TUS["Tus-Resumable"]:
        return None
    return Response(status_code=412, headers={**TUS, "Tus-Version": OFFERS["Tus-Version"]})


def _checksum(request: Request) -> _Checksum | Response | None:
    """The `Upload-Checksum` of tus; None when there is none, an answer when it cannot be understood."""
    field = request.headers.get("Upload-Checksum")
    if field is None:
        return None
    algorithm, _, value = field.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except ValueError:
        return _tus(400)
    return _Checksum(algorithm, digest) if algorithm in OFFERS["Tus-Checksum-Algorithm"].split(",") else _tus(400)


def _metadata(field: str) -> dict[str, str] | None:
    """`Upload-Metadata` of tus: pairs with commas, each a key and a Base64 value."""
    metadata = {}
    for pair in field.split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            metadata[key] = base64.b64decode(value, validate=True).decode()
        except ValueError:
            return None
    return metadata
