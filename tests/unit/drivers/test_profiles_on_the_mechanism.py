"""Every profile on the simulated mechanism, which reads ESC/POS after the references and not after our encoder."""

from dataclasses import dataclass, field

import pytest

from drivers.receipt_printer.escpos_printer import EscPosPrinter
from drivers.receipt_printer.profiles import Profile, profile_named, profiles
from hardware_sim.devices.printer_machine import PrinterMachine, Receipt
from kiosk.documents import Field, Note, Qr, Rule, Title
from kiosk.faults import PAPER_OUT, PRINTER_JAMMED, PRINTER_SLIP_WAITING
from kiosk.ports import Degraded, NotPrinted, Printed, PrintJob, Ready

WORDS = ("已收到您的申请", "凭条号", "K7QW-2MXD-90TZ", "请保管好这张凭条")
SLIP = PrintJob("job-1", (Title(WORDS[0]), Rule(), Field(WORDS[1], WORDS[2]), Note(WORDS[3]), Qr(WORDS[2])))
REPRINT = PrintJob("job-2", SLIP.document)


@dataclass
class MechanismWire:
    """Everything that is written is printed as far as it can before the next answer."""

    machine: PrinterMachine
    receipts: list[Receipt] = field(default_factory=list)

    def discard_input(self) -> None:
        self.machine.answers.clear()

    def write(self, data: bytes) -> None:
        self.machine.receive(data)
        while self.machine.advance() is not None:
            pass
        self.receipts += self.machine.receipts
        self.machine.receipts.clear()

    def read(self, *, within_s: float) -> bytes:
        answers = bytes(self.machine.answers)
        self.machine.answers.clear()
        return answers

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture(autouse=True)
def _short_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.receipt_printer.conversation.ANSWER_WITHIN_S", 0.3)
    monkeypatch.setattr("drivers.receipt_printer.conversation.QUIET_S", 0.0)
    monkeypatch.setattr("drivers.receipt_printer.escpos_printer.PRINT_WITHIN_S", 5.0)


def wire_of(profile: Profile) -> MechanismWire:
    return MechanismWire(PrinterMachine(width_dots=profile.width_dots, presenter=profile.presenter is not None))


@pytest.mark.parametrize("name", profiles())
def test_a_slip_of_every_profile_is_read_by_the_mechanism(name: str) -> None:
    profile = profile_named(name)
    wire = wire_of(profile)
    printer = EscPosPrinter(wire, profile)
    assert printer.print(SLIP) == Printed()
    wire.machine.disconnected()
    wire.write(b"")
    [receipt] = wire.receipts
    text = "\n".join(receipt.lines)
    assert all(word in text for word in WORDS)
    assert (receipt.unknown, receipt.refused) == ((), ())
    assert receipt.dots.any(axis=0).sum() <= profile.width_dots


@pytest.mark.parametrize("name", ["80mm", "custom-kiosk"])
def test_the_paper_that_is_counted_is_the_paper_that_the_mechanism_moved(name: str) -> None:
    profile = profile_named(name)
    wire = wire_of(profile)
    printer = EscPosPrinter(wire, profile)
    before = wire.machine.remaining_mm
    assert printer.print(SLIP) == Printed()
    moved = before - wire.machine.remaining_mm
    assert abs(printer.used().paper_mm - moved) <= 0.1 * moved + 2


def test_paper_that_ends_within_a_slip_on_the_mechanism_leaves_no_rest() -> None:
    profile = profile_named("custom-kiosk")
    wire = wire_of(profile)
    printer = EscPosPrinter(wire, profile)
    wire.machine.end_paper_after(15)
    assert printer.print(SLIP) == NotPrinted(PAPER_OUT)
    wire.machine.load_paper()
    wire.write(b"")
    assert not wire.machine.waiting
    assert printer.status() == Ready()
    assert printer.print(REPRINT) == Printed()
    assert printer.status() == Degraded((PRINTER_SLIP_WAITING,))
    assert printer.print(PrintJob("job-3", SLIP.document)) == Printed()
    assert wire.machine.retracted == 1


def test_a_slip_that_jams_behind_the_knife_is_not_printed() -> None:
    profile = profile_named("80mm")
    wire = wire_of(profile)
    wire.machine.jams_after_cut = True
    printer = EscPosPrinter(wire, profile)
    assert printer.print(SLIP) == NotPrinted(PRINTER_JAMMED)
    wire.machine.free_piece()
    assert printer.print(REPRINT) == Printed()
