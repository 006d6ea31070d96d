"""Notices that a way out of this machine came up, from what Linux says of its links and routes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROUTE_UP = 0x1  # RTF_UP, linux/route.h


@dataclass(frozen=True, slots=True)
class Ways:
    """Default routes (interface, gateway as the kernel writes it) over links that are up."""

    out: frozenset[tuple[str, str]]


def ways(route_table: str, operational: Mapping[str, str]) -> Ways:
    """From `/proc/net/route` and each interface's `operstate`. What is not understood is left out.

    A link of unknown state counts as up: drivers of modems and tunnels say no more.
    """
    found = set()
    for line in route_table.splitlines()[1:]:
        columns = line.split()
        if len(columns) < 8 or columns[1] != "00000000" or columns[7] != "00000000":
            continue
        try:
            is_up = int(columns[3], 16) & ROUTE_UP
        except ValueError:
            continue
        if is_up and operational.get(columns[0], "down").strip() in ("up", "unknown"):
            found.add((columns[0], columns[2]))
    return Ways(frozenset(found))


def came_up(before: Ways, after: Ways) -> bool:
    """Whether there is a way that was not there."""
    return bool(after.out - before.out)


def read_ways(root: Path = Path("/")) -> Ways:
    """What this machine has now; none when the kernel does not say."""
    try:
        table = (root / "proc/net/route").read_text(encoding="ascii", errors="replace")
        links = list((root / "sys/class/net").iterdir())
    except OSError:
        return Ways(frozenset())
    operational = {}
    for link in links:
        try:
            operational[link.name] = (link / "operstate").read_text(encoding="ascii", errors="replace")
        except OSError:  # gone since, or a file among the links
            continue
    return ways(table, operational)
