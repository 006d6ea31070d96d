"""One thread a device: jobs in order, and between them a poll that says when it wants to be called again."""

import queue
import threading
import time
from collections.abc import Callable, Iterable

Job = Callable[[], None]


class DeviceThread:
    """Runs jobs one after another; `poll` runs when no job waits and returns the seconds until the next poll.

    A job or a poll that raises is a bug: it ends the thread and is told to `on_bug`.
    """

    def __init__(self, name: str, *, poll: Callable[[], float], on_bug: Callable[[BaseException], None]) -> None:
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._poll = poll
        self._on_bug = on_bug
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def post(self, job: Job) -> None:
        """Run it in the device's thread, after the jobs before it."""
        self._jobs.put(job)

    def poll_now(self) -> None:
        """Do not wait for the next poll: something may have changed."""
        self.post(lambda: None)

    def stop(self, *, within_s: float) -> None:
        """Finish the jobs that wait, then end."""
        self._jobs.put(None)
        self._thread.join(within_s)

    def _run(self) -> None:
        try:
            wait_s = 0.0
            while True:
                try:
                    job = self._jobs.get(timeout=wait_s) if wait_s > 0 else self._jobs.get_nowait()
                except queue.Empty:
                    wait_s = self._poll()
                    continue
                if job is None:
                    return
                job()
                del job  # it may hold what belongs to one visit
                wait_s = 0.0
        except BaseException as bug:  # the thread's last words: nobody else would hear of it
            self._on_bug(bug)
            raise


def stop_together(threads: Iterable[DeviceThread], *, within_s: float) -> None:
    """Several whose devices hang take no longer than one."""
    threads = tuple(threads)
    deadline = time.monotonic() + within_s
    for thread in threads:
        thread.stop(within_s=0)
    for thread in threads:
        thread.stop(within_s=max(deadline - time.monotonic(), 0))
