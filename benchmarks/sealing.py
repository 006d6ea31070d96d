"""Sealing a submission beside writing and syncing the same bytes to a plain file."""

import os
import secrets
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import Figure, paired_ratio
from kiosk.composing import uuid7
from kiosk.ports import Sealed
from kiosk.submission import Attachment, SealedSubmission, canonical
from sync.outbox.store import Outbox

RUNS = 40
GOAL = 1.5


def measure() -> list[Figure]:
    return [_sealing("300 kB", 300_000), _sealing("1 MB", 1_000_000)]


def _sealing(name: str, size: int) -> Figure:
    ours, plain = [], []
    with tempfile.TemporaryDirectory(dir="build") as folder:
        directory = Path(folder) / "store"
        directory.mkdir(mode=0o700)
        outbox = Outbox(directory, reserve_mb=1)
        for run in range(RUNS + 2):
            submission = _submission(size)
            outbox.status()  # as the terminal asks between two citizens; what was logged is moved on then
            began = time.perf_counter()
            outcome = outbox.seal(submission)
            sealed = time.perf_counter()
            if outcome != Sealed():
                raise RuntimeError(f"not sealed: {outcome}")
            _write_and_sync(Path(folder) / f"plain-{run}", submission)
            written = time.perf_counter()
            if run >= 2:  # the first ones warm up
                ours.append((sealed - began) * 1000)
                plain.append((written - sealed) * 1000)
        outbox.close()
    ratio = paired_ratio(ours, plain)
    return Figure(
        f"sealing {name}",
        f"`Outbox.seal` of one attachment of {size:,} random bytes, {RUNS} pairs, the store asked for its status "
        "between two as the terminal does; beside it the same bytes written to a new plain file, which is synced, and "
        "its directory",
        "ms",
        ours,
        "plain file",
        plain,
        f"at most {GOAL} times",
        ratio <= GOAL,
        f"{ratio:.2f} times, median of the pairs",
    )


def _submission(size: int) -> SealedSubmission:
    now = datetime.now(UTC)
    sid = uuid7(now, secrets.token_bytes(10))
    attachment = Attachment("page.jpg", "image/jpeg", secrets.token_bytes(size))
    return SealedSubmission(sid, f"CZ03-{sid[-9:-5]}-{sid[-4:]}".upper(), canonical({"sid": sid}), (attachment,))


def _write_and_sync(path: Path, submission: SealedSubmission) -> None:
    with path.open("wb") as file:
        file.write(submission.manifest)
        file.write(submission.attachments[0].content)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
