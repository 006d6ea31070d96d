"""Who leaves, and who comes next: time runs out, modes are reset, nothing of one visit reaches another."""

from kiosk.journeys.effects import StartTimer, StopTimer
from kiosk.journeys.events import (
    Awakened,
    CardRead,
    HelpAsked,
    LargeToggled,
    LeftVisit,
    OverlayClosed,
    Timer,
    TimerFired,
    Touched,
)
from kiosk.journeys.pages import AwaitingReceipt, Done, Goodbye, Home, Idle, Sealing
from kiosk.session import Overlay
from tests.journeys.visit import Visit, content


def test_a_touch_starts_the_time_anew(visit: Visit) -> None:
    visit.happens(Awakened())
    assert StartTimer(Timer.IDLE, 90.0) in visit.effects
    assert StartTimer(Timer.IDLE, 90.0) in visit.happens(Touched()).effects


def test_in_large_mode_there_is_more_time(visit: Visit) -> None:
    assert StartTimer(Timer.IDLE, 150.0) in visit.happens(Awakened(), LargeToggled()).effects


def test_who_types_has_ten_minutes(visit: Visit) -> None:
    assert StartTimer(Timer.IDLE, 600.0) in visit.opens("old-age-allowance").lays_card().answers("same").effects


def test_nobody_is_thrown_out_without_a_warning(visit: Visit) -> None:
    visit.opens("old-age-allowance").lays_card().answers("same")
    page = visit.page
    visit.happens(TimerFired(Timer.IDLE))
    assert (visit.page, visit.session.overlay) == (page, Overlay.WARNING)
    assert StartTimer(Timer.ANSWER, 30.0) in visit.effects
    visit.happens(OverlayClosed())
    assert (visit.page, visit.session.overlay) == (page, None)
    assert StopTimer(Timer.ANSWER) in visit.effects
    assert StartTimer(Timer.IDLE, 600.0) in visit.effects


def test_who_does_not_answer_the_warning_has_left(visit: Visit) -> None:
    visit.comes_to_check().happens(TimerFired(Timer.IDLE), TimerFired(Timer.ANSWER))
    assert visit.page == Goodbye(submitted=False, slip_printed=False)
    assert visit.session.overlay is None
    assert visit.happens(TimerFired(Timer.GOODBYE)).page == Idle()


def test_a_late_timer_does_nothing(visit: Visit) -> None:
    visit.happens(Awakened(), TimerFired(Timer.IDLE), OverlayClosed())
    before = visit.session
    assert visit.happens(TimerFired(Timer.ANSWER)).session == before
    assert visit.happens(TimerFired(Timer.GOODBYE), TimerFired(Timer.ACKNOWLEDGE)).session == before


def test_while_something_is_sealed_awaited_or_printed_nobody_is_hurried(visit: Visit) -> None:
    visit.comes_to_check().signs()
    assert StopTimer(Timer.IDLE) in visit.effects
    assert isinstance(visit.happens(TimerFired(Timer.IDLE)).page, Sealing)
    assert visit.session.overlay is None
    visit.is_sealed().happens(TimerFired(Timer.IDLE))
    assert isinstance(visit.page, AwaitingReceipt)
    assert visit.session.overlay is None
    visit.is_received().happens(TimerFired(Timer.IDLE))
    assert isinstance(visit.page, Done)
    assert visit.session.overlay is None
    assert StartTimer(Timer.IDLE, 90.0) in visit.is_printed().effects


def test_the_next_citizen_finds_another_visit_and_no_mode_of_the_last(visit: Visit) -> None:
    visit.comes_to_check().happens(LargeToggled(), LeftVisit())
    assert visit.session.large, "until the goodbye is over"
    first = visit.session.number
    visit.happens(TimerFired(Timer.GOODBYE))
    assert (visit.session.large, visit.session.number) == (False, first + 1)
    assert "陈桂兰" not in repr(visit.session)
    assert "100101194401010028" not in repr(visit.session)


def test_somebody_who_comes_during_the_goodbye_begins_a_visit_of_their_own(visit: Visit) -> None:
    visit.happens(Awakened(), LargeToggled())
    visit.opens("old-age-allowance").lays_card().happens(LeftVisit())
    first = visit.session.number
    visit.happens(Awakened())
    assert (visit.page, visit.session.large, visit.session.number) == (Home(), False, first + 1)


def test_nothing_personal_is_left_after_the_goodbye_is_shown(visit: Visit) -> None:
    visit.comes_to_check().signs().is_sealed().is_received().is_printed().happens(LeftVisit())
    assert "陈桂兰" not in repr(visit.session)


def test_what_a_device_says_late_does_not_open_a_page(visit: Visit) -> None:
    visit.opens("old-age-allowance").happens(LeftVisit(), TimerFired(Timer.GOODBYE))
    assert visit.happens(CardRead(content())).page == Idle()


def test_help_lies_over_the_page_and_takes_nothing_away(visit: Visit) -> None:
    page = visit.comes_to_check().page
    assert visit.happens(HelpAsked()).session.overlay is Overlay.HELP
    assert visit.happens(OverlayClosed()).page == page


def test_time_runs_out_under_the_help_too(visit: Visit) -> None:
    visit.comes_to_check().happens(HelpAsked(), TimerFired(Timer.IDLE))
    assert visit.session.overlay is Overlay.WARNING


def test_a_mode_chosen_before_anyone_began_does_not_wait_for_the_next(visit: Visit) -> None:
    assert StartTimer(Timer.IDLE, 150.0) in visit.happens(LargeToggled()).effects
    assert not visit.happens(TimerFired(Timer.IDLE)).session.large
    assert visit.session.overlay is None


def test_help_stays_on_the_pages_that_can_be_left(visit: Visit) -> None:
    assert visit.happens(HelpAsked()).session.overlay is None
