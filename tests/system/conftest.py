"""Whole houses of real processes, and a gateway of a module's own with terminals at weak lines."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from terminal.supervisor import House
from tests.system.line_bench import TLS, AtTheWall, Fitter, Platform, gateway_process

QUICK = {"goodbye_s": 1.0, "acknowledge_wait_s": 8.0}


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Gateway and simulated devices run, the configuration is written; agent and terminal are for the test to start.

    The words are further ones for `kiosk-sim up`.
    """
    with ExitStack() as stack:

        def make(*words: str, **times: float) -> House:
            house = stack.enter_context(
                House(tmp_path / "house", environment={"QT_QPA_PLATFORM": "offscreen"}, times=QUICK | times, pace=False)
            )
            house.start_gateway()
            house.write_configuration(house.start_devices(*words))
            return house

        yield make


@pytest.fixture(scope="module")
def fitter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fitter]:
    root = tmp_path_factory.mktemp("platform")
    with gateway_process(root / "gateway", *TLS) as platform:
        yield Fitter(platform, root)


@pytest.fixture
def platform(fitter: Fitter) -> Platform:
    return fitter.platform


@pytest.fixture
def terminal(fitter: Fitter) -> Iterator[AtTheWall]:
    with fitter.terminal() as terminal:
        yield terminal
