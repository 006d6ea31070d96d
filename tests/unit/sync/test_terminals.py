"""Terminals get an identity with a code that works once, renew it themselves, and lose it at a word."""

import base64
import json
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from kiosk.submission import Json, canonical, digest_of
from sync.gateway.authority import LIFETIME, Issued, LocalAuthority, RequestFault
from sync.gateway.configuration import Configurations
from sync.gateway.outcomes import Faulty
from sync.gateway.records import Revoked, TerminalIdentity
from sync.gateway.terminals import Enrolled, EnrolmentRefused, RenewalRefused, Terminals, hash_secret
from sync.wire.signatures import SigningKey
from tests.gateway_bench import (
    KEY,
    LATE_EVENING_IN_LONDON,
    OTHER_KEY,
    REQUEST,
    GatewayBench,
    gateway,
    line,
    request_for,
)

SECRET = "7K4M2Q9W0"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[GatewayBench]:
    with gateway(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def terminals(bench: GatewayBench) -> Terminals:
    configurations = Configurations(
        bench.parts.directory / "configuration", bench.storage, bench.signing, now=bench.clock
    )
    add(bench)
    return Terminals(bench.storage, bench.parts.authority, bench.signing, configurations, now=bench.clock)


def add(bench: GatewayBench, code: str = "CZ03", secret: str = SECRET) -> None:
    expires_at = bench.now + timedelta(minutes=60)
    bench.storage.add_terminal(
        code, hall="gulou", number="03 号机", secret_hash=hash_secret(secret), expires_at=expires_at
    )


def asks(key: SigningKey = KEY, **members: Json) -> bytes:
    public = base64.b64encode(key.public).decode()
    return canonical({"terminal": "CZ03", "secret": SECRET, "csr": REQUEST, "signing_key": public, **members})


def enrolled(outcome: object) -> dict[str, str]:
    assert isinstance(outcome, Enrolled)
    answer: dict[str, str] = json.loads(outcome.answer)
    return answer


def digest(pem: str) -> str:
    return digest_of(x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER))


def test_a_code_gives_a_certificate_and_all_that_a_terminal_needs(bench: GatewayBench, terminals: Terminals) -> None:
    answer = enrolled(terminals.enrol(asks()))
    certificate = x509.load_pem_x509_certificate(answer["certificate"].encode())
    names = {name.rfc4514_attribute_name: name.value for name in certificate.subject}
    assert names == {"O": "gulou", "CN": "CZ03"}
    assert answer["authority"] == bench.parts.authority.certificate
    (key,) = dict(answer["gateway_keys"]).items()
    assert key == (bench.signing.current_key_id, base64.b64encode(bench.signing.keys[key[0]]).decode())
    configuration = json.loads(answer["configuration"])
    assert (configuration["terminal"], configuration["settings"]) == ("CZ03", {})
    assert bench.storage.terminal_of(digest(answer["certificate"])) == TerminalIdentity(
        "CZ03", "gulou", {KEY.key_id: KEY.public}
    )


def test_an_answer_that_was_lost_is_given_again_but_to_nobody_else(bench: GatewayBench, terminals: Terminals) -> None:
    answer = enrolled(terminals.enrol(asks()))
    assert enrolled(terminals.enrol(asks())) == answer
    assert terminals.enrol(asks(OTHER_KEY)) == EnrolmentRefused("used")
    other = request_for(ec.generate_private_key(ec.SECP256R1()))
    assert terminals.enrol(asks(csr=other)) == EnrolmentRefused("used")
    bench.now += timedelta(minutes=61)
    assert terminals.enrol(asks()) == EnrolmentRefused("late")


def test_a_code_lives_an_hour(bench: GatewayBench, terminals: Terminals) -> None:
    bench.now += timedelta(minutes=61)
    assert terminals.enrol(asks()) == EnrolmentRefused("late")
    assert bench.storage.certificates("CZ03") == ()
    assert [json.loads(row.fields)["cause"] for row in bench.storage.own_journal()] == ["late"]


def test_a_code_bears_five_tries(bench: GatewayBench, terminals: Terminals) -> None:
    wrong = asks(secret="000000000")
    refusals = [terminals.enrol(wrong) for _ in range(6)]
    assert refusals == [
        *(EnrolmentRefused("wrong", left) for left in (4, 3, 2, 1, 0)),
        EnrolmentRefused("locked"),
    ]
    assert terminals.enrol(asks()) == EnrolmentRefused("locked")
    assert terminals.enrol(asks(terminal="ZZZZ")) == EnrolmentRefused("wrong", 0)
    assert len(bench.storage.own_journal()) == 5, "whoever goes on trying fills no disk"


