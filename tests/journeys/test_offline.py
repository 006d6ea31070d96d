"""While the platform is not reached: one applies as usual, and nobody waits for what is not to be expected."""

from kiosk.delivery import Delivery
from kiosk.journeys.effects import AwaitReceipt, PrintSlip, StartTimer
from kiosk.journeys.events import DeliveryChanged, Timer, TimerFired
from kiosk.journeys.pages import AwaitingReceipt, Done, SlipPrinting
from tests.journeys.visit import Visit

OFFLINE = DeliveryChanged(Delivery(offline=True))
ONLINE = DeliveryChanged(Delivery())


def waits(visit: Visit) -> bool:
    return any(isinstance(effect, StartTimer) and effect.timer is Timer.ACKNOWLEDGE for effect in visit.asked)


def test_what_is_handed_in_while_the_platform_is_not_reached_has_its_slip_at_once(visit: Visit) -> None:
    visit.happens(OFFLINE).comes_to_check().signs().is_sealed()
    assert isinstance(visit.page, Done)
    assert visit.page.receipt is None
    assert isinstance(visit.page.slip, SlipPrinting)
    assert not waits(visit)
    job = visit.last(PrintSlip)
    assert isinstance(job, PrintSlip)
    assert "slip.state.kept" in str(job.document)
    assert "receipt_number" not in str(job.document)


def test_a_receipt_that_comes_all_the_same_is_heard_while_one_is_here(visit: Visit) -> None:
    visit.happens(OFFLINE).comes_to_check().signs().is_sealed()
    assert isinstance(visit.page, Done)
    assert AwaitReceipt(visit.page.filed.sid) in visit.asked
    visit.happens(ONLINE).is_received()
    assert isinstance(visit.page, Done)
    assert visit.page.receipt is not None


def test_once_the_platform_is_reached_again_its_receipt_is_waited_for(visit: Visit) -> None:
    visit.happens(OFFLINE, ONLINE).comes_to_check().signs().is_sealed()
    assert isinstance(visit.page, AwaitingReceipt)
    assert waits(visit)


def test_a_line_that_is_lost_while_one_waits_leads_to_no_second_slip(visit: Visit) -> None:
    visit.comes_to_check().signs().is_sealed().happens(OFFLINE)
    assert isinstance(visit.page, AwaitingReceipt)
    visit.happens(TimerFired(Timer.ACKNOWLEDGE))
    assert [type(effect) for effect in visit.asked].count(PrintSlip) == 1


def test_news_of_delivery_turns_no_page_and_is_no_touch(visit: Visit) -> None:
    page = visit.comes_to_check().page
    visit.happens(DeliveryChanged(Delivery(offline=True, aside=1)))
    assert (visit.page, visit.effects) == (page, ())
