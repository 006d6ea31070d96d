"""Who a terminal is: whole generations, whenever the power goes."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from sync.outbox.identity import Draft, Identity, NotEnrolled, keep_identity, kept_draft, read_identity, renewal_draft
from sync.wire.signatures import SigningKey, new_seed
from tests.wires.enrolling_gateway import Authority, pem

AUTHORITY = Authority()
GATEWAY = SigningKey(new_seed())


def keep(directory: Path, draft: Draft, url: str = "https://gateway.example") -> None:
    public_key = x509.load_pem_x509_csr(draft.request.encode()).public_key()
    keep_identity(
        directory,
        draft,
        certificate=pem(AUTHORITY.for_terminal(public_key)),
        authority=pem(AUTHORITY.certificate),
        gateway_keys={GATEWAY.key_id: GATEWAY.public},
        gateway_url=url,
    )


def enrolled(directory: Path) -> Identity:
    identity = read_identity(directory)
    assert isinstance(identity, Identity), identity
    return identity


def test_a_terminal_is_nobody_until_its_identity_is_whole(tmp_path: Path) -> None:
    assert isinstance(read_identity(tmp_path), NotEnrolled)
    draft = kept_draft(tmp_path, "CZ03")
    assert isinstance(read_identity(tmp_path), NotEnrolled)
    keep(tmp_path, draft)
    identity = enrolled(tmp_path)
    assert (identity.terminal, identity.gateway_url) == ("CZ03", "https://gateway.example")
    assert identity.signing.public == draft.signing.public
    assert identity.gateway_keys == {GATEWAY.key_id: GATEWAY.public}
    assert identity.tls_key.read_bytes() == draft.tls_key
    assert (identity.not_after - identity.not_before).days == 90


def test_whoever_asks_again_asks_with_the_same_keys(tmp_path: Path) -> None:
    draft = kept_draft(tmp_path, "CZ03")
    assert kept_draft(tmp_path, "CZ03") == draft
    assert kept_draft(tmp_path, "CZ04") != draft, "another terminal has other keys"


def test_keys_that_have_their_certificate_are_never_used_for_another(tmp_path: Path) -> None:
    draft = kept_draft(tmp_path, "CZ03")
    keep(tmp_path, draft)
    fresh = kept_draft(tmp_path, "CZ03")
    assert {fresh.tls_key, fresh.signing_seed}.isdisjoint({draft.tls_key, draft.signing_seed})


def test_a_renewal_keeps_the_signing_key_and_changes_the_other(tmp_path: Path) -> None:
    keep(tmp_path, kept_draft(tmp_path, "CZ03"))
    before = enrolled(tmp_path)
    keep(tmp_path, renewal_draft(before))
    after = enrolled(tmp_path)
    assert after.signing.public == before.signing.public
    assert after.tls_key.read_bytes() != before.tls_key.read_bytes(), "whoever still holds the old paths reads on"


def test_nobody_but_the_owner_may_read_any_of_it(tmp_path: Path) -> None:
    keep(tmp_path, kept_draft(tmp_path, "CZ03"))
    kept_draft(tmp_path, "CZ03")
    files = [path for path in tmp_path.rglob("*") if not path.is_symlink()]
    assert files
    assert [path for path in files if path.stat().st_mode & 0o077] == []
    enrolled(tmp_path).tls_key.chmod(0o644)
    answer = read_identity(tmp_path)
    assert isinstance(answer, NotEnrolled)
    assert "0600" in answer.why


def test_old_generations_go_but_for_the_one_before(tmp_path: Path) -> None:
    for _ in range(4):
        keep(tmp_path, kept_draft(tmp_path, "CZ03"))
    assert len(list(tmp_path.glob("identity-*"))) == 2
    assert enrolled(tmp_path).terminal == "CZ03"


@pytest.mark.parametrize("name", ["terminal.json", "gateway-keys.json", "tls.pem", "signing.key", "tls.key"])
@pytest.mark.parametrize("content", [None, b"", b"\xff not it", b"[]", b"{}"])
def test_a_damaged_identity_is_nobody_and_says_where(name: str, content: bytes | None, tmp_path: Path) -> None:
    keep(tmp_path, kept_draft(tmp_path, "CZ03"))
    file = tmp_path / "identity" / name
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    answer = read_identity(tmp_path)
    assert isinstance(answer, NotEnrolled)
    assert "identity-" in answer.why


def test_a_key_that_is_not_the_certificates_is_nobody(tmp_path: Path) -> None:
    keep(tmp_path, kept_draft(tmp_path, "CZ03"))
    (tmp_path / "identity" / "tls.key").write_bytes(kept_draft(tmp_path, "CZ03").tls_key)
    assert isinstance(read_identity(tmp_path), NotEnrolled)


class Cut(Exception):
    """The power goes."""


@pytest.fixture
def cut_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The power goes at the n-th time that anything is made durable or gets its name; none while it is empty."""
    left: list[int] = []

    def counting(call: str, owner: object) -> None:
        real = getattr(owner, call)

        def counted(*arguments: object, **named: object) -> object:
            if left:
                left[0] -= 1
                if left[0] < 0:
                    raise Cut
            return real(*arguments, **named)

        monkeypatch.setattr(owner, call, counted)

    for call in ("fsync", "mkdir", "replace", "rename", "symlink"):
        counting(call, os)
    yield left
    left.clear()


def test_a_cut_anywhere_leaves_the_old_generation_or_the_new_one_whole(tmp_path: Path, cut_at: list[int]) -> None:
    keep(tmp_path, kept_draft(tmp_path, "CZ03"), "https://old.example")
    old = enrolled(tmp_path)
    seen = set()
    for place in range(1000):
        cut_at[:] = [place]
        try:
            draft = kept_draft(tmp_path, "CZ03")
            keep(tmp_path, draft, "https://new.example")
        except Cut:
            identity = enrolled(tmp_path)
            seen.add(identity.gateway_url)
            if identity.gateway_url == "https://old.example":
                assert identity.signing.public == old.signing.public
                assert identity.tls_certificate.read_bytes() == old.tls_certificate.read_bytes()
            continue
        break
    cut_at.clear()
    assert place > 10, "it was cut at every step"
    assert "https://old.example" in seen
    assert enrolled(tmp_path).gateway_url == "https://new.example"
