"""Terminals with stores and identities of their own, a line each, and one gateway in a process of its own for them all.

The agent runs in a thread of the test, so that the line can break exactly where a step of `sync.steps` is reached.
"""

import itertools
import json
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from random import Random
from ssl import create_default_context
from typing import Any
from urllib.parse import urlsplit

from hardware_sim.weak_line import WeakLine
from kiosk.composing import slip_code, uuid7
from kiosk.configuration import Agent, Configuration, Gateway
from kiosk.ports import Sealed
from kiosk.submission import FORMAT, Attachment, Json, SealedSubmission, canonical
from sync import steps
from sync.agent.backoff import Backoff
from sync.agent.clock import Clock, SystemClock
from sync.agent.enrolment import Enrolled, enrol
from sync.agent.run import run_agent
from sync.gateway.cli import main
from sync.gateway.metrics import TOKEN_FILE
from sync.outbox.identity import Identity, read_identity
from sync.outbox.overview import Overview
from sync.outbox.pulled import Pulled
from sync.outbox.schema import State
from sync.outbox.store import Outbox
from sync.wire.enrolment_code import EnrolmentCode, parse_code
from tests.enrolled import configured
from tests.system.waiting import until

ROOT = Path(__file__).parents[2]
HALL = "xiangqiao"
CONNECT_S, READ_S = 0.5, 0.7
CHUNK_DEADLINE_S = CONNECT_S + 3 * READ_S  # without progress; a look every half second comes on top
SMALL_DEADLINE_S = CONNECT_S + 2 * READ_S + 1
QUICK = Backoff(base_s=0.02, cap_s=0.2)
random = Random(2026)


@dataclass
class Platform:
    """A gateway's process and its data directory. `authority` is the PEM file that vouches for it."""

    data: Path
    url: str
    process: "subprocess.Popen[str]"

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    @property
    def authority(self) -> Path:
        return self.data / "authority" / "authority.pem"

    def command(self, *words: str) -> Any:
        """What `kiosk-gateway` says to an operator."""
        said = StringIO()
        with redirect_stdout(said):
            assert main([*words, "--data", str(self.data), "--json"]) == 0, said.getvalue()
        return json.loads(said.getvalue())

    def code_for(self, terminal: str) -> EnrolmentCode:
        told = self.command("terminals", "add", terminal, "--hall", HALL, "--number", terminal[-2:])
        code = parse_code(told["code"])
        assert isinstance(code, EnrolmentCode)
        return code

    def count(self, sample: str) -> float:
        """A counter of `/metrics`, as it is written there; 0 before it has counted."""
        request = urllib.request.Request(f"{self.url}/metrics")
        request.add_header("Authorization", f"Bearer {(self.data / TOKEN_FILE).read_text('ascii')}")
        tls = create_default_context(cafile=str(self.authority)) if self.url.startswith("https") else None
        with urllib.request.urlopen(request, timeout=10, context=tls) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{sample} "))

    def answered(self, method: str, route: str, status: int) -> int:
        return int(self.count(f'hall_requests_total{{method="{method}",route="{route}",status="{status}"}}'))

    def row(self, sid: str) -> Mapping[str, str]:
        """The one row that the gateway lists under this sid."""
        (row,) = [row for row in self.command("list") if row["sid"] == sid]
        return dict(row)

    def handed_on(self, submission: SealedSubmission) -> bool:
        folder = self.data / "received" / submission.sid
        return (folder / "receipt.json").exists()

    def has_whole(self, submission: SealedSubmission) -> bool:
        """The city's folder holds the manifest and every attachment, byte for byte."""
        folder = self.data / "received" / submission.sid
        found = {path.read_bytes() for path in folder.iterdir()}
        return {submission.manifest, *(one.content for one in submission.attachments)} <= found


@contextmanager
def gateway_process(data: Path, *options: str, port: int = 0) -> Iterator[Platform]:
    """Its log goes to a file beside `data`."""
    command = [sys.executable, "-m", "sync.gateway.cli", "serve", "--json", "--simulated", "--data", str(data)]
    with (
        data.with_name(f"{data.name}.log").open("a") as log,
        subprocess.Popen(
            [*command, "--port", str(port), *options],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=ROOT,
        ) as process,
    ):
        assert process.stdout is not None
        try:
            yield Platform(data, json.loads(process.stdout.readline())["listening"], process)
        finally:
            process.terminate()


TLS = ("--tls", "127.0.0.1", "--admission-rate", "100000")


@dataclass
class Breaks:
    """Does something to the line at each step of an agent in this process, while `watching()`."""

    at: Mapping[str, Callable[[], object]]
    times: int = 1
    took_s: list[float] = field(default_factory=list)

    @contextmanager
    def watching(self) -> Iterator[None]:
        steps.watchers.append(self._reached)
        try:
            yield
        finally:
            steps.watchers.remove(self._reached)

    def _reached(self, name: str) -> None:
        """The first of `at` begins what the second ends; `took_s` is between them."""
        first, last = self.at
        if name == first and len(self.took_s) < self.times:
            self._began_s = time.monotonic()
            self.at[first]()
        elif name == last and len(self.took_s) < self.times:
            self.took_s.append(time.monotonic() - self._began_s)
            self.at[last]()


