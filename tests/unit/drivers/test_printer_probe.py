"""What a technician is told of a receipt printer."""

import argparse

import pytest

from drivers.probing import Finding
from drivers.receipt_printer.printer_probe import probe
from tests.wires.printer_wire import PrinterWire


def test_a_profile_that_is_not_there_is_told() -> None:
    [finding] = probe(argparse.Namespace(address="tcp:x:1", profile="81mm", slip=False))
    assert (finding.name, finding.good) == ("settings", False)
    assert "80mm" in finding.value


def told(wire: PrinterWire, monkeypatch: pytest.MonkeyPatch, *, slip: bool = False) -> dict[str, Finding]:
    monkeypatch.setattr("drivers.receipt_printer.printer_probe.open_transport", lambda address: wire)
    monkeypatch.setattr("drivers.receipt_printer.conversation.QUIET_S", 0.0)
    chosen = argparse.Namespace(address="tcp:x:1", profile="80mm", slip=slip)
    return {finding.name: finding for finding in probe(chosen)}


def test_a_printer_says_what_it_is_and_what_it_has_done(monkeypatch: pytest.MonkeyPatch) -> None:
    found = told(PrinterWire(), monkeypatch)
    assert {name: finding.value for name, finding in found.items() if name != "tested against"} == {
        "status": "ready",
        "maker": "MAKER",
        "model": "P-80",
        "firmware": "2.01 ESC",
        "lines fed in its life": "40321",
        "cuts in its life": "812",
        "hours in its life": "95",
    }


def test_a_printer_that_does_not_say_what_it_is_can_be_used_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.receipt_printer.conversation.ANSWER_WITHIN_S", 0.1)
    found = told(PrinterWire(mute_confirmation=True), monkeypatch)
    assert found["maker"] == Finding("maker", "not answered")
    assert "model" not in found


def test_a_test_slip_is_printed_when_asked_for_and_told_with_what_it_used(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = PrinterWire()
    found = told(wire, monkeypatch, slip=True)
    assert found["test slip"] == Finding("test slip", "printed")
    assert found["used"].value.endswith("1 cuts")
    assert wire.slips[0].text[0] == "自检"


def test_a_printer_without_paper_is_told_and_asked_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = PrinterWire(lines_left=0)
    found = told(wire, monkeypatch, slip=True)
    assert not found["status"].good
    assert set(found) == {"tested against", "status"}
