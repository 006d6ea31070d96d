"""Plugging in and pulling out is noticed: by looking where there is no udev, from udev's messages where there is."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.hotplug import Hotplug

DEADLINE_S = 10.0


@pytest.fixture
def devices(tmp_path: Path) -> Path:
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "ttyS0").touch()
    return tmp_path / "dev"


@pytest.fixture
def hotplug(devices: Path, tmp_path: Path) -> Iterator[Hotplug]:
    watched = (devices, devices / "serial" / "by-id")
    hotplug = Hotplug(poll_s=0.01, udev=tmp_path / "no-udev", looked_at=watched)
    assert not hotplug.wait(within_s=0)
    yield hotplug
    hotplug.close()


def test_nothing_changed_is_said_when_the_time_is_over(hotplug: Hotplug) -> None:
    assert not hotplug.wait(within_s=0.03)


def test_each_plug_is_told_once(hotplug: Hotplug, devices: Path) -> None:
    (devices / "ttyUSB0").touch()
    assert hotplug.wait(within_s=DEADLINE_S)
    assert not hotplug.wait(within_s=0)
    (devices / "ttyUSB0").unlink()
    assert hotplug.wait(within_s=DEADLINE_S)
    assert not hotplug.wait(within_s=0)


def test_what_was_away_between_two_looks_is_noticed(hotplug: Hotplug, devices: Path) -> None:
    device = devices / "ttyS0"
    device.rename(devices.parent / "kept, so that the inode is not used again")
    device.touch()
    assert hotplug.wait(within_s=DEADLINE_S)


def test_a_directory_that_comes_with_a_device_is_looked_at_too(hotplug: Hotplug, devices: Path) -> None:
    (devices / "serial" / "by-id").mkdir(parents=True)
    assert hotplug.wait(within_s=DEADLINE_S)
    (devices / "serial" / "by-id" / "usb-Prolific").touch()
    assert hotplug.wait(within_s=DEADLINE_S)


def test_closing_ends_a_wait(hotplug: Hotplug) -> None:
    outcomes: list[bool] = []
    waiting = threading.Thread(target=lambda: outcomes.append(hotplug.wait(within_s=60)))
    waiting.start()
    hotplug.close()
    waiting.join(DEADLINE_S)
    assert outcomes == [False]
