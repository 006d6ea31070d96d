"""Terminals for the journeys."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.composing import Origin
from kiosk.items import Catalogue
from kiosk.journeys.events import Device, DeviceChanged
from kiosk.ports import Ready
from kiosk.session import Terminal
from sync.catalogue import read_catalogue
from tests.journeys.visit import Visit
from ui.sheet_people import HALL

EVERYWHERE = (Device.READER, Device.CAMERA, Device.PRINTER, Device.STORE)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return read_catalogue(Path(__file__).parents[2] / "content" / "items")


@pytest.fixture
def visit_to() -> Callable[[Catalogue], Visit]:
    """A terminal with that catalogue, what every terminal has ready, and nobody there."""

    def make(catalogue: Catalogue) -> Visit:
        terminal = Terminal(catalogue, Origin("CZ03", "湘桥区政务服务大厅", True), "湘桥大厅 03 号机", HALL)
        visit = Visit(terminal).happens(*(DeviceChanged(device, Ready()) for device in EVERYWHERE))
        visit.asked.clear()
        return visit

    return make


@pytest.fixture
def visit(catalogue: Catalogue, visit_to: Callable[[Catalogue], Visit]) -> Visit:
    return visit_to(catalogue)


@pytest.fixture
def two_readers(visit: Visit) -> Visit:
    """A terminal that reads social security cards too."""
    visit.happens(DeviceChanged(Device.SMART_CARD, Ready()))
    visit.asked.clear()
    return visit
