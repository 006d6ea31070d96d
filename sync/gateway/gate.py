"""What every request passes, whatever it asks: admission, who speaks, trouble of the disk, the log and the counts."""

import logging
import secrets
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from sync.gateway.admission import Admission, Admitted, ComeAgain, Kind
from sync.gateway.answers import TooLarge, TooSlow, refusal
from sync.gateway.logs import log_event
from sync.gateway.manifest_rules import is_sid
from sync.gateway.metrics import Metrics
from sync.gateway.peers import NoCertificate, Peers, RanOut, UnknownCertificate, source_of
from sync.gateway.ports import TerminalRegister
from sync.gateway.records import Revoked, TerminalIdentity

log = logging.getLogger(__name__)
DISK_TROUBLE_RETRY_S = 30
NOTE_EVERY = timedelta(minutes=1)
LATELY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class FromTerminal:
    """A message that only a terminal of ours may send."""

    method: str
    path: str
    kind: Kind
    answer: Callable[[Request, TerminalIdentity], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class FromAnybody:
    """A message that needs no certificate; what it proves itself with is its own affair."""

    method: str
    path: str
    kind: Kind
    answer: Callable[[Request], Awaitable[Response]]


Message = FromTerminal | FromAnybody


class Heard:
    """When each terminal spoke last. Its row is written at most once a minute."""

    def __init__(self, terminals: TerminalRegister, now: Callable[[], datetime]) -> None:
        self._terminals = terminals
        self._now = now
        self._lock = threading.Lock()
        self._noted: dict[str, datetime] = {}

    def is_news(self, terminal: str) -> bool:
        """Whether its row should be written again."""
        now = self._now()
        with self._lock:
            noted = self._noted.get(terminal)
            if noted is not None and abs(now - noted) < NOTE_EVERY:
                return False
            self._noted[terminal] = now
            return True

    def note(self, terminal: str, address: str) -> None:
        self._terminals.seen(terminal, address, self._now())

    def lately(self) -> int:
        since = self._now() - LATELY
        with self._lock:
            return sum(noted >= since for noted in self._noted.values())


class Gate:
    """Turns messages into routes that answer only what may pass."""

    def __init__(self, peers: Peers, admission: Admission, metrics: Metrics, heard: Heard) -> None:
        self._peers = peers
        self._admission = admission
        self._metrics = metrics
        self._heard = heard

    def route(self, message: Message) -> Route:
        async def endpoint(request: Request) -> Response:
            return await self._watched(message, request)

        return Route(message.path, endpoint, methods=[message.method])

    async def _watched(self, message: Message, request: Request) -> Response:
        request_id, started_s, status = secrets.token_hex(8), time.perf_counter(), 500
        try:
            response = await self._answered(message, request)
            response.headers["X-Request-Id"] = request_id
            status = response.status_code
            return response
        finally:
            took_s = time.perf_counter() - started_s
            self._metrics.answered(message.method, message.path, status, took_s)
            sid = request.path_params.get("sid", getattr(request.state, "sid", ""))
            log_event(
                log,
                logging.ERROR if status >= 500 else logging.INFO,
                "request",
                {
                    "request": request_id,
                    "method": message.method,
                    "route": message.path,
                    "status": status,
                    "ms": round(took_s * 1000, 1),
                    "terminal": getattr(request.state, "terminal", None),
                    "sid": sid if is_sid(sid) else None,
                    "trouble": getattr(request.state, "trouble", None),
                },
            )

    async def _answered(self, message: Message, request: Request) -> Response:
        try:
            return await self._passed(message, request)
        except TooLarge as too_large:
            sid = request.path_params.get("sid", "")
            return refusal(413, "too-large", limit=too_large.limit, **({"sid": sid} if is_sid(sid) else {}))
        except TooSlow:
            return refusal(408, "too-slow")
        except ClientDisconnect:
            return refusal(400, "gone-away")  # nobody reads this
        except OSError as error:
            request.state.trouble = type(error).__name__
            response = refusal(503, "disk-trouble")
            response.headers["Retry-After"] = str(DISK_TROUBLE_RETRY_S)
            return response

    async def _passed(self, message: Message, request: Request) -> Response:
        if isinstance(message, FromTerminal) and not self._peers.says_who(request.scope):
            return refusal(401, "no-certificate")  # and takes nobody's place
        admitted = self._admission.ask(message.kind, source_of(request.scope))
        match admitted:
            case ComeAgain(retry_after_s):
                self._metrics.asked_to_come_again(message.kind)
                response = refusal(429, "too-many")
                response.headers["Retry-After"] = str(retry_after_s)
                return response
            case Admitted():
                pass
            case _:
                assert_never(admitted)
        if isinstance(message, FromAnybody):
            return await message.answer(request)
        peer = self._peers.of(request.scope)  # a row or two by their keys: less than a thread's change
        match peer:
            case TerminalIdentity(code):
                request.state.terminal = code
                if self._heard.is_news(code):
                    await run_in_threadpool(self._heard.note, code, request.client.host if request.client else "-")
                return await message.answer(request, peer)
            case Revoked(code):
                request.state.terminal = code
                return refusal(403, "revoked")
            case RanOut(code):
                request.state.terminal = code
                return refusal(401, "certificate-ran-out")
            case NoCertificate():
                return refusal(401, "no-certificate")
            case UnknownCertificate():
                return refusal(401, "unknown-certificate")
        assert_never(peer)
