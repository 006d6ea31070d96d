"""Bytes to and from a device, whatever the wire.

A transport opens itself at the first call and again after a loss, so that reconnecting needs no code in a driver.
"""

import logging
import select
import socket
import termios
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Literal, Protocol
from urllib.parse import parse_qs, urlsplit

import serial

CONNECT_WITHIN_S = 0.3  # devices stand on the same desk
WRITE_WITHIN_S = 5.0
DISCARD_WITHIN_S = 0.1  # one that never stops talking is listened to all the same
ACKNOWLEDGED_WITHIN_S = 10.0  # a plug pulled out of the network is noticed, not only a device that says goodbye
_CHUNK = 65536
_log = logging.getLogger(__name__)


Flow = Literal["none", "xonxoff", "rtscts"]
FLOWS: Mapping[str, Flow] = {"none": "none", "xonxoff": "xonxoff", "rtscts": "rtscts"}


class TransportLost(Exception):
    """The wire is gone. Only drivers see this: a port answers `Disconnected`."""


class LossLog:
    """Writes down why a wire is lost, which a port's `Disconnected` does not tell: once, until it is open again."""

    def __init__(self) -> None:
        self._reason = ""

    def lost(self, wire: object, error: Exception) -> TransportLost:
        reason = f"{wire}: {error}"
        if reason != self._reason:
            self._reason = reason
            _log.info("%s", reason)
        return TransportLost(reason)

    def opened(self) -> None:
        self._reason = ""


class Transport(Protocol):
    """Every method opens the wire when it is not open, and raises `TransportLost` when it cannot or breaks."""

    def discard_input(self) -> None:
        """Forget what has arrived so far: it answers an older question."""
        ...

    def write(self, data: bytes) -> None: ...

    def read(self, *, within_s: float) -> bytes:
        """What has arrived, at least one byte; empty when nothing came in time."""
        ...

    def close(self) -> None:
        """Let the wire go; the next call opens it again."""
        ...


class SerialTransport:
    """A serial port or pseudo-terminal, 8N1. `flow`: how the device holds us up when its buffer is full."""

    def __init__(self, path: str, *, baud: int, flow: Flow = "none") -> None:
        self._path = path
        self._baud = baud
        self._flow = flow
        self._port: serial.Serial | None = None
        self._losses = LossLog()

    def discard_input(self) -> None:
        port = self._opened()
        try:
            port.reset_input_buffer()
        except (OSError, termios.error) as error:
            raise self._lost(error) from error

    def write(self, data: bytes) -> None:
        port = self._opened()
        try:
            port.write(data)
        except (OSError, termios.error) as error:
            raise self._lost(error) from error

    def read(self, *, within_s: float) -> bytes:
        port = self._opened()
        try:
            if not select.select([port.fileno()], [], [], within_s)[0]:
                return b""
            return bytes(port.read(port.in_waiting or 1))
        except (OSError, termios.error) as error:
            raise self._lost(error) from error

    def close(self) -> None:
        if self._port is not None:
            with suppress(OSError, termios.error):
                self._port.close()
            self._port = None

    def _opened(self) -> serial.Serial:
        if self._port is None:
            try:
                self._port = serial.Serial(
                    self._path,
                    baudrate=self._baud,
                    timeout=0,
                    write_timeout=WRITE_WITHIN_S,
                    exclusive=True,
                    xonxoff=self._flow == "xonxoff",
                    rtscts=self._flow == "rtscts",
                )
            except (OSError, termios.error, ValueError) as error:  # ValueError: a speed that this port has not
                raise self._lost(error) from error
            self._losses.opened()
        return self._port

    def _lost(self, error: Exception) -> TransportLost:
        if self._port is not None:
            with suppress(OSError, termios.error):
                self._port.reset_output_buffer()  # else closing waits until a stopped device has taken it all
        self.close()
        return self._losses.lost(self._path, error)


class TcpTransport:
    """A device on the network, or behind a serial server."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._socket: socket.socket | None = None
        self._losses = LossLog()

    def discard_input(self) -> None:
        deadline = time.monotonic() + DISCARD_WITHIN_S
        while self.read(within_s=0) and time.monotonic() < deadline:
            pass

    def write(self, data: bytes) -> None:
        connection = self._opened()
        try:
            connection.settimeout(WRITE_WITHIN_S)
            connection.sendall(data)
        except OSError as error:
            raise self._lost(error) from error

    def read(self, *, within_s: float) -> bytes:
        connection = self._opened()
        try:
            connection.settimeout(max(within_s, 0))
            received = connection.recv(_CHUNK)
        except (TimeoutError, BlockingIOError):
            return b""
        except OSError as error:
            raise self._lost(error) from error
        if not received:
            raise self._lost(ConnectionError("closed by the device"))
        return received

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _opened(self) -> socket.socket:
        if self._socket is None:
            try:
                self._socket = socket.create_connection(self._address, timeout=CONNECT_WITHIN_S)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                unacknowledged_ms = round(ACKNOWLEDGED_WITHIN_S * 1000)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, unacknowledged_ms)
            except OSError as error:
                raise self._lost(error) from error
            self._losses.opened()
        return self._socket

    def _lost(self, error: Exception) -> TransportLost:
        self.close()
        return self._losses.lost(f"{self._address[0]}:{self._address[1]}", error)


def open_transport(address: str, *, default_baud: int = 115200) -> Transport:
    """`serial:/dev/ttyS1?baud=115200`, `tcp:host:port`, or `usb:VVVV:PPPP[:SERIAL]` for a printer.

    Behind `serial:` may stand `flow=xonxoff` or `flow=rtscts` too. `trace:/path/FILE` plays a trace. Opens nothing yet;
    ValueError for any other form, and for a damaged trace.
    """
    if address.startswith("trace:"):
        from drivers.traces.replaying import replayed

        return replayed(address)
    try:
        transport = _named(address, default_baud)
    except ValueError:  # a baud or port that is no number
        transport = None
    if transport is None:
        forms = "serial:/dev/ttyS1?baud=115200, tcp:host:port or usb:VVVV:PPPP[:SERIAL]"
        raise ValueError(f"not an address of a device: {address!r} ({forms})")
    return transport


def _named(address: str, default_baud: int) -> Transport | None:
    kind, _, rest = address.partition(":")
    if kind == "serial":
        path, _, query = rest.partition("?")
        options = parse_qs(query, strict_parsing=True) if query else {}
        flow = FLOWS.get(options.get("flow", ["none"])[0])
        baud = int(options.get("baud", [str(default_baud)])[0])
        if path and flow and options.keys() <= {"baud", "flow"} and baud in serial.Serial.BAUDRATES[1:]:  # 0 hangs up
            return SerialTransport(path, baud=baud, flow=flow)
    if kind == "tcp":
        network = urlsplit(f"//{rest}")
        if network.hostname and network.port and network.netloc == rest:
            return TcpTransport(network.hostname, network.port)
    if kind == "usb":
        from drivers.usb_bulk import UsbPrinterTransport, parse_usb_address

        if usb_address := parse_usb_address(address):
            return UsbPrinterTransport(usb_address)
    return None
