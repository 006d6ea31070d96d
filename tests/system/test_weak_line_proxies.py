"""What stands between a terminal and its gateway: proxies and portals that answer in its place, lines that repeat.

Over plain HTTP, which a terminal speaks with its own machine only: over mutual TLS nobody can stand there.
"""

import resource
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from hardware_sim.line_modes import CaptivePortal, Clean, Duplicate, Mode
from hardware_sim.weak_line import WeakLine
from sync.agent.tus import FIRST_UNIT_BYTES
from sync.outbox.schema import State
from sync.outbox.store import Outbox
from tests.enrolled import enrolled
from tests.system.http_between import Between, Said, between
from tests.system.line_bench import AtTheWall, Platform, gateway_process
from tests.system.waiting import until

MANIFESTS, BLOB_BYTES = "hall_submissions_received_total", "hall_blob_bytes_written_total"
PORTAL = b"<html><body>Please log in</body></html>"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Platform, AtTheWall]]:
    """One gateway, and one terminal that every plain connection counts as."""
    root = tmp_path_factory.mktemp("proxies")
    identity = enrolled(root / "gateway", "CZ01", files=root / "keys").identity
    with ExitStack() as stack:
        options = ("--as-terminal", "CZ01", "--admission-rate", "100000")
        platform = stack.enter_context(gateway_process(root / "gateway", *options))
        line = stack.enter_context(WeakLine(("127.0.0.1", platform.port)))
        outbox = Outbox(root / "store", reserve_mb=1)
        stack.callback(outbox.close)
        yield platform, AtTheWall("CZ01", root / "store", outbox, line, tls=False, speaks=identity)


@pytest.fixture
def platform(hall: tuple[Platform, AtTheWall]) -> Platform:
    return hall[0]


@pytest.fixture
def terminal(hall: tuple[Platform, AtTheWall]) -> Iterator[AtTheWall]:
    yield hall[1]
    hall[1].line.switch(Clean())


@pytest.fixture
def proxy(platform: Platform) -> Iterator[Between]:
    with between(platform.port) as proxy:
        yield proxy


@pytest.mark.parametrize("mode", [CaptivePortal(), CaptivePortal("http://portal.example/login")], ids=["200", "302"])
def test_a_portals_page_is_no_step_forward(platform: Platform, terminal: AtTheWall, mode: Mode) -> None:
    terminal.line.switch(mode)
    before = terminal.line.counters.portal_answers
    submission = terminal.seals(20_000)
    with terminal.agent():
        terminal.line.wait_until(lambda counters: counters.portal_answers >= before + 4)
        assert terminal.outbox.state_of(submission.sid) is State.SEALED
        terminal.line.switch(Clean())
        terminal.until_received(submission)


def test_requests_that_come_twice_have_one_effect(platform: Platform, terminal: AtTheWall) -> None:
    terminal.line.switch(Duplicate())
    taken, written = (platform.count(name) for name in (MANIFESTS, BLOB_BYTES))
    submissions = [terminal.seals(50_000, 20) for _ in range(3)]
    with terminal.agent():
        terminal.until_received(*submissions)
        terminal.line.wait_until(lambda counters: counters.duplicates >= 12)
    assert platform.count(MANIFESTS) - taken == 3
    assert platform.count(BLOB_BYTES) - written == 3 * 50_020
    for one in submissions:
        until(lambda one=one: platform.handed_on(one), "the city has it")
        assert platform.has_whole(one)
        receipt = terminal.outbox.receipt_of(one.sid)
        assert receipt is not None
        assert platform.row(one.sid)["receipt_number"] == receipt.receipt_number


@pytest.mark.parametrize("rude", [False, True], ids=["listens", "breaks off"])
def test_a_proxy_that_takes_little_at_once_gets_it_in_little_pieces(
    platform: Platform, terminal: AtTheWall, proxy: Between, rude: bool
) -> None:
    """What nginx does above `client_max_body_size`, with and without a lingering close."""
    too_large = Said(413, b"<html>413 Request Entity Too Large</html>", (("Content-Type", "text/html"),), rude=rude)
    proxy.says = lambda method, path, size: too_large if method == "PATCH" and size > 100_000 else None
    submission = terminal.seals(700_000)
    with terminal.agent(url=proxy.url):
        terminal.until_received(submission)
    assert proxy.answered
    assert sum(size for method, _, size in proxy.carried if method == "PATCH") == 700_000
    until(lambda: platform.handed_on(submission), "the city has it")
    assert platform.has_whole(submission)


