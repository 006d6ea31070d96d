"""How a device is told to the technician, and when the paper will be used up."""

import pytest

from kiosk.faults import (
    PAPER_LOW,
    PAPER_OUT,
    PRINTER_COVER_OPEN,
    PRINTER_JAMMED,
    PRINTER_NOT_WORKING,
    PRINTER_UNPLUGGED,
)
from kiosk.health import DeviceState, PaperForecast, PaperState, Roll, faults_of, paper_forecast, paper_state, state_of
from kiosk.ports import Degraded, Disconnected, NeedsAttention, Ready, Starting, Status


@pytest.mark.parametrize(
    ("status", "state", "paper"),
    [
        (Starting(), DeviceState.STARTING, PaperState.UNKNOWN),
        (Ready(), DeviceState.ONLINE, PaperState.FULL),
        (Degraded((PAPER_LOW,)), DeviceState.ONLINE, PaperState.LOW),
        (NeedsAttention(PAPER_OUT), DeviceState.USER_ERROR, PaperState.OUT),
        (NeedsAttention(PRINTER_JAMMED), DeviceState.USER_ERROR, PaperState.JAMMED),
        (NeedsAttention(PRINTER_COVER_OPEN), DeviceState.USER_ERROR, PaperState.UNKNOWN),
        (NeedsAttention(PRINTER_NOT_WORKING), DeviceState.HARDWARE_ERROR, PaperState.UNKNOWN),
        (Disconnected(PRINTER_UNPLUGGED), DeviceState.NO_DEVICE, PaperState.UNKNOWN),
    ],
)
def test_a_status_is_told_in_the_words_of_xfs(status: Status, state: DeviceState, paper: PaperState) -> None:
    assert (state_of(status), paper_state(status)) == (state, paper)


def test_every_reason_of_a_device_that_works_is_told() -> None:
    assert faults_of(Degraded((PAPER_LOW, PRINTER_JAMMED))) == (PAPER_LOW, PRINTER_JAMMED)
    assert faults_of(Ready()) == ()


def test_paper_that_comes_after_it_was_out_is_a_new_roll() -> None:
    roll = Roll().seen(PaperState.OUT, total_mm=70_000).seen(PaperState.FULL, total_mm=71_000)
    assert roll.loaded_at_mm == 71_000
    assert roll.seen(PaperState.FULL, total_mm=90_000) == roll


def test_low_paper_that_is_full_after_somebody_opened_the_cover_is_a_new_roll() -> None:
    low = Roll(5_000, None, PaperState.LOW)
    opened = low.seen(PaperState.UNKNOWN, total_mm=70_000)
    assert opened.seen(PaperState.FULL, total_mm=70_000).loaded_at_mm == 70_000
    assert opened.seen(PaperState.LOW, total_mm=70_000).loaded_at_mm == 5_000


def test_a_sensor_that_trembles_brings_no_new_roll() -> None:
    roll = Roll(5_000, None, PaperState.FULL)
    for total_mm in range(70_000, 71_000, 100):
        roll = roll.seen(PaperState.LOW, total_mm=total_mm).seen(PaperState.FULL, total_mm=total_mm)
    assert roll.loaded_at_mm == 5_000


def test_a_jam_long_before_the_paper_is_low_brings_no_new_roll() -> None:
    roll = Roll(5_000, None, PaperState.FULL).seen(PaperState.JAMMED, total_mm=9_000)
    roll = roll.seen(PaperState.FULL, total_mm=9_000).seen(PaperState.LOW, total_mm=70_000)
    assert roll.seen(PaperState.FULL, total_mm=70_000).loaded_at_mm == 5_000


def test_a_roll_that_was_used_up_whole_says_how_long_the_next_one_is() -> None:
    roll = Roll(10_000, None, PaperState.FULL).seen(PaperState.OUT, total_mm=85_000)
    assert roll.length_mm == 75_000
    used = roll.seen(PaperState.FULL, total_mm=85_000)
    assert paper_forecast(used, total_mm=90_000, new_roll_mm=80_000, daily_mm=()).left_mm == 70_000


def test_nothing_is_forecast_before_a_change_of_rolls_was_seen() -> None:
    roll = Roll().seen(PaperState.FULL, total_mm=500)
    assert paper_forecast(roll, total_mm=900, new_roll_mm=80_000, daily_mm=(100,) * 9) == PaperForecast(PaperState.FULL)


def test_the_forecast_is_what_is_left_over_what_a_day_takes() -> None:
    roll = Roll(0, None, PaperState.FULL)
    few = paper_forecast(roll, total_mm=20_000, new_roll_mm=80_000, daily_mm=(4_000, 8_000))
    assert few == PaperForecast(PaperState.FULL, 60_000)
    many = paper_forecast(roll, total_mm=20_000, new_roll_mm=80_000, daily_mm=(4_000, 8_000, 6_000))
    assert many == PaperForecast(PaperState.FULL, 60_000, 10.0)


def test_more_used_than_a_roll_holds_is_nothing_left_and_never_less() -> None:
    roll = Roll(0, None, PaperState.LOW)
    assert paper_forecast(roll, total_mm=99_000, new_roll_mm=80_000, daily_mm=(1, 1, 1)).left_mm == 0


def test_paper_that_is_out_is_out_today() -> None:
    assert paper_forecast(Roll(state=PaperState.OUT), total_mm=1, new_roll_mm=9, daily_mm=()).days == 0.0
