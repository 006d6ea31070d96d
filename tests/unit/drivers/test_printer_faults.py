"""Every fault within a slip: its value, its code, nothing by itself afterwards, and the next slip whole."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.receipt_printer.escpos_printer import SLICE, EscPosPrinter
from drivers.receipt_printer.escpos_status import CANCEL, print_id
from drivers.receipt_printer.profiles import profile_named
from kiosk.documents import Note, Qr, Title
from kiosk.faults import (
    PAPER_OUT,
    PRINTER_COVER_OPEN,
    PRINTER_CUTTER,
    PRINTER_HEAD_HOT,
    PRINTER_JAMMED,
    PRINTER_NOT_WORKING,
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
    PrintUnknown,
    Ready,
    Used,
)
from tests.wires.printer_wire import PrinterWire, Trouble

SLIP = PrintJob("job-1", (Title("已收到"), *(Note(f"第 {n} 行") for n in range(1, 9)), Qr("K7QW-2MXD-90TZ")))
REPRINT = PrintJob("job-2", (SLIP.document[0], Note("第 2 次打印"), *SLIP.document[1:]))
LINES = ["已收到", "第 2 次打印", *(f"第 {n} 行" for n in range(1, 9))]
PROFILES = {"80mm": "escpos", "custom-kiosk": "custom"}


@pytest.fixture(autouse=True)
def _short_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.receipt_printer.conversation.ANSWER_WITHIN_S", 0.1)
    monkeypatch.setattr("drivers.receipt_printer.conversation.QUIET_S", 0.0)
    monkeypatch.setattr("drivers.receipt_printer.escpos_printer.PRINT_WITHIN_S", 0.3)
    monkeypatch.setattr("drivers.receipt_printer.escpos_printer.CLEAR_WITHIN_S", 0.05)


@pytest.fixture(params=PROFILES)
def profile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def wire(profile: str) -> PrinterWire:
    return PrinterWire(dialect="custom" if profile == "custom-kiosk" else "escpos")


@pytest.fixture
def printer(wire: PrinterWire, profile: str) -> EscPosPrinter:
    return EscPosPrinter(wire, profile_named(profile))


def whole_slips(wire: PrinterWire) -> list[list[str]]:
    return [slip.text for slip in wire.slips if slip.text[:1] == ["已收到"] and slip.text[-1:] == ["第 8 行"]]


def stop_by(trouble: Trouble) -> Callable[[PrinterWire], None]:
    return lambda wire: wire.set_trouble(trouble)


def put_right(wire: PrinterWire) -> None:
    wire.close_cover()
    wire.set_trouble(None)
    wire.refill()


STOPPED = {
    "paper ends": (PrinterWire.take_paper_out, PAPER_OUT),
    "cover is opened": (PrinterWire.open_cover, PRINTER_COVER_OPEN),
    "paper jams": (stop_by(Trouble.MECHANICAL), PRINTER_JAMMED),
    "cutter sticks": (stop_by(Trouble.CUTTER), PRINTER_CUTTER),
    "mechanism breaks": (stop_by(Trouble.BROKEN), PRINTER_NOT_WORKING),
    "head stays hot": (stop_by(Trouble.HOT), PRINTER_HEAD_HOT),
}


@pytest.mark.parametrize(("happens", "fault"), STOPPED.values(), ids=STOPPED)
@pytest.mark.parametrize("tells_changes", [True, False])
def test_what_stops_a_slip_is_told_and_the_reprint_is_whole(
    printer: EscPosPrinter,
    wire: PrinterWire,
    *,
    happens: Callable[[PrinterWire], None],
    fault: Fault,
    tells_changes: bool,
) -> None:
    wire.tells_changes, wire.after_lines = tells_changes, (3, lambda: happens(wire))
    assert printer.print(SLIP) == NotPrinted(fault)
    assert printer.status() == NeedsAttention(fault)
    assert printer.print(SLIP) == NotPrinted(fault)
    put_right(wire)
    assert not wire.slips, "nothing comes out by itself"
    assert printer.status() == Ready()
    assert printer.print(REPRINT) == Printed()
    assert wire.slips[-1].text == LINES
    assert len(whole_slips(wire)) == 1


def test_a_head_that_cools_down_goes_on_and_the_slip_is_printed(printer: EscPosPrinter, wire: PrinterWire) -> None:
    wire.after_lines, wire.cools_after = (3, lambda: wire.set_trouble(Trouble.HOT)), 6
    assert printer.print(REPRINT) == Printed()
    assert [slip.text for slip in wire.slips] == [LINES]


def test_a_hot_head_comes_back_by_itself(printer: EscPosPrinter, wire: PrinterWire) -> None:
    wire.set_trouble(Trouble.HOT)
    assert printer.status() == NeedsAttention(PRINTER_HEAD_HOT)
    wire.cools_after = 1
    assert printer.status() == Ready()


@pytest.mark.parametrize("trouble", [Trouble.CUTTER, Trouble.MECHANICAL])
def test_what_was_stuck_and_freed_is_told_to_go_on(printer: EscPosPrinter, wire: PrinterWire, trouble: Trouble) -> None:
    wire.set_trouble(trouble)
    assert isinstance(printer.status(), NeedsAttention)
    wire.freed = True
    assert isinstance(printer.status(), NeedsAttention), "it said so before it was told"
    assert printer.status() == Ready()


def test_nothing_moves_while_the_cover_is_open(printer: EscPosPrinter, wire: PrinterWire) -> None:
    wire.set_trouble(Trouble.CUTTER)
    wire.open_cover()
    assert printer.status() == NeedsAttention(PRINTER_COVER_OPEN)
    assert CANCEL not in wire.received


def test_power_lost_within_a_slip_is_unknown_and_the_reprint_is_whole(
    printer: EscPosPrinter, wire: PrinterWire
) -> None:
    wire.after_lines = (3, wire.power_off)
    assert printer.print(SLIP) == PrintUnknown(PRINTER_UNPLUGGED)
    assert printer.status() == Disconnected(PRINTER_UNPLUGGED)
    wire.plugged = True
    assert printer.status() == Ready()
    assert printer.print(REPRINT) == Printed()
    assert wire.slips[-1].text == LINES


@pytest.mark.parametrize("writes", range(1, 9))
def test_a_connection_that_is_closed_is_never_a_success_and_never_twice_a_slip(
    printer: EscPosPrinter, wire: PrinterWire, writes: int
) -> None:
    wire.lines_left, wire.closed_after = 3, writes
    outcome = printer.print(SLIP)
    assert not isinstance(outcome, Printed)
    wire.refill()
    assert not wire.slips
    assert printer.status() == Ready()
    assert printer.print(REPRINT) == Printed()
    assert len(whole_slips(wire)) == 1


def test_why_a_connection_broke_is_asked(printer: EscPosPrinter, wire: PrinterWire) -> None:
    wire.tells_changes, wire.closed_after, wire.after_lines = False, 8, (3, wire.take_paper_out)
    assert printer.print(SLIP) in (PrintUnknown(PAPER_OUT), NotPrinted(PAPER_OUT))


def test_a_printer_that_falls_silent_is_unknown_and_comes_back(printer: EscPosPrinter, wire: PrinterWire) -> None:
    wire.after_lines = (3, lambda: setattr(wire, "silent", True))
    assert printer.print(SLIP) == PrintUnknown(PRINTER_SILENT)
    assert printer.status() == Disconnected(PRINTER_SILENT)
    wire.silent = False
    assert isinstance(printer.status(), Ready | Degraded)
    assert printer.print(REPRINT) == Printed()


def test_half_an_answer_is_no_success(printer: EscPosPrinter, wire: PrinterWire) -> None:
    wire.after_lines = (2, lambda: setattr(wire, "halves", True))
    assert isinstance(printer.print(SLIP), PrintUnknown)
    wire.halves = False
    assert printer.print(REPRINT) == Printed()


@given(st.binary(max_size=12))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_noise_is_never_taken_for_a_success(profile: str, noise: bytes) -> None:
    dialect = "custom" if profile == "custom-kiosk" else "escpos"
    wire = PrinterWire(dialect=dialect, noise=noise, mute_confirmation=True)
    printer = EscPosPrinter(wire, profile_named(profile))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("drivers.receipt_printer.escpos_printer.PRINT_WITHIN_S", 0.03)
        assert not isinstance(printer.print(SLIP), Printed)


def test_noise_that_looks_like_the_end_of_paper_does_not_end_a_slip(wire: PrinterWire, printer: EscPosPrinter) -> None:
    looks_stopped = b"\x18\x00\x0f\x00" if wire.dialect == "escpos" else b"\x10\x0f\x01\x00\x00\x00"
    wire.after_lines = (3, lambda: setattr(wire, "pending", wire.pending + looks_stopped))
    assert printer.print(SLIP) == Printed()


def test_a_slip_that_used_the_last_paper_is_printed_when_the_printer_says_so() -> None:
    told = b"\x37\x22" + print_id(REPRINT.job_id) + b"\x00"
    wire = PrinterWire(mute_confirmation=True)
    wire.after_lines = (9, lambda: (wire.take_paper_out(), setattr(wire, "pending", wire.pending + told)))
    assert EscPosPrinter(wire, profile_named("80mm")).print(REPRINT) == Printed()


def test_the_confirmation_of_an_earlier_slip_is_not_this_ones() -> None:
    told = b"\x37\x22" + print_id(SLIP.job_id) + b"\x00"
    wire = PrinterWire(mute_confirmation=True)
    wire.after_lines = (9, lambda: setattr(wire, "pending", wire.pending + told))
    assert isinstance(EscPosPrinter(wire, profile_named("80mm")).print(REPRINT), PrintUnknown)


class LooseCover(PrinterWire):
    """Its cover's switch trembles: closed again once it was asked."""

    def _answer_status(self, n: int) -> None:
        super()._answer_status(n)
        if n in (4, 0x14) and self.cover_open:
            self.close_cover()


