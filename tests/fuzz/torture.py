"""Fuzzes every parser of foreign bytes with atheris, each in a process of its own: `python -m tests.fuzz.torture`.

A finding is an exception, an input that takes longer than `TIMEOUT_S`, or more memory than `MEMORY_MB`. Inputs that
led to one are kept in `build/fuzz/`. Exit status 0 when there was none.
"""

import argparse
import contextlib
import json
import os
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from tests.fuzz.targets import TARGETS

TIMEOUT_S = 5
MEMORY_MB = 2048


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=60, help="for each parser (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("build/fuzz"))
    parser.add_argument("--only", metavar="NAME", help="one parser, in this process")
    options = parser.parse_args()
    if options.only:
        return _fuzz(options.only, options)
    found = {}
    for name in TARGETS:
        found[name] = _fuzz_apart(name, options)
        print(f"{found[name]['executions']:>12,}  {found[name]['finding'] or 'nothing found':<40}  {name}", flush=True)
    print(json.dumps(found, ensure_ascii=False, indent=2))
    return 1 if any(one["finding"] for one in found.values()) else 0


def _fuzz_apart(name: str, options: argparse.Namespace) -> dict[str, object]:
    folder = options.out / re.sub(r"[^a-z]+", "-", name)
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.fuzz.torture", "--only", name]
    command += ["--seconds", str(options.seconds), "--seed", str(options.seed), "--out", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    (folder / "log.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    lines = done.stderr.splitlines()
    executions = next((int(line.split()[1]) for line in lines if line.startswith("Done ")), 0)
    finding = ""
    if done.returncode:
        finding = next((line for line in lines if "Error" in line or "ERROR" in line), f"ended with {done.returncode}")
    return {"executions": executions, "finding": finding}


def _fuzz(name: str, options: argparse.Namespace) -> int:
    import atheris

    target = TARGETS[name]
    with atheris.instrument_imports():
        parse = target.load()

    def one(octets: bytes) -> None:
        parse(octets)

    corpus = options.out / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in target.seed_inputs():
        (corpus / sha256(seed).hexdigest()).write_bytes(seed)
    words = [
        sys.argv[0],
        str(corpus),
        f"-max_total_time={options.seconds}",
        f"-seed={options.seed}",
        f"-timeout={TIMEOUT_S}",
        f"-rss_limit_mb={MEMORY_MB}",
        f"-max_len={target.longest}",
        f"-artifact_prefix={options.out}/",
    ]
    with contextlib.suppress(KeyboardInterrupt):
        atheris.Setup(words, one)
        atheris.Fuzz()
    return os.EX_OK


if __name__ == "__main__":
    sys.exit(main())
