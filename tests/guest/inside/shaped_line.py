"""A line from a hall to the city that netem makes slow: the hall is a network namespace, a veth leads out of it."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from failing_disk import run

UNLIMITED = ("delay", "0ms")


@dataclass(frozen=True, slots=True)
class Shape:
    """Of each way: the rate, half of the round trip, and the share of packets that are lost."""

    kbit_per_s: int
    round_trip_ms: int
    loss_percent: int

    @property
    def netem(self) -> tuple[str, ...]:
        loss = ("loss", f"{self.loss_percent}%") if self.loss_percent else ()
        return ("rate", f"{self.kbit_per_s}kbit", "delay", f"{self.round_trip_ms // 2}ms", *loss, "limit", "1000")


class ShapedLine:
    """Line number `index` of several. Up, and as fast as it can, from entering to leaving."""

    def __init__(self, index: int) -> None:
        self._hall, self._city = f"hall{index}", f"city{index}"
        self.hall_address, self.city_address = f"10.77.{index}.1", f"10.77.{index}.2"

    def __enter__(self) -> Self:
        run("ip", "netns", "add", self._hall)
        run("ip", "link", "add", self._city, "type", "veth", "peer", "name", "line", "netns", self._hall)
        for where, device, address in self._ends(self.hall_address, self.city_address):
            # A veth hands over many packets as one: one would then be lost, or late, for all of them.
            run("ip", *where, "link", "set", "dev", device, "gso_max_segs", "1")
            run("ip", *where, "address", "add", f"{address}/24", "dev", device)
            run("ip", *where, "link", "set", "dev", device, "up")
            run("tc", *where, "qdisc", "add", "dev", device, "root", "netem", *UNLIMITED)
        run("ip", "-netns", self._hall, "link", "set", "dev", "lo", "up")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        run("ip", "netns", "delete", self._hall)

    def shape(self, shape: Shape) -> None:
        for where, device, _ in self._ends("", ""):
            run("tc", *where, "qdisc", "replace", "dev", device, "root", "netem", *shape.netem)

    def bytes_sent(self) -> int:
        """What the hall has put on the line, headers and lost packets too."""
        (device,) = json.loads(run("ip", "-netns", self._hall, "-json", "-statistics", "link", "show", "dev", "line"))
        return int(device["stats64"]["tx"]["bytes"])

    def in_hall(self, module: str, *words: str) -> list[str]:
        """The command that runs a Python module at the hall's end."""
        return ["ip", "netns", "exec", self._hall, sys.executable, "-m", module, *words]

    def _ends(self, hall: str, city: str) -> tuple[tuple[tuple[str, ...], str, str], ...]:
        return (("-netns", self._hall), "line", hall), ((), self._city, city)


def started(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as file:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT)


def said(command: list[str]) -> dict[str, object]:
    """What one of our commands says as JSON."""
    answer: dict[str, object] = json.loads(run(*command))
    return answer