@dataclass
class AtTheWall:
    """One terminal: `agent()` runs it for as long as the block."""

    code: str
    store: Path
    outbox: Outbox
    line: WeakLine
    tls: bool = True
    intervals: Agent = field(default_factory=Agent)
    clock: Clock = field(default_factory=SystemClock)
    backoff: Backoff = QUICK
    speaks: Identity | None = None  # when there is none in the store

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.line.port}"

    @property
    def identity(self) -> Identity:
        identity = self.speaks or read_identity(self.store)
        assert isinstance(identity, Identity)
        return identity

    @contextmanager
    def agent(self, *, url: str | None = None) -> Iterator[None]:
        stop = threading.Event()
        pace: dict[str, Any] = {"backoff": self.backoff, "poll_s": 0.02, "random": Random(1)}
        thread = threading.Thread(
            target=run_agent,
            args=(self.configuration(url or self.url), self.identity, stop),
            kwargs={**pace, "clock": self.clock},
            name=f"agent of {self.code}",
        )
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def settle(self) -> None:
        """Until the agent has its first configuration, with which it begins a new round, and open connections."""
        until(lambda: Pulled.CONFIGURATION in (self.outbox.pulled_versions() or {}), "a configuration")
        self.until_received(self.seals(1))

    def configuration(self, url: str) -> Configuration:
        gateway = Gateway(url=url, connect_timeout_s=CONNECT_S, read_timeout_s=READ_S)
        return configured(self.store, gateway, code=self.code, agent=self.intervals)

    def seals(self, *sizes: int, **members: Json) -> SealedSubmission:
        """A simulated submission with an attachment of each size."""
        pages = (random.randbytes(size) for size in sizes)
        made = [Attachment(f"page-{place}.jpg", "image/jpeg", page) for place, page in enumerate(pages)]
        submission = composed(self.code, *made, **members)
        assert self.outbox.seal(submission) == Sealed()
        return submission

    def until_received(self, *submissions: SealedSubmission, within_s: float = 30) -> None:
        for one in submissions:
            until(lambda sid=one.sid: self.outbox.receipt_of(sid), "a receipt", within_s=within_s)

    def note(self) -> Mapping[str, Json]:
        """What the agent last said of itself."""
        found = self.outbox.overview()
        return found.agent if isinstance(found, Overview) else {}

    @property
    def is_kept(self) -> bool:
        """Everything that was sealed waits, and nothing was set aside."""
        waiting = self.outbox.waiting()
        aside = (State.REJECTED, State.CONFLICT)
        return bool(waiting) and all(self.outbox.state_of(sid) not in aside for sid in waiting)


def composed(terminal: str, *attachments: Attachment, **members: Json) -> SealedSubmission:
    at = datetime.now(UTC)
    sid, code = uuid7(at, random.randbytes(10)), slip_code(terminal, random.randbytes(7))
    listed: list[Json] = [
        {"name": one.name, "media_type": one.media_type, "sha256": one.digest, "size": len(one.content)}
        for one in attachments
    ]
    manifest: dict[str, Json] = {
        "format": FORMAT,
        "sid": sid,
        "slip_code": code,
        "simulated": True,
        "terminal": {"code": terminal},
        "applicant": {"name": "陈桂兰", "number": "100101194401010028"},
        "attachments": listed,
    }
    return SealedSubmission(sid, code, canonical({**manifest, **members}), attachments)


@dataclass
class Fitter:
    """Sets up terminals at a gateway that serves TLS, each under a code of its own."""

    platform: Platform
    root: Path
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @contextmanager
    def terminal(self, *, tls: bool = True, code: str | None = None, **more: Any) -> Iterator[AtTheWall]:
        code = code or f"CZ{next(self._numbers):02}"
        store = self.root / code
        assert isinstance(
            enrol(store, self.platform.code_for(code), self.platform.url, now=datetime.now(UTC)), Enrolled
        )
        with self.opened(code, store, tls=tls, **more) as terminal:
            yield terminal

    @contextmanager
    def opened(self, code: str, store: Path, **more: Any) -> Iterator[AtTheWall]:
        """One whose store is there."""
        with WeakLine(("127.0.0.1", self.platform.port)) as line:
            outbox = Outbox(store, reserve_mb=1)
            try:
                yield AtTheWall(code, store, outbox, line, **more)
            finally:
                outbox.close()


@dataclass(frozen=True)
class ClockOff:
    """The machine's clock, wrong by so much."""

    by: timedelta

    def monotonic_s(self) -> float:
        return time.monotonic()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by
