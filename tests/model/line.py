"""A line between the real client and the real gateway, in one process: each request may meet a fault."""

import asyncio
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from starlette.types import ASGIApp
from urllib3 import HTTPResponse

from tests.asgi_line import Answer, Asked, scope_of
from tests.model.virtual import VirtualClock

URL = "https://gateway.test"
PIECE_BYTES = 16_384
ROUND_TRIP_S = 0.08
TIME_OUT_S = 20.0
PORTAL = b"<html><title>Welcome to the Wi-Fi</title></html>"


class Crash(BaseException):
    """A process ended here."""


class Trouble(Enum):
    """What may befall one request."""

    NONE = "none"
    REQUEST_LOST = "request lost"
    CUT = "cut in the middle of the body"
    ANSWER_LOST = "answer lost"
    TWICE = "delivered twice"
    LATE = "delivered later, after others"
    ANSWER_TORN = "answer torn off"
    PORTAL = "a portal answers"
    BUSY = "the gateway is busy"
    BROKEN = "the gateway breaks"


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Line(BaseAdapter):
    """`trouble(method, path)` decides for each request; `app()` is the gateway that runs now, None while it is down.

    `peer` is the DER certificate of the terminal at this end. `crashed` is told when the gateway met a `Crash`.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        clock: VirtualClock,
        *,
        app: Callable[[], ASGIApp | None],
        peer: bytes,
        trouble: Callable[[str, str], tuple[Trouble, float]],
        crashed: Callable[[], None],
    ) -> None:
        super().__init__()
        self._loop = loop
        self._clock = clock
        self._app = app
        self._peer = peer
        self._trouble = trouble
        self._crashed = crashed
        self._late: list[Request] = []

    def close(self) -> None:
        self._late.clear()

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        path = urlsplit(str(request.url)).path
        trouble, share = self._trouble(str(request.method), path)
        app = self._app()
        if app is None or trouble is Trouble.REQUEST_LOST:
            self._clock.pass_s(ROUND_TRIP_S)
            raise requests.ConnectionError("the line is down")
        asked = Request(
            str(request.method),
            str(request.url),
            tuple(request.headers.items()),
            _body(request.body),  # type: ignore[arg-type]
        )
        if trouble is Trouble.PORTAL:
            return self._response(request, Answer(200, {"content-type": "text/html"}, PORTAL))
        if trouble is Trouble.BUSY:
            return self._response(request, Answer(429, {"retry-after": "7"}, b'{"reason":"busy"}'))
        if trouble is Trouble.BROKEN:
            return self._response(request, Answer(502, {}, b"bad gateway"))
        if trouble is Trouble.LATE:
            self._late.append(asked)
            self._clock.pass_s(TIME_OUT_S)
            raise requests.ReadTimeout("no answer")
        if trouble is Trouble.CUT:
            self._deliver(app, asked, most=int(len(asked.body) * share))
            raise requests.ConnectionError("cut off")
        answer = self._deliver(app, asked)
        if trouble is Trouble.TWICE:
            answer = self._deliver(app, asked)
        late, self._late = self._late, []
        for earlier in late:
            self._deliver(app, earlier)
        if trouble is Trouble.ANSWER_LOST:
            self._clock.pass_s(TIME_OUT_S)
            raise requests.ReadTimeout("no answer")
        if trouble is Trouble.ANSWER_TORN:
            answer = Answer(answer.status, answer.headers, answer.body[: int(len(answer.body) * share)])
        return self._response(request, answer)

    def _deliver(self, app: ASGIApp, asked: Request, *, most: int | None = None) -> Answer:
        self._clock.pass_s(ROUND_TRIP_S)
        try:
            return self._loop.run_until_complete(carried(app, asked, peer=self._peer, most=most))
        except Crash as crash:
            self._crashed()
            raise requests.ConnectionError("the gateway ended") from crash

    def _response(self, request: requests.PreparedRequest, answer: Answer) -> requests.Response:
        raw = HTTPResponse(
            body=io.BytesIO(answer.body), headers=dict(answer.headers), status=answer.status, preload_content=False
        )
        response = requests.Response()
        response.status_code = answer.status
        response.headers = requests.structures.CaseInsensitiveDict(answer.headers)
        response.raw = raw
        response.request = request
        response.url = str(request.url)
        return response


def _body(body: bytes | str | Iterable[bytes] | None) -> bytes:
    match body:
        case None:
            return b""
        case bytes():
            return body
        case str():
            return body.encode()
    return b"".join(body)


async def carried(app: ASGIApp, asked: Request, *, peer: bytes, most: int | None) -> Answer:
    """What the application answers to one request. With `most`, the line breaks after so many bytes of its body."""
    request = Asked(app, scope_of(asked.method, asked.url.removeprefix(URL), asked.headers, peer=peer))
    body = asked.body if most is None else asked.body[:most]
    pieces = [body[at : at + PIECE_BYTES] for at in range(0, len(body), PIECE_BYTES)] or [b""]
    for piece in pieces[:-1]:
        request.piece(piece)
    request.piece(pieces[-1], more=most is not None)
    if most is not None:
        request.goes_away()
    return await request.answer()
