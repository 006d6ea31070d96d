"""How long a print takes at most, whatever the printer does. The time is the wire's: nobody waits for it."""

from dataclasses import dataclass

import pytest

from drivers.receipt_printer.escpos_printer import EscPosPrinter
from drivers.receipt_printer.profiles import profile_named
from kiosk.documents import Note, Title
from kiosk.ports import PrintJob, PrintUnknown, Ready
from tests.wires.printer_wire import PrinterWire, Trouble

PORT_S = 15.0
SLIP = PrintJob("job-1", (Title("已收到"), *(Note(f"第 {n} 行") for n in range(1, 9))))


@dataclass
class SlowWire(PrinterWire):
    """Says a word at a time, each after `word_s`. It is the clock too."""

    word_s: float = 0.0
    now_s: float = 0.0

    def monotonic(self) -> float:
        return self.now_s

    def read(self, *, within_s: float) -> bytes:
        self._connect()
        if not self.pending or within_s < self.word_s:
            self.now_s += within_s
            return b""
        self.now_s += self.word_s
        word, self.pending = self.pending[:1], self.pending[1:]
        return word


@pytest.mark.parametrize("word_s", [0.0, 0.3, 0.6, 0.95])
@pytest.mark.parametrize("trouble", [None, Trouble.HOT, Trouble.BROKEN])
def test_a_print_ends_in_time_however_slowly_the_printer_answers(
    word_s: float, trouble: Trouble | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = SlowWire(mute_confirmation=True)
    for module in ("conversation", "escpos_printer"):
        monkeypatch.setattr(f"drivers.receipt_printer.{module}.time", wire)
    printer = EscPosPrinter(wire, profile_named("80mm"))
    wire.after_lines = (3, lambda: wire.set_trouble(trouble)) if trouble else None
    assert printer.status() == Ready()
    wire.word_s, began_s = word_s, wire.now_s
    outcome = printer.print(SLIP)
    assert wire.now_s - began_s <= PORT_S
    if trouble is None:
        assert isinstance(outcome, PrintUnknown)
    wire.word_s = 0.0
    wire.set_trouble(None)
    assert printer.status() == Ready()
