"""The real agent and the real gateway over mutual TLS, and between them a line that does what weak lines do."""

import itertools
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import pytest

from hardware_sim.line_modes import BlackHole, CaptivePortal, CutEvery, Delay, HalfOpen, Mode, Reset, Truncate
from hardware_sim.weak_line import WeakLine
from kiosk.check_digits import CROCKFORD, luhn
from kiosk.configuration import Gateway
from kiosk.submission import FORMAT, Attachment, Json, SealedSubmission, canonical
from sync.agent.backoff import Backoff
from sync.agent.enrolment import Enrolled, enrol
from sync.agent.run import run_agent
from sync.gateway.cli import main
from sync.gateway.serve import Serving
from sync.outbox.identity import Identity, read_identity
from sync.outbox.keys import StoreRefused
from sync.outbox.schema import State
from sync.outbox.store import Outbox
from sync.wire.enrolment_code import EnrolmentCode, parse_code
from tests.enrolled import configured
from tests.system.serving import served
from tests.system.waiting import until

PHOTO = Attachment("身份证.jpg", "image/jpeg", Random(7).randbytes(900_000))
places = itertools.count(1)


def make_submission(*attachments: Attachment) -> SealedSubmission:
    place = next(places)
    sid, bare = f"019a0000-0000-7000-8000-{place:012x}", f"CZ03{place:07}"
    bare += luhn(bare, CROCKFORD)
    code = f"{bare[:4]}-{bare[4:8]}-{bare[8:]}"
    listed: list[Json] = [
        {"name": one.name, "media_type": one.media_type, "sha256": one.digest, "size": len(one.content)}
        for one in attachments
    ]
    manifest: dict[str, Json] = {
        "format": FORMAT,
        "sid": sid,
        "slip_code": code,
        "simulated": True,
        "terminal": {"code": "CZ03"},
        "applicant": {"name": "陈桂兰", "number": "100101194401010028"},
        "attachments": listed,
    }
    return SealedSubmission(sid, code, canonical(manifest), attachments)


@dataclass
class Bench:
    store: Path
    outbox: Outbox
    line: WeakLine
    identity: Identity

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.line.port}"

    @contextmanager
    def agent(self) -> Iterator[None]:
        stop = threading.Event()
        pace = {"backoff": Backoff(base_s=0.02, cap_s=0.2), "poll_s": 0.02, "random": Random(1)}
        thread = threading.Thread(
            target=run_agent,
            args=(
                configured(self.store, Gateway(url=self.url, connect_timeout_s=0.5, read_timeout_s=1)),
                self.identity,
                stop,
            ),
            kwargs=pace,
        )
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def until_received(self, submission: SealedSubmission) -> None:
        until(lambda: self.outbox.receipt_of(submission.sid), "a receipt")


@pytest.fixture
def bench(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Bench]:
    data, store = tmp_path / "gateway", tmp_path / "store"
    assert main(["terminals", "add", "CZ03", "--hall", "xq", "--number", "03", "--data", str(data), "--json"]) == 0
    code = parse_code(json.loads(capsys.readouterr().out)["code"])
    assert isinstance(code, EnrolmentCode)
    with ExitStack() as stack:
        url = stack.enter_context(served(data, Serving(simulated=True, admission_rate=1e4), tls_names=["127.0.0.1"]))
        assert isinstance(enrol(store, code, url, now=datetime.now(UTC)), Enrolled)
        identity = read_identity(store)
        assert isinstance(identity, Identity)
        outbox = Outbox(store, reserve_mb=1)
        stack.callback(outbox.close)
        line = stack.enter_context(WeakLine(("127.0.0.1", urlsplit(url).port or 0)))
        yield Bench(store, outbox, line, identity)


def test_a_submission_comes_through_a_line_that_cuts_a_fifth_of_all_units(bench: Bench) -> None:
    bench.line.switch(CutEvery(unit_bytes=64_000, share=0.2, seed=3))
    submissions = [make_submission(Attachment("a.jpg", "image/jpeg", Random(n).randbytes(900_000))) for n in range(2)]
    for submission in submissions:
        bench.outbox.seal(submission)
    with bench.agent():
        for submission in submissions:
            bench.until_received(submission)
    counters = bench.line.counters
    assert counters.cuts > 2
    assert counters.bytes_up < 2 * 900_000 + counters.cuts * 256_000 + 100_000, "at most a unit again for each cut"


@pytest.mark.parametrize(
    "mode",
    [
        BlackHole(),
        CaptivePortal(),
        HalfOpen(20_000),
        Reset(30_000),
        Truncate(1_500),
    ],
    ids=lambda mode: type(mode).__name__,
)
@pytest.mark.expects_warnings  # a portal's certificate is not believed, and that is said
def test_once_the_line_heals_everything_comes_through(bench: Bench, mode: Mode) -> None:
    submission = make_submission(PHOTO)
    bench.line.switch(mode)
    bench.outbox.seal(submission)
    with bench.agent():
        bench.line.wait_until(lambda counters: counters.connections >= 3)
        assert bench.outbox.receipt_of(submission.sid) is None
        assert bench.outbox.state_of(submission.sid) in (State.SEALED, State.ANNOUNCED, State.UPLOADING)
        bench.line.switch(Delay(5))
        bench.until_received(submission)


def test_two_agents_have_one_effect(bench: Bench) -> None:
    submissions = [make_submission(PHOTO) for _ in range(2)]
    for submission in submissions:
        bench.outbox.seal(submission)
    with bench.agent(), bench.agent():
        for submission in submissions:
            bench.until_received(submission)
    numbers = {bench.outbox.receipt_of(submission.sid) for submission in submissions}
    assert len(numbers) == 2


def test_an_agent_ends_at_once_even_while_a_line_is_stuck(bench: Bench) -> None:
    bench.line.switch(BlackHole())
    bench.outbox.seal(make_submission(PHOTO))
    with bench.agent():
        bench.line.wait_until(lambda counters: counters.connections >= 1)


@pytest.mark.expects_warnings
def test_a_store_that_was_away_is_opened_again_and_drained(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    submission = make_submission(PHOTO)
    bench.outbox.seal(submission)
    bench.outbox.close()
    away = bench.store.with_name("away")
    bench.store.rename(away)
    bench.store.write_bytes(b"no directory")
    with bench.agent():
        until(lambda: caplog.text.count("the store does not work") >= 4, "both lanes in vain")
        bench.store.unlink()
        away.rename(bench.store)
        bench.until_received(submission)


def test_a_store_that_must_not_be_opened_is_refused_where_the_agent_was_started(bench: Bench) -> None:
    (key,) = bench.store.glob("*.key")
    key.chmod(0o644)
    with pytest.raises(StoreRefused, match="others may read"):
        run_agent(
            configured(bench.store, Gateway(url=bench.url, connect_timeout_s=0.5, read_timeout_s=1)),
            bench.identity,
            threading.Event(),
        )
    key.chmod(0o600)
