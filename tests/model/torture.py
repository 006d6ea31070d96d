"""`python -m tests.model.torture`: world after world, each from a seed of its own, until so many operations are done.

An operation is an act of chance or a request that it led to. A world that fails is named: run it alone with `--world`.
"""

import argparse
import json
import logging
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

from tests.model.world import World

ACTS_A_WORLD = 1000
IN_MEMORY = Path("/dev/shm")


def main() -> int:
    """0 when nothing was lost, counted twice or stuck."""
    parser = argparse.ArgumentParser(prog="python -m tests.model.torture", description=__doc__)
    parser.add_argument("--operations", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--world", type=int, help="only this one")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    if options.world is not None:
        logging.disable(logging.CRITICAL)
        count, failure = lived(options.world)
        print(json.dumps({**count, "failed": failure}, indent=2))
        return 0 if failure is None else 1
    began_s, total, failed = time.monotonic(), Counter[str](), []
    with multiprocessing.get_context("spawn").Pool(
        options.processes, logging.disable, (logging.CRITICAL,), maxtasksperchild=20
    ) as pool:
        for count, failure in pool.imap_unordered(lived, _worlds(options.seed)):
            total.update(count)
            if failure is not None:
                failed.append(failure)
                print(failure, flush=True)
            if total["worlds"] % 25 == 0:
                print(f"{total['operations']:,} operations, {total['worlds']} worlds, {len(failed)} failed", flush=True)
            if total["operations"] >= options.operations or len(failed) >= 20:
                pool.terminate()
                break
    figures = {**total, "failed": failed, "seed": options.seed, "seconds": round(time.monotonic() - began_s)}
    print(json.dumps(figures, indent=2))
    if options.json is not None:
        options.json.write_text(json.dumps(figures), encoding="utf-8")
    return 1 if failed else 0


def lived(seed: int) -> tuple[Counter[str], str | None]:
    """One world from its beginning to its proof: what happened in it, and what did not hold."""
    with tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as directory:
        world = World(Path(directory), Random(seed))
        failure = None
        try:
            for _ in range(ACTS_A_WORLD):
                world.act()
            world.heal_and_prove()
        except AssertionError as error:
            failure = f"world {seed}: {error}"
        finally:
            world.close()
        ends = sum(number for name, number in world.count.items() if " at " in name)
        return Counter(
            worlds=1,
            operations=world.operations,
            requests=world.count["requests"],
            crashes_and_disk_errors=ends,
            restored=world.count["restored"] + world.count["copied_back"],
            sealed=len(world.told.sealed),
            erased=len(world.told.erased),
        ), failure


def _worlds(seed: int) -> Iterator[int]:
    chance = Random(seed)
    while True:
        yield chance.getrandbits(40)


if __name__ == "__main__":
    sys.exit(main())
