"""One thread for the requests that write most: what arrives while the disk is busy shares the next sync.

Without it every request would pay for a sync of its own, and for handing over between threads.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

AT_ONCE = 64
LONGEST_S = 0.1  # meanwhile nobody else can write
Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


@dataclass(slots=True)
class _Work:
    do: Callable[[], Any]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    answer: Any = None
    error: BaseException | None = None


class StoreThread:
    """Runs works in the order they came, some of them at a time inside `together()`, and answers when that has ended.

    After `longest_s` no further work is begun inside. Trouble at its end is the trouble of each of them. Begins with
    the first work. All who ask ask in one event loop.
    """

    def __init__(self, together: Callable[[], AbstractContextManager[None]], *, longest_s: float = LONGEST_S) -> None:
        self._together = together
        self._longest_s = longest_s
        self._changed = threading.Condition()
        self._works: list[_Work] = []
        self._afterwards: dict[Callable[[], None], None] = {}
        self._closing = False
        self._thread: threading.Thread | None = None

    @property
    def has_died(self) -> bool:
        """It has ended and nobody asked it to: a bug."""
        return self._thread is not None and not self._thread.is_alive() and not self._closing

    async def run(
        self, work: Callable[Arguments, Answer], *arguments: Arguments.args, **named: Arguments.kwargs
    ) -> Answer:
        """What `work` answers or raises, once all that it wrote is on disk."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        with self._changed:
            if self._closing:
                raise RuntimeError("closed: nobody would answer")
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="store")
                thread.start()
                self._thread = thread
            self._works.append(_Work(lambda: work(*arguments, **named), loop, future))
            self._changed.notify()
        return await future

    def afterwards(self, do: Callable[[], None]) -> None:
        """Called within a work: `do` once what it wrote can be seen, and once for all that was written with it.
        Elsewhere at once."""
        if threading.current_thread() is self._thread:
            self._afterwards[do] = None
        else:
            do()

    def close(self) -> None:
        """After what is there was done."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._works or self._closing)
                works, self._works = self._works[:AT_ONCE], self._works[AT_ONCE:]
            if not works:
                return
            try:
                with self._together():
                    works = self._done(works)
            except BaseException as trouble:  # noqa: BLE001 - each of them raises it
                for work in works:
                    work.error = trouble
            afterwards, self._afterwards = self._afterwards, {}
            for do in afterwards:
                do()
            with suppress(RuntimeError):  # the loop is closed: nobody waits for the answers
                works[0].loop.call_soon_threadsafe(_settle, works)

    def _done(self, works: list[_Work]) -> list[_Work]:
        """Those that were done in time; the others are the next ones."""
        until_s = time.monotonic() + self._longest_s
        for count, work in enumerate(works, 1):
            _do(work)
            if time.monotonic() >= until_s:
                with self._changed:
                    self._works[:0] = works[count:]
                return works[:count]
        return works


def _do(work: _Work) -> None:
    try:
        work.answer = work.do()
    except BaseException as error:  # noqa: BLE001 - raised again where it was asked for
        work.error = error


def _settle(works: list[_Work]) -> None:
    for work in works:
        if work.future.cancelled():
            continue
        if work.error is not None:
            work.future.set_exception(work.error)
        else:
            work.future.set_result(work.answer)
