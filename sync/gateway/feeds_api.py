"""What terminals ask for again and again, over HTTP: acknowledgements, cases, the catalogue, their configuration."""

import gzip
from collections.abc import Sequence
from typing import assert_never

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from sync.gateway.admission import Kind
from sync.gateway.answers import NO_STORE, json_bytes, number, refusal, signed_answer
from sync.gateway.catalogues import Catalogues, NoCatalogue, Offered, OtherSnapshot
from sync.gateway.configuration import Configurations
from sync.gateway.gate import FromTerminal, Message
from sync.gateway.reception import Reception
from sync.gateway.records import Signed, TerminalIdentity
from sync.wire.signatures import HEADER


class FeedRoutes:
    def __init__(self, reception: Reception, catalogues: Catalogues, configurations: Configurations) -> None:
        self._reception = reception
        self._catalogues = catalogues
        self._configurations = configurations
        self._packed: tuple[Signed, bytes] | None = None

    @property
    def messages(self) -> Sequence[Message]:
        return (
            FromTerminal("GET", "/v1/acknowledgements", Kind.SMALL, self.acknowledgements),
            FromTerminal("GET", "/v1/cases", Kind.SMALL, self.cases),
            FromTerminal("GET", "/v1/catalogue", Kind.SMALL, self.catalogue),
            FromTerminal("GET", "/v1/config", Kind.SMALL, self.configuration),
        )

    async def acknowledgements(self, request: Request, terminal: TerminalIdentity) -> Response:
        after = _cursor(request, "after")
        if after is None:
            return refusal(400, "after must be a whole number")
        return signed_answer(await run_in_threadpool(self._reception.acknowledgements, terminal, after))

    async def cases(self, request: Request, terminal: TerminalIdentity) -> Response:
        after = _cursor(request, "after")
        if after is None:
            return refusal(400, "after must be a whole number")
        return json_bytes(await run_in_threadpool(self._reception.cases, terminal, after))

    async def catalogue(self, request: Request, _: TerminalIdentity) -> Response:
        snapshot, cursor = request.query_params.get("snapshot"), request.query_params.get("cursor")
        at = number(cursor)
        if (snapshot is None) != (cursor is None) or (cursor is not None and at is None):
            return refusal(400, "snapshot and cursor go together, and the cursor is a whole number")
        outcome = await run_in_threadpool(self._catalogues.answer, snapshot, at)
        match outcome:
            case Offered(document, etag):
                tag = {"ETag": f'"{etag}"', "Vary": "Accept-Encoding"}
                if _has(request, etag):
                    return Response(status_code=304, headers={**NO_STORE, **tag})
                if "gzip" not in request.headers.get("Accept-Encoding", ""):
                    return signed_answer(document, tag)
                packed = await run_in_threadpool(self._gzipped, document)
                coding = {**NO_STORE, **tag, HEADER: document.signature, "Content-Encoding": "gzip"}
                return Response(packed, 200, coding, "application/json")
            case OtherSnapshot():
                return refusal(409, "other-snapshot")
            case NoCatalogue():
                return refusal(404, "no-catalogue")
        assert_never(outcome)

    async def configuration(self, request: Request, terminal: TerminalIdentity) -> Response:
        configured = await run_in_threadpool(self._configurations.answer, terminal)
        tag = {"ETag": f'"{configured.serial}"'}
        if _has(request, str(configured.serial)):
            return Response(status_code=304, headers={**NO_STORE, **tag})
        return signed_answer(configured.answer, tag)

    def _gzipped(self, document: Signed) -> bytes:
        """The last one is kept: all terminals fetch the same."""
        kept = self._packed
        if kept is None or kept[0] != document:
            kept = self._packed = (document, gzip.compress(document.content, mtime=0))
        return kept[1]


def _has(request: Request, etag: str) -> bool:
    return f'"{etag}"' in (one.strip() for one in request.headers.get("If-None-Match", "").split(","))


def _cursor(request: Request, name: str) -> int | None:
    """A cursor of the query, 0 without one; None when it is none."""
    field = request.query_params.get(name)
    return 0 if field is None else number(field)
