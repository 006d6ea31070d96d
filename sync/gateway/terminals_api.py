"""Terminals and their gateway over HTTP: the authority, enrolment, renewal, journals, telemetry."""

from collections.abc import Sequence
from typing import assert_never

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from kiosk.submission import Json
from sync.gateway.admission import Kind
from sync.gateway.answers import NO_STORE, body_of, faulty_answer, json_answer, json_bytes, refusal
from sync.gateway.authority import CertificateAuthority
from sync.gateway.gate import FromAnybody, FromTerminal, Message
from sync.gateway.journals import Journals, JournalTaken
from sync.gateway.outcomes import Faulty, UnknownKey
from sync.gateway.records import TerminalIdentity
from sync.gateway.terminals import Enrolled, EnrolmentRefused, RenewalRefused, Terminals
from sync.wire.signatures import HEADER

REQUEST_LIMIT_BYTES = 20_000


class TerminalRoutes:
    def __init__(self, authority: CertificateAuthority, terminals: Terminals, journals: Journals) -> None:
        self._authority = authority
        self._terminals = terminals
        self._journals = journals

    @property
    def messages(self) -> Sequence[Message]:
        return (
            FromAnybody("GET", "/v1/authority", Kind.STRANGER, self.authority),
            FromAnybody("POST", "/v1/enrolment", Kind.STRANGER, self.enrol),
            FromAnybody("POST", "/v1/certificates/renew", Kind.STRANGER, self.renew),
            FromTerminal("POST", "/v1/audit", Kind.SMALL, self.audit),
            FromTerminal("POST", "/v1/telemetry", Kind.SMALL, self.telemetry),
        )

    async def authority(self, _: Request) -> Response:
        return PlainTextResponse(self._authority.certificate, headers=NO_STORE)

    async def enrol(self, request: Request) -> Response:
        body = await body_of(request, REQUEST_LIMIT_BYTES)
        outcome = await run_in_threadpool(self._terminals.enrol, body)
        match outcome:
            case Enrolled(answer):
                return json_bytes(answer)
            case EnrolmentRefused(reason, tries_left):
                left: dict[str, Json] = {} if tries_left is None else {"tries_left": tries_left}
                return refusal(403, reason, **left)
            case Faulty():
                return faulty_answer(outcome)
        assert_never(outcome)

    async def renew(self, request: Request) -> Response:
        body = await body_of(request, REQUEST_LIMIT_BYTES)
        outcome = await run_in_threadpool(self._terminals.renew, body, request.headers.get(HEADER))
        match outcome:
            case Enrolled(answer):
                return json_bytes(answer)
            case RenewalRefused(reason):
                return refusal(403, reason)
            case Faulty():
                return faulty_answer(outcome)
        assert_never(outcome)

    async def audit(self, request: Request, terminal: TerminalIdentity) -> Response:
        body = await body_of(request)
        address = request.client.host if request.client else "-"
        signature = request.headers.get(HEADER)
        outcome = await run_in_threadpool(self._journals.take, terminal, body, signature, address=address)
        match outcome:
            case JournalTaken(seq, digest, findings):
                return json_answer(200, {"seq": seq, "digest": digest, "findings": list(findings)})
            case Faulty():
                return faulty_answer(outcome)
            case UnknownKey():
                return refusal(401, "unknown-key")
        assert_never(outcome)

    async def telemetry(self, request: Request, terminal: TerminalIdentity) -> Response:
        body = await body_of(request, REQUEST_LIMIT_BYTES)
        outcome = await run_in_threadpool(self._journals.telemetry, terminal, body)
        return Response(status_code=204, headers=NO_STORE) if outcome is None else faulty_answer(outcome)
