"""Receipt printer on ESC/POS, over any byte transport.

`python -m drivers.receipt_printer.escpos_printer --probe --address tcp:printer:9100` asks one on its own.
"""

import argparse
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

from drivers.probing import Finding, probe_main, status_finding
from drivers.receipt_printer.escpos_encoding import FEED_AND_CUT, encode_document
from drivers.receipt_printer.escpos_status import (
    AUTOMATIC_STATUS_OFF,
    AUTOMATIC_STATUS_ON,
    CANCEL,
    INITIALISE,
    Asked,
    Condition,
    condition_of,
    encode_confirmation_request,
    encode_question,
    parse_heard,
    print_id,
)
from drivers.receipt_printer.glyphs import FontGlyphs, Glyphs
from drivers.receipt_printer.profiles import Profile, profile_named
from drivers.transport import Transport, TransportLost, open_transport
from kiosk.documents import Note, Qr, Rule, Title
from kiosk.faults import PAPER_LOW, PRINTER_SILENT, PRINTER_UNPLUGGED
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
)

TESTED_AGAINST = "scripted and simulated printers only; never run against a real device"
ANSWER_WITHIN_S = 1.0
ASK_AGAIN_AFTER_S = 1.0
PRINT_WITHIN_S = 10.0  # with the questions before it, inside the port's 15 s


class EscPosPrinter:
    """Satisfies `kiosk.ports.ReceiptPrinter`.

    After a slip that did not end well the printer may still hold its rest, and its first half may hang out. It is told
    to forget the rest at once, and again at the next word, so that nothing is printed by itself after a refill; and the
    next slip begins with a cut, so that a reprint is one whole slip.
    """

    def __init__(self, transport: Transport, profile: Profile, glyphs: Glyphs | None = None) -> None:
        self._transport = transport
        self._profile = profile
        self._glyphs = glyphs or FontGlyphs()
        self._rest_held = False
        self._half_hangs = False
        logging.getLogger(__name__).info("ESC/POS printer: tested against %s", TESTED_AGAINST)

    def status(self) -> Ready | Degraded | NeedsAttention | Disconnected:
        condition = self._asked_twice()
        if isinstance(condition, Disconnected):
            return condition
        if condition.fault is not None:
            return NeedsAttention(condition.fault)
        return Degraded((PAPER_LOW,)) if condition.paper_low else Ready()

    def print(self, job: PrintJob) -> PrintOutcome:
        slip = encode_document(job.document, self._profile, self._glyphs)
        identifier = print_id(job.job_id)
        condition = self._asked_twice()
        if condition.fault is not None:
            return NotPrinted(condition.fault)
        try:
            self._transport.write(INITIALISE + AUTOMATIC_STATUS_ON)
        except TransportLost:
            return NotPrinted(PRINTER_UNPLUGGED)
        try:
            cut_first = FEED_AND_CUT if self._half_hangs and self._profile.cutter else b""
            self._transport.write(cut_first + slip + encode_confirmation_request(identifier))
            outcome = self._outcome_of(identifier)
        except TransportLost:
            outcome = PrintUnknown(PRINTER_UNPLUGGED)
        self._rest_held = self._half_hangs = not isinstance(outcome, Printed)
        with suppress(TransportLost):
            if self._rest_held:
                self._transport.write(CANCEL + INITIALISE + encode_question(Asked.PRINTER))
                self._answer()  # once it answers, it has heard the cancel before anybody can refill it
            else:
                self._transport.write(AUTOMATIC_STATUS_OFF)
        return outcome

    def _outcome_of(self, identifier: bytes) -> PrintOutcome:
        """Listens until all is on paper, or the printer says no, or nothing comes any more."""
        deadline, received = time.monotonic() + PRINT_WITHIN_S, b""
        while (left := deadline - time.monotonic()) > 0:
            arrived = self._transport.read(within_s=min(left, ASK_AGAIN_AFTER_S))
            if not arrived:
                self._transport.write(encode_question(Asked.OFFLINE_CAUSE))
            heard = parse_heard(received + arrived)
            received = heard.rest
            if identifier in heard.confirmed:
                return Printed()
            answered = (condition_of([(Asked.OFFLINE_CAUSE, answer)]) for answer in heard.answers)
            faults = [condition.fault for condition in (*heard.automatic, *answered) if condition.fault is not None]
            if faults:
                return NotPrinted(faults[0])
        return PrintUnknown(PRINTER_SILENT)

    def _asked_twice(self) -> Condition | Disconnected:
        """All questions; once more on a new connection when the old one was closed while nobody printed."""
        condition = self._asked()
        return self._asked() if condition == Disconnected(PRINTER_UNPLUGGED) else condition

    def _asked(self) -> Condition | Disconnected:
        answers: list[tuple[Asked, int]] = []
        try:
            self._transport.discard_input()
            for asked in Asked:
                self._transport.write(encode_question(asked))
                answer = self._answer()
                if answer is None:
                    return Disconnected(PRINTER_SILENT)
                answers.append((asked, answer))
            if self._rest_held:
                self._transport.write(CANCEL)
                self._rest_held = False
        except TransportLost:
            return Disconnected(PRINTER_UNPLUGGED)
        return condition_of(answers)

    def _answer(self) -> int | None:
        deadline, received = time.monotonic() + ANSWER_WITHIN_S, b""
        while (left := deadline - time.monotonic()) > 0:
            received += self._transport.read(within_s=left)
            answers = parse_heard(received).answers
            if answers:
                return answers[0]
        return None


def _probe(chosen: argparse.Namespace) -> Iterator[Finding]:
    transport = open_transport(chosen.address)
    printer = EscPosPrinter(transport, profile_named(chosen.profile))
    yield Finding("tested against", TESTED_AGAINST)
    status = printer.status()
    yield status_finding(status)
    if chosen.slip and isinstance(status, Ready | Degraded):
        slip = (Title("自检"), Rule(), Note("这是一张测试小票，可以丢弃。"), Qr("TEST"))
        match printer.print(PrintJob(job_id=f"probe-{time.time_ns()}", document=slip)):
            case Printed():
                yield Finding("test slip", "printed")
            case NotPrinted(fault):
                yield Finding("test slip", f"not printed: {fault.code}", good=False)
            case PrintUnknown(fault):
                yield Finding("test slip", f"unknown: {fault.code}", good=False)
    transport.close()


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", default="80mm", help="a row of profiles.toml")
    parser.add_argument("--slip", action="store_true", help="print a test slip too")


if __name__ == "__main__":
    sys.exit(
        probe_main(
            _probe,
            program="drivers.receipt_printer.escpos_printer",
            address_example="tcp:192.0.2.7:9100",
            extend=_options,
        )
    )
