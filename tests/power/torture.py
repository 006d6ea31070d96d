"""Many power cuts, both ends: `python -m tests.power.torture --cuts 100000 --seed 1 --processes 2`.

Progress goes to stderr, a summary as one line of JSON to stdout. What was found after a cut that lost something lies
in build/power/<its name>; `--again <its name>` makes the same cut once more.
"""

import argparse
import json
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle
from pathlib import Path
from typing import Any

from tests.power.cuts import CUTS_A_HISTORY, Cut, End, Histories, Tally
from tests.power.gateway_end import GatewayEnd
from tests.power.keys_end import KeysEnd
from tests.power.terminal_end import TerminalEnd

ENDS: Mapping[str, Callable[[], End[Any]]] = {end.name: end for end in (TerminalEnd, GatewayEnd, KeysEnd)}
IN_TURN = (TerminalEnd.name, GatewayEnd.name) * 4 + (KeysEnd.name,)
HISTORIES_OF_A_SEED = 1_000_000
FOUND = Path(__file__).parents[2] / "build" / "power"
TELL_EVERY_S = 10.0


def try_history(which: tuple[str, int]) -> Tally:
    end, history = which
    try:
        return Histories(ENDS[end]()).try_cuts(history, keep_in=FOUND)
    except Exception as trouble:
        trouble.add_note(f"in history {history} of the {end}, before any cut")
        raise


def histories(seed: int, cuts: int) -> Iterator[tuple[str, int]]:
    """As many as it takes, the ends in turn."""
    ends = cycle(IN_TURN)
    for place in range(-(-cuts // CUTS_A_HISTORY)):
        yield next(ends), seed * HISTORIES_OF_A_SEED + place


def torture(*, cuts: int, seed: int, processes: int) -> int:
    total, began = Tally(), time.monotonic()
    told = began
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        for tally in pool.map(try_history, histories(seed, cuts)):
            total.add(tally)
            for cut, loss in tally.lost:
                print(f"LOST {cut}: {loss}", file=sys.stderr)
            if time.monotonic() - told > TELL_EVERY_S:
                told = time.monotonic()
                print(f"{total.cuts} of {cuts} cuts, {len(total.lost)} lost", file=sys.stderr, flush=True)
    seconds = time.monotonic() - began
    summary = {
        "cuts": total.cuts,
        "cuts_inside_a_step": total.in_flight,
        "histories": total.histories,
        "operations": total.operations,
        "lost": [str(cut) for cut, _ in total.lost],
        "seconds": round(seconds, 1),
        "ms_a_cut": round(1000 * seconds * processes / total.cuts, 2),
        "seed": seed,
    }
    print(json.dumps(summary))
    return 1 if total.lost else 0


def again(name: str) -> int:
    cut = Cut.named(name)
    tally = Histories(ENDS[cut.end]()).try_cuts(cut.history, only=cut, keep_in=FOUND)
    for lost, loss in tally.lost:
        print(f"LOST {lost}: {loss}")
    return 1 if tally.lost else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cuts", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--again", metavar="NAME", help="one cut, as it is named where something was lost")
    asked = parser.parse_args()
    if asked.again is not None:
        return again(asked.again)
    return torture(cuts=asked.cuts, seed=asked.seed, processes=asked.processes)


if __name__ == "__main__":
    sys.exit(main())
