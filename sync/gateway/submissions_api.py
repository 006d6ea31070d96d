"""Submitting over HTTP: manifests, commits, ratings."""

import json
from collections.abc import Sequence
from typing import assert_never

from starlette.requests import Request
from starlette.responses import Response

from kiosk.submission import Json
from sync.gateway.admission import Kind
from sync.gateway.answers import body_of, faulty_answer, json_answer, named, refusal, signed_answer
from sync.gateway.gate import FromTerminal, Message
from sync.gateway.manifest_rules import is_sid
from sync.gateway.metrics import Metrics
from sync.gateway.outcomes import Faulty, OtherTerminal, SomethingElse, Unknown, UnknownKey
from sync.gateway.reception import Known, Missing, OtherLife, Rated, Received, Reception
from sync.gateway.records import Signed, TerminalIdentity
from sync.gateway.store_thread import StoreThread
from sync.wire.headers import LIFE_HEADER
from sync.wire.signatures import HEADER


class SubmissionRoutes:
    def __init__(self, reception: Reception, metrics: Metrics, store: StoreThread) -> None:
        self._reception = reception
        self._store = store
        self._metrics = metrics

    @property
    def messages(self) -> Sequence[Message]:
        return (
            FromTerminal("PUT", "/v1/submissions/{sid}", Kind.SMALL, self.announce),
            FromTerminal("POST", "/v1/submissions/{sid}/commit", Kind.SMALL, self.commit),
            FromTerminal("POST", "/v1/ratings", Kind.SMALL, self.rate),
        )

    async def announce(self, request: Request, terminal: TerminalIdentity) -> Response:
        sid: str = request.path_params["sid"]
        body = await body_of(request)
        signature = request.headers.get(HEADER)
        outcome = await self._store.run(self._reception.announce, terminal, sid, body, signature)
        match outcome:
            case Known(manifest, missing, new):
                self._metrics.submissions.inc(new)
                answer: dict[str, Json] = {
                    "sid": sid,
                    "fingerprint": manifest.fingerprint,
                    "missing": list(missing),
                    "life": self._reception.life,
                }
                return json_answer(201 if new else 200, answer)
            case Faulty():
                request.state.trouble = _places(outcome)
                return faulty_answer(outcome, **named(sid))
            case SomethingElse():
                return refusal(409, "other-fingerprint", **named(sid))
            case OtherTerminal():
                return refusal(403, "other-terminal", **named(sid))
            case UnknownKey():
                return refusal(401, "unknown-key", **named(sid))
        assert_never(outcome)

    async def commit(self, request: Request, terminal: TerminalIdentity) -> Response:
        sid: str = request.path_params["sid"]
        body = await body_of(request)
        if not is_sid(sid):
            return refusal(404, "unknown")
        earlier = Signed(body, request.headers.get(HEADER, "")) if body else None
        outcome = await self._store.run(
            self._reception.commit, terminal, sid, earlier, life=request.headers.get(LIFE_HEADER)
        )
        match outcome:
            case Received(answer):
                self._metrics.commits.inc()
                return signed_answer(answer)
            case Missing(digests):
                return refusal(409, "missing", sid=sid, missing=list(digests))
            case OtherLife():
                return refusal(409, "other-life", sid=sid, missing=[])
            case Unknown():
                return refusal(404, "unknown", sid=sid)
        assert_never(outcome)

    async def rate(self, request: Request, terminal: TerminalIdentity) -> Response:
        body = await body_of(request)
        outcome = await self._store.run(self._reception.rate, terminal, body)
        if isinstance(outcome, Rated):
            ids = {"rating_id": outcome.rating.rating_id, "sid": outcome.rating.sid}
            return json_answer(201 if outcome.new else 200, ids)
        refused = _ids(body)
        match outcome:
            case Faulty():
                return faulty_answer(outcome, **refused)
            case SomethingElse():
                return refusal(409, "other-rating", **refused)
            case Unknown():
                return refusal(404, "unknown", **refused)
        assert_never(outcome)


def _places(faulty: Faulty) -> str:
    """Where the faults are, for the log: only members that the format names, never what a sender made up."""
    known = {"format", "sid", "slip_code", "simulated", "attachments", "applicant", "terminal"}
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
    ids = {key: value.get(key) for key in ("rating_id", "sid")}
    return {key: one for key, one in ids.items() if isinstance(one, str) and is_sid(one)}
