"""A terminal, a line and a gateway, all real code, in virtual time: what chance does to them, and what must hold.

Every act is one of `ACTS`. Whatever happens, nothing sealed is lost, nothing counts twice, nothing gets stuck.
"""

import asyncio
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import requests

from kiosk.composing import slip_code, uuid7
from kiosk.configuration import Agent as Intervals
from kiosk.ports import Sealed
from kiosk.submission import Attachment, Json, Rating, SealedSubmission, canonical
from sync import steps
from sync.agent.backoff import Backoff
from sync.agent.deadline import Deadline
from sync.agent.exchange import Exchange
from sync.agent.lane import Lane, LaneName
from sync.agent.note import AgentNote
from sync.agent.platform_client import PlatformClient
from sync.agent.pulls import Around, Pulls, Whereabouts
from sync.agent.schedule import Schedule
from sync.agent.submitting import Submitting
from sync.agent.uploading import Uploading
from sync.gateway.backup import BackedUp, Restored, back_up, restore
from sync.gateway.opened import opened_parts
from sync.gateway.ports import Objects
from sync.gateway.records import KeptSubmission
from sync.gateway.serve import OpenGateway, Serving, opened_gateway
from sync.outbox.drain import Drain
from sync.outbox.schema import State
from sync.outbox.store import Outbox
from tests.enrolled import enrolled
from tests.model.line import URL, Crash, Line, Trouble
from tests.model.virtual import VirtualClock

CODE = "CZ03"
DAY_S = 86_400.0
STARTING_S = 2.0
LOOKED_AT = 0.25  # of the acts
FIRST_BYTE_WITHIN_S = 300.0
NOTICED_WITHIN_S = 30.0
DRAINED_WITHIN_S = 4 * 3600.0
SIZES = (0, 1, 700, 20_000, 60_000)


@dataclass
class _Agent:
    """One agent's process: its connections to the store, its lanes."""

    drains: list[Drain]
    lanes: list[Lane]
    steps_left: float = float("inf")

    def close(self) -> None:
        for drain in self.drains:
            drain.close()


@dataclass
class Told:
    """What was promised to somebody outside."""

    tried: dict[str, SealedSubmission] = field(default_factory=dict)
    sealed: dict[str, SealedSubmission] = field(default_factory=dict)
    receipts: dict[str, str] = field(default_factory=dict)
    rated: set[str] = field(default_factory=set)
    erased: set[str] = field(default_factory=set)


