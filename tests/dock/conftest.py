"""One dock and one browser for every test of the page: both take seconds to come up."""

from collections.abc import Iterator

import pytest

from tests.dock.browser import Browser
from tests.dock.docked import Docked, dock_process


@pytest.fixture(scope="module")
def at_the_dock() -> Iterator[Docked]:
    with dock_process() as (url, folder), Browser() as browser:
        yield Docked(browser, url, folder)


@pytest.fixture
def dock(at_the_dock: Docked) -> Iterator[Docked]:
    """The page, opened anew; afterwards nothing may stand in its console: no error, nothing that its policy forbids."""
    at_the_dock.open()
    yield at_the_dock
    assert at_the_dock.browser.console() == []