@pytest.mark.parametrize(
    "said",
    [
        Said(429, b'{"reason":"too-many"}', (("Retry-After", "0"),)),
        Said(503, b'{"reason":"disk-trouble"}', (("Retry-After", "0"),)),
        Said(502, PORTAL),
        Said(504, PORTAL, (("Retry-After", "3600"),)),
        Said(429, PORTAL, (("Retry-After", "3600"),)),
        Said(403, PORTAL, (("Content-Type", "text/html"),)),
        Said(404, PORTAL, (("Content-Type", "text/html"),)),
        Said(200, PORTAL, (("Content-Type", "text/html"),)),
        Said(201, b"{}"),
    ],
    ids=lambda said: f"{said.status} {said.body[:8].decode()}",
)
def test_whatever_a_proxy_answers_in_a_storm_nothing_is_lost_and_it_is_tried_again(
    platform: Platform, terminal: AtTheWall, proxy: Between, said: Said
) -> None:
    proxy.says = lambda method, path, size: said if len(proxy.answered) < 12 else None
    submission = terminal.seals(20_000)
    with terminal.agent(url=proxy.url):
        terminal.until_received(submission)
    assert len(proxy.answered) == 12
    assert terminal.outbox.state_of(submission.sid) is State.ACKNOWLEDGED


def test_an_upload_that_a_proxy_says_is_gone_is_begun_anew_only_on_the_gateways_word(
    platform: Platform, terminal: AtTheWall, proxy: Between
) -> None:
    """A 404 without tus is the proxy's own: the upload goes on where it stands."""
    proxy.says = lambda method, path, size: (
        Said(404, PORTAL) if method in ("PATCH", "HEAD") and len(proxy.answered) < 4 else None
    )
    submission = terminal.seals(20_000)
    with terminal.agent(url=proxy.url):
        terminal.until_received(submission)
    assert sum(method == "POST" and path == "/v1/uploads" for method, path, _ in proxy.carried) == 1


@pytest.mark.parametrize("limit_bytes", [2 * FIRST_UNIT_BYTES + 1000, 1], ids=["attachments", "everything"])
def test_a_gateway_whose_disk_takes_no_more_loses_nothing_and_recovers_without_a_restart(
    platform: Platform, terminal: AtTheWall, proxy: Between, limit_bytes: int
) -> None:
    """Its process may write files of so many bytes only: each write beyond fails, as on a full disk."""
    proxy.drops = "retry-after"  # half a minute, for which the terminal would wait
    unlimited = resource.prlimit(platform.process.pid, resource.RLIMIT_FSIZE)
    refused = refusals_of(platform)
    resource.prlimit(platform.process.pid, resource.RLIMIT_FSIZE, (limit_bytes, unlimited[1]))
    try:
        submission = terminal.seals(900_000)
        written = platform.count(BLOB_BYTES)
        with terminal.agent(url=proxy.url):
            until(lambda: refusals_of(platform) > refused, "trouble of the disk")
            assert terminal.outbox.receipt_of(submission.sid) is None
            assert terminal.is_kept
            resource.prlimit(platform.process.pid, resource.RLIMIT_FSIZE, unlimited)
            terminal.until_received(submission, within_s=60)
    finally:
        resource.prlimit(platform.process.pid, resource.RLIMIT_FSIZE, unlimited)
    assert platform.count(BLOB_BYTES) - written == 900_000
    until(lambda: platform.handed_on(submission), "the city has it")
    assert platform.has_whole(submission)


def refusals_of(platform: Platform) -> int:
    asked = [("PUT", "/v1/submissions/{sid}"), ("PATCH", "/v1/uploads/{upload_id}"), ("POST", "/v1/uploads")]
    return sum(platform.answered(method, route, 503) for method, route in asked)
