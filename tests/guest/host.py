"""`make guest`: runs what needs Debian's kernel in QEMU guests, and says in build/guest/results.json how it went.

Everything here ran under emulation: times are those of an emulated processor, and only shares of one another count.
"""

import argparse
import json
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from image import BUILD, REPOSITORY, Image, file_system, image, project_disk
from machine import QEMU, GuestTrouble, findings, fresh, run_guest

RESULTS = BUILD / "results.json"
CONTROL = "careless"
ENDS = ("terminal", "gateway")
KILLS = 3
SHARE = 0.85
UNIT_BYTES = 256_000
LIMITS_S = {"power": 2400.0, "blackout": 300.0, "drain": 2400.0, "devices": 1200.0}
RUNS = ("power", "drain", "devices")
DEVICES = ("wedge", "camera", "usb", "ccid", "serial")


@dataclass(frozen=True, slots=True)
class Goal:
    """Something that must hold, whether it does, and what was seen."""

    goal: str
    met: bool
    seen: str


def main() -> int:
    """0 when all goals are met, 1 when one is not or a guest failed."""
    parser = argparse.ArgumentParser(prog="tests/guest/run", description=__doc__)
    parser.add_argument("--only", choices=RUNS)
    parser.add_argument("--devices", nargs="+", choices=DEVICES, default=DEVICES, help="which of them (default: all)")
    parser.add_argument("--seed", type=int, default=1, help="of the workloads and the cuts (default: %(default)s)")
    parser.add_argument("--cuts", type=int, default=24, help="of each way and each end (default: %(default)s)")
    parser.add_argument("--lines", type=int, default=4, help="at once, for the rounds at 20 %% loss")
    parser.add_argument("--rounds", type=int, default=5, help="on each line, at 20 %% loss (default: %(default)s)")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the guest ends with us
    booted = image()
    project = BUILD / "project.ext4"
    project_disk(project)
    results: dict[str, Any] = {"how": _how(booted), "seed": options.seed}
    goals: list[Goal] = []
    try:
        if options.only in (None, "power"):
            results["power"] = power(booted, project, seed=options.seed, cuts=options.cuts)
            goals += power_goals(results["power"])
            results["kills"] = kills(booted, project, seed=options.seed)
            goals += kill_goals(results["kills"])
        if options.only in (None, "drain"):
            results["drain"] = drain(booted, project, options)
            goals += drain_goals(results["drain"])
        if options.only in (None, "devices"):
            results["devices"] = devices(booted, project, options.devices)
            goals += device_goals(results["devices"])
    except GuestTrouble as trouble:
        goals.append(Goal("every guest ends by itself, and well", False, str(trouble)))
        results["before_it_failed"] = trouble.found
    results["goals"] = [asdict(goal) for goal in goals]
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(RESULTS.read_text("utf-8"))
    for goal in goals:
        print(f"{'met   ' if goal.met else 'NOT MET'} {goal.goal}: {goal.seen}")
    return 0 if all(goal.met for goal in goals) else 1


def power(booted: Image, project: Path, *, seed: int, cuts: int) -> Mapping[str, Any]:
    results = fresh(BUILD / "power")
    words = ["power", "--seed", str(seed), "--cuts", str(cuts)]
    run_guest(booted, name="power", project=project, results=results, program=words, limit_s=LIMITS_S["power"])
    return findings(results)


def power_goals(found: Mapping[str, Any]) -> list[Goal]:
    goals = [
        Goal(f"cuts lose what was never synced ({way})", bool(one["faults"]), f"{len(one['faults'])} losses")
        for way, one in found.items()
        if way.startswith(CONTROL)
    ]
    for way, one in found.items():
        if not way.startswith(CONTROL):
            seen = f"{one['cuts']} cuts, {one['returned']} returns, {len(one['faults'])} faults"
            goals.append(Goal(f"what returned is there and whole after a power cut ({way})", not one["faults"], seen))
    return goals


def kills(booted: Image, project: Path, *, seed: int) -> Mapping[str, Any]:
    """QEMU killed with SIGKILL several times, started again from the same disk each time."""
    results = fresh(BUILD / "blackout")
    disk, empty = results / "disk.ext4", fresh(results / "empty")
    file_system(empty, disk, size="384M")
    random = Random(f"kills/{seed}")
    for life in range(KILLS + 1):
        told = [results / f"told-{end}-{life}.jsonl" for end in ENDS]
        enough = random.randrange(10, 60)

        def works(told: list[Path] = told, enough: int = enough) -> bool:
            return all(path.exists() and path.read_bytes().count(b"\n") >= enough for path in told)

        last = life == KILLS
        words = ["blackout", "--seed", str(seed), "--life", str(life), *(["--last"] if last else [])]
        run_guest(
            booted,
            name=f"life-{life}",
            project=project,
            results=results,
            program=words,
            limit_s=LIMITS_S["blackout"],
            disk=disk,
            kill_when=None if last else works,
        )
    disk.unlink()
    found = [json.loads((results / f"found-{life}.json").read_text("utf-8")) for life in range(1, KILLS + 1)]
    return {end: {"returned": found[-1][end]["returned"], "faults": _all_faults(found, end)} for end in ENDS}


def kill_goals(found: Mapping[str, Any]) -> list[Goal]:
    return [
        Goal(
            f"what returned is there and whole after QEMU was killed ({end})",
            one["returned"] > 0 and not one["faults"],
            f"{KILLS} kills, {one['returned']} returns, {len(one['faults'])} faults",
        )
        for end, one in found.items()
    ]


