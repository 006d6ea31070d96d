"""What the city tells and fetches over HTTP, proven by the key that it shares with the webhook."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from sync.gateway.admission import Kind
from sync.gateway.answers import NO_STORE, body_of, faulty_answer, json_answer, refusal
from sync.gateway.city import CaseTaken, City, WrongSignature
from sync.gateway.gate import FromAnybody, Message
from sync.gateway.outcomes import Faulty, SomethingElse, Unknown
from sync.gateway.ports import Objects
from sync.gateway.uploads import DIGEST

CITY_HEADER = "Hall-City-Signature"


class CityRoutes:
    def __init__(self, city: City, objects: Objects) -> None:
        self._city = city
        self._objects = objects

    @property
    def messages(self) -> Sequence[Message]:
        return (
            FromAnybody("POST", "/v1/city/cases", Kind.STRANGER, self.case),
            FromAnybody("GET", "/v1/city/blobs/{digest}", Kind.STRANGER, self.blob),
        )

    async def case(self, request: Request) -> Response:
        body = await body_of(request)
        outcome = await run_in_threadpool(self._city.case, body, request.headers.get(CITY_HEADER))
        match outcome:
            case CaseTaken():
                return json_answer(200, {"taken": True})
            case WrongSignature():
                return refusal(403, "wrong-signature")
            case Unknown():
                return refusal(404, "unknown")
            case SomethingElse():
                return refusal(409, "other-fingerprint")
            case Faulty():
                return faulty_answer(outcome)
        assert_never(outcome)

    async def blob(self, request: Request) -> Response:
        digest: str = request.path_params["digest"]
        if DIGEST.fullmatch(digest) is None:
            return refusal(404, "unknown")
        path = f"/v1/city/blobs/{digest}"
        if not await run_in_threadpool(self._city.may_fetch, path, request.headers.get(CITY_HEADER)):
            return refusal(403, "wrong-signature")
        try:
            pieces = await run_in_threadpool(_opened, self._objects, digest)
        except FileNotFoundError:
            return refusal(404, "unknown")
        return StreamingResponse(pieces, 200, NO_STORE, "application/octet-stream")


def _opened(objects: Objects, digest: str) -> Iterator[bytes]:
    """The pieces, when there is a first one to be had. Raises FileNotFoundError."""
    pieces = objects.pieces(digest)
    first = next(pieces, b"")

    def all_of_them() -> Iterator[bytes]:
        yield first
        yield from pieces

    return all_of_them()
