"""How the store's file is opened."""

from pathlib import Path

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.outbox.keys import StoreRefused
from sync.outbox.schema import CIPHER, DATABASE, KEY, is_safe_sqlite, migrate, open_store


@pytest.mark.parametrize("version", ["3.6.23", "3.44.6", "3.50.7", "3.51.3", "3.52.0", "3.54.0", "4.0"])
def test_an_sqlite_that_keeps_every_row_is_safe(version: str) -> None:
    assert is_safe_sqlite(version)


@pytest.mark.parametrize("version", ["3.7.0", "3.40.1", "3.44.5", "3.44.7", "3.50.6", "3.51.0", "3.51.2", "3.51.2.1"])
def test_an_sqlite_that_can_lose_rows_is_not(version: str) -> None:
    assert not is_safe_sqlite(version)


@given(st.text(max_size=12).filter(lambda text: not text.replace(".", "").isdigit()))
def test_what_is_no_version_is_a_bug(text: str) -> None:
    with pytest.raises(ValueError, match="not a version"):
        is_safe_sqlite(text)


def test_the_sqlite_we_ship_with_is_safe() -> None:
    assert is_safe_sqlite(apsw.sqlite_lib_version())


def test_a_commit_is_on_disk_and_freed_pages_are_overwritten(tmp_path: Path) -> None:
    connection = open_store(tmp_path)
    try:
        assert connection.pragma("journal_mode") == "wal"
        assert connection.pragma("synchronous") == 2
        assert connection.pragma("secure_delete") == 1
        assert connection.pragma("cipher") == CIPHER
    finally:
        connection.close()


def test_only_the_owner_reads_the_store(tmp_path: Path) -> None:
    connection = open_store(tmp_path / "store")
    connection.execute("PRAGMA user_version = 9")
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "store").iterdir()}
    connection.close()
    assert (tmp_path / "store").stat().st_mode & 0o777 == 0o700
    assert set(modes.values()) == {0o600}


def test_a_store_whose_key_is_gone_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    (tmp_path / KEY).unlink()
    before = (tmp_path / DATABASE).read_bytes()
    with pytest.raises(StoreRefused, match="is not"):
        open_store(tmp_path)
    assert (tmp_path / DATABASE).read_bytes() == before
    assert not (tmp_path / KEY).exists()


def test_a_wrong_key_opens_nothing(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    (tmp_path / KEY).write_bytes(bytes(32))
    with pytest.raises(apsw.NotADBError):
        open_store(tmp_path)


def test_migrations_are_only_added_to_and_run_once(tmp_path: Path) -> None:
    connection = apsw.Connection(str(tmp_path / "some.db"))
    first, second = "CREATE TABLE a (x TEXT) STRICT", "ALTER TABLE a ADD COLUMN y TEXT"
    migrate(connection, (first,))
    connection.execute("INSERT INTO a VALUES ('kept')")
    migrate(connection, (first, second))
    migrate(connection, (first, second))
    assert connection.execute("SELECT x, y FROM a").fetchall() == [("kept", None)]
    migrate(connection, (first,))
    assert connection.pragma("user_version") == 2, "an older program leaves a newer store alone"
    connection.close()