def test_a_new_code_takes_the_place_of_the_one_before(bench: GatewayBench, terminals: Terminals) -> None:
    for _ in range(5):
        terminals.enrol(asks(secret="000000000"))
    add(bench, secret="ABCDEFGHJ")
    assert terminals.enrol(asks()) == EnrolmentRefused("wrong", 4)
    enrolled(terminals.enrol(asks(secret="ABCDEFGHJ")))


def test_enrolling_again_ends_what_was_before(bench: GatewayBench, terminals: Terminals) -> None:
    first = enrolled(terminals.enrol(asks()))
    add(bench)
    second = enrolled(terminals.enrol(asks(OTHER_KEY)))
    assert bench.storage.terminal_of(digest(first["certificate"])) == Revoked("CZ03")
    now = bench.storage.terminal_of(digest(second["certificate"]))
    assert now == TerminalIdentity("CZ03", "gulou", {OTHER_KEY.key_id: OTHER_KEY.public})
    assert terminals.renew(renewal(), line(renewal())) == RenewalRefused("revoked")
    assert bench.storage.keys_of("CZ03") == {KEY.key_id: False, OTHER_KEY.key_id: True}


def test_a_key_is_one_terminals(bench: GatewayBench, terminals: Terminals) -> None:
    enrolled(terminals.enrol(asks()))
    add(bench, "CZ04")
    outcome = terminals.enrol(asks(terminal="CZ04"))
    assert isinstance(outcome, Faulty)
    assert [fault.pointer for fault in outcome.faults] == ["/signing_key"]


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"csr": "no request"}, "/csr"),
        ({"csr": request_for(rsa.generate_private_key(65537, 2048))}, "/csr"),
        ({"csr": request_for(ec.generate_private_key(ec.SECP384R1()))}, "/csr"),
        ({"csr": REQUEST[:60] + "AAAA" + REQUEST[64:]}, "/csr"),
        ({"signing_key": "AAAA"}, "/signing_key"),
        ({"signing_key": None}, "/signing_key"),
        ({"secret": "short"}, "/secret"),
        ({"terminal": "\x00\x00\x00\x00"}, "/terminal"),
    ],
)
def test_what_cannot_be_certified_spends_nothing(terminals: Terminals, members: dict[str, Json], pointer: str) -> None:
    outcome = terminals.enrol(asks(**members))
    assert isinstance(outcome, Faulty)
    assert [fault.pointer for fault in outcome.faults] == [pointer]
    enrolled(terminals.enrol(asks()))


@given(st.binary(max_size=60))
def test_any_bytes_are_no_enrolment_and_no_renewal(content: bytes) -> None:
    nobody = Terminals(None, None, None, None, now=None)  # type: ignore[arg-type]  # refused before anything is asked
    assert isinstance(nobody.enrol(content), Faulty)
    assert isinstance(nobody.renew(content, None), Faulty)


def renewal(request: str = REQUEST, **members: Json) -> bytes:
    value = {"format": "hall-terminal/renewal/1", "terminal": "CZ03", "csr": request, "at": "2026-11-23T00:00:00Z"}
    return canonical({**value, **members})


def test_the_signing_key_renews_up_to_ninety_days_late(bench: GatewayBench, terminals: Terminals) -> None:
    first = enrolled(terminals.enrol(asks()))
    bench.now += LIFETIME + timedelta(days=89)
    second = enrolled(terminals.renew(renewal(), line(renewal())))
    assert second.keys() == {"certificate", "authority", "gateway_keys"}
    assert enrolled(terminals.renew(renewal(), line(renewal()))) == second
    for pem in (first["certificate"], second["certificate"]):
        assert isinstance(bench.storage.terminal_of(digest(pem)), TerminalIdentity)
    bench.now += LIFETIME + timedelta(days=91)
    late = renewal(at="later")
    assert terminals.renew(late, line(late)) == RenewalRefused("too-late")


