"""The child's side of `child_process.py`: loads a script and lets its `serve` answer. Imports nothing of ours.

`python -I child_side.py SCRIPT ARGUMENTS...`. Requests and answers are a length (4 bytes, big endian) and so many
bytes; the first answer, empty, says that the script is loaded. The process ends when `serve` returns, and with its
starter.
"""

import importlib.util
import os
import resource
import select
import signal
import sys
import threading
from typing import Any

LENGTH_BYTES = 4


class Wire:
    """Requests in, answers out. What a library prints reaches neither."""

    def __init__(self) -> None:
        self._answers = os.dup(1)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)

    def receive(self) -> bytes | None:
        """The next request; None: nobody is left to ask."""
        head = self._read(LENGTH_BYTES)
        return None if head is None else self._read(int.from_bytes(head, "big"))

    def asked(self, within_s: float = 0) -> bool:
        """Whether a request waits, or comes within that time."""
        return bool(select.select([0], [], [], within_s)[0])

    def send(self, answer: bytes) -> None:
        """Blocks while the other side does not read: what is large comes in pieces."""
        left = memoryview(len(answer).to_bytes(LENGTH_BYTES, "big") + answer)
        while left:
            left = left[os.write(self._answers, left) :]

    def _read(self, count: int) -> bytes | None:
        got = b""
        while len(got) < count:
            piece = os.read(0, count - len(got))
            if not piece:
                return None
            got += piece
        return got


def _end_with_the_starter() -> None:
    """Also while a call hangs: the other end of standard input is closed when the starter ends."""
    poll = select.poll()
    poll.register(0, 0)
    poll.poll()
    _end()


def _end() -> None:
    """With what the library has started."""
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def _loaded(script: str) -> Any:
    spec = importlib.util.spec_from_file_location("served", script)
    if spec is None or spec.loader is None:
        raise SystemExit(f"no script: {script}")
    module = importlib.util.module_from_spec(spec)
    sys.modules["served"] = module
    spec.loader.exec_module(module)
    return module


def main(script: str, *arguments: str) -> None:
    threading.Thread(target=_end_with_the_starter, daemon=True).start()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core would hold what is personal
    wire = Wire()
    try:
        served = _loaded(script)
        wire.send(b"")
        served.serve(wire, *arguments)
    finally:
        _end()


if __name__ == "__main__":
    main(*sys.argv[1:])
