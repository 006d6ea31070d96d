"""Hands at the encrypted store: the agent's end of it, a disk that fills up, and a restart."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import apsw

from kiosk.submission import Rating, Receipt
from sync.outbox.drain import Drain
from sync.outbox.schema import open_store
from sync.outbox.store import Outbox

NO_MORE, WITHOUT_END = 1, 10**6  # pages; SQLite keeps those that the file has already


class StoreHands:
    """`outbox` is the one on the bench."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._pages = WITHOUT_END
        self.outbox = self._opened()

    def restart(self) -> Outbox:
        self.outbox.close()
        self.outbox = self._opened()
        return self.outbox

    def acknowledge(self, receipt: Receipt) -> None:
        with closing(Drain(self._directory)) as drain:
            drain.acknowledged(receipt, b"{}", "line")

    def manifest(self, sid: str) -> bytes:
        with closing(Drain(self._directory)) as drain:
            return drain.manifest(sid)

    def ratings(self) -> Sequence[Rating]:
        with closing(Drain(self._directory)) as drain:
            return drain.ratings()

    def print_state(self, job_id: str) -> str:
        return {job: state for job, _, state in self.outbox.print_jobs()}[job_id]

    def fill_disk(self) -> None:
        self._limit(NO_MORE)

    def clear_disk(self) -> None:
        self._limit(WITHOUT_END)

    def _limit(self, pages: int) -> None:
        self._pages = pages
        self._connection.pragma("max_page_count", pages)

    def _opened(self) -> Outbox:
        return Outbox(self._directory, reserve_mb=1, opener=self._open)

    def _open(self, directory: Path) -> apsw.Connection:
        self._connection = open_store(directory)
        self._connection.pragma("max_page_count", self._pages)
        return self._connection
