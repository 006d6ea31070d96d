"""The login page of somebody else's network: what it says to HTTP, and the certificate it shows to TLS.

`RequestFrames` cuts a stream of HTTP/1.1 into whole requests (RFC 9112, bodies by length or chunked).
"""

import datetime
import ipaddress
import re
import ssl
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PAGE = "<!DOCTYPE html><html><head><title>上网登录</title></head><body><h1>请登录后上网</h1></body></html>\n".encode()
TLS_HANDSHAKE = 0x16
_HEAD_END = b"\r\n\r\n"
_REQUEST_LINE = re.compile(rb"[A-Z]+ \S+ HTTP/1\.[01]\r\n")
_LENGTH = re.compile(rb"(?i)\r\ncontent-length:[ \t]*(\d+)")
_CHUNKED = re.compile(rb"(?i)\r\ntransfer-encoding:[^\r]*chunked")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]+)[^\r\n]*\r\n")


class RequestFrames:
    """Fed with what a client sends, it gives back each request when it is whole; nothing if it is not plain HTTP."""

    def __init__(self) -> None:
        self._stream = bytearray()
        self._plain = True

    def feed(self, part: bytes) -> list[bytes]:
        if not self._plain:
            return []
        self._stream += part
        whole = []
        while size := self._first_size():
            whole.append(bytes(self._stream[:size]))
            del self._stream[:size]
        return whole

    def _first_size(self) -> int:
        """Of the first request, 0 while it is not whole."""
        stream = self._stream
        if stream and not 0x41 <= stream[0] <= 0x5A:
            return self._give_up()
        head_end = stream.find(_HEAD_END)
        if head_end < 0:
            return 0
        if not _REQUEST_LINE.match(stream):
            return self._give_up()
        body = head_end + len(_HEAD_END)
        if _CHUNKED.search(stream, 0, head_end):
            return self._chunked_size(body)
        length = _LENGTH.search(stream, 0, head_end)
        size = body + (int(length[1]) if length else 0)
        return size if len(stream) >= size else 0

    def _chunked_size(self, at: int) -> int:
        while chunk := _CHUNK_SIZE.match(self._stream, at):
            at = chunk.end()
            if int(chunk[1], 16) == 0:  # trailer fields, and the empty line that ends them
                end = self._stream.find(_HEAD_END, at - 2)
                return end + len(_HEAD_END) if end >= 0 else 0
            at += int(chunk[1], 16) + 2
        return 0

    def _give_up(self) -> int:
        self._plain = False
        self._stream.clear()
        return 0


class Portal:
    """The portal's network: one certificate for every connection that it takes."""

    def __init__(self) -> None:
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "portal.pem"
            path.write_bytes(_own_certificate())
            self._tls.load_cert_chain(path)

    def connection(self, redirect_to: str) -> "PortalConnection":
        return PortalConnection(self._tls, redirect_to)


class PortalConnection:
    """One client's conversation with the portal. `receive` answers; `over`: the portal hangs up after that."""

    def __init__(self, tls: ssl.SSLContext, redirect_to: str) -> None:
        self._context = tls
        self._redirect_to = redirect_to
        self._frames = RequestFrames()
        self._into, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None
        self._begun = False
        self.over = False

    def receive(self, part: bytes) -> bytes:
        if part and not self._begun:
            self._begun = True
            if part[0] == TLS_HANDSHAKE:
                self._tls = self._context.wrap_bio(self._into, self._out, server_side=True)
        if self._tls is None:
            return self._answer(part)
        self._into.write(part)
        try:
            self._tls.do_handshake()
            while not self.over:
                self._tls.write(self._answer(self._tls.read()))
            self._tls.unwrap()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:  # the client does not want this certificate
            self.over = True
        return self._out.read()

    def _answer(self, part: bytes) -> bytes:
        requests = self._frames.feed(part)
        if not requests:
            return b""
        self.over = True
        status = f"302 Found\r\nLocation: {self._redirect_to}" if self._redirect_to else "200 OK"
        head = f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(PAGE)}\r\n"
        body = b"" if requests[0].startswith(b"HEAD ") else PAGE
        return f"{head}Connection: close\r\n\r\n".encode() + body


def _own_certificate() -> bytes:
    """Key and certificate in PEM, signed by itself, for every name a test may call this machine by."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "portal.example")])
    names = [x509.DNSName("localhost"), x509.DNSName("*.example"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return secret + certificate.public_bytes(serialization.Encoding.PEM)
