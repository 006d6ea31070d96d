"""Which answers count as the gateway's."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kiosk.check_digits import luhn
from sync.agent.clock import SystemClock
from sync.agent.deadline import Deadline
from sync.agent.exchange import Again, Conflicting, Exchange, Gone, Rejected
from sync.agent.line import open_session
from sync.agent.platform_client import Acknowledged, Announced, NotWhole, PlatformClient
from sync.agent.schedule import Trouble
from sync.agent.tus import Interrupted, NotKnown, TusClient, UploadAt, Uploaded
from sync.wire.signatures import HEADER, SigningKey, is_signed, parse_signature

SID, FINGERPRINT = "019a0000-0000-7000-8000-000000000001", "sha256:" + "1" * 64
DIGEST = "sha256:" + "2" * 64
NUMBER = "202611230000001" + luhn("202611230000001")
PORTAL = b"<html><title>Welcome to the hall's Wi-Fi</title></html>"
TUS = {"Tus-Resumable": "1.0.0"}
GATEWAY, TERMINAL, STRANGER = SigningKey(b"g" * 32), SigningKey(b"t" * 32), SigningKey(b"s" * 32)


@dataclass
class Scripted:
    """A server that answers every request with `status`, `headers` and `body`."""

    url: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    asked: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Scripted]:
    script = Scripted()

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            script.asked.append((f"{self.command} {self.path}", self.headers, body))
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


class Client:
    """Everything the agent says to a gateway, over one session."""

    def __init__(self, url: str, **timeouts: float) -> None:
        clock = SystemClock()
        self.deadline = Deadline(clock)
        self.session = open_session(self.deadline, tls=None, floor=lambda: None)
        waits = {"connect_timeout_s": 2.0, "read_timeout_s": 2.0} | timeouts
        self.exchange = Exchange(self.session, url, clock=clock, deadline=self.deadline, **waits)
        self.platform = PlatformClient(self.exchange, signing=TERMINAL, gateway_keys={GATEWAY.key_id: GATEWAY.public})
        self.tus = TusClient(self.exchange, "v1/uploads")

    def close(self) -> None:
        self.session.close()
        self.deadline.close()


@dataclass
class Bytes:
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    def read(self, offset: int, size: int) -> bytes:
        return self.content[offset : offset + size]


@pytest.fixture
def client(server: Scripted) -> Iterator[Client]:
    opened = Client(server.url)
    yield opened
    opened.close()


CALLS: list[Callable[[Client], object]] = [
    lambda client: client.platform.announce(SID, FINGERPRINT, b"{}"),
    lambda client: client.platform.commit(SID, FINGERPRINT),
    lambda client: client.tus.begin(9, {}),
    lambda client: client.tus.where("v1/uploads/1", 9),
    lambda client: client.tus.send(UploadAt("v1/uploads/1", 0), Bytes(b"123")),
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("status", [200, 201, 302, 401, 403, 404, 409, 410, 422, 460, 511])
def test_a_page_of_a_captive_portal_is_never_a_step_forward(
    server: Scripted, client: Client, call: Callable[[Client], object], status: int
) -> None:
    server.status, server.body = status, PORTAL
    server.headers = {"Content-Type": "text/html", "Location": "http://portal.example/"}
    outcome = call(client)
    assert isinstance(outcome, Again)
    assert outcome.trouble is Trouble.UNREACHABLE


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_busy_gateway_is_asked_again_when_it_said(
    server: Scripted, client: Client, call: Callable[[Client], object], status: int
) -> None:
    server.status, server.headers, server.body = status, {"Retry-After": "17", **TUS}, b'{"reason":"busy"}'
    outcome = call(client)
    assert isinstance(outcome, Again)
    assert outcome.retry_after_s == 17
    assert outcome.trouble is (Trouble.BUSY if status == 429 else Trouble.SERVER)


@pytest.mark.parametrize("status", [429, 502, 503])
def test_a_portal_that_asks_for_an_hours_pause_is_not_heard(server: Scripted, client: Client, status: int) -> None:
    server.status, server.headers, server.body = status, {"Retry-After": "3600"}, PORTAL
    outcome = client.platform.announce(SID, FINGERPRINT, b"{}")
    assert isinstance(outcome, Again)
    assert outcome.retry_after_s == 0


@pytest.mark.parametrize("status", [401, 403])
def test_a_gateway_that_does_not_know_us_is_trouble_of_identity(server: Scripted, client: Client, status: int) -> None:
    server.status, server.body = status, b'{"reason":"revoked"}'
    outcome = client.platform.commit(SID, FINGERPRINT)
    assert outcome == Again(f"status {status} (revoked)", Trouble.IDENTITY)


@pytest.mark.parametrize("call", CALLS)
def test_a_gateway_that_is_away_is_asked_again(call: Callable[[Client], object]) -> None:
    client = Client("http://127.0.0.1:9")
    outcome = call(client)
    client.close()
    assert isinstance(outcome, Again)
    assert outcome.trouble is Trouble.UNREACHABLE


def acknowledgement(**members: object) -> bytes:
    value = {"format": "hall-terminal/acknowledgement/1", "sid": SID, "fingerprint": FINGERPRINT}
    value |= {"receipt_number": NUMBER, "received_at": "2026-11-23T09:46:00+08:00"}
    return json.dumps({**value, **members}).encode()


def signed(content: bytes, key: SigningKey = GATEWAY) -> Mapping[str, str]:
    return {HEADER: key.sign(content).line}


def test_an_acknowledgement_is_kept_as_it_came_with_its_signature(server: Scripted, client: Client) -> None:
    server.body = acknowledgement()
    server.headers = signed(server.body)
    outcome = client.platform.commit(SID, FINGERPRINT)
    assert isinstance(outcome, Acknowledged)
    assert outcome.acknowledgement == server.body
    assert outcome.signature == server.headers[HEADER]
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
        {"format": "hall-terminal/configuration/1"},
    ],
)
def test_an_acknowledgement_of_something_else_is_none(
    server: Scripted, client: Client, members: dict[str, object]
) -> None:
    server.body = acknowledgement(**members)
    server.headers = signed(server.body)
    assert isinstance(client.platform.commit(SID, FINGERPRINT), Again)


def test_an_acknowledgement_that_our_gateway_did_not_sign_is_none(server: Scripted, client: Client) -> None:
    server.body = acknowledgement()
    replayed = signed(acknowledgement(sid="019a0000-0000-7000-8000-000000000002"))
    for headers in (signed(server.body, STRANGER), signed(server.body, TERMINAL), replayed, {}, {HEADER: "nonsense"}):
        server.headers = headers
        assert isinstance(client.platform.commit(SID, FINGERPRINT), Again)


def test_a_manifest_goes_out_signed_by_this_terminal(server: Scripted, client: Client) -> None:
    client.platform.announce(SID, FINGERPRINT, b'{"sid":"x"}')
    ((request, headers, body),) = server.asked
    signature = parse_signature(headers[HEADER])
    assert request == f"PUT /v1/submissions/{SID}"
    assert signature is not None
    assert is_signed(body, signature, {TERMINAL.key_id: TERMINAL.public})


def test_what_the_platform_acknowledged_before_it_was_restored_is_offered_with_the_commit(
    server: Scripted, client: Client
) -> None:
    client.platform.commit(SID, FINGERPRINT, earlier=(b"{earlier}", "a line"))
    ((_, headers, body),) = server.asked
    assert (body, headers[HEADER]) == (b"{earlier}", "a line")


def test_a_commit_names_the_life_that_the_manifest_was_announced_to(server: Scripted, client: Client) -> None:
    server.status = 201
    server.body = json.dumps({"sid": SID, "missing": [], "fingerprint": FINGERPRINT, "life": "00ff"}).encode()
    assert client.platform.announce(SID, FINGERPRINT, b"{}") == Announced(frozenset(), "00ff")
    server.asked.clear()
    server.status, server.body = 409, json.dumps({"sid": SID, "reason": "other-life", "missing": []}).encode()
    assert client.platform.commit(SID, FINGERPRINT, life="00ff") == Gone(), "it is announced again"
    ((_, headers, _),) = server.asked
    assert headers["Hall-Life"] == "00ff"


@pytest.mark.parametrize("life", [None, 7, "", "x\r\nHost: elsewhere", "0" * 65])
def test_a_life_that_is_none_is_not_repeated(server: Scripted, client: Client, life: object) -> None:
    server.status = 201
    server.body = json.dumps({"sid": SID, "missing": [], "fingerprint": FINGERPRINT, "life": life}).encode()
    assert client.platform.announce(SID, FINGERPRINT, b"{}") == Announced(frozenset())


def test_the_gateways_own_refusals_are_told_apart(server: Scripted, client: Client) -> None:
    platform = client.platform
    server.body = json.dumps({"sid": SID, "faults": [], "missing": [DIGEST], "fingerprint": FINGERPRINT}).encode()
    server.status = 201
    assert platform.announce(SID, FINGERPRINT, b"{}") == Announced(frozenset({DIGEST}))
    for server.status in (413, 422):
        assert platform.announce(SID, FINGERPRINT, b"{}") == Rejected(server.body)
    server.status = 409
    assert platform.announce(SID, FINGERPRINT, b"{}") == Conflicting(server.body)
    assert platform.commit(SID, FINGERPRINT) == NotWhole(frozenset({DIGEST}))
    server.status = 404
    assert platform.commit(SID, FINGERPRINT) == Gone()
    server.status, server.body = 403, json.dumps({"sid": SID, "reason": "other-terminal"}).encode()
    assert platform.announce(SID, FINGERPRINT, b"{}") == Conflicting(server.body)


def test_an_upload_goes_on_at_the_gateways_offset(server: Scripted, client: Client) -> None:
    tus, start, part = client.tus, UploadAt("v1/uploads/1", 0), Bytes(b"123")
    server.status, server.headers = 200, {**TUS, "Upload-Offset": "4", "Upload-Length": "9"}
    assert tus.where("v1/uploads/1", 9) == UploadAt("v1/uploads/1", 4)
    assert isinstance(tus.where("v1/uploads/1", 10), Again), "the length of another blob"
    server.status, server.headers = 204, {**TUS, "Upload-Offset": "3"}
    assert tus.send(start, part) == UploadAt("v1/uploads/1", 3)
    server.headers = {**TUS, "Upload-Offset": "4"}
    assert isinstance(tus.send(start, part), Again), "more than was sent"
    for status in (404, 410, 460):
        server.status = status
        assert tus.send(start, part) == Gone()


@pytest.mark.parametrize(
    "location",
    [
        "http://elsewhere.example/v1/uploads/1",
        "//elsewhere.example/x",
        "https:/x",
        "/http://elsewhere.example/x",  # what is left behind our own address would be a whole one
    ],
)
def test_an_upload_never_leaves_our_gateway(server: Scripted, client: Client, location: str) -> None:
    server.status, server.headers = 201, {**TUS, "Location": location}
    assert isinstance(client.tus.begin(9, {}), Again)


def test_an_upload_of_what_the_gateway_does_not_know_is_said_so(server: Scripted, client: Client) -> None:
    server.status, server.headers = 404, TUS
    assert client.tus.upload(Bytes(b"123"), metadata={}) == NotKnown()


def test_a_server_that_takes_nothing_and_says_so_kindly_is_no_endless_loop(server: Scripted, client: Client) -> None:
    server.headers = {**TUS, "Upload-Offset": "0", "Upload-Length": "3", "Location": "/v1/uploads/1"}
    server.status = 201
    where = client.tus.begin(3, {})
    assert isinstance(where, UploadAt)
    server.status = 204
    outcome = client.tus.upload(Bytes(b"123"), metadata={}, path=where.path)
    assert isinstance(outcome, Interrupted)
    assert outcome.why.trouble is Trouble.CASE


def test_an_upload_that_is_there_already_needs_nothing(server: Scripted, client: Client) -> None:
    server.status, server.headers = 200, {**TUS, "Upload-Offset": "3", "Upload-Length": "3"}
    assert client.tus.upload(Bytes(b"123"), metadata={}, path="v1/uploads/1") == Uploaded()
    assert [request for request, _, _ in server.asked] == ["HEAD /v1/uploads/1"]


def test_an_answer_without_end_is_cut_off(server: Scripted, client: Client) -> None:
    server.body = b"{" + b" " * 1_500_000 + b"}"
    outcome = client.platform.announce(SID, FINGERPRINT, b"{}")
    assert outcome == Again("an answer without end", Trouble.UNREACHABLE)


def test_an_answer_that_unpacks_without_end_is_cut_off(server: Scripted, client: Client) -> None:
    server.body, server.headers = gzip.compress(bytes(50_000_000)), {"Content-Encoding": "gzip"}
    outcome = client.platform.announce(SID, FINGERPRINT, b"{}")
    assert outcome == Again("an answer without end", Trouble.UNREACHABLE)
