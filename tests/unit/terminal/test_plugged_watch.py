"""What is plugged in is noticed at once."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.hotplug import Hotplug
from terminal.plugged_watch import PluggedWatch

WITHIN_S = 10.0


class Watched:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.changed = threading.Event()
        self.bugs: list[BaseException] = []
        hotplug = Hotplug(poll_s=0.02, udev=directory / "no-udev", looked_at=(directory,))
        assert not hotplug.wait(within_s=0), "what is there at the start is no news"
        self.watch = PluggedWatch(hotplug, self.changed.set, on_bug=self.bugs.append)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path)
    watched.watch.start()
    yield watched
    watched.watch.stop(within_s=WITHIN_S)
    assert not watched.bugs


def test_a_device_that_appears_is_news_and_so_is_its_going(watched: Watched) -> None:
    device = watched.directory / "ttyUSB0"
    device.touch()
    assert watched.changed.wait(WITHIN_S)
    watched.changed.clear()
    device.unlink()
    assert watched.changed.wait(WITHIN_S)


def test_a_watch_that_was_stopped_has_no_thread(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    watched.watch.start()
    watched.watch.stop(within_s=WITHIN_S)
    assert "hotplug" not in {thread.name for thread in threading.enumerate()}
