"""To whom the agent speaks, and for how long: real sockets on loopback, the agent's time in the test's hand."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sync.agent.deadline import Deadline
from sync.agent.exchange import AddressRefused, Again, Answer, Exchange
from sync.agent.line import NO_CHECK_TIME, open_session, tls_context
from sync.agent.schedule import Trouble

PATIENCE_S = 10.0
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
THIS_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)


class VirtualClock:
    def __init__(self) -> None:
        self.passed_s = 0.0

    def monotonic_s(self) -> float:
        return self.passed_s

    def now(self) -> datetime:
        return THIS_YEAR


@dataclass(frozen=True)
class Papers:
    key: Path
    certificate: Path


class Authority:
    def __init__(self, directory: Path, name: str) -> None:
        self.directory = directory
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = directory / f"{name}.pem"
        self._write(self.certificate, self._signed(self.name, self.key, LONG_AGO, extension=None))

    def issue(self, name: str, *, since: datetime = THIS_YEAR, address: str = "127.0.0.1") -> Papers:
        """For 90 days."""
        key, papers = (
            ec.generate_private_key(ec.SECP256R1()),
            Papers(self.directory / f"{name}.key", self.directory / f"{name}.crt"),
        )
        alternative = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._write(papers.certificate, self._signed(subject, key, since, extension=alternative))
        papers.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return papers

    def _signed(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        since: datetime,
        *,
        extension: x509.ExtensionType | None,
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(since)
            .not_valid_after(since + timedelta(days=90))
            .add_extension(x509.BasicConstraints(ca=extension is None, path_length=None), critical=True)
        )
        if extension is not None:
            builder = builder.add_extension(extension, critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def _write(self, path: Path, certificate: x509.Certificate) -> None:
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


@pytest.fixture
def ours(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "ours")


Behaviour = Callable[[socket.socket], None]


@contextmanager
def serving(behave: Behaviour) -> Iterator[str]:
    """Each connection is given to `behave`; yields host and port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def run() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                connection.settimeout(PATIENCE_S)
                with connection, suppress(OSError):
                    behave(connection)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield f"127.0.0.1:{listening.getsockname()[1]}"
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def over_tls(
    papers: Papers, *, authority: Path, seen: list[bytes | None] | None = None, most: ssl.TLSVersion | None = None
) -> Behaviour:
    """Answers one request; `seen` gets the peer's certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(papers.certificate, papers.key)
    context.load_verify_locations(cafile=authority)
    context.verify_mode = ssl.CERT_OPTIONAL
    context.verify_flags |= ssl.VerifyFlags(NO_CHECK_TIME)
    if most is not None:
        context.maximum_version = most

    def behave(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            if seen is not None:
                seen.append(secured.getpeercert(True))
            secured.recv(65_536)
            secured.sendall(ANSWER)

    return behave


@contextmanager
def terminal(
    authority: Authority, url: str, *, floor: datetime | None = None, clock: VirtualClock | None = None
) -> Iterator[Exchange]:
    papers = authority.issue("terminal")
    tls = tls_context(authority=authority.certificate, certificate=papers.certificate, key=papers.key)
    clock = clock or VirtualClock()
    deadline = Deadline(clock)
    with open_session(deadline, tls=tls if url.startswith("https") else None, floor=lambda: floor) as session:
        yield Exchange(
            session, url, clock=clock, deadline=deadline, connect_timeout_s=PATIENCE_S, read_timeout_s=PATIENCE_S
        )
    deadline.close()


def test_both_ends_show_certificates_of_our_authority(ours: Authority) -> None:
    seen: list[bytes | None] = []
    gateway = over_tls(ours.issue("gateway"), authority=ours.certificate, seen=seen)
    with serving(gateway) as there, terminal(ours, f"https://{there}") as exchange:
        assert isinstance(exchange.ask("GET", "v1/health"), Answer)
    assert seen == [ssl.PEM_cert_to_DER_cert((ours.directory / "terminal.crt").read_text())]


def test_certificates_are_judged_by_signed_time_and_not_by_this_machines_clock(ours: Authority) -> None:
    """The certificate is of 2001: this machine's clock says it is over, signed time alone decides."""
    gateway = over_tls(ours.issue("gateway", since=LONG_AGO), authority=ours.certificate)
    with serving(gateway) as there:
        for floor in (None, LONG_AGO + timedelta(days=89)):
            with terminal(ours, f"https://{there}", floor=floor) as exchange:
                assert isinstance(exchange.ask("GET", "v1/health"), Answer)
        with terminal(ours, f"https://{there}", floor=LONG_AGO + timedelta(days=91)) as exchange:
            outcome = exchange.ask("GET", "v1/health")
    assert isinstance(outcome, Again)
    assert outcome.trouble is Trouble.IDENTITY


def test_nothing_is_said_to_a_foreign_certificate(ours: Authority, tmp_path: Path) -> None:
    foreign_home = tmp_path / "foreign"
    foreign_home.mkdir()
    foreign, seen = Authority(foreign_home, "ours"), list[bytes | None]()
    portal = over_tls(foreign.issue("gateway"), authority=ours.certificate, seen=seen)
    elsewhere = over_tls(ours.issue("elsewhere", address="127.0.0.9"), authority=ours.certificate, seen=seen)
    for behave in (portal, elsewhere):
        with serving(behave) as there, terminal(ours, f"https://{there}") as exchange:
            outcome = exchange.ask("PUT", "v1/submissions/x", body=b"secret")
        assert isinstance(outcome, Again)
        assert outcome.trouble is Trouble.IDENTITY
    assert not seen


