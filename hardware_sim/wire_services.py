"""The weak line and the city as services of a run directory: what can be asked of each by name."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from hardware_sim.city.front import serving
from hardware_sim.city.platform import City
from hardware_sim.control_server import Act, call
from hardware_sim.line_modes import Mode, parse_mode
from hardware_sim.weak_line import WeakLine

Address = tuple[str, int]


@contextmanager
def line_service(to: Address, listen: Address, mode: Mode) -> Iterator[Act]:
    with WeakLine(to, host=listen[0], port=listen[1], mode=mode) as line:

        def script(modes: list[list[str]]) -> None:
            line.script(*map(parse_mode, modes))

        acts = {
            "status": line.status,
            "mode": lambda words: line.switch(parse_mode(words)),
            "script": script,
            "cut": line.cut,
        }
        yield partial(call, acts)


@contextmanager
def city_service(city: City, listen: Address) -> Iterator[Act]:
    with serving(city, host=listen[0], port=listen[1]) as webhook:

        def status() -> dict[str, Any]:
            return {"webhook": webhook} | city.status()

        def advance(sid: str, state: str | None = None, corrections: list[str] | None = None) -> None:
            city.advance(sid, state, tuple(corrections or ()))

        acts = {
            "status": status,
            "list": lambda: status()["cases"],
            "advance": advance,
            "forget": city.forget,
            "mode": lambda name, on: city.set_mode(name, on=on),
            "deliver": city.deliver,
        }
        yield partial(call, acts)
