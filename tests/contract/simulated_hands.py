"""Hands at the simulated devices, through the control API as everybody else's."""

from hardware_sim.control import Simulation
from tests.system.waiting import until


class SimulatedCardHands:
    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self.lay, self.lift = simulation.card_lay, simulation.card_lift

    def unplug(self) -> None:
        self._simulation.reader_plug(plugged=False)

    def plug(self) -> None:
        self._simulation.reader_plug(plugged=True)


class SimulatedDeskHands:
    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def clear(self) -> None:
        self._put(None)

    def lay_page(self, *, half: bool) -> None:
        self._put("household-front", *(["half"] if half else []))

    def unplug(self) -> None:
        self._simulation.camera_plug(plugged=False)

    def plug(self) -> None:
        self._simulation.camera_plug(plugged=True)

    def _put(self, page: str | None, *troubles: str) -> None:
        self._simulation.page_put(page, troubles=troubles)
        until(lambda: self._simulation.status()["document_camera"]["still"], "a desk on which nothing moves")


class SimulatedPrinterHands:
    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self.take_paper_out, self.refill = simulation.paper_remove, simulation.paper_load

    def nearly_use_up(self) -> None:
        self._simulation.paper_load(15)

    def open_cover(self) -> None:
        self._simulation.paper_cover(opened=True)

    def close_cover(self) -> None:
        self._simulation.paper_cover(opened=False)

    def jam_cutter(self) -> None:
        self._simulation.paper_jam()

    def heat_head(self) -> None:
        self._simulation.ask("fault set", name="printer.head-hot")

    def put_right(self) -> None:
        self._simulation.paper_clear()
        self._simulation.ask("fault clear", name=None)

    def unplug(self) -> None:
        self._simulation.printer_plug(plugged=False)

    def plug(self) -> None:
        self._simulation.printer_plug(plugged=True)

    def slips(self, *, at_least: int) -> list[str]:
        slips = self._simulation.receipts(at_least=at_least, within_s=10)
        assert len(slips) >= at_least
        return [slip.text for slip in slips]
