"""Where the store's key comes from. Here a file that only its owner may read; a TPM may seal it later."""

import os
import secrets
import stat
from pathlib import Path
from typing import Protocol

KEY_BYTES = 32


class StoreRefused(Exception):
    """The store must not be opened so. An operator has to act; nothing was changed."""


class Keys(Protocol):
    def database_key(self, *, new: bool) -> bytes:
        """32 bytes. `new`: the store is being made, and so may its key be; else a key that is gone is refused.

        Two processes may call at once and get the same. Raises StoreRefused, or OSError when the disk does not answer.
        """
        ...


class FileKeys:
    """32 random bytes in a file of mode 0600; synced, and never half written."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def database_key(self, *, new: bool) -> bytes:
        path = self._path
        if not path.exists():
            if not new:
                raise StoreRefused(f"the store is there and its key {path} is not")
            _make(path)
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise StoreRefused(f"{path} has mode {mode:04o}: others may read the key, 0600 is needed")
        key = path.read_bytes()
        if len(key) != KEY_BYTES:
            raise StoreRefused(f"{path} does not hold a key of {KEY_BYTES} bytes")
        return key


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_directory(path: Path) -> None:
    """For its owner only, with what lacks above it; the names are durable."""
    if not path.exists():
        make_directory(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
    sync_directory(path.parent)


def _make(path: Path) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
        os.write(descriptor, secrets.token_bytes(KEY_BYTES))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first; its key counts
    finally:
        draft.unlink()
    sync_directory(path.parent)
