"""When the agent tries again."""

from datetime import UTC, datetime
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from sync.agent.backoff import Backoff, retry_after_s

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@given(failures=st.integers(1, 10_000), seed=st.integers(0, 1000))
def test_no_pause_is_longer_than_the_cap_or_the_doubled_base(failures: int, seed: int) -> None:
    pause_s = Backoff(base_s=1.0, cap_s=300.0).pause_s(failures, Random(seed))
    assert 0 <= pause_s <= min(300.0, 2.0 ** min(failures - 1, 20))


def test_the_same_seed_gives_the_same_pauses() -> None:
    backoff = Backoff()
    assert [backoff.pause_s(n, Random(7)) for n in (1, 5, 9)] == [backoff.pause_s(n, Random(7)) for n in (1, 5, 9)]


def test_jitter_is_full() -> None:
    random = Random(1)
    pauses = [Backoff(base_s=1.0).pause_s(4, random) for _ in range(1000)]
    assert min(pauses) < 0.5
    assert max(pauses) > 7.5


@given(retry_after=st.floats(0, 3600), failures=st.integers(1, 50), seed=st.integers(0, 100))
def test_nothing_is_tried_before_the_server_asked_for(retry_after: float, failures: int, seed: int) -> None:
    assert Backoff().pause_s(failures, Random(seed), retry_after_s=retry_after) >= retry_after


def test_retry_after_is_seconds_or_a_date() -> None:
    assert retry_after_s("120", now=NOW) == 120
    assert retry_after_s("Mon, 23 Nov 2026 01:01:30 GMT", now=NOW) == 90


def test_retry_after_never_silences_a_terminal() -> None:
    assert retry_after_s("99999999999999999999", now=NOW) == 3600
    assert retry_after_s("Mon, 23 Nov 2099 01:01:30 GMT", now=NOW) == 3600
    assert retry_after_s("Mon, 23 Nov 2020 01:01:30 GMT", now=NOW) == 0


@given(st.text() | st.none())
def test_any_retry_after_gives_a_usable_pause(field: str | None) -> None:
    assert 0 <= retry_after_s(field, now=NOW) <= 3600
