"""The key of the store."""

import threading
from pathlib import Path

import pytest

from sync.outbox.keys import FileKeys, StoreRefused


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
