"""What a stranger may cost a gateway: a little memory, a little time, one place among many."""

import http.client
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sync.gateway import connections
from sync.gateway.serve import Serving
from tests.system.serving import PATIENCE_S, served
from tests.system.waiting import until


@pytest.fixture
def address(tmp_path: Path) -> Iterator[tuple[str, int]]:
    with served(tmp_path, Serving()) as url:
        target = urlsplit(url)
        assert target.hostname is not None
        assert target.port is not None
        yield target.hostname, target.port


def is_ended(line: socket.socket) -> bool:
    """Whether the other end has given it up. Waits for a word of it."""
    try:
        return line.recv(65_536) == b""
    except ConnectionError:
        return True


def is_heard(address: tuple[str, int]) -> bool:
    connection = http.client.HTTPConnection(*address, timeout=PATIENCE_S)
    try:
        connection.request("GET", "/v1/health")
        return connection.getresponse().status == 200
    except (ConnectionError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@pytest.mark.parametrize(
    "begun",
    [
        b"GET /v1/health HTTP/1.1\r\nEndless: ",
        b"GET /v1/health?",
        b"GET /v1/health HTTP/1.1\r\nHost: x\r\n" + b"Many: x\r\n" * 6_000,
        b"POST /v1/enrolment HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nEndless: ",
    ],
    ids=["header", "address", "headers", "trailer"],
)
def test_a_head_without_end_is_not_read_to_its_end(address: tuple[str, int], begun: bytes) -> None:
    sent = b"".join((begun, bytes(64_000_000)))
    with closing(socket.create_connection(address, PATIENCE_S)) as line, pytest.raises(ConnectionError):
        line.sendall(sent.replace(b"\0", b"x"))
    assert is_heard(address)


@pytest.mark.parametrize("begun", [b"", b"\r\n", b"GET /v1/health HTTP/1.1\r\nHost"])
def test_who_asks_nothing_loses_its_place(
    address: tuple[str, int], monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD_WITHIN_S", 0.05)
    with closing(socket.create_connection(address, PATIENCE_S)) as line:
        line.sendall(begun)
        assert is_ended(line)


def test_beyond_what_it_can_hold_it_takes_no_connection_and_then_again(
    address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_heard(address)
    monkeypatch.setattr(connections, "most_connections", lambda: 1)
    with closing(socket.create_connection(address, PATIENCE_S)) as first:
        first.sendall(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert first.recv(65_536).startswith(b"HTTP/1.1 200")
        with closing(socket.create_connection(address, PATIENCE_S)) as second:
            assert is_ended(second)
    until(lambda: is_heard(address), "a place for another connection")
