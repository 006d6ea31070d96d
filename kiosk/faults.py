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

STORE_FULL = Fault("store.full", WhoActs.MAINTENANCE)
STORE_NOT_WORKING = Fault("store.not_working", WhoActs.MAINTENANCE)
STORE_REFUSED = Fault("store.refused", WhoActs.CONFIGURATION)
CLOCK_WRONG = Fault("clock.wrong", WhoActs.MAINTENANCE)

ALL: dict[str, Fault] = {fault.code: fault for fault in list(globals().values()) if isinstance(fault, Fault)}
