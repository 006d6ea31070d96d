"""What passed over the simulated wires lately: a bounded ring that any thread may write to, read and wait for."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

TO_DEVICE, FROM_DEVICE = "to-device", "from-device"
MOST_KEPT = 2_000
MOST_TOLD = 500  # at once
SHOWN_BYTES = 256

Tap = Callable[[str, bytes], None]  # a direction, and what went that way
Words = Callable[[str, bytes], str]  # the same in one line of words


def untapped(_direction: str, _octets: bytes) -> None:
    """A wire to which nobody listens."""


class WireLog:
    """Entries are numbered from 1; `now_s` is the clock that the devices live in."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._changed = threading.Condition()
        self._entries: deque[dict[str, Any]] = deque(maxlen=MOST_KEPT)
        self._last = 0
        self._closed = False

    def tap(self, device: str, words: Words) -> Tap:
        """What a device tells of its wire. `words` is called once a piece, in order."""
        return lambda direction, octets: self.note(device, direction, octets, words)

    def note(self, device: str, direction: str, octets: bytes, words: Words) -> None:
        with self._changed:
            self._last += 1
            self._entries.append(
                {
                    "number": self._last,
                    "at_ms": round(self._now_s() * 1000),
                    "device": device,
                    "direction": direction,
                    "length": len(octets),
                    "hex": octets[:SHOWN_BYTES].hex(),
                    "means": words(direction, octets),
                }
            )
            self._changed.notify_all()

    def after(self, number: int, *, within_s: float = 0.0) -> list[dict[str, Any]]:
        """What came after this one, oldest first, as soon as there is something or the time is over; no more than the
        newest `MOST_TOLD`."""
        with self._changed:
            self._changed.wait_for(lambda: self._last > number or self._closed, within_s)
            news = [entry for entry in self._entries if entry["number"] > number]
        return news[-MOST_TOLD:]

    def close(self) -> None:
        """Whoever waits is answered."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
