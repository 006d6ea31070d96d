"""The states of printing on A4, for the pictures of `ui.sheet`."""

from dataclasses import replace

from kiosk.faults import (
    PAGE_PRINTER_CANCELLED,
    PAGE_PRINTER_COVER_OPEN,
    PAGE_PRINTER_UNCONFIRMED,
    PAPER_OUT,
    SHEETS_JAMMED,
    SHEETS_OUT,
)
from kiosk.journeys.pages import Done, PrintingPages, ReadingGuide, SlipNotPrinted, SlipPrinted, SlipPrinting
from kiosk.journeys.printing import Printout, PrintoutComing, PrintoutFailed, PrintoutThere, PrintoutUnknown
from kiosk.ports import NeedsAttention
from kiosk.session import Session
from ui.sheet_application import FILED, RECEIPT, SUBMITTED, done
from ui.sheet_people import A4, A4_OUT, ALLOWANCE, BEGUN, INSURANCE, OFFLINE, at

GUIDE = ReadingGuide(ALLOWANCE)
DONE = Done(FILED, RECEIPT, SlipPrinted(), 1, numbered=True, submitted=SUBMITTED)
COVER_OPEN = replace(A4, page_printer=NeedsAttention(PAGE_PRINTER_COVER_OPEN))


def printing(printout: Printout, behind: ReadingGuide | Done = DONE) -> Session:
    return at(PrintingPages(behind, printout), A4)


def with_a4(session: Session) -> Session:
    return replace(session, devices=replace(session.devices, page_printer=A4.page_printer))


PRINTING: dict[str, Session] = {
    "a4-guide": at(GUIDE, A4),
    "a4-guide-insurance": at(ReadingGuide(INSURANCE), A4),
    "a4-guide-begun-offline": replace(at(ReadingGuide(ALLOWANCE, BEGUN), A4), delivery=OFFLINE),
    "a4-guide-no-paper": at(GUIDE, A4_OUT),
    "a4-done-printing": with_a4(done(SlipPrinting("job"), RECEIPT)),
    "a4-done-received": with_a4(done(SlipPrinted(), RECEIPT)),
    "a4-done-cover": at(DONE, COVER_OPEN),
    "a4-done-missing": with_a4(done(SlipNotPrinted(PAPER_OUT), RECEIPT, PAPER_OUT)),
    "a4-done-kept": with_a4(done(SlipPrinted())),
    "a4-done-kept-missing": with_a4(done(SlipNotPrinted(PAPER_OUT), None, PAPER_OUT)),
    "printing-sent": printing(PrintoutComing("job")),
    "printing-sheet": printing(PrintoutComing("job", sheets_out=1, sheets=2), GUIDE),
    "printing-waits": printing(PrintoutComing("job", sheets=1, waits_for=SHEETS_OUT)),
    "printing-cancelling": printing(PrintoutComing("job", sheets=1, cancelling=True)),
    "printing-there": printing(PrintoutThere(1)),
    "printing-there-guide": printing(PrintoutThere(2), GUIDE),
    "printing-failed": printing(PrintoutFailed(SHEETS_JAMMED, 1), GUIDE),
    "printing-cancelled": printing(PrintoutFailed(PAGE_PRINTER_CANCELLED, 0)),
    "printing-unknown": printing(PrintoutUnknown(PAGE_PRINTER_UNCONFIRMED)),
}
