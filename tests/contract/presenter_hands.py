"""Hands at a simulated kiosk mechanism, which stands alone: its mouth holds each slip until it is taken."""

from hardware_sim.devices.receipt_printer import ReceiptPrinter
from provisioning.conformance.expectations import CannotDo
from provisioning.conformance.rules.receipt_printer import Slips, slips_among


class SimulatedPresenterHands:
    def __init__(self, device: ReceiptPrinter) -> None:
        self._device = device
        self._before = 0
        self.unplug, self.plug = device.unplug, device.plug

    def tidy(self) -> None:
        self.put_right()
        self.plug()
        self.close_cover()
        self.refill()
        self._device.take_slip()
        self._before = len(self._device.receipts())

    def nearly_use_up(self) -> None:
        self._device.change(lambda machine: machine.load_paper(15))

    def take_paper_out(self) -> None:
        self._device.change(lambda machine: machine.remove_paper())

    def refill(self) -> None:
        self._device.change(lambda machine: machine.load_paper())

    def open_cover(self) -> None:
        self._device.change(lambda machine: machine.set_cover(opened=True))

    def close_cover(self) -> None:
        self._device.change(lambda machine: machine.set_cover(opened=False))

    def jam_cutter(self) -> None:
        self._device.set_fault("printer.cutter")

    def heat_head(self) -> None:
        self._device.set_fault("printer.head-hot")

    def put_right(self) -> None:
        self._device.clear_fault(None)

    def silence(self) -> None:
        raise CannotDo("the printer on the desk is silenced, on the same wire")

    def take_slip(self) -> None:
        self._device.take_slip()

    def slips_taken_back(self) -> int:
        return int(str(self._device.state()["retracted"]))

    def slips(self, words: tuple[str, ...], *, at_least: int) -> Slips:
        slips = self._device.receipts(at_least=self._before + at_least, within_s=10)[self._before :]
        return slips_among([slip.text for slip in slips], words)
