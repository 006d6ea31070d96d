"""How a terminal gets its identity: once with a one-time code, then again and again with its own signing key."""

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import assert_never

from kiosk.submission import Json, canonical, digest_of
from sync.gateway.authority import CertificateAuthority, Issued, RequestFault
from sync.gateway.configuration import Configurations
from sync.gateway.json_object import json_object
from sync.gateway.manifest_rules import ManifestFault
from sync.gateway.outcomes import Faulty
from sync.gateway.ports import Storage
from sync.gateway.records import Certificate, OneTimeCode, Revoked, TerminalIdentity
from sync.gateway.signing import Signing
from sync.wire.enrolment_code import SECRET_CHARACTERS
from sync.wire.signatures import KEY_BYTES, is_signed, key_id_of, parse_signature

RENEWAL = "hall-terminal/renewal/1"
RENEWABLE_AFTER_ITS_END = timedelta(days=90)
TEXT_LIMIT = 20_000
_SCRYPT = {"n": 2**13, "r": 8, "p": 1}


@dataclass(frozen=True, slots=True)
class Enrolled:
    """`answer`: JSON with certificate, authority, the gateway's keys, and at enrolment the first configuration."""

    answer: bytes


@dataclass(frozen=True, slots=True)
class EnrolmentRefused:
    """`reason`: `wrong` (then `tries_left`), `used`, `late`, `locked`."""

    reason: str
    tries_left: int | None = None


@dataclass(frozen=True, slots=True)
class RenewalRefused:
    """`reason`: `revoked`, `too-late`, `unknown-key`."""

    reason: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a terminal asks for. `digest` is the same when it asks for the same again."""

    terminal: str
    secret: str
    request: str
    public: bytes

    @property
    def digest(self) -> str:
        return digest_of(self.request.encode() + self.public)


class Terminals:
    """Nothing is half done: a certificate counts when its row is written, together with all that goes with it."""

    def __init__(
        self,
        storage: Storage,
        authority: CertificateAuthority,
        signing: Signing,
        configurations: Configurations,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._storage = storage
        self._authority = authority
        self._signing = signing
        self._configurations = configurations
        self._now = now
        self._one = Lock()

    def enrol(self, content: bytes) -> Enrolled | EnrolmentRefused | Faulty:
        """The same request again, within the code's life, gets the same certificate: an answer may be lost."""
        asked = _asked(content)
        if isinstance(asked, Faulty):
            return asked
        with self._one:  # so that five tries are five
            return self._enrol(asked)

    def _enrol(self, asked: _Asked) -> Enrolled | EnrolmentRefused | Faulty:
        code = self._storage.one_time_code(asked.terminal)
        if code is None:
            return EnrolmentRefused("wrong", 0)
        refused = self._judged(code, asked)
        if refused is not None and refused.reason != "locked":  # which anybody may be told as often as they like
            cause = {"terminal": asked.terminal, "cause": refused.reason}
            self._storage.note("gateway.enrolment_refused", cause, self._now())
        if refused is not None:
            return refused
        if code.answered is not None:
            return self._enrolled(asked.terminal, code.answered[1])
        owner = self._storage.key_owner(key_id_of(asked.public))
        if owner is not None and owner.terminal != asked.terminal:
            return Faulty((ManifestFault("/signing_key", "is another terminal's"),))
        now = self._now()
        issued = self._authority.for_terminal(asked.request, code=asked.terminal, hall=code.hall, now=now)
        match issued:
            case RequestFault(why):
                return Faulty((ManifestFault("/csr", why),))
            case Issued():
                pass
            case _:
                assert_never(issued)
        certificate = _certificate(issued, asked.digest)
        key_id = key_id_of(asked.public)
        if not self._storage.enrol(
            asked.terminal, certificate, secret_hash=code.secret_hash, key_id=key_id, public=asked.public, at=now
        ):
            return EnrolmentRefused("used")
        spent = {"terminal": asked.terminal, "certificate": issued.digest}
        self._storage.note("gateway.terminal_enrolled", spent, now)
        return self._enrolled(asked.terminal, issued.pem)

    def renew(self, content: bytes, signature: str | None) -> Enrolled | RenewalRefused | Faulty:
        """The next certificate, for whoever holds the terminal's signing key; a certificate may have run out."""
        signed_by = parse_signature(signature or "")
        if signed_by is None:
            return Faulty((ManifestFault("", "not signed"),))
        owner = self._storage.key_owner(signed_by.key_id)
        if owner is None:
            return RenewalRefused("unknown-key")
        if not is_signed(content, signed_by, {signed_by.key_id: owner.public}):
            return Faulty((ManifestFault("", "the signature does not match"),))
        terminal = self._storage.terminal(owner.terminal)
        if not owner.current or terminal is None or isinstance(terminal, Revoked):
            return self._not_renewed(owner.terminal, "revoked")
        request = _renewal(content, terminal)
        if isinstance(request, Faulty):
            return request
        now = self._now()
        known = [one for one in self._storage.certificates(terminal.code) if not one.revoked]
        if not known or now > known[-1].not_after + RENEWABLE_AFTER_ITS_END:
            return self._not_renewed(terminal.code, "too-late")
        again = next((one for one in known if one.request == digest_of(content)), None)
        if again is not None:
            return Enrolled(canonical(self._identity(again.pem)))
        issued = self._authority.for_terminal(request, code=terminal.code, hall=terminal.hall, now=now)
        if isinstance(issued, RequestFault):
            return Faulty((ManifestFault("/csr", issued.why),))
        self._storage.renewed(terminal.code, _certificate(issued, digest_of(content)))
        renewed = {"terminal": terminal.code, "certificate": issued.digest}
        self._storage.note("gateway.certificate_renewed", renewed, now)
        return Enrolled(canonical(self._identity(issued.pem)))

    def _judged(self, code: OneTimeCode, asked: _Asked) -> EnrolmentRefused | None:
        if code.tries_left == 0:
            return EnrolmentRefused("locked")
        if not is_secret(asked.secret, code.secret_hash):
            left = self._storage.spend_try(asked.terminal)
            return EnrolmentRefused("wrong", left)
        if code.answered is not None and code.answered[0] != asked.digest:
            return EnrolmentRefused("used")
        return EnrolmentRefused("late") if self._now() > code.expires_at else None

    def _not_renewed(self, terminal: str, reason: str) -> RenewalRefused:
        self._storage.note("gateway.enrolment_refused", {"terminal": terminal, "cause": reason}, self._now())
        return RenewalRefused(reason)

    def _enrolled(self, terminal: str, pem: str) -> Enrolled | EnrolmentRefused:
        identity = self._storage.terminal(terminal)
        if not isinstance(identity, TerminalIdentity):  # revoked between the two questions
            return EnrolmentRefused("locked")
        configured = self._configurations.answer(identity).answer
        return Enrolled(
            canonical(
                {
                    **self._identity(pem),
                    "configuration": configured.content.decode(),
                    "configuration_signature": configured.signature,
                }
            )
        )

    def _identity(self, pem: str) -> dict[str, Json]:
        keys: dict[str, Json] = {
            key_id: base64.b64encode(public).decode() for key_id, public in self._signing.keys.items()
        }
        return {"certificate": pem, "authority": self._authority.certificate, "gateway_keys": keys}


