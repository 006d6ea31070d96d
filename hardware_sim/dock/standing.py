"""Everything that the dock's page shows, kept in one place, and told to whoever listens as far as it has changed."""

import contextlib
import json
import threading
from collections import deque
from collections.abc import Iterator
from typing import Any

MOST_WAITING = 2_000  # events that a listener has not taken yet; one that is slower is dropped
NEWEST_WIRES = 100  # for whoever comes anew
HEARTBEAT = b": still here\n\n"


def event(name: str, content: object, number: int | None = None) -> bytes:
    """One event as it goes over the line (HTML: server-sent events)."""
    mark = f"id: {number}\n" if number is not None else ""
    return f"event: {name}\n{mark}data: {json.dumps(content, ensure_ascii=False)}\n\n".encode(errors="backslashreplace")


class Listener:
    """One browser. `next` gives what waits for it, as soon as something does."""

    def __init__(self, first: list[bytes]) -> None:
        self._waiting = deque(first)
        self._changed = threading.Condition()
        self._dropped = False

    def put(self, news: bytes) -> None:
        with self._changed:
            if len(self._waiting) >= MOST_WAITING:
                self._dropped = True
            else:
                self._waiting.append(news)
            self._changed.notify_all()

    def drop(self) -> None:
        with self._changed:
            self._dropped = True
            self._changed.notify_all()

    def next(self, within_s: float) -> bytes | None:
        """A heartbeat when nothing comes in time; `None`: it was too slow, or all is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._dropped, within_s)
            if self._dropped:
                return None
            news = b"".join(self._waiting)
            self._waiting.clear()
        return news or HEARTBEAT


class Standing:
    """The parts of `GET /state` by name. Any thread may call."""

    def __init__(self, **parts: Any) -> None:
        self._guard = threading.RLock()
        self._parts = parts
        self._wires: deque[dict[str, Any]] = deque(maxlen=NEWEST_WIRES)
        self._listeners: set[Listener] = set()
        self._closed = False

    @property
    def is_watched(self) -> bool:
        return bool(self._listeners)

    def whole(self) -> dict[str, Any]:
        with self._guard:
            return dict(self._parts)

    def change(self, **parts: Any) -> None:
        """Tells those of these that are not as they were."""
        with self._guard:
            changed = {name: value for name, value in parts.items() if self._parts.get(name) != value}
            self._parts.update(changed)
            if changed:
                self.tell("state", changed)

    def change_within(self, part: str, **values: Any) -> None:
        """Of a part that is an object, only these of its values."""
        with self._guard:
            self.change(**{part: {**self._parts[part], **values}})

    def wire(self, entry: dict[str, Any]) -> None:
        with self._guard:
            self._wires.append(entry)
            self.tell("wire", entry, entry["number"])

    def tell(self, name: str, content: object, number: int | None = None) -> None:
        with self._guard:
            news = event(name, content, number) if self._listeners else b""
            for listener in self._listeners:
                listener.put(news)

    @contextlib.contextmanager
    def listening(self, *, after: int = 0) -> Iterator[Listener]:
        """From the state whole on, and the newest entries of the wires after this number."""
        with self._guard:
            wires = [event("wire", entry, entry["number"]) for entry in self._wires if entry["number"] > after]
            listener = Listener([event("state", self._parts), *wires])
            self._listeners.add(listener)
            if self._closed:
                listener.drop()
        try:
            yield listener
        finally:
            with self._guard:
                self._listeners.discard(listener)

    def close(self) -> None:
        """Nobody hears anything more."""
        with self._guard:
            self._closed = True
            for listener in self._listeners:
                listener.drop()
