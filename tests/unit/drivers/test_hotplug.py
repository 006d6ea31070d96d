"""Plugging in and pulling out is noticed: by looking where there is no udev, from udev's messages where there is."""

import os
import socket
import struct
import sys
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


# With udev: its messages go to everybody who listens, and root may send them too.


def murmur2(octets: bytes) -> int:
    """The hash by which the kernel filters udev's messages."""
    factor, mask, whole = 0x5BD1E995, 0xFFFFFFFF, len(octets) // 4 * 4
    mixed = len(octets)
    for at in range(0, whole, 4):
        four = int.from_bytes(octets[at : at + 4], "little") * factor & mask
        mixed = mixed * factor & mask ^ (four ^ four >> 24) * factor & mask
    if octets[whole:]:
        mixed = (mixed ^ int.from_bytes(octets[whole:], "little")) * factor & mask
    mixed = (mixed ^ mixed >> 13) * factor & mask
    return mixed ^ mixed >> 15


def udev_says(action: str, subsystem: str) -> bytes:
    said = {"ACTION": action, "DEVPATH": "/devices/test/1-1", "SUBSYSTEM": subsystem, "SEQNUM": "7"}
    properties = b"".join(f"{name}={value}\0".encode() for name, value in said.items())
    head = struct.pack(">8sI", b"libudev\0", 0xFEEDCAFE) + struct.pack("=III", 40, 40, len(properties))
    return head + struct.pack(">IIII", murmur2(subsystem.encode()), 0, 0, 0) + properties


@pytest.mark.skipif(os.getuid() != 0, reason="only root may send udev's messages")
def test_where_udev_runs_its_messages_are_heard(tmp_path: Path) -> None:
    (tmp_path / "control").touch()
    hotplug = Hotplug(udev=tmp_path / "control", looked_at=())
    assert not hotplug.wait(within_s=0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 15) as udev:
        udev.bind((0, 0))
        for action, subsystem, heard in (
            ("add", "usb", True), ("remove", "tty", True), ("change", "usb", False), ("add", "net", False),
        ):  # fmt: skip
            udev.sendto(udev_says(action, subsystem), (0, 2))
            assert hotplug.wait(within_s=DEADLINE_S if heard else 0.02) == heard
    hotplug.close()


@pytest.mark.expects_warnings
def test_where_udev_cannot_be_heard_it_is_looked_at(devices: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyudev", None)  # as where the library is not there
    hotplug = Hotplug(poll_s=0.01, udev=devices, looked_at=(devices,))
    assert not hotplug.wait(within_s=0)
    (devices / "ttyUSB0").touch()
    assert hotplug.wait(within_s=DEADLINE_S)
    hotplug.close()
