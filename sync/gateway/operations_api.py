"""What the operator asks over HTTP: health, the description of all routes, Prometheus' metrics."""

import secrets
from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from sync.gateway.admission import Kind
from sync.gateway.answers import NO_STORE, json_answer, json_bytes, refusal
from sync.gateway.gate import FromAnybody, Message
from sync.gateway.metrics import CONTENT_TYPE, Metrics
from sync.gateway.openapi import document


class OperationRoutes:
    """`died`: names what of this process no longer works, and would only after a new start."""

    def __init__(
        self, metrics: Metrics, *, admin_token: str, simulated: bool, died: Callable[[], Sequence[str]]
    ) -> None:
        self._died = died
        self._metrics = metrics
        self._authorization = f"Bearer {admin_token}".encode()
        self._simulated = simulated
        self._document = document()

    @property
    def messages(self) -> Sequence[Message]:
        return (
            FromAnybody("GET", "/v1/health", Kind.FREE, self.health),
            FromAnybody("GET", "/v1/openapi.json", Kind.FREE, self.openapi),
            FromAnybody("GET", "/metrics", Kind.FREE, self.metrics),
        )

    async def health(self, _: Request) -> Response:
        died = self._died()
        if died:
            return refusal(503, "died", parts=list(died))
        return json_answer(200, {"status": "ok", "simulated": self._simulated})

    async def openapi(self, _: Request) -> Response:
        return json_bytes(self._document)

    async def metrics(self, request: Request) -> Response:
        shown = request.headers.get("Authorization", "").encode("utf-8", "replace")
        if not secrets.compare_digest(shown, self._authorization):
            answer = refusal(401, "no-admin-token")
            answer.headers["WWW-Authenticate"] = "Bearer"
            return answer
        return Response(await run_in_threadpool(self._metrics.page), 200, {**NO_STORE, "Content-Type": CONTENT_TYPE})
