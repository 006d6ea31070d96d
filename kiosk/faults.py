"""Faults: what went wrong in the world, and who must act.

Texts follow from the code: `fault.<code>` for the citizen, `fault.<code>.technician` for the technician.
A bug is an exception, never a fault.
"""

from dataclasses import dataclass
from enum import Enum


class WhoActs(Enum):
    """Recovery in the words of CEN XFS4IoT."""

    CLEAR = "clear"  # staff on site
    MAINTENANCE = "maintenance"  # an engineer
    CONFIGURATION = "configuration"  # the operator
    RESET = "reset"  # the program itself


@dataclass(frozen=True, slots=True)
class Fault:
    """Something expected that went wrong in the world."""

    code: str
    who_acts: WhoActs


CARD_LIFTED_TOO_EARLY = Fault("idcard.lifted", WhoActs.RESET)
CARD_UNREADABLE = Fault("idcard.unreadable", WhoActs.RESET)
CARD_UNSUPPORTED = Fault("idcard.unsupported", WhoActs.RESET)
CARDS_TWO = Fault("idcard.two", WhoActs.RESET)
CARD_OF_SOMEBODY_ELSE = Fault("idcard.somebody_else", WhoActs.RESET)
WITNESS_IS_APPLICANT = Fault("idcard.witness_is_applicant", WhoActs.RESET)
READER_SILENT = Fault("idcard.reader.silent", WhoActs.MAINTENANCE)
READER_NOT_WORKING = Fault("idcard.reader.not_working", WhoActs.MAINTENANCE)
READER_UNPLUGGED = Fault("idcard.reader.unplugged", WhoActs.CLEAR)
PHOTO_DECODER_FAILED = Fault("idcard.reader.photo_decoder", WhoActs.MAINTENANCE)

SMART_CARD_REMOVED = Fault("smartcard.removed", WhoActs.RESET)
SMART_CARD_UNREADABLE = Fault("smartcard.unreadable", WhoActs.RESET)
SMART_CARD_UNSUPPORTED = Fault("smartcard.unsupported", WhoActs.RESET)
SMART_CARD_READER_UNPLUGGED = Fault("smartcard.reader.unplugged", WhoActs.CLEAR)
SMART_CARD_READER_BUSY = Fault("smartcard.reader.busy", WhoActs.RESET)
SMART_CARD_SERVICE_AWAY = Fault("smartcard.service.away", WhoActs.RESET)

CODE_READER_UNPLUGGED = Fault("code.reader.unplugged", WhoActs.CLEAR)
CODE_READER_SILENT = Fault("code.reader.silent", WhoActs.MAINTENANCE)
CODE_READER_NOT_WORKING = Fault("code.reader.not_working", WhoActs.MAINTENANCE)

CAMERA_UNPLUGGED = Fault("camera.unplugged", WhoActs.CLEAR)
CAMERA_NOT_WORKING = Fault("camera.not_working", WhoActs.MAINTENANCE)
CAMERA_FROZEN = Fault("camera.frozen", WhoActs.RESET)
CAMERA_NO_PAGE = Fault("camera.no_page", WhoActs.RESET)

SCANNER_UNPLUGGED = Fault("scanner.unplugged", WhoActs.CLEAR)
SCANNER_SILENT = Fault("scanner.silent", WhoActs.MAINTENANCE)
SCANNER_NOT_WORKING = Fault("scanner.not_working", WhoActs.MAINTENANCE)
SCANNER_DENIED = Fault("scanner.denied", WhoActs.CONFIGURATION)
SCANNER_BUSY = Fault("scanner.busy", WhoActs.RESET)
SCANNER_NO_MEMORY = Fault("scanner.no_memory", WhoActs.RESET)
SCANNER_NO_SHEETS = Fault("scanner.no_sheets", WhoActs.RESET)
SCANNER_JAMMED = Fault("scanner.jammed", WhoActs.CLEAR)
SCANNER_COVER_OPEN = Fault("scanner.cover_open", WhoActs.CLEAR)

PAPER_OUT = Fault("printer.paper_out", WhoActs.CLEAR)
PAPER_LOW = Fault("printer.paper_low", WhoActs.CLEAR)
PRINTER_COVER_OPEN = Fault("printer.cover_open", WhoActs.CLEAR)
PRINTER_JAMMED = Fault("printer.jammed", WhoActs.CLEAR)
PRINTER_CUTTER = Fault("printer.cutter", WhoActs.CLEAR)
PRINTER_HEAD_HOT = Fault("printer.head_hot", WhoActs.RESET)
PRINTER_SLIP_WAITING = Fault("printer.slip_waiting", WhoActs.CLEAR)
PRINTER_NOT_WORKING = Fault("printer.not_working", WhoActs.MAINTENANCE)
PRINTER_UNPLUGGED = Fault("printer.unplugged", WhoActs.CLEAR)
PRINTER_SILENT = Fault("printer.silent", WhoActs.MAINTENANCE)

SHEETS_OUT = Fault("page_printer.paper_out", WhoActs.CLEAR)
SHEETS_LOW = Fault("page_printer.paper_low", WhoActs.CLEAR)
SHEETS_JAMMED = Fault("page_printer.jammed", WhoActs.CLEAR)
PAGE_PRINTER_COVER_OPEN = Fault("page_printer.cover_open", WhoActs.CLEAR)
PAGE_PRINTER_TRAY_FULL = Fault("page_printer.tray_full", WhoActs.CLEAR)
TONER_LOW = Fault("page_printer.toner_low", WhoActs.CLEAR)
TONER_OUT = Fault("page_printer.toner_out", WhoActs.CLEAR)
PAGE_PRINTER_PAUSED = Fault("page_printer.paused", WhoActs.CLEAR)
PAGE_PRINTER_BUSY = Fault("page_printer.busy", WhoActs.RESET)
PAGE_PRINTER_REFUSED = Fault("page_printer.refused", WhoActs.CONFIGURATION)
PAGE_PRINTER_CANCELLED = Fault("page_printer.cancelled", WhoActs.RESET)
PAGE_PRINTER_UNCONFIRMED = Fault("page_printer.unconfirmed", WhoActs.MAINTENANCE)
PAGE_PRINTER_NOT_WORKING = Fault("page_printer.not_working", WhoActs.MAINTENANCE)
PAGE_PRINTER_UNPLUGGED = Fault("page_printer.unplugged", WhoActs.CLEAR)
PAGE_PRINTER_SILENT = Fault("page_printer.silent", WhoActs.MAINTENANCE)

STORE_FULL = Fault("store.full", WhoActs.MAINTENANCE)
STORE_NOT_WORKING = Fault("store.not_working", WhoActs.MAINTENANCE)
STORE_REFUSED = Fault("store.refused", WhoActs.CONFIGURATION)
CLOCK_WRONG = Fault("clock.wrong", WhoActs.MAINTENANCE)

ALL: dict[str, Fault] = {fault.code: fault for fault in list(globals().values()) if isinstance(fault, Fault)}
