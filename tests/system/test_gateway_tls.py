"""Who a gateway listens to: the certificate of the connection says it, and nothing else does."""

import http.client
import json
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sync.gateway.authority import LocalAuthority
from sync.gateway.opened import opened_parts
from sync.gateway.serve import AddressRefused, Serving, bind, city_url, numeric, opened_gateway
from sync.gateway.storage import DirectoryRefused
from tests.enrolled import EnrolledTerminal, enrolled
from tests.system.serving import PATIENCE_S, served

TLS = ("127.0.0.1", "localhost")
SAYS_WHO = {
    "Hall-Peer": "CZ03",
    "X-Client-Cert": "CZ03",
    "X-SSL-Client-Cert": "CZ03",
    "X-Forwarded-Client-Cert": "By=x;Subject=CN=CZ03",
    "X-Forwarded-For": "127.0.0.1",
    "X-Forwarded-Proto": "http",
    "Forwarded": "for=127.0.0.1;proto=http",
    "Authorization": "Bearer CZ03",
}


def context(authority: Path, who: EnrolledTerminal | None = None) -> ssl.SSLContext:
    made = ssl.create_default_context(cafile=str(authority))
    if who is not None:
        made.load_cert_chain(who.certificate, who.key)
    return made


@contextmanager
def line(url: str, tls: ssl.SSLContext | None = None) -> Iterator[http.client.HTTPConnection]:
    target = urlsplit(url)
    assert target.hostname is not None
    if tls is None:
        connection = http.client.HTTPConnection(target.hostname, target.port, timeout=PATIENCE_S)
    else:
        connection = http.client.HTTPSConnection(target.hostname, target.port, timeout=PATIENCE_S, context=tls)
    try:
        yield connection
    finally:
        connection.close()


def asked(
    connection: http.client.HTTPConnection, path: str = "/v1/cases", headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, object]]:
    connection.request("GET", path, headers=dict(headers or {}))
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


@pytest.fixture
def terminal(tmp_path: Path) -> EnrolledTerminal:
    return enrolled(tmp_path / "gateway", "CZ03", files=tmp_path / "terminal")


def test_a_terminal_is_who_its_certificate_says(terminal: EnrolledTerminal, tmp_path: Path) -> None:
    with served(tmp_path / "gateway", Serving(), tls_names=TLS) as url:
        assert url.startswith("https://")
        with line(url, context(terminal.authority, terminal)) as connection:
            status, answer = asked(connection)
            assert (status, answer["rows"]) == (200, [])
            assert isinstance(connection.sock, ssl.SSLSocket)
            assert connection.sock.version() == "TLSv1.3"


def test_no_header_stands_in_for_a_certificate(terminal: EnrolledTerminal, tmp_path: Path) -> None:
    with (
        served(tmp_path / "gateway", Serving(), tls_names=TLS) as url,
        line(url, context(terminal.authority)) as connection,
    ):
        for name, value in SAYS_WHO.items():
            assert asked(connection, headers={name: value}) == (401, {"reason": "no-certificate"})
        assert asked(connection, headers=SAYS_WHO) == (401, {"reason": "no-certificate"})
        assert asked(connection, "/v1/health", SAYS_WHO)[0] == 200


def test_over_tls_nobody_counts_as_the_terminal_of_plain_connections(
    terminal: EnrolledTerminal, tmp_path: Path
) -> None:
    with (
        served(tmp_path / "gateway", Serving(simulated=True, as_terminal="CZ03"), tls_names=TLS) as url,
        line(url, context(terminal.authority)) as connection,
    ):
        assert asked(connection, headers=SAYS_WHO) == (401, {"reason": "no-certificate"})


def test_a_revoked_terminal_is_refused_at_once_on_a_connection_that_stays_open(
    terminal: EnrolledTerminal, tmp_path: Path
) -> None:
    data = tmp_path / "gateway"
    with (
        served(data, Serving(), tls_names=TLS) as url,
        line(url, context(terminal.authority, terminal)) as connection,
    ):
        assert asked(connection)[0] == 200
        before = connection.sock
        with opened_parts(data, now=lambda: datetime.now(UTC)) as parts:
            assert parts.storage.revoke("CZ03", datetime.now(UTC))
        assert asked(connection) == (403, {"reason": "revoked"})
        assert connection.sock is before


