"""Processes forked from one that has everything imported: a start costs milliseconds, and SIGKILL ends one anywhere."""

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path

LOOK_EVERY_S = 0.003


def until(met: Callable[[], object], what: str, *, within_s: float, look_every_s: float = LOOK_EVERY_S) -> None:
    """Raises TimeoutError when it does not become so in time."""
    pause, deadline_s = threading.Event(), time.monotonic() + within_s
    while not met():
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"waited {within_s:g} s in vain: {what}")
        pause.wait(look_every_s)


class Forked:
    """`work` in a process of its own, which ends with what it returns. Its output goes to `log`."""

    def __init__(self, work: Callable[[], int | None], log: Path) -> None:
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid:
            self._status: int | None = None
            return
        status = 70
        try:
            descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(descriptor, 1)
            os.dup2(descriptor, 2)
            status = work() or 0
        except BaseException:  # noqa: BLE001 - the last word of this process
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def ended(self) -> bool:
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._status = status if pid else None
        return self._status is not None

    def wait(self, *, within_s: float) -> int:
        """Its exit status; killed by a signal: minus its number."""
        until(self.ended, f"process {self.pid} ends", within_s=within_s)
        assert self._status is not None
        return os.waitstatus_to_exitcode(self._status)

    def signal(self, number: signal.Signals) -> None:
        if not self.ended():
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.wait(within_s=60)
