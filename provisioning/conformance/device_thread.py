"""The one thread from which an adapter is called, as on a terminal, so that a call that never returns is noticed."""

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

from provisioning.conformance.expectations import Broken

HANGS_AFTER_S = 120.0  # longer than any port lets a call take
ENDS_WITHIN_S = 20.0  # a call that still runs when all is broken off


class DeviceThread:
    """Use as a context. A thread that hangs is left behind, and ends with the program."""

    def __init__(self) -> None:
        self.hangs = False
        self._calls: SimpleQueue[tuple[Callable[[], Any], SimpleQueue[Any]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="adapter", daemon=True)

    def __enter__(self) -> "DeviceThread":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._calls.put(None)
        if not self.hangs:
            self._thread.join(ENDS_WITHIN_S)
            self.hangs = self._thread.is_alive()

    def run(self, call: Callable[[], Any]) -> Any:
        """What the call gives or raises, in its thread. `Broken` when it does not return."""
        answered: SimpleQueue[Any] = SimpleQueue()
        self._calls.put((call, answered))
        try:
            said, raised = answered.get(timeout=HANGS_AFTER_S)
        except Empty:
            self.hangs = True
            raise Broken(f"has not returned for {HANGS_AFTER_S:g} s") from None
        if raised is not None:
            raise raised
        return said

    def _run(self) -> None:
        while (asked := self._calls.get()) is not None:
            call, answered = asked
            try:
                answered.put((call(), None))
            except BaseException as error:  # noqa: BLE001  whoever asked is told
                answered.put((None, error))
