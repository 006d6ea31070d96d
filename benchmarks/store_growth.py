"""How the store grows: sealing, and finding what waits, beside the same in a store with a hundredth of the rows."""

import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.figures import Figure, paired_ratio
from kiosk.composing import uuid7
from kiosk.ports import Sealed
from kiosk.submission import Attachment, SealedSubmission, canonical
from sync.outbox.drain import Drain
from sync.outbox.schema import open_store, transaction
from sync.outbox.store import Outbox

RUNS = 40
FEW, MANY = 1_000, 100_000
GOAL = 1.2
MANIFEST = bytes(1_000)
PAGE_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class _Store:
    outbox: Outbox
    drain: Drain


def measure() -> list[Figure]:
    with _store(FEW) as few, _store(MANY) as many:
        sealing = _figure(
            "sealing among 100,000",
            f"`Outbox.seal` of a page of {PAGE_BYTES:,} bytes into a store that keeps {MANY:,} acknowledged "
            f"submissions and as many tombstones; beside it the same with {FEW:,}; in pairs, {RUNS} of each",
            _timed(lambda store: _seal(store.outbox), few, many),
        )
        finding = _figure(
            "what waits among 100,000",
            "`Drain.pending`, `Drain.ratings`, `Outbox.waiting` and an `erase_due` with nothing due, ten times each, "
            "in the same two stores",
            _timed(_look, few, many),
        )
    return [sealing, finding]


def _figure(name: str, how: str, runs: tuple[list[float], list[float]]) -> Figure:
    few, many = runs
    ratio = paired_ratio(many, few)
    return Figure(
        name,
        how,
        "ms",
        many,
        f"among {FEW:,}",
        few,
        f"less than {GOAL} times",
        ratio < GOAL,
        f"{ratio:.2f} times, median of the pairs",
    )


def _timed(work: Callable[[_Store], None], few: _Store, many: _Store) -> tuple[list[float], list[float]]:
    times: tuple[list[float], list[float]] = ([], [])
    for run in range(RUNS + 2):
        for store, kept in zip((few, many), times, strict=True):
            store.outbox.status()
            began = time.perf_counter()
            work(store)
            if run >= 2:  # the first ones warm up
                kept.append((time.perf_counter() - began) * 1000)
    return times


def _seal(outbox: Outbox) -> None:
    sid = uuid7(datetime.now(UTC), secrets.token_bytes(10))
    page = Attachment("page.jpg", "image/jpeg", secrets.token_bytes(PAGE_BYTES))
    code = f"CZ03-{sid[-9:-5]}-{sid[-4:]}".upper()
    if outbox.seal(SealedSubmission(sid, code, canonical({"sid": sid}), (page,))) != Sealed():
        raise RuntimeError("not sealed")


def _look(store: _Store) -> None:
    for _ in range(10):
        store.drain.pending()
        store.drain.ratings()
        store.outbox.waiting()
        store.drain.erase_due(datetime.now(UTC), grace_s=259_200)


@contextmanager
def _store(rows: int) -> Iterator[_Store]:
    """A store with `rows` received within the time of grace, listed and rated, and as many tombstones."""
    with tempfile.TemporaryDirectory(dir="build") as folder:
        _fill(Path(folder), rows)
        with closing(Outbox(Path(folder), reserve_mb=1)) as outbox, closing(Drain(Path(folder))) as drain:
            drain.raise_floor(datetime.now(UTC))
            yield _Store(outbox, drain)


def _fill(directory: Path, rows: int) -> None:
    began = datetime.now(UTC) - timedelta(hours=1)
    with closing(open_store(directory)) as connection, transaction(connection):
        sids = [uuid7(began + timedelta(milliseconds=place), secrets.token_bytes(10)) for place in range(2 * rows)]
        connection.executemany(
            "INSERT INTO tombstone (place, sid, state) VALUES (?, ?, 'erased')", enumerate(sids[:rows], start=1)
        )
        connection.executemany(
            "INSERT INTO submission (place, sid, slip_code, fingerprint, manifest, state, acknowledgement, "
            "receipt_number, received_at, sealed_at) VALUES (?, ?, '', '', ?, 'acknowledged', x'', '', ?, ?)",
            (
                (place, sid, MANIFEST, began.isoformat(), began.isoformat())
                for place, sid in enumerate(sids[rows:], start=rows + 1)
            ),
        )
        connection.executemany("INSERT INTO listing (sid, cursor) VALUES (?, 1)", ((sid,) for sid in sids[rows:]))
        connection.executemany(
            "INSERT INTO rating (sid, rating_id, level, given_at, sent) VALUES (?, ?, 5, ?, 1)",
            ((sid, f"r-{sid}", began.isoformat()) for sid in sids[rows:]),
        )
