"""When a code is a new one."""

from drivers.codes.hold_off import AWAY_AFTER_S, HOLD_OFF_S, HoldOff
from kiosk.codes import CodeSource, Symbology
from kiosk.ports import CodeRead


def code(payload: bytes) -> CodeRead:
    return CodeRead(payload, "", Symbology.QR, CodeSource.CAMERA)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_code_that_stays_is_told_again_only_after_the_hold_off() -> None:
    clock = Clock()
    hold_off = HoldOff(clock)
    told = []
    for tenth in range(round(HOLD_OFF_S * 10) + 2):
        clock.now = tenth / 10
        if hold_off.is_new(code(b"a")):
            told.append(clock.now)
    assert told == [0.0, HOLD_OFF_S]


def test_a_code_that_is_lost_for_a_moment_is_not_told_again_and_one_that_was_away_is() -> None:
    clock = Clock()
    hold_off = HoldOff(clock)
    assert hold_off.is_new(code(b"a"))
    clock.now = AWAY_AFTER_S * 0.9
    assert not hold_off.is_new(code(b"a"))
    clock.now += AWAY_AFTER_S * 1.01
    assert hold_off.is_new(code(b"a"))


def test_each_code_has_its_own_time() -> None:
    hold_off = HoldOff(Clock())
    assert [hold_off.is_new(code(payload)) for payload in (b"a", b"b", b"a", b"b")] == [True, True, False, False]


def test_a_code_that_is_only_seen_stays_untold() -> None:
    hold_off = HoldOff(Clock())
    hold_off.seen(code(b"a"))
    assert hold_off.is_new(code(b"a"))


def test_what_was_forgotten_is_new() -> None:
    hold_off = HoldOff(Clock())
    assert hold_off.is_new(code(b"a"))
    hold_off.forget()
    assert hold_off.is_new(code(b"a"))
