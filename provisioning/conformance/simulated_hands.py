"""Hands at the simulated devices, for the rules of each port."""

import threading
import time
from collections.abc import Callable

from provisioning.conformance.expectations import Broken, CannotDo
from provisioning.conformance.rules.receipt_printer import Slips, slips_among
from provisioning.conformance.simulator import Simulator

CAME_OUT_WITHIN_S = 10.0
STILL_WITHIN_S = 10.0
NOTICED_AFTER_S = 1.0  # the PC/SC service asks its readers every 0.4 s
SHORT_PAPER_MM = 15
FULL_TRAY = 100
SHEET_KIND = "household-front"  # any page of a case


class _AtADevice:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._ask = simulator.ask


class SimulatedCards(_AtADevice):
    """`rules.identity_card_reader.CardHands`."""

    def tidy(self) -> None:
        self._simulator.mend()
        self.plug()
        self.lift()

    def lay(self, chip: bytes | None = None) -> None:
        if chip is None:
            self._ask("card insert", name="chen-guilan")
        else:
            self._ask("card lay", text=chip.hex())

    def lift(self) -> None:
        self._ask("card lift")

    def unplug(self) -> None:
        self._ask("reader plug", plugged=False)

    def plug(self) -> None:
        self._ask("reader plug", plugged=True)


class SimulatedSlot(_AtADevice):
    """`rules.smart_card_reader.SmartCardHands`. Cards are those of the simulator's cast."""

    def tidy(self) -> None:
        self._simulator.mend()
        self.remove()

    def insert(self, records: object = None, *, pull_after: int | None = None) -> None:
        if records is not None:
            raise CannotDo("the simulator's cards hold what its own people have")
        self._insert("social-security")
        if pull_after is not None:
            self._simulator.fault("smartcard.pulled", after_apdus=pull_after)

    def insert_mute(self) -> None:
        self._insert("unknown")
        self._simulator.fault("smartcard.mute")

    def insert_stranger(self) -> None:
        self._insert("unknown")

    def insert_contactless(self, number: bytes) -> None:
        raise CannotDo("the simulator chooses the numbers of its contactless cards")

    def _insert(self, kind: str) -> None:
        self.remove()
        self._ask("smartcard insert", name="chen-guilan", kind=kind)

    def remove(self) -> None:
        self._ask("smartcard remove")
        _wait(NOTICED_AFTER_S)

    def unplug(self) -> None:
        self._simulator.fault("smartcard.unplugged")

    def stop_service(self) -> None:
        self._simulator.fault("smartcard.service-down")

    def plug(self) -> None:
        self._simulator.mend()

    start_service = plug


class SimulatedCodes(_AtADevice):
    """`rules.code_reader.CodeHands`: the same code before the scan engine and before the code camera."""

    def tidy(self) -> None:
        self._simulator.mend()
        self.plug()
        self.hide()

    def show(self, payload: bytes) -> None:
        self._ask("code show", payload_hex=payload.hex())

    def hide(self) -> None:
        self._ask("code hide")

    def unplug(self) -> None:
        self._ask("scanner plug", plugged=False)

    def plug(self) -> None:
        self._ask("scanner plug", plugged=True)

    def let_pass(self, seconds: float) -> None:
        _wait(seconds)


class SimulatedCodesBeforeACamera(SimulatedCodes):
    def unplug(self) -> None:
        raise CannotDo("the simulator has no plug for its code camera")


class SimulatedDesk(_AtADevice):
    """`rules.document_camera.DeskHands`."""

    def tidy(self) -> None:
        self._simulator.mend()
        self.plug()
        self.clear()

    def clear(self) -> None:
        self._put("none")

    def lay_page(self, *, half: bool) -> None:
        self._put("household-front", *(["half"] if half else []))

    def _put(self, page: str, *troubles: str) -> None:
        self._ask("page put", name=page, person="chen-guilan", troubles=list(troubles))
        _until(lambda: self._simulator.status()["document_camera"]["still"], "the page still moves")

    def unplug(self) -> None:
        self._ask("camera plug", plugged=False)

    def plug(self) -> None:
        self._ask("camera plug", plugged=True)


