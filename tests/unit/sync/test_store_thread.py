"""Requests that write share a sync, and each is answered only for what is on disk."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path

import apsw
import pytest

from sync.gateway.store_thread import StoreThread
from sync.gateway.writes import Writes


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file.db"
    with closing(apsw.Connection(str(path))) as connection:
        connection.pragma("journal_mode", "wal")
        connection.execute("CREATE TABLE word (word TEXT UNIQUE)")
    return path


@pytest.fixture
def writes(path: Path) -> Iterator[Writes]:
    writes = Writes(apsw.Connection(str(path)))
    yield writes
    writes.close()


def words(path: Path) -> set[str]:
    """What another connection sees."""
    with closing(apsw.Connection(str(path))) as connection:
        return {str(word) for (word,) in connection.execute("SELECT word FROM word")}


def write(writes: Writes, word: str) -> None:
    with writes.one() as connection:
        connection.execute("INSERT INTO word VALUES (?)", (word,))


def test_what_is_written_together_is_seen_by_nobody_before_its_end(writes: Writes, path: Path) -> None:
    with writes.together():
        write(writes, "one")
        write(writes, "two")
        assert words(path) == set()
    assert words(path) == {"one", "two"}


def test_a_write_that_fails_undoes_itself_alone(writes: Writes, path: Path) -> None:
    with writes.together():
        write(writes, "one")
        with pytest.raises(apsw.ConstraintError):
            write(writes, "one")
        write(writes, "two")
    assert words(path) == {"one", "two"}


def test_when_the_disk_fails_nothing_of_it_counts_and_the_next_ones_do(writes: Writes, path: Path) -> None:
    with writes.one() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.pragma("max_page_count", pages)

    def fill() -> None:
        with writes.together():
            write(writes, "one")
            write(writes, "long" * 10_000)

    with pytest.raises(apsw.FullError):
        fill()
    with writes.one() as connection:
        connection.pragma("max_page_count", 1_000_000)
    write(writes, "after")
    assert words(path) == {"after"}


def test_requests_that_come_while_the_disk_is_busy_share_the_next_sync() -> None:
    syncs: list[int] = []
    begun, may_go_on = threading.Event(), threading.Event()
    done: list[int] = []

    @contextmanager
    def together() -> Iterator[None]:
        before = len(done)
        yield
        syncs.append(len(done) - before)

    def work(number: int) -> int:
        if number == 0:
            begun.set()
            may_go_on.wait(10)
        done.append(number)
        return number

    async def ask() -> list[int]:
        first = asyncio.create_task(thread.run(work, 0))
        await asyncio.to_thread(begun.wait, 10)
        others = [asyncio.create_task(thread.run(work, number)) for number in range(1, 6)]
        await asyncio.wait(others, timeout=0)  # each has asked now
        may_go_on.set()
        return await asyncio.gather(first, *others)

    thread = StoreThread(together)
    with closing(thread):
        assert asyncio.run(ask()) == list(range(6))
    assert syncs == [1, 5]


def test_works_that_take_long_keep_no_other_writer_waiting() -> None:
    done: list[int] = []
    groups: list[list[int]] = []

    @contextmanager
    def together() -> Iterator[None]:
        before = len(done)
        yield
        groups.append(done[before:])

    async def ask() -> None:
        await asyncio.gather(*(thread.run(done.append, number) for number in range(4)))

    thread = StoreThread(together, longest_s=0.0)
    with closing(thread):
        asyncio.run(ask())
    assert groups == [[0], [1], [2], [3]]


def test_who_asks_too_late_is_told_so() -> None:
    thread = StoreThread(nullcontext)
    thread.close()
    with pytest.raises(RuntimeError, match="closed"):
        asyncio.run(thread.run(int, "7"))


def test_what_is_under_way_is_done_though_nobody_waits_for_it_any_more() -> None:
    begun, may_go_on = threading.Event(), threading.Event()
    done: list[int] = []

    def work(number: int) -> None:
        begun.set()
        may_go_on.wait(10)
        done.append(number)

    async def ask() -> None:
        asking = [asyncio.create_task(thread.run(work, number)) for number in range(2)]
        await asyncio.to_thread(begun.wait, 10)
        for one in asking:
            one.cancel()

    thread = StoreThread(nullcontext)
    asyncio.run(ask())
    may_go_on.set()
    thread.close()
    assert done == [0, 1]


def test_trouble_of_the_disk_at_the_end_is_the_trouble_of_each() -> None:
    @contextmanager
    def together() -> Iterator[None]:
        yield
        raise OSError("no space left")

    async def ask() -> list[object]:
        return await asyncio.gather(*(thread.run(str, number) for number in range(3)), return_exceptions=True)

    thread = StoreThread(together)
    with closing(thread):
        answers = asyncio.run(ask())
    assert [type(answer) for answer in answers] == [OSError] * 3


def test_an_error_of_one_is_nobody_elses() -> None:
    @contextmanager
    def together() -> Iterator[None]:
        yield

    async def ask() -> list[object]:
        return await asyncio.gather(thread.run(int, "x"), thread.run(int, "7"), return_exceptions=True)

    thread = StoreThread(together)
    with closing(thread):
        wrong, right = asyncio.run(ask())
    assert isinstance(wrong, ValueError)
    assert right == 7


def test_who_is_called_afterwards_sees_what_was_written(writes: Writes, path: Path) -> None:
    """A worker that is woken before would find nothing, and sleep on."""
    store, seen = StoreThread(writes.together), list[set[str]]()

    def look() -> None:
        seen.append(words(path))

    def write_and_wake(word: str) -> None:
        write(writes, word)
        store.afterwards(look)

    async def both() -> None:
        await asyncio.gather(store.run(write_and_wake, "one"), store.run(write_and_wake, "two"))

    asyncio.run(both())
    store.close()
    assert {"one"} <= seen[0]
    assert seen[-1] == {"one", "two"}
    store.afterwards(look)
    assert seen[-1] == {"one", "two"}
