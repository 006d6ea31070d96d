"""Power cuts under the file system: a seeded workload, a cut, a mount that replays the journal, the real code again.

Two ways to cut. dm-flakey, at any moment of a running workload: every write from then on is dropped, or fails. And
dm-log-writes: the workload is recorded once, then the disk is made as it was before any chosen flush, with any of the
writes that nothing had flushed yet.
"""

import argparse
import json
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import failing_disk
from careless import CarelessStore
from failing_disk import FLUSH, MOUNTED, Failing, FlakeyDisk, RecordedDisk, formatted, run
from gateway_store import GatewayStore
from processes import until
from terminal_store import TerminalStore
from told import CUT, Event, Told

RESULTS = Path("/results")
IMAGE = Path("/tmp/image")
KEPT = MOUNTED / "kept"
MEGABYTES = 96
RECORDED_RETURNS = 150
CUTS_A_DISK = 6
NUMBERS_A_LIFE = 1_000
CONTROL_CUTS = 8
Subject = CarelessStore | TerminalStore | GatewayStore
Found = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--cuts", type=int, required=True, help="of each way and each end")
    parser.add_argument("--only", help="one end alone: careless, terminal or gateway")
    options = parser.parse_args()
    found: dict[str, Found] = {}
    for kind in (CarelessStore, TerminalStore, GatewayStore):
        if options.only not in (None, kind.name):
            continue
        for way in (flakey, recorded):
            name = f"{kind.name} {way.__name__}"
            files = RESULTS / f"{kind.name}-{way.__name__}"
            files.mkdir()
            subject = kind(options.seed, files)
            cuts = CONTROL_CUTS if kind is CarelessStore else options.cuts
            started_s = time.monotonic()
            found[name] = {**way(subject, seed=options.seed, cuts=cuts), "seconds": _since(started_s)}
            print(name, {**found[name], "faults": len(found[name]["faults"])}, flush=True)
            (RESULTS / "findings.json").write_text(json.dumps(found, indent=1, ensure_ascii=False), "utf-8")
    return 0


def flakey(subject: Subject, *, seed: int, cuts: int) -> Found:
    """Cuts of a running workload. A disk lives through several of them before the next one is formatted."""
    faults: list[str] = []
    made = returned = 0
    random = Random(f"flakey/{subject.name}/{seed}")
    for first in range(0, cuts, CUTS_A_DISK):
        disk = FlakeyDisk(formatted(IMAGE, megabytes=MEGABYTES))
        events: list[Event] = []
        for cut in range(first, min(first + CUTS_A_DISK, cuts)):
            failing = random.choice((Failing.DROP, Failing.DROP, Failing.ERROR))
            disk.mount()
            told = _cut(subject, disk, failing, random, cut=cut, earlier=events)
            disk.lose()
            returned += len(told)
            events += _counted(told, failing)
            disk.mount()
            found = [f"cut {cut} ({failing.value}): {fault}" for fault in subject.faults(KEPT, events)]
            disk.lose()
            found += [f"cut {cut}: {fault}" for fault in _file_system_faults(IMAGE)]
            faults += found
            made += 1
            if found:  # what is broken is not worked on
                break
        disk.close()
    return {"cuts": made, "returned": returned, "faults": faults}


def _cut(
    subject: Subject, disk: FlakeyDisk, failing: Failing, random: Random, *, cut: int, earlier: Sequence[Event]
) -> Sequence[Event]:
    """One life: what it told, with where the cut was."""
    told = Told(_told_of(subject, str(cut)))
    after, moment_s = random.randrange(1, 40), random.uniform(0, 0.06)
    subject.start(KEPT, told, first=cut * NUMBERS_A_LIFE + 3, earlier=earlier)
    until(lambda: told.count() >= after or subject.stopped_by_itself(), "the workload works", within_s=120)
    _for(moment_s)
    disk.cut(failing, lambda: told.tell(CUT))
    _for(0.1)
    subject.kill()
    return told.events()


def recorded(subject: Subject, *, seed: int, cuts: int) -> Found:
    """One workload, and the disk as it may have been before `cuts` of its flushes."""
    random = Random(f"recorded/{subject.name}/{seed}")
    disk = RecordedDisk(formatted(IMAGE, megabytes=MEGABYTES), log_megabytes=600)
    told = Told(_told_of(subject, "recorded"), mark=disk.mark)
    subject.start(KEPT, told, first=3)
    until(lambda: told.count() >= RECORDED_RETURNS or subject.stopped_by_itself(), "the workload works", within_s=300)
    subject.kill()
    entries = disk.stop()
    flushes = [place for place, entry in enumerate(entries) if entry.flags & FLUSH]
    names = {event["id"]: event for event in told.events()}
    faults: list[str] = []
    chosen = sorted({*random.sample(flushes, min(cuts, len(flushes))), flushes[-1]})
    for flush in chosen:
        torn = disk.before(entries, flush, random)
        events = [names[entry.name] for entry in entries[:flush] if entry.name in names]
        loop = run("losetup", "--find", "--show", torn).strip()
        failing_disk.mount(Path(loop))
        faults += [f"before flush {flush}: {fault}" for fault in subject.faults(KEPT, events)]
        failing_disk.unmount()
        run("losetup", "--detach", loop)
        faults += [f"before flush {flush}: {fault}" for fault in _file_system_faults(torn)]
    return {"cuts": len(chosen), "flushes": len(flushes), "returned": len(names), "faults": faults}


def _told_of(subject: Subject, life: str) -> Path:
    path = RESULTS / "told" / f"{subject.name}-{life}.jsonl"
    path.parent.mkdir(exist_ok=True)
    return path


def _counted(events: Sequence[Event], failing: Failing) -> Iterator[Event]:
    """Those that must hold. Where writes fail with an error nothing may be told that is not so, even after the cut."""
    for event in events:
        if event["kind"] != CUT:
            yield event
        elif failing is Failing.DROP:
            return


def _file_system_faults(image: Path) -> Iterator[str]:
    """After its journal was replayed and it was unmounted cleanly, ext4 is whole."""
    done = subprocess.run(["e2fsck", "-f", "-n", image], capture_output=True, text=True, check=False)
    if done.returncode:
        kept = RESULTS / f"{image.name}-{time.monotonic_ns()}.damaged"
        shutil.copyfile(image, kept)
        yield f"e2fsck ended with {done.returncode}, see {kept.name}: {done.stdout[-300:]}"


def _for(seconds: float) -> None:
    """The workload goes on meanwhile."""
    end_s = time.monotonic() + seconds
    until(lambda: time.monotonic() > end_s, "time passes", within_s=seconds + 60)


def _since(started_s: float) -> float:
    return round(time.monotonic() - started_s, 1)


if __name__ == "__main__":
    raise SystemExit(main())
