"""What a gateway does by itself: it makes room, and says when what was acknowledged is in no backup."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kiosk.submission import SealedSubmission
from sync.gateway.logs import FIELDS
from sync.gateway.upkeep import Upkeep
from tests.gateway_bench import gateway

MakeSubmission = Callable[..., SealedSubmission]


def events(caplog: pytest.LogCaptureFixture) -> list[tuple[str, object]]:
    return [
        (record.getMessage(), getattr(record, FIELDS, {}))
        for record in caplog.records
        if record.name == "sync.gateway.upkeep"
    ]


@pytest.mark.expects_warnings
def test_an_overdue_backup_is_said_and_so_is_trouble_of_the_disk(
    tmp_path: Path, make_submission: MakeSubmission, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    dropped: list[int | OSError] = [0, 2, OSError(28, "No space left on device")]

    async def clean_up(_: datetime) -> int:
        outcome = dropped.pop(0)
        if isinstance(outcome, OSError):
            raise outcome
        return outcome

    with gateway(tmp_path) as bench:
        bench.send(make_submission())
        upkeep = Upkeep(bench.storage, clean_up, now=bench.clock)
        asyncio.run(upkeep.once())
        assert events(caplog) == []
        bench.now += timedelta(days=7, seconds=1)
        asyncio.run(upkeep.once())
        asyncio.run(upkeep.once())
    assert events(caplog) == [
        ("abandoned uploads dropped", {"count": 2}),
        ("no verified backup", {"rows": 1, "for_more_than_days": 7}),
        ("upkeep waits for the disk", {"trouble": "OSError"}),
    ]
