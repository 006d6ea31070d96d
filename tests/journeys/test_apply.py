"""Applying for an item, from the guide to the goodbye, as a citizen lives it."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from kiosk.case import Problem, problem_with
from kiosk.clock import ClockReading
from kiosk.composing import Handwritten
from kiosk.faults import (
    CAMERA_UNPLUGGED,
    CARD_LIFTED_TOO_EARLY,
    CARD_OF_SOMEBODY_ELSE,
    PAPER_OUT,
    PRINTER_SILENT,
    READER_UNPLUGGED,
    STORE_FULL,
    WITNESS_IS_APPLICANT,
)
from kiosk.journeys.effects import (
    AwaitReceipt,
    CapturePage,
    FindCard,
    KeepRating,
    PrintSlip,
    ReadCard,
    Seal,
    StopFinding,
    StopWatching,
    WatchDesk,
)
from kiosk.journeys.events import (
    AnswerEdited,
    AnswersConfirmed,
    ApplicationBegun,
    Awakened,
    CaptureAsked,
    CardFound,
    CardNotRead,
    CardRead,
    ChangeAsked,
    Device,
    DeviceChanged,
    ItemChosen,
    LeftVisit,
    PageCaptured,
    PageNotCaptured,
    PagesAsked,
    PageSeen,
    PapersAsked,
    PrintEnded,
    RatingGiven,
    RatingKept,
    ReprintAsked,
    RetakeAsked,
    Signed,
    SubmissionNotSealed,
    SubmissionSealed,
    Timer,
    TimerFired,
    TriedAgain,
    Way,
    WayChosen,
    WentBack,
    WentHome,
    WentOn,
)
from kiosk.journeys.identify import AwaitingCard, Expired, NotRead
from kiosk.journeys.pages import (
    Asking,
    AwaitingReceipt,
    Capturing,
    Checking,
    ChoosingWay,
    Done,
    Goodbye,
    Home,
    Identifying,
    Idle,
    NotEligible,
    NotKept,
    OutOfService,
    RatingState,
    ReadingGuide,
    Sealing,
    SigningByCard,
    SigningByHand,
    SlipNotPrinted,
    SlipPrinted,
    SlipPrinting,
    SlipUnknown,
    Take,
)
from kiosk.ports import Disconnected, NeedsAttention, NotPrinted, PrintUnknown, Ready
from kiosk.submission import digest_of
from tests.journeys.visit import (
    CHINA,
    GOOD,
    GRANDMOTHER,
    GRANDSON,
    NOTHING,
    OTHER_PAGE,
    PAGE,
    SHOWN,
    SIGNATURE,
    Visit,
    content,
)

NINE = datetime(2026, 11, 23, 9, tzinfo=CHINA)


def sealed(visit: Visit) -> dict[str, object]:
    effect = visit.last(Seal)
    assert isinstance(effect, Seal)
    manifest: dict[str, object] = json.loads(effect.submission.manifest)
    return manifest


def test_a_card_an_application_a_receipt_a_slip(visit: Visit) -> None:
    visit.comes_to_check()
    assert isinstance(visit.page, Checking)
    visit.signs()
    assert isinstance(visit.page, Sealing)
    visit.is_sealed()
    assert isinstance(visit.page, AwaitingReceipt)
    assert AwaitReceipt(visit.page.filed.sid) in visit.effects
    visit.is_received()
    assert isinstance(visit.page, Done)
    assert isinstance(visit.page.slip, SlipPrinting)
    visit.is_printed()
    assert visit.page.slip == SlipPrinted()
    assert visit.happens(LeftVisit()).page == Goodbye(submitted=True, slip_printed=True)
    assert visit.happens(TimerFired(Timer.GOODBYE)).page == Idle()


def test_what_is_handed_in_is_what_the_card_said_and_the_citizen_gave(visit: Visit) -> None:
    manifest = sealed(visit.comes_to_check().signs())
    answers = {a["field"]: (a["value"], a["source"]) for a in manifest["answers"]}  # type: ignore[attr-defined]
    assert answers == {
        "name": ("陈桂兰", "card"),
        "number": ("100101194401010028", "card"),
        "address": ("潮州市湘桥区太平街道义井巷12号", "card"),
        "lives": ("same", "chosen"),
        "phone": ("13800005678", "typed"),
        "account": ("social-security-card", "chosen"),
    }
    assert [(m["material"], m["form"]) for m in manifest["materials"]] == [  # type: ignore[attr-defined]
        ("social-security-card", "photographed"),
        ("household-register", "photographed"),
        ("photo", "later"),
    ]
    assert len(manifest["attachments"]) == 3  # type: ignore[arg-type]
    assert manifest["simulated"] is True


@pytest.mark.parametrize(
    ("reading", "confidence"),
    [
        (ClockReading(), "unknown"),
        (ClockReading(floor=NINE, offset_ms=-1200), "plausible"),
        (ClockReading(floor=NINE + timedelta(days=1)), "wrong"),
        (ClockReading(floor=NINE, offset_ms=-315_360_000_000), "wrong"),
    ],
)
def test_the_time_of_handing_in_says_how_far_it_is_to_be_believed(
    visit: Visit, reading: ClockReading, confidence: str
) -> None:
    visit.clock = reading
    manifest = sealed(visit.comes_to_check().signs())
    assert manifest["clock"] == {"confidence": confidence, "offset_ms": reading.offset_ms}


def test_the_signature_is_bound_to_what_the_check_page_showed(visit: Visit) -> None:
    signature = sealed(visit.comes_to_check().signs())["signature"]
    assert isinstance(signature, dict)
    assert signature["strokes"] == [[[10, 10, 0], [20, 30, 40]]]
    assert signature["shown"]["lines"] == [list(line) for line in SHOWN.lines]
    assert signature["shown"]["digest"] == SHOWN.digest != digest_of(b"{}")


def test_nothing_is_printed_or_said_before_it_is_sealed(visit: Visit) -> None:
    visit.comes_to_check().signs()
    assert not [effect for effect in visit.asked if isinstance(effect, PrintSlip)]
    assert isinstance(visit.is_received().page, Sealing)


# The card.


def test_the_reader_looks_only_while_somebody_is_to_be_identified(visit: Visit) -> None:
    assert FindCard() in visit.opens("old-age-allowance").effects
    assert visit.happens(WentBack()).effects[0] == StopFinding()


def test_a_card_lifted_too_early_can_be_laid_down_again(visit: Visit) -> None:
    visit.opens("old-age-allowance").happens(
        CardFound(Device.READER), CardNotRead(Device.READER, CARD_LIFTED_TOO_EARLY)
    )
    assert isinstance(visit.page, Identifying)
    assert visit.page.identify == NotRead(Device.READER, CARD_LIFTED_TOO_EARLY)
    assert isinstance(visit.lays_card().page, Asking)


def test_an_expired_card_does_not_identify(visit: Visit) -> None:
    old = replace(GRANDMOTHER, valid_to=date(2026, 11, 22))
    visit.opens("old-age-allowance").lays_card(old)
    assert isinstance(visit.page, Identifying)
    assert visit.page.identify == Expired(Device.READER, since=date(2026, 11, 22))


def test_a_card_is_valid_through_its_last_day(visit: Visit) -> None:
    assert isinstance(
        visit.opens("old-age-allowance").lays_card(replace(GRANDMOTHER, valid_to=date(2026, 11, 23))).page, Asking
    )


def test_a_reader_that_is_pulled_and_comes_back_looks_again(visit: Visit) -> None:
    visit.opens("old-age-allowance")
    visit.happens(DeviceChanged(Device.READER, Disconnected(READER_UNPLUGGED)))
    assert isinstance(visit.page, Identifying)
    assert visit.session.devices.nobody_identified == READER_UNPLUGGED
    visit.happens(DeviceChanged(Device.READER, Ready()))
    assert visit.page.identify == AwaitingCard()
    assert FindCard() in visit.effects


def test_a_condition_that_the_card_disproves_is_said_at_once(visit: Visit) -> None:
    assert visit.opens("old-age-allowance").lays_card(GRANDSON).page == NotEligible(
        visit.terminal.catalogue.by_id["old-age-allowance"], years=80, age=22
    )


def test_an_answer_of_the_reader_that_comes_too_late_changes_nothing(visit: Visit) -> None:
    visit.opens("old-age-allowance").happens(WentBack())
    before = visit.session
    assert visit.happens(CardRead(content())).session == before


# The form.


def test_a_choice_opens_the_questions_that_follow_from_it(visit: Visit) -> None:
    visit.opens("residents-medical-insurance").lays_card().answers("self")
    assert isinstance(visit.page, Asking)
    assert visit.page.field_id == "phone"
    visit.happens(WentBack()).answers("child")
    assert isinstance(visit.page, Asking)
    assert visit.page.field_id == "child-name"


def test_going_back_keeps_what_was_given(visit: Visit) -> None:
    visit.opens("old-age-allowance").lays_card().answers("same", "13800005678").happens(WentBack())
    assert isinstance(visit.page, Asking)
    assert visit.page.draft == "13800005678"
    visit.happens(WentBack(), WentBack())
    assert isinstance(visit.page, ReadingGuide)
    assert visit.page.case is not None
    visit.happens(ApplicationBegun())
    assert isinstance(visit.page, Asking)
    assert (visit.page.field_id, visit.page.draft) == ("lives", "same")


@pytest.mark.parametrize(
    ("field_id", "draft", "problem"),
    [
        ("phone", "", Problem("short", 11)),
        ("phone", "1380000567", Problem("short", 1)),
        ("phone", "12800005678", Problem("mobile")),
        ("phone", "13800005678", None),
        ("bank-card", "6222020000000001", Problem("bank_card")),
        ("bank-card", "6222020000000007", None),
        ("lives-at", "   ", Problem("empty")),
        ("lives", "", Problem("not_chosen")),
    ],
)
def test_a_draft_is_no_answer_until_nothing_is_wrong_with_it(
    visit: Visit, field_id: str, draft: str, problem: Problem | None
) -> None:
    field = visit.terminal.catalogue.by_id["old-age-allowance"].field(field_id)
    assert problem_with(field, draft) == problem


def test_a_wrong_answer_does_not_lead_on(visit: Visit) -> None:
    visit.opens("old-age-allowance").lays_card().answers("same", "138")
    assert isinstance(visit.page, Asking)
    assert visit.page.field_id == "phone"


def test_a_field_takes_only_what_it_can_hold(visit: Visit) -> None:
    visit.opens("old-age-allowance").lays_card().answers("same").happens(AnswerEdited("138a0000-567 8901234"))
    assert isinstance(visit.page, Asking)
    assert visit.page.draft == "13800005678"


def test_a_correction_leads_straight_back_to_the_check(visit: Visit) -> None:
    visit.comes_to_check().happens(ChangeAsked("phone"))
    assert isinstance(visit.page, Asking)
    assert visit.page.draft == "13800005678"
    visit.answers("13900005678")
    assert isinstance(visit.page, Checking)
    assert dict(visit.page.case.typed)["phone"] == "13900005678"


def test_a_correction_that_opens_a_question_asks_it_first(visit: Visit) -> None:
    visit.comes_to_check().happens(ChangeAsked("account")).answers("bank-card")
    assert isinstance(visit.page, Asking)
    assert visit.page.field_id == "bank-card"
    assert isinstance(visit.answers("6222020000000007").page, Checking)


def test_an_answer_whose_question_no_longer_counts_is_not_handed_in(visit: Visit) -> None:
    visit.opens("residents-medical-insurance").lays_card()
    visit.answers("child", "陈小明", "100101200401010018", "parent", "13800005678")
    visit.happens(ChangeAsked("for-whom")).answers("self")
    assert isinstance(visit.page, Checking)
    fields = {answer["field"] for answer in sealed(visit.signs())["answers"]}  # type: ignore[attr-defined]
    assert fields == {"name", "number", "for-whom", "phone"}


# The papers.


def at_camera(visit: Visit) -> Visit:
    visit.opens("old-age-allowance").lays_card().answers("same", "13800005678", "social-security-card")
    assert WatchDesk() in visit.effects
    return visit


def test_a_page_that_lies_well_is_taken_by_itself(visit: Visit) -> None:
    at_camera(visit).happens(PageSeen(replace(GOOD, steady=False)))
    assert CapturePage(whole_desk=False) not in visit.effects
    assert CapturePage(whole_desk=False) in visit.happens(PageSeen(GOOD)).effects


def test_the_same_page_is_not_taken_twice(visit: Visit) -> None:
    at_camera(visit).lays_page().happens(WentOn(), PageSeen(NOTHING), PageSeen(GOOD), PageCaptured(PAGE))
    assert isinstance(visit.page, Capturing)
    assert visit.page.slot == 1
    assert not visit.happens(PageSeen(replace(GOOD, steady=False)), PageSeen(GOOD)).effects
    assert CapturePage(whole_desk=False) in visit.happens(PageSeen(NOTHING), PageSeen(GOOD)).effects


def test_a_page_still_lying_there_is_not_taken_for_the_next_paper(visit: Visit) -> None:
    at_camera(visit).happens(PageSeen(GOOD), PageCaptured(PAGE), WentOn(), PageSeen(GOOD))
    assert isinstance(visit.page, Capturing)
    assert visit.page.material_id == "household-register"
    assert visit.page.take is Take.TAKEN


def test_a_page_can_be_taken_by_hand_where_none_is_found(visit: Visit) -> None:
    assert CapturePage(whole_desk=True) in at_camera(visit).happens(CaptureAsked()).effects


def test_a_page_can_be_taken_again(visit: Visit) -> None:
    at_camera(visit).lays_page().happens(PagesAsked(0), RetakeAsked(0))
    assert isinstance(visit.page, Capturing)
    assert visit.page.pages == (PAGE,), "the one that is there stays until the new one is"
    visit.happens(PageSeen(NOTHING), PageSeen(GOOD), PageCaptured(OTHER_PAGE))
    assert visit.page.pages == (OTHER_PAGE,)  # type: ignore[union-attr]
    assert visit.happens(WentOn()).page.material_id == "household-register"  # type: ignore[union-attr]


def test_what_is_missing_keeps_one_from_going_on(visit: Visit) -> None:
    assert isinstance(at_camera(visit).happens(WentOn()).page, Capturing)


def test_only_what_may_come_later_can_be_put_off(visit: Visit) -> None:
    at_camera(visit)
    before = visit.page
    from kiosk.journeys.events import PutOff

    assert visit.happens(PutOff()).page == before


def test_a_camera_that_is_pulled_takes_nothing_and_goes_on_when_it_is_back(visit: Visit) -> None:
    at_camera(visit).happens(PageSeen(GOOD))
    visit.happens(DeviceChanged(Device.CAMERA, Disconnected(CAMERA_UNPLUGGED)), PageNotCaptured(CAMERA_UNPLUGGED))
    assert isinstance(visit.page, Capturing)
    assert visit.page.fault == CAMERA_UNPLUGGED
    visit.happens(DeviceChanged(Device.CAMERA, Ready())).lays_page()
    assert visit.page.missing == ()  # type: ignore[union-attr]


def test_a_paper_put_off_can_be_photographed_from_the_check(visit: Visit) -> None:
    visit.comes_to_check().happens(PapersAsked("photo")).lays_page().happens(WentOn())
    assert isinstance(visit.page, Checking)
    assert visit.page.case.later == ()


def test_the_camera_rests_when_its_page_is_left(visit: Visit) -> None:
    assert StopWatching() in at_camera(visit).happens(WentBack()).effects


# Vouching.


def test_an_empty_pad_is_no_signature(visit: Visit) -> None:
    visit.comes_to_check().happens(AnswersConfirmed(SHOWN), Signed(Handwritten(())))
    assert isinstance(visit.page, SigningByHand)


def test_who_cannot_sign_lays_the_card_again(visit: Visit) -> None:
    visit.comes_to_check().happens(AnswersConfirmed(SHOWN), WayChosen(Way.CARD))
    assert isinstance(visit.page, ChoosingWay)
    visit.happens(WayChosen(Way.CARD)).lays_card(GRANDSON)
    assert isinstance(visit.page, SigningByCard)
    assert visit.page.identify == NotRead(Device.READER, CARD_OF_SOMEBODY_ELSE)
    visit.lays_card()
    assert isinstance(visit.page, Sealing)
    assert sealed(visit)["signature"]["method"] == "card-again"  # type: ignore[index]


def test_staff_can_stand_witness_with_a_card_of_their_own(visit: Visit) -> None:
    visit.comes_to_check().happens(AnswersConfirmed(SHOWN), WayChosen(Way.HAND), WayChosen(Way.WITNESS)).lays_card()
    assert isinstance(visit.page, SigningByCard)
    assert visit.page.identify == NotRead(Device.READER, WITNESS_IS_APPLICANT)
    visit.lays_card(GRANDSON)
    assert sealed(visit)["signature"]["name"] == "陈小明"  # type: ignore[index]


# Sealing and the platform.


def test_a_full_disk_promises_nothing_and_loses_nothing(visit: Visit) -> None:
    visit.comes_to_check().signs().happens(SubmissionNotSealed(STORE_FULL))
    assert isinstance(visit.page, NotKept)
    first = sealed(visit)
    assert Seal(visit.page.submission) in visit.happens(TriedAgain()).effects
    assert sealed(visit) == first


def test_from_what_could_not_be_kept_one_can_go_back_to_the_check(visit: Visit) -> None:
    visit.comes_to_check().signs().happens(SubmissionNotSealed(STORE_FULL), WentBack())
    assert isinstance(visit.page, Checking)


def test_without_a_receipt_in_time_the_slip_says_kept_and_has_no_number(visit: Visit) -> None:
    visit.comes_to_check().signs().is_sealed().happens(TimerFired(Timer.ACKNOWLEDGE))
    assert isinstance(visit.page, Done)
    assert visit.page.receipt is None
    job = visit.last(PrintSlip)
    assert isinstance(job, PrintSlip)
    keys = str(job.document)
    assert "slip.state.kept" in keys
    assert "receipt_number" not in keys
    assert "slip.state.received" not in keys


def test_a_receipt_that_comes_while_one_still_stands_there_is_shown(visit: Visit) -> None:
    visit.comes_to_check().signs().is_sealed().happens(TimerFired(Timer.ACKNOWLEDGE)).is_received()
    assert isinstance(visit.page, Done)
    assert not visit.page.numbered, "the slip in the hand was printed before"
    visit.is_printed().happens(ReprintAsked())
    assert visit.page.numbered
    assert isinstance(visit.page, Done)
    assert visit.page.receipt is not None


def test_the_slip_carries_the_code_of_the_manifest_and_no_name(visit: Visit) -> None:
    visit.comes_to_check().signs().is_sealed().is_received()
    job = visit.last(PrintSlip)
    assert isinstance(job, PrintSlip)
    assert str(sealed(visit)["slip_code"]) in str(job.document)
    assert "陈桂兰" not in str(job.document)
    assert "100101194401010028" not in str(job.document)


@pytest.mark.parametrize(
    ("outcome", "slip"),
    [
        (NotPrinted(PAPER_OUT), SlipNotPrinted(PAPER_OUT)),
        (PrintUnknown(PRINTER_SILENT), SlipUnknown(PRINTER_SILENT)),
    ],
)
def test_a_slip_that_is_not_surely_on_paper_is_never_called_printed(visit: Visit, outcome, slip) -> None:  # type: ignore[no-untyped-def]
    visit.comes_to_check().signs().is_sealed().is_received()
    job = visit.last(PrintSlip)
    assert isinstance(job, PrintSlip)
    visit.happens(PrintEnded(job.job_id, outcome))
    assert isinstance(visit.page, Done)
    assert visit.page.slip == slip
    visit.happens(ReprintAsked())
    again = visit.last(PrintSlip)
    assert isinstance(again, PrintSlip)
    assert again.job_id != job.job_id
    visit.is_printed()
    assert visit.page.slip == SlipPrinted()


def test_the_end_of_an_earlier_print_says_nothing_of_a_later_one(visit: Visit) -> None:
    visit.comes_to_check().signs().is_sealed().is_received().is_printed().happens(ReprintAsked())
    first = next(effect for effect in visit.asked if isinstance(effect, PrintSlip))
    visit.happens(PrintEnded(first.job_id, NotPrinted(PAPER_OUT)))
    assert isinstance(visit.page, Done)
    assert isinstance(visit.page.slip, SlipPrinting)


# Rating.


def test_a_rating_is_offered_only_once_it_is_received(visit: Visit) -> None:
    visit.comes_to_check().signs().is_sealed().happens(TimerFired(Timer.ACKNOWLEDGE), RatingGiven(5))
    assert not visit.effects or not isinstance(visit.effects[-1], KeepRating)
    visit.is_received().happens(RatingGiven(5))
    kept = visit.last(KeepRating)
    assert isinstance(kept, KeepRating)
    assert (kept.rating.level, kept.rating.sid) == (5, sealed(visit)["sid"])
    assert visit.happens(RatingKept()).page.rating is RatingState.KEPT  # type: ignore[union-attr]


def test_one_rating_a_submission(visit: Visit) -> None:
    visit.comes_to_check().signs().is_sealed().is_received().happens(RatingGiven(5), RatingKept(), RatingGiven(1))
    assert len([effect for effect in visit.asked if isinstance(effect, KeepRating)]) == 1


# In and out of service.


@pytest.mark.parametrize(
    ("device", "status"),
    [(Device.STORE, NeedsAttention(STORE_FULL)), (Device.READER, Disconnected(READER_UNPLUGGED))],
)
def test_without_a_store_or_a_reader_nothing_can_be_begun_but_guides_can_be_read(visit: Visit, device, status) -> None:  # type: ignore[no-untyped-def]
    visit.happens(DeviceChanged(device, status))
    assert isinstance(visit.page, OutOfService)
    visit.happens(Awakened(), ItemChosen("old-age-allowance"))
    assert isinstance(visit.page, ReadingGuide)
    assert isinstance(visit.happens(ApplicationBegun()).page, ReadingGuide)
    visit.happens(WentBack(), WentBack())
    assert isinstance(visit.page, OutOfService)
    assert visit.happens(DeviceChanged(device, Ready())).page == Idle()


def test_a_printer_without_paper_does_not_keep_anyone_from_applying(visit: Visit) -> None:
    visit.happens(DeviceChanged(Device.PRINTER, NeedsAttention(PAPER_OUT)))
    assert isinstance(visit.comes_to_check().page, Checking)


def test_another_item_can_follow(visit: Visit) -> None:
    visit.comes_to_check().signs().is_sealed().is_received().is_printed()
    assert visit.happens(WentHome()).page == Home()


def test_a_sealing_that_succeeded_twice_is_one(visit: Visit) -> None:
    visit.comes_to_check().signs().is_sealed()
    before = visit.page
    sid = before.filed.sid  # type: ignore[union-attr]
    assert visit.happens(SubmissionSealed(sid)).page == before


def test_a_card_found_is_read(visit: Visit) -> None:
    assert visit.opens("old-age-allowance").happens(CardFound(Device.READER)).effects[0] == ReadCard(Device.READER)
    assert SIGNATURE.strokes
