"""One measured thing beside what it is held against."""

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`ours` and `peer` are runs in pairs, in the same `unit`. `goal`: what was aimed at, in words, with `met`."""

    name: str
    how: str
    unit: str
    ours: Sequence[float]
    peer_name: str
    peer: Sequence[float]
    goal: str
    met: bool | None
    remark: str = ""

    @property
    def row(self) -> str:
        verdict = {True: "met", False: "**missed**", None: "-"}[self.met]
        return (
            f"| {self.name} | {spread(self.ours)} {self.unit} | {self.peer_name}: {spread(self.peer)} {self.unit} "
            f"| {self.goal} | {verdict} |"
        )


def spread(runs: Sequence[float]) -> str:
    """Median (smallest to largest)."""
    return f"{statistics.median(runs):.1f} ({min(runs):.1f} to {max(runs):.1f})"


def paired_ratio(ours: Sequence[float], peer: Sequence[float]) -> float:
    """Median of the ratios run by run, so that a machine that drifts does not matter."""
    return statistics.median(a / b for a, b in zip(ours, peer, strict=True))


def machine() -> str:
    return f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"
