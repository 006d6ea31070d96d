"""Tells when a device was plugged in or pulled out: from udev where it runs, else by looking at what is there.

Only that something changed, not what: whoever owns a device asks it.
"""

import logging
import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

UDEV = Path("/run/udev/control")  # there while udev runs
SUBSYSTEMS = ("usb", "usbmisc", "tty", "input", "video4linux", "hidraw")
LOOKED_AT = (Path("/dev"), Path("/dev/input"), Path("/dev/serial/by-id"), Path("/sys/bus/usb/devices"))
_log = logging.getLogger(__name__)


class Hotplug:
    """One thread waits; `close` may come from another. Opens nothing before the first `wait`."""

    def __init__(self, *, poll_s: float = 0.5, udev: Path = UDEV, looked_at: tuple[Path, ...] = LOOKED_AT) -> None:
        self._poll_s = poll_s
        self._udev = udev
        self._looked_at = looked_at
        self._closed = threading.Event()
        self._begun = False
        self._monitor: Any = None  # udev's, None where there is none
        self._seen: frozenset[tuple[str, int]] = frozenset()

    def wait(self, *, within_s: float) -> bool:
        """True as soon as something was plugged in or pulled out since the last call, False when the time is over."""
        deadline = time.monotonic() + within_s
        if not self._begun:
            self._begun = True
            self._monitor = _udev_monitor() if self._udev.exists() else None
            self._seen = self._there()
        while not self._closed.is_set():
            left_s = max(deadline - time.monotonic(), 0)
            if self._changed(min(left_s, self._poll_s)):
                return True
            if not left_s:
                return False
        return False

    def close(self) -> None:
        """A `wait` that is under way returns False within `poll_s`."""
        self._closed.set()

    def _changed(self, within_s: float) -> bool:
        """Whatever happened by then is one change: a hub with five devices is asked about once."""
        if self._monitor is not None:
            event, changed = self._monitor.poll(timeout=within_s), False
            while event is not None:
                changed = changed or event.action in ("add", "remove")
                event = self._monitor.poll(timeout=0)
            return changed
        self._closed.wait(within_s)
        before, self._seen = self._seen, self._there()
        return self._seen != before

    def _there(self) -> frozenset[tuple[str, int]]:
        """Names with their inodes, so that what was away for a moment only is noticed too."""
        if self._monitor is not None:
            return frozenset()
        there = set()
        for directory in self._looked_at:
            with suppress(OSError), os.scandir(directory) as entries:
                there |= {(entry.path, entry.inode()) for entry in entries}
        return frozenset(there)


def _udev_monitor() -> Any:
    try:
        import pyudev

        monitor = pyudev.Monitor.from_netlink(pyudev.Context())
        for subsystem in SUBSYSTEMS:
            monitor.filter_by(subsystem)
        monitor.start()
    except (ImportError, OSError) as error:  # no libudev, or not allowed to listen
        _log.warning("udev is there and cannot be heard (%s): plugging is found by looking", error)
        return None
    return monitor
