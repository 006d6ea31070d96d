"""The weak line and the city as services of a run directory: what can be asked of each by name."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hardware_sim.acts import Acts, act
from hardware_sim.city.front import serving
from hardware_sim.city.platform import City
from hardware_sim.control_server import Service
from hardware_sim.line_modes import Mode, parse_mode
from hardware_sim.weak_line import WeakLine

Address = tuple[str, int]


class LineActs:
    def __init__(self, line: WeakLine) -> None:
        self._line = line

    @act("status")
    def status(self) -> dict[str, Any]:
        """Addresses, mode and counters."""
        return self._line.status()

    @act("mode")
    def mode(self, words: list[str]) -> None:
        """What the line does from now on: a mode and its values in order."""
        self._line.switch(parse_mode(words))

    @act("script")
    def script(self, modes: list[list[str]]) -> None:
        """What it does to the next connections, one by one."""
        self._line.script(*map(parse_mode, modes))

    @act("cut")
    def cut(self) -> None:
        """Reset all connections that are open now."""
        self._line.cut()


class CityActs:
    def __init__(self, city: City, webhook: str) -> None:
        self._city = city
        self._webhook = webhook

    @act("status")
    def status(self) -> dict[str, Any]:
        """Modes, counts, and what was found wrong."""
        return {"webhook": self._webhook} | self._city.status()

    @act("list")
    def cases(self) -> list[dict[str, Any]]:
        """The cases."""
        cases: list[dict[str, Any]] = self.status()["cases"]
        return cases

    @act("advance")
    def advance(self, sid: str, state: str | None = None, corrections: list[str] | None = None) -> None:
        """Move a case on: one step, or to a state, with the corrections that are wanted."""
        self._city.advance(sid, state, tuple(corrections or ()))

    @act("forget")
    def forget(self, sid: str) -> None:
        """Report a case as gone, and know it no more."""
        self._city.forget(sid)

    @act("mode")
    def mode(self, name: str, on: bool) -> None:
        """Switch one of the city's ways to be hostile on or off."""
        self._city.set_mode(name, on=on)

    @act("deliver")
    def deliver(self) -> None:
        """Report again what the gateway refused."""
        self._city.deliver()


@contextmanager
def line_service(to: Address, listen: Address, mode: Mode) -> Iterator[Service]:
    with WeakLine(to, host=listen[0], port=listen[1], mode=mode) as line:
        yield Service(Acts(LineActs(line)))


@contextmanager
def city_service(city: City, listen: Address) -> Iterator[Service]:
    with serving(city, host=listen[0], port=listen[1]) as webhook:
        yield Service(Acts(CityActs(city, webhook)))
