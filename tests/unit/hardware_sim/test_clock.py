"""Simulated time: a clock advanced by hand lets devices act in order, and the world's clock can run faster."""

import resource
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hardware_sim.clock import Bell, Clock, HandClock, RealClock


@contextmanager
def device(clock: Clock, every_s: float, act: Callable[[float], None]) -> Iterator[Bell]:
    """A thread that acts each so many simulated seconds until its bell is rung."""
    bell = Bell()

    def run() -> None:
        while not clock.select([bell], within_s=every_s):
            act(clock.now())

    thread = threading.Thread(target=run)
    thread.start()
    yield bell
    bell.ring()
    thread.join()
    bell.close()


def test_devices_act_in_the_order_of_simulated_time_and_as_often_as_it_has_passed() -> None:
    clock, seen = HandClock(), list[tuple[str, float]]()
    with (
        device(clock, 0.3, lambda now: seen.append(("a", round(now, 6)))),
        device(clock, 0.5, lambda now: seen.append(("b", round(now, 6)))),
    ):
        clock.advance(0)
        clock.advance(1.1)
        assert seen == [("a", 0.3), ("b", 0.5), ("a", 0.6), ("a", 0.9), ("b", 1.0)]
        clock.advance(0.09)
        assert len(seen) == 5
        clock.advance(0.011)
        assert seen[-1] == ("a", 1.2)
    assert clock.now() == 1.1 + 0.09 + 0.011


def test_without_a_hand_no_time_passes_but_a_source_that_is_ready_ends_the_wait() -> None:
    clock, bell = HandClock(), Bell()
    bell.ring()
    assert clock.select([bell], within_s=3600) == [bell]
    bell.hush()
    assert clock.select([bell], within_s=0) == []
    assert clock.now() == 0
    bell.close()


def test_a_day_passes_at_once_for_devices_that_have_ended() -> None:
    clock = HandClock()
    with device(clock, 10.0, lambda _: None):
        clock.advance(1)
    began = time.monotonic()
    clock.advance(86_400)
    assert time.monotonic() - began < 0.5


def test_a_faster_clock_lets_devices_wait_less() -> None:
    clock, bell = RealClock(speed=1000), Bell()
    began = time.monotonic()
    assert clock.select([bell], within_s=20) == []
    assert time.monotonic() - began < 5
    assert clock.now() >= 20
    bell.close()


def test_a_bell_rung_however_often_is_hushed_once() -> None:
    bell = Bell()
    for _ in range(70_000):
        bell.ring()
    bell.hush()
    assert RealClock().select([bell], within_s=0) == []
    bell.close()


def test_a_clock_leaves_no_descriptor_behind() -> None:
    clock = HandClock()
    before = len(list(Path("/proc/self/fd").iterdir()))
    with device(clock, 0.01, lambda _: None):
        clock.advance(1)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_clock_waits_for_descriptors_however_many_there_are() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2048:
        pytest.skip("this user may not open so many")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2048), hard))
    bells = [Bell() for _ in range(600)]
    bells[-1].ring()
    assert bells[-1].fileno() > 1024
    assert RealClock().select([bells[0], bells[-1]], within_s=5.0) == [bells[-1]]
    for bell in bells:
        bell.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
