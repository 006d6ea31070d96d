"""Hands at a simulated kiosk mechanism, which stands alone: its mouth holds each slip until it is taken."""

from hardware_sim.devices.receipt_printer import ReceiptPrinter


class SimulatedPresenterHands:
    def __init__(self, device: ReceiptPrinter) -> None:
        self._device = device
        self.unplug, self.plug = device.unplug, device.plug

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

    def take_slip(self) -> None:
        assert self._device.take_slip()

    def taken_back(self) -> int:
        return int(str(self._device.state()["retracted"]))

    def slips(self, *, at_least: int) -> list[str]:
        slips = self._device.receipts(at_least=at_least, within_s=10)
        assert len(slips) >= at_least
        return [slip.text for slip in slips]
