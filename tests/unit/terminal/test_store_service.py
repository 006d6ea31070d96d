"""The store's thread: a store that must not be opened puts the terminal out of service until it may be."""

import queue
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.faults import STORE_REFUSED
from kiosk.journeys.events import Device, DeviceChanged, Event, SubmissionNotSealed
from kiosk.ports import NeedsAttention, Ready
from kiosk.submission import SealedSubmission
from sync.outbox.schema import KEY
from sync.outbox.store import Outbox
from terminal.services import StoreService

WITHIN_S = 10.0


class Refused:
    """A store whose key others may read, and what its service tells."""

    def __init__(self, directory: Path) -> None:
        Outbox(directory).close()
        self.key = directory / KEY
        self.key.chmod(0o644)
        self.told: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.bugs: list[BaseException] = []
        self.service = StoreService(
            lambda: Outbox(directory), lambda event, visit: self.told.put(event), self.bugs.append
        )


@pytest.fixture
def refused(tmp_path: Path) -> Iterator[Refused]:
    store = Refused(tmp_path / "store")
    yield store
    store.service.thread.stop(within_s=WITHIN_S)
    assert store.bugs == []


@pytest.mark.expects_warnings
def test_a_store_that_must_not_be_opened_is_a_fault_whose_reason_is_said_once(
    refused: Refused, caplog: pytest.LogCaptureFixture
) -> None:
    refused.service.thread.start()
    assert refused.told.get(timeout=WITHIN_S) == DeviceChanged(Device.STORE, NeedsAttention(STORE_REFUSED))
    refused.service.seal(SealedSubmission("019a0000-0000-7000-8000-000000000001", "CZ03", b"{}", ()), visit=1)
    assert refused.told.get(timeout=WITHIN_S) == SubmissionNotSealed(STORE_REFUSED)
    refused.key.chmod(0o600)
    assert refused.told.get(timeout=WITHIN_S) == DeviceChanged(Device.STORE, Ready()), "without a restart"
    assert sum("0600 is needed" in record.getMessage() for record in caplog.records) == 1
