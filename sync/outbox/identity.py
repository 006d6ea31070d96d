"""Who this terminal is: its keys, its certificate, and whom it believes. Made here, never copied from elsewhere.

`identity` in the store's directory is a link to one generation's directory, so a new one takes the old one's place
in a single rename, and whoever resolved the link reads one generation whole. The one before stays for whoever still
holds its paths. What is being enrolled waits in `identity.draft` until there is a certificate for it.
"""

import base64
import json
import os
import re
import secrets
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sync.outbox.keys import make_directory, sync_directory
from sync.wire.signatures import KEY_BYTES, SigningKey, key_id_of, new_seed

LINK = "identity"
DRAFT = "identity.draft"
TLS_KEY = "tls.key"
TLS_CERTIFICATE = "tls.pem"
SIGNING_KEY = "signing.key"
AUTHORITY = "authority.pem"
GATEWAY_KEYS = "gateway-keys.json"
TERMINAL = "terminal.json"
REQUEST = "request.csr"
_LEFT_OVER = re.compile(r"identity(-[0-9a-f]{16}|\.draft(\.[0-9a-f]{16})?)")


@dataclass(frozen=True, slots=True)
class Identity:
    """One generation, whole. `gateway_keys`: key id to 32 raw public bytes, whose signatures count."""

    terminal: str
    gateway_url: str
    signing: SigningKey
    gateway_keys: Mapping[str, bytes]
    tls_key: Path
    tls_certificate: Path
    authority: Path
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class NotEnrolled:
    """Nobody yet, or what is there cannot be used: `why`, in words."""

    why: str


@dataclass(frozen=True, slots=True)
class Draft:
    """New keys, and the certificate request made with them. Whoever asks again asks with the same."""

    terminal: str
    tls_key: bytes = field(repr=False)  # PEM
    signing_seed: bytes = field(repr=False)
    request: str  # PEM

    @property
    def signing(self) -> SigningKey:
        return SigningKey(self.signing_seed)


def read_identity(directory: Path) -> Identity | NotEnrolled:
    """What the store's `directory` holds."""
    link = directory / LINK
    place = link.resolve()
    try:
        if not link.is_symlink():
            return NotEnrolled(f"there is no {link}")
        terminal = json.loads((place / TERMINAL).read_bytes())
        keys = json.loads((place / GATEWAY_KEYS).read_bytes())
        certificate = x509.load_pem_x509_certificate((place / TLS_CERTIFICATE).read_bytes())
        for name in (TLS_KEY, SIGNING_KEY):
            if mode := stat.S_IMODE((place / name).stat().st_mode) & 0o077:
                return NotEnrolled(f"{place / name} may be read by others (mode ...{mode:02o}), 0600 is needed")
        private = serialization.load_pem_private_key((place / TLS_KEY).read_bytes(), None)
        if private.public_key() != certificate.public_key():
            return NotEnrolled(f"{place} is damaged (the certificate is for another key)")
        return Identity(
            terminal=terminal["terminal"],
            gateway_url=terminal["gateway"],
            signing=SigningKey((place / SIGNING_KEY).read_bytes()),
            gateway_keys=gateway_keys_of(keys),
            tls_key=place / TLS_KEY,
            tls_certificate=place / TLS_CERTIFICATE,
            authority=place / AUTHORITY,
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
        )
    except (ValueError, KeyError, TypeError) as damage:
        return NotEnrolled(f"{place} is damaged ({damage})")
    except OSError as trouble:
        return NotEnrolled(f"{trouble.filename} cannot be read ({trouble.strerror})")


def generation(directory: Path) -> str:
    """The name of the generation that counts now; empty where there is none."""
    try:
        return (directory / LINK).readlink().name
    except OSError:
        return ""


def gateway_keys_of(listed: Mapping[str, str]) -> dict[str, bytes]:
    """From `{key id: base64}` as the gateway writes it. Raises ValueError when an id is not its key's."""
    keys = {key_id: base64.b64decode(text, validate=True) for key_id, text in dict(listed).items()}
    if not keys:
        raise ValueError("no key of the gateway")
    for key_id, key in keys.items():
        if len(key) != KEY_BYTES or key_id_of(key) != key_id:
            raise ValueError(f"{key_id} is not the id of its key")
    return keys


