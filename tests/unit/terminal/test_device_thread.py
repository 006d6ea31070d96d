"""One thread a device: jobs in order, polls between them, and a bug is heard."""

import threading
import weakref
from collections.abc import Callable
from functools import partial

import pytest

from terminal.device_thread import DeviceThread, stop_together
from tests.system.waiting import until

WITHIN_S = 10.0


def no_bug(bug: BaseException) -> None:
    raise AssertionError(bug)


def test_jobs_run_in_order_and_all_before_the_end() -> None:
    done: list[int] = []
    thread = DeviceThread("device", poll=lambda: 60.0, on_bug=no_bug)
    for number in range(5):
        thread.post(lambda n=number: done.append(n))  # type: ignore[misc]
    thread.start()
    thread.stop(within_s=WITHIN_S)
    assert done == [0, 1, 2, 3, 4]


def test_a_job_does_not_wait_for_the_next_poll() -> None:
    polled, ran = threading.Event(), threading.Event()

    def poll() -> float:
        polled.set()
        return 3600.0

    thread = DeviceThread("device", poll=poll, on_bug=no_bug)
    thread.start()
    assert polled.wait(WITHIN_S)
    thread.post(ran.set)
    assert ran.wait(WITHIN_S)
    thread.stop(within_s=WITHIN_S)


def test_it_is_polled_again_and_again() -> None:
    often = threading.Event()
    count = iter(range(1000))

    def poll() -> float:
        if next(count) > 3:
            often.set()
        return 0.001

    thread = DeviceThread("device", poll=poll, on_bug=no_bug)
    thread.start()
    assert often.wait(WITHIN_S)
    thread.stop(within_s=WITHIN_S)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("where", ["job", "poll"])
def test_a_bug_ends_the_thread_and_is_told(where: str) -> None:
    told: list[BaseException] = []
    heard = threading.Event()

    def on_bug(bug: BaseException) -> None:
        told.append(bug)
        heard.set()

    def broken() -> float:
        raise ZeroDivisionError

    poll: Callable[[], float] = broken if where == "poll" else lambda: 60.0
    thread = DeviceThread("device", poll=poll, on_bug=on_bug)
    if where == "job":
        thread.post(lambda: print(broken()))
    thread.start()
    assert heard.wait(WITHIN_S)
    thread.stop(within_s=WITHIN_S)
    assert isinstance(told[0], ZeroDivisionError)


def test_nothing_of_a_job_stays_once_it_is_done() -> None:
    class Personal:
        pass

    polled = threading.Event()
    done = threading.Event()

    def poll() -> float:
        if done.is_set():
            polled.set()
        return 60.0

    thread = DeviceThread("device", poll=poll, on_bug=no_bug)
    personal = Personal()
    gone = weakref.ref(personal)

    def job(kept: Personal) -> None:
        done.set()

    thread.post(partial(job, personal))
    del personal
    thread.start()
    assert polled.wait(WITHIN_S)
    assert gone() is None
    thread.stop(within_s=WITHIN_S)


def test_threads_that_end_together_are_all_told_before_one_is_waited_for() -> None:
    def second_has_ended() -> bool:
        return all(thread.name != "second" for thread in threading.enumerate())

    hangs = threading.Event()

    def hang_until_the_second_has_ended() -> None:
        hangs.set()
        until(second_has_ended, "the second was told")

    first, second = (DeviceThread(name, poll=lambda: 60.0, on_bug=no_bug) for name in ("first", "second"))
    second.start()
    first.post(hang_until_the_second_has_ended)
    first.start()
    assert hangs.wait(WITHIN_S)
    stop_together((first, second), within_s=60.0)
    assert second_has_ended()
