"""Waiting for a condition of the world outside, with a deadline: files, processes, what a command says."""

import threading
import time
from collections.abc import Callable

LOOK_EVERY_S = 0.03


def until(met: Callable[[], object], what: str, *, within_s: float = 30) -> None:
    """Return as soon as `met()` is true. Raises AssertionError when it does not become so in time."""
    pause, deadline = threading.Event(), time.monotonic() + within_s
    while not met():
        assert time.monotonic() < deadline, f"waited {within_s:g} s in vain: {what}"
        pause.wait(LOOK_EVERY_S)
