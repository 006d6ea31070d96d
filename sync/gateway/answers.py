"""How requests are read and answers written, for every route alike: bounded bodies, JSON, signed documents."""

import asyncio
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from kiosk.submission import Json, canonical
from sync.gateway.manifest_rules import BODY_LIMIT_BYTES, ManifestFault, is_sid
from sync.gateway.outcomes import Faulty
from sync.gateway.records import Signed
from sync.wire.signatures import HEADER

NO_STORE = {"Cache-Control": "no-store"}
BODY_WITHIN_S = 60.0


class TooLarge(Exception):
    """The body is longer than the route takes. Answered with 413."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} bytes")
        self.limit = limit


class TooSlow(Exception):
    """The body did not come in time. Answered with 408."""


async def body_of(request: Request, limit: int = BODY_LIMIT_BYTES) -> bytes:
    """The whole body. Raises TooLarge, TooSlow, ClientDisconnect."""
    if (number(request.headers.get("Content-Length")) or 0) > limit:
        raise TooLarge(limit)
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            async for part in request.stream():
                body += part
                if len(body) > limit:
                    raise TooLarge(limit)
    except TimeoutError as error:
        raise TooSlow from error
    return bytes(body)


def json_answer(status: int, value: Mapping[str, Json], headers: Mapping[str, str] | None = None) -> Response:
    return Response(canonical(value), status, {**NO_STORE, **(headers or {})}, "application/json")


def json_bytes(content: bytes) -> Response:
    """What is canonical JSON already."""
    return Response(content, 200, NO_STORE, "application/json")


def signed_answer(document: Signed, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        document.content, 200, {**NO_STORE, HEADER: document.signature, **(headers or {})}, "application/json"
    )


def refusal(status: int, reason: str, **members: Json) -> Response:
    return json_answer(status, {**members, "reason": reason})


def faulty_answer(faulty: Faulty, **members: Json) -> Response:
    faults: list[Json] = [{"pointer": _plain(fault), "fault": fault.fault} for fault in faulty.faults]
    return json_answer(422, {**members, "faults": faults})


def named(sid: str) -> dict[str, Json]:
    """The member that names a submission, when it is a sid at all: nothing else is ever sent back."""
    return {"sid": sid} if is_sid(sid) else {}


def number(field: str | None) -> int | None:
    """A whole number of a header or a query; None when it is none."""
    return int(field) if field is not None and field.isascii() and field.isdigit() and len(field) <= 15 else None


def _plain(fault: ManifestFault) -> str:
    """Its pointer, in which a sender may have put what is no text."""
    return fault.pointer.encode("utf-8", "replace").decode()