def test_a_trouble_that_is_over_when_it_is_asked_about_again_does_not_end_a_slip(profile: str) -> None:
    wire = LooseCover(dialect="custom" if profile == "custom-kiosk" else "escpos")
    wire.after_lines = (3, wire.open_cover)
    long = PrintJob("job-3", tuple(Note(f"第 {n} 行，还有很多行") for n in range(100)))
    assert EscPosPrinter(wire, profile_named(profile)).print(long) == Printed()
    assert [len(slip.text) for slip in wire.slips] == [100]


def test_a_full_buffer_is_waited_for(printer: EscPosPrinter, wire: PrinterWire) -> None:
    wire.pauses_every = 300
    assert printer.print(REPRINT) == Printed()
    assert [slip.text for slip in wire.slips] == [LINES]


def test_no_write_is_longer_than_a_slow_line_takes_in_a_moment(
    printer: EscPosPrinter, wire: PrinterWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    longest: list[int] = []
    written = wire.write
    monkeypatch.setattr(wire, "write", lambda octets: (longest.append(len(octets)), written(octets))[1])
    assert printer.print(PrintJob("long", (Note("㛃" * 200),))) == Printed()
    assert max(longest) <= SLICE


# The mouth.


@pytest.fixture
def kiosk_wire() -> PrinterWire:
    return PrinterWire(dialect="custom")


@pytest.fixture
def kiosk_printer(kiosk_wire: PrinterWire) -> EscPosPrinter:
    return EscPosPrinter(kiosk_wire, profile_named("custom-kiosk"))


def test_a_slip_waits_in_the_mouth_until_it_is_taken(kiosk_printer: EscPosPrinter, kiosk_wire: PrinterWire) -> None:
    assert kiosk_printer.print(SLIP) == Printed()
    assert kiosk_printer.status() == Degraded((PRINTER_SLIP_WAITING,))
    assert kiosk_printer.status() == Degraded((PRINTER_SLIP_WAITING,)), "looking takes nothing back"
    kiosk_wire.mouth = False
    assert kiosk_printer.status() == Ready()


def test_a_forgotten_slip_is_taken_back_before_the_next_is_printed(
    kiosk_printer: EscPosPrinter, kiosk_wire: PrinterWire
) -> None:
    assert [kiosk_printer.print(SLIP), kiosk_printer.print(REPRINT)] == [Printed(), Printed()]
    assert (len(kiosk_wire.slips), kiosk_wire.retracted) == (2, 1)


def test_nothing_is_printed_over_a_slip_that_does_not_go(kiosk_printer: EscPosPrinter, kiosk_wire: PrinterWire) -> None:
    assert kiosk_printer.print(SLIP) == Printed()
    kiosk_wire.clears_mouth = False
    assert kiosk_printer.print(REPRINT) == NotPrinted(PRINTER_SLIP_WAITING)
    assert len(kiosk_wire.slips) == 1
    kiosk_wire.clears_mouth = True
    assert kiosk_printer.print(REPRINT) == Printed()


# Confirmation without ids.


def test_an_answer_to_an_older_slip_does_not_confirm_this_one(
    kiosk_printer: EscPosPrinter, kiosk_wire: PrinterWire
) -> None:
    kiosk_wire.mute_confirmation = True
    kiosk_wire.noise = b"\x20\x02" * 24
    assert not isinstance(kiosk_printer.print(SLIP), Printed)


def test_who_confirms_nothing_is_never_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.receipt_printer.escpos_printer.LISTEN_FOR_TROUBLE_S", 0.01)
    wire = PrinterWire()
    printer = EscPosPrinter(wire, profile_named("80mm").model_copy(update={"confirmation": "none"}))
    assert printer.print(SLIP) == PrintUnknown(PRINTER_SILENT)
    assert len(wire.slips) == 1


@pytest.mark.parametrize("name", ["58mm", "58mm-plain", "epson-tm", "epson-tm-utf8"])
def test_every_other_profile_prints_a_slip(name: str) -> None:
    chosen = profile_named(name)
    wire = PrinterWire(encoding=chosen.encoding)
    assert EscPosPrinter(wire, chosen).print(REPRINT) == Printed()
    if chosen.cutter != "none":
        assert [slip.text for slip in wire.slips] == [LINES]


def test_reprints_differ_from_their_first_on_the_wire() -> None:
    assert print_id(SLIP.job_id) != print_id(REPRINT.job_id)


# What was used.


def test_paper_and_cuts_are_counted_from_what_was_sent(printer: EscPosPrinter) -> None:
    assert printer.used() == Used(0, 0)
    assert printer.print(SLIP) == Printed()
    one = printer.used()
    assert one.cuts == 1
    assert 60 <= one.paper_mm <= 85, "a title of 7.5 mm, eight lines of 4.5 mm and a code of about 25 mm"
    assert printer.print(SLIP) == Printed()
    assert abs(printer.used().paper_mm - 2 * one.paper_mm) <= 1
    assert printer.used().cuts == 2


def test_a_slip_that_ends_half_way_counts_its_paper_but_not_its_cut(printer: EscPosPrinter, wire: PrinterWire) -> None:
    wire.after_lines = (3, wire.take_paper_out)
    assert printer.print(SLIP) == NotPrinted(PAPER_OUT)
    assert printer.used().paper_mm > 3 * 4
    assert printer.used().cuts == 0
    wire.refill()
    assert printer.print(REPRINT) == Printed()
    assert printer.used().cuts == 2, "the half was cut off first"


def test_what_was_never_sent_uses_nothing(printer: EscPosPrinter, wire: PrinterWire) -> None:
    wire.take_paper_out()
    assert printer.print(SLIP) == NotPrinted(PAPER_OUT)
    assert printer.used() == Used(0, 0)
