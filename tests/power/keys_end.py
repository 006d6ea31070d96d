"""Both ends' keys: who a terminal is, the gateway's authority, and the keys that sign for it."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sync.gateway.authority import Issued, LocalAuthority
from sync.gateway.signing import open_signing, rotate
from sync.outbox.identity import (
    LINK,
    Draft,
    Identity,
    NotEnrolled,
    keep_identity,
    kept_draft,
    read_identity,
    renewal_draft,
)
from tests.power.cuts import Lost
from tests.power.recording import Tape, recorded

NOW = datetime(2026, 11, 23, 1, 46, tzinfo=UTC)
TERMINAL = "CZ03"
AT_MOST = 8  # steps of a life


@dataclass(frozen=True, slots=True)
class Keys:
    """What was answered; None: nothing yet."""

    authority: bytes | None = None  # its certificate, DER
    signing: str | None = None  # the id of the current key
    known: frozenset[str] | None = None  # of every signing key
    identity: bytes | None = None  # the TLS key of the terminal's generation
    draft: bytes | None = None  # the TLS key that waits for its certificate


class _Places:
    """Where each lies below `root`."""

    def __init__(self, root: Path) -> None:
        self.terminal = root / "hall" / "store"
        self._authority = root / "gateway" / "authority"
        self.signing = root / "gateway" / "signing"

    def authority(self) -> LocalAuthority:
        return LocalAuthority(self._authority, now=NOW)

    def enrol(self, draft: Draft) -> None:
        authority, signing = self.authority(), open_signing(self.signing)
        issued = authority.for_terminal(draft.request, code=TERMINAL, hall="湘桥", now=NOW)
        assert isinstance(issued, Issued)
        keep_identity(
            self.terminal,
            draft,
            certificate=issued.pem,
            authority=authority.certificate,
            gateway_keys=signing.keys,
            gateway_url="https://gateway.example",
        )

    def identity(self) -> Identity | None:
        found = read_identity(self.terminal)
        if isinstance(found, NotEnrolled) and (self.terminal / LINK).is_symlink():
            raise Lost(f"half enrolled: {found.why}")
        return found if isinstance(found, Identity) else None


class KeysEnd:
    name = "keys"

    def nothing(self) -> Keys:
        return Keys()

    def live(self, tape: Tape, before: Keys, chance: random.Random) -> Sequence[Keys]:
        standings, places = [before], _Places(tape.root)
        with recorded(tape):
            for _ in range(chance.randint(3, AT_MOST)):
                standings.append(chance.choice(_STEPS)(places, standings[-1]))
                tape.mark(len(standings) - 1)
        return standings

    def check(self, root: Path, allowed: Sequence[Keys], chance: random.Random) -> Keys:
        places, before = _Places(root), allowed[0]
        identity = places.identity()
        signing = open_signing(places.signing)
        found = Keys(
            authority=places.authority().der,
            signing=signing.current_key_id,
            known=frozenset(signing.keys),
            identity=None if identity is None else identity.tls_key.read_bytes(),
            draft=kept_draft(places.terminal, TERMINAL).tls_key,
        )
        if not (before.known or frozenset()) <= frozenset(signing.keys):
            raise Lost("a key that has signed is gone")
        lasting = Keys(known=before.known)
        for part in ("authority", "signing", "identity", "draft"):
            held, there = [getattr(one, part) for one in allowed[:2]], getattr(found, part)
            # None: nothing was promised, or the draft has just become the identity.
            if None not in held and there not in held:
                raise Lost(f"{part} is another")
            if there in held:
                lasting = replace(lasting, **{part: there})
        places.enrol(kept_draft(places.terminal, TERMINAL))
        places.enrol(renewal_draft(_enrolled(places)))
        return lasting


def _enrolled(places: _Places) -> Identity:
    identity = places.identity()
    if identity is None:
        raise Lost("nobody, after it was enrolled")
    return identity


def _open(places: _Places, keys: Keys) -> Keys:
    signing = open_signing(places.signing)
    authority = places.authority().der
    return replace(keys, authority=authority, signing=signing.current_key_id, known=frozenset(signing.keys))


def _rotate(places: _Places, keys: Keys) -> Keys:
    if keys.signing is None:
        return _open(places, keys)
    current = rotate(places.signing)
    return replace(keys, signing=current, known=(keys.known or frozenset()) | {current})


def _draft(places: _Places, keys: Keys) -> Keys:
    return replace(keys, draft=kept_draft(places.terminal, TERMINAL).tls_key)


def _enrol(places: _Places, keys: Keys) -> Keys:
    if keys.authority is None or keys.draft is None:
        return _draft(places, _open(places, keys))
    draft = kept_draft(places.terminal, TERMINAL)
    assert draft.tls_key == keys.draft
    places.enrol(draft)
    return replace(keys, identity=draft.tls_key, draft=None)


def _renew(places: _Places, keys: Keys) -> Keys:
    if keys.identity is None:
        return _enrol(places, keys)
    places.enrol(renewal_draft(_enrolled(places)))
    return replace(keys, identity=_enrolled(places).tls_key.read_bytes(), draft=None)


_STEPS: Sequence[Callable[[_Places, Keys], Keys]] = (_open, _rotate, _draft, _enrol, _enrol, _renew)
