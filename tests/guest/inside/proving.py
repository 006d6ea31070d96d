"""What is proven inside, sentence by sentence, and the figures measured on the way; written down as it comes."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FINDINGS = Path("/results/findings.json")


@dataclass(frozen=True, slots=True)
class Proof:
    proof: str
    holds: bool
    seen: str


@dataclass
class Part:
    """One kind of device. A proof that does not hold ends nothing."""

    name: str
    proofs: list[Proof] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    def proof(self, sentence: str, holds: object, seen: object = "") -> None:
        self.proofs.append(Proof(sentence, bool(holds), str(seen)[:300]))
        print(f"{'holds' if holds else 'FAILS'} {self.name}: {sentence} [{str(seen)[:300]}]", flush=True)
        self._write()

    def same(self, sentence: str, seen: object, expected: object) -> None:
        self.proof(sentence, seen == expected, seen if seen == expected else f"{seen!r} instead of {expected!r}")

    def figure(self, name: str, value: object) -> None:
        self.figures[name] = value
        print(f"figure {self.name}: {name} = {value}", flush=True)
        self._write()

    def _write(self) -> None:
        found = json.loads(FINDINGS.read_text("utf-8")) if FINDINGS.exists() else {}
        found[self.name] = {"proofs": [asdict(proof) for proof in self.proofs], "figures": self.figures}
        FINDINGS.write_text(json.dumps(found, indent=1, ensure_ascii=False), "utf-8")


def modprobe(*words: str) -> None:
    subprocess.run(["modprobe", *words], check=True)


def probed(module: str, *words: str) -> tuple[int, dict[str, str]]:
    """What a technician is told by `python -m MODULE --probe`: the exit code, and each finding."""
    command = [sys.executable, "-m", module, "--probe", "--json", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    if done.stderr:
        print(done.stderr, flush=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, {line["name"]: line["value"] for line in lines}


def seconds(work: Callable[[], object]) -> tuple[float, Any]:
    """How long it took, and what came of it."""
    began_s = time.monotonic()
    came = work()
    return round(time.monotonic() - began_s, 3), came


def open_files(kind: str) -> list[str]:
    """Which device nodes that begin like this this process has open."""
    links = []
    for number in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the listing's own
            links.append(str(number.readlink()))
    return sorted(link for link in links if link.startswith(kind))


def lapse(seconds: float) -> None:
    """What goes on elsewhere goes on."""
    threading.Event().wait(seconds)
