"""Receipt printer on ESC/POS, over any byte transport.

`python -m drivers.receipt_printer.escpos_printer --probe --address tcp:printer:9100` asks one on its own.
"""

import logging
import math
import sys
import time
from contextlib import suppress

from drivers.receipt_printer.conversation import Conversation
from drivers.receipt_printer.escpos_encoding import Piece, encode_document, encode_ending
from drivers.receipt_printer.escpos_status import (
    AUTOMATIC_STATUS_OFF,
    AUTOMATIC_STATUS_ON,
    CANCEL,
    INITIALISE,
    Condition,
    encode_confirmation_request,
    encode_spelling,
    print_id,
    spelt,
)
from drivers.receipt_printer.glyphs import FontGlyphs, Glyphs
from drivers.receipt_printer.profiles import Profile
from drivers.transport import Transport, TransportLost
from kiosk.faults import (
    PAPER_LOW,
    PRINTER_CUTTER,
    PRINTER_HEAD_HOT,
    PRINTER_JAMMED,
    PRINTER_SILENT,
    PRINTER_SLIP_WAITING,
    PRINTER_UNPLUGGED,
    Fault,
)
from kiosk.ports import (
    Degraded,
    Disconnected,
    NeedsAttention,
    NotPrinted,
    Printed,
    PrintJob,
    PrintOutcome,
    PrintUnknown,
    Ready,
    Used,
)

TESTED_AGAINST = "scripted and simulated printers, on a kernel's USB too; never run against a real device"
ASK_AGAIN_AFTER_S = 1.0
PRINT_WITHIN_S = 12.0  # from the first question to the last word about the slip
ASK_WITHIN_S = 14.5  # inside the port's 15 s: what comes last gets what is left
LISTEN_FOR_TROUBLE_S = 3.0  # to a printer that confirms nothing
CLEAR_WITHIN_S = 3.0
LOOK_AGAIN_AFTER_S = 0.1
STUCK = (PRINTER_CUTTER, PRINTER_JAMMED)  # freed by hand, and then told to go on; with the cover open nothing is told
SLICE = 512  # bytes, half a second at 9600 baud: between two it is listened to


