"""Named steps at which a crash harness may stop a process, to kill it exactly there.

Nothing happens unless `HALL_STOP_AT` names the step (several with commas). Then the process writes the name to the
file `HALL_STOP_FILE` and stops itself; the harness sees the file and kills it, or lets it go on with SIGCONT.
"""

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

STEPS = (
    "terminal.before_seal",
    "terminal.sealed",
    "terminal.before_print",
    "terminal.printed",
    "terminal.rating_kept",
    "store.in_transaction",
    "agent.before_manifest",
    "agent.manifest_sent",
    "agent.announced",
    "agent.before_chunk",
    "agent.chunk_sent",
    "agent.uploaded",
    "agent.before_commit",
    "agent.commit_sent",
    "agent.acknowledged",
    "agent.before_rating",
    "agent.rating_sent",
    "gateway.manifest_stored",
    "gateway.chunk_written",
    "gateway.blob_whole",
    "gateway.blob_renamed",
    "gateway.before_commit",
    "gateway.in_commit",
    "gateway.committed",
    "gateway.before_hand_on",
    "gateway.handed_on",
    "gateway.rating_stored",
)


# A harness in this process hears each step here, and may end it there by raising.
watchers: list[Callable[[str], None]] = []


def reached(name: str) -> None:
    """This process has come to the step `name`, one of `STEPS`."""
    if name not in STEPS:
        raise ValueError(f"{name} is not one of STEPS")
    for hear in watchers:
        hear(name)
    if name not in os.environ.get("HALL_STOP_AT", "").split(","):
        return
    with Path(os.environ["HALL_STOP_FILE"]).open("w", encoding="utf-8") as file:
        file.write(name)
        file.flush()
        os.fsync(file.fileno())
    # To this thread: sent to the process, another thread may take it, and this one would go on for a moment.
    signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
