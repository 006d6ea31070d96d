"""Blobs in a directory: `objects/<hex>` when whole, `parts/<upload>` while they arrive."""

import hashlib
import os
from pathlib import Path

from sync.outbox.key_file import sync_directory
from sync.steps import reached


class ObjectDirectory:
    """Satisfies `Objects`. A blob appears under its digest only when it is whole, and synced."""

    def __init__(self, directory: Path) -> None:
        self._objects = directory / "objects"
        self._parts = directory / "parts"
        for path in (self._objects, self._parts):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_directory(directory)

    def has(self, digest: str) -> bool:
        return self._blob(digest).exists()

    def read(self, digest: str) -> bytes:
        return self._blob(digest).read_bytes()

    def arrived(self, upload_id: str) -> int:
        try:
            return self._part(upload_id).stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, upload_id: str, chunk: bytes) -> None:
        part = self._part(upload_id)
        is_new = not part.exists()
        with part.open("ab") as file:
            file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            sync_directory(self._parts)
        reached("gateway.chunk_written")

    def complete(self, upload_id: str, digest: str) -> bool:
        part = self._part(upload_id)
        with part.open("ab") as file:  # a blob of no bytes has no part yet
            os.fsync(file.fileno())
        with part.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if f"sha256:{found}" != digest:
            part.unlink()
            sync_directory(self._parts)
            return False
        reached("gateway.blob_whole")
        part.replace(self._blob(digest))
        sync_directory(self._objects)
        sync_directory(self._parts)
        reached("gateway.blob_renamed")
        return True

    def _blob(self, digest: str) -> Path:
        return self._objects / digest.removeprefix("sha256:")

    def _part(self, upload_id: str) -> Path:
        return self._parts / upload_id
