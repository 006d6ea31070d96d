"""The agent's process: two threads, one for each lane, with a connection to the store and a session each.

The thread that called looks after them: it shuts down requests that are over their time, notices that a network came
up, and begins a new round when there is a new certificate or configuration. Waiting is done here and nowhere else.
"""

import logging
import math
import os
import ssl
import threading
import uuid
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from random import Random

import requests

from kiosk.configuration import Configuration
from kiosk.submission import Json
from sync.agent.backoff import Backoff
from sync.agent.cap import Bucket
from sync.agent.clock import Clock, SystemClock
from sync.agent.deadline import Deadline
from sync.agent.enrolment import renew, renewal_due
from sync.agent.exchange import Exchange
from sync.agent.lane import Lane, LaneName
from sync.agent.line import open_session, tls_context
from sync.agent.network import came_up, read_ways
from sync.agent.note import AgentNote
from sync.agent.platform_client import PlatformClient
from sync.agent.pulls import Around, Pulls, Whereabouts
from sync.agent.schedule import Schedule
from sync.agent.submitting import Submitting
from sync.agent.uploading import Uploading
from sync.configuration_file import effective_from
from sync.outbox.devices import devices_as_json
from sync.outbox.drain import Drain
from sync.outbox.identity import Identity, generation, read_identity
from sync.outbox.keys import StoreRefused
from sync.outbox.overview import NoStore, overview
from sync.outbox.pulled import Pulled
from sync.outbox.running import agent_runs
from sync.outbox.schema import StoreTrouble
from sync.strict_toml import Findings

log = logging.getLogger(__name__)
LOOK_EVERY_S = 0.5
NETWORK_EVERY_S = 2.0
HURRY_S = 10.0  # for a request that hangs while another way out came up
STORE_CAP_S = 60.0  # between two tries to open a store that does not answer


@dataclass
class _Round:
    """What both lanes share until the next certificate or configuration. `ends` is set for a new round too."""

    configuration: Configuration
    identity: Identity
    stop: threading.Event
    generation: str  # of the identity
    ends: threading.Event = field(default_factory=threading.Event)
    bug: BaseException | None = None

    def is_over(self) -> bool:
        return self.stop.is_set() or self.ends.is_set()


@dataclass
class _Post:
    """One lane's thread, as the caller's thread sees it. `up_s`: when a network last came up; `told_s`: the one that
    the lane knows of."""

    name: LaneName
    deadline: Deadline
    up_s: float | None = None
    told_s: float | None = None


def run_agent(
    configuration: Configuration,
    identity: Identity,
    stop: threading.Event,
    *,
    backoff: Backoff = Backoff(),  # noqa: B008 - frozen
    poll_s: float = 0.2,
    random: Random | None = None,
    clock: Clock = SystemClock(),  # noqa: B008 - has no state
) -> None:
    """Drain the store until `stop` is set, speaking as `identity` to the gateway that `configuration` names.

    Raises StoreRefused when the store must not be opened at all, AddressRefused when the gateway's address is no safe
    one. A store that does not answer is opened again after a pause; what is sealed meanwhile waits in it.
    """
    agent = _Agent(configuration, identity, stop, backoff, poll_s, random or Random(), clock)
    with ExitStack() as held:
        try:
            held.enter_context(agent_runs(Path(configuration.store.directory)))
        except OSError as trouble:  # the lanes wait for the disk; `status` cannot see us meanwhile
            log.warning("no lock says that this agent runs: %s", type(trouble).__name__)
        agent.run()


