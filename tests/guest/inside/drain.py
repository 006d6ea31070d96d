"""How fast the real agent drains the outbox over a weak line, beside what the line carries bare, and through cuts.

Several lines at once, each with a terminal and a gateway of its own; on each, bare and agent take turns.
"""

import argparse
import json
import statistics
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from shaped_line import Shape, ShapedLine
from terminal_and_gateway import GATEWAY_PORT, TerminalAndGateway

from hardware_sim.line_modes import Clean, CutEvery
from hardware_sim.weak_line import WeakLine

RESULTS = Path("/results")
CLEAN, LOSSY = Shape(512, 80, 0), Shape(512, 80, 20)
CLEAN_BYTES, LOSSY_BYTES, CUT_BYTES = 1_000_000, 300_000, 2_000_000
UNIT_BYTES = 256_000
CUT_PORT = 8701
Found = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--lines", type=int, required=True, help="at once")
    parser.add_argument("--rounds", type=int, required=True, help="on each, at 20 %% loss")
    options = parser.parse_args()
    found: Found = {}
    with ExitStack() as up, ThreadPoolExecutor(options.lines) as threads:
        ends = []
        for index in range(options.lines):
            line = up.enter_context(ShapedLine(index))
            directory, logs = Path(f"/tmp/line{index}"), RESULTS / f"line{index}"
            ends.append(up.enter_context(TerminalAndGateway(line, directory, logs, seed=options.seed + index)))

        def on_all(work: Callable[[TerminalAndGateway], Found]) -> Sequence[Found]:
            return tuple(threads.map(work, ends))

        def note(name: str, value: Found) -> None:
            found[name] = value
            print(name, json.dumps(value), flush=True)
            (RESULTS / "findings.json").write_text(json.dumps(found, indent=1), "utf-8")

        # One after the other, so that the emulated processor is not what is measured.
        clean = [beside_bare(one, CLEAN, CLEAN_BYTES, rounds=1) for one in ends]
        note("0 % loss", {**compared(clean, CLEAN_BYTES, "bare_s", "agent_s"), **computing(clean)})
        cut = on_all(lambda one: through_cuts(one, seed=options.seed + ends.index(one)))
        cuts = sum(one["cuts"] for one in cut)
        again = [one["sent_again_bytes"] for one in cut]
        note("cut", {**compared(cut, CUT_BYTES, "uncut_s", "cut_s"), "cuts": cuts, "sent_again_bytes": again})
        for one in ends:
            one.start_agent(GATEWAY_PORT)
        lossy = on_all(lambda one: beside_bare(one, LOSSY, LOSSY_BYTES, rounds=options.rounds))
        note("20 % loss", {**compared(lossy, LOSSY_BYTES, "bare_s", "agent_s"), **computing(lossy)})
    return 0


def beside_bare(ends: TerminalAndGateway, shape: Shape, size: int, *, rounds: int) -> Found:
    ends.line.shape(shape)
    found: dict[str, list[float]] = {name: [] for name in ("bare_s", "agent_s", "agent_processor_s")}
    for _ in range(rounds):
        found["bare_s"].append(ends.carried_bare(size))
        before_s = ends.processor_s("agent")
        found["agent_s"].append(ends.carried_by_agent(size))
        found["agent_processor_s"].append(ends.processor_s("agent") - before_s)
    return found


def through_cuts(ends: TerminalAndGateway, *, seed: int) -> Found:
    """Over the line without loss and, at its city end, the proxy; first without cuts, then with them."""
    ends.line.shape(CLEAN)
    address = ends.line.city_address
    with WeakLine((address, GATEWAY_PORT), host=address, port=CUT_PORT, mode=Clean()) as proxy:
        ends.start_agent(CUT_PORT)
        began = ends.line.bytes_sent()
        uncut_s = ends.carried_by_agent(CUT_BYTES)
        uncut_bytes = ends.line.bytes_sent() - began
        proxy.switch(CutEvery(unit_bytes=UNIT_BYTES, share=0.2, seed=seed))
        began, cuts_before = ends.line.bytes_sent(), proxy.counters.cuts
        cut_s = ends.carried_by_agent(CUT_BYTES)
        sent_again = ends.line.bytes_sent() - began - uncut_bytes
        cuts = proxy.counters.cuts - cuts_before
        ends.end_agent()
    return {"uncut_s": [uncut_s], "cut_s": [cut_s], "cuts": cuts, "sent_again_bytes": sent_again}


def compared(found: Sequence[Found], size: int, other: str, ours: str) -> Found:
    """All samples, and the share of the other's median that ours carries."""
    other_s = [second for one in found for second in one[other]]
    our_s = [second for one in found for second in one[ours]]
    return {
        "bytes": size,
        other: [round(one, 2) for one in other_s],
        ours: [round(one, 2) for one in our_s],
        f"{other.removesuffix('_s')}_kbit_per_s": _kbit_per_s(size, other_s),
        f"{ours.removesuffix('_s')}_kbit_per_s": _kbit_per_s(size, our_s),
        "share": round(statistics.median(other_s) / statistics.median(our_s), 3),
    }


def computing(found: Sequence[Found]) -> Found:
    """The agent's emulated processor time in each of its rounds: that much of its time is not the line's."""
    return {"agent_processor_s": [round(second, 2) for one in found for second in one["agent_processor_s"]]}


def _kbit_per_s(size: int, seconds: Sequence[float]) -> float:
    return round(size * 8 / 1000 / statistics.median(seconds), 1)


if __name__ == "__main__":
    raise SystemExit(main())
