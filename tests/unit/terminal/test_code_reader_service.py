"""A code reader in its thread: codes go to whoever looks, its status to everybody."""

import queue
from collections.abc import Iterator
from pathlib import Path

import pytest
import qrcode

from drivers.codes.camera import CameraCodeReader
from drivers.document_camera.frames import FolderOfFrames
from kiosk.faults import CODE_READER_UNPLUGGED
from kiosk.journeys.events import Device, DeviceChanged, Event
from kiosk.ports import CodeRead, Disconnected, Ready
from terminal.services.code_reader import CodeReaderService

WITHIN_S = 10.0


class Counter:
    """A folder of frames before which codes are held, and what is told of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.codes: queue.SimpleQueue[CodeRead] = queue.SimpleQueue()
        self.bugs: list[BaseException] = []
        reader = CameraCodeReader(FolderOfFrames(folder))
        self.counted = 0
        self.service = CodeReaderService(
            reader, lambda event, _: self.told.put(event), self.bugs.append, count=self._count
        )

    def _count(self) -> None:
        self.counted += 1

    def hold(self, text: str) -> None:
        fresh = self.folder / "fresh.png"
        qrcode.make(text).save(fresh)
        fresh.replace(self.folder / "current.png")


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    counter = Counter(tmp_path)
    yield counter
    counter.service.thread.stop(within_s=WITHIN_S)
    assert not counter.bugs


def test_a_code_is_told_to_whoever_looks(counter: Counter) -> None:
    counter.hold("取号 A012")
    counter.service.thread.start()
    assert counter.told.get(timeout=WITHIN_S) == DeviceChanged(Device.CODES, Ready())
    counter.service.look(counter.codes.put)
    assert counter.codes.get(timeout=WITHIN_S).text == "取号 A012"
    assert counter.counted == 1
    counter.service.rest()


def test_a_reader_that_is_not_there_is_told_and_back_by_itself(counter: Counter) -> None:
    counter.service.thread.start()
    assert counter.told.get(timeout=WITHIN_S) == DeviceChanged(Device.CODES, Disconnected(CODE_READER_UNPLUGGED))
    counter.hold("B007")
    counter.service.thread.poll_now()
    assert counter.told.get(timeout=WITHIN_S) == DeviceChanged(Device.CODES, Ready())
