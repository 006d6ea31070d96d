"""Two readers may identify: the identity card's and the social security card's."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kiosk import faults
from kiosk.faults import (
    CARD_OF_SOMEBODY_ELSE,
    CARDS_TWO,
    READER_SILENT,
    READER_UNPLUGGED,
    SMART_CARD_READER_UNPLUGGED,
    SMART_CARD_REMOVED,
    Fault,
)
from kiosk.identity import CardKind
from kiosk.journeys.effects import FindCard, ReadCard, Seal, StopFinding
from kiosk.journeys.events import (
    AnswersConfirmed,
    ApplicationBegun,
    CardFound,
    CardNotRead,
    CardRead,
    Device,
    DeviceChanged,
    Way,
    WayChosen,
    WentBack,
)
from kiosk.journeys.identify import AwaitingCard, Expired, NotRead, Reading
from kiosk.journeys.pages import Asking, Identifying, Idle, OutOfService, ReadingGuide, Sealing, SigningByCard
from kiosk.ports import CardContent, Disconnected, NeedsAttention, Ready
from tests.journeys.visit import GRANDMOTHER, GRANDSON, SHOWN, SOCIAL_SECURITY_CARD, Visit

READER_AWAY = DeviceChanged(Device.READER, Disconnected(READER_UNPLUGGED))
SMART_CARD_AWAY = DeviceChanged(Device.SMART_CARD, Disconnected(SMART_CARD_READER_UNPLUGGED))
OLD_AGE, INSURANCE = "old-age-allowance", "residents-medical-insurance"


def manifest(visit: Visit) -> dict[str, Any]:
    sealing = visit.last(Seal)
    assert isinstance(sealing, Seal)
    told: dict[str, Any] = json.loads(sealing.submission.manifest)
    return told


def state(visit: Visit) -> object:
    assert isinstance(visit.page, Identifying | SigningByCard)
    return visit.page.identify


def vouching(visit: Visit, way: Way) -> Visit:
    return visit.happens(AnswersConfirmed(SHOWN), WayChosen(way), WayChosen(way))


# Either card.


def test_a_social_security_card_identifies_and_the_manifest_says_so(two_readers: Visit) -> None:
    two_readers.opens(INSURANCE).inserts().answers("self", "13800005678").signs()
    applicant = manifest(two_readers)["applicant"]
    assert (applicant["method"], applicant["card"]) == ("social-security-card", "social-security-card")
    assert applicant["number"] == GRANDMOTHER.number


def test_an_identity_card_still_identifies_and_the_manifest_says_so(two_readers: Visit) -> None:
    two_readers.opens(INSURANCE).lays_card().answers("self", "13800005678").signs()
    applicant = manifest(two_readers)["applicant"]
    assert (applicant["method"], applicant["card"]) == ("identity-card", "resident-identity-card")


def test_the_card_that_is_found_is_the_one_that_is_read(two_readers: Visit) -> None:
    two_readers.opens(OLD_AGE).happens(CardFound(Device.SMART_CARD))
    assert two_readers.effects == (ReadCard(Device.SMART_CARD),)
    assert two_readers.happens(CardFound(Device.READER)).effects == ()
    assert state(two_readers) == Reading(Device.SMART_CARD)


def test_one_page_lets_both_readers_rest_when_it_is_left(two_readers: Visit) -> None:
    assert two_readers.opens(OLD_AGE).happens(WentBack()).effects[0] == StopFinding()


def test_an_expired_card_can_be_followed_by_the_other_kind(two_readers: Visit) -> None:
    two_readers.opens(OLD_AGE).lays_card(replace(GRANDMOTHER, valid_to=date(2026, 11, 22)))
    assert state(two_readers) == Expired(Device.READER, since=date(2026, 11, 22))
    assert isinstance(two_readers.inserts().page, Asking)


# What a card lacks.


def test_a_card_without_an_address_is_not_compared_with_where_one_lives(two_readers: Visit) -> None:
    two_readers.opens(OLD_AGE).inserts()
    assert isinstance(two_readers.page, Asking)
    assert two_readers.page.field_id == "lives-at"
    two_readers.answers("湘桥区义井巷 12 号")
    assert two_readers.page.field_id == "phone"
    two_readers.happens(WentBack())
    assert two_readers.page.draft == "湘桥区义井巷 12 号"


def test_of_what_the_card_lacks_nothing_is_handed_in(two_readers: Visit) -> None:
    foreigner = replace(GRANDMOTHER, kind=CardKind.FOREIGNER_2023, address="")
    visit = two_readers.opens(OLD_AGE).lays_card(foreigner).answers("湘桥区义井巷 12 号", "13800005678")
    visit.answers("social-security-card").lays_page().lays_page().lays_page()
    fields = {field.id for field in visit.page.case.fields}  # type: ignore[union-attr]
    assert "lives-at" in fields
    assert not fields & {"address", "lives"}


# Faults.


@pytest.mark.parametrize(
    "fault", [fault for code, fault in faults.ALL.items() if fault.who_acts is faults.WhoActs.RESET and "card" in code]
)
@pytest.mark.parametrize("device", [Device.READER, Device.SMART_CARD])
def test_after_every_fault_of_a_card_either_card_can_follow(two_readers: Visit, device: Device, fault: Fault) -> None:
    two_readers.opens(OLD_AGE).happens(CardFound(device), CardNotRead(device, fault))
    assert state(two_readers) == NotRead(device, fault)
    assert FindCard() in two_readers.effects
    assert isinstance(two_readers.inserts().page, Asking)


def test_two_cards_are_told_before_any_is_read_and_one_of_them_then_is(two_readers: Visit) -> None:
    two_readers.opens(OLD_AGE).happens(CardNotRead(Device.READER, CARDS_TWO))
    assert state(two_readers) == NotRead(Device.READER, CARDS_TWO)
    assert isinstance(two_readers.lays_card().page, Asking)


def test_two_cards_on_one_reader_do_not_disturb_the_card_in_the_other(two_readers: Visit) -> None:
    two_readers.opens(OLD_AGE).happens(CardFound(Device.SMART_CARD), CardNotRead(Device.READER, CARDS_TWO))
    assert state(two_readers) == Reading(Device.SMART_CARD)
    assert isinstance(two_readers.happens(CardRead(CardContent(SOCIAL_SECURITY_CARD))).page, Asking)


# A reader that is away.


def test_with_one_reader_away_the_other_goes_on(two_readers: Visit) -> None:
    two_readers.happens(READER_AWAY)
    assert two_readers.page == Idle()
    assert isinstance(two_readers.opens(OLD_AGE).inserts().page, Asking)


def test_nothing_can_be_begun_once_every_reader_is_away(two_readers: Visit) -> None:
    two_readers.happens(READER_AWAY, SMART_CARD_AWAY)
    assert two_readers.page == OutOfService(READER_UNPLUGGED)
    assert isinstance(two_readers.opens(OLD_AGE).page, ReadingGuide)
    assert isinstance(two_readers.happens(DeviceChanged(Device.SMART_CARD, Ready())).page, ReadingGuide)
    assert isinstance(two_readers.happens(ApplicationBegun()).page, Identifying)


def test_a_terminal_that_was_given_one_reader_is_out_of_service_without_it(visit: Visit) -> None:
    visit.happens(READER_AWAY)
    assert visit.page == OutOfService(READER_UNPLUGGED)


def test_a_card_whose_reader_goes_is_awaited_anew_by_what_is_left(two_readers: Visit) -> None:
    two_readers.opens(OLD_AGE).happens(CardFound(Device.READER), READER_AWAY)
    assert state(two_readers) == AwaitingCard()
    assert FindCard() in two_readers.effects
    assert isinstance(two_readers.inserts().page, Asking)


def test_a_reader_that_goes_does_not_disturb_the_card_in_the_other(two_readers: Visit) -> None:
    two_readers.opens(OLD_AGE).happens(CardFound(Device.SMART_CARD), READER_AWAY)
    assert state(two_readers) == Reading(Device.SMART_CARD)


def test_a_reader_that_comes_back_looks_again(two_readers: Visit) -> None:
    two_readers.opens(OLD_AGE).happens(DeviceChanged(Device.READER, NeedsAttention(READER_SILENT)))
    two_readers.happens(DeviceChanged(Device.READER, Ready()))
    assert FindCard() in two_readers.effects
    assert isinstance(two_readers.lays_card().page, Asking)


def test_what_was_not_read_by_a_reader_that_went_is_no_longer_said(two_readers: Visit) -> None:
    two_readers.opens(OLD_AGE).happens(CardNotRead(Device.READER, CARDS_TWO), READER_AWAY)
    assert state(two_readers) == AwaitingCard()


# Vouching with either.


def test_who_came_with_one_card_vouches_with_the_other_of_the_same_number(two_readers: Visit) -> None:
    vouching(two_readers.comes_to_check(), Way.CARD)
    two_readers.inserts(replace(SOCIAL_SECURITY_CARD, number=GRANDSON.number))
    assert state(two_readers) == NotRead(Device.SMART_CARD, CARD_OF_SOMEBODY_ELSE)
    assert isinstance(two_readers.inserts().page, Sealing)
    signature = manifest(two_readers)["signature"]
    assert (signature["method"], signature["card"]) == ("card-again", "social-security-card")


def test_staff_may_stand_witness_with_a_social_security_card(two_readers: Visit) -> None:
    vouching(two_readers.comes_to_check(), Way.WITNESS)
    two_readers.inserts(replace(SOCIAL_SECURITY_CARD, name="陈小明", number=GRANDSON.number))
    signature = manifest(two_readers)["signature"]
    assert (signature["method"], signature["card"]) == ("witnessed", "social-security-card")


def test_a_torn_out_social_security_card_says_so_and_can_be_inserted_again(two_readers: Visit) -> None:
    two_readers.opens(OLD_AGE).happens(CardFound(Device.SMART_CARD))
    two_readers.happens(CardNotRead(Device.SMART_CARD, SMART_CARD_REMOVED))
    assert state(two_readers) == NotRead(Device.SMART_CARD, SMART_CARD_REMOVED)
    assert isinstance(two_readers.inserts().page, Asking)
