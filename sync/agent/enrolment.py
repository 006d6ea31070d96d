"""How a terminal becomes somebody at its gateway, and stays so: enrolment with a one-time code, and renewal.

Nothing of ours is sent before the server has proved that the authority named in the code certifies it, and the keys
lie on the disk before they are asked about: an answer that was lost is asked for again with the same request.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization

from kiosk.clock import MAY_DIFFER
from kiosk.submission import canonical
from sync.agent.anonymous_line import Answered, NotBelieved, Unreachable, ask, clock_differs, trusting, trusting_nobody
from sync.outbox.identity import Draft, Identity, gateway_keys_of, generation, keep_identity, kept_draft, renewal_draft
from sync.wire.enrolment_code import EnrolmentCode
from sync.wire.json_object import read_object
from sync.wire.signatures import HEADER, is_signed, parse_signature

RENEWAL_FORMAT = "hall-terminal/renewal/1"
RENEW_AFTER = 2 / 3  # of a certificate's life
RENEW_LATE = timedelta(days=90)


class Why(Enum):
    """What stood in the way."""

    NO_NETWORK = "no-network"
    NOT_A_GATEWAY = "not-a-gateway"
    OTHER_AUTHORITY = "other-authority"  # somebody in between, or a code of another platform
    FOREIGN_CERTIFICATE = "foreign-certificate"
    CLOCK = "clock"
    WRONG_CODE = "wrong"
    USED = "used"
    LATE = "late"
    LOCKED = "locked"
    REVOKED = "revoked"
    TOO_LATE = "too-late"
    UNKNOWN_KEY = "unknown-key"
    ENROLLED_ANEW = "enrolled-anew"  # while a renewal was under way, which then counts no more
    DISK = "disk"


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing has changed. `detail`: what the machine says, for whoever looks closer."""

    why: Why
    detail: str = ""
    tries_left: int | None = None


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The identity is kept. `not_before`: about now, by the gateway's clock. The first configuration is the gateway's,
    its signature is checked."""

    not_before: datetime
    not_after: datetime
    configuration: bytes
    configuration_signature: str


@dataclass(frozen=True, slots=True)
class Renewed:
    not_after: datetime


@dataclass(frozen=True, slots=True)
class _Certified:
    certificate: str
    authority: str
    gateway_keys: Mapping[str, bytes]
    not_before: datetime
    not_after: datetime


def enrol(directory: Path, code: EnrolmentCode, gateway_url: str, *, now: datetime) -> Enrolled | Refused:
    """Become the code's terminal, with keys made here. `directory` is the store's; `now` is our clock's word.

    An identity that is there serves until the new one is whole. Raises ValueError when the address is not https.
    """
    authority = _authority_of(code, gateway_url, now)
    if isinstance(authority, Refused):
        return authority
    try:
        draft = kept_draft(directory, code.terminal)
        body = {
            "terminal": code.terminal,
            "secret": code.secret,
            "csr": draft.request,
            "signing_key": base64.b64encode(draft.signing.public).decode(),
        }
        answer = _asked(ask(gateway_url, "/v1/enrolment", trusting(authority, by_our_clock=True), body=canonical(body)))
        if isinstance(answer, Refused):
            return answer
        certified = _certified(answer, draft, now)
        if isinstance(certified, Refused):
            return certified
        if certified.authority != authority:
            return Refused(Why.OTHER_AUTHORITY, "the certificate came with another authority than the code's")
        configuration = answer.get("configuration"), answer.get("configuration_signature")
        match configuration:
            case (str(text), str(line)) if _holds(text, line, certified.gateway_keys):
                _keep(directory, draft, certified, gateway_url)
                return Enrolled(certified.not_before, certified.not_after, text.encode(), line)
        return Refused(Why.NOT_A_GATEWAY, "the first configuration is not signed by the gateway")
    except OSError as trouble:
        return Refused(Why.DISK, trouble.strerror or str(trouble))


def renewal_due(identity: Identity, now: datetime) -> bool:
    """From two thirds of the certificate's life on, for as long as the gateway may still renew it."""
    life = identity.not_after - identity.not_before
    return identity.not_before + life * RENEW_AFTER <= now <= identity.not_after + RENEW_LATE


