"""The store's thread: a store that must not be opened puts the terminal out of service until it may be."""

import queue
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from kiosk.delivery import Delivery, Overdue
from kiosk.faults import CLOCK_WRONG, STORE_REFUSED
from kiosk.journeys.events import DeliveryChanged, Device, DeviceChanged, Event, SubmissionNotSealed
from kiosk.ports import NeedsAttention, Ready
from kiosk.submission import SealedSubmission
from sync.outbox.drain import Drain
from sync.outbox.schema import KEY, State
from sync.outbox.store import Outbox
from terminal.services.store import StoreService

WITHIN_S = 10.0
CHINA = timezone(timedelta(hours=8))
SIDS = ("019a0000-0000-7000-8000-000000000001", "019a0000-0000-7000-8000-000000000002")


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


@pytest.mark.expects_warnings
def test_a_clock_behind_signed_time_puts_the_terminal_out_of_service_until_it_is_put_right(tmp_path: Path) -> None:
    floor = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    with closing(Drain(tmp_path / "store")) as drain:
        drain.raise_floor(floor)
    clock = [floor - timedelta(days=3)]
    told: queue.SimpleQueue[Event] = queue.SimpleQueue()
    bugs: list[BaseException] = []
    service = StoreService(
        lambda: Outbox(tmp_path / "store", reserve_mb=1),
        lambda event, visit: told.put(event),
        bugs.append,
        now=lambda: clock[0],
    )
    service.thread.start()
    assert told.get(timeout=WITHIN_S) == DeviceChanged(Device.STORE, NeedsAttention(CLOCK_WRONG))
    clock[0] = floor - timedelta(seconds=30)
    assert told.get(timeout=WITHIN_S) == DeviceChanged(Device.STORE, Ready()), "two good clocks differ a little"
    assert service.clock.floor == floor
    service.thread.stop(within_s=WITHIN_S)
    assert bugs == []
    with closing(Drain(tmp_path / "store")) as drain:
        events = [row.event for row in drain.journal_unsent(100).rows]
    assert [event for event in events if event.startswith("clock.")] == ["clock.wrong", "clock.right"]


def test_whether_the_platform_is_reached_and_what_waits_is_told_when_it_changes(tmp_path: Path) -> None:
    since = datetime(2026, 11, 23, 1, 46, tzinfo=UTC)
    directory = tmp_path / "store"
    with closing(Outbox(directory, reserve_mb=1, now=lambda: since)) as outbox:
        for sid in SIDS:
            outbox.seal(SealedSubmission(sid, f"CZ03{sid[-8:]}", b"{}", ()))
    told: queue.SimpleQueue[Event] = queue.SimpleQueue()
    bugs: list[BaseException] = []
    service = StoreService(
        lambda: Outbox(directory, reserve_mb=1),
        lambda event, visit: told.put(event),
        bugs.append,
        now=lambda: (since + timedelta(minutes=10)).astimezone(CHINA),
    )
    with closing(Drain(directory)) as drain:
        drain.note_agent({"reachable": False, "since": since.isoformat()})
        drain.set_aside(SIDS[0], State.REJECTED, b"{}")
        service.thread.start()
        assert told.get(timeout=WITHIN_S) == DeviceChanged(Device.STORE, Ready())
        overdue = Overdue(1, since.astimezone(CHINA), today=True)
        assert told.get(timeout=WITHIN_S) == DeliveryChanged(Delivery(offline=True, overdue=overdue, aside=1))
        drain.note_agent({"reachable": True, "since": since.isoformat()})
        drain.set_aside(SIDS[1], State.CONFLICT, b"{}")
        heard = told.get(timeout=WITHIN_S)
        while heard != DeliveryChanged(Delivery(aside=2)):  # a poll may fall between the two
            heard = told.get(timeout=WITHIN_S)
    service.thread.stop(within_s=WITHIN_S)
    assert bugs == []
    assert told.empty(), "nothing is told twice"
