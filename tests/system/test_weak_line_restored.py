"""A platform that lost what it had acknowledged: terminals notice, and offer it again."""

import shutil
from pathlib import Path

import pytest

from kiosk.configuration import Agent
from sync.gateway.cli import main
from sync.outbox.schema import State
from tests.system.line_bench import TLS, Fitter, gateway_process
from tests.system.waiting import until


@pytest.mark.parametrize("how", ["restored", "copied back"])
def test_what_an_older_platform_does_not_list_comes_again_under_the_same_number(tmp_path: Path, how: str) -> None:
    data, kept = tmp_path / "gateway", tmp_path / "kept"
    often = Agent(feed_s=0.3, feed_waiting_s=0.3)
    with (
        gateway_process(data, *TLS) as first,
        Fitter(first, tmp_path).terminal(intervals=often) as terminal,
        terminal.agent(),
    ):
        before = terminal.seals(20_000)
        terminal.until_received(before)
        if how == "restored":
            assert main(["backup", "--data", str(data), "--to", str(kept)]) == 0
        else:
            until(lambda: first.handed_on(before), "the city has it")
            shutil.copytree(data, kept)
        later = terminal.seals(30_000, 10)
        terminal.until_received(later)
        receipt = terminal.outbox.receipt_of(later.sid)
        assert receipt is not None
        until(lambda: terminal.outbox.overview().feed.cursor >= 2, "the feed was read")
        first.process.kill()
        first.process.wait()
        shutil.rmtree(data)
        if how == "restored":
            assert main(["restore", "--from", str(kept), "--data", str(data)]) == 0
        else:
            kept.rename(data)
        with gateway_process(data, *TLS, port=first.port) as second:
            until(lambda: any(row["sid"] == later.sid for row in second.command("list")), "it is offered again")
            until(lambda: terminal.outbox.state_of(later.sid) is State.ACKNOWLEDGED, "acknowledged again")
            assert second.row(later.sid)["receipt_number"] == receipt.receipt_number
            assert terminal.outbox.receipt_of(later.sid) == receipt
            until(lambda: second.handed_on(later), "the city has it")
            second.process.kill()  # an orderly end would wait for the terminal's open connections
        assert second.has_whole(later)
