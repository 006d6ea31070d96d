"""The gateway's file: what a disk can do to it is an OSError, and ends no thread."""

from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from sync.gateway.storage import DATABASE, EmbeddedStorage

SID = "019a0000-0000-7000-8000-000000000001"
READS: dict[str, Callable[[EmbeddedStorage], object]] = {
    "hand-ons": lambda storage: storage.hand_ons(),
    "manifest": lambda storage: storage.manifest(SID),
    "upload": lambda storage: storage.upload("none"),
    "acknowledgement": lambda storage: storage.acknowledgement(SID),
    "received": lambda storage: storage.received(),
}


@pytest.mark.parametrize("read", list(READS))
def test_a_read_that_the_disk_does_not_answer_is_an_os_error(tmp_path: Path, read: str) -> None:
    storage = EmbeddedStorage(tmp_path)
    other = apsw.Connection(str(tmp_path / DATABASE))
    other.execute("INSERT INTO setting VALUES ('touched', 'by another')")  # what was cached no longer counts
    (tmp_path / f"{DATABASE}-wal").write_bytes(b"")
    with pytest.raises(OSError, match="does not work"):
        READS[read](storage)
    other.close(True)
    storage.close()


def test_a_file_that_is_no_database_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"no database" * 1_000)
    with pytest.raises(OSError, match="does not work"):
        EmbeddedStorage(tmp_path)
