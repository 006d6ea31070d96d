"""Sheets of A4 on their way: how many there are, what they wait for, how it ended and what one can do."""

from dataclasses import dataclass, replace
from typing import assert_never

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.availability import fault_of
from kiosk.faults import PAGE_PRINTER_CANCELLED, PAGE_PRINTER_TRAY_FULL, SHEETS_OUT, Fault
from kiosk.journeys.events import PagesPrintAsked, PagesPrintCancelled, WentBack
from kiosk.journeys.pages import Done, PrintingPages
from kiosk.journeys.printing import PrintoutComing, PrintoutFailed, PrintoutThere, PrintoutUnknown
from kiosk.ports import Starting
from kiosk.session import Session
from ui.pages.page_view_model import PageViewModel
from ui.place import Place
from ui.texts import Texts

QML_IMPORT_NAME = "Hall.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

WAITS = {SHEETS_OUT: "paper", PAGE_PRINTER_TRAY_FULL: "tray"}  # for the rest, staff come and look


@dataclass(frozen=True, slots=True)
class PrintingProps:
    """`mark`: the heading's, empty while it comes. `progress`: 0..1, or -1 while nobody knows.

    `other`: what else one can do, take it back or print again; `other_blocked`: why not now.
    """

    mark: str = ""
    heading: str = ""
    lead: str = ""
    state: str = ""
    tone: str = "working"
    progress: float = -1.0
    note: str = ""
    other: str = ""
    other_blocked: str = ""
    close: str = ""


def why_no_pages(session: Session, say: Texts) -> str | None:
    """Why nothing can be printed on A4 now, in a button's few words; empty: it can. None: there is no such printer."""
    printer = session.devices.page_printer
    if printer is None:
        return None
    if fault := fault_of(printer):
        return _short(fault, say)
    return say("printing.starting") if isinstance(printer, Starting) else ""


def derive_printing(page: PrintingPages, session: Session, place: Place, say: Texts) -> PrintingProps:
    kind = "copy" if isinstance(page.behind, Done) else "guide"
    match page.printout:
        case PrintoutComing() as coming:
            return _coming(coming, kind, say)
        case PrintoutThere(sheets):
            return PrintingProps(
                mark="good",
                heading=say(f"printing.there.{kind}"),
                lead=say(f"printing.there.lead.{kind}"),
                state=say("printing.there.state", sheets=sheets),
                tone="good",
                close=say("printing.close"),
            )
        case PrintoutFailed(fault, sheets_out):
            cancelled = fault == PAGE_PRINTER_CANCELLED
            return PrintingProps(
                mark="attention",
                heading=say("printing.cancelled" if cancelled else f"printing.failed.{kind}"),
                lead=say(f"printing.failed.lead.{kind}"),
                state=say(f"fault.{fault.code}"),
                tone="attention",
                note=say("printing.part", sheets=sheets_out) if sheets_out else "",
                other=say("printing.again"),
                other_blocked=why_no_pages(session, say) or "",
                close=say("printing.close"),
            )
        case PrintoutUnknown(fault):
            return PrintingProps(
                mark="attention",
                heading=say(f"printing.unknown.{kind}"),
                lead=say("printing.unknown.lead"),
                state=say(f"fault.{fault.code}"),
                tone="attention",
                other=say("printing.again"),
                other_blocked=why_no_pages(session, say) or "",
                close=say("printing.close"),
            )
    assert_never(page.printout)


def _coming(coming: PrintoutComing, kind: str, say: Texts) -> PrintingProps:
    props = PrintingProps(
        heading=say(f"printing.heading.{kind}"),
        lead=say("printing.lead"),
        state=say("printing.preparing"),
        other=say("printing.cancel"),
    )
    if coming.cancelling:
        lead, state = say("printing.cancelling.lead"), say("printing.cancelling")
        return replace(props, lead=lead, state=state, other_blocked=say("printing.cancel.asked"))
    if coming.waits_for:
        lead = say(f"printing.waits.{WAITS.get(coming.waits_for, 'staff')}")
        return replace(props, lead=lead, state=say(f"fault.{coming.waits_for.code}"), tone="attention")
    if not coming.sheets:
        return props
    at = min(coming.sheets_out + 1, coming.sheets)
    progress = coming.sheets_out / coming.sheets if coming.sheets > 1 else -1.0
    return replace(props, state=say("printing.sheet", sheet=at, sheets=coming.sheets), progress=progress)


def _short(fault: Fault, say: Texts) -> str:
    """What is wrong, where there is no room for what to do, nor for whose fault it is."""
    return say(f"fault.{fault.code}").partition("，")[0].removeprefix(say("printing.printer"))


@QmlElement
@QmlUncreatable("The shell creates it")
class PrintingViewModel(PageViewModel):
    changed = Signal()
    _props = PrintingProps()

    def _derive(self, page: PrintingPages, session: Session) -> PrintingProps:
        return derive_printing(page, session, self._place, self._say)

    # What a finger does

    @Slot()
    def close(self) -> None:
        self._post(WentBack())

    @Slot()
    def doOther(self) -> None:
        """Take it back while it comes, print it again when it did not."""
        self._post(
            WentBack() if not self._props.other else PagesPrintAsked() if self._props.close else PagesPrintCancelled()
        )

    # What the page binds to

    @Property(str, notify=changed)
    def mark(self) -> str:
        return self._props.mark

    @Property(str, notify=changed)
    def heading(self) -> str:
        return self._props.heading

    @Property(str, notify=changed)
    def lead(self) -> str:
        return self._props.lead

    @Property(str, notify=changed)
    def stateText(self) -> str:
        return self._props.state

    @Property(str, notify=changed)
    def tone(self) -> str:
        return self._props.tone

    @Property(float, notify=changed)
    def progress(self) -> float:
        return self._props.progress

    @Property(str, notify=changed)
    def note(self) -> str:
        return self._props.note

    @Property(str, notify=changed)
    def otherLabel(self) -> str:
        return self._props.other

    @Property(str, notify=changed)
    def otherBlocked(self) -> str:
        return self._props.other_blocked

    @Property(str, notify=changed)
    def closeLabel(self) -> str:
        return self._props.close