class World:
    """`directory` should lie in memory. `random` decides everything."""

    def __init__(self, directory: Path, random: Random) -> None:
        self.random = random
        self.clock = VirtualClock()
        self.told = Told()
        self.count: Counter[str] = Counter()
        self._directory = directory
        self._loop = asyncio.new_event_loop()
        self._generation = 0
        self._gateway_life = ExitStack()
        self._gateway: OpenGateway | None = None
        self._trouble_share = 0.0
        self._line_up = True
        self._backed_up = False
        self._delivered = 0
        self._first_byte_s = 0.0
        self._stop_at: tuple[str, int, type[BaseException]] | None = None
        self._agents: list[_Agent] = []
        self._outbox: Outbox | None = None
        steps.watchers.append(self._reached)
        self._terminal = enrolled(self._data, CODE, files=directory / "terminal")
        self._gateway_up()

    def close(self) -> None:
        steps.watchers.remove(self._reached)
        for agent in self._agents:
            agent.close()
        if self._outbox is not None:
            self._outbox.close()
        self._gateway_down()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    # What happens.

    def act(self) -> None:
        """One thing, by chance."""
        names = list(ACTS)
        (name,) = self.random.choices(names, [ACTS[name] for name in names])
        self.do(name)

    def do(self, name: str) -> None:
        self.count[name] += 1
        getattr(self, f"_{name}")()
        if self.random.random() < LOOKED_AT:
            self._look()

    def _seal(self) -> None:
        at = self.clock.now()
        sid = uuid7(at, self.random.randbytes(10))
        same = self.random.random() < 0.2
        attachments = tuple(
            Attachment(
                "page.jpg" if same else f"page-{number}.jpg",
                "image/jpeg",
                b"the same" if same else self.random.randbytes(self.random.choice(SIZES)),
            )
            for number in range(self.random.choice((0, 1, 1, 2, 3)))
        )
        code = slip_code(CODE, self.random.randbytes(7))
        listed: list[Json] = [
            {"name": one.name, "media_type": one.media_type, "sha256": one.digest, "size": len(one.content)}
            for one in attachments
        ]
        manifest: dict[str, Json] = {
            "format": "hall-terminal/submission/1",
            "sid": sid,
            "slip_code": code,
            "terminal": {"code": CODE, "hall": "湘桥区政务服务大厅"},
            "simulated": True,
            "submitted_at": at.isoformat(timespec="milliseconds"),
            "catalogue_version": "none",
            "item": {"id": "old-age-allowance"},
            "attachments": listed,
        }
        submission = SealedSubmission(sid, code, canonical(manifest), attachments)
        self.told.tried[sid] = submission
        with self._ended_by(self._outbox_gone):
            if self._the_outbox().seal(submission) == Sealed():
                self.told.sealed[sid] = submission

    def _rate(self) -> None:
        unrated = sorted(self.told.sealed.keys() - self.told.rated - self.told.erased)
        if not unrated:
            return
        sid = self.random.choice(unrated)
        rating = Rating(uuid7(self.clock.now(), self.random.randbytes(10)), sid, 5, self.clock.now())
        with self._ended_by(self._outbox_gone):
            if self._the_outbox().keep_rating(rating) == Sealed():
                self.told.rated.add(sid)

    def _agent_steps(self) -> None:
        agent = self._an_agent()
        agent.steps_left = self.random.choice((1, 1, 2, 5))
        lane = self.random.choice(agent.lanes)
        with self._ended_by(lambda: self._agent_gone(agent)):
            lane.run_due(self.clock.monotonic_s())

    def _agent_crashes_soon(self) -> None:
        self._stop_soon(("agent.",), Crash)

    def _terminal_crashes_soon(self) -> None:
        self._stop_soon(("store.",), Crash)

    def _gateway_crashes_soon(self) -> None:
        self._stop_soon(("gateway.",), Crash)

    def _gateway_disk_fails_soon(self) -> None:
        self._stop_soon(("gateway.",), OSError)

    def _second_agent(self) -> None:
        if len(self._agents) < 2:
            self._agents.append(self._new_agent())

    def _agent_ends(self) -> None:
        if self._agents:
            self._agent_gone(self.random.choice(self._agents))

    def _time_passes(self) -> None:
        self.clock.pass_s(self.random.choice((0.5, 5, 40, 300, 3600, DAY_S / 4)))

    def _line_down(self) -> None:
        self._line_up = False

    def _line_up_with_notice(self) -> None:
        self._line_up = True
        for agent in self._agents:
            for lane in agent.lanes:
                lane.network_up(self.clock.monotonic_s())

    def _line_heals_silently(self) -> None:
        self._line_up = True

    def _weather(self) -> None:
        self._trouble_share = self.random.choice((0.0, 0.1, 0.5, 0.9))

    def _gateway_restarts(self) -> None:
        self._gateway_down()
        self._gateway_up()

    def _gateway_away(self) -> None:
        self._gateway_down()

    def _gateway_hands_on(self) -> None:
        if self._gateway is not None:
            with self._ended_by(self._gateway_down), suppress(OSError):
                self._gateway.worker.hand_on_due()

    def _clock_jumps(self) -> None:
        self.clock.skew_s = self.random.choice((0.0, 0.0, -10 * 365 * DAY_S, 10 * 365 * DAY_S, 3600.0))

    def _backup(self) -> None:
        with suppress(Crash, OSError), opened_parts(self._data, now=self.clock.true_time) as parts:
            made = back_up(parts, self._directory / "backup", now=self.clock.true_time())
            assert isinstance(made, BackedUp), made
            self._backed_up = True

    def _restored(self) -> None:
        """The platform's disk is lost; it goes on from the last backup that was finished."""
        if not self._backed_up:
            return
        self._gateway_down()
        self._generation += 1
        again = restore(self._directory / "backup", self._data, now=self.clock.true_time())
        assert isinstance(again, Restored), again
        self._gateway_up()

    def _copied_back(self) -> None:
        """Somebody puts files of an earlier moment back, without telling anybody."""
        earlier = self._directory / "copied"
        self._gateway_down()
        if not earlier.exists() or self.random.random() < 0.5:
            shutil.rmtree(earlier, ignore_errors=True)
            shutil.copytree(self._data, earlier)
        else:
            self._generation += 1
            shutil.copytree(earlier, self._data)
            shutil.rmtree(earlier)
        self._gateway_up()

    # What must hold.

    def heal_and_prove(self) -> None:
        """From now on nothing goes wrong any more: everything must arrive, and once. Half of the agents are told."""
        self._stop_at = None
        self._trouble_share = 0.0
        self.clock.skew_s = 0.0
        self._line_up = True
        if self._gateway is None:
            self._gateway_up()
        if not self._agents:
            self._agents.append(self._new_agent())
        healed_s, delivered = self.clock.monotonic_s(), self._delivered
        within_s = FIRST_BYTE_WITHIN_S
        if self.random.random() < 0.5:
            self._line_up_with_notice()
            within_s = NOTICED_WITHIN_S
        waits = bool(self._the_outbox().waiting())
        self._run(lambda: self._delivered > delivered, within_s=2 * FIRST_BYTE_WITHIN_S)
        if waits:
            took_s = self._first_byte_s - healed_s
            assert took_s <= within_s, f"silent for {took_s:.0f} s after the line was well"
        self._run(self._is_drained, within_s=DRAINED_WITHIN_S)
        assert self._is_drained(), f"stuck: {self._states()}"
        self._look()
        self._hand_on_all()
        self._prove()

    def _run(self, met: Callable[[], bool], *, within_s: float) -> None:
        until_s = self.clock.monotonic_s() + within_s
        while not met() and self.clock.monotonic_s() < until_s:
            dues = []
            for agent in list(self._agents):
                agent.steps_left = 50
                for lane in agent.lanes:
                    dues.append(lane.run_due(self.clock.monotonic_s()))
            self._look()
            due_s = min((due for due in dues if due is not None), default=None)
            self.clock.pass_s(max(0.1, 5.0 if due_s is None else due_s - self.clock.monotonic_s()))

    def _is_drained(self) -> bool:
        """Acknowledged, and listed by the platform that is there now."""
        if self._the_outbox().waiting():
            return False
        if self._agents[0].drains[0].ratings():
            return False
        with opened_parts(self._data, now=self.clock.true_time) as parts:
            left = self.told.sealed.keys() - self.told.erased
            return all(parts.storage.acknowledgement(sid) is not None for sid in left)

    def _prove(self) -> None:
        with opened_parts(self._data, now=self.clock.true_time) as parts:
            kept = {one.manifest.sid: one for one in parts.storage.submissions()}
            assert kept.keys() <= self.told.tried.keys(), "something nobody sealed"
            for sid in self.told.sealed:
                if sid in self.told.erased and (sid not in kept or kept[sid].acknowledgement is None):
                    # Files from before the backup were copied back. What a terminal erased is in that backup.
                    with opened_parts(self._directory / "backup", now=self.clock.true_time, as_it_is=True) as backup:
                        saved = {one.manifest.sid: one for one in backup.storage.submissions()}
                        self._prove_whole(sid, saved[sid], backup.objects)
                else:
                    assert sid in kept, f"{sid} is lost"
                    self._prove_whole(sid, kept[sid], parts.objects)
        for sid, sealed in self.told.sealed.items():
            folder = self._handed_on(sid)
            assert (folder / "submission.json").read_bytes() == sealed.manifest
            assert len(list(folder.glob("*page*"))) == len(sealed.attachments), "every attachment, also of one name"

    def _prove_whole(self, sid: str, kept: KeptSubmission, objects: Objects) -> None:
        sealed = self.told.sealed[sid]
        assert kept.manifest.content == sealed.manifest, f"{sid} is something else"
        assert kept.acknowledgement is not None, f"{sid} is not acknowledged"
        number = json.loads(kept.acknowledgement.content)["receipt_number"]
        assert number == self.told.receipts[sid], f"{sid} has another receipt number"
        for one in sealed.attachments:
            assert b"".join(objects.pieces(one.digest)) == one.content, f"{sid}: {one.name} is not whole"

    def _look(self) -> None:
        """What anybody can see at any time."""
        for sid in list(self.told.sealed):
            if sid in self.told.erased:
                continue
            state = self._the_outbox().state_of(sid)
            if state is State.ERASED:
                self.told.erased.add(sid)
                assert sid in self.told.receipts, f"{sid} was erased and never received"
                continue
            assert state is not None, f"{sid} is gone from the terminal"
            assert state not in (State.REJECTED, State.CONFLICT), f"{sid} was set aside as {state.value}"
            receipt = self._the_outbox().receipt_of(sid)
            if receipt is not None:
                before = self.told.receipts.setdefault(sid, receipt.receipt_number)
                assert before == receipt.receipt_number, f"{sid} has two receipt numbers"
        numbers = list(self.told.receipts.values())
        assert len(numbers) == len(set(numbers)), "a receipt number was given twice"

    # Parts of the world.

    @property
    def operations(self) -> int:
        """Acts, and requests that were made on the way."""
        return sum(self.count[name] for name in ACTS) + self.count["requests"]

    @property
    def _store(self) -> Path:
        return self._directory / "store"

    @property
    def _data(self) -> Path:
        return self._directory / f"gateway-{self._generation}"

    def _states(self) -> dict[str, str]:
        return {sid: str(self._the_outbox().state_of(sid)) for sid in self._the_outbox().waiting()}

    def _the_outbox(self) -> Outbox:
        if self._outbox is None:
            self._outbox = Outbox(self._store, reserve_mb=1, now=self.clock.now)
        return self._outbox

    def _outbox_gone(self) -> None:
        if self._outbox is not None:
            self._outbox.close()
            self._outbox = None

    def _an_agent(self) -> _Agent:
        if not self._agents:
            self._agents.append(self._new_agent())
        return self.random.choice(self._agents)

    def _agent_gone(self, agent: _Agent) -> None:
        agent.close()
        self._agents.remove(agent)

    def _new_agent(self) -> _Agent:
        note, agent = AgentNote(self.clock), _Agent([], [])
        for name in LaneName:
            drain = Drain(self._store, now=self.clock.now)
            session = requests.Session()
            session.trust_env = False
            session.mount(
                URL,
                Line(
                    self._loop,
                    self.clock,
                    app=self._app,
                    peer=self._terminal.der,
                    trouble=self._fate,
                    crashed=self._gateway_restarts,
                ),
            )
            exchange = Exchange(session, URL, clock=self.clock, deadline=Deadline(self.clock))
            source: Submitting | Uploading
            if name is LaneName.BLOBS:
                source = Uploading(drain, exchange, pace=lambda _: None)
            else:
                client = PlatformClient(
                    exchange, signing=self._terminal.signing, gateway_keys=self._terminal.gateway_keys
                )
                pulls = Pulls(
                    drain,
                    client,
                    terminal=CODE,
                    intervals=Intervals(),
                    around=self._around(),
                    clock=self.clock,
                    note=note,
                    random=self.random,
                )
                source = Submitting(drain, client, pulls)
            agent.drains.append(drain)
            agent.lanes.append(
                Lane(
                    name,
                    source,
                    Schedule(Random(self.random.random()), backoff=Backoff()),
                    clock=self.clock,
                    note=note,
                    is_over=lambda: self._spent(agent),
                )
            )
        return agent

    def _spent(self, agent: _Agent) -> bool:
        agent.steps_left -= 1
        return agent.steps_left < 0

    def _around(self) -> Around:
        return Around(
            judge_configuration=lambda _: (),
            configuration_taken=lambda: None,
            telemetry=lambda: {"aside": 0, "free_bytes": 0, "version": "model"},
            whereabouts=Whereabouts(self.random.randbytes(16).hex(), "boot", "machine"),
            renewal_due=lambda _: False,
            renew=lambda: (_ for _ in ()).throw(AssertionError("not due")),
            renewed=lambda: None,
        )

    def _app(self) -> object:
        return None if self._gateway is None else self._gateway.app

    def _fate(self, method: str, path: str) -> tuple[Trouble, float]:
        self.count["requests"] += 1
        if not self._line_up:
            return Trouble.REQUEST_LOST, 0.0
        if self._gateway is not None:
            self._delivered += 1
            self._first_byte_s = self.clock.monotonic_s()
        if self.random.random() >= self._trouble_share:
            return Trouble.NONE, 0.0
        return self.random.choice(list(Trouble)), self.random.random()

    def _gateway_up(self) -> None:
        if self._gateway is None:
            self.clock.pass_s(STARTING_S)
            self._gateway = self._gateway_life.enter_context(
                opened_gateway(
                    self._data,
                    Serving(simulated=True, admission_rate=1000.0),
                    now=self.clock.true_time,
                    monotonic_s=self.clock.monotonic_s,
                )
            )

    def _gateway_down(self) -> None:
        self._gateway = None
        self._gateway_life.close()

    def _stop_soon(self, prefixes: tuple[str, ...], how: type[BaseException]) -> None:
        names = [name for name in steps.STEPS if name.startswith(prefixes)]
        self._stop_at = (self.random.choice(names), self.random.randrange(3), how)

    def _reached(self, name: str) -> None:
        if self._stop_at is None or self._stop_at[0] != name:
            return
        _, more, how = self._stop_at
        if more:
            self._stop_at = (name, more - 1, how)
            return
        self._stop_at = None
        self.count[f"{how.__name__} at {name}"] += 1
        raise how(f"at {name}")

    @contextmanager
    def _ended_by(self, end: Callable[[], None]) -> Iterator[None]:
        """What a crash takes with it. The agent sees one of the gateway as a broken connection."""
        try:
            yield
        except Crash:
            end()

    def _handed_on(self, sid: str) -> Path:
        """Where the city got it: in the folder of one of the gateway's lives."""
        found = [path for path in self._directory.glob(f"gateway-*/received/{sid}") if path.is_dir()]
        assert found, f"{sid} was not handed on"
        return found[-1]

    def _hand_on_all(self) -> None:
        assert self._gateway is not None
        while (next_in_s := self._gateway.worker.hand_on_due()) is not None:
            self.clock.pass_s(next_in_s + 0.1)


# What may happen, and how often beside one another.
ACTS = {
    "seal": 12.0,
    "rate": 4.0,
    "agent_steps": 60.0,
    "agent_crashes_soon": 3.0,
    "terminal_crashes_soon": 1.0,
    "gateway_crashes_soon": 3.0,
    "gateway_disk_fails_soon": 2.0,
    "second_agent": 1.0,
    "agent_ends": 1.0,
    "time_passes": 12.0,
    "line_down": 2.0,
    "line_up_with_notice": 2.0,
    "line_heals_silently": 2.0,
    "weather": 3.0,
    "gateway_restarts": 1.0,
    "gateway_away": 0.5,
    "gateway_hands_on": 3.0,
    "clock_jumps": 1.0,
    "backup": 0.6,
    "restored": 0.2,
    "copied_back": 0.2,
}