def renewal_draft(identity: Identity) -> Draft:
    """A new TLS key beside the signing key that stays. Nothing is written. Raises OSError."""
    return _new_draft(identity.terminal, identity.tls_key.with_name(SIGNING_KEY).read_bytes())


def kept_draft(directory: Path, terminal: str) -> Draft:
    """The draft that waits for this terminal's certificate; made and synced at the first call. Raises OSError."""
    make_directory(directory)
    place = directory / DRAFT
    if place.is_dir():
        draft = _read_draft(place)
        if draft is not None and draft.terminal == terminal and not _is_current(directory, draft):
            return draft
        shutil.rmtree(place)
    draft = _new_draft(terminal, new_seed())
    unfinished = directory / f"{DRAFT}.{secrets.token_hex(8)}"
    _write_all(
        unfinished,
        {
            TLS_KEY: draft.tls_key,
            SIGNING_KEY: draft.signing_seed,
            REQUEST: draft.request.encode(),
            TERMINAL: _json({"terminal": terminal}),
        },
    )
    unfinished.rename(place)
    sync_directory(directory)
    return draft


def keep_identity(
    directory: Path,
    draft: Draft,
    *,
    certificate: str,
    authority: str,
    gateway_keys: Mapping[str, bytes],
    gateway_url: str,
) -> None:
    """Become who `certificate` (PEM, as `authority`) says, in one rename. Cut off anywhere before, all is as it was.

    Raises OSError. The generation before stays; older ones and the draft go.
    """
    generation = directory / f"{LINK}-{secrets.token_hex(8)}"
    before = (directory / LINK).resolve()
    _write_all(
        generation,
        {
            TLS_KEY: draft.tls_key,
            TLS_CERTIFICATE: certificate.encode(),
            SIGNING_KEY: draft.signing_seed,
            AUTHORITY: authority.encode(),
            GATEWAY_KEYS: _json({key_id: base64.b64encode(key).decode() for key_id, key in gateway_keys.items()}),
            TERMINAL: _json({"terminal": draft.terminal, "gateway": gateway_url}),
        },
    )
    sync_directory(directory)
    link = directory / f".{generation.name}"
    link.symlink_to(generation.name)
    link.replace(directory / LINK)
    sync_directory(directory)
    for left in directory.iterdir():
        if _LEFT_OVER.fullmatch(left.name) and left not in (before, generation):
            shutil.rmtree(left)


def _new_draft(terminal: str, signing_seed: bytes) -> Draft:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, terminal)])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return Draft(
        terminal=terminal,
        tls_key=key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
        signing_seed=signing_seed,
        request=request.public_bytes(serialization.Encoding.PEM).decode(),
    )


def _read_draft(place: Path) -> Draft | None:
    """None for one that the power went under while it was taken away: it came to be whole, in one rename."""
    try:
        return Draft(
            terminal=json.loads((place / TERMINAL).read_bytes())["terminal"],
            tls_key=(place / TLS_KEY).read_bytes(),
            signing_seed=(place / SIGNING_KEY).read_bytes(),
            request=(place / REQUEST).read_text("ascii"),
        )
    except FileNotFoundError:
        return None


def _is_current(directory: Path, draft: Draft) -> bool:
    """Whether its certificate came already, and only the draft was not taken away."""
    current = directory / LINK / TLS_KEY
    return current.exists() and current.read_bytes() == draft.tls_key


def _json(content: Mapping[str, str]) -> bytes:
    return json.dumps(content, sort_keys=True).encode()


def _write_all(place: Path, files: Mapping[str, bytes]) -> None:
    """A new directory with these files, all on disk, readable by their owner alone."""
    place.mkdir(mode=0o700)
    for name, content in files.items():
        descriptor = os.open(place / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
    sync_directory(place)