def test_only_a_known_key_of_the_terminal_itself_renews(bench: GatewayBench, terminals: Terminals) -> None:
    enrolled(terminals.enrol(asks()))
    assert terminals.renew(renewal(), line(renewal(), OTHER_KEY)) == RenewalRefused("unknown-key")
    assert isinstance(terminals.renew(renewal(), line(renewal(at="changed"))), Faulty)
    other = renewal(terminal="CZ04", format="x")
    outcome = terminals.renew(other, line(other))
    assert isinstance(outcome, Faulty)
    assert [fault.pointer for fault in outcome.faults] == ["/format", "/terminal"]


def test_a_revoked_terminal_is_refused_at_once_until_it_enrols_again(bench: GatewayBench, terminals: Terminals) -> None:
    answer = enrolled(terminals.enrol(asks()))
    assert bench.storage.revoke("CZ03", bench.now)
    assert bench.storage.terminal_of(digest(answer["certificate"])) == Revoked("CZ03")
    assert bench.storage.terminal("CZ03") == Revoked("CZ03")
    assert terminals.renew(renewal(), line(renewal())) == RenewalRefused("revoked")
    assert terminals.enrol(asks()) == EnrolmentRefused("locked")
    assert not bench.storage.revoke("ZZZZ", bench.now)
    add(bench)
    assert bench.storage.terminal("CZ03") == Revoked("CZ03")
    enrolled(terminals.enrol(asks(OTHER_KEY)))
    assert isinstance(bench.storage.terminal("CZ03"), TerminalIdentity)


@pytest.fixture
def authority(tmp_path: Path) -> LocalAuthority:
    return LocalAuthority(tmp_path, now=LATE_EVENING_IN_LONDON)


def openssl(*arguments: str | Path) -> str:
    ran = subprocess.run(["openssl", *map(str, arguments)], check=False, capture_output=True, text=True, timeout=20)
    return ran.stdout + ran.stderr


def test_openssl_finds_certificates_good_for_what_they_are_for(authority: LocalAuthority, tmp_path: Path) -> None:
    at = ("-attime", str(int(LATE_EVENING_IN_LONDON.timestamp())))
    trust = ("-x509_strict", "-CAfile", tmp_path / "authority.pem")
    client = authority.for_terminal(REQUEST, code="CZ03", hall="鼓楼", now=LATE_EVENING_IN_LONDON)
    assert isinstance(client, Issued)
    server, _ = authority.for_server(["gateway.example", "127.0.0.1"], now=LATE_EVENING_IN_LONDON)
    (tmp_path / "client.pem").write_text(client.pem)
    (tmp_path / "server.pem").write_text(server)

    def verified(file: str, purpose: str, *more: str) -> bool:
        return "OK" in openssl("verify", *at, *trust, "-purpose", purpose, *more, tmp_path / file)

    assert verified("client.pem", "sslclient")
    assert not verified("client.pem", "sslserver")
    assert verified("server.pem", "sslserver", "-verify_hostname", "gateway.example")
    assert verified("server.pem", "sslserver", "-verify_ip", "127.0.0.1")
    assert not verified("server.pem", "sslserver", "-verify_hostname", "other.example")
    assert not verified("server.pem", "sslclient")


def test_an_authority_whose_certificate_was_lost_keeps_its_key(authority: LocalAuthority, tmp_path: Path) -> None:
    issued = authority.for_terminal(REQUEST, code="CZ03", hall="gulou", now=LATE_EVENING_IN_LONDON)
    assert isinstance(issued, Issued)
    (tmp_path / "authority.pem").unlink()
    assert LocalAuthority(tmp_path, now=LATE_EVENING_IN_LONDON).has_issued(issued.pem)


def test_an_authority_is_made_once_and_knows_its_own(authority: LocalAuthority, tmp_path: Path) -> None:
    again = LocalAuthority(tmp_path, now=LATE_EVENING_IN_LONDON)
    assert again.der == authority.der
    issued = again.for_terminal(REQUEST, code="CZ03", hall="gulou", now=LATE_EVENING_IN_LONDON)
    assert isinstance(issued, Issued)
    assert authority.has_issued(issued.pem)
    other = LocalAuthority(tmp_path / "other", now=LATE_EVENING_IN_LONDON)
    assert not other.has_issued(issued.pem)
    assert (tmp_path / "authority.key").stat().st_mode & 0o777 == 0o600


@given(st.text(max_size=80))
def test_any_text_is_no_certificate_request(authority_free: str) -> None:
    outcome = LocalAuthority.for_terminal(None, authority_free, code="", hall="", now=LATE_EVENING_IN_LONDON)  # type: ignore[arg-type]  # refused first
    assert isinstance(outcome, RequestFault)
