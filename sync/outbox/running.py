"""Whether an agent runs over a store: each holds a lock on one file there, which the kernel lets go when it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sync.outbox.keys import make_directory

LOCK = "agent.lock"


@contextmanager
def agent_runs(directory: Path) -> Iterator[None]:
    """For as long as the block lasts. Shared: a second agent does no harm. Raises OSError."""
    make_directory(directory)
    descriptor = os.open(directory / LOCK, os.O_RDONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def is_agent_running(directory: Path) -> bool:
    """Makes nothing. Raises OSError when the disk does not answer."""
    try:
        descriptor = os.open(directory / LOCK, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