def drain(booted: Image, project: Path, options: argparse.Namespace) -> Mapping[str, Any]:
    results = fresh(BUILD / "drain")
    words = ["drain"]
    for name in ("seed", "lines", "rounds"):
        words += [f"--{name}", str(getattr(options, name))]
    run_guest(booted, name="drain", project=project, results=results, program=words, limit_s=LIMITS_S["drain"])
    return findings(results)


def drain_goals(found: Mapping[str, Any]) -> list[Goal]:
    goals = [
        Goal(
            f"the agent carries at least {SHARE:.0%} of what a bare sendall does, {name}",
            found[name]["share"] >= SHARE,
            f"{found[name]['agent_kbit_per_s']} of {found[name]['bare_kbit_per_s']} kbit/s: {found[name]['share']:.1%}",
        )
        for name in ("0 % loss", "20 % loss")
    ]
    cut = found["cut"]
    again = sum(cut["sent_again_bytes"]) / max(1, cut["cuts"])
    return [
        *goals,
        Goal(
            f"cut in 20 % of its sync units, the agent carries at least {SHARE:.0%} of the uncut figure",
            cut["cuts"] > 0 and cut["share"] >= SHARE,
            f"{cut['cut_kbit_per_s']} of {cut['uncut_kbit_per_s']} kbit/s: {cut['share']:.1%}, {cut['cuts']} cuts",
        ),
        Goal(
            "at most one sync unit is sent again for each cut",
            cut["cuts"] > 0 and again <= UNIT_BYTES,
            f"{again:.0f} bytes of {UNIT_BYTES}, packet headers and new handshakes counted in",
        ),
    ]


def devices(booted: Image, project: Path, parts: Sequence[str]) -> Mapping[str, Any]:
    results = fresh(BUILD / "devices")
    words = ["devices", "--parts", *parts]
    with tempfile.TemporaryDirectory() as cables:
        run_guest(
            booted,
            name="devices",
            project=project,
            results=results,
            program=words,
            limit_s=LIMITS_S["devices"],
            plugged=plugged_in(Path(cables)),
        )
    return findings(results)


def plugged_in(cables: Path) -> list[str]:
    """A USB serial adapter and a smart card reader, and of each the far end as a serial port of the same guest."""
    words = ["-device", "qemu-xhci"]
    for name, near, place in (
        ("adapter", ["usb-serial,chardev=adapter"], "10.0"),
        ("card", ["usb-ccid", "ccid-card-passthru,chardev=card"], "11.0"),
    ):
        path = cables / name
        words += ["-chardev", f"socket,id={name}-far,path={path},server=on,wait=off"]
        words += ["-chardev", f"socket,id={name},path={path}"]
        words += [word for device in near for word in ("-device", device)]
        words += ["-device", f"pci-serial,chardev={name}-far,addr={place}"]
    return words


def device_goals(found: Mapping[str, Any]) -> list[Goal]:
    return [
        Goal(
            f"the driver as it is shipped works with the kernel's own devices ({name})",
            all(proof["holds"] for proof in part["proofs"]),
            "; ".join(
                [
                    f"{sum(proof['holds'] for proof in part['proofs'])} of {len(part['proofs'])} hold",
                    *(f"not: {proof['proof']} ({proof['seen']})" for proof in part["proofs"] if not proof["holds"]),
                ]
            ),
        )
        for name, part in found.items()
    ]


def _how(booted: Image) -> Mapping[str, str]:
    version = subprocess.run([QEMU[0], "--version"], check=True, capture_output=True, text=True).stdout.splitlines()[0]
    head = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=REPOSITORY, check=False, capture_output=True, text=True
    )
    return {
        "ran": "in QEMU guests under emulation (TCG, no KVM): seconds are emulated ones",
        "qemu": f"{version}: {' '.join(QEMU[1:])}",
        "kernel": f"Debian {booted.kernel_release}",
        "host": f"{platform.machine()}, kernel {platform.release()}",
        "project": head.stdout.strip(),
        "power": "ext4 on dm-flakey (drop_writes or error_writes at a moment of a running workload) and on a replayed "
        "dm-log-writes (before any flush, with any of the writes that nothing had flushed), on a loop device in "
        "memory; what returned is written down outside",
        "kills": "QEMU gets SIGKILL and boots again from the same disk image; the guest's memory is lost, what it had "
        "written is not, so this shows missing syncs but no missing flush",
        "drain": "veth between network namespaces with sch_netem each way (512 kbit/s, 80 ms round trip, loss of each "
        "way), packets one by one (gso_max_segs 1); kiosk agent to kiosk-gateway over mutual TLS, from the return of "
        "the seal to the acknowledgement in the store; bare: connect, sendall, one byte back; shares of medians",
        "devices": "udevd runs; a wedge scanner types through uinput, vivid is the camera, vhci-hcd attaches what the "
        "simulator exports over USB/IP: the drivers see the kernel's own devices",
    }


def _all_faults(found: list[dict[str, Any]], end: str) -> list[str]:
    return [fault for one in found for fault in one[end]["faults"]]


if __name__ == "__main__":
    if shutil.which(QEMU[0]) is None:
        sys.exit(f"{QEMU[0]} is not here")
    raise SystemExit(main())