class _Agent:
    def __init__(
        self,
        configuration: Configuration,
        identity: Identity,
        stop: threading.Event,
        backoff: Backoff,
        poll_s: float,
        random: Random,
        clock: Clock,
    ) -> None:
        self._local = configuration
        self._identity = identity
        self._directory = Path(configuration.store.directory)
        self._generation = generation(self._directory)
        self._stop = stop
        self._backoff = backoff
        self._poll_s = poll_s
        self._random = random  # spreads retries, keeps no secret
        self._clock = clock
        self._note = AgentNote(clock)
        self._whereabouts = _whereabouts()

    def run(self) -> None:
        while not self._stop.is_set():
            self._run_round(_Round(self._effective(), self._identity, self._stop, self._generation))
            before, self._generation = self._generation, generation(self._directory)
            if self._generation != before:
                self._note.renewed()
            now_on = read_identity(self._directory)
            self._identity = now_on if isinstance(now_on, Identity) else self._identity

    def _effective(self) -> Configuration:
        """The local configuration with what the gateway last sent on top."""
        try:
            with closing(Drain(self._directory, now=self._clock.now)) as drain:
                kept = drain.pulled(Pulled.CONFIGURATION)
        except StoreRefused:
            raise
        except StoreTrouble as trouble:
            log.warning("the store does not work: %s", type(trouble).__name__)
            return self._local
        judged = self._local if kept is None else effective_from(self._local, kept.content)
        return self._local if isinstance(judged, Findings) else judged

    def _run_round(self, round_: _Round) -> None:
        posts = [_Post(name, Deadline(self._clock)) for name in LaneName]
        threads = [
            threading.Thread(target=self._guarded, args=(round_, post), name=f"agent {post.name.value}")
            for post in posts
        ]
        for thread in threads:
            thread.start()
        try:
            self._look_after(round_, posts)
        finally:
            round_.ends.set()
            for post in posts:
                post.deadline.cut()
            for thread in threads:
                thread.join()
            for post in posts:
                post.deadline.close()
        if round_.bug is not None:
            raise round_.bug

    def _look_after(self, round_: _Round, posts: list[_Post]) -> None:
        known, look_s = read_ways(), self._clock.monotonic_s() + NETWORK_EVERY_S
        while not round_.is_over():
            self._stop.wait(LOOK_EVERY_S)
            for post in posts:
                if post.deadline.look():
                    log.info("%s: a request was over its time", post.name.value)
            if self._clock.monotonic_s() < look_s:
                continue
            if generation(self._directory) != round_.generation:
                log.info("this terminal was enrolled anew")
                round_.ends.set()
            before, known, look_s = known, read_ways(), self._clock.monotonic_s() + NETWORK_EVERY_S
            if came_up(before, known):
                log.info("a network came up")
                for post in posts:
                    post.deadline.hurry(HURRY_S)
                    post.up_s = self._clock.monotonic_s()

    def _guarded(self, round_: _Round, post: _Post) -> None:
        """One lane's thread. What it cannot live with ends the round, and is raised where the agent was started."""
        try:
            self._run_lane(round_, post)
        except BaseException as bug:  # noqa: BLE001 - raised again in the caller's thread
            round_.bug = round_.bug or bug
        finally:
            round_.ends.set()

    def _run_lane(self, round_: _Round, post: _Post) -> None:
        schedule = Schedule(Random(self._random.random()), backoff=self._backoff)
        pauses = replace(self._backoff, cap_s=min(self._backoff.cap_s, STORE_CAP_S))
        failures = 0
        while not round_.is_over():
            try:
                with (
                    closing(Drain(self._directory, now=self._clock.now)) as drain,
                    open_session(post.deadline, tls=_tls(round_), floor=drain.floor) as session,
                ):
                    lane = self._lane(round_, post, drain, session, schedule)
                    while not round_.is_over():
                        self._step_and_wait(round_, post, drain, lane)
                        failures = 0
            except StoreRefused:
                raise
            except StoreTrouble as trouble:
                failures += 1
                log.warning("the store does not work: %s", type(trouble).__name__)
                round_.ends.wait(pauses.pause_s(failures, self._random))

    def _step_and_wait(self, round_: _Round, post: _Post, drain: Drain, lane: Lane) -> None:
        """Do what is due, and wait until something else is: by the clock, or because somebody wrote."""
        up_s = post.up_s
        if up_s is not None and up_s != post.told_s:
            post.told_s = up_s
            lane.network_up(up_s)
        seen = drain.version()
        due_s = lane.run_due(self._clock.monotonic_s())
        while drain.version() == seen and not round_.is_over() and post.up_s == post.told_s:
            left_s = (math.inf if due_s is None else due_s) - self._clock.monotonic_s()
            if left_s <= 0:
                break
            self._stop.wait(min(self._poll_s, left_s))

    def _lane(self, round_: _Round, post: _Post, drain: Drain, session: requests.Session, schedule: Schedule) -> Lane:
        settings, identity = round_.configuration, round_.identity
        exchange = Exchange(
            session,
            settings.gateway.url,
            clock=self._clock,
            deadline=post.deadline,
            connect_timeout_s=settings.gateway.connect_timeout_s,
            read_timeout_s=settings.gateway.read_timeout_s,
        )
        source: Submitting | Uploading
        if post.name is LaneName.BLOBS:
            bucket = Bucket(settings.agent.caps, self._clock)
            source = Uploading(drain, exchange, pace=lambda size: self._pause(round_, bucket.wait_s(size)))
        else:
            client = PlatformClient(exchange, signing=identity.signing, gateway_keys=identity.gateway_keys)
            pulls = Pulls(
                drain,
                client,
                terminal=settings.terminal.code,
                intervals=settings.agent,
                around=self._around(round_),
                clock=self._clock,
                note=self._note,
                random=self._random,
            )
            source = Submitting(drain, client, pulls)
        return Lane(post.name, source, schedule, clock=self._clock, note=self._note, is_over=round_.is_over)

    def _pause(self, round_: _Round, seconds: float) -> None:
        if seconds > 0:
            round_.ends.wait(seconds)

    def _around(self, round_: _Round) -> Around:
        return Around(
            judge_configuration=partial(_faults_of, self._local),
            configuration_taken=round_.ends.set,
            telemetry=self._telemetry,
            whereabouts=self._whereabouts,
            renewal_due=lambda now: (
                round_.configuration.gateway.url.startswith("https:") and renewal_due(round_.identity, now)
            ),
            renew=lambda: renew(self._directory, round_.identity, now=self._clock.now()),
            renewed=round_.ends.set,
        )

    def _telemetry(self) -> Mapping[str, Json]:
        disk = os.statvfs(self._directory)
        local = self._local
        new_roll_mm = round(local.devices.receipt_printer.roll_m * 1000)
        standing = overview(
            self._directory, self._clock.now(), budget_mb=local.store.budget_mb, new_roll_mm=new_roll_mm
        )
        return {
            "aside": 0 if isinstance(standing, NoStore) else len(standing.aside),
            "devices": {}
            if isinstance(standing, NoStore)
            else devices_as_json([device for device in standing.devices if device.device in local.devices.names]),
            "free_bytes": disk.f_bavail * disk.f_frsize,
            "version": version("hall-terminal"),
        }


def _tls(round_: _Round) -> ssl.SSLContext | None:
    """None for plain HTTP, which goes to this machine only."""
    if not round_.configuration.gateway.url.startswith("https:"):
        return None
    identity = round_.identity
    return tls_context(authority=identity.authority, certificate=identity.tls_certificate, key=identity.tls_key)


def _faults_of(local: Configuration, content: bytes) -> tuple[str, ...]:
    judged = effective_from(local, content)
    return judged.sentences if isinstance(judged, Findings) else ()


def _whereabouts() -> Whereabouts:
    """The machine's id only as a digest: it is no one else's business."""
    return Whereabouts(
        uuid.uuid4().hex,
        _read(Path("/proc/sys/kernel/random/boot_id")),
        sha256(_read(Path("/etc/machine-id")).encode()).hexdigest()[:32],
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return "unknown"
