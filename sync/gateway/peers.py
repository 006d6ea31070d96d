"""Who is at the other end of a connection: the certificate of its TLS handshake, never anything in a request."""

import hashlib
import os
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from starlette.types import Scope

from sync.gateway.authority import CertificateAuthority
from sync.gateway.connections import PEER
from sync.gateway.ports import TerminalRegister
from sync.gateway.records import Revoked, TerminalIdentity

NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME of OpenSSL's x509_vfy.h


@dataclass(frozen=True, slots=True)
class NoCertificate:
    """Nobody we could know: the connection has no certificate."""


@dataclass(frozen=True, slots=True)
class UnknownCertificate:
    """Signed by the authority, and not one of a terminal of ours."""


@dataclass(frozen=True, slots=True)
class RanOut:
    """A terminal of ours, whose certificate was good until lately: it may renew it, and has to be told."""

    code: str


class Peers:
    """Looks up who speaks, anew for every request. `as_terminal`: who plain connections count as, if anybody."""

    def __init__(
        self, storage: TerminalRegister, *, now: Callable[[], datetime], as_terminal: str | None = None
    ) -> None:
        self._storage = storage
        self._now = now
        self._as_terminal = as_terminal

    def says_who(self, scope: Scope) -> bool:
        """Whether there is anybody to look up."""
        return certificate_of(scope) is not None or (self._as_terminal is not None and scope["scheme"] == "http")

    def of(self, scope: Scope) -> TerminalIdentity | Revoked | RanOut | NoCertificate | UnknownCertificate:
        peer = certificate_of(scope)
        if peer is not None:
            known = self._storage.terminal_of(f"sha256:{hashlib.sha256(peer).hexdigest()}") or UnknownCertificate()
            if isinstance(known, TerminalIdentity) and self._has_run_out(peer):
                return RanOut(known.code)
            return known
        if self._as_terminal is not None and scope["scheme"] == "http":
            return self._storage.terminal(self._as_terminal) or UnknownCertificate()
        return NoCertificate()

    def _has_run_out(self, peer: bytes) -> bool:
        return self._now() > x509.load_der_x509_certificate(peer).not_valid_after_utc


def certificate_of(scope: Scope) -> bytes | None:
    peer: bytes | None = scope.get("extensions", {}).get(PEER)
    return peer


def source_of(scope: Scope) -> str:
    """Who asks, for counting, without asking the store: a certificate, or an address."""
    peer = certificate_of(scope)
    if peer is not None:
        return hashlib.sha256(peer).hexdigest()
    client: Sequence[Any] | None = scope.get("client")
    return str(client[0]) if client else "-"


def tls_context(authority: CertificateAuthority, names: Sequence[str]) -> ssl.SSLContext:
    """TLS 1.3 under a new certificate for `names`; a peer may show a certificate, and then of `authority` only.

    Whether it has run out is judged by `Peers`: of a handshake that fails asyncio closes the connection without an
    alert, and a terminal would take that for a line that is down.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(cadata=authority.certificate)
    context.verify_mode = ssl.CERT_OPTIONAL
    context.verify_flags |= ssl.VerifyFlags(NO_CHECK_TIME)
    renew_certificate(context, authority, names)
    return context


def renew_certificate(context: ssl.SSLContext, authority: CertificateAuthority, names: Sequence[str]) -> None:
    """A new certificate and key, for the connections that come from now on. The key never touches a disk."""
    certificate, key = authority.for_server(names, now=datetime.now(UTC))
    descriptor = os.memfd_create("server certificate")
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.encode() + certificate.encode())
        file.flush()
        context.load_cert_chain(f"/proc/self/fd/{descriptor}")
