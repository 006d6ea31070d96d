"""A day of one whole house with the waiting left out: `python -m tests.system.day_of_use --hours 24`.

One visit for every four minutes: most hand something in, some leave half-way, some meet a fault and get over it.
Memory, open files and threads of terminal, agent, gateway and devices are measured on the way. Once all caches are
full, in the last two thirds of the day, what a process goes back to may not rise from the first half to the second: the
least memory, the median of files and threads. Progress goes to stderr, a summary as JSON to stdout; exit status 1 when
anything grew.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from terminal.hand import Hand
from terminal.supervisor import House
from tests.system.citizen import Citizen
from tests.system.conftest import QUICK
from tests.system.waiting import until

VISITS_AN_HOUR = 15
MEASURE_EVERY = 10  # visits
MAY_GROW_KB = 3_000
WARM_SHARE = 1 / 3  # of the day, left out
LEAVE = "不办了"


@dataclass(frozen=True, slots=True)
class Measure:
    memory_kb: int  # proportional set size
    files: int
    threads: int


def measured(pid: int) -> Measure:
    process = Path(f"/proc/{pid}")
    rollup = (process / "smaps_rollup").read_text(encoding="ascii")
    status = (process / "status").read_text(encoding="ascii")
    return Measure(
        memory_kb=next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")),
        files=len(list((process / "fd").iterdir())),
        threads=next(int(line.split()[1]) for line in status.splitlines() if line.startswith("Threads:")),
    )


class Day:
    """One house and the citizens who come to it."""

    def __init__(self, house: House, hand: Hand, chance: random.Random) -> None:
        self._house = house
        self._hand = hand
        self._chance = chance
        self.handed_in = 0
        self._visits: Sequence[tuple[int, Callable[[Citizen], None]]] = (
            (12, self._hands_in),
            (2, self._leaves_half_way),
            (1, self._lifts_the_card),
            (1, self._finds_the_reader_away),
            (1, self._gets_no_slip),
        )

    def one_visit(self) -> None:
        citizen = Citizen(
            self._house, self._hand, self._chance.choice(("chen-guilan", f"no-end:{self._chance.randrange(500)}"))
        )
        self._house.sim("card", "lift")
        weights = [weight for weight, _ in self._visits]
        (visit,) = self._chance.choices([visit for _, visit in self._visits], weights)
        visit(citizen)
        self._house.sim("card", "lift")
        self._hand.wait("idle", within_s=30)

    def _hands_in(self, citizen: Citizen) -> None:
        citizen.hands_in()
        self.handed_in += 1
        self._hand.wait("done", name="rate-5", within_s=30)
        self._hand.tap("rate-5")
        citizen.leaves()

    def _leaves_half_way(self, citizen: Citizen) -> None:
        citizen.identifies()
        self._hand.wait("question")
        self._hand.tap("helpButton")
        self._hand.touch(LEAVE)

    def _lifts_the_card(self, citizen: Citizen) -> None:
        self._house.sim("fault", "set", "card.pulled", "after_bytes=300", "--on", "next-read")
        citizen.identifies()
        self._hand.wait("identify", text="拿")
        self._house.sim("card", "lift")
        self._house.sim("card", "insert", citizen.card)
        self._hand.wait("question")
        self._hand.tap("helpButton")
        self._hand.touch(LEAVE)

    def _finds_the_reader_away(self, citizen: Citizen) -> None:
        self._house.sim("reader", "unplug")
        self._hand.wait("outOfService")
        self._house.sim("reader", "plug")
        self._hand.wait("idle")

    def _gets_no_slip(self, citizen: Citizen) -> None:
        self._house.sim("paper", "remove")
        citizen.hands_in()
        self.handed_in += 1
        self._hand.wait("done", name="reprintButton", within_s=40)
        self._house.sim("paper", "load")
        self._hand.tap("reprintButton", within_s=30)
        self._hand.wait("done", text="请取走凭条", within_s=40)
        citizen.leaves()


def spent(hours: int, seed: int) -> dict[str, object]:
    """The day; what grew in it stands under `grown`."""
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="day-") as directory,
        House(Path(directory), environment={"QT_QPA_PLATFORM": "offscreen"}, times=QUICK, pace=False) as house,
    ):
        house.start_gateway()
        devices = house.start_devices()
        house.write_configuration(devices)
        house.start_agent()
        house.start_terminal()
        pids = {name: house.pid(name) for name in ("gateway", "agent", "terminal")} | {"devices": int(devices["pid"])}
        series: dict[str, list[Measure]] = {name: [] for name in pids}
        with Hand(house.automation_socket) as hand:
            day = Day(house, hand, random.Random(seed))
            visits = hours * VISITS_AN_HOUR
            for visit in range(visits):
                day.one_visit()
                if visit % MEASURE_EVERY == 0:
                    for name, pid in pids.items():
                        series[name].append(measured(pid))
                    print(f"{visit} of {visits}: " + _line(series), file=sys.stderr, flush=True)
        until(lambda: len(house.received()) == day.handed_in, "the platform to have everything", within_s=60)
    figures = {name: _halves(measures) for name, measures in series.items()}
    grown = [
        f"{name}: {what} from {first} to {second}"
        for name, halves in figures.items()
        for what, (first, second) in halves.items()
        if second - first > (MAY_GROW_KB if what == "memory_kb" else 1)
    ]
    return {
        "hours": hours,
        "visits": visits,
        "handed_in": day.handed_in,
        "seconds": round(time.monotonic() - began),
        "first and second half": figures,
        "grown": grown,
    }


def _halves(measures: Sequence[Measure]) -> dict[str, tuple[float, float]]:
    """What the first and the second half came down to, the beginning left out. An interpreter gives memory back late
    and by leaps, so that what it holds in the middle of one says nothing."""
    settled = measures[round(len(measures) * WARM_SHARE) :]
    halves = settled[: len(settled) // 2], settled[len(settled) // 2 :]
    return {
        what: (settled_at(getattr(one, what) for one in halves[0]), settled_at(getattr(one, what) for one in halves[1]))
        for what, settled_at in (("memory_kb", min), ("files", statistics.median), ("threads", statistics.median))
    }


def _line(series: dict[str, list[Measure]]) -> str:
    return ", ".join(
        f"{name} {one[-1].memory_kb // 1000} MB {one[-1].files} files {one[-1].threads} threads"
        for name, one in series.items()
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    told = spent(options.hours, options.seed)
    print(json.dumps(told, indent=2))
    return 1 if told["grown"] else 0


if __name__ == "__main__":
    sys.exit(main())
