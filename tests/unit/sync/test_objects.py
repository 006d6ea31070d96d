"""Blobs on disk: what was said to be there is there, and what nobody vouched for is cut off."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.gateway.disk import Disk
from sync.gateway.objects import ObjectDirectory


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_a_blob_comes_out_as_it_went_in_piece_by_piece(tmp_path: Path) -> None:
    objects, content = ObjectDirectory(tmp_path), bytes(range(256)) * 9_000
    objects.append("a", content[:1_500_000], last=False)
    objects.append("a", content[1_500_000:], last=True)
    assert objects.complete("a", digest(content))
    pieces = list(ObjectDirectory(tmp_path).pieces(digest(content)))
    assert b"".join(pieces) == content
    assert max(map(len, pieces)) <= 1_000_000
    assert list((tmp_path / "parts").iterdir()) == []


def test_the_wrong_digest_leaves_an_empty_upload(tmp_path: Path) -> None:
    objects = ObjectDirectory(tmp_path)
    objects.append("a", b"something else", last=False)
    assert not objects.complete("a", digest(b"this"))
    assert objects.arrived("a") == 0
    assert not objects.has(digest(b"this"))


@given(garbage=st.binary(min_size=1, max_size=40), record=st.binary(max_size=30))
def test_bytes_behind_the_last_sync_are_cut_off(
    tmp_path_factory: pytest.TempPathFactory, garbage: bytes, record: bytes
) -> None:
    directory = tmp_path_factory.mktemp("objects")
    ObjectDirectory(directory).append("a", b"0123456789", last=False)
    with (directory / "parts" / "a").open("ab") as part, (directory / "parts" / "a.synced").open("ab") as mark:
        part.write(garbage)
        mark.write(record)
    objects = ObjectDirectory(directory)
    assert objects.arrived("a") == 10
    objects.append("a", b"abc", last=False)
    assert ObjectDirectory(directory).arrived("a") == 13
    assert objects.complete("a", digest(b"0123456789abc"))


class FullDisk(Disk):
    """Takes half of what is written, and then says that it is full."""

    def append(self, path: Path, content: bytes) -> None:
        super().append(path, content[: len(content) // 2])
        raise OSError(28, "No space left on device")


def test_a_disk_that_is_full_changes_nothing(tmp_path: Path) -> None:
    ObjectDirectory(tmp_path).append("a", b"0123456789", last=False)
    with pytest.raises(OSError, match="space"):
        ObjectDirectory(tmp_path, FullDisk()).append("a", b"abcdef", last=False)
    assert (tmp_path / "parts" / "a").read_bytes() == b"0123456789"
    assert ObjectDirectory(tmp_path).arrived("a") == 10


class ForgetfulDisk(Disk):
    """Syncs no names in `forgets`."""

    forgets = ""

    def sync_directory(self, path: Path) -> None:
        if path.name == self.forgets:
            raise OSError(5, "Input/output error")
        super().sync_directory(path)


def test_a_blob_whose_name_may_not_outlive_a_power_cut_is_not_there(tmp_path: Path) -> None:
    disk = ForgetfulDisk()
    objects = ObjectDirectory(tmp_path, disk)
    objects.append("a", b"0123456789", last=True)
    disk.forgets = "objects"
    with pytest.raises(OSError, match="Input/output"):
        objects.complete("a", digest(b"0123456789"))
    assert not objects.has(digest(b"0123456789"))
    disk.forgets = ""
    assert objects.complete("a", digest(b"0123456789"))
    assert objects.has(digest(b"0123456789"))


def test_a_blob_that_is_there_stays_there_whatever_happens_to_a_second_one(tmp_path: Path) -> None:
    disk = ForgetfulDisk()
    objects = ObjectDirectory(tmp_path, disk)
    for upload in ("a", "b"):
        objects.append(upload, b"0123456789", last=True)
    assert objects.complete("a", digest(b"0123456789"))
    disk.forgets = "objects"
    assert objects.complete("b", digest(b"0123456789"))
    assert objects.has(digest(b"0123456789"))
    assert list(objects.uploads()) == []
