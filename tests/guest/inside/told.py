"""What returned, written down outside the disk that fails: one line of JSON each, by any number of processes."""

import itertools
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

Event = Mapping[str, Any]
CUT = "cut"


class Told:
    """Appends to `path`; whoever writes a line has written it when the call returns. `mark` gets the line's id then."""

    def __init__(self, path: Path, *, mark: Callable[[str], None] = lambda name: None) -> None:
        self.path = path
        self._mark = mark
        self._numbers = itertools.count()

    def tell(self, kind: str, **fields: object) -> None:
        """Call it only once what is told has returned."""
        name = f"{os.getpid()}-{next(self._numbers)}"
        line = json.dumps({"id": name, "kind": kind, **fields}, ensure_ascii=False) + "\n"
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)
        self._mark(name)

    def events(self) -> Sequence[Event]:
        """All whole lines."""
        if not self.path.exists():
            return ()
        *whole, _ = self.path.read_bytes().split(b"\n")
        return tuple(json.loads(line) for line in whole)

    def count(self) -> int:
        return self.path.read_bytes().count(b"\n") if self.path.exists() else 0
