"""The key of the store."""

import threading
from pathlib import Path

import pytest

from sync.outbox.keys import FileKeys, StoreRefused
from sync.outbox.schema import KEY, open_store


def read_or_make_key(path: Path) -> bytes:
    return FileKeys(path).database_key(new=True)


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "outbox.key"
    key = read_or_make_key(path)
    assert len(key) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_or_make_key(path) == key
    assert [file.name for file in tmp_path.iterdir()] == ["outbox.key"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o666])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "outbox.key"
    read_or_make_key(path)
    path.chmod(mode)
    with pytest.raises(StoreRefused, match="0600"):
        read_or_make_key(path)


def test_a_file_that_holds_no_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "outbox.key"
    path.touch(mode=0o600)
    with pytest.raises(StoreRefused, match="32 bytes"):
        read_or_make_key(path)


def test_processes_that_start_together_get_the_same_key(tmp_path: Path) -> None:
    keys: list[bytes] = []
    threads = [threading.Thread(target=lambda: keys.append(read_or_make_key(tmp_path / "key"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_a_key_that_is_gone_is_not_made_anew_for_a_store_that_is_there(tmp_path: Path) -> None:
    with pytest.raises(StoreRefused, match="is not"):
        FileKeys(tmp_path / "outbox.key").database_key(new=False)
    assert list(tmp_path.iterdir()) == []


class SealedKey:
    """As a TPM would hold it: the store never sees where it comes from."""

    def database_key(self, *, new: bool) -> bytes:
        return bytes(range(32))


def test_a_store_takes_its_key_from_where_it_is_told(tmp_path: Path) -> None:
    open_store(tmp_path, keys=SealedKey()).close()
    assert not (tmp_path / KEY).exists()
    open_store(tmp_path, keys=SealedKey()).close()
    with pytest.raises(StoreRefused):
        open_store(tmp_path)
