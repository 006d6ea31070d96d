"""HTTPS for a terminal without a certificate that counts: its first words to a gateway, and a late renewal.

One request a connection, under one deadline, and nothing but `http.client`: no proxy, no redirect, no cookie.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from sync.agent.line import NO_CHECK_TIME

DEADLINE_S = 30.0
LONGEST_ANSWER_BYTES = 1_000_000
_CLOCK_MAY_BE_OFF = timedelta(hours=1)
_OUT_OF_TIME = (9, 10)  # X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED


@dataclass(frozen=True, slots=True)
class Answered:
    """`server_time`: what the answer claims, believed by nobody; good for a hint."""

    status: int
    content: bytes
    server_time: datetime | None


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No answer: `why`, in words."""

    why: str


@dataclass(frozen=True, slots=True)
class NotBelieved:
    """The server has no certificate of the authority. `out_of_time`: it has, but not for what our clock says."""

    why: str
    out_of_time: bool


def trusting(authority: str, *, by_our_clock: bool) -> ssl.SSLContext:
    """Speaks only to who this authority (PEM) certifies, whenever that was unless `by_our_clock`.

    Raises ssl.SSLError when it is no certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(cadata=authority)
    if not by_our_clock:
        context.verify_flags |= ssl.VerifyFlags(NO_CHECK_TIME)
    return context


def trusting_nobody() -> ssl.SSLContext:
    """To look at who is there. Nothing of ours may be sent on it, and nothing that comes is believed unproved."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def ask(
    url: str,
    path: str,
    context: ssl.SSLContext,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    deadline_s: float = DEADLINE_S,
) -> Answered | Unreachable | NotBelieved:
    """GET `path` of the gateway at `url`, or POST the JSON `body` to it. Raises ValueError when `url` is not https."""
    address = urlsplit(url)
    if address.scheme != "https" or address.hostname is None:
        raise ValueError(f"{url} is no https address")
    try:
        plain = socket.create_connection((address.hostname, address.port or 443), timeout=deadline_s)
    except OSError as error:
        return Unreachable(error.strerror or str(error) or "no answer in time")
    with plain, plain.dup() as ours:
        timer = threading.Timer(deadline_s, _cut, (ours,))
        timer.start()
        try:
            with context.wrap_socket(plain, server_hostname=address.hostname) as secured:
                return _exchange(secured, address.netloc, address.path.rstrip("/") + path, body, headers or {})
        except ssl.SSLCertVerificationError as error:
            return NotBelieved(error.verify_message, error.verify_code in _OUT_OF_TIME)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Unreachable(f"the connection broke off ({type(error).__name__})")
        finally:
            timer.cancel()
            timer.join()


def clock_differs(answer: Answered, now: datetime) -> bool:
    """Whether the server says a quite different time than our clock."""
    return answer.server_time is not None and abs(answer.server_time - now) > _CLOCK_MAY_BE_OFF


def _exchange(
    secured: ssl.SSLSocket, host: str, path: str, body: bytes | None, headers: Mapping[str, str]
) -> Answered | Unreachable:
    connection = http.client.HTTPConnection(host)
    connection.sock = secured
    kind = {"Content-Type": "application/json"} if body is not None else {}
    connection.request("GET" if body is None else "POST", path, body, {"Connection": "close", **kind, **headers})
    response = connection.getresponse()
    content = response.read(LONGEST_ANSWER_BYTES + 1)
    if len(content) > LONGEST_ANSWER_BYTES:
        return Unreachable("the answer is too long for a gateway's")
    return Answered(response.status, content, _time_of(response.headers.get("Date", "")))


def _time_of(date: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