class EscPosPrinter:
    """Satisfies `kiosk.ports.ReceiptPrinter`.

    After a slip that did not end well the printer may still hold its rest, and its first half may hang out. It is told
    to forget the rest at once, and again at the next word, so that nothing is printed by itself after a refill; and the
    next slip begins with a cut, so that a reprint is one whole slip. A hot head is waited for: it goes on by itself.
    """

    def __init__(self, transport: Transport, profile: Profile, glyphs: Glyphs | None = None) -> None:
        self._profile = profile
        self._glyphs = glyphs or FontGlyphs()
        self._talk = Conversation(transport, profile.status)
        self._rest_held = False
        self._half_hangs = False
        self._dots = 0
        self._cuts = 0
        logging.getLogger(__name__).info("ESC/POS printer: tested against %s", TESTED_AGAINST)

    def status(self) -> Ready | Degraded | NeedsAttention | Disconnected:
        condition = self._asked_twice()
        if isinstance(condition, Disconnected):
            return condition
        if condition.fault is not None:
            return NeedsAttention(condition.fault)
        told = ((condition.paper_low, PAPER_LOW), (condition.slip_waiting, PRINTER_SLIP_WAITING))
        reasons = tuple(fault for is_so, fault in told if is_so)
        return Degraded(reasons) if reasons else Ready()

    def used(self) -> Used:
        """From what was sent, also where a slip then ended half-way. The size of a QR code is an estimate, and the way
        to the knife is not known. The cut of a slip that was not printed does not count."""
        return Used(paper_mm=round(self._dots / self._profile.dots_per_mm), cuts=self._cuts)

    def print(self, job: PrintJob) -> PrintOutcome:
        began = time.monotonic()
        self._talk.until_s = began + ASK_WITHIN_S
        outcome = self._printed(job, deadline=began + PRINT_WITHIN_S)
        self._talk.until_s = math.inf
        return outcome

    def _printed(self, job: PrintJob, *, deadline: float) -> PrintOutcome:
        slip = encode_document(job.document, self._profile, self._glyphs)
        condition = self._asked_twice()
        if condition.fault is not None:
            return NotPrinted(condition.fault)
        try:
            if isinstance(condition, Condition) and condition.slip_waiting and not self._mouth_cleared():
                return NotPrinted(PRINTER_SLIP_WAITING)
            expected = self._prepared(print_id(job.job_id))
        except TransportLost:
            return NotPrinted(PRINTER_UNPLUGGED)
        outcome = self._sent([*self._cut_first(), *slip], expected, print_id(job.job_id), deadline)
        self._rest_held = self._half_hangs = not isinstance(outcome, Printed)
        with suppress(TransportLost):
            if self._rest_held:
                self._talk.write(CANCEL + INITIALISE)
                self._talk.ask()  # once it answers, it has heard the cancel before anybody can refill it
            elif self._by_id:
                self._talk.write(AUTOMATIC_STATUS_OFF)
        return outcome

    @property
    def _by_id(self) -> bool:
        return self._profile.confirmation == "gs-h"

    def _cut_first(self) -> list[Piece]:
        """What severs the half of an earlier slip, and takes it out of the mouth."""
        if not self._half_hangs or self._profile.cutter == "none":
            return []
        ending, presenter = encode_ending(self._profile), self._profile.presenter
        cleared = bytes.fromhex(presenter.clear) if presenter else b""
        return [Piece(ending.octets + cleared, ending.dots, ending.cuts)]

    def _mouth_cleared(self) -> bool:
        """Nobody took the last slip: take it back or drop it, as the profile says, and see that it is gone."""
        if self._profile.presenter is None:
            return False
        self._talk.write(bytes.fromhex(self._profile.presenter.clear))
        deadline = time.monotonic() + CLEAR_WITHIN_S
        while time.monotonic() < deadline:
            condition = self._talk.ask()
            if condition is not None and not condition.slip_waiting:
                return condition.fault is None
            self._talk.listen(within_s=LOOK_AGAIN_AFTER_S)
        return False

    def _prepared(self, identifier: bytes) -> bytes:
        """Ready for a slip. Gives the bytes that will say that it is on paper; empty when none will."""
        self._talk.write(INITIALISE + (AUTOMATIC_STATUS_ON if self._by_id else b""))
        match self._profile.confirmation:
            case "gs-h":
                return identifier
            case "status-drained":
                model, kind = (self._talk.parse(self._talk.answer_to(b"\x1dI" + n)).others for n in (b"\x01", b"\x02"))
                return spelt(identifier, model, kind)
            case "none":
                return b""

    def _sent(self, pieces: list[Piece], expected: bytes, identifier: bytes, deadline: float) -> PrintOutcome:
        """Sends, and listens until all is on paper, or the printer says no, or nothing comes any more."""
        asked = encode_confirmation_request(identifier) if self._by_id else encode_spelling(identifier)
        stream = b"".join(piece.octets for piece in pieces) + (asked if expected else b"")
        sent = 0
        try:
            while (left := deadline - time.monotonic()) > 0:
                if sent < len(stream) and not self._talk.paused:
                    self._talk.write(stream[sent : sent + SLICE])
                    sent += SLICE
                    if sent >= len(stream) and not expected:
                        deadline = min(deadline, time.monotonic() + LISTEN_FOR_TROUBLE_S)
                    left = 0
                heard = self._talk.listen(within_s=min(left, ASK_AGAIN_AFTER_S))
                fault = self._stopped_by() if heard.troubled else None
                if self._confirmed(expected):
                    return self._ended(pieces, sent, Printed())
                if fault is not None:
                    return self._ended(pieces, sent, NotPrinted(fault))
                if left and self._talk.silent:
                    self._talk.poll()
            condition = self._talk.ask()
            if self._confirmed(expected):
                return self._ended(pieces, sent, Printed())
        except TransportLost:
            return self._ended(pieces, sent, PrintUnknown(self._cause_of_loss()))
        if condition is not None and condition.fault is not None:
            return self._ended(pieces, sent, NotPrinted(condition.fault))
        return self._ended(pieces, sent, PrintUnknown(PRINTER_SILENT))

    def _confirmed(self, expected: bytes) -> bool:
        if not expected:
            return False
        return expected in (self._talk.confirmed if self._by_id else self._talk.others)

    def _stopped_by(self) -> Fault | None:
        """What stopped it for good. One word may be noise: it must say so twice, when asked."""
        first, second = self._talk.ask(), self._talk.ask()
        if first is None or second is None or first.fault != second.fault or first.fault == PRINTER_HEAD_HOT:
            return None
        return first.fault

    def _cause_of_loss(self) -> Fault:
        """Why the wire broke within a slip, if the printer can be reached again and says."""
        condition = self._asked()
        return condition.fault or PRINTER_UNPLUGGED

    def _ended(self, pieces: list[Piece], sent: int, outcome: PrintOutcome) -> PrintOutcome:
        """Counts what the pieces that were sent whole have used."""
        for at, piece in enumerate(pieces):
            sent -= len(piece.octets)
            if sent >= 0:
                self._dots += piece.dots
                self._cuts += piece.cuts if at < len(pieces) - 1 or not isinstance(outcome, NotPrinted) else 0
        return outcome

    def _asked_twice(self) -> Condition | Disconnected:
        """All questions; once more on a new connection when the old one was closed while nobody printed."""
        condition = self._asked()
        return self._asked() if condition == Disconnected(PRINTER_UNPLUGGED) else condition

    def _asked(self) -> Condition | Disconnected:
        try:
            self._talk.begin()
            condition = self._talk.ask()
            if condition is None:
                return Disconnected(PRINTER_SILENT)
            if self._rest_held or condition.fault in STUCK:
                self._talk.write(CANCEL)
                self._rest_held = False
        except TransportLost:
            return Disconnected(PRINTER_UNPLUGGED)
        return condition


if __name__ == "__main__":
    from drivers.receipt_printer.printer_probe import main

    sys.exit(main())
