"""A gateway's side of enrolment and renewal over TLS, scripted by the test: its own authority, its own answers."""

import base64
import ipaddress
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sync.wire.signatures import SigningKey, new_seed

PublicKey = ec.EllipticCurvePublicKey


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


class Authority:
    """Certifies whatever it is asked to."""

    def __init__(self, name: str = "test authority") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self._certify(self._name, self._key.public_key(), timedelta(days=3650), ca=True)

    def for_terminal(
        self, public_key: Any, *, life: timedelta = timedelta(days=90), since: datetime | None = None
    ) -> x509.Certificate:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CZ03")])
        return self._certify(subject, public_key, life, since=since)

    def server_context(self, directory: Path, *, since: datetime | None = None) -> ssl.SSLContext:
        """For 127.0.0.1 alone."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gateway")])
        certificate = self._certify(subject, key.public_key(), timedelta(days=9), names=names, since=since)
        chain = directory / f"server-{id(self)}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        chain.write_bytes(private + pem(certificate).encode())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context

    def _certify(
        self,
        subject: x509.Name,
        public_key: Any,
        life: timedelta,
        *,
        names: x509.SubjectAlternativeName | None = None,
        since: datetime | None = None,
        ca: bool = False,
    ) -> x509.Certificate:
        since = since or datetime.now(UTC) - timedelta(minutes=1)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(since)
            .not_valid_after(since + life)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if ca:
            usage = dict.fromkeys(
                ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
                 "encipher_only", "decipher_only"), False,
            )  # fmt: skip
            builder = builder.add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True)
        if names:
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self._key, hashes.SHA256())


Answer = tuple[int, Any] | None  # status and JSON; None: the connection breaks off


class EnrollingGateway:
    """`answer(path, body)` decides; `asked` remembers what came. A request it answers with None gets no answer."""

    def __init__(self) -> None:
        self.authority = Authority()
        self.signing = SigningKey(new_seed())
        self.asked: list[tuple[str, dict[str, Any], str]] = []
        self.answer: Callable[[str, dict[str, Any]], Answer] = self.certified
        self.shown = pem(self.authority.certificate).encode()
        self.date = ""  # in place of the right one
        self.configuration = json.dumps(
            {"format": "hall-terminal/configuration/1", "terminal": "CZ03", "serial": 1, "at": "2026-11-23T00:00:00Z",
             "settings": {"hall": {"name": "湘桥区政务服务大厅"}}}, ensure_ascii=False,
        )  # fmt: skip

    def certified(self, path: str, body: dict[str, Any], **life: Any) -> Answer:
        request = x509.load_pem_x509_csr(body["csr"].encode())
        answer = {
            "certificate": pem(self.authority.for_terminal(request.public_key(), **life)),
            "authority": pem(self.authority.certificate),
            "gateway_keys": {self.signing.key_id: base64.b64encode(self.signing.public).decode()},
        }
        if path == "/v1/enrolment":
            answer["configuration"] = self.configuration
            answer["configuration_signature"] = self.signing.sign(self.configuration.encode()).line
        return 200, answer


@contextmanager
def serving(gateway: EnrollingGateway, context: ssl.SSLContext) -> Iterator[str]:
    """Its address, while it serves in a thread of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(200, gateway.shown)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            gateway.asked.append((self.path, body, self.headers.get("Hall-Signature", "")))
            answer = gateway.answer(self.path, body)
            if answer is not None:
                self._send(answer[0], json.dumps(answer[1]).encode())

        def _send(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def date_time_string(self, timestamp: float | None = None) -> str:
            return gateway.date or super().date_time_string(timestamp)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = False

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # a client that does not believe us hangs up

    with Server(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"https://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