def test_an_older_tls_is_not_spoken(ours: Authority) -> None:
    old = over_tls(ours.issue("gateway"), authority=ours.certificate, most=ssl.TLSVersion.TLSv1_2)
    with serving(old) as there, terminal(ours, f"https://{there}") as exchange:
        assert isinstance(exchange.ask("GET", "v1/health"), Again)


def test_a_portal_without_tls_is_a_line_that_is_down(ours: Authority) -> None:
    def portal(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\n\r\n")

    with serving(portal) as there, terminal(ours, f"https://{there}") as exchange:
        outcome = exchange.ask("GET", "v1/health")
    assert isinstance(outcome, Again)
    assert outcome.trouble is Trouble.UNREACHABLE


def test_plain_http_goes_to_this_machine_only_and_no_proxy_is_asked(
    ours: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    def plain(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(ANSWER)

    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with serving(plain) as there, terminal(ours, f"http://{there}") as exchange:
        assert isinstance(exchange.ask("GET", "v1/health"), Answer)
    with pytest.raises(AddressRefused), terminal(ours, "http://192.0.2.1/"):
        pass


def say_nothing(connection: socket.socket, _: threading.Event) -> None:
    while connection.recv(65_536):
        pass


def trickle_headers(connection: socket.socket, ended: threading.Event) -> None:
    connection.recv(65_536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: a")
    say_nothing(connection, ended)


def read_nothing(_: socket.socket, ended: threading.Event) -> None:
    assert ended.wait(PATIENCE_S)


class Endless:
    """A body that says how far it was taken."""

    def __init__(self, progress: Callable[[], None]) -> None:
        self._progress = progress

    def __len__(self) -> int:
        return 50_000_000

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(0, len(self), 16_384):
            self._progress()
            yield bytes(16_384)


@pytest.mark.parametrize(
    ("scheme", "stall"),
    [("http", say_nothing), ("https", say_nothing), ("http", trickle_headers), ("http", read_nothing)],
)
def test_every_request_ends_at_its_deadline_however_the_other_side_stalls(
    ours: Authority, scheme: str, stall: Callable[[socket.socket, threading.Event], None]
) -> None:
    """A handshake that never ends, headers byte by byte, a send that nobody reads."""
    clock, ended = VirtualClock(), threading.Event()
    with (
        serving(lambda connection: stall(connection, ended)) as there,
        terminal(ours, f"{scheme}://{there}", clock=clock) as exchange,
    ):

        def time_passes() -> None:
            while not ended.wait(0.02):
                clock.passed_s += 60.0
                exchange.deadline.look()

        thread = threading.Thread(target=time_passes)
        thread.start()
        started = clock.passed_s
        outcome = exchange.ask("PATCH", "v1/uploads/1", body=Endless(exchange.deadline.progress))
        ended.set()
        thread.join()
    assert isinstance(outcome, Again)
    assert outcome.trouble is Trouble.UNREACHABLE
    assert clock.passed_s > started


@pytest.mark.parametrize(
    "torn", [b"HTTP/1.1 204 No Content\r\nUpload-Offset: 4", b"HTTP/1.1 204 No Content\r\n", b"HTTP/1."]
)
def test_headers_that_were_torn_off_are_no_answer(ours: Authority, torn: bytes) -> None:
    """An offset of 400000 would be one of 4."""

    def tear(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(torn)

    with serving(tear) as there, terminal(ours, f"http://{there}") as exchange:
        outcome = exchange.ask("PATCH", "v1/uploads/1")
    assert isinstance(outcome, Again)
    assert outcome.trouble is Trouble.UNREACHABLE


def test_progress_moves_a_deadline_on_and_a_new_way_out_brings_it_near() -> None:
    clock = VirtualClock()
    deadline = Deadline(clock)
    with deadline.within(10):
        clock.passed_s = 9
        deadline.progress()
        clock.passed_s = 18
        assert not deadline.look()
        deadline.hurry(0.5)
        clock.passed_s = 18.6
        assert deadline.look()
    assert not deadline.look(), "between two requests nothing is over its time"


def test_a_connection_that_is_closed_is_let_go(ours: Authority) -> None:
    """The other side sees its end while the session lives on."""
    ends: list[bytes] = []
    ended = threading.Event()

    def close(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(ANSWER.replace(b"Content", b"Connection: close\r\nContent"))
        ends.append(connection.recv(1))
        ended.set()

    with serving(close) as there, terminal(ours, f"http://{there}") as exchange:
        assert isinstance(exchange.ask("GET", "v1/health"), Answer)
        assert ended.wait(PATIENCE_S)
    assert ends == [b""]


def test_a_session_that_was_cut_opens_nothing_any_more(ours: Authority) -> None:
    with serving(lambda _: None) as there, terminal(ours, f"http://{there}") as exchange:
        exchange.deadline.cut()
        assert isinstance(exchange.ask("GET", "v1/health"), Again)
