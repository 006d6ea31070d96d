"""The one connection that writes, and whose turn it is: single writes, or many that share a transaction and a sync."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import apsw


class Writes:
    """Owns `connection`. For any thread. Everything raises what apsw raises."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._turn = threading.Lock()
        self._thread = _Thread()

    @property
    def mine(self) -> apsw.Connection | None:
        """The connection, while this thread writes."""
        return self._connection if self._thread.writes else None

    @contextmanager
    def one(self) -> Iterator[apsw.Connection]:
        """One write: all of it is on disk when the block has been left, or nothing of it.

        Inside `together` it is on disk when that is left; an error undoes this one alone.
        """
        if self._thread.together:
            with self._writing("SAVEPOINT one", "RELEASE one", "ROLLBACK TO one; RELEASE one"):
                yield self._connection
            return
        with self._turn, self._writing("BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"):
            yield self._connection

    @contextmanager
    def together(self) -> Iterator[None]:
        """What this thread writes inside is on disk when the block has been left, or nothing of it."""
        with self._turn:
            self._connection.execute("BEGIN IMMEDIATE")
            self._thread.together = True
            try:
                yield
                if self._thread.lost is not None:
                    raise self._thread.lost
                self._connection.execute("COMMIT")
            finally:
                self._thread.together, self._thread.lost = False, None
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def close(self) -> None:
        with self._turn:
            self._connection.close(True)

    @contextmanager
    def _writing(self, begin: str, end: str, undo: str) -> Iterator[None]:
        if self._thread.lost is not None:
            raise self._thread.lost
        self._connection.execute(begin)
        self._thread.writes = True
        try:
            yield
            self._connection.execute(end)
        except BaseException as error:
            if self._connection.in_transaction:
                self._connection.execute(undo)
            elif self._thread.together:  # SQLite has undone all of it
                self._thread.lost = error
            raise
        finally:
            self._thread.writes = False


class _Thread(threading.local):
    """How far this thread is: it writes, it writes together, and the error that undid all of that."""

    writes = False
    together = False
    lost: BaseException | None = None
