"""Handing in: vouch, seal, wait for the platform's receipt, print the slip, rate.

The order is the promise: nothing is printed or said before it is sealed, and what is said is what is known.
"""

from dataclasses import replace
from typing import cast, get_args

from kiosk.case import Case
from kiosk.composing import CardAgain, Moment, Origin, Shown, Vouching, Witnessed, compose, uuid7
from kiosk.faults import CARD_OF_SOMEBODY_ELSE, WITNESS_IS_APPLICANT
from kiosk.items import Catalogue
from kiosk.journeys import identify
from kiosk.journeys.effects import AwaitReceipt, Effect, FindCard, KeepRating, PrintSlip, Seal, StartTimer, StopTimer
from kiosk.journeys.events import (
    Event,
    PrintEnded,
    RatingGiven,
    RatingKept,
    RatingNotKept,
    ReaderEvent,
    Received,
    ReprintAsked,
    Signed,
    SubmissionNotSealed,
    SubmissionSealed,
    Timer,
    TimerFired,
    TriedAgain,
    Way,
    WayChosen,
    WentBack,
)
from kiosk.journeys.pages import (
    AwaitingReceipt,
    Checking,
    ChoosingWay,
    Done,
    NotKept,
    Page,
    RatingState,
    Sealing,
    Signing,
    SigningByCard,
    SigningByHand,
    SlipNotPrinted,
    SlipPrinted,
    SlipPrinting,
    SlipUnknown,
)
from kiosk.ports import NotPrinted, Printed, PrintOutcome, PrintUnknown
from kiosk.printouts import Submitted, submitted_of
from kiosk.slip import Filed, slip
from kiosk.submission import Rating, Receipt

Here = Signing | Sealing | NotKept | AwaitingReceipt | Done
Step = tuple[Page, tuple[Effect, ...]]

HIGHEST_RATING = 5


def step(
    page: Here,
    event: Event,
    *,
    moment: Moment,
    origin: Origin,
    catalogue: Catalogue,
    place: str,
    acknowledge_wait_s: float,
) -> Step:
    """`acknowledge_wait_s`: how long the slip waits for a receipt number; 0 where none is to be expected."""
    match page, event:
        case ((SigningByHand(case) | ChoosingWay(case) | SigningByCard(case)), _):
            vouched = _vouch(page, event, moment)
            if not isinstance(vouched, get_args(Vouching)):
                return cast(Step, vouched)
            return _seal(case, page.shown, cast(Vouching, vouched), moment, origin, catalogue, place)
        case Sealing(submission=submission, filed=filed), SubmissionSealed(sid) if sid == submission.sid:
            submitted = submitted_of(page.case, page.vouching)
            if acknowledge_wait_s == 0:
                done, effects = _print(filed, submitted, None, copy=1)
                return done, (AwaitReceipt(sid), *effects)
            wait = StartTimer(Timer.ACKNOWLEDGE, acknowledge_wait_s)
            return AwaitingReceipt(filed, submitted), (AwaitReceipt(sid), wait)
        case Sealing(), SubmissionNotSealed(fault, certain):
            sure = page.certain and certain
            return NotKept(page.case, page.shown, page.vouching, page.submission, page.filed, fault, sure), ()
        case NotKept(), TriedAgain():
            again = Sealing(page.case, page.shown, page.vouching, page.submission, page.filed, page.certain)
            return again, (Seal(page.submission),)
        case NotKept(case, certain=True), WentBack():
            return Checking(case), ()
        case AwaitingReceipt(filed, submitted), Received(receipt) if receipt.sid == filed.sid:
            done, effects = _print(filed, submitted, receipt, copy=1)
            return done, (StopTimer(Timer.ACKNOWLEDGE), *effects)
        case AwaitingReceipt(filed, submitted), TimerFired(Timer.ACKNOWLEDGE):
            return _print(filed, submitted, None, copy=1)
        case Done(), _:
            return _done(page, event, moment)
    return page, ()