class SimulatedPrinter(_AtADevice):
    """`rules.receipt_printer.PrinterHands` at the printer on the desk, which has no mouth."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(simulator)
        self._before = 0

    def tidy(self) -> None:
        self.put_right()
        self.plug()
        self.refill()
        self._before = len(self._ask("receipts", at_least=0, within_s=0))

    def nearly_use_up(self) -> None:
        self._ask("paper load", mm=SHORT_PAPER_MM)

    def take_paper_out(self) -> None:
        self._ask("paper remove")

    def refill(self) -> None:
        self._ask("paper load", mm=None)

    def open_cover(self) -> None:
        self._ask("paper cover", opened=True)

    def close_cover(self) -> None:
        self._ask("paper cover", opened=False)

    def jam_cutter(self) -> None:
        self._ask("paper jam")

    def heat_head(self) -> None:
        self._simulator.fault("printer.head-hot")

    def silence(self) -> None:
        self._simulator.fault("printer.no-answer", on="next-job")

    def put_right(self) -> None:
        self._ask("paper clear")
        self._simulator.mend()

    def take_slip(self) -> None:
        raise CannotDo("the simulated printer on the desk has no mouth")

    def slips_taken_back(self) -> int:
        raise CannotDo("the simulated printer on the desk has no mouth")

    def unplug(self) -> None:
        self._ask("printer plug", plugged=False)

    def plug(self) -> None:
        self._ask("printer plug", plugged=True)

    def slips(self, words: tuple[str, ...], *, at_least: int) -> Slips:
        printed = self._ask("receipts", at_least=self._before + at_least, within_s=CAME_OUT_WITHIN_S)
        return slips_among([slip["text"] for slip in printed[self._before :]], words)


class SimulatedScanner(_AtADevice):
    """`rules.document_scanner.ScannerHands`."""

    def tidy(self) -> None:
        self.put_right()
        self.plug()
        self._ask("glass lift")

    def feed(self, sheets: int) -> None:
        self._ask("sheets feed", names=[SHEET_KIND] * sheets)

    def lay_on_glass(self) -> None:
        self._ask("glass put", name=SHEET_KIND)

    def jam(self, *, after_sheets: int) -> None:
        self._simulator.fault("sheets.jam", after_sheets=after_sheets)

    def open_cover(self) -> None:
        self._simulator.fault("sheets.cover")

    def silence(self) -> None:
        self._simulator.fault("sheets.no-answer")

    def put_right(self) -> None:
        self._simulator.mend()
        self._ask("sheets take")

    def unplug(self) -> None:
        self._ask("sheets plug", plugged=False)

    def plug(self) -> None:
        self._ask("sheets plug", plugged=True)


class SimulatedPagePrinter(_AtADevice):
    """`rules.page_printer.PagePrinterHands`."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(simulator)
        self._before = 0

    def tidy(self) -> None:
        self.put_right()
        self.refill()
        self._before = self._out(at_least=0, within_s=0)

    def leave_sheets(self, sheets: int) -> None:
        self._ask("tray load", sheets=sheets)

    def refill(self) -> None:
        self._ask("tray load", sheets=FULL_TRAY)

    def open_cover(self) -> None:
        self._simulator.fault("pages.cover")

    def mute_counter(self) -> None:
        self._simulator.fault("pages.counts-nothing")

    def put_right(self) -> None:
        self._simulator.mend()
        self._ask("pages clear")

    def unplug(self) -> None:
        self._simulator.fault("pages.unplugged")

    def plug(self) -> None:
        self._simulator.mend()

    def sheets_out(self, *, at_least: int) -> int:
        return self._out(at_least=self._before + at_least, within_s=CAME_OUT_WITHIN_S) - self._before

    def _out(self, *, at_least: int, within_s: float) -> int:
        return len(self._ask("pages printed", at_least=at_least, within_s=within_s))


def _wait(seconds: float) -> None:
    threading.Event().wait(seconds)


def _until(met: Callable[[], object], otherwise: str) -> None:
    deadline = time.monotonic() + STILL_WITHIN_S
    while not met():
        if time.monotonic() > deadline:
            raise Broken(f"the simulator: {otherwise}")
        _wait(0.03)
