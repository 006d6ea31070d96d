"""All metadata of a gateway behind one URL. Built in: `sqlite:DIR`, one file in that directory."""

import uuid
from collections.abc import Sequence
from pathlib import Path

import apsw

from sync.gateway.database import DATABASE, DirectoryRefused
from sync.gateway.document_tables import DocumentTables
from sync.gateway.feed_tables import FeedTables
from sync.gateway.journal_tables import JournalTables
from sync.gateway.objects import ObjectDirectory
from sync.gateway.ports import Objects, Storage
from sync.gateway.submission_tables import SubmissionTables
from sync.gateway.terminal_tables import TerminalTables
from sync.outbox.keys import make_directory, sync_directory

__all__ = ["DATABASE", "DirectoryRefused", "EmbeddedStorage", "open_objects", "open_storage"]

CASE_GAP = 10_000_000  # more changes of cases than between two backups


class EmbeddedStorage(SubmissionTables, FeedTables, TerminalTables, JournalTables, DocumentTables):
    """Satisfies `Storage`. Opens the file in `directory`, making it where it lacks; `vfs` names another SQLite VFS."""

    def __init__(self, directory: Path, *, vfs: str | None = None) -> None:
        super().__init__(directory, vfs=vfs)
        with self._reading():
            is_new = self._setting("epoch") is None
        if is_new:
            self._begin()

    def _begin(self) -> None:
        with self._writing():
            if self._setting("epoch") is None:  # nobody was quicker
                self._set("epoch", uuid.uuid4().hex)

    def mark_simulated(self, simulated: bool) -> None:
        with self._writing():
            marked = self._setting("simulated")
            used = self._one("SELECT 1 FROM submission LIMIT 1")
            if marked is not None and not simulated:
                raise DirectoryRefused("this directory was opened with --simulated: it can never hold real submissions")
            if marked is None and simulated:
                if used is not None:
                    raise DirectoryRefused(
                        "this directory holds real submissions: it cannot be opened with --simulated"
                    )
                self._set("simulated", "for ever")

    def back_up(self, target: str) -> None:
        directory = directory_of(target, "sqlite", "storage")
        draft, database = directory / f".{DATABASE}.partial", directory / DATABASE
        draft.unlink(missing_ok=True)
        with self._another_reader() as live:
            copy = apsw.Connection(str(draft))
            try:
                with copy.backup("main", live, "main") as backup:
                    backup.step(-1)  # one snapshot: nobody who reads or writes waits for it
            finally:
                copy.close(True)
        for leftover in (f"{DATABASE}-wal", f"{DATABASE}-shm"):
            (directory / leftover).unlink(missing_ok=True)
        draft.chmod(0o600)
        draft.replace(database)
        sync_directory(directory)

    def begin_epoch(self, *, restores: int) -> str:
        epoch = uuid.uuid4().hex
        with self._writing():
            self._set("epoch", epoch)
            self._set("durable_until", str(self._head()))
            # Every terminal reads its cases again.
            self._execute("UPDATE case_state SET cursor = -cursor")
            self._execute("UPDATE case_state SET cursor = ? - cursor", CASE_GAP * restores)
        return epoch

    def faults(self) -> Sequence[str]:
        found = [str(row[0]) for row in self._rows("PRAGMA integrity_check")]
        broken = self._rows("PRAGMA foreign_key_check")
        return [line for line in found if line != "ok"] + [
            f"{row[0]} points to a row that is not there" for row in broken
        ]


def open_storage(url: str) -> Storage:
    """The metadata at `url`. Raises DirectoryRefused with a sentence, OSError."""
    return EmbeddedStorage(directory_of(url, "sqlite", "storage"))


def open_objects(url: str) -> Objects:
    """The blobs at `url`: `directory:DIR`. Raises DirectoryRefused with a sentence, OSError."""
    return ObjectDirectory(directory_of(url, "directory", "objects"))


def directory_of(url: str, scheme: str, what: str) -> Path:
    """The directory, made where it lacks. Raises DirectoryRefused when `url` names anything else."""
    found, _, directory = url.partition(":")
    if found != scheme or not directory:
        raise DirectoryRefused(
            f"{what} of kind {found or '(none)'!r} cannot be opened: {scheme}:DIR is what is built in"
        )
    path = Path(directory)
    make_directory(path)
    return path
