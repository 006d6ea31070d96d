"""The gateway's messages as one ASGI application."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from sync.gateway.answers import json_answer
from sync.gateway.gate import Gate, Message
from sync.gateway.hand_on import HandOnWorker
from sync.gateway.upkeep import Upkeep


def application(gate: Gate, messages: Sequence[Message], worker: HandOnWorker, upkeep: Upkeep) -> Starlette:
    """Every message through the gate; the lifespan runs the worker and the upkeep."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        worker.start()
        keeping_up = asyncio.create_task(upkeep.run())
        try:
            yield
        finally:
            keeping_up.cancel()
            await run_in_threadpool(worker.stop)

    app = Starlette(
        lifespan=lifespan,
        exception_handlers={HTTPException: _no_such_route},
        routes=[gate.route(message) for message in messages],
    )
    app.router.redirect_slashes = False
    return app


async def _no_such_route(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    reason = {404: "no-such-route", 405: "no-such-method"}.get(error.status_code, "refused")
    return json_answer(error.status_code, {"reason": reason}, error.headers)
