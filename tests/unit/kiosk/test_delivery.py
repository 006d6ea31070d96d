"""When a delay is worth a word on the screen."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from kiosk.delivery import Delivery, Overdue, judge

CHINA = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 23, 9, 56, 30, tzinfo=CHINA)
SECOND = timedelta(seconds=1)


def delivery(
    *, unreached_for: timedelta | None = None, waiting: int = 0, oldest: timedelta | None = None, aside: int = 0
) -> Delivery:
    return judge(
        unreached_since=None if unreached_for is None else NOW - unreached_for,
        waiting=waiting,
        oldest_since=None if oldest is None else (NOW - oldest).astimezone(UTC),
        aside=aside,
        now=NOW,
    )


def test_a_line_that_was_never_missed_is_not_spoken_of() -> None:
    assert delivery() == Delivery()


@pytest.mark.parametrize(("seconds", "offline"), [(0, False), (59, False), (60, True), (86400, True)])
def test_a_platform_not_reached_for_a_minute_is_told_and_a_hiccup_is_not(seconds: int, offline: bool) -> None:
    assert delivery(unreached_for=seconds * SECOND).offline is offline


def test_what_waits_less_than_ten_minutes_is_no_news_for_staff() -> None:
    assert delivery(waiting=3, oldest=599 * SECOND).overdue is None


def test_staff_read_how_many_wait_and_since_when_by_the_clock_on_the_wall() -> None:
    overdue = delivery(waiting=3, oldest=630 * SECOND).overdue
    assert overdue == Overdue(3, datetime(2026, 11, 23, 9, 46, tzinfo=CHINA), today=True)
    assert overdue.since.strftime("%H:%M") == "09:46"


def test_what_waits_since_another_day_is_not_taken_for_todays() -> None:
    overdue = delivery(waiting=1, oldest=timedelta(hours=10)).overdue
    assert overdue is not None
    assert (overdue.since.day, overdue.today) == (22, False)


def test_what_is_dated_after_now_is_from_before_the_clock_was_put_back() -> None:
    found = delivery(unreached_for=-timedelta(days=1), waiting=1, oldest=-timedelta(days=1))
    assert found.offline
    assert found.overdue is not None


def test_what_was_set_aside_is_counted_at_once() -> None:
    assert delivery(aside=2) == Delivery(aside=2)
