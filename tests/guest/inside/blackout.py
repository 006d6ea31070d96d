"""Works on a disk of the machine until somebody kills the machine; at the next start, looks whether all that returned
before is there.

`life` 0 formats nothing and finds an empty file system. What was told lies in /results, which outlives the machine.
"""

import argparse
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import failing_disk
from failing_disk import MOUNTED
from gateway_store import GatewayStore
from processes import until
from terminal_store import TerminalStore
from told import Event, Told

RESULTS = Path("/results")
DISK = Path("/dev/vdc")
NUMBERS_A_LIFE = 1_000


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--life", type=int, required=True, help="how often the machine was killed before")
    parser.add_argument("--last", action="store_true", help="look, and end")
    options = parser.parse_args()
    failing_disk.mount(DISK)
    subjects = [kind(options.seed, files_of(kind.name)) for kind in (TerminalStore, GatewayStore)]
    earlier = {subject.name: _told_before(subject.name, options.life) for subject in subjects}
    found = {
        subject.name: {"returned": len(earlier[subject.name]), "faults": list(_faults(subject, earlier[subject.name]))}
        for subject in subjects
    }
    (RESULTS / f"found-{options.life}.json").write_text(json.dumps(found, ensure_ascii=False), "utf-8")
    print(found, flush=True)
    if options.last:
        failing_disk.unmount()
        return subprocess.run(["e2fsck", "-f", "-n", DISK], check=False).returncode
    for subject in subjects:
        told = Told(RESULTS / f"told-{subject.name}-{options.life}.jsonl")
        first = options.life * NUMBERS_A_LIFE + 3
        subject.start(MOUNTED / subject.name, told, first=first, earlier=earlier[subject.name])
    until(lambda: False, "somebody kills this machine", within_s=300)
    return 1


def files_of(name: str) -> Path:
    files = RESULTS / name
    files.mkdir(exist_ok=True)
    return files


def _faults(subject: TerminalStore | GatewayStore, events: Sequence[Event]) -> Sequence[str]:
    return tuple(subject.faults(MOUNTED / subject.name, events)) if events else ()


def _told_before(name: str, life: int) -> Sequence[Event]:
    return [event for one in range(life) for event in Told(RESULTS / f"told-{name}-{one}.jsonl").events()]


if __name__ == "__main__":
    raise SystemExit(main())
