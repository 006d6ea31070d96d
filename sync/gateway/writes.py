"""Group commit: writers that come while the disk is busy share one transaction, and one sync makes all durable."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import apsw


class _Group:
    """Writes that become durable together, or not at all."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.trouble: BaseException | None = None

    def end(self, trouble: BaseException | None) -> None:
        self.trouble = trouble
        self.ended.set()


class Writes:
    """Owns the one connection that writes. For any thread."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._turn = threading.Lock()  # whose turn it is on the connection
        self._count = threading.Lock()
        self._coming = 0
        self._group: _Group | None = None
        self._thread = threading.local()

    @property
    def mine(self) -> apsw.Connection | None:
        """The connection, while this thread writes."""
        connection: apsw.Connection | None = getattr(self._thread, "connection", None)
        return connection

    @contextmanager
    def one(self) -> Iterator[apsw.Connection]:
        """One write: all of it is on disk when the block has been left, or nothing of it. Raises what apsw raises.

        An error inside undoes this write alone. One of the disk undoes the whole group, and each of it raises.
        """
        with self._count:
            self._coming += 1
        with self._turn:
            with self._count:
                self._coming -= 1
            group = self._begun()
            self._thread.connection = self._connection
            try:
                self._connection.execute("SAVEPOINT one")
                yield self._connection
                self._connection.execute("RELEASE one")
            except BaseException as error:
                self._undo(group, error)
                raise
            finally:
                self._thread.connection = None
                self._commit_if_last(group)
        group.ended.wait()
        if group.trouble is not None:
            raise group.trouble

    def close(self) -> None:
        with self._turn:
            self._connection.close(True)

    def _begun(self) -> _Group:
        if self._group is None:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
            finally:
                self._group = _Group() if self._connection.in_transaction else None
        assert self._group is not None
        return self._group

    def _undo(self, group: _Group, error: BaseException) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK TO one")
            self._connection.execute("RELEASE one")
        else:  # SQLite has undone all of it
            self._group = None
            group.end(error)

    def _commit_if_last(self, group: _Group) -> None:
        """Whoever comes next joins the group; who sees nobody coming commits for all."""
        with self._count:
            if self._coming or group.ended.is_set():
                return
        self._group = None
        try:
            self._connection.execute("COMMIT")
        except BaseException as trouble:  # noqa: BLE001 - each writer of the group raises it
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            group.end(trouble)
        else:
            group.end(None)
