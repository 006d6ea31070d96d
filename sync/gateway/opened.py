"""A data directory opened: its metadata, blobs, keys and authority. Every command of the gateway begins here."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sync.gateway.authority import CertificateAuthority, LocalAuthority
from sync.gateway.database import DATABASE, DirectoryRefused
from sync.gateway.ports import Objects, Storage
from sync.gateway.signing import Signing, open_signing
from sync.gateway.storage import open_objects, open_storage

AUTHORITY, SIGNING, CONFIGURATION = "authority", "signing", "configuration"
BACKUP_MARK = "backup.json"


@dataclass(frozen=True, slots=True)
class Parts:
    directory: Path
    storage: Storage
    objects: Objects
    signing: Signing
    authority: CertificateAuthority


@contextmanager
def opened_parts(
    directory: Path,
    *,
    storage_url: str | None = None,
    objects_url: str | None = None,
    now: Callable[[], datetime],
    as_it_is: bool = False,
) -> Iterator[Parts]:
    """The parts, made where they lack; without URLs inside `directory`. Raises DirectoryRefused, OSError.

    `as_it_is`: nothing is made, and a backup may be opened too.
    """
    if as_it_is:
        for needed in (DATABASE, f"{SIGNING}/current", f"{AUTHORITY}/authority.key"):
            if (needed != DATABASE or storage_url is None) and not (directory / needed).exists():
                raise DirectoryRefused(f"{directory} is not a gateway's data directory: it has no {needed}")
    elif (directory / BACKUP_MARK).exists():
        raise DirectoryRefused(f"{directory} is a backup: restore it into another directory first")
    storage = open_storage(storage_url or f"sqlite:{directory}")
    try:
        yield Parts(
            directory=directory,
            storage=storage,
            objects=open_objects(objects_url or f"directory:{directory}"),
            signing=open_signing(directory / SIGNING),
            authority=LocalAuthority(directory / AUTHORITY, now=now()),
        )
    finally:
        storage.close()
