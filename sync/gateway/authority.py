"""Who may speak: certificates of terminals and of this gateway, from an authority of our own or a city's.

A terminal's certificate says its code (CN) and hall (O); what it may do is looked up at every request.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from kiosk.submission import digest_of
from sync.gateway.private_file import one_at_a_time, write_private
from sync.outbox.keys import make_directory

AUTHORITY_YEARS = 10
LIFETIME = timedelta(days=90)
CLOCK_SLACK = timedelta(minutes=10)  # a terminal's clock may stand behind ours
KEY_FILE, CERTIFICATE_FILE = "authority.key", "authority.pem"


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate: `digest` is `sha256:<hex>` of its DER bytes."""

    pem: str
    digest: str
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class RequestFault:
    """Why a certificate request is none that we sign."""

    why: str


class CertificateAuthority(Protocol):
    """Issues the certificates of one gateway's terminals. Raises OSError when it cannot be reached."""

    @property
    def certificate(self) -> str:
        """The authority's own certificate, PEM."""
        ...

    @property
    def der(self) -> bytes: ...

    def for_terminal(self, request: str, *, code: str, hall: str, now: datetime) -> Issued | RequestFault:
        """A client certificate for the key of `request` (PKCS #10, PEM); the names in the request do not count."""
        ...

    def has_issued(self, pem: str) -> bool:
        """Whether a certificate is signed by this authority."""
        ...

    def for_server(self, names: Sequence[str], *, now: datetime) -> tuple[str, str]:
        """A server certificate for DNS names and addresses, and its new key, both PEM."""
        ...


class LocalAuthority:
    """Satisfies `CertificateAuthority` with a root key in a directory, made at the first opening."""

    def __init__(self, directory: Path, *, now: datetime) -> None:
        key_file, certificate_file = directory / KEY_FILE, directory / CERTIFICATE_FILE
        make_directory(directory)
        with one_at_a_time(directory):
            if not certificate_file.exists():
                _make_root(key_file, certificate_file, now)
        self._key = _read_key(key_file)
        self._root = x509.load_pem_x509_certificate(certificate_file.read_bytes())

    @property
    def certificate(self) -> str:
        return self._root.public_bytes(Encoding.PEM).decode()

    @property
    def der(self) -> bytes:
        return self._root.public_bytes(Encoding.DER)

    def for_terminal(self, request: str, *, code: str, hall: str, now: datetime) -> Issued | RequestFault:
        key = _requested_key(request)
        if isinstance(key, RequestFault):
            return key
        subject = [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, hall),
            x509.NameAttribute(NameOID.COMMON_NAME, code),
        ]
        certificate = self._issue(key, subject, (), ExtendedKeyUsageOID.CLIENT_AUTH, now)
        return Issued(
            pem=certificate.public_bytes(Encoding.PEM).decode(),
            digest=digest_of(certificate.public_bytes(Encoding.DER)),
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
        )

    def has_issued(self, pem: str) -> bool:
        try:
            x509.load_pem_x509_certificate(pem.encode()).verify_directly_issued_by(self._root)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True

    def for_server(self, names: Sequence[str], *, now: datetime) -> tuple[str, str]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = [x509.NameAttribute(NameOID.COMMON_NAME, names[0])]
        certificate = self._issue(
            key.public_key(), subject, tuple(map(_general_name, names)), ExtendedKeyUsageOID.SERVER_AUTH, now
        )
        return certificate.public_bytes(Encoding.PEM).decode(), _pem_of(key).decode()

    def _issue(
        self,
        key: ec.EllipticCurvePublicKey,
        subject: Sequence[x509.NameAttribute[str]],
        names: Sequence[x509.GeneralName],
        purpose: x509.ObjectIdentifier,
        now: datetime,
    ) -> x509.Certificate:
        builder = (
            _certificate(x509.Name(subject), self._root.subject, key, now, now + LIFETIME)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _requested_key(request: str) -> ec.EllipticCurvePublicKey | RequestFault:
    try:
        parsed = x509.load_pem_x509_csr(request.encode())
        key = parsed.public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            return RequestFault("must be for a P-256 key")
        if not parsed.is_signature_valid:
            return RequestFault("is not signed by its own key")
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature):
        return RequestFault("must be a PKCS #10 request in PEM")
    return key


def _read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{path} holds no elliptic curve key")
    return key


def _make_root(key_file: Path, certificate_file: Path, now: datetime) -> None:
    """Key first: a certificate that is there always has its key. A key that is there is never replaced."""
    is_new = not key_file.exists()
    key = ec.generate_private_key(ec.SECP256R1()) if is_new else _read_key(key_file)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Hall gateway authority")])
    certificate = (
        _certificate(name, name, key.public_key(), now, now + timedelta(days=365 * AUTHORITY_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    if is_new:
        write_private(key_file, _pem_of(key))
    write_private(certificate_file, certificate.public_bytes(Encoding.PEM))


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now.astimezone(UTC) - CLOCK_SLACK)
        .not_valid_after(until.astimezone(UTC))
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