def test_a_certificate_of_our_authority_that_we_do_not_know_is_nobody(
    terminal: EnrolledTerminal, tmp_path: Path
) -> None:
    """One from a backup of the authority: the register decides, not the signature."""
    data, other = tmp_path / "gateway", tmp_path / "other"
    other.mkdir()
    (data / "authority").rename(other / "authority")
    stranger = enrolled(other, "CZ03", files=tmp_path / "stranger")
    (other / "authority").rename(data / "authority")
    with (
        served(data, Serving(), tls_names=TLS) as url,
        line(url, context(terminal.authority, stranger)) as connection,
    ):
        assert asked(connection) == (401, {"reason": "unknown-certificate"})


def refused(url: str, tls: ssl.SSLContext) -> bool:
    """Whether the handshake, or the first request on it, is refused by the gateway."""
    try:
        with line(url, tls) as connection:
            asked(connection, "/v1/health")
    except (ssl.SSLError, ConnectionError):
        return True
    return False


def test_a_certificate_that_ran_out_is_told_so(terminal: EnrolledTerminal, tmp_path: Path) -> None:
    data = tmp_path / "gateway"
    expired = enrolled(data, "CZ05", files=tmp_path / "expired", age=timedelta(days=91))
    with served(data, Serving(), tls_names=TLS) as url, line(url, context(terminal.authority, expired)) as connection:
        assert asked(connection) == (401, {"reason": "certificate-ran-out"})
        assert asked(connection, "/v1/health")[0] == 200


def test_foreign_certificates_and_old_tls_are_refused(terminal: EnrolledTerminal, tmp_path: Path) -> None:
    data = tmp_path / "gateway"
    foreign = enrolled(tmp_path / "foreign", "CZ03", files=tmp_path / "foreign-terminal")
    old = context(terminal.authority, terminal)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with served(data, Serving(), tls_names=TLS) as url:
        assert refused(url, context(terminal.authority, foreign))
        assert refused(url, old)
        assert refused(url, context(foreign.authority, terminal)), "a foreign gateway"
        assert not refused(url, context(terminal.authority, terminal))


def test_plain_http_on_a_tls_port_is_no_conversation(terminal: EnrolledTerminal, tmp_path: Path) -> None:
    with served(tmp_path / "gateway", Serving(), tls_names=TLS) as url:
        target = urlsplit(url)
        with socket.create_connection((target.hostname or "", target.port or 0), PATIENCE_S) as bare:
            bare.sendall(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = bare.recv(100)
    assert not answer.startswith(b"HTTP")


def test_plain_connections_have_no_identity_unless_a_simulation_gives_them_one(
    terminal: EnrolledTerminal, tmp_path: Path
) -> None:
    data = tmp_path / "gateway"
    with served(data, Serving(simulated=True)) as url, line(url) as connection:
        assert asked(connection, headers=SAYS_WHO) == (401, {"reason": "no-certificate"})
    with served(data, Serving(simulated=True, as_terminal="CZ03")) as url, line(url) as connection:
        assert asked(connection)[0] == 200


def test_nobody_counts_as_a_terminal_that_is_not_registered(tmp_path: Path) -> None:
    refusing = opened_gateway(tmp_path, Serving(simulated=True, as_terminal="CZ99"))
    with pytest.raises(DirectoryRefused, match="CZ99"), refusing:
        pass


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_plain_http_listens_on_loopback_only(host: str) -> None:
    with pytest.raises(AddressRefused, match="--tls"):
        bind(host, 0)


def test_an_address_is_a_number() -> None:
    with pytest.raises(AddressRefused, match="numeric"):
        numeric("gateway.example")
    bind("0.0.0.0", 0, tls_names=TLS).close()


def test_the_authority_of_a_directory_stays_the_same(tmp_path: Path) -> None:
    first = LocalAuthority(tmp_path, now=datetime.now(UTC)).certificate
    assert LocalAuthority(tmp_path, now=datetime.now(UTC)).certificate == first


@pytest.mark.parametrize(
    "url",
    ["http://192.0.2.1/hand-on", "http://city.example/", "file:///etc", "https://", "http://[::", "city.example"],
)
def test_nothing_personal_goes_to_the_city_in_the_clear(url: str) -> None:
    with pytest.raises(AddressRefused):
        city_url(url)


@pytest.mark.parametrize(
    "url", ["https://city.example/hand-on", "http://127.0.0.1:9/", "http://[::1]:9/", "http://localhost/"]
)
def test_a_webhook_is_https_or_on_this_machine(url: str) -> None:
    assert city_url(url) == url
