"""What is true once a submission is sealed: whether the platform has it, and how its slip stands."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.availability import fault_of
from kiosk.faults import PRINTER_SLIP_WAITING, Fault
from kiosk.journeys.events import Event, LeftVisit, PagesPrintAsked, RatingGiven, ReprintAsked, WentHome
from kiosk.journeys.handing_in import HIGHEST_RATING
from kiosk.journeys.pages import (
    Done,
    RatingState,
    SlipNotPrinted,
    SlipPrinted,
    SlipPrinting,
    SlipUnknown,
)
from kiosk.ports import Degraded, Starting, Status
from kiosk.session import Session
from ui.pages.page_view_model import PageViewModel
from ui.pages.printing_view_model import why_no_pages
from ui.place import Place
from ui.rows import Rows
from ui.texts import Texts

QML_IMPORT_NAME = "Hall.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class Labelled:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class NextStep:
    """What happens next. `after` says that it is done already."""

    text: str
    after: str


@dataclass(frozen=True, slots=True)
class DoneProps:
    """`paper` is how the slip stands: printing, printed, missing (surely not there) or unknown.

    `numbers`: what to take along, the receipt number only once there is one. `reprint_blocked`: why no other slip
    can be printed now. `leaving_blocked`: why one should not leave yet. `chosen`: the level of the rating, 0 while
    there is none.
    """

    tone: str = ""
    heading: str = ""
    lead: str = ""
    paper: str = "printing"
    slip_heading: str = ""
    slip_lead: str = ""
    numbers: tuple[Labelled, ...] = ()
    payload: str = ""
    preview_heading: str = ""
    preview: tuple[Labelled, ...] = ()
    reprint_label: str = ""
    reprint_blocked: str = ""
    again_label: str = ""
    leaving_blocked: str = ""
    pages_label: str = ""
    pages_blocked: str = ""
    steps: tuple[NextStep, ...] = ()
    rating_heading: str = ""
    rating_note: str = ""
    rating_open: bool = False
    chosen: int = 0


def derive_done(page: Done, session: Session, place: Place, say: Texts) -> DoneProps:
    received = page.receipt is not None
    paper = _paper(page)
    kind = "received" if received else "kept"
    newer = received and not page.numbered and paper != "printing"
    pages_blocked = why_no_pages(session, say)
    return DoneProps(
        tone="good" if received else "kept",
        heading=say(f"done.{kind}.heading.{paper}" if paper in {"missing", "unknown"} else f"done.{kind}.heading"),
        lead=_lead(page, say, large=session.large),
        paper=paper,
        slip_heading=say(f"done.slip.{paper}"),
        slip_lead=_slip_lead(page, kind, paper, say, newer=newer),
        numbers=_numbers(page, say),
        payload=page.filed.slip_code,
        preview_heading="" if received else say("slip.title.kept"),
        preview=() if received else _preview(page, say),
        reprint_label=say("done.reprint.numbered" if newer else f"done.reprint.{paper}"),
        reprint_blocked=_reprint_blocked(page, session, say),
        again_label="" if paper == "printing" else say("done.again"),
        leaving_blocked=say("done.slip.printing") if paper == "printing" else "",
        pages_label=say("printing.ask.copy") if pages_blocked is not None else "",
        pages_blocked=say("done.slip.printing") if paper == "printing" else pages_blocked or "",
        steps=() if received else _steps(say),
        rating_heading=_rating_heading(page, say),
        rating_note=_rating_note(page, say),
        rating_open=received and page.rating in {RatingState.OPEN, RatingState.FAILED},
        chosen=page.level if page.rating is not RatingState.OPEN else 0,
    )


def _paper(page: Done) -> str:
    match page.slip:
        case SlipPrinting():
            return "printing"
        case SlipPrinted():
            return "printed"
        case SlipNotPrinted():
            return "missing"
        case SlipUnknown():
            return "unknown"
    assert_never(page.slip)


def _lead(page: Done, say: Texts, *, large: bool) -> str:
    match page.slip:
        case SlipNotPrinted(fault):
            key = "done.received.lead.missing" if page.receipt else "done.kept.lead.missing"
            return say(key, fault=_what(fault, say) if large else say(f"fault.{fault.code}"))
        case SlipUnknown():
            return say("done.received.lead.unknown" if page.receipt else "done.kept.lead.unknown")
    if page.receipt is None:
        return say("done.kept.lead")
    if page.filed.promised_days:
        return say("done.received.lead.days", days=page.filed.promised_days)
    return say("done.received.lead")


def _slip_lead(page: Done, kind: str, paper: str, say: Texts, *, newer: bool) -> str:
    if page.slip == SlipNotPrinted(PRINTER_SLIP_WAITING):
        return say("done.slip.missing.lead.waiting")
    if newer:
        return say("done.slip.newer")
    return say("done.slip.kept.lead" if (kind, paper) == ("kept", "printed") else f"done.slip.{paper}.lead")


def _numbers(page: Done, say: Texts) -> tuple[Labelled, ...]:
    code = Labelled(say("slip.slip_code"), page.filed.slip_code)
    if page.receipt is None:
        return (code,)
    return (Labelled(say("slip.receipt_number"), page.receipt.receipt_number), code)


def _preview(page: Done, say: Texts) -> tuple[Labelled, ...]:
    filed = page.filed
    return (
        Labelled(say("slip.item"), filed.item_name),
        Labelled(say("slip.time"), filed.submitted_at.strftime("%Y-%m-%d %H:%M")),
        Labelled(say("slip.place"), filed.place),
        Labelled(say("slip.slip_code"), filed.slip_code),
        Labelled(say("slip.state"), say("done.preview.state")),
    )


def _reprint_blocked(page: Done, session: Session, say: Texts) -> str:
    printer = session.devices.receipt_printer
    if isinstance(page.slip, SlipPrinting):
        return say("done.reprint.blocked.printing")
    if fault := fault_of(printer) or _in_its_mouth(printer):
        return _what(fault, say)
    return say("done.reprint.blocked.starting") if isinstance(printer, Starting) else ""


def _what(fault: Fault, say: Texts) -> str:
    """What is wrong, where there is no room for what to do."""
    return say(f"fault.{fault.code}").partition("，")[0]


def _in_its_mouth(printer: Status) -> Fault | None:
    """A slip that nobody has taken yet: none is printed over it."""
    waiting = isinstance(printer, Degraded) and PRINTER_SLIP_WAITING in printer.reasons
    return PRINTER_SLIP_WAITING if waiting else None


def _steps(say: Texts) -> tuple[NextStep, ...]:
    return (
        NextStep(say("done.step.kept"), say("keeping.done")),
        NextStep(say("done.step.send"), ""),
        NextStep(say("done.step.number"), ""),
    )


def _rating_heading(page: Done, say: Texts) -> str:
    if page.receipt is None:
        return ""
    return say("done.rating.kept" if page.rating is RatingState.KEPT else "done.rating")


def _rating_note(page: Done, say: Texts) -> str:
    return say(f"done.rating.note.{page.rating.value}") if page.receipt else ""


@QmlElement
@QmlUncreatable("The shell creates it")
class DoneViewModel(PageViewModel):
    changed = Signal()
    _props = DoneProps()

    def __init__(self, place: Place, say: Texts, post: Callable[[Event], None], parent: QObject | None = None) -> None:
        super().__init__(place, say, post, parent)
        self._steps = Rows(NextStep, self)

    def _derive(self, page: Done, session: Session) -> DoneProps:
        return derive_done(page, session, self._place, self._say)

    def _swap_rows(self) -> None:
        self._steps.swap(self._props.steps)

    # What a finger does

    @Slot()
    def reprint(self) -> None:
        self._post(ReprintAsked())

    @Slot()
    def printPages(self) -> None:
        self._post(PagesPrintAsked())

    @Slot(int)
    def rate(self, level: int) -> None:
        """`level`: 5 is the best."""
        if self._props.rating_open:
            self._post(RatingGiven(level))

    @Slot()
    def goHome(self) -> None:
        self._post(WentHome())

    @Slot()
    def finish(self) -> None:
        self._post(LeftVisit())

    # What the page binds to

    @Property(str, notify=changed)
    def tone(self) -> str:
        return self._props.tone

    @Property(str, notify=changed)
    def heading(self) -> str:
        return self._props.heading

    @Property(str, notify=changed)
    def lead(self) -> str:
        return self._props.lead

    @Property(str, notify=changed)
    def paper(self) -> str:
        return self._props.paper

    @Property(str, notify=changed)
    def slipHeading(self) -> str:
        return self._props.slip_heading

    @Property(str, notify=changed)
    def slipLead(self) -> str:
        return self._props.slip_lead

    @Property("QVariantList", notify=changed)
    def numbers(self) -> list[dict[str, str]]:
        return [{"label": number.label, "value": number.value} for number in self._props.numbers]

    @Property(str, notify=changed)
    def payload(self) -> str:
        return self._props.payload

    @Property(str, notify=changed)
    def previewHeading(self) -> str:
        """Empty where no picture of the slip is shown."""
        return self._props.preview_heading

    @Property("QVariantList", notify=changed)
    def preview(self) -> list[dict[str, str]]:
        return [{"label": row.label, "value": row.value} for row in self._props.preview]

    @Property(str, notify=changed)
    def reprintLabel(self) -> str:
        return self._props.reprint_label

    @Property(str, notify=changed)
    def reprintBlocked(self) -> str:
        return self._props.reprint_blocked

    @Property(str, notify=changed)
    def pagesLabel(self) -> str:
        """Empty where there is no printer for sheets of A4."""
        return self._props.pages_label

    @Property(str, notify=changed)
    def pagesBlocked(self) -> str:
        return self._props.pages_blocked

    @Property(QObject, constant=True)
    def steps(self) -> QObject:
        return self._steps

    @Property(str, notify=changed)
    def ratingHeading(self) -> str:
        """Empty while there is nothing to rate."""
        return self._props.rating_heading

    @Property(str, notify=changed)
    def ratingNote(self) -> str:
        return self._props.rating_note

    @Property(bool, notify=changed)
    def ratingOpen(self) -> bool:
        return self._props.rating_open

    @Property(int, notify=changed)
    def chosenLevel(self) -> int:
        return self._props.chosen

    @Property("QStringList", constant=True)
    def levels(self) -> list[str]:
        """From the best to the worst."""
        return [self._say(f"done.rating.{level}") for level in range(HIGHEST_RATING, 0, -1)]

    @Property(str, constant=True)
    def stepsHeading(self) -> str:
        return self._say("done.steps")

    @Property(str, constant=True)
    def photographHeading(self) -> str:
        return self._say("done.photograph")

    @Property(str, constant=True)
    def photographNote(self) -> str:
        return self._say("done.photograph.note")

    @Property(str, constant=True)
    def simulatedNotice(self) -> str:
        return self._say("simulated") if self._place.simulated else ""

    @Property(str, notify=changed)
    def againLabel(self) -> str:
        """Empty while one should stay."""
        return self._props.again_label

    @Property(str, notify=changed)
    def leavingBlocked(self) -> str:
        return self._props.leaving_blocked

    @Property(str, constant=True)
    def finishLabel(self) -> str:
        return self._say("done.finish")
