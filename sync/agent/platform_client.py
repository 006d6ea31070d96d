"""The terminal's words to the gateway about one submission, and which answers to them count.

A manifest goes out signed by this terminal. A receipt is believed when one of our gateway's keys signed it and it names
this sid and this fingerprint: an old one repeated, or another's, is no step forward.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kiosk.check_digits import is_receipt_number
from kiosk.submission import Json, Rating, Receipt, canonical
from sync.agent.exchange import Again, Answer, Conflicting, Exchange, Gone, Rejected
from sync.agent.schedule import Trouble
from sync.wire.headers import LIFE_HEADER
from sync.wire.signatures import HEADER, SigningKey, is_signed, parse_signature

ACKNOWLEDGEMENT = "hall-terminal/acknowledgement/1"
AS_JSON = {"Content-Type": "application/json"}
LIFE = re.compile(r"[0-9a-f]{1,64}")


@dataclass(frozen=True, slots=True)
class Announced:
    """The gateway knows the manifest; it lacks the blobs with these digests. `life`: its own, from its start on."""

    missing: frozenset[str]
    life: str | None = None


@dataclass(frozen=True, slots=True)
class NotWhole:
    """The gateway would commit, but lacks these blobs."""

    missing: frozenset[str]


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """`acknowledgement` as it came, with the line of its verified signature."""

    receipt: Receipt
    acknowledgement: bytes
    signature: str


@dataclass(frozen=True, slots=True)
class RatingTaken:
    pass


@dataclass(frozen=True, slots=True)
class Signed:
    """Bytes that our gateway signed, and what they say: a JSON object of the format that was expected."""

    content: bytes
    line: str
    document: Mapping[str, Json]


class PlatformClient:
    """`signing`: this terminal's key. `gateway_keys`: key id to 32 raw public bytes, whose signatures count."""

    def __init__(self, exchange: Exchange, *, signing: SigningKey, gateway_keys: Mapping[str, bytes]) -> None:
        self.exchange = exchange
        self._signing = signing
        self._gateway_keys = gateway_keys

    def announce(self, sid: str, fingerprint: str, manifest: bytes) -> Announced | Rejected | Conflicting | Again:
        answer = self.ask_signed("PUT", f"v1/submissions/{sid}", manifest)
        if isinstance(answer, Again):
            return answer
        if answer.status in (200, 201):
            said = answer.names(sid=sid, fingerprint=fingerprint)
            missing, life = _digests(said), None if said is None else said.get("life")
            is_life = isinstance(life, str) and LIFE.fullmatch(life) is not None
            return answer.again() if missing is None else Announced(missing, str(life) if is_life else None)
        if answer.status in (413, 422) and answer.names(sid=sid) is not None:
            return Rejected(answer.body)
        if answer.status == 409 and answer.names(sid=sid) is not None:
            return Conflicting(answer.body)
        if answer.status == 403 and answer.names(sid=sid, reason="other-terminal") is not None:
            return Conflicting(answer.body)
        return answer.again()

    def commit(
        self, sid: str, fingerprint: str, *, life: str | None = None, earlier: tuple[bytes, str] | None = None
    ) -> Acknowledged | NotWhole | Gone | Again:
        """`life`: of the gateway that it was announced to; another one does not take this commit. `earlier`: the
        acknowledgement it had before the platform was restored, and its signature's line."""
        body, headers = (b"", {}) if earlier is None else (earlier[0], {**AS_JSON, HEADER: earlier[1]})
        headers |= {} if life is None else {LIFE_HEADER: life}
        answer = self.exchange.ask("POST", f"v1/submissions/{sid}/commit", body=body, headers=headers)
        if isinstance(answer, Again):
            return answer
        if answer.status == 200:
            signed = self.verified(answer, ACKNOWLEDGEMENT)
            if isinstance(signed, Again):
                return signed
            receipt = _receipt(sid, fingerprint, signed.document)
            if receipt is None:
                return Again("an acknowledgement of something else", Trouble.CASE)
            return Acknowledged(receipt, signed.content, signed.line)
        if answer.status == 409 and answer.names(sid=sid, reason="other-life") is not None:
            return Gone()
        if answer.status == 409:
            missing = _digests(answer.names(sid=sid))
            return answer.again() if missing is None else NotWhole(missing)
        if answer.status == 404 and answer.names(sid=sid) is not None:
            return Gone()
        return answer.again()

    def rate(self, rating: Rating) -> RatingTaken | Rejected | Conflicting | Again:
        body = canonical(
            {
                "rating_id": rating.rating_id,
                "sid": rating.sid,
                "level": rating.level,
                "given_at": rating.given_at.isoformat(),
            }
        )
        answer = self.exchange.ask("POST", "v1/ratings", body=body, headers=AS_JSON)
        if isinstance(answer, Again):
            return answer
        if answer.names(rating_id=rating.rating_id, sid=rating.sid) is None:
            return answer.again()
        match answer.status:
            case 200 | 201:
                return RatingTaken()
            case 422:
                return Rejected(answer.body)
            case 409:
                return Conflicting(answer.body)
        return answer.again()

    def ask_signed(self, method: str, path: str, content: bytes) -> Answer | Again:
        """Send `content` with this terminal's signature."""
        headers = {**AS_JSON, HEADER: self._signing.sign(content).line}
        return self.exchange.ask(method, path, body=content, headers=headers)

    def verified(self, answer: Answer, format_: str) -> Signed | Again:
        """What a 200 holds, once its bytes are known to be our gateway's. `Again` with UNREACHABLE: a portal's page;
        with CASE: it looks like ours, and is not signed so, or is something else that is."""
        line = answer.headers.get(HEADER, "")
        signature = parse_signature(line)
        if signature is None or not is_signed(answer.body, signature, self._gateway_keys):
            if answer.names() is None:
                return answer.again()
            return Again("not signed by our gateway", Trouble.CASE)
        document = answer.names(format=format_)
        if document is None:
            return Again("signed, but something else", Trouble.CASE)
        return Signed(answer.body, line, document)


def _digests(answer: Mapping[str, Json] | None) -> frozenset[str] | None:
    missing = None if answer is None else answer.get("missing")
    if not isinstance(missing, list):
        return None
    digests = frozenset(digest for digest in missing if isinstance(digest, str))
    return digests if len(digests) == len(missing) else None


def _receipt(sid: str, fingerprint: str, acknowledgement: Mapping[str, Json]) -> Receipt | None:
    if acknowledgement.get("sid") != sid or acknowledgement.get("fingerprint") != fingerprint:
        return None
    number, at = acknowledgement.get("receipt_number"), time_of(acknowledgement.get("received_at"))
    if not isinstance(number, str) or not is_receipt_number(number) or at is None:
        return None
    return Receipt(sid, number, at)


def time_of(written: Json) -> datetime | None:
    """RFC 3339 with a zone; None for anything else."""
    if not isinstance(written, str):
        return None
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return None
    return None if at.tzinfo is None else at
