"""Hands at the simulated code readers: an engine on each of its wires, and a camera before which phones are held."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from drivers.codes.camera import CameraCodeReader
from drivers.codes.scan_engine import ScanEngine
from drivers.document_camera.frames import FolderOfFrames
from drivers.transport import open_transport
from hardware_sim.devices import scan_engine as simulated
from hardware_sim.devices.code_frames import CodeFrames
from hardware_sim.devices.code_pictures import ShownCode
from kiosk import ports
from provisioning.conformance.rules.code_reader import CodeHands
from tests.contract.code_hands import HurriedClock


@dataclass
class SimulatedCodeHands:
    """`CodeHands` for whatever a payload can be held before."""

    held_before: Callable[[bytes], None]
    hide: Callable[[], None]
    unplug: Callable[[], None]
    plug: Callable[[], None]
    let_pass: Callable[[float], None]

    def tidy(self) -> None:
        self.plug()
        self.hide()

    def show(self, payload: bytes) -> None:
        self.held_before(payload)


@contextmanager
def simulated_scan_engine(*, over_tcp: bool) -> Iterator[tuple[ports.CodeReader, CodeHands]]:
    clock = HurriedClock()
    with tempfile.TemporaryDirectory() as directory:
        engine = simulated.ScanEngine(Path(directory) / "scanner", pace=False)
        engine.start()
        address = f"tcp:127.0.0.1:{engine.port}" if over_tcp else f"serial:{directory}/scanner?baud=9600"
        with closing(open_transport(address)) as transport:
            hands = SimulatedCodeHands(engine.show, engine.hide, engine.unplug, engine.plug, clock.let_pass)
            yield ScanEngine(transport, clock=clock), hands
        engine.stop()


@contextmanager
def simulated_code_camera() -> Iterator[tuple[ports.CodeReader, CodeHands]]:
    clock = HurriedClock()
    with tempfile.TemporaryDirectory() as directory:
        camera = CodeFrames(Path(directory) / "window")
        camera.start()
        hands = SimulatedCodeHands(
            lambda payload: camera.show(ShownCode(payload)), camera.hide, camera.unplug, camera.plug, clock.let_pass
        )
        yield CameraCodeReader(FolderOfFrames(Path(directory) / "window"), clock=clock), hands
        camera.stop()
