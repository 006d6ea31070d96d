"""Drivers that installed packages bring: entry points of the group `hall_terminal.drivers`, named `<port>.<driver>`.

Such a driver is a function of the device's settings (`kiosk/configuration.py`) and of an `ExitStack`, which it tells
what must be closed; it returns the adapter, opens nothing yet, and raises ValueError for settings that name no device.
"""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from difflib import get_close_matches
from importlib.metadata import entry_points
from typing import Any

GROUP = "hall_terminal.drivers"
MakesAdapter = Callable[[Any, ExitStack], Any]


def installed_names(port: str) -> list[str]:
    """Of the drivers for this port (`identity_card_reader`) that packages bring."""
    named = (entry.name.partition(".") for entry in entry_points(group=GROUP))
    return sorted(driver for of_port, _, driver in named if of_port == port)


def installed_driver(port: str, driver: str, *, ours: Iterable[str]) -> MakesAdapter:
    """ValueError when there is none of that name, naming the nearest one, or when it does not load."""
    for entry in entry_points(group=GROUP, name=f"{port}.{driver}"):
        try:
            makes: MakesAdapter = entry.load()
        except (ImportError, AttributeError) as error:
            raise ValueError(f"the driver {driver} does not load: {entry.value}: {error}") from error
        return makes
    known = [*ours, *installed_names(port)]
    nearest = get_close_matches(driver, known, n=1, cutoff=0.0)
    raise ValueError(f"no driver is named {driver!r}; the nearest known one is {nearest[0]} ({', '.join(known)})")
