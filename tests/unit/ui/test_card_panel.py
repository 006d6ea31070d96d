"""What the pages that ask for a card say, as far as the readers there are allow."""

from dataclasses import replace
from datetime import date

import pytest

from kiosk.availability import Devices
from kiosk.faults import (
    CARD_UNREADABLE,
    CARD_UNSUPPORTED,
    CARDS_TWO,
    READER_SILENT,
    SMART_CARD_REMOVED,
    SMART_CARD_UNSUPPORTED,
    Fault,
)
from kiosk.journeys.events import Device
from kiosk.journeys.identify import AwaitingCard, Expired, Identified, Identify, NotRead, Reading
from kiosk.journeys.pages import ChoosingWay, Home, Identifying, ReadingGuide, SigningByCard
from kiosk.ports import NeedsAttention, Starting
from ui.pages.card_panel import CardPanelProps, derive_card_panel
from ui.pages.guide_view_model import derive_guide
from ui.pages.home_view_model import derive_home
from ui.pages.identify_view_model import IdentifyProps, derive_identify
from ui.pages.other_way_view_model import derive_other_way
from ui.pages.sign_by_card_view_model import derive_sign_by_card
from ui.sheet_application import SHOWN, WHOLE
from ui.sheet_people import (
    ALLOWANCE,
    APPLICANT,
    FLAT_ALONE,
    INSURANCE,
    NO_READER,
    PLACE,
    SLOT_ALONE,
    TWO_READERS,
    WORKING,
    at,
)
from ui.texts import texts_of

SAY = texts_of("zh_hans")
NOTHING_WORKS = replace(FLAT_ALONE, identity_card_reader=NeedsAttention(READER_SILENT))
STATES: list[Identify] = [
    AwaitingCard(),
    *(Reading(device) for device in (Device.READER, Device.SMART_CARD)),
    *(NotRead(Device.READER, fault) for fault in (CARDS_TWO, CARD_UNREADABLE, CARD_UNSUPPORTED)),
    *(NotRead(Device.SMART_CARD, fault) for fault in (SMART_CARD_REMOVED, SMART_CARD_UNSUPPORTED)),
    *(Expired(device, date(2025, 3, 18)) for device in (Device.READER, Device.SMART_CARD)),
    *(Identified(device, APPLICANT) for device in (Device.READER, Device.SMART_CARD)),
]


def panel(state: Identify, devices: Devices) -> CardPanelProps:
    return derive_card_panel(state, devices, SAY)


def identify(state: Identify, devices: Devices, *, large: bool = False) -> IdentifyProps:
    page = Identifying(ALLOWANCE, state)
    return derive_identify(page, replace(at(page, devices), large=large), PLACE, SAY)


@pytest.mark.parametrize("devices", [WORKING, TWO_READERS, SLOT_ALONE, FLAT_ALONE, NO_READER, NOTHING_WORKS])
@pytest.mark.parametrize("state", STATES, ids=str)
def test_every_state_has_its_words_whatever_readers_there_are(state: Identify, devices: Devices) -> None:
    for large in (False, True):
        props = identify(state, devices, large=large)
        assert props.heading
        assert props.panel.state
    for witness in (False, True):
        page = SigningByCard(WHOLE, SHOWN, state, witness=witness)
        assert derive_sign_by_card(page, at(page, devices), PLACE, SAY).heading


def test_a_terminal_with_one_reader_never_speaks_of_social_security_cards() -> None:
    props = identify(AwaitingCard(), WORKING)
    assert "社保卡" not in props.heading + props.lead + props.hint + props.panel.state
    assert (props.panel.flat, props.panel.slot) == (True, False)


def test_with_both_readers_either_card_is_offered() -> None:
    props = identify(AwaitingCard(), TWO_READERS)
    assert "身份证" in props.heading
    assert "社保卡" in props.heading
    assert (props.panel.flat, props.panel.slot, props.panel.tone) == (True, True, "waiting")


@pytest.mark.parametrize(
    ("devices", "said", "places"),
    [
        (SLOT_ALONE, "身份证读卡器断开了，可以插社保卡", (False, True)),
        (FLAT_ALONE, "社保卡读卡器断开了，可以放身份证", (True, False)),
    ],
)
def test_while_one_reader_is_away_it_is_said_and_the_other_offered(
    devices: Devices, said: str, places: tuple[bool, bool]
) -> None:
    props = panel(AwaitingCard(), devices)
    assert (props.state, props.tone, props.stage) == (said, "attention", "waiting")
    assert (props.flat, props.slot) == places


def test_while_neither_reader_works_no_place_is_offered() -> None:
    props = identify(AwaitingCard(), NOTHING_WORKS)
    assert (props.heading, props.panel.stage, props.panel.tone) == ("现在读不了卡", "away", "fault")
    assert (props.panel.flat, props.panel.slot) == (False, False)


def test_the_readers_get_ready_until_one_of_them_has_answered() -> None:
    starting = Devices(smart_card_reader=Starting())
    assert panel(AwaitingCard(), starting).tone == "preparing"
    one = replace(starting, identity_card_reader=WORKING.identity_card_reader)
    assert panel(AwaitingCard(), one).tone == "waiting"


def test_a_card_is_drawn_where_it_is_read() -> None:
    assert panel(Reading(Device.READER), TWO_READERS).stage == "reading"
    assert panel(Reading(Device.SMART_CARD), TWO_READERS).stage == "inserted"


@pytest.mark.parametrize(
    ("device", "fault", "heading"),
    [
        (Device.READER, CARDS_TWO, "请只放一张身份证"),
        (Device.READER, CARD_UNREADABLE, "没读好，请再放一次"),
        (Device.READER, CARD_UNSUPPORTED, "请换成身份证再放"),
        (Device.SMART_CARD, SMART_CARD_REMOVED, "没读好，请再插一次"),
        (Device.SMART_CARD, SMART_CARD_UNSUPPORTED, "请换成社保卡再插"),
    ],
)
def test_what_went_wrong_leads_to_what_can_be_done(device: Device, fault: Fault, heading: str) -> None:
    assert identify(NotRead(device, fault), TWO_READERS).heading == heading


@pytest.mark.parametrize(("devices", "named"), [(WORKING, "身份证"), (TWO_READERS, "社保卡")])
def test_what_to_bring_and_how_to_confirm_names_the_cards_that_are_read_here(devices: Devices, named: str) -> None:
    guide = ReadingGuide(INSURANCE)
    (bring,) = derive_guide(guide, at(guide, devices), PLACE, SAY).needs[1].lines
    other_way = derive_other_way(at(ChoosingWay(WHOLE, SHOWN), devices), SAY)
    assert bring.text.endswith(named)
    assert other_way.card_line.endswith(named)


def test_with_two_readers_no_page_asks_for_the_identity_card_alone() -> None:
    home = derive_home(Home(), at(Home(), TWO_READERS), PLACE, SAY)
    other_way = derive_other_way(at(ChoosingWay(WHOLE, SHOWN), TWO_READERS), SAY)
    assert "身份证" not in home.way_card + other_way.card_name + other_way.witness_line
