"""The gateway's messages over HTTP: reads requests, answers with what the reception says. Uploads are tus 1.0."""

import base64
import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import assert_never

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk.submission import Json, canonical
from sync.gateway.hand_on import HandOnWorker
from sync.gateway.manifest_rules import BODY_LIMIT_BYTES
from sync.gateway.reception import (
    Begun,
    Faulty,
    Known,
    Missing,
    Rated,
    Received,
    Reception,
    SomethingElse,
    TooMuch,
    Unknown,
    WrongDigest,
    WrongOffset,
)

log = logging.getLogger(__name__)
CHUNK_LIMIT_BYTES = 4_000_000
TUS = {"Tus-Resumable": "1.0.0", "Cache-Control": "no-store"}


def application(reception: Reception, worker: HandOnWorker, *, simulated: bool) -> Starlette:
    """The ASGI application; its lifespan runs the worker."""
    messages = _Messages(reception, simulated=simulated)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        worker.start()
        try:
            yield
        finally:
            await run_in_threadpool(worker.stop)

    return Starlette(
        lifespan=lifespan,
        exception_handlers={OSError: _disk_trouble, ClientDisconnect: _gone_away},
        routes=[
            Route("/v1/health", messages.health, methods=["GET"]),
            Route("/v1/submissions/{sid}", messages.announce, methods=["PUT"]),
            Route("/v1/submissions/{sid}/commit", messages.commit, methods=["POST"]),
            Route("/v1/uploads", messages.begin_upload, methods=["POST"]),
            Route("/v1/uploads/{upload_id}", messages.upload_at, methods=["HEAD"]),
            Route("/v1/uploads/{upload_id}", messages.append, methods=["PATCH"]),
            Route("/v1/ratings", messages.rate, methods=["POST"]),
        ],
    )


class _Messages:
    def __init__(self, reception: Reception, *, simulated: bool) -> None:
        self._reception = reception
        self._simulated = simulated

    async def health(self, _: Request) -> Response:
        return _json(200, {"status": "ok", "simulated": self._simulated})

    async def announce(self, request: Request) -> Response:
        sid = request.path_params["sid"]
        body = await _body(request, BODY_LIMIT_BYTES)
        if body is None:
            return _json(413, {"sid": sid, "limit": BODY_LIMIT_BYTES})
        outcome = await run_in_threadpool(self._reception.announce, sid, body)
        match outcome:
            case Known(manifest, missing, new):
                log.info("%s announced, %d blobs missing", sid, len(missing))
                return _json(
                    201 if new else 200, {"sid": sid, "fingerprint": manifest.fingerprint, "missing": list(missing)}
                )
            case Faulty():
                log.warning("%s refused: %s", sid[:36].encode("unicode_escape").decode(), _places(outcome))
                return _json(422, {"sid": sid, "faults": _faults(outcome)})
            case SomethingElse():
                log.warning("%s came with another fingerprint", sid)
                return _json(409, {"sid": sid})
        assert_never(outcome)

    async def commit(self, request: Request) -> Response:
        sid = request.path_params["sid"]
        outcome = await run_in_threadpool(self._reception.commit, sid)
        match outcome:
            case Received(acknowledgement):
                return Response(acknowledgement, 200, {"Cache-Control": "no-store"}, "application/json")
            case Missing(digests):
                return _json(409, {"sid": sid, "missing": list(digests)})
            case Unknown():
                return _json(404, {"sid": sid})
        assert_never(outcome)

    async def begin_upload(self, request: Request) -> Response:
        refusal = _not_tus(request)
        metadata = _metadata(request.headers.get("Upload-Metadata", ""))
        size = _number(request.headers.get("Upload-Length"))
        if refusal is not None:
            return refusal
        if metadata is None or size is None:
            return Response(status_code=400, headers=TUS)
        outcome = await run_in_threadpool(
            self._reception.begin_upload, metadata.get("sid", ""), metadata.get("sha256", ""), size
        )
        match outcome:
            case Begun(upload, offset):
                location = {"Location": f"/v1/uploads/{upload.upload_id}", "Upload-Offset": str(offset)}
                return Response(status_code=201, headers={**TUS, **location})
            case Unknown() | TooMuch() | WrongDigest():
                return _upload_refusal(outcome)
        assert_never(outcome)

    async def upload_at(self, request: Request) -> Response:
        refusal = _not_tus(request)
        if refusal is not None:
            return refusal
        outcome = await run_in_threadpool(self._reception.upload_at, request.path_params["upload_id"])
        match outcome:
            case Begun(upload, offset):
                where = {"Upload-Offset": str(offset), "Upload-Length": str(upload.size)}
                return Response(status_code=200, headers={**TUS, **where})
            case Unknown() | WrongDigest():
                return _upload_refusal(outcome)
        assert_never(outcome)

    async def append(self, request: Request) -> Response:
        refusal = _not_tus(request) or _not_bytes(request)
        if refusal is not None:
            return refusal
        offset = _number(request.headers.get("Upload-Offset"))
        if offset is None:
            return Response(status_code=400, headers=TUS)
        chunk = await _body(request, CHUNK_LIMIT_BYTES)
        if chunk is None:
            return Response(status_code=413, headers=TUS)
        outcome = await run_in_threadpool(
            self._reception.append, request.path_params["upload_id"], chunk, offset=offset
        )
        match outcome:
            case Begun(_, offset):
                return Response(status_code=204, headers={**TUS, "Upload-Offset": str(offset)})
            case WrongOffset(offset):
                return Response(status_code=409, headers={**TUS, "Upload-Offset": str(offset)})
            case Unknown() | TooMuch() | WrongDigest():
                return _upload_refusal(outcome)
        assert_never(outcome)

    async def rate(self, request: Request) -> Response:
        body = await _body(request, BODY_LIMIT_BYTES)
        if body is None:
            return _json(413, {"limit": BODY_LIMIT_BYTES})
        outcome = await run_in_threadpool(self._reception.rate, body)
        if isinstance(outcome, Rated):
            return _json(
                201 if outcome.new else 200, {"rating_id": outcome.rating.rating_id, "sid": outcome.rating.sid}
            )
        ids = _ids(body)
        match outcome:
            case Faulty():
                return _json(422, {**ids, "faults": _faults(outcome)})
            case SomethingElse():
                return _json(409, ids)
            case Unknown():
                return _json(404, ids)
        assert_never(outcome)


