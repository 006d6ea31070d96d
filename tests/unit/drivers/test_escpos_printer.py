"""The printer's truth: printed only when it says so, and never a rest that comes out later."""

import pytest

from drivers.receipt_printer.escpos_printer import EscPosPrinter
from drivers.receipt_printer.profiles import profile_named
from kiosk.documents import Note, Qr, Title
from kiosk.faults import (
    PAPER_LOW,
    PAPER_OUT,
    PRINTER_COVER_OPEN,
    PRINTER_CUTTER,
    PRINTER_HEAD_HOT,
    PRINTER_JAMMED,
    PRINTER_NOT_WORKING,
    PRINTER_SILENT,
    PRINTER_UNPLUGGED,
)
from kiosk.ports import Degraded, Disconnected, NeedsAttention, NotPrinted, Printed, PrintJob, PrintUnknown, Ready
from tests.wires.printer_wire import PrinterWire, Trouble

SLIP = PrintJob("job-1", (Title("已收到"), *(Note(f"第 {n} 行") for n in range(1, 9)), Qr("K7QW-2MXD-90TZ")))
REPRINT = PrintJob("job-2", SLIP.document)
TROUBLES = {
    Trouble.MECHANICAL: PRINTER_JAMMED,
    Trouble.CUTTER: PRINTER_CUTTER,
    Trouble.BROKEN: PRINTER_NOT_WORKING,
    Trouble.HOT: PRINTER_HEAD_HOT,
}
LINES = ["已收到", *(f"第 {n} 行" for n in range(1, 9))]


@pytest.fixture
def wire() -> PrinterWire:
    return PrinterWire()


@pytest.fixture
def printer(wire: PrinterWire, monkeypatch: pytest.MonkeyPatch) -> EscPosPrinter:
    monkeypatch.setattr("drivers.receipt_printer.conversation.ANSWER_WITHIN_S", 0.1)
    monkeypatch.setattr("drivers.receipt_printer.escpos_printer.PRINT_WITHIN_S", 0.2)
    return EscPosPrinter(wire, profile_named("80mm"))


def test_what_the_printer_confirms_is_printed(printer: EscPosPrinter, wire: PrinterWire) -> None:
    assert printer.print(SLIP) == Printed()
    assert [slip.text for slip in wire.slips] == [LINES]
    assert wire.slips[0].codes == ["K7QW-2MXD-90TZ"]


def test_two_slips_do_not_disturb_each_other(printer: EscPosPrinter, wire: PrinterWire) -> None:
    assert [printer.print(SLIP), printer.print(REPRINT)] == [Printed(), Printed()]
    assert [slip.text for slip in wire.slips] == [LINES, LINES]


def test_the_status_says_what_somebody_must_do(printer: EscPosPrinter, wire: PrinterWire) -> None:
    assert printer.status() == Ready()
    wire.lines_left = 20
    assert printer.status() == Degraded((PAPER_LOW,))
    wire.lines_left = 0
    assert printer.status() == NeedsAttention(PAPER_OUT)
    wire.cover_open = True
    assert printer.status() == NeedsAttention(PRINTER_COVER_OPEN)
    wire.cover_open, wire.lines_left = False, 1000
    for trouble, fault in TROUBLES.items():
        wire.trouble = trouble
        assert printer.status() == NeedsAttention(fault)


def test_without_paper_nothing_is_sent(printer: EscPosPrinter, wire: PrinterWire) -> None:
    wire.take_paper_out()
    assert printer.print(SLIP) == NotPrinted(PAPER_OUT)
    assert set(wire.received) <= {0x10, 1, 2, 3, 4}


def test_with_the_cover_open_nothing_is_sent(printer: EscPosPrinter, wire: PrinterWire) -> None:
    wire.cover_open = True
    assert printer.print(SLIP) == NotPrinted(PRINTER_COVER_OPEN)
    assert not wire.waiting


@pytest.mark.parametrize("tells_changes", [True, False])
def test_paper_that_ends_within_a_slip_is_not_printed_and_the_rest_never_comes(
    printer: EscPosPrinter, wire: PrinterWire, *, tells_changes: bool
) -> None:
    wire.lines_left, wire.tells_changes = 4, tells_changes
    assert printer.print(SLIP) == NotPrinted(PAPER_OUT)
    wire.refill()
    assert not wire.slips
    assert printer.status() == Ready()
    assert printer.print(REPRINT) == Printed()
    assert [slip.text for slip in wire.slips] == [LINES[:4], LINES], "the half that hung out is cut off first"


def test_a_printer_that_never_confirms_is_never_believed(printer: EscPosPrinter, wire: PrinterWire) -> None:
    wire.mute_confirmation = True
    assert printer.print(SLIP) == PrintUnknown(PRINTER_SILENT)


def test_an_old_confirmation_does_not_count(printer: EscPosPrinter, wire: PrinterWire) -> None:
    assert printer.print(SLIP) == Printed()
    wire.mute_confirmation = True
    wire.pending = b"\x37\x22" + wire.received[-9:-5] + b"\x00"
    assert printer.print(REPRINT) == PrintUnknown(PRINTER_SILENT)


def test_a_silent_printer_gets_nothing_sent(printer: EscPosPrinter, wire: PrinterWire) -> None:
    wire.silent = True
    assert printer.status() == Disconnected(PRINTER_SILENT)
    assert printer.print(SLIP) == NotPrinted(PRINTER_SILENT)
    assert not wire.slips


def test_a_plug_pulled_before_anything_was_sent_is_not_printed(printer: EscPosPrinter, wire: PrinterWire) -> None:
    wire.plugged = False
    assert printer.status() == Disconnected(PRINTER_UNPLUGGED)
    assert printer.print(SLIP) == NotPrinted(PRINTER_UNPLUGGED)
    wire.plugged, wire.pulled_after = True, 4
    assert printer.print(SLIP) == NotPrinted(PRINTER_UNPLUGGED)


def test_a_plug_pulled_while_it_prints_is_unknown(printer: EscPosPrinter, wire: PrinterWire) -> None:
    wire.pulled_after = 5
    assert printer.print(SLIP) == PrintUnknown(PRINTER_UNPLUGGED)
    wire.plugged, wire.pulled_after = True, None
    assert printer.print(REPRINT) == Printed()
    assert [slip.text for slip in wire.slips if slip.text] == [LINES]


def test_a_connection_that_grew_stale_is_opened_again_unseen(printer: EscPosPrinter, wire: PrinterWire) -> None:
    wire.stale = True
    assert printer.print(SLIP) == Printed()
