"""A gateway's parts over a real directory, with a terminal whose keys the test holds; the clock stands still."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from kiosk.submission import SealedSubmission
from sync.gateway.authority import Issued
from sync.gateway.opened import Parts, opened_parts
from sync.gateway.ports import Objects, Storage
from sync.gateway.reception import Known, Received, Reception
from sync.gateway.records import Certificate, Manifest, Signed, TerminalIdentity
from sync.wire.signatures import SigningKey

LATE_EVENING_IN_LONDON = datetime(2026, 11, 22, 23, 30, 5, 999, tzinfo=UTC)
KEY, OTHER_KEY = SigningKey(bytes(range(32))), SigningKey(bytes(range(1, 33)))


def identity(code: str = "CZ03", key: SigningKey = KEY) -> TerminalIdentity:
    return TerminalIdentity(code, "gulou", {key.key_id: key.public})


def line(content: bytes, key: SigningKey = KEY) -> str:
    return key.sign(content).line


def keep_blob(objects: Objects, digest: str, content: bytes) -> None:
    part = digest.removeprefix("sha256:")
    if content:
        objects.append(part, content, last=True)
    assert objects.complete(part, digest)


def request_for(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, name: str = "anybody") -> str:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    signed = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return signed.public_bytes(Encoding.PEM).decode()


REQUEST = request_for(ec.generate_private_key(ec.SECP256R1()))


class GatewayBench:
    """`now` may be set; `wakes` counts how often the worker was woken."""

    def __init__(self, parts: Parts, *, now: datetime, durable_at_commit: bool = False) -> None:
        self.parts = parts
        self.storage: Storage = parts.storage
        self.objects: Objects = parts.objects
        self.signing = parts.signing
        self.now = now
        self.wakes = 0
        self.catalogue_version: str | None = None
        self.terminal = identity()
        self.reception = Reception(
            self.storage,
            self.objects,
            signing=self.signing,
            catalogue_version=lambda: self.catalogue_version,
            simulated=True,
            now=self.clock,
            wake=self._wake,
            durable_at_commit=durable_at_commit,
        )

    def clock(self) -> datetime:
        return self.now

    def _wake(self) -> None:
        self.wakes += 1

    def register(self, code: str = "CZ03", key: SigningKey = KEY, request: str | None = None) -> None:
        """The terminal enrols; with a certificate request its certificate is a real one."""
        pem, digest = "-", f"sha256:{key.public.hex()}"
        if request is not None:
            issued = self.parts.authority.for_terminal(request, code=code, hall="gulou", now=self.now)
            assert isinstance(issued, Issued)
            pem, digest = issued.pem, issued.digest
        soon = self.now + timedelta(hours=1)
        self.storage.add_terminal(code, hall="gulou", number="03", secret_hash="-", expires_at=soon)
        certificate = Certificate(digest, pem, "-", self.now, self.now + timedelta(days=90))
        assert self.storage.enrol(code, certificate, secret_hash="-", key_id=key.key_id, public=key.public, at=self.now)

    def announce(self, submission: SealedSubmission) -> Manifest:
        known = self.reception.announce(self.terminal, submission.sid, submission.manifest, line(submission.manifest))
        assert isinstance(known, Known)
        return known.manifest

    def send(self, submission: SealedSubmission, *, earlier: Signed | None = None) -> Signed:
        """Announced, every blob brought, committed; the acknowledgement."""
        self.announce(submission)
        for one in submission.attachments:
            if not self.objects.has(one.digest):
                keep_blob(self.objects, one.digest, one.content)
        received = self.reception.commit(self.terminal, submission.sid, earlier)
        assert isinstance(received, Received)
        return received.answer


@contextmanager
def gateway(
    directory: Path, *, durable_at_commit: bool = False, now: datetime = LATE_EVENING_IN_LONDON
) -> Iterator[GatewayBench]:
    with ExitStack() as closing:
        parts = closing.enter_context(opened_parts(directory, now=lambda: now))
        yield GatewayBench(parts, now=now, durable_at_commit=durable_at_commit)