def renew(directory: Path, identity: Identity, *, now: datetime) -> Renewed | Refused:
    """A new certificate for a new TLS key; the signing key stays, and vouches for the request.

    It goes without a client certificate, which may have run out; a clock that is wrong does not stand in the way.
    """
    try:
        draft = renewal_draft(identity)
        content = canonical(
            {
                "format": RENEWAL_FORMAT,
                "terminal": identity.terminal,
                "csr": draft.request,
                "at": now.astimezone(UTC).isoformat(timespec="seconds"),
            }
        )
        context = trusting(identity.authority.read_text("ascii"), by_our_clock=False)
        headers = {HEADER: identity.signing.sign(content).line}
        asked = ask(identity.gateway_url, "/v1/certificates/renew", context, body=content, headers=headers)
        answer = _asked(asked)
        if isinstance(answer, Refused):
            return answer
        certified = _certified(answer, draft, None)
        if isinstance(certified, Refused):
            return certified
        if generation(directory) != identity.tls_key.parent.name:
            return Refused(Why.ENROLLED_ANEW)
        _keep(directory, draft, certified, identity.gateway_url)
        return Renewed(certified.not_after)
    except OSError as trouble:
        return Refused(Why.DISK, trouble.strerror or str(trouble))


def _authority_of(code: EnrolmentCode, gateway_url: str, now: datetime) -> str | Refused:
    """The authority's certificate (PEM, no other with it), from whoever answers; proved by the code alone."""
    match ask(gateway_url, "/v1/authority", trusting_nobody()):
        case Unreachable(why) | NotBelieved(why):
            return Refused(Why.NO_NETWORK, why)
        case Answered(status=200, content=content) as answer:
            try:
                authority = x509.load_pem_x509_certificate(content)
            except ValueError:
                return Refused(Why.NOT_A_GATEWAY, "it answered something that is no certificate")
            if code.names(_der(authority)):
                return _pem(authority)  # it alone: whoever answers may have laid his own behind it
            hint = " (its clock is quite different from ours)" if clock_differs(answer, now) else ""
            return Refused(Why.OTHER_AUTHORITY, f"the authority that answered is not the code's{hint}")
        case Answered(status=status):
            return Refused(Why.NOT_A_GATEWAY, f"it answered {status} when asked for its authority")


def _asked(asked: Answered | Unreachable | NotBelieved) -> Mapping[str, Any] | Refused:
    """What a gateway answered, or its refusal."""
    match asked:
        case Unreachable(why):
            return Refused(Why.NO_NETWORK, why)
        case NotBelieved(why, out_of_time):
            return Refused(Why.CLOCK if out_of_time else Why.FOREIGN_CERTIFICATE, why)
        case Answered(status, content):
            answer = read_object(content)
    match status, answer:
        case 200, dict():
            return answer
        case 403, {"reason": "wrong", "tries_left": int(tries_left)}:
            return Refused(Why.WRONG_CODE, tries_left=tries_left)
        case 403, {"reason": ("used" | "late" | "locked" | "revoked" | "too-late" | "unknown-key") as reason}:
            return Refused(Why(reason))
        case ((429 | 502 | 503 | 504), _):
            return Refused(Why.NO_NETWORK, f"it is busy ({status})")
    return Refused(Why.NOT_A_GATEWAY, f"it answered {status}")


def _certified(answer: Mapping[str, Any], draft: Draft, now: datetime | None) -> _Certified | Refused:
    """The certificate in an answer, once it is known to be for our key, of its authority, and good `now` if given."""
    match answer:
        case {"certificate": str(certificate), "authority": str(authority), "gateway_keys": dict(listed)}:
            pass
        case _:
            return Refused(Why.NOT_A_GATEWAY, "the answer lacks certificate, authority or keys")
    try:
        ours = x509.load_pem_x509_certificate(certificate.encode())
        issuer = x509.load_pem_x509_certificate(authority.encode())
        ours.verify_directly_issued_by(issuer)
        gateway_keys = gateway_keys_of(listed)
    except (ValueError, TypeError, InvalidSignature) as fault:
        return Refused(Why.NOT_A_GATEWAY, f"the certificate is not its authority's ({type(fault).__name__})")
    private = serialization.load_pem_private_key(draft.tls_key, None)
    if ours.public_key() != private.public_key():
        return Refused(Why.NOT_A_GATEWAY, "the certificate is for another key")
    since, until = ours.not_valid_before_utc, ours.not_valid_after_utc
    if now and not since - MAY_DIFFER <= now <= until:
        return Refused(Why.CLOCK, f"the certificate counts from {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC")
    return _Certified(_pem(ours), _pem(issuer), gateway_keys, since, until)


def _holds(text: str, line: str, gateway_keys: Mapping[str, bytes]) -> bool:
    signature = parse_signature(line)
    return signature is not None and is_signed(text.encode(), signature, gateway_keys)


def _keep(directory: Path, draft: Draft, certified: _Certified, gateway_url: str) -> None:
    keep_identity(
        directory,
        draft,
        certificate=certified.certificate,
        authority=certified.authority,
        gateway_keys=certified.gateway_keys,
        gateway_url=gateway_url,
    )


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
