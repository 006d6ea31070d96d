"""Two network namespaces, a terminal's hall and the city, and one veth between them that netem makes slow."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from failing_disk import run

HALL, CITY = "hall", "city"
CITY_ADDRESS = "10.77.0.2"
ADDRESSES = {HALL: "10.77.0.1", CITY: CITY_ADDRESS}


@dataclass(frozen=True, slots=True)
class Shape:
    """Of each way: the rate, half of the round trip, and the share of packets that are lost."""

    kbit_per_s: int
    round_trip_ms: int
    loss_percent: int

    @property
    def netem(self) -> Sequence[str]:
        loss = ["loss", f"{self.loss_percent}%"] if self.loss_percent else []
        return ["rate", f"{self.kbit_per_s}kbit", "delay", f"{self.round_trip_ms // 2}ms", *loss, "limit", "1000"]


class ShapedLine:
    """Up from entering to leaving."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape

    def __enter__(self) -> Self:
        for namespace in (HALL, CITY):
            run("ip", "netns", "add", namespace)
        run("ip", "link", "add", HALL, "netns", HALL, "type", "veth", "peer", "name", CITY, "netns", CITY)
        for namespace in (HALL, CITY):
            inside = ("ip", "-netns", namespace)
            # A veth hands over many packets as one: one would then be lost, or late, for all of them.
            run(*inside, "link", "set", "dev", namespace, "gso_max_segs", "1")
            run(*inside, "address", "add", f"{ADDRESSES[namespace]}/24", "dev", namespace)
            run(*inside, "link", "set", "dev", "lo", "up")
            run(*inside, "link", "set", "dev", namespace, "up")
            run("tc", "-netns", namespace, "qdisc", "add", "dev", namespace, "root", "netem", *self._shape.netem)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for namespace in (HALL, CITY):
            run("ip", "netns", "delete", namespace)

    def counted(self) -> str:
        """What netem says of the way up: packets, bytes, those lost."""
        return run("tc", "-netns", HALL, "-statistics", "qdisc", "show", "dev", HALL)


def started(namespace: str, module: str, *words: str, log: Path) -> subprocess.Popen[bytes]:
    """A Python module as a process on one end of the line."""
    command = ["ip", "netns", "exec", namespace, sys.executable, "-m", module, *words]
    with log.open("ab") as file:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT)
