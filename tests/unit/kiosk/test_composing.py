"""The numbers of a submission: unique, in time order, and readable."""

import json
import uuid
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from kiosk.check_digits import is_slip_code
from kiosk.composing import Shown, slip_code, uuid7
from kiosk.slip import in_fours
from kiosk.submission import canonical, digest_of

TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(TIMES, st.binary(min_size=10, max_size=10))
def test_a_sid_is_a_uuid_of_version_7(at: datetime, random: bytes) -> None:
    sid = uuid.UUID(uuid7(at, random))
    assert (sid.version, sid.variant) == (7, uuid.RFC_4122)
    assert sid.int >> 80 == int(at.timestamp() * 1000)


@given(TIMES, st.integers(1, 10_000), st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10))
def test_sids_stand_in_the_order_of_time(at: datetime, later_ms: int, one: bytes, other: bytes) -> None:
    assert uuid7(at, one) < uuid7(at + timedelta(milliseconds=later_ms), other)


def test_a_clock_before_1970_still_gives_a_sid() -> None:
    assert uuid.UUID(uuid7(datetime(1960, 1, 1, tzinfo=UTC), bytes(10))).version == 7


@given(st.binary(min_size=7, max_size=7))
def test_a_slip_code_carries_the_terminal_and_its_own_check(random: bytes) -> None:
    code = slip_code("CZ03", random)
    assert code.startswith("CZ03-")
    assert is_slip_code(code)


def test_the_zone_of_a_clock_does_not_change_a_sid() -> None:
    there = datetime(2026, 11, 23, 9, 46, tzinfo=timezone(timedelta(hours=8)))
    assert uuid7(there, bytes(10)) == uuid7(there.astimezone(UTC), bytes(10))


def test_what_was_shown_can_be_proven_by_anybody() -> None:
    shown = Shown((("姓名", "陈桂兰"), ("手机", "138 0000 5678")), "abc")
    assert shown.digest == digest_of(canonical(json.loads(canonical(shown.as_json()))))
    assert Shown((("姓名", "陈桂兰"),), "abc").digest != shown.digest


def test_numbers_are_read_in_fours() -> None:
    assert in_fours("2026112300045175") == "2026 1123 0004 5175"
