"""A disk that turns read-only, full or broken under the open store: what is sealed stays, and it recovers by itself."""

from collections.abc import Callable, Iterator
from contextlib import closing
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any

import apsw
import pytest

from kiosk.faults import STORE_FULL, STORE_NOT_WORKING
from kiosk.ports import NeedsAttention, NotSealed, Ready, Sealed
from kiosk.submission import Attachment, SealedSubmission
from sync.outbox.drain import Drain
from sync.outbox.schema import StoreTrouble, open_store
from sync.outbox.store import Outbox

MakeSubmission = Callable[..., SealedSubmission]
PAGE = Attachment("page-1.jpg", "image/jpeg", b"\xff\xd8" + bytes(100_000))


class Trouble(Enum):
    """What the disk answers to a write, or to a sync."""

    READ_ONLY = apsw.ReadOnlyError
    BROKEN = apsw.IOError
    FULL = apsw.FullError


class FailingDisk(apsw.VFS):
    """The system's own file layer, below the cipher, until `trouble` is set."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.trouble: Trouble | None = None
        super().__init__(name, "unix")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        return FailingFile(self, name, flags)

    def check(self) -> None:
        if self.trouble is not None:
            raise self.trouble.value


class FailingFile(apsw.VFSFile):
    def __init__(self, disk: FailingDisk, name: Any, flags: list[int]) -> None:
        self._disk = disk
        super().__init__("unix", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.check()
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:
        self._disk.check()
        super().xSync(flags)

    def xTruncate(self, size: int) -> None:
        self._disk.check()
        super().xTruncate(size)


# The cipher's layer over it points to it for as long as the process lives: it must not go.
DISK = FailingDisk("failing")


@pytest.fixture
def disk() -> Iterator[FailingDisk]:
    yield DISK
    DISK.trouble = None


@pytest.fixture
def opener(disk: FailingDisk) -> Callable[[Path], apsw.Connection]:
    return partial(open_store, vfs=f"multipleciphers-{disk.name}")


@pytest.fixture
def outbox(tmp_path: Path, opener: Callable[[Path], apsw.Connection]) -> Iterator[Outbox]:
    with closing(Outbox(tmp_path, reserve_mb=1, opener=opener)) as outbox:
        yield outbox


@pytest.mark.expects_warnings
@pytest.mark.parametrize("trouble", Trouble)
def test_what_is_sealed_stays_and_the_store_recovers_without_a_restart(
    outbox: Outbox, disk: FailingDisk, make_submission: MakeSubmission, trouble: Trouble
) -> None:
    earlier, submission = make_submission([PAGE]), make_submission([PAGE])
    assert outbox.seal(earlier) == Sealed()
    disk.trouble = trouble
    refused = outbox.seal(submission)
    assert isinstance(refused, NotSealed)
    assert refused.fault in (STORE_FULL, STORE_NOT_WORKING)
    status = outbox.status()
    assert isinstance(status, NeedsAttention), "out of service"
    disk.trouble = None
    assert outbox.waiting() == (earlier.sid,)
    assert outbox.status() == Ready()
    assert outbox.seal(submission) == Sealed()
    assert outbox.waiting() == (earlier.sid, submission.sid)


@pytest.mark.parametrize("trouble", Trouble)
def test_the_agent_meets_it_as_trouble_of_the_store_and_no_step_is_half_taken(
    outbox: Outbox,
    disk: FailingDisk,
    tmp_path: Path,
    opener: Callable[[Path], apsw.Connection],
    make_submission: MakeSubmission,
    trouble: Trouble,
) -> None:
    submission = make_submission([PAGE])
    outbox.seal(submission)
    with closing(Drain(tmp_path, opener=opener)) as drain:
        before = drain.journal_unsent(100)
        disk.trouble = trouble
        with pytest.raises(StoreTrouble):
            drain.announced(submission.sid, [PAGE.digest])
        disk.trouble = None
    with closing(Drain(tmp_path, opener=opener)) as drain:
        assert drain.journal_unsent(100) == before
        assert [case.state.value for case in drain.pending()] == ["sealed"]
        drain.announced(submission.sid, [PAGE.digest])
        assert len(drain.journal_unsent(100).rows) == len(before.rows) + 1


def test_the_disk_sees_only_ciphertext(outbox: Outbox, tmp_path: Path, make_submission: MakeSubmission) -> None:
    outbox.seal(make_submission())
    outbox.status()
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert "陈桂兰".encode() not in content
    assert b"CREATE TABLE" not in content
