"""Hands on into a folder for each submission, for a city that reads files.

Whatever happens in between, doing it again leaves the same folder: files are written aside, synced and renamed.
"""

import os
import shutil
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from sync.gateway.hand_on import NotTaken, Taken
from sync.gateway.ports import Objects
from sync.gateway.records import HandOn
from sync.outbox.keys import make_directory, sync_directory

SUBMISSION, SIGNATURE, RECEIPT, RATING = "submission.json", "submission.json.sig", "receipt.json", "rating.json"


class FolderConnector:
    """`received/<sid>/` holds the manifest as it came, its signature, the attachments by name, receipt and rating."""

    def __init__(self, directory: Path, objects: Objects) -> None:
        self._received = directory / "received"
        self._objects = objects
        make_directory(self._received)

    def take(self, row: HandOn) -> Taken | NotTaken:
        """It is there, whole and synced, when this says `Taken`."""
        folder = self._received / row.manifest.sid
        try:
            if not folder.exists():
                self._take_submission(folder, row)
            sync_directory(self._received)  # also a name that a process before us gave and did not sync
            if row.rating is not None:
                draft = folder / f".{RATING}.partial"
                _write(draft, (row.rating,))
                draft.replace(folder / RATING)
                sync_directory(folder)
        except OSError as error:
            return NotTaken(f"the folder does not take it: {type(error).__name__}")
        return Taken()

    def _take_submission(self, folder: Path, row: HandOn) -> None:
        draft = self._received / f".{folder.name}.partial"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        attachments = row.manifest.attachments
        for name, attachment in zip(distinct_names(one.name for one in attachments), attachments, strict=True):
            _write(draft / name, self._objects.pieces(attachment.digest))
        _write(draft / SUBMISSION, (row.manifest.content,))
        if row.manifest.signature:
            _write(draft / SIGNATURE, (row.manifest.signature.encode(),))
        _write(draft / RECEIPT, (row.acknowledgement,))
        sync_directory(draft)
        draft.rename(folder)


def distinct_names(names: Iterable[str]) -> Iterator[str]:
    """The names in order, each different from our own files and from those before it, also where case is ignored."""
    taken = {SUBMISSION, SIGNATURE, RECEIPT, RATING}
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


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
