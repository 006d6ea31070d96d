"""Hands on what was received to the city: here, a folder for each submission.

Whatever happens in between, doing it again leaves the same folder: files are written aside, synced and renamed.
"""

import logging
import os
import shutil
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from sync.gateway.ports import HandOn, Objects, Storage
from sync.outbox.key_file import sync_directory
from sync.steps import reached

log = logging.getLogger(__name__)
RETRY_S = 30.0
SUBMISSION, RECEIPT, RATING = "submission.json", "receipt.json", "rating.json"


class ReceivedFolder:
    """`received/<sid>/` holds the manifest as it came, the attachments by name, the receipt and the rating."""

    def __init__(self, directory: Path, objects: Objects) -> None:
        self._received = directory / "received"
        self._objects = objects
        self._received.mkdir(mode=0o700, exist_ok=True)

    def take(self, row: HandOn) -> None:
        """It is there, whole and synced, when this returns. Raises OSError when the disk does not take it."""
        folder = self._received / row.manifest.sid
        if not folder.exists():
            self._take_submission(folder, row)
        if row.rating is not None:
            draft = folder / f".{RATING}.partial"
            _write(draft, row.rating)
            draft.replace(folder / RATING)
            sync_directory(folder)

    def _take_submission(self, folder: Path, row: HandOn) -> None:
        draft = self._received / f".{folder.name}.partial"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        attachments = row.manifest.attachments
        for name, attachment in zip(distinct_names(one.name for one in attachments), attachments, strict=True):
            _write(draft / name, b"".join(self._objects.pieces(attachment.digest)))
        _write(draft / SUBMISSION, row.manifest.content)
        _write(draft / RECEIPT, row.acknowledgement)
        sync_directory(draft)
        draft.rename(folder)
        sync_directory(self._received)


class HandOnWorker:
    """A thread that empties the outbox to the city: at its start, when woken, and again after a failure."""

    def __init__(self, storage: Storage, folder: ReceivedFolder) -> None:
        self._storage = storage
        self._folder = folder
        self._woken = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="hand-on")

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        self._stopping = True
        self._woken.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping:
            self._woken.clear()
            try:
                more = self._hand_on_some()
            except OSError as error:
                log.error("handing on waits: %s", type(error).__name__)
                self._woken.wait(RETRY_S)
                continue
            if not more:
                self._woken.wait()

    def _hand_on_some(self) -> bool:
        rows = self._storage.hand_ons()
        for row in rows:
            if self._stopping:
                return False
            reached("gateway.before_hand_on")
            self._folder.take(row)
            self._storage.handed_on(row.row)
            reached("gateway.handed_on")
        return bool(rows)


def distinct_names(names: Iterable[str]) -> Iterator[str]:
    """The names in order, each different from our own files and from those before it, also where case is ignored."""
    taken = {SUBMISSION, RECEIPT, RATING}
    for name in names:
        stem, dot, extension = name.rpartition(".")
        candidate, count = name, 1
        while _folded(candidate) in taken:
            count += 1
            candidate = f"{stem} ({count}).{extension}" if dot else f"{name} ({count})"
        taken.add(_folded(candidate))
        yield candidate


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
