"""One request, one answer as an outcome. Never raises for what a network can do, and never tries twice.

An answer counts only when it is our gateway's: JSON that names what was asked for, a tus answer with its own headers,
or bytes that it signed. A portal's page with status 200 is `Again`, like a line that is down.
"""

import re
import ssl
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from kiosk.submission import Json
from sync.agent.backoff import retry_after_s
from sync.agent.clock import Clock
from sync.agent.deadline import Deadline
from sync.agent.schedule import Trouble
from sync.wire.json_object import read_object

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
ANSWER_LIMIT_BYTES = 1_000_000
PIECE_BYTES = 16_384
SLOWEST_BYTES_S = 1_000  # a body as slow as this still gets through
TUS_HEADER = "Tus-Resumable"
STALE = frozenset({"certificate-ran-out", "unknown-certificate"})  # the second after a restore: it was lost there
WORD = re.compile(r"[a-z][a-z-]{0,39}")  # a reason as our gateway writes it; it stands in logs and in the note


class AddressRefused(Exception):
    """Nothing of a citizen is sent to this address."""


@dataclass(frozen=True, slots=True)
class Again:
    """Not now. `reason` says nothing personal."""

    reason: str
    trouble: Trouble
    retry_after_s: float = 0.0
    stale: bool = False  # our certificate ran out, or the gateway knows it no more


@dataclass(frozen=True, slots=True)
class Rejected:
    """422, or larger than what may come: it can never be taken as it is. `answer` names every fault."""

    answer: bytes


@dataclass(frozen=True, slots=True)
class Conflicting:
    """409, or 403 for another terminal's: something else is there under this id."""

    answer: bytes


@dataclass(frozen=True, slots=True)
class Gone:
    """404, 410, or a blob that did not arrive as it was sent: begin this one again."""


class Body(Protocol):
    """What is sent piece by piece."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    asked_for_s: float  # what `Retry-After` says

    def names(self, **expected: Json) -> dict[str, Json] | None:
        """The JSON object, when it is one and each expected member stands in it."""
        said = read_object(self.body)
        if said is None or any(said.get(key) != wanted for key, wanted in expected.items()):
            return None
        return said

    def again(self) -> Again:
        """The retry that this answer means: asked for by our gateway, or not an answer of ours at all.

        A pause is only granted to our gateway: a portal could silence a terminal with it.
        """
        said = self.names()
        ours = said is not None or TUS_HEADER in self.headers
        pause_s = self.asked_for_s if ours else 0.0
        reason = said.get("reason") if said is not None else None
        is_word = isinstance(reason, str) and WORD.fullmatch(reason) is not None
        what = f"status {self.status}" + (f" ({reason})" if is_word else "")
        if self.status == 429:
            return Again(what, Trouble.BUSY, pause_s)
        if (self.status >= 500 and self.status != 511) or self.status in (408, 425):
            return Again(what, Trouble.SERVER, pause_s)
        if not ours:
            return Again(f"not our gateway (status {self.status})", Trouble.UNREACHABLE)
        if self.status in (401, 403):
            return Again(what, Trouble.IDENTITY, pause_s, stale=self.status == 401 and is_word and reason in STALE)
        return Again(what, Trouble.CASE, pause_s)


class Exchange:
    """Asks the gateway at `url` over `session`; both are one thread's. `deadline` is what the session is watched by.

    Raises AddressRefused for plain HTTP to another machine.
    """

    def __init__(
        self,
        session: requests.Session,
        url: str,
        *,
        clock: Clock,
        deadline: Deadline | None = None,
        connect_timeout_s: float = 5.0,
        read_timeout_s: float = 20.0,
    ) -> None:
        target = urlsplit(url)
        if target.scheme != "https" and (target.scheme != "http" or target.hostname not in LOOPBACK):
            raise AddressRefused(f"{url}: plain HTTP goes to this machine only, to others HTTPS")
        self._session = session
        self._url = url.rstrip("/") + "/"
        self._clock = clock
        self.deadline = deadline or Deadline(clock)
        self._timeout = (connect_timeout_s, read_timeout_s)

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: bytes | Body = b"",
        headers: Mapping[str, str] | None = None,
        limit_bytes: int = ANSWER_LIMIT_BYTES,
    ) -> Answer | Again:
        """`path` from the gateway's address on, or a whole URL of `own_path`. At most `limit_bytes` come back, after
        they were unpacked. The whole takes no longer than both time-outs and the slowest line's time for the body; a
        `Body` that calls `deadline.progress()`, and every 16 kB of an answer that may be large, begins it anew."""
        connect_s, read_s = self._timeout
        if isinstance(body, bytes):
            within_s = connect_s + 2 * read_s + len(body) / SLOWEST_BYTES_S
        else:  # the kernel still holds some of it when the last piece is gone
            within_s, read_s = connect_s + 3 * read_s, 3 * read_s
        try:
            with (
                self.deadline.within(within_s),
                self._session.request(
                    method,
                    urljoin(self._url, path),
                    data=body,
                    headers=dict(headers or {}),
                    timeout=(connect_s, read_s),
                    allow_redirects=False,
                    stream=True,
                ) as answer,
            ):
                received = self._received(answer, limit_bytes)
                if received is None:
                    return Again("an answer without end", Trouble.UNREACHABLE)
                pause_s = retry_after_s(answer.headers.get("Retry-After"), now=self._clock.now())
                return Answer(answer.status_code, answer.headers, received, pause_s)
        except requests.exceptions.SSLError as error:
            return _tls_again(error)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, zlib.error) as error:
            return Again(type(error).__name__, Trouble.UNREACHABLE)

    def own_path(self, location: str) -> str | None:
        """The path and query of a `Location`, when it stays with our gateway."""
        whole = urljoin(self._url, location)
        path = whole.removeprefix(self._url)
        return path if path != whole and urljoin(self._url, path) == whole else None

    def _received(self, answer: requests.Response, limit_bytes: int) -> bytes | None:
        received, renewed = bytearray(), 0
        for part in answer.iter_content(PIECE_BYTES):
            received += part
            if len(received) > limit_bytes:
                return None
            if limit_bytes > ANSWER_LIMIT_BYTES and len(received) >= renewed + PIECE_BYTES:
                renewed = len(received)
                self.deadline.progress()
        return bytes(received)


def _tls_again(error: BaseException) -> Again:
    """A handshake that broke off is a line that is down; one that was refused, by either side, is about identity."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        inner = next((one for one in cause.args if isinstance(one, BaseException)), None)
        cause = getattr(cause, "reason", None) if isinstance(getattr(cause, "reason", None), Exception) else inner
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Again(f"TLS: {cause.verify_message}", Trouble.IDENTITY)
    if isinstance(cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)):
        return Again(type(cause).__name__, Trouble.UNREACHABLE)
    reason = getattr(cause, "reason", None)
    if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST"):  # no TLS there at all: a portal
        return Again("not our gateway (no TLS)", Trouble.UNREACHABLE)
    return Again(f"TLS: {reason or type(error).__name__}", Trouble.IDENTITY)