def _vouch(page: Signing, event: Event, moment: Moment) -> Vouching | Step:
    match page, event:
        case SigningByHand(), Signed(handwriting) if any(len(stroke) > 1 for stroke in handwriting.strokes):
            return handwriting
        case SigningByHand(case, shown), WayChosen():
            return ChoosingWay(case, shown), ()
        case SigningByHand(case), WentBack():
            return Checking(case), ()
        case ChoosingWay(case, shown), (WentBack() | WayChosen(Way.HAND)):
            return SigningByHand(case, shown), ()
        case ChoosingWay(case, shown), WayChosen(way):
            begun = identify.begin()
            return SigningByCard(case, shown, begun.state, witness=way is Way.WITNESS), begun.effects
        case SigningByCard(case, shown), WentBack():
            return ChoosingWay(case, shown), ()
        case SigningByCard(), _ if isinstance(event, get_args(ReaderEvent)):
            return _card_laid(page, cast(ReaderEvent, event), moment)
    return page, ()


def _card_laid(page: SigningByCard, event: ReaderEvent, moment: Moment) -> Vouching | Step:
    result = identify.step(page.identify, event, now=moment.at)
    if not isinstance(result.state, identify.Identified):
        return replace(page, identify=result.state), result.effects
    laid = result.state.applicant
    same = laid.card.number == page.case.applicant.card.number
    if same == page.witness:
        fault = WITNESS_IS_APPLICANT if page.witness else CARD_OF_SOMEBODY_ELSE
        return replace(page, identify=identify.NotRead(result.state.device, fault)), (FindCard(),)
    if page.witness:
        return Witnessed(laid.card.name, laid.card.number, laid.card.kind, laid.sam_number, laid.read_at)
    return CardAgain(laid.card.kind, laid.sam_number, laid.read_at)


def _seal(
    case: Case, shown: Shown, vouching: Vouching, moment: Moment, origin: Origin, catalogue: Catalogue, place: str
) -> Step:
    submission = compose(case, vouching=vouching, shown=shown, moment=moment, origin=origin, catalogue=catalogue)
    days = case.item.guide.promised_days
    filed = Filed(
        sid=submission.sid,
        slip_code=submission.slip_code,
        submitted_at=moment.at,
        item_id=case.item.id,
        item_name=case.item.called,
        promised_days=days.value if days.confirmed else "",
        later=tuple(material.name for material in case.later),
        place=place,
        simulated=origin.simulated,
    )
    return Sealing(case, shown, vouching, submission, filed), (Seal(submission),)


def _print(
    filed: Filed, submitted: Submitted, receipt: Receipt | None, *, copy: int
) -> tuple[Done, tuple[Effect, ...]]:
    job_id = f"{filed.sid}#{copy}"
    job = PrintSlip(job_id, filed.sid, slip(filed, receipt, copy=copy))
    return Done(filed, receipt, SlipPrinting(job_id), copy, receipt is not None, submitted), (job,)


def _done(page: Done, event: Event, moment: Moment) -> Step:
    match event:
        case Received(receipt) if receipt.sid == page.filed.sid:
            return replace(page, receipt=receipt), ()
        case PrintEnded(job_id, outcome) if page.slip == SlipPrinting(job_id):
            return replace(page, slip=_slip_after(outcome)), ()
        case ReprintAsked() if not isinstance(page.slip, SlipPrinting):
            done, effects = _print(page.filed, page.submitted, page.receipt, copy=page.copies + 1)
            return replace(done, rating=page.rating, level=page.level), effects
        case RatingGiven(level) if page.receipt and page.rating in {RatingState.OPEN, RatingState.FAILED}:
            if not 1 <= level <= HIGHEST_RATING:
                return page, ()
            rating = Rating(uuid7(moment.at, moment.entropy), page.filed.sid, level, moment.at)
            return replace(page, rating=RatingState.KEEPING, level=level), (KeepRating(rating),)
        case RatingKept() if page.rating is RatingState.KEEPING:
            return replace(page, rating=RatingState.KEPT), ()
        case RatingNotKept() if page.rating is RatingState.KEEPING:
            return replace(page, rating=RatingState.FAILED), ()
    return page, ()


def _slip_after(outcome: PrintOutcome) -> SlipPrinted | SlipNotPrinted | SlipUnknown:
    match outcome:
        case Printed():
            return SlipPrinted()
        case NotPrinted(fault):
            return SlipNotPrinted(fault)
        case PrintUnknown(fault):
            return SlipUnknown(fault)
