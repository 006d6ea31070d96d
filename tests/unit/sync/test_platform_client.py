"""Which answers count as the gateway's."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kiosk.check_digits import luhn
from sync.agent.platform_client import (
    Acknowledged,
    Again,
    Announced,
    Conflicting,
    Gone,
    NotWhole,
    OtherOffset,
    PlatformClient,
    Rejected,
    UploadAt,
)

SID, FINGERPRINT = "019a0000-0000-7000-8000-000000000001", "sha256:" + "1" * 64
DIGEST = "sha256:" + "2" * 64
NUMBER = "202611230000001" + luhn("202611230000001")
PORTAL = b"<html><title>Welcome to the hall's Wi-Fi</title></html>"
TUS = {"Tus-Resumable": "1.0.0"}


@dataclass
class Scripted:
    """A server that answers every request with `status`, `headers` and `body`."""

    url: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@pytest.fixture
def server() -> Iterator[Scripted]:
    script = Scripted()

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(script.status)
            for name, value in script.headers.items():
                self.send_header(name, value)
            if script.status != 204:
                self.send_header("Content-Length", str(len(script.body)))
            self.end_headers()
            if self.command != "HEAD" and script.status != 204:
                self.wfile.write(script.body)

        do_PUT = do_POST = do_PATCH = do_HEAD = answer

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as http:
        http.daemon_threads = False
        script.url = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield script
        finally:
            http.shutdown()
            thread.join()


@pytest.fixture
def client(server: Scripted) -> Iterator[PlatformClient]:
    opened = PlatformClient(server.url, connect_timeout_s=2, read_timeout_s=2)
    yield opened
    opened.close()


CALLS: list[Callable[[PlatformClient], object]] = [
    lambda client: client.announce(SID, FINGERPRINT, b"{}"),
    lambda client: client.begin_upload(SID, name="a", digest=DIGEST, size=9),
    lambda client: client.upload_at("v1/uploads/1", 9),
    lambda client: client.send_chunk("v1/uploads/1", b"123", offset=0),
    lambda client: client.commit(SID, FINGERPRINT),
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("status", [200, 201, 302, 403, 404, 409, 410, 422, 460, 511])
def test_a_page_of_a_captive_portal_is_never_a_step_forward(
    server: Scripted, client: PlatformClient, call: Callable[[PlatformClient], object], status: int
) -> None:
    server.status, server.body = status, PORTAL
    server.headers = {"Content-Type": "text/html", "Location": "http://portal.example/"}
    outcome = call(client)
    assert isinstance(outcome, Again)
    assert outcome.unreachable


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_busy_gateway_is_asked_again_when_it_said(
    server: Scripted, client: PlatformClient, call: Callable[[PlatformClient], object], status: int
) -> None:
    server.status, server.headers = status, {"Retry-After": "17"}
    outcome = call(client)
    assert isinstance(outcome, Again)
    assert outcome.retry_after_s == 17


@pytest.mark.parametrize("call", CALLS)
def test_a_gateway_that_is_away_is_asked_again(call: Callable[[PlatformClient], object]) -> None:
    client = PlatformClient("http://127.0.0.1:9", connect_timeout_s=1, read_timeout_s=1)
    outcome = call(client)
    client.close()
    assert isinstance(outcome, Again)
    assert outcome.unreachable


def acknowledgement(**members: object) -> bytes:
    value = {"sid": SID, "fingerprint": FINGERPRINT, "receipt_number": NUMBER}
    return json.dumps({**value, "received_at": "2026-11-23T09:46:00+08:00", **members}).encode()


def test_an_acknowledgement_names_our_sid_and_fingerprint(server: Scripted, client: PlatformClient) -> None:
    server.body = acknowledgement()
    outcome = client.commit(SID, FINGERPRINT)
    assert isinstance(outcome, Acknowledged)
    assert outcome.acknowledgement == server.body
    assert outcome.receipt.receipt_number == NUMBER


@pytest.mark.parametrize(
    "members",
    [
        {"sid": "019a0000-0000-7000-8000-000000000002"},
        {"fingerprint": DIGEST},
        {"receipt_number": "2026112300000010"},
        {"receipt_number": None},
        {"received_at": "yesterday"},
        {"received_at": "2026-11-23T09:46:00"},
    ],
)
def test_an_acknowledgement_of_something_else_is_none(
    server: Scripted, client: PlatformClient, members: dict[str, object]
) -> None:
    server.body = acknowledgement(**members)
    assert isinstance(client.commit(SID, FINGERPRINT), Again)


def test_the_gateways_own_refusals_are_told_apart(server: Scripted, client: PlatformClient) -> None:
    server.body = json.dumps({"sid": SID, "faults": [], "missing": [DIGEST], "fingerprint": FINGERPRINT}).encode()
    server.status = 201
    assert client.announce(SID, FINGERPRINT, b"{}") == Announced(frozenset({DIGEST}))
    server.status = 422
    assert client.announce(SID, FINGERPRINT, b"{}") == Rejected(server.body)
    server.status = 409
    assert client.announce(SID, FINGERPRINT, b"{}") == Conflicting(server.body)
    assert client.commit(SID, FINGERPRINT) == NotWhole(frozenset({DIGEST}))
    server.status = 404
    assert client.commit(SID, FINGERPRINT) == Gone()


def test_an_upload_goes_on_at_the_gateways_offset(server: Scripted, client: PlatformClient) -> None:
    server.status, server.headers = 200, {**TUS, "Upload-Offset": "4", "Upload-Length": "9"}
    assert client.upload_at("v1/uploads/1", 9) == UploadAt("v1/uploads/1", 4)
    assert isinstance(client.upload_at("v1/uploads/1", 10), Again), "the length of another blob"
    server.status, server.headers = 204, {**TUS, "Upload-Offset": "3"}
    assert client.send_chunk("v1/uploads/1", b"123", offset=0) == UploadAt("v1/uploads/1", 3)
    server.headers = {**TUS, "Upload-Offset": "4"}
    assert isinstance(client.send_chunk("v1/uploads/1", b"123", offset=0), Again), "more than was sent"
    server.status = 409
    assert client.send_chunk("v1/uploads/1", b"123", offset=0) == OtherOffset()
    for status in (404, 410, 460):
        server.status = status
        assert client.send_chunk("v1/uploads/1", b"123", offset=0) == Gone()


@pytest.mark.parametrize("location", ["http://elsewhere.example/v1/uploads/1", "//elsewhere.example/x", "https:/x"])
def test_an_upload_never_leaves_our_gateway(server: Scripted, client: PlatformClient, location: str) -> None:
    server.status, server.headers = 201, {**TUS, "Location": location}
    assert isinstance(client.begin_upload(SID, name="a", digest=DIGEST, size=9), Again)


def test_an_answer_without_end_is_cut_off(server: Scripted, client: PlatformClient) -> None:
    server.body = b"{" + b" " * 1_500_000 + b"}"
    outcome = client.announce(SID, FINGERPRINT, b"{}")
    assert outcome == Again("an answer without end", unreachable=True)
