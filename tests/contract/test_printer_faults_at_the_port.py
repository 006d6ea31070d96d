"""Every fault of the simulated printer, within a slip: what the port says of it, and that all is well afterwards."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from drivers.receipt_printer.escpos_printer import EscPosPrinter
from drivers.receipt_printer.profiles import profile_named
from drivers.transport import open_transport
from hardware_sim.control import Simulation
from hardware_sim.faults import FAULTS, PRINTER
from hardware_sim.simulation import running
from kiosk.documents import Field, Note, Qr, Title
from kiosk.faults import (
    PAPER_OUT,
    PRINTER_COVER_OPEN,
    PRINTER_CUTTER,
    PRINTER_HEAD_HOT,
    PRINTER_JAMMED,
    PRINTER_SILENT,
    PRINTER_UNPLUGGED,
)
from kiosk.ports import NotPrinted, Printed, PrintJob, PrintOutcome, PrintUnknown, Ready

WORDS = ("已收到您的申请", "凭条号", "K7QW-2MXD-90TZ", "请保管好这张凭条", "谢谢")
SLIP = (Title(WORDS[0]), Field(WORDS[1], WORDS[2]), Note(WORDS[3]), Qr(WORDS[2]), Note(WORDS[4]))
UNKNOWN = PrintUnknown(PRINTER_SILENT)

# A hot head is here hotter than the slip has time: what then happens is told in the unit tests of the driver.
SAID: dict[str, tuple[PrintOutcome, dict[str, Any]]] = {
    "printer.jam-after-cut": (NotPrinted(PRINTER_JAMMED), {}),
    "printer.paper-near-end": (Printed(), {}),
    "printer.paper-out": (NotPrinted(PAPER_OUT), {"after_mm": 15.0}),
    "printer.cover": (NotPrinted(PRINTER_COVER_OPEN), {}),
    "printer.cutter": (NotPrinted(PRINTER_CUTTER), {}),
    "printer.head-hot": (NotPrinted(PRINTER_HEAD_HOT), {}),
    "printer.no-answer": (UNKNOWN, {}),
    "printer.half-answer": (UNKNOWN, {}),
    "printer.noise": (Printed(), {}),
    "printer.slow": (Printed(), {"baud": 9600}),
    "printer.unplugged": (PrintUnknown(PRINTER_UNPLUGGED), {}),
}


@pytest.fixture(scope="module")
def simulation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulation]:
    with running(Path(tmp_path_factory.mktemp("printer")) / "sim") as simulation:
        yield simulation


ON_WIRES = [
    *(("address", name) for name in SAID),
    *(("serial_address", name) for name in ("printer.paper-out", "printer.noise", "printer.slow", "printer.unplugged")),
]


@pytest.fixture
def wire(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def printer(wire: str, simulation: Simulation, monkeypatch: pytest.MonkeyPatch) -> Iterator[EscPosPrinter]:
    monkeypatch.setattr("drivers.receipt_printer.escpos_printer.PRINT_WITHIN_S", 1.5)
    monkeypatch.setattr("drivers.receipt_printer.escpos_printer.ASK_AGAIN_AFTER_S", 0.2)
    monkeypatch.setattr("drivers.receipt_printer.conversation.ANSWER_WITHIN_S", 0.3)
    with closing(open_transport(simulation.status()["receipt_printer"][wire])) as transport:
        yield EscPosPrinter(transport, profile_named("80mm"))
    simulation.fault_clear()


def test_the_list_is_whole() -> None:
    assert set(SAID) == {name for name, kind in FAULTS.items() if kind.device == PRINTER}


@pytest.mark.parametrize(("wire", "name"), ON_WIRES, indirect=["wire"])
def test_a_fault_within_a_slip_is_told_and_passes(simulation: Simulation, printer: EscPosPrinter, name: str) -> None:
    expected, parameters = SAID[name]
    assert printer.status() == Ready()
    before = len(simulation.receipts())
    simulation.fault_set(name, on="next-job", **parameters)
    outcome = printer.print(PrintJob(f"{name}-1", SLIP))
    assert outcome == expected or (name == "printer.unplugged" and outcome == Printed()), (
        "the plug races with the answer"
    )
    simulation.fault_clear()
    assert printer.status() == Ready()
    came = simulation.receipts()[before:]
    assert printer.print(PrintJob(f"{name}-2", SLIP)) == Printed()
    reprint = simulation.receipts(at_least=before + len(came) + 1, within_s=5)[-1]
    assert reprint.text.count(WORDS[0]) == 1
    assert all(word in reprint.text for word in WORDS)
    if outcome == Printed():
        assert len(came) == 1
