"""Every durable file operation of the gateway, so that a power-cut test can record them all."""

import os
import shutil
from pathlib import Path


class Disk:
    """Each call is on disk when it returns, unless it says otherwise; all raise OSError when the disk does not take it.

    A new or moved name is durable only after `sync_directory` of its directory.
    """

    def append(self, path: Path, content: bytes) -> None:
        """Write at the end of a file, made where it lacks (0600)."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def truncate(self, path: Path, size: int) -> None:
        descriptor = os.open(path, os.O_WRONLY)
        try:
            os.ftruncate(descriptor, size)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def replace(self, source: Path, target: Path) -> None:
        """Not durable before both directories are synced."""
        source.replace(target)

    def unlink(self, path: Path) -> None:
        """Not durable before the directory is synced. A file that is not there is fine."""
        path.unlink(missing_ok=True)

    def make_directory(self, path: Path) -> None:
        """Not durable before its parent is synced. One that is there is fine."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def sync_directory(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def free_bytes(self, path: Path) -> int:
        return shutil.disk_usage(path).free
