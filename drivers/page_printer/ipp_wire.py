"""Requests to a printer over HTTP (RFC 8010, 4), each on a connection of its own, with an end to everything.

One deadline holds for all of an exchange: a printer that gives one byte a second is as silent as one that gives none.
"""

import http.client
import logging
import socket
import time
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from drivers.page_printer.ipp_messages import MOST_ANSWER
from kiosk.faults import (
    PAGE_PRINTER_NOT_WORKING,
    PAGE_PRINTER_REFUSED,
    PAGE_PRINTER_SILENT,
    PAGE_PRINTER_UNPLUGGED,
    Fault,
)

PORT = 631
CONNECT_WITHIN_S = 1.0
_CUPS_QUEUES = ("/printers/", "/classes/", "/jobs/")
_log = logging.getLogger(__name__)


class NoAnswer(Exception):
    """Only drivers see it: a port tells the fault."""

    fault: Fault


class NotReached(NoAnswer):
    """No connection: nothing of the request arrived."""

    fault = PAGE_PRINTER_UNPLUGGED


class AnswerLost(NoAnswer):
    """The request may have arrived, whole or in part."""

    fault = PAGE_PRINTER_SILENT


class Garbled(AnswerLost):
    """The request arrived, and what came back cannot be understood."""

    fault = PAGE_PRINTER_NOT_WORKING


class HttpRefused(NoAnswer):
    """The printer's HTTP server took no IPP but answered with a status of its own, such as 404."""

    fault = PAGE_PRINTER_REFUSED


@dataclass(frozen=True, slots=True)
class IppAddress:
    """`uri` names the printer in requests."""

    host: str
    port: int
    path: str
    uri: str


def parse_address(address: str) -> IppAddress:
    """`ipp://host[:port]/ipp/print`. ValueError for what is none, and for a queue of CUPS: there a job is
    completed once it was sent."""
    parts = urlsplit(address)
    form = f"not the address of a printer: {address!r} (ipp://host:631/ipp/print)"
    if parts.scheme != "ipp" or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError(form)
    try:
        port = parts.port or PORT
    except ValueError as error:
        raise ValueError(form) from error
    if parts.path.startswith(_CUPS_QUEUES):
        raise ValueError(
            f"{address!r} is a queue of CUPS, which does not know what comes out; give the printer's own address"
        )
    path = parts.path or "/"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return IppAddress(parts.hostname, port, path, f"ipp://{host}:{port}{path}")


class Wire(Protocol):
    """Questions to one printer."""

    @property
    def address(self) -> IppAddress: ...

    def ask(self, request: bytes, *, until: float) -> bytes: ...


class IppWire:
    """Knows where the printer is; holds no connection."""

    def __init__(self, address: IppAddress) -> None:
        self.address = address
        self._reason = ""

    def ask(self, request: bytes, *, until: float) -> bytes:
        """The bytes of the answer, at most `MOST_ANSWER` and one. `until`: of the monotonic clock.

        Raises `NotReached`, `AnswerLost` or `HttpRefused`.
        """
        connection = _Connection(self.address.host, self.address.port, until)
        try:
            connection.connect()
        except OSError as error:
            raise NotReached(self._noted(error)) from error
        try:
            connection.request("POST", self.address.path, request, {"Content-Type": "application/ipp"})
            with connection.getresponse() as response:
                octets = response.read(MOST_ANSWER + 1)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise AnswerLost(self._noted(error)) from error
        finally:
            connection.close()
        if response.status != http.HTTPStatus.OK:
            raise HttpRefused(self._noted(f"HTTP {response.status}"))
        self._reason = ""
        return octets

    def _noted(self, why: object) -> str:
        """Written down once, until something is answered."""
        reason = f"{self.address.uri}: {why or type(why).__name__}"
        if reason != self._reason:
            self._reason = reason
            _log.info("%s", reason)
        return reason


class _Connection(http.client.HTTPConnection):
    def __init__(self, host: str, port: int, until: float) -> None:
        super().__init__(host, port)
        self._until = until

    def connect(self) -> None:
        plain = socket.create_connection((self.host, self.port), min(CONNECT_WITHIN_S, _left_s(self._until)))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = _BoundedSocket(plain, self._until)


class _BoundedSocket(socket.socket):
    """Each call may take what is left of the time for all of them."""

    def __init__(self, plain: socket.socket, until: float) -> None:
        super().__init__(plain.family, plain.type, plain.proto, fileno=plain.detach())
        self._until = until

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        self.settimeout(_left_s(self._until))
        return super().recv_into(buffer, nbytes, flags)

    def sendall(self, data: Any, flags: int = 0) -> None:
        self.settimeout(_left_s(self._until))
        super().sendall(data, flags)


def _left_s(until: float) -> float:
    left_s = until - time.monotonic()
    if left_s <= 0:
        raise TimeoutError("the time for it is over")
    return left_s
