"""Files that only their owner may read: keys and tokens."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sync.gateway.disk import Disk


def write_private(path: Path, content: bytes) -> None:
    """Write a file (0600) whole: it is there and synced when this returns, or as it was before. Raises OSError."""
    disk = Disk()
    draft = path.with_name(f".{path.name}.partial")
    disk.unlink(draft)
    disk.append(draft, content)
    disk.replace(draft, path)
    disk.sync_directory(path.parent)


@contextmanager
def one_at_a_time(directory: Path) -> Iterator[None]:
    """No other process is in a block of the same directory meanwhile."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
