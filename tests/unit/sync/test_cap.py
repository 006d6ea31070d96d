"""How much of the line uploads take, by the time of day in China."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kiosk.configuration import Agent, Cap
from sync.agent.cap import CHINA, Bucket, capped_kbit_s


def cap(begin: str, end: str, kbit_s: int) -> Cap:
    return Cap.model_validate({"from": begin, "to": end, "kbit_s": kbit_s})


@dataclass
class VirtualClock:
    at: datetime
    passed_s: float = 0.0

    def monotonic_s(self) -> float:
        return self.passed_s

    def now(self) -> datetime:
        return self.at + timedelta(seconds=self.passed_s)


def china(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 23, hour, minute, tzinfo=CHINA).astimezone(UTC)


def test_a_cap_counts_from_its_first_minute_up_to_its_last() -> None:
    caps = (cap("08:00", "18:00", 256),)
    assert capped_kbit_s(caps, china(7, 59)) is None
    assert capped_kbit_s(caps, china(8)) == 256
    assert capped_kbit_s(caps, china(17, 59)) == 256
    assert capped_kbit_s(caps, china(18)) is None


def test_a_cap_may_reach_over_midnight_and_the_lowest_counts() -> None:
    caps = (cap("22:00", "06:00", 512), cap("00:00", "00:00", 1000))
    assert capped_kbit_s(caps, china(23)) == 512
    assert capped_kbit_s(caps, china(5, 59)) == 512
    assert capped_kbit_s(caps, china(12)) == 1000


@given(
    st.lists(st.tuples(st.integers(1, 16_384), st.floats(0, 3)), min_size=1, max_size=50),
    st.sampled_from([8, 256, 4000]),
)
def test_never_more_than_the_rate_and_one_piece(pieces: list[tuple[int, float]], kbit_s: int) -> None:
    clock = VirtualClock(china(9))
    bucket = Bucket((cap("08:00", "18:00", kbit_s),), clock)
    sent, start_s = 0, clock.passed_s
    for size, idle_s in pieces:
        clock.passed_s += idle_s
        clock.passed_s += bucket.wait_s(size)
        sent += size
        assert sent - size <= (clock.passed_s - start_s) * kbit_s * 125 + 1


def test_outside_its_hours_nothing_waits() -> None:
    bucket = Bucket((cap("08:00", "18:00", 8),), VirtualClock(china(20)))
    assert [bucket.wait_s(16_384) for _ in range(5)] == [0.0] * 5


@pytest.mark.parametrize("members", [{"to": "24:00"}, {"kbit_s": 0}, {"from": "8:00"}, {"until": "09:00"}])
def test_a_cap_that_makes_no_sense_is_refused(members: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Cap.model_validate({"from": "08:00", "to": "18:00", "kbit_s": 64, **members})


def test_caps_are_written_as_they_are_read() -> None:
    agent = Agent(caps=(cap("08:00", "18:00", 256),))
    assert Agent.model_validate_json(agent.model_dump_json()) == agent
