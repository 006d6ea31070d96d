"""The power goes at any operation of the disk: nothing that was sealed, answered or acknowledged is lost."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import pytest

from sync.gateway.objects import ObjectDirectory
from sync.outbox.schema import open_store
from tests.power.cuts import Cut, End, Histories
from tests.power.disk_model import DiskModel, lay_out
from tests.power.gateway_end import GatewayEnd
from tests.power.keys_end import KeysEnd
from tests.power.recording import VFS_UNDER_CIPHER, Sync, SyncDirectory, Tape, recorded
from tests.power.terminal_end import TerminalEnd


@pytest.mark.parametrize("history", range(6))  # of 180 cuts each
def test_the_terminal_loses_nothing(history: int) -> None:
    assert Histories(TerminalEnd()).try_cuts(history).lost == []


@pytest.mark.parametrize("history", range(6))
def test_the_gateway_loses_nothing(history: int) -> None:
    assert Histories(GatewayEnd()).try_cuts(history).lost == []


@pytest.mark.parametrize("history", range(2))
def test_neither_end_loses_its_keys(history: int) -> None:
    assert Histories(KeysEnd()).try_cuts(history).lost == []


def synced_at_checkpoints_only(connection: apsw.Connection) -> apsw.Connection:
    connection.pragma("synchronous", "normal")
    return connection


@pytest.mark.expects_warnings
def test_a_terminal_that_does_not_sync_its_commits_is_found_out() -> None:
    end = TerminalEnd(lambda place: synced_at_checkpoints_only(open_store(place, vfs=VFS_UNDER_CIPHER)))
    assert Histories(end).try_cuts(0).lost


def test_a_gateway_that_does_not_sync_its_commits_is_found_out() -> None:
    assert Histories(GatewayEnd(before_work=synced_at_checkpoints_only)).try_cuts(0).lost


@pytest.mark.expects_warnings
@pytest.mark.parametrize("lie", [Sync, SyncDirectory])
@pytest.mark.parametrize("end", [TerminalEnd, GatewayEnd, KeysEnd])
def test_a_disk_that_lies_about_its_syncs_is_found_out(end: Callable[[], End[Any]], lie: type) -> None:
    assert Histories(end(), lying=frozenset([lie])).try_cuts(0).lost


def test_a_cut_that_lost_something_can_be_made_again_by_its_name() -> None:
    histories = Histories(GatewayEnd(before_work=synced_at_checkpoints_only))
    first, _ = histories.try_cuts(0).lost[0]
    assert [cut for cut, _ in histories.try_cuts(0, only=Cut.named(str(first))).lost if cut == first] == [first]


def test_an_offset_answered_for_a_part_that_had_lost_its_note_outlives_the_next_cut(tmp_path: Path) -> None:
    left = {"objects": None, "parts": None, "parts/upload": b"never synced"}
    (tmp_path / "life").mkdir()
    lay_out(left, tmp_path / "life")
    tape = Tape(tmp_path / "life", left)
    with recorded(tape):
        objects = ObjectDirectory(tmp_path / "life")
        assert objects.arrived("upload") == 0
        objects.append("upload", bytes(1000), last=False)
    model = DiskModel(tape)
    model.advance(len(tape.ops))
    for choice in range(20):
        found = tmp_path / f"found-{choice}"
        found.mkdir()
        lay_out(model.cut(Cut("objects", 0, 0, 0, choice).chance("disk")), found)
        assert ObjectDirectory(found).arrived("upload") == 1000
