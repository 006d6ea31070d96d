"""Blobs in a directory: `objects/<hex>` when whole, `parts/<upload>` while they arrive.

A size that the file system tells after a power cut says nothing about the bytes. So `parts/<upload>.synced` notes, in
records of its own, each size up to which a part was synced; what lies behind the last is cut off.
"""

import hashlib
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sync.gateway.disk import Disk
from sync.steps import reached

PIECE_BYTES = 1_000_000
MARK = ".synced"


class ObjectDirectory:
    """Satisfies `Objects`. A blob appears under its digest only when it is whole, and synced."""

    def __init__(self, directory: Path, disk: Disk | None = None) -> None:
        self._disk = disk or Disk()
        self._objects = directory / "objects"
        self._parts = directory / "parts"
        self._naming = threading.Lock()
        for path in (self._objects, self._parts):
            self._disk.make_directory(path)
            self._disk.sync_directory(path)  # names that a process before us moved and did not sync
        self._disk.sync_directory(directory)

    def has(self, digest: str) -> bool:
        with self._naming:  # a name that is being moved counts only once it is synced
            return self._blob(digest).exists()

    def pieces(self, digest: str) -> Iterator[bytes]:
        with self._blob(digest).open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                yield piece

    def arrived(self, upload_id: str) -> int:
        part = self._part(upload_id)
        if not part.exists():
            return 0
        size = part.stat().st_size
        marked = min(self._synced(upload_id), size)
        if marked < size:  # written by a process before us, and perhaps never synced: it may be anything
            self._disk.truncate(part, marked)
        return marked

    def append(self, upload_id: str, chunk: bytes, *, last: bool) -> None:
        part, mark = self._part(upload_id), self._mark(upload_id)
        is_new = not part.exists()
        if is_new:
            self._disk.unlink(mark)
        new_name = is_new or not (last or mark.exists())  # a power cut may have left the part alone
        before = 0 if is_new else part.stat().st_size
        try:
            self._disk.append(part, chunk)
            if not last:
                self._disk.append(mark, _record(before + len(chunk)))
            if new_name:
                self._disk.sync_directory(self._parts)
        except OSError:
            # After a failed fsync the system calls the pages clean: they must go, or the next fsync would lie.
            if part.exists():
                self._disk.truncate(part, before)
            raise
        reached("gateway.chunk_written")

    def complete(self, upload_id: str, digest: str) -> bool:
        part = self._part(upload_id)
        if not part.exists():
            self._disk.append(part, b"")  # a blob of no bytes has no part yet
        with part.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if f"sha256:{found}" != digest:
            self.drop(upload_id)
            return False
        reached("gateway.blob_whole")
        self._give_name(part, self._blob(digest))
        self._disk.unlink(part)
        self._disk.unlink(self._mark(upload_id))
        self._disk.sync_directory(self._parts)
        reached("gateway.blob_renamed")
        return True

    def _give_name(self, part: Path, blob: Path) -> None:
        with self._naming:
            if blob.exists():  # somebody else brought it, and was quicker
                return
            self._disk.replace(part, blob)
            try:
                self._disk.sync_directory(self._objects)
            except OSError:
                self._disk.replace(blob, part)  # it does not count yet, and is moved anew
                raise

    def drop(self, upload_id: str) -> None:
        self._disk.unlink(self._part(upload_id))
        self._disk.unlink(self._mark(upload_id))
        self._disk.sync_directory(self._parts)

    def uploads(self) -> Iterator[tuple[str, datetime]]:
        last: dict[str, float] = {}
        for path in self._parts.iterdir():
            with suppress(FileNotFoundError):  # it has just ended
                upload_id = path.name.removesuffix(MARK)
                last[upload_id] = max(last.get(upload_id, 0.0), path.stat().st_mtime)
        for upload_id, at_s in last.items():
            yield upload_id, datetime.fromtimestamp(at_s, UTC)

    def digests(self) -> Iterator[str]:
        for path in sorted(self._objects.iterdir()):
            yield f"sha256:{path.name}"

    def free_bytes(self) -> int:
        return self._disk.free_bytes(self._parts)

    def _blob(self, digest: str) -> Path:
        return self._objects / digest.removeprefix("sha256:")

    def _part(self, upload_id: str) -> Path:
        return self._parts / upload_id

    def _mark(self, upload_id: str) -> Path:
        return self._parts / f"{upload_id}{MARK}"

    def _synced(self, upload_id: str) -> int:
        """The last size that was noted whole, 0 before the first; a torn note behind it is cut off."""
        mark = self._mark(upload_id)
        records = mark.read_bytes() if mark.exists() else b""
        size, end = 0, 0
        for place in range(0, len(records) - _RECORD.size + 1, _RECORD.size):
            noted, check = _RECORD.unpack_from(records, place)
            if check == zlib.crc32(_SIZE.pack(noted)):
                size, end = noted, place + _RECORD.size
        if end < len(records):
            self._disk.truncate(mark, end)
        return size


_SIZE = struct.Struct(">Q")
_RECORD = struct.Struct(">QI")


def _record(size: int) -> bytes:
    return _RECORD.pack(size, zlib.crc32(_SIZE.pack(size)))
