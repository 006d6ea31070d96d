"""An item that cannot be finished now says so before one begins, and comes back by itself."""

import pytest

from kiosk.availability import Devices, why_not_now
from kiosk.faults import CAMERA_UNPLUGGED, PAPER_OUT, READER_UNPLUGGED, STORE_FULL, Fault
from kiosk.items import Catalogue, Item
from kiosk.journeys.events import ApplicationBegun, Awakened, Device, DeviceChanged, ItemChosen, WentBack, WentOn
from kiosk.journeys.pages import Capturing, Checking, Identifying, ReadingGuide, Take
from kiosk.ports import Disconnected, NeedsAttention, Ready
from tests.journeys.visit import Visit

ALLOWANCE, INSURANCE = "old-age-allowance", "residents-medical-insurance"
CAMERA_AWAY = DeviceChanged(Device.CAMERA, Disconnected(CAMERA_UNPLUGGED))
CAMERA_BACK = DeviceChanged(Device.CAMERA, Ready())


def reason(visit: Visit, item: str) -> Fault | None:
    return why_not_now(visit.terminal.catalogue.by_id[item], visit.session.devices)


def test_without_a_camera_only_what_needs_no_photograph_can_be_begun(visit: Visit) -> None:
    visit.happens(CAMERA_AWAY)
    assert reason(visit, ALLOWANCE) == CAMERA_UNPLUGGED
    assert reason(visit, INSURANCE) is None
    assert isinstance(visit.opens(ALLOWANCE).page, ReadingGuide)
    visit.happens(WentBack())
    assert isinstance(visit.happens(ItemChosen(INSURANCE), ApplicationBegun()).page, Identifying)


def test_the_item_comes_back_by_itself_with_its_device(visit: Visit) -> None:
    visit.happens(CAMERA_AWAY).opens(ALLOWANCE).happens(CAMERA_BACK)
    assert reason(visit, ALLOWANCE) is None
    assert isinstance(visit.happens(ApplicationBegun()).page, Identifying)


@pytest.mark.parametrize(
    ("device", "fault"), [(Device.STORE, STORE_FULL), (Device.READER, READER_UNPLUGGED), (Device.PRINTER, PAPER_OUT)]
)
def test_every_item_needs_the_store_and_a_reader_and_none_that_ships_a_printer(
    visit: Visit, catalogue: Catalogue, device: Device, fault: Fault
) -> None:
    visit.happens(DeviceChanged(device, NeedsAttention(fault)))
    told = {why_not_now(item, visit.session.devices) for item in catalogue.items}
    assert told == ({None} if device is Device.PRINTER else {fault})


def test_an_item_may_declare_that_it_is_nothing_without_its_printout(catalogue: Catalogue) -> None:
    item: Item = catalogue.by_id[INSURANCE].model_copy(update={"needs": ("identification", "receipt-printer")})
    assert why_not_now(item, Devices(receipt_printer=NeedsAttention(PAPER_OUT))) == PAPER_OUT
    assert why_not_now(item, Devices(receipt_printer=Ready())) is None


def test_who_was_identified_goes_on_though_the_reader_is_away(visit: Visit) -> None:
    visit.opens(INSURANCE).lays_card().answers("self").happens(WentBack(), WentBack())
    assert isinstance(visit.page, ReadingGuide)
    visit.happens(DeviceChanged(Device.READER, Disconnected(READER_UNPLUGGED)), ApplicationBegun())
    assert not isinstance(visit.page, ReadingGuide)


def test_a_camera_that_goes_midway_keeps_what_was_given_and_photographed(visit: Visit) -> None:
    visit.opens(ALLOWANCE).lays_card().answers("same", "13800005678", "social-security-card").lays_page()
    visit.happens(WentOn(), CAMERA_AWAY)
    assert isinstance(visit.page, Capturing)
    assert (visit.page.take, visit.page.fault) == (Take.FAILED, CAMERA_UNPLUGGED)
    assert dict(visit.page.case.typed)["phone"] == "13800005678"
    visit.happens(CAMERA_BACK).lays_page().lays_page().happens(WentOn())
    assert isinstance(visit.page, Capturing)
    assert visit.page.material_id == "photo"


def test_what_was_photographed_already_needs_no_camera(visit: Visit) -> None:
    case = visit.comes_to_check().page.case  # type: ignore[union-attr]
    assert isinstance(visit.page, Checking)
    away = Devices(document_camera=Disconnected(CAMERA_UNPLUGGED))
    assert why_not_now(case.item, away) == CAMERA_UNPLUGGED
    assert why_not_now(case.item, away, case) is None


def test_nobody_is_shown_a_reason_while_everything_works(visit: Visit) -> None:
    visit.happens(Awakened())
    assert {why_not_now(item, visit.session.devices) for item in visit.terminal.catalogue.items} == {None}
