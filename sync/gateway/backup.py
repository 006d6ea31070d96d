"""Backups: made while the gateway works, proved like a data directory, and restored into an empty one.

A backup is laid out like a data directory and can be made again over itself: blobs that are there stay. The database
is moved into place last and only once it is proved: at every moment the folder holds the old backup or the new one.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from kiosk.submission import Json, canonical, digest_of
from sync.gateway.check import CheckFinding, check
from sync.gateway.database import DATABASE, DirectoryRefused
from sync.gateway.objects import ObjectDirectory
from sync.gateway.opened import AUTHORITY, BACKUP_MARK, CONFIGURATION, SIGNING, Parts, opened_parts
from sync.gateway.ports import Objects, Storage
from sync.gateway.private_file import one_at_a_time, write_private
from sync.gateway.records import Durability
from sync.gateway.storage import open_storage
from sync.outbox.keys import sync_directory

FORMAT = "hall-terminal/backup/1"
OVERDUE = timedelta(days=7)
NEXT = ".next"
COPIED = (SIGNING, AUTHORITY, CONFIGURATION, "admin.token")


@dataclass(frozen=True, slots=True)
class BackedUp:
    """`cursor`: how far the acknowledgement feed is safe now. `copied`: blobs that were not there before."""

    cursor: int
    copied: int
    blobs: int


@dataclass(frozen=True, slots=True)
class Unproved:
    """What was copied does not hold; nothing counts as safe."""

    findings: tuple[CheckFinding, ...]


@dataclass(frozen=True, slots=True)
class Restored:
    epoch: str
    restores: int


def is_overdue(durability: Durability, now: datetime) -> bool:
    """Whether something acknowledged has been in no backup for seven days."""
    return durability.waiting_since is not None and now - durability.waiting_since > OVERDUE


def back_up(parts: Parts, target: Path, *, now: datetime) -> BackedUp | Unproved:
    """Copy, prove the copy, and only then let terminals erase. Raises DirectoryRefused, OSError."""
    with _backup_folder(target, parts.directory):
        for name in COPIED:
            _copy(parts.directory / name, target / name)
        following = target / NEXT
        parts.storage.back_up(f"sqlite:{following}")
        copied, blobs = _copy_blobs(following, parts.objects, ObjectDirectory(target))
        with opened_parts(target, storage_url=f"sqlite:{following}", now=lambda: now, as_it_is=True) as copy:
            cursor = copy.storage.durability().head
            findings = tuple(check(copy))
        if findings:
            return Unproved(findings)
        for leftover in (f"{DATABASE}-wal", f"{DATABASE}-shm"):  # of whoever died while reading the last one
            (target / leftover).unlink(missing_ok=True)
        (following / DATABASE).replace(target / DATABASE)
        sync_directory(target)
        write_private(target / BACKUP_MARK, _mark(now, cursor))
    parts.storage.safe_until(cursor)
    parts.storage.note("gateway.backed_up", {"cursor": cursor}, now)
    return BackedUp(cursor, copied, blobs)


def restore(source: Path, target: Path, *, now: datetime) -> Restored | Unproved:
    """A data directory out of a backup: a new epoch, and receipt numbers that were never given.

    Raises DirectoryRefused when `source` holds no whole backup or `target` is not empty, OSError.
    """
    if _marked(source).get("made_at") is None:
        raise DirectoryRefused(f"{source} holds no backup that was finished")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise DirectoryRefused(f"{target} is not empty: a backup is restored into a new directory")
    draft = target.with_name(f".{target.name}.partial")
    with one_at_a_time(source):
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700, parents=True)
        for name in (*COPIED, "objects", DATABASE):
            _copy(source / name, draft / name)
        with opened_parts(draft, now=lambda: now, as_it_is=True) as parts:
            findings = tuple(check(parts))
            if findings:
                shutil.rmtree(draft)
                return Unproved(findings)
            restores = _count_restore(source)
            epoch = parts.storage.begin_epoch(restores=restores)
            restored: dict[str, str | int] = {"epoch": digest_of(epoch.encode()), "restores": restores}
            parts.storage.note("gateway.restored", restored, now)
    draft.replace(target)
    sync_directory(target.parent)
    return Restored(epoch, restores)


@contextmanager
def _backup_folder(target: Path, source: Path) -> Iterator[None]:
    if target.resolve() == source.resolve() or source.resolve() in target.resolve().parents:
        raise DirectoryRefused(f"{target} lies in the data directory: a backup belongs on another disk")
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(target.iterdir()):
        _marked(target)
    else:
        write_private(target / BACKUP_MARK, _mark(None, 0))
    with one_at_a_time(target):
        yield


def _mark(made_at: datetime | None, cursor: int) -> bytes:
    made: Json = None if made_at is None else made_at.isoformat(timespec="seconds")
    return canonical({"format": FORMAT, "made_at": made, "cursor": cursor})


def _marked(folder: Path) -> dict[str, Json]:
    try:
        mark = json.loads((folder / BACKUP_MARK).read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        mark = None
    if not isinstance(mark, dict) or mark.get("format") != FORMAT:
        raise DirectoryRefused(f"{folder} is not a backup")
    return mark


def _count_restore(source: Path) -> int:
    """How many times this backup was restored, this time included: each leaves a gap of its own in the series."""
    counter = source / "restores"
    restores = int(counter.read_text(encoding="ascii")) + 1 if counter.exists() else 1
    write_private(counter, str(restores).encode())
    return restores


def _copy_blobs(metadata: Path, source: Objects, target: ObjectDirectory) -> tuple[int, int]:
    """Bring over what acknowledged submissions name. How many were brought, of how many."""
    storage: Storage = open_storage(f"sqlite:{metadata}")
    try:
        needed = {
            one.digest
            for kept in storage.submissions()
            if kept.acknowledgement is not None
            for one in kept.manifest.attachments
        }
    finally:
        storage.close()
    lacking = sorted(digest for digest in needed if not target.has(digest) and source.has(digest))
    for digest in lacking:
        part = digest.removeprefix("sha256:")
        target.drop(part)
        for piece in source.pieces(digest):
            target.append(part, piece, last=True)
        target.complete(part, digest)
    return len(lacking), len(needed)


def _copy(source: Path, target: Path) -> None:
    """A file or a tree, synced; what no longer is in a tree goes. Nothing when `source` is not there."""
    if source.is_dir():
        target.mkdir(mode=0o700, exist_ok=True)
        names = {one.name for one in source.iterdir() if not one.name.startswith(".")}
        for name in sorted(names):
            _copy(source / name, target / name)
        for gone in {one.name for one in target.iterdir()} - names:
            path = target / gone
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        sync_directory(target)
    elif source.exists():
        draft = target.with_name(f".{target.name}.partial")
        shutil.copyfile(source, draft)
        draft.chmod(0o600)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(target)
