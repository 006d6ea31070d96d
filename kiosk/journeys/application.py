"""The application: guide, identity, questions, photographs, and back and forth between them up to the check."""

from dataclasses import replace
from typing import cast, get_args

from kiosk.case import (
    AskFor,
    Case,
    CheckAll,
    Photograph,
    Stop,
    accepted,
    open_stops,
    problem_with,
    stop_after,
    stop_before,
    stops,
)
from kiosk.composing import Moment
from kiosk.faults import Fault
from kiosk.identity import age_on
from kiosk.items import Item
from kiosk.journeys import identify
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
    PageSeen,
    PapersAsked,
    PutOff,
    ReaderEvent,
    RetakeAsked,
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
    ReadingGuide,
    SigningByHand,
    Take,
)

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
        case Checking():
            return _checking(page, event), ()


def stand_at(case: Case, stop: Stop, *, returning: bool = False) -> Page:
    """The page of a stop, with what was given there before."""
    match stop:
        case AskFor(field_id):
            answer = case.answer(case.item.field(field_id))
            return Asking(case, field_id, answer.value if answer else "", returning)
        case Photograph(material_id):
            taken = case.taken_of(case.item.material(material_id))
            slot = taken.index(None) if None in taken else len(taken) - 1
            take = Take.TAKEN if case.papers else Take.WAITING  # the last page may still lie there
            return Capturing(case, material_id, taken, slot, Sight(page=False), take, None, returning)
        case CheckAll():
            return Checking(case)


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
            return _back_to_check(page.case, AskFor(page.field_id))
        case WentBack():
            case = page.case
            if problem_with(field, page.draft) is None:
                case = case.answered(page.field_id, page.draft)
            return _one_back(case, AskFor(page.field_id))
    return page


def _capturing(page: Capturing, event: Event) -> Step:
    case = page.case.photographed(page.material_id, page.pages)
    here = Photograph(page.material_id)
    match event:
        case PageSeen(sight):
            return _seen(replace(page, sight=sight))
        case CaptureAsked() if page.take is not Take.TAKING and page.missing:
            return replace(page, take=Take.TAKING, fault=None), (CapturePage(whole_desk=True),)
        case PageCaptured(taken) if page.take is Take.TAKING:
            pages = (*page.pages[: page.slot], taken, *page.pages[page.slot + 1 :])
            slot = pages.index(None) if None in pages else page.slot
            return replace(page, pages=pages, slot=slot, take=_until_gone(page.sight), fault=None), ()
        case PageNotCaptured(fault) if page.take is Take.TAKING:
            return replace(page, take=Take.FAILED, fault=fault), ()
        case RetakeAsked(at) if page.take is not Take.TAKING and 0 <= at < len(page.pages):
            pages = (*page.pages[:at], None, *page.pages[at + 1 :])
            return replace(page, pages=pages, slot=at, take=_until_gone(page.sight), fault=None), ()
        case WentOn() if not page.missing:
            return stand_at(case, stop_after(case, here, returning=page.returning), returning=page.returning), ()
        case PutOff() if case.item.material(page.material_id).later:
            case = page.case.photographed(page.material_id, ())
            return stand_at(case, stop_after(case, here, returning=page.returning), returning=page.returning), ()
        case WentBack() if page.returning:
            return _back_to_check(case, here), ()
        case WentBack():
            return _one_back(case, here), ()
    return page, ()


def _until_gone(sight: Sight) -> Take:
    """The next page is awaited once the last one has gone; nobody tells again that the desk is empty already."""
    return Take.TAKEN if sight.page else Take.WAITING


def _seen(page: Capturing) -> Step:
    """A page that lies well is taken by itself, once: the next only after that one has gone."""
    match page.take:
        case Take.TAKEN if not page.sight.page and page.missing:
            return replace(page, take=Take.WAITING), ()
        case Take.FAILED if not page.sight.page or not page.sight.steady:
            return replace(page, take=Take.WAITING, fault=None), ()
        case Take.WAITING if page.missing and page.sight.good and page.sight.steady:
            return replace(page, take=Take.TAKING), (CapturePage(whole_desk=False),)
    return page, ()


def _checking(page: Checking, event: Event) -> Page:
    case = page.case
    match event:
        case ChangeAsked(field_id) if AskFor(field_id) in stops(case):
            return stand_at(case, AskFor(field_id), returning=True)
        case PapersAsked(material_id) if Photograph(material_id) in stops(case):
            return stand_at(case, Photograph(material_id), returning=True)
        case AnswersConfirmed(shown):
            lacking = next(iter(open_stops(case)), None)
            return stand_at(case, lacking, returning=True) if lacking else SigningByHand(case, shown)
        case WentBack():
            return _one_back(case, CheckAll())
    return page


def _back_to_check(case: Case, stop: Stop) -> Page:
    """From a correction; while it has left something open, one page back instead."""
    return _one_back(case, stop, returning=True) if open_stops(case) else Checking(case)


def _one_back(case: Case, stop: Stop, *, returning: bool = False) -> Page:
    before = stop_before(case, stop)
    return stand_at(case, before, returning=returning) if before else ReadingGuide(case.item, case)
