"""A line to an ASGI application without a socket: every message that goes over it is the test's own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

Application = Callable[..., Awaitable[None]]
PATIENCE_S = 20.0


@dataclass(frozen=True)
class Answer:
    """`headers` by their lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Asked:
    """A request under way: its body is sent piece by piece, its answer comes when the application gives one."""

    def __init__(self, app: Application, scope: Mapping[str, Any]) -> None:
        self._sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._started: dict[str, Any] = {}
        self._body = bytearray()
        self._task = asyncio.create_task(app(dict(scope), self._receive, self._send))  # type: ignore[arg-type]

    def piece(self, body: bytes, *, more: bool = True) -> None:
        self._sent.put_nowait({"type": "http.request", "body": body, "more_body": more})

    def goes_away(self) -> None:
        self._sent.put_nowait({"type": "http.disconnect"})

    @property
    def waits_for_more(self) -> bool:
        """Whether the application has taken all that was sent."""
        return self._sent.empty()

    async def answer(self) -> Answer:
        await asyncio.wait_for(self._task, PATIENCE_S)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in self._started["headers"]}
        empty = self._started["status"] in (204, 304)
        assert ("content-length" not in headers) == empty or "transfer-encoding" in headers, "a length, unless empty"
        return Answer(self._started["status"], headers, bytes(self._body))

    async def _receive(self) -> dict[str, Any]:
        return await self._sent.get()

    async def _send(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self._started = dict(message)
        else:
            self._body += message.get("body", b"")


def scope_of(
    method: str,
    target: str,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    *,
    peer: bytes | None = None,
    client: str = "127.0.0.1",
) -> dict[str, Any]:
    path, _, query = target.partition("?")
    pairs: Iterable[tuple[str, str]] = headers.items() if isinstance(headers, Mapping) else headers
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http" if peer is None else "https",
        "path": unquote(path),
        "raw_path": path.encode("utf-8", "replace"),
        "query_string": query.encode("utf-8", "replace"),
        "root_path": "",
        "headers": [
            (name.lower().encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in pairs
        ],
        "client": (client, 1),
        "server": ("127.0.0.1", 80),
        "extensions": {} if peer is None else {"hall.peer": peer},
        "state": {},
    }


def begin(app: Application, method: str, target: str, headers: Mapping[str, str] | None = None, **who: Any) -> Asked:
    """A request whose body is still to come. To be called in an event loop."""
    return Asked(app, scope_of(method, target, headers or {}, **who))


async def ask(
    app: Application,
    method: str,
    target: str,
    headers: Mapping[str, str] | None = None,
    body: bytes | Sequence[bytes] = b"",
    **who: Any,
) -> Answer:
    """One whole request and its answer. To be called in an event loop."""
    asked = begin(app, method, target, headers, **who)
    pieces = [body] if isinstance(body, bytes) else list(body)
    for piece in pieces[:-1]:
        asked.piece(piece)
    asked.piece(pieces[-1], more=False)
    return await asked.answer()


@asynccontextmanager
async def running(app: Application) -> AsyncIterator[None]:
    """The application's lifespan."""
    received: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    sent: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
    task = asyncio.create_task(app({"type": "lifespan", "state": {}}, received.get, sent.put))  # type: ignore[arg-type]
    received.put_nowait({"type": "lifespan.startup"})
    assert (await asyncio.wait_for(sent.get(), PATIENCE_S))["type"] == "lifespan.startup.complete"
    try:
        yield
    finally:
        received.put_nowait({"type": "lifespan.shutdown"})
        await asyncio.wait_for(task, PATIENCE_S)
