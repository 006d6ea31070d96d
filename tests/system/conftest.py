"""Whole houses of real processes."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from terminal.supervisor import House

QUICK = {"goodbye_s": 1.0, "acknowledge_wait_s": 8.0}


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Gateway and simulated devices run, the configuration is written; agent and terminal are for the test to start."""
    with ExitStack() as stack:

        def make(**times: float) -> House:
            house = stack.enter_context(
                House(tmp_path / "house", environment={"QT_QPA_PLATFORM": "offscreen"}, times=QUICK | times, pace=False)
            )
            house.start_gateway()
            house.write_configuration(house.start_devices())
            return house

        yield make
