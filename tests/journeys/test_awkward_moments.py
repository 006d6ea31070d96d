"""Awkward moments: what a citizen does half-way, and what a device does at the wrong time, leads to nothing untrue."""

import json
from dataclasses import replace

import pytest

from kiosk.case import open_stops
from kiosk.composing import Handwritten
from kiosk.faults import PAPER_OUT, READER_UNPLUGGED, STORE_NOT_WORKING
from kiosk.identity import IdentityCard
from kiosk.journeys.effects import CapturePage, FindCard, Seal, StopTimer, WatchDesk
from kiosk.journeys.events import (
    AnswersConfirmed,
    ApplicationBegun,
    CaptureAsked,
    ChangeAsked,
    Device,
    DeviceChanged,
    ItemChosen,
    LeftVisit,
    PageCaptured,
    PageDeleted,
    PagesAsked,
    PageSeen,
    PapersAsked,
    PrintEnded,
    RetakeAsked,
    Signed,
    SubmissionNotSealed,
    Timer,
    TimerFired,
    TriedAgain,
    Way,
    WayChosen,
    WentBack,
    WentHome,
    WentOn,
)
from kiosk.journeys.identify import AwaitingCard
from kiosk.journeys.pages import (
    Asking,
    AwaitingReceipt,
    Capturing,
    Checking,
    Done,
    Goodbye,
    Home,
    NotKept,
    SigningByCard,
    Take,
)
from kiosk.ports import Disconnected, NotPrinted, Ready
from sync.gateway.manifest_rules import BODY_LIMIT_BYTES
from tests.journeys.visit import GOOD, GRANDMOTHER, GRANDSON, NOTHING, PAGE, SHOWN, Visit


def at_camera(visit: Visit) -> Visit:
    return visit.opens("old-age-allowance").lays_card().answers("same", "13800005678", "social-security-card")


def test_a_question_that_a_correction_opened_cannot_be_gone_round_by_going_back(visit: Visit) -> None:
    visit.comes_to_check().happens(ChangeAsked("lives")).answers("other")
    assert isinstance(visit.page, Asking)
    assert visit.page.field_id == "lives-at"
    visit.happens(WentBack())
    assert isinstance(visit.page, Asking), "not the check: it would show less than is asked for"
    assert visit.page.field_id == "lives"
    assert isinstance(visit.answers("same").page, Checking)


def test_going_back_from_a_correction_that_opened_nothing_leads_to_the_check(visit: Visit) -> None:
    assert isinstance(visit.comes_to_check().happens(ChangeAsked("phone"), WentBack()).page, Checking)


def test_a_page_that_was_deleted_cannot_be_gone_round_by_going_back(visit: Visit) -> None:
    visit.comes_to_check().happens(PapersAsked("household-register"), PageDeleted(0), WentBack())
    for _ in range(12):
        visit.happens(WentBack())
        assert not isinstance(visit.page, Checking)


def test_only_a_whole_case_can_be_signed(visit: Visit) -> None:
    visit.comes_to_check()
    assert isinstance(visit.page, Checking)
    lacking = replace(visit.page.case, typed=())
    visit.session = replace(visit.session, page=Checking(lacking))
    visit.happens(AnswersConfirmed(SHOWN))
    assert open_stops(lacking)
    assert isinstance(visit.page, Asking)
    assert visit.page.field_id == "lives"


def test_who_lays_a_card_under_the_warning_has_answered_it(visit: Visit) -> None:
    visit.opens("old-age-allowance").happens(TimerFired(Timer.IDLE)).lays_card()
    assert isinstance(visit.page, Asking)
    assert visit.session.overlay is None
    assert StopTimer(Timer.ANSWER) in visit.effects


def test_nobody_is_sent_away_while_the_slip_is_printed(visit: Visit) -> None:
    visit.comes_to_check().happens(AnswersConfirmed(SHOWN), WayChosen(Way.CARD), WayChosen(Way.CARD))
    visit.happens(TimerFired(Timer.IDLE)).lays_card().is_sealed().is_received()
    assert visit.session.overlay is None


@pytest.mark.parametrize("way", [Way.CARD, Way.WITNESS])
def test_no_card_is_asked_for_while_the_reader_is_away(visit: Visit, way: Way) -> None:
    visit.comes_to_check().happens(DeviceChanged(Device.READER, Disconnected(READER_UNPLUGGED)))
    visit.happens(AnswersConfirmed(SHOWN), WayChosen(way), WayChosen(way))
    assert isinstance(visit.page, SigningByCard)
    assert visit.session.devices.nobody_identified == READER_UNPLUGGED
    visit.happens(DeviceChanged(Device.READER, Ready()))
    assert isinstance(visit.page, SigningByCard)
    assert visit.page.identify == AwaitingCard()
    assert FindCard() in visit.effects


def test_a_page_laid_after_the_last_one_was_taken_away_is_taken_by_itself(visit: Visit) -> None:
    at_camera(visit).lays_page().happens(WentOn())
    assert WatchDesk() in visit.effects, "the sight is told anew, for the new paper"
    assert CapturePage(whole_desk=False) in visit.happens(PageSeen(NOTHING), PageSeen(GOOD)).effects


