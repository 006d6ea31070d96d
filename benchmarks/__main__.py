"""`python -m benchmarks`: runs every benchmark and writes `docs/benchmarks.md`."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import cards, codes, receipts, receiving, sealing, store_growth, terminal
from benchmarks.figures import Figure, machine

HEAD = """# Benchmarks

Written by `make bench`. Each figure stands beside a peer or a physical limit measured in the same run: absolute
times say little on another machine. Medians, with the smallest and largest run in brackets.
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks.md"))
    options = parser.parse_args()
    Path("build").mkdir(exist_ok=True)
    figures: list[Figure] = []
    for part in (sealing, store_growth, receiving, cards, receipts, codes, terminal):
        for figure in part.measure():
            print(figure.row, figure.remark, flush=True)
            figures.append(figure)
    options.out.write_text(_page(figures), encoding="utf-8")
    return 0


def _page(figures: list[Figure]) -> str:
    lines = [HEAD, f"Measured on {datetime.now(UTC):%Y-%m-%d}: {machine()}; all devices simulated.\n"]
    lines += ["| what | ours | beside | goal | |", "|---|---|---|---|---|"]
    lines += [figure.row for figure in figures]
    lines += ["\n## How each is measured\n"]
    lines += [
        f"- **{figure.name}**: {figure.how}.{f' Result: {figure.remark}.' if figure.remark else ''}"
        for figure in figures
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
