"""The key of the store: 32 random bytes in a file that only its owner may read."""

import os
import secrets
import stat
from pathlib import Path

KEY_BYTES = 32


class StoreRefused(Exception):
    """The store must not be opened so. An operator has to act; nothing was changed."""


def read_or_make_key(path: Path) -> bytes:
    """The key; made at the first call, synced, and never half written. Two processes may call at once.

    Raises StoreRefused when others may read the file or it holds no key, OSError when the disk does not answer.
    """
    if not path.exists():
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