def hash_secret(secret: str) -> str:
    """How a code's secret is kept: salt and scrypt, both hex."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}:{hashlib.scrypt(secret.encode(), salt=salt, **_SCRYPT).hex()}"


def is_secret(secret: str, kept: str) -> bool:
    salt, _, digest = kept.partition(":")
    found = hashlib.scrypt(secret.encode(), salt=bytes.fromhex(salt), **_SCRYPT)
    return secrets.compare_digest(found, bytes.fromhex(digest))


def _certificate(issued: Issued, request: str) -> Certificate:
    return Certificate(issued.digest, issued.pem, request, issued.not_before, issued.not_after)


def _asked(content: bytes) -> _Asked | Faulty:
    value = json_object(content)
    if isinstance(value, Faulty):
        return value
    terminal, secret, request, key = (value.get(name) for name in ("terminal", "secret", "csr", "signing_key"))
    faults = []
    if not _is_ascii(terminal) or len(str(terminal)) != 4:
        faults.append(ManifestFault("/terminal", "must be a terminal's four characters"))
    if not _is_ascii(secret) or len(str(secret)) != SECRET_CHARACTERS:
        faults.append(ManifestFault("/secret", f"must be the {SECRET_CHARACTERS} characters of a code"))
    if not _is_ascii(request):
        faults.append(ManifestFault("/csr", "must be a PKCS #10 request in PEM"))
    public = _key(key)
    if public is None:
        faults.append(ManifestFault("/signing_key", f"must be {KEY_BYTES} bytes in base64"))
    if faults or public is None:
        return Faulty(tuple(faults))
    return _Asked(str(terminal), str(secret), str(request), public)


def _renewal(content: bytes, terminal: TerminalIdentity) -> str | Faulty:
    """The certificate request in a renewal."""
    value = json_object(content)
    if isinstance(value, Faulty):
        return value
    faults = []
    if value.get("format") != RENEWAL:
        faults.append(ManifestFault("/format", f"must be {RENEWAL}"))
    if value.get("terminal") != terminal.code:
        faults.append(ManifestFault("/terminal", "must be the one whose key signed"))
    if not _is_ascii(value.get("csr")):
        faults.append(ManifestFault("/csr", "must be a PKCS #10 request in PEM"))
    return Faulty(tuple(faults)) if faults else str(value["csr"])


def _is_ascii(value: Json) -> bool:
    return isinstance(value, str) and value.isascii() and "\x00" not in value and 0 < len(value) <= TEXT_LIMIT


def _key(value: Json) -> bytes | None:
    try:
        public = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except ValueError:
        return None
    return public if len(public) == KEY_BYTES else None
