"""What every page may say about where it stands; fixed while the program runs."""

from dataclasses import dataclass

from kiosk.configuration import Hall, Times
from kiosk.items import Catalogue


@dataclass(frozen=True, slots=True)
class Place:
    """`terminal_number` as the hall calls it: 03 号机. `simulated`: some device is not a real one."""

    hall: Hall
    terminal_number: str
    catalogue: Catalogue
    times: Times
    simulated: bool