async def _disk_trouble(_: Request, error: Exception) -> Response:
    log.error("the disk does not take it: %s", type(error).__name__)
    return Response(status_code=503, headers={"Retry-After": "30"})


async def _gone_away(_: Request, __: Exception) -> Response:
    """Nobody reads this; what had arrived of the body was not used."""
    return Response(status_code=400)


def _json(status: int, value: Mapping[str, Json]) -> Response:
    return Response(canonical(value), status, {"Cache-Control": "no-store"}, "application/json")


def _faults(faulty: Faulty) -> list[Json]:
    return [{"pointer": fault.pointer, "fault": fault.fault} for fault in faulty.faults]


def _places(faulty: Faulty) -> str:
    """Where the faults are, for the log: only members that the format names, never what a sender made up."""
    known = {"format", "sid", "slip_code", "simulated", "attachments", "applicant"}
    places = {fault.pointer.split("/")[1] if "/" in fault.pointer else "the whole" for fault in faulty.faults}
    return ", ".join(sorted(place if place in known | {"the whole"} else "another member" for place in places))


def _ids(body: bytes) -> dict[str, Json]:
    """The ids that a refused rating names, so that its sender knows the answer as ours."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(value, dict):
        return {}
    return {key: value[key] for key in ("rating_id", "sid") if isinstance(value.get(key), str)}


async def _body(request: Request, limit: int) -> bytes | None:
    """The whole body, or None when it is longer than `limit`."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit:
            return None
    return bytes(body)


def _not_tus(request: Request) -> Response | None:
    if request.headers.get("Tus-Resumable") == TUS["Tus-Resumable"]:
        return None
    return Response(status_code=412, headers={**TUS, "Tus-Version": TUS["Tus-Resumable"]})


def _not_bytes(request: Request) -> Response | None:
    if request.headers.get("Content-Type") == "application/offset+octet-stream":
        return None
    return Response(status_code=415, headers=TUS)


def _upload_refusal(outcome: Unknown | TooMuch | WrongDigest) -> Response:
    status = {Unknown: 404, TooMuch: 413, WrongDigest: 460}[type(outcome)]
    return Response(status_code=status, headers=TUS)


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


def _number(field: str | None) -> int | None:
    return int(field) if field is not None and field.isascii() and field.isdigit() and len(field) <= 15 else None
