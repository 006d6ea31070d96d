"""Listens for what is plugged in or pulled out, so that a device is asked at once and not at its next poll."""

import threading
from collections.abc import Callable
from typing import Protocol

WITHIN_S = 60.0


class Hotplug(Protocol):
    """`drivers.hotplug.Hotplug`."""

    def wait(self, *, within_s: float) -> bool: ...

    def close(self) -> None: ...


class PluggedWatch:
    """Calls `changed` in a thread of its own; one that raises there is a bug and is told to `on_bug`."""

    def __init__(
        self, hotplug: Hotplug, changed: Callable[[], None], *, on_bug: Callable[[BaseException], None]
    ) -> None:
        self._hotplug = hotplug
        self._changed = changed
        self._on_bug = on_bug
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hotplug", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, *, within_s: float) -> None:
        self._ended.set()
        self._hotplug.close()
        self._thread.join(within_s)

    def _run(self) -> None:
        try:
            while not self._ended.is_set():
                if self._hotplug.wait(within_s=WITHIN_S):
                    self._changed()
        except BaseException as bug:  # the thread's last words: nobody else would hear of it
            self._on_bug(bug)
            raise