def test_a_page_laid_for_a_retake_on_an_empty_desk_is_taken_by_itself(visit: Visit) -> None:
    at_camera(visit).lays_page().happens(PagesAsked(0), RetakeAsked(0), PageSeen(NOTHING))
    assert CapturePage(whole_desk=False) in visit.happens(PageSeen(GOOD)).effects


def test_a_retake_does_not_take_the_page_that_still_lies_there(visit: Visit) -> None:
    at_camera(visit).happens(PageSeen(GOOD), PageCaptured(PAGE), PagesAsked(0), RetakeAsked(0), PageSeen(GOOD))
    assert isinstance(visit.page, Capturing)
    assert visit.page.take is Take.TAKEN


def test_after_a_picture_of_a_desk_without_a_page_the_next_page_is_taken_by_itself(visit: Visit) -> None:
    at_camera(visit).lays_page().happens(WentOn(), PageSeen(NOTHING), CaptureAsked(), PageCaptured(PAGE))
    assert CapturePage(whole_desk=False) in visit.happens(PageSeen(GOOD)).effects


def test_nobody_leaves_before_it_is_known_how_the_slip_came_out(visit: Visit) -> None:
    visit.comes_to_check().signs().is_sealed().is_received()
    assert isinstance(visit.page, Done)
    printing = visit.page
    assert visit.happens(LeftVisit(), WentHome()).page == printing
    assert visit.is_printed().happens(LeftVisit()).page == Goodbye(submitted=True, slip_printed=True)


def test_a_slip_that_did_not_come_is_not_pointed_to(visit: Visit) -> None:
    visit.comes_to_check().signs().is_sealed().is_received()
    job_id = visit.page.slip.job_id  # type: ignore[union-attr]
    visit.happens(PrintEnded(job_id, NotPrinted(PAPER_OUT)), LeftVisit())
    assert visit.page == Goodbye(submitted=True, slip_printed=False)


def test_where_nobody_knows_whether_it_was_kept_only_the_same_can_be_tried_again(visit: Visit) -> None:
    visit.comes_to_check().signs().happens(SubmissionNotSealed(STORE_NOT_WORKING, certain=False))
    assert isinstance(visit.page, NotKept)
    uncertain = visit.page
    assert visit.happens(WentBack()).page == uncertain
    visit.happens(TriedAgain(), SubmissionNotSealed(STORE_NOT_WORKING))
    assert visit.page == uncertain, "a later refusal does not tell what the first try left"
    assert isinstance(visit.happens(TriedAgain()).is_sealed().page, AwaitingReceipt)


def test_who_leaves_what_nobody_knows_to_be_kept_is_not_told_that_it_was_not(visit: Visit) -> None:
    visit.comes_to_check().signs().happens(SubmissionNotSealed(STORE_NOT_WORKING, certain=False), LeftVisit())
    assert visit.page == Goodbye(submitted=False, slip_printed=False, uncertain=True)


@pytest.mark.parametrize(
    ("way", "card", "text"),
    [(Way.CARD, GRANDMOTHER, "card_again.lead"), (Way.WITNESS, GRANDSON, "witness.lead"), (None, None, "sign.lead")],
)
def test_the_consent_names_the_text_under_which_it_was_given(
    visit: Visit, way: Way | None, card: IdentityCard | None, text: str
) -> None:
    visit.comes_to_check()
    if way and card:
        visit.happens(AnswersConfirmed(SHOWN), WayChosen(way), WayChosen(way)).lays_card(card)
    else:
        visit.signs()
    sealing = visit.last(Seal)
    assert isinstance(sealing, Seal)
    (consent,) = json.loads(sealing.submission.manifest)["consents"]
    assert consent["text"] == text


def test_a_case_that_was_begun_can_be_gone_on_with_from_home(visit: Visit) -> None:
    visit.opens("residents-medical-insurance").lays_card().answers("self").happens(WentBack(), WentBack(), WentBack())
    assert isinstance(visit.page, Home)
    visit.happens(ItemChosen("residents-medical-insurance"), ApplicationBegun())
    assert isinstance(visit.page, Asking)
    assert visit.page.draft == "self"


def test_who_goes_from_home_with_a_case_begun_has_left_it(visit: Visit) -> None:
    visit.opens("residents-medical-insurance").lays_card().happens(WentBack(), WentBack(), WentBack())
    assert visit.page == Goodbye(submitted=False, slip_printed=False)


def test_who_writes_without_end_still_hands_in_what_the_platform_takes(visit: Visit) -> None:
    points = tuple((at % 1400, at % 900, at * 8) for at in range(200_000))
    visit.comes_to_check().happens(AnswersConfirmed(SHOWN), Signed(Handwritten((points, points[:2]))))
    sealing = visit.last(Seal)
    assert isinstance(sealing, Seal)
    assert len(sealing.submission.manifest) < BODY_LIMIT_BYTES // 2
    first, second = json.loads(sealing.submission.manifest)["signature"]["strokes"]
    assert (first[0], first[-1]) == (list(points[0]), list(points[-1]))
    assert second == [list(point) for point in points[:2]]
