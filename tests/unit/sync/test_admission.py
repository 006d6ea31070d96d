"""However many come at once: the store sees no more than it was promised, and everyone gets their turn."""

import heapq
from bisect import bisect_left
from collections import Counter
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from sync.agent.backoff import Backoff
from sync.gateway.admission import LONGEST_WAIT_S, SOURCES_KEPT, Admission, Admitted, ComeAgain, Kind

RATE = 200
STEPS = (Kind.SMALL, Kind.BLOB, Kind.BLOB, Kind.SMALL)  # manifest, upload begun, upload, commit


class Time:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def busiest_second(times_s: list[float]) -> int:
    return max(place + 1 - bisect_left(times_s, at_s - 1, 0, place) for place, at_s in enumerate(times_s))


def test_twenty_thousand_terminals_at_once_are_drained_without_a_peak_and_manifests_first() -> None:
    time, random, backoff = Time(), Random(20_000), Backoff()
    admission = Admission(RATE, time)
    due = [(time.now_s + random.random() / 10, terminal, 0, 0) for terminal in range(20_000)]
    heapq.heapify(due)
    admitted_s: list[float] = []
    last_s: Counter[int] = Counter()
    asked = 0
    while due:
        time.now_s, terminal, step, failures = heapq.heappop(due)
        asked += 1
        match admission.ask(STEPS[step], f"terminal {terminal}"):
            case Admitted():
                admitted_s.append(time.now_s)
                last_s[step] = time.now_s
                if step + 1 < len(STEPS):
                    heapq.heappush(due, (time.now_s + 0.05, terminal, step + 1, 0))
            case ComeAgain(retry_after_s):
                pause_s = backoff.pause_s(failures + 1, random, retry_after_s=retry_after_s)
                heapq.heappush(due, (time.now_s + pause_s, terminal, step, failures + 1))
    assert len(admitted_s) == 20_000 * len(STEPS)
    assert busiest_second(admitted_s) <= 2 * RATE
    took_s = admitted_s[-1] - admitted_s[0]
    assert took_s < 1.5 * len(admitted_s) / RATE + Backoff().cap_s
    assert last_s[0] < last_s[1]
    manifests_done = bisect_left(admitted_s, last_s[0])
    assert manifests_done < 0.45 * len(admitted_s), "blobs were taken while manifests waited"
    assert asked < 3 * len(admitted_s)


def test_a_mad_terminal_does_not_starve_the_others() -> None:
    time = Time()
    admission = Admission(RATE, time)
    admitted: Counter[str] = Counter()
    for tick in range(20_000):
        time.now_s = 1000 + tick / 1000
        admitted["mad"] += isinstance(admission.ask(Kind.SMALL, "mad"), Admitted)
        if tick % 20 == 0:
            admitted["quiet"] += isinstance(admission.ask(Kind.SMALL, f"quiet {tick % 100}"), Admitted)
    assert admitted["quiet"] == 1000
    assert admitted["mad"] <= (20 + 1) * RATE / 2


def test_those_who_must_wait_get_places_one_after_another() -> None:
    admission = Admission(RATE, Time())
    answers = [admission.ask(Kind.SMALL, f"{place}") for place in range(3 * RATE)]
    assert answers[:RATE] == [Admitted()] * RATE
    waits = [answer.retry_after_s for answer in answers if isinstance(answer, ComeAgain)]
    assert waits == [1] * RATE + [2] * RATE


def test_while_small_things_wait_a_blob_is_asked_to_come_behind_them() -> None:
    admission = Admission(RATE, Time())
    for place in range(11 * RATE):
        admission.ask(Kind.SMALL, f"{place}")
    assert admission.ask(Kind.BLOB, "large") == ComeAgain(11)
    assert admission.ask(Kind.FREE, "prometheus") == Admitted()


def test_strangers_take_no_place_that_terminals_need() -> None:
    time = Time()
    admission = Admission(RATE, time)
    for tick in range(10 * RATE):
        time.now_s += 1 / RATE
        for place in range(10):
            admission.ask(Kind.STRANGER, f"stranger {tick % 7} {place}")
        assert admission.ask(Kind.SMALL, f"terminal {tick}") == Admitted()


def test_however_many_ask_nobody_is_sent_away_for_hours() -> None:
    admission = Admission(RATE, Time())
    waits_s = [
        answer.retry_after_s
        for place in range(300_000)
        if isinstance(answer := admission.ask(Kind.SMALL, f"{place % 1000}"), ComeAgain)
    ]
    assert max(waits_s) == LONGEST_WAIT_S
    assert min(waits_s[-RATE:]) > 1


def test_who_has_been_quiet_is_forgotten() -> None:
    time = Time()
    admission = Admission(10_000_000, time)
    for place in range(SOURCES_KEPT + 1):
        time.now_s += 0.001
        admission.ask(Kind.SMALL, f"{place}")
    assert len(admission._sources) < 10


@given(
    st.lists(
        st.tuples(st.floats(0, 0.3), st.sampled_from([Kind.SMALL, Kind.BLOB]), st.sampled_from("abcdefgh")),
        max_size=200,
    )
)
def test_no_second_ever_sees_more_than_twice_the_rate(asked: list[tuple[float, Kind, str]]) -> None:
    time = Time()
    admission = Admission(5, time)
    admitted_s = []
    for pause_s, kind, source in asked:
        time.now_s += pause_s
        match admission.ask(kind, source):
            case Admitted():
                admitted_s.append(time.now_s)
            case ComeAgain(retry_after_s):
                assert retry_after_s >= 1
    assert all(before <= after for before, after in pairwise(admitted_s))
    assert not admitted_s or busiest_second(admitted_s) <= 10
