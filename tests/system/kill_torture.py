"""Many kills of one whole house: `python -m tests.system.kill_torture --kills 200 --seed 1`.

Each kills a random process at a random named step while there is work for it. Now and then, and at the end, the house
runs undisturbed until all is handed on; then the platform has everything exactly once, whole, and nothing else.
Progress goes to stderr, a summary as one line of JSON to stdout.
"""

import argparse
import json
import random
import secrets
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.composing import uuid7
from kiosk.ports import Sealed
from kiosk.submission import Rating, SealedSubmission
from sync.outbox.schema import State
from sync.outbox.store import Outbox
from terminal.supervisor import House, NotStarted
from tests.system.conftest import QUICK
from tests.system.test_crashes import NOW, Trap, handed_on, hands_in_and_rates, slip_codes, steps_of, submission
from tests.system.waiting import until

SETTLE_EVERY = 10  # kills
WITHIN_S = 180.0  # the agent waits longer after each failure
WEIGHTS = {"agent": 9, "gateway": 9, "terminal": 2}  # a citizen's visit takes longest
BEFORE_THE_SEAL = {"terminal.before_seal", "store.in_transaction"}


@dataclass
class KillTorture:
    """One house, and all that was handed in there. Raises AssertionError where something is lost or twice."""

    house: House
    chance: random.Random
    kills: int = 0
    sealed: dict[str, SealedSubmission] = field(default_factory=dict)
    at_the_glass: int = 0  # handed in by citizens, and sealed
    running: set[str] = field(default_factory=set)

    def begin(self) -> None:
        self.house.start_gateway()
        self.running.add("gateway")
        self.house.write_configuration(self.house.start_devices())
        self._run("agent")

    def kill_one(self) -> str:
        """Its step."""
        (process,) = self.chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
        step = self.chance.choice(steps_of(process))
        trap = Trap(step, self.house.directory / f"stopped-{self.kills}")
        if process == "terminal":
            self._kill_terminal(trap)
        else:
            self._seal()
            self._run("gateway" if process == "agent" else "agent")
            self._run(process, trap)
            self._wait_for(trap)
            self._kill(process)
        self.kills += 1
        return step

    def settle(self) -> None:
        """Undisturbed, everything arrives; once, whole, and with the same receipt at both ends."""
        for process in ("gateway", "agent"):
            self._run(process)
        expected = len(self.sealed) + self.at_the_glass
        until(lambda: len(self._receipts()) == expected, f"{expected} submissions received", within_s=WITHIN_S)
        for sid, sealed in self.sealed.items():
            until(lambda sid=sid: handed_on(self.house, sid, rated=True), f"{sid} handed on", within_s=WITHIN_S)
            folder = self.house.gateway_directory / "received" / sid
            assert (folder / "submission.json").read_bytes() == sealed.manifest
            kept = [file.read_bytes() for file in folder.iterdir()]
            assert all(attachment.content in kept for attachment in sealed.attachments), sid
        receipts = self._receipts()
        assert len(set(receipts.values())) == len(receipts) == expected, "a receipt number was given twice"
        self._same_at_the_terminal(receipts)
        codes = {str(row["slip_code"]) for row in self.house.received()}
        printed = {code for slip in self.house.sim("receipts") for code in slip_codes(str(slip["text"]))}
        assert printed <= codes, f"printed and not received: {printed - codes}"

    def _receipts(self) -> Mapping[str, str]:
        """The receipt number by sid, of what has one."""
        rows = self.house.received()
        assert len({row["sid"] for row in rows}) == len(rows)
        return {str(row["sid"]): str(row["receipt_number"]) for row in rows if row["receipt_number"]}

    def _same_at_the_terminal(self, receipts: Mapping[str, str]) -> None:
        outbox = Outbox(self.house.directory / "store", reserve_mb=1)
        try:
            for sid in self.sealed:
                until(lambda sid=sid: outbox.state_of(sid) is State.ACKNOWLEDGED, f"{sid} acknowledged")
                receipt = outbox.receipt_of(sid)
                assert receipt is not None
                assert receipt.receipt_number == receipts[sid]
            assert outbox.waiting() == ()
        finally:
            outbox.close()

    def _seal(self) -> None:
        sealed = submission()
        outbox = Outbox(self.house.directory / "store", reserve_mb=1)
        try:
            assert outbox.seal(sealed) == Sealed()
            self.sealed[sealed.sid] = sealed
            outbox.keep_rating(Rating(uuid7(NOW, secrets.token_bytes(10)), sealed.sid, 5, NOW))
        finally:
            outbox.close()

    def _kill_terminal(self, trap: Trap) -> None:
        """Under a citizen's hands."""
        for process in ("gateway", "agent"):
            self._run(process)
        self._run("terminal", trap)
        with ThreadPoolExecutor(1, "citizen") as pool:
            handing_in = pool.submit(hands_in_and_rates, self.house)
            self._wait_for(trap)
            self._kill("terminal")
            assert isinstance(handing_in.exception(), ConnectionError | None)
        self.house.sim("card", "lift")
        self.at_the_glass += trap.step not in BEFORE_THE_SEAL

    def _run(self, process: str, trap: Trap | None = None) -> None:
        """With a trap it is started anew."""
        environment = {} if trap is None else trap.environment
        if trap is not None and process in self.running:
            self._kill(process)
        if process not in self.running:
            start = {
                "gateway": self.house.start_gateway,
                "agent": self.house.start_agent,
                "terminal": self.house.start_terminal,
            }[process]
            try:
                start(**environment)
            except NotStarted:
                if trap is None or not trap.file.exists():  # else it came to the step before it was ready
                    raise
            self.running.add(process)

    def _kill(self, process: str) -> None:
        self.house.kill(process)
        self.running.remove(process)

    def _wait_for(self, trap: Trap) -> None:
        until(lambda: trap.file.exists() and trap.file.read_text() == trap.step, trap.step, within_s=WITHIN_S)


def torture(*, kills: int, seed: int, directory: Path) -> int:
    began = time.monotonic()
    with House(directory, environment={"QT_QPA_PLATFORM": "offscreen"}, times=QUICK, pace=False) as house:
        run = KillTorture(house, random.Random(seed))
        run.begin()
        lost = ""
        try:
            while run.kills < kills:
                step = run.kill_one()
                print(f"{run.kills} of {kills}: {step}", file=sys.stderr, flush=True)
                if run.kills % SETTLE_EVERY == 0 or run.kills == kills:
                    run.settle()
        except AssertionError as loss:
            lost = str(loss) or repr(loss)
    summary = {
        "kills": run.kills,
        "submissions": len(run.sealed) + run.at_the_glass,
        "lost": lost,
        "seconds": round(time.monotonic() - began, 1),
        "seed": seed,
    }
    print(json.dumps(summary, ensure_ascii=False))
    return 1 if lost else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kills-") as directory:
        return torture(kills=asked.kills, seed=asked.seed, directory=Path(directory))


if __name__ == "__main__":
    sys.exit(main())
