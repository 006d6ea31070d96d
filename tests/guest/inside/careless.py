"""The control: a store that says a thing is kept without syncing it. Cuts that lose nothing of it prove nothing."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from processes import Forked
from told import Event, Told

FILES_A_LIFE = 100


class CarelessStore:
    name = "careless"

    def __init__(self, seed: int, files: Path) -> None:
        self._seed = seed
        self._log = files / "work.log"

    def start(self, directory: Path, told: Told, *, first: int, earlier: Sequence[Event] = ()) -> None:
        self._running = Forked(lambda: self._write(directory, told, first=first), self._log)

    def stopped_by_itself(self) -> bool:
        return self._running.ended()

    def kill(self) -> None:
        self._running.kill()

    def faults(self, directory: Path, events: Sequence[Event]) -> Iterator[str]:
        for event in events:
            path = directory / str(event["number"])
            if not path.exists() or path.read_bytes() != self._content(event["number"]):
                yield f"{event}: gone"

    def _write(self, directory: Path, told: Told, *, first: int) -> None:
        directory.mkdir(exist_ok=True)
        pause = threading.Event()
        for number in range(first, first + FILES_A_LIFE):
            (directory / str(number)).write_bytes(self._content(number))
            told.tell("written", number=number)
            pause.wait(0.02)

    def _content(self, number: int) -> bytes:
        return f"{self._seed}/{number}".encode() * 500
