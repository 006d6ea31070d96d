"""Terminals that a gateway's data directory knows, with their keys and certificates, made without asking over HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kiosk.configuration import (
    Agent,
    Configuration,
    Devices,
    DocumentCameraDevice,
    Gateway,
    Hall,
    IdentityCardReaderDevice,
    ReceiptPrinterDevice,
    Store,
    Terminal,
)
from sync.gateway.authority import Issued
from sync.gateway.opened import opened_parts
from sync.gateway.records import Certificate
from sync.outbox.identity import Identity
from sync.wire.signatures import SigningKey, new_seed

HALL = "hall-1"


@dataclass(frozen=True)
class EnrolledTerminal:
    """`certificate` and `key` are files in PEM, `authority` the file of who signed; `der` is the certificate."""

    code: str
    signing: SigningKey
    certificate: Path
    key: Path
    authority: Path
    der: bytes
    gateway_keys: Mapping[str, bytes]
    not_before: datetime
    not_after: datetime

    def signed(self, content: bytes) -> dict[str, str]:
        """The header that goes with what it sends."""
        return {"Hall-Signature": self.signing.sign(content).line}

    @property
    def identity(self) -> Identity:
        """As the agent has it."""
        return Identity(
            terminal=self.code,
            gateway_url="http://127.0.0.1:9",
            signing=self.signing,
            gateway_keys=self.gateway_keys,
            tls_key=self.key,
            tls_certificate=self.certificate,
            authority=self.authority,
            not_before=self.not_before,
            not_after=self.not_after,
        )


def enrolled(
    data: Path, code: str, *, files: Path, hall: str = "hall-1", age: timedelta = timedelta()
) -> EnrolledTerminal:
    """A terminal of the gateway whose data directory is `data`; its certificate was made `age` ago."""
    data.mkdir(parents=True, exist_ok=True)
    files.mkdir(parents=True, exist_ok=True)
    now, key, signing = datetime.now(UTC), ec.generate_private_key(ec.SECP256R1()), SigningKey(new_seed())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, code)])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    with opened_parts(data, now=lambda: datetime.now(UTC)) as parts:
        pem = request.public_bytes(Encoding.PEM).decode()
        issued = parts.authority.for_terminal(pem, code=code, hall=HALL, now=now - age)
        assert isinstance(issued, Issued)
        certificate = Certificate(issued.digest, issued.pem, "-", issued.not_before, issued.not_after)
        later = now + timedelta(hours=1)
        parts.storage.add_terminal(code, hall=HALL, number=code[-2:], secret_hash="-", expires_at=later)
        assert parts.storage.enrol(
            code, certificate, secret_hash="-", key_id=signing.key_id, public=signing.public, at=now
        )
        authority, gateway_keys = parts.authority.certificate, parts.signing.keys
    made = EnrolledTerminal(
        code,
        signing,
        files / f"{code}.pem",
        files / f"{code}.key",
        files / "authority.pem",
        x509.load_pem_x509_certificate(issued.pem.encode()).public_bytes(Encoding.DER),
        gateway_keys,
        issued.not_before,
        issued.not_after,
    )
    made.certificate.write_text(issued.pem)
    made.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    made.authority.write_text(authority)
    return made


def configured(store: Path, gateway: Gateway, *, code: str = "CZ03", agent: Agent = Agent()) -> Configuration:  # noqa: B008
    """What its agent runs with; nothing is plugged in."""
    address = "tcp:127.0.0.1:1"
    return Configuration(
        terminal=Terminal(code=code, number=code[-2:]),
        hall=Hall(name="-", short_name="-", desk="-", telephone="-", hours="-"),
        gateway=gateway,
        store=Store(directory=str(store)),
        agent=agent,
        devices=Devices(
            identity_card_reader=IdentityCardReaderDevice(address=address, simulated=True),
            document_camera=DocumentCameraDevice(address=address, simulated=True),
            receipt_printer=ReceiptPrinterDevice(address=address, simulated=True),
        ),
    )
