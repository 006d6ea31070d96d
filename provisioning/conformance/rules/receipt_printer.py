"""What every receipt printer must keep: printed means on paper, whole, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Protocol
from uuid import uuid4

from kiosk.documents import Field, Note, Qr, Title
from kiosk.documents import Rule as Line
from kiosk.faults import PAPER_OUT, PRINTER_CUTTER, PRINTER_HEAD_HOT, PRINTER_SLIP_WAITING, Fault
from kiosk.ports import (
    Degraded,
    Disconnected,
    NeedsAttention,
    NotPrinted,
    Printed,
    PrintJob,
    PrintUnknown,
    Ready,
    ReceiptPrinter,
)
from provisioning.conformance.expectations import expect, expect_a, expect_soon, expect_that
from provisioning.conformance.trying import Hands, Rule

WORDS = ("已收到您的申请", "凭条号", "K7QW-2MXD-90TZ", "请保管好这张凭条", "谢谢")
DOCUMENT = (Title(WORDS[0]), Line(), Field(WORDS[1], WORDS[2]), Note(WORDS[3]), Qr(WORDS[2]), Note(WORDS[4]))
HOSTILE = "\x1b@\x1d(H\x06\x0000abcd\x10\x05\x02 \x1b[2J 长" + "长" * 300
SLIP_WAITING = (Degraded,)  # of a printer with a mouth
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Slips:
    """What came out since the device was tidied: slips with all the words, each once, and other pieces of paper."""

    whole: int
    others: int = 0


def slips_among(pieces: Sequence[str], words: tuple[str, ...]) -> Slips:
    """`pieces`: the text on each piece of paper."""
    whole = sum(piece.count(words[0]) == 1 and all(word in piece for word in words) for piece in pieces)
    return Slips(whole, len(pieces) - whole)


class PrinterHands(Hands, Protocol):
    """`nearly_use_up` leaves paper for less than a slip; `put_right` undoes what `jam_cutter`, `heat_head` and
    `silence` did. `slips` waits for so many pieces, and looks at each: from its first word to its last."""

    def nearly_use_up(self) -> None: ...
    def take_paper_out(self) -> None: ...
    def refill(self) -> None: ...
    def open_cover(self) -> None: ...
    def close_cover(self) -> None: ...
    def jam_cutter(self) -> None: ...
    def heat_head(self) -> None: ...
    def silence(self) -> None: ...
    def put_right(self) -> None: ...
    def take_slip(self) -> None: ...
    def slips_taken_back(self) -> int: ...
    def unplug(self) -> None: ...
    def plug(self) -> None: ...
    def slips(self, words: tuple[str, ...], *, at_least: int) -> Slips: ...


def job(*notes: str) -> PrintJob:
    return PrintJob(f"conform-{uuid4().hex[:8]}-{next(_numbers)}", (DOCUMENT[0], *map(Note, notes), *DOCUMENT[1:]))


def came_out(hands: PrinterHands, whole: int) -> None:
    slips = hands.slips(WORDS, at_least=whole)
    expect(slips.whole, whole, "whole slips that came out")
    expect(slips.others, 0, "other pieces of paper that came out")


def each_slip_comes_out_whole_and_once(printer: ReceiptPrinter, hands: PrinterHands) -> None:
    """An idle printer is ready, and each slip comes out whole and once."""
    expect([printer.status(), printer.status()], [Ready(), Ready()], "asked twice how it is")
    for number in (1, 2):
        expect(printer.print(job()), Printed(), f"slip {number}")
        came_out(hands, number)


def without_paper_nothing_is_printed_and_a_refill_prints_nothing_by_itself(
    printer: ReceiptPrinter, hands: PrinterHands
) -> None:
    """Without paper nothing is printed, and a refill prints nothing by itself."""
    hands.take_paper_out()
    expect(printer.status(), NeedsAttention(PAPER_OUT), "asked how it is without paper")
    expect(printer.print(job()), NotPrinted(PAPER_OUT), "printing without paper")
    hands.refill()
    expect_soon(Ready, printer.status, "asked how it is with paper again")
    expect(printer.print(job()), Printed(), "printing after the refill")
    came_out(hands, 1)


def paper_that_ends_within_a_slip_is_not_printed(printer: ReceiptPrinter, hands: PrinterHands) -> None:
    """A slip within which the paper ends is not printed, and its reprint is one whole slip."""
    hands.nearly_use_up()
    expect_a(Degraded, printer.status(), "asked how it is with little paper")
    expect(printer.print(job()), NotPrinted(PAPER_OUT), "printing more than there is paper for")
    hands.refill()
    expect(printer.print(job()), Printed(), "printing after the refill")
    expect(hands.slips(WORDS, at_least=1).whole, 1, "whole slips that came out")


def an_open_cover_keeps_it_from_printing(printer: ReceiptPrinter, hands: PrinterHands) -> None:
    """An open cover keeps it from printing, and nothing waits inside for the cover to close."""
    hands.open_cover()
    opened = expect_a(NeedsAttention, printer.status(), "asked how it is with its cover open")
    expect(printer.print(job()), NotPrinted(opened.fault), "printing with the cover open")
    hands.close_cover()
    expect(printer.print(job()), Printed(), "printing with the cover closed")
    came_out(hands, 1)


def a_jammed_cutter_is_told_and_passes(printer: ReceiptPrinter, hands: PrinterHands) -> None:
    """A jammed cutter keeps it from printing, is told as such, and is over when it was put right."""
    hands.jam_cutter()
    _is_kept_from_printing(printer, hands, PRINTER_CUTTER)


def a_hot_head_is_told_and_passes(printer: ReceiptPrinter, hands: PrinterHands) -> None:
    """A head that is too hot keeps it from printing, is told as such, and is over when it has cooled."""
    hands.heat_head()
    _is_kept_from_printing(printer, hands, PRINTER_HEAD_HOT)


def _is_kept_from_printing(printer: ReceiptPrinter, hands: PrinterHands, fault: Fault) -> None:
    expect(printer.status(), NeedsAttention(fault), "asked how it is")
    expect(printer.print(job()), NotPrinted(fault), "printing all the same")
    hands.put_right()
    expect_soon(Ready, printer.status, "asked how it is when it was put right")
    expect(printer.print(job()), Printed(), "printing when it was put right")
    came_out(hands, 1)


def a_slip_that_nobody_confirms_is_unknown(printer: ReceiptPrinter, hands: PrinterHands) -> None:
    """A slip of which the printer never says that it is on paper is unknown, and never printed."""
    expect_soon(Ready, printer.status, "asked how it is")
    hands.silence()
    said = printer.print(job())
    expect_that(not isinstance(said, Printed), "a slip that nobody confirmed was called printed")
    expect_a(PrintUnknown, said, "printing while the printer answers nothing")
    hands.put_right()
    expect_soon(Ready, printer.status, "asked how it is when it answers again", or_a=SLIP_WAITING)
    expect(printer.print(job()), Printed(), "printing when it answers again")


def what_would_command_the_printer_is_printed(printer: ReceiptPrinter, hands: PrinterHands) -> None:
    """Control characters, printers' commands and very long lines in a slip's text command nothing."""
    expect(printer.print(job(HOSTILE)), Printed(), "a slip with a printer's commands in its text")
    came_out(hands, 1)
    expect_a(Ready, printer.status(), "asked how it is afterwards", or_a=SLIP_WAITING)


def what_is_used_only_grows(printer: ReceiptPrinter, hands: PrinterHands) -> None:
    """What a printer has used only grows, and a slip that was never begun uses nothing."""
    before = printer.used()
    hands.take_paper_out()
    expect_a(NotPrinted, printer.print(job()), "printing without paper")
    expect(printer.used(), before, "what was used by a slip that was never begun")
    hands.refill()
    expect_soon(Ready, printer.status, "asked how it is with paper again")
    expect(printer.print(job()), Printed(), "printing after the refill")
    after = printer.used()
    expect(after.cuts, before.cuts + 1, "cuts after one slip")
    expect_that(after.paper_mm > before.paper_mm + 40, "one slip used no more than 40 mm of paper")


def a_printer_that_was_unplugged_comes_back_by_itself(printer: ReceiptPrinter, hands: PrinterHands) -> None:
    """A printer that was unplugged says so, prints nothing, and comes back by itself."""
    expect_soon(Ready, printer.status, "asked how it is")
    hands.unplug()
    gone = expect_soon(Disconnected, printer.status, "asked how it is without its plug")
    expect(printer.print(job()), NotPrinted(gone.fault), "printing without its plug")
    hands.plug()
    expect_soon(Ready, printer.status, "asked how it is with its plug in again")
    expect(printer.print(job()), Printed(), "printing with its plug in again")
    came_out(hands, 1)


def a_slip_waits_in_the_mouth_until_it_is_taken(printer: ReceiptPrinter, hands: PrinterHands) -> None:
    """A slip waits in the mouth until it is taken, and is said to."""
    hands.take_slip()  # that it has a mouth
    expect(printer.print(job()), Printed(), "a slip")
    expect(printer.status(), Degraded((PRINTER_SLIP_WAITING,)), "asked how it is while a slip waits")
    hands.take_slip()
    expect(printer.status(), Ready(), "asked how it is when the slip was taken")


def a_forgotten_slip_is_gone_before_the_next_comes(printer: ReceiptPrinter, hands: PrinterHands) -> None:
    """A slip that nobody took is taken back before the next one comes."""
    before = hands.slips_taken_back()
    expect(printer.print(job()), Printed(), "a slip that nobody takes")
    expect(printer.print(job()), Printed(), "the next slip")
    expect(hands.slips_taken_back() - before, 1, "slips taken back")
    came_out(hands, 2)


RULES: tuple[Rule, ...] = (
    each_slip_comes_out_whole_and_once,
    without_paper_nothing_is_printed_and_a_refill_prints_nothing_by_itself,
    paper_that_ends_within_a_slip_is_not_printed,
    an_open_cover_keeps_it_from_printing,
    a_jammed_cutter_is_told_and_passes,
    a_hot_head_is_told_and_passes,
    a_slip_that_nobody_confirms_is_unknown,
    what_would_command_the_printer_is_printed,
    what_is_used_only_grows,
    a_printer_that_was_unplugged_comes_back_by_itself,
    a_slip_waits_in_the_mouth_until_it_is_taken,
    a_forgotten_slip_is_gone_before_the_next_comes,
)
