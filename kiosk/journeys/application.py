"""The application: guide, identity, questions, papers, and back and forth between them up to the check."""

from dataclasses import replace
from typing import cast, get_args

from kiosk.case import (
    AskFor,
    Case,
    CheckAll,
    TakePages,
    accepted,
    open_stops,
    problem_with,
    stop_after,
    stops,
)
from kiosk.composing import Moment
from kiosk.faults import Fault
from kiosk.identity import age_on
from kiosk.items import Item
from kiosk.journeys import identify, pages_taken, sheets
from kiosk.journeys.effects import CapturePage, Effect
from kiosk.journeys.events import (
    AnswerEdited,
    AnswersConfirmed,
    ApplicationBegun,
    CaptureAsked,
    ChangeAsked,
    Event,
    PageCaptured,
    PageNotCaptured,
    PagesAsked,
    PageSeen,
    PapersAsked,
    PutOff,
    ReaderEvent,
    ScannerChosen,
    Sight,
    WentBack,
    WentOn,
)
from kiosk.journeys.pages import (
    Asking,
    Capturing,
    Checking,
    Identifying,
    InCase,
    NotEligible,
    Page,
    PagesTaken,
    ReadingGuide,
    ReadingSheets,
    SigningByHand,
    Take,
    Whence,
)
from kiosk.journeys.standing import back_to_check, one_back, slot_after, stand_at
from kiosk.papers import put

Here = ReadingGuide | Identifying | NotEligible | InCase
Step = tuple[Page, tuple[Effect, ...]]


def step(page: Here, event: Event, *, moment: Moment) -> Step:
    match page:
        case ReadingGuide(item, case):
            if not isinstance(event, ApplicationBegun):
                return page, ()
            if case:
                return stand_at(case, stops(case)[0]), ()
            begun = identify.begin()
            return Identifying(item, begun.state), begun.effects
        case Identifying():
            return _identifying(page, event, moment)
        case NotEligible(item):
            return (ReadingGuide(item) if isinstance(event, WentBack) else page), ()
        case Asking():
            return _asking(page, event), ()
        case Capturing():
            return _capturing(page, event)
        case ReadingSheets():
            return sheets.step(page, event, moment=moment)
        case PagesTaken():
            return pages_taken.step(page, event), ()
        case Checking():
            return _checking(page, event), ()


def condition_not_met(item: Item, case: Case, moment: Moment) -> NotEligible | None:
    """The first condition of the item that the card alone shows not to hold."""
    age = age_on(case.applicant.card.birth, moment.at.date())
    for condition in item.conditions:
        if age < condition.years:
            return NotEligible(item, condition.years, age)
    return None


def camera_lost(page: Capturing, fault: Fault) -> Capturing:
    """A photograph that was being taken did not succeed."""
    return replace(page, take=Take.FAILED, fault=fault, sight=Sight(page=False))


def _identifying(page: Identifying, event: Event, moment: Moment) -> Step:
    if isinstance(event, WentBack):
        return ReadingGuide(page.item), ()
    if not isinstance(event, get_args(ReaderEvent)):
        return page, ()
    result = identify.step(page.identify, cast(ReaderEvent, event), now=moment.at)
    if isinstance(result.state, identify.Identified):
        case = Case(page.item, result.state.applicant)
        return condition_not_met(page.item, case, moment) or stand_at(case, stops(case)[0]), ()
    return replace(page, identify=result.state), result.effects


def _asking(page: Asking, event: Event) -> Page:
    field = page.case.item.field(page.field_id)
    match event:
        case AnswerEdited(draft):
            return replace(page, draft=accepted(field, draft))
        case WentOn() if problem_with(field, page.draft) is None:
            case = page.case.answered(page.field_id, page.draft)
            return stand_at(
                case, stop_after(case, AskFor(page.field_id), returning=page.returning), returning=page.returning
            )
        case WentBack() if page.returning:
            return back_to_check(page.case, AskFor(page.field_id))
        case WentBack():
            case = page.case
            if problem_with(field, page.draft) is None:
                case = case.answered(page.field_id, page.draft)
            return one_back(case, AskFor(page.field_id))
    return page


def _capturing(page: Capturing, event: Event) -> Step:
    case = page.case.photographed(page.material_id, page.pages)
    here = TakePages(page.material_id)
    match event:
        case PageSeen(sight):
            return _seen(replace(page, sight=sight))
        case CaptureAsked() if page.take is not Take.TAKING and page.fits:
            return replace(page, take=Take.TAKING, fault=None), (CapturePage(whole_desk=True),)
        case PageCaptured(taken) if page.take is Take.TAKING:
            pages = put(page.pages, page.slot, taken)
            slot = slot_after(page.case, page.material_id, pages)
            return replace(page, pages=pages, slot=slot, take=_until_gone(page.sight), fault=None, again=False), ()
        case PageNotCaptured(fault) if page.take is Take.TAKING:
            return replace(page, take=Take.FAILED, fault=fault), ()
        case PagesAsked(at) if page.take is not Take.TAKING and 0 <= at < len(page.pages):
            return PagesTaken(page.case, page.material_id, page.pages, at, Whence.DESK, page.returning), ()
        case ScannerChosen():
            here_too = (page.returning, page.again)
            return ReadingSheets(page.case, page.material_id, page.pages, page.slot, None, *here_too), ()
        case WentOn() if not page.missing:
            return stand_at(case, stop_after(case, here, returning=page.returning), returning=page.returning), ()
        case PutOff() if page.material.later:
            case = page.case.photographed(page.material_id, ())
            return stand_at(case, stop_after(case, here, returning=page.returning), returning=page.returning), ()
        case WentBack() if page.returning:
            return back_to_check(case, here), ()
        case WentBack():
            return one_back(case, here), ()
    return page, ()


def _until_gone(sight: Sight) -> Take:
    """The next page is awaited once the last one has gone; nobody tells again that the desk is empty already."""
    return Take.TAKEN if sight.page else Take.WAITING


def _seen(page: Capturing) -> Step:
    """A page that lies well is taken by itself, once: the next only after that one has gone."""
    match page.take:
        case Take.TAKEN if not page.sight.page and page.awaited:
            return replace(page, take=Take.WAITING), ()
        case Take.FAILED if not page.sight.page or not page.sight.steady:
            return replace(page, take=Take.WAITING, fault=None), ()
        case Take.WAITING if page.awaited and page.sight.good and page.sight.steady:
            return replace(page, take=Take.TAKING), (CapturePage(whole_desk=False),)
    return page, ()


def _checking(page: Checking, event: Event) -> Page:
    case = page.case
    match event:
        case ChangeAsked(field_id) if AskFor(field_id) in stops(case):
            return stand_at(case, AskFor(field_id), returning=True)
        case PapersAsked(material_id) if TakePages(material_id) in stops(case):
            if taken := case.pages_of(case.item.material(material_id)):
                return PagesTaken(case, material_id, taken, 0, Whence.CHECK, returning=True)
            return stand_at(case, TakePages(material_id), returning=True)
        case AnswersConfirmed(shown):
            lacking = next(iter(open_stops(case)), None)
            return stand_at(case, lacking, returning=True) if lacking else SigningByHand(case, shown)
        case WentBack():
            return one_back(case, CheckAll())
    return page
