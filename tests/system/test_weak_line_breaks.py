"""The real agent, a line that breaks exactly where it hurts, and a real gateway behind mutual TLS."""

from pathlib import Path

import pytest

from hardware_sim.line_modes import BlackHole, Clean, CutEvery, HalfOpen, Mode, Rate, Reset, Trickle, Truncate, Way
from kiosk.submission import SealedSubmission
from sync.agent.tus import FIRST_UNIT_BYTES
from sync.outbox.schema import State
from tests.system.line_bench import (
    CHUNK_DEADLINE_S,
    SMALL_DEADLINE_S,
    TLS,
    AtTheWall,
    Breaks,
    Fitter,
    Platform,
    gateway_process,
)
from tests.system.waiting import until

BLOB_BYTES = "hall_blob_bytes_written_total"
SIZE = 700_000
BESIDES_BYTES = 60_000  # handshakes, headers, a manifest, what is asked for at the start
IN_FLIGHT_BYTES = 200_000  # in buffers of this machine
LOOKS_S = 2.0  # the deadline is looked at every half second, and the machine may be busy


@pytest.mark.parametrize(
    "mode",
    [
        Reset(150_000, Way.REQUESTS),
        Reset(0, Way.ANSWERS),
        HalfOpen(150_000),
        BlackHole(),
        Trickle(1),
        Truncate(40),
    ],
    ids=lambda mode: type(mode).__name__,
)
def test_an_upload_that_breaks_in_the_middle_costs_a_unit_at_most_and_ends_at_its_deadline(
    platform: Platform, terminal: AtTheWall, mode: Mode
) -> None:
    line = terminal.line
    broken = Breaks({"agent.before_chunk": lambda: line.switch(mode), "agent.chunk_sent": lambda: line.switch(Clean())})
    with terminal.agent():
        terminal.settle()
        written = platform.count(BLOB_BYTES)
        with broken.watching():
            submission = terminal.seals(SIZE)
            terminal.until_received(submission)
    (took_s,) = broken.took_s
    assert took_s < CHUNK_DEADLINE_S + LOOKS_S
    assert line.counters.bytes_up < SIZE + FIRST_UNIT_BYTES + BESIDES_BYTES
    assert platform.count(BLOB_BYTES) - written == SIZE, "each byte is written once"
    until(lambda: platform.handed_on(submission), "the city has it")
    assert platform.has_whole(submission)


@pytest.mark.parametrize("mode", [BlackHole(), HalfOpen(100), Trickle(1)], ids=lambda mode: type(mode).__name__)
def test_a_small_request_on_a_dead_line_ends_at_its_deadline_and_is_no_step_forward(
    terminal: AtTheWall, mode: Mode
) -> None:
    """The line dies on an open connection, before the commit: neither end is told."""
    line, sealed, stood = terminal.line, list[SealedSubmission](), list[State | None]()

    def heal() -> None:
        stood.append(terminal.outbox.state_of(sealed[0].sid))
        line.switch(Clean())

    broken = Breaks({"agent.before_commit": lambda: line.switch(mode), "agent.commit_sent": heal})
    with terminal.agent():
        terminal.settle()
        with broken.watching():
            sealed.append(terminal.seals(1000))
            terminal.until_received(*sealed)
    assert stood == [State.COMMITTING]
    assert broken.took_s[0] < SMALL_DEADLINE_S + LOOKS_S


@pytest.mark.parametrize("mode", [Reset(0, Way.ANSWERS), Truncate(1), Truncate(60), Truncate(400)], ids=str)
def test_an_answer_lost_after_the_commit_is_given_again_and_has_one_effect(
    platform: Platform, terminal: AtTheWall, mode: Mode
) -> None:
    line = terminal.line
    broken = Breaks(
        {"agent.before_commit": lambda: line.switch(mode), "agent.commit_sent": lambda: line.switch(Clean())}
    )
    with terminal.agent():
        terminal.settle()
        answered = platform.count("hall_commits_answered_total")
        with broken.watching():
            submission = terminal.seals(1000)
            terminal.until_received(submission)
    assert platform.count("hall_commits_answered_total") - answered == 2, "the first answer was given, and lost"
    receipt = terminal.outbox.receipt_of(submission.sid)
    assert receipt is not None
    assert platform.row(submission.sid)["receipt_number"] == receipt.receipt_number
    until(lambda: platform.handed_on(submission), "the city has it")


@pytest.mark.parametrize(
    ("before", "after"),
    [("agent.before_manifest", "agent.manifest_sent"), ("agent.before_chunk", "agent.chunk_sent")],
)
def test_any_lost_answer_has_one_effect_over_tls_too(
    platform: Platform, terminal: AtTheWall, before: str, after: str
) -> None:
    line = terminal.line
    lost = Breaks(
        {before: lambda: line.switch(Reset(0, Way.ANSWERS)), after: lambda: line.switch(Clean())},
        times=2,
    )
    with terminal.agent():
        terminal.settle()
        manifests, written = platform.count("hall_submissions_received_total"), platform.count(BLOB_BYTES)
        with lost.watching():
            terminal.until_received(terminal.seals(30_000, 20_000))
    assert len(lost.took_s) == 2
    assert platform.count("hall_submissions_received_total") - manifests == 1
    assert platform.count(BLOB_BYTES) - written == 50_000


@pytest.mark.parametrize("seed", [1, 2])
def test_with_a_fifth_of_all_units_cut_at_most_one_unit_is_sent_again_for_each_cut(
    platform: Platform, terminal: AtTheWall, seed: int
) -> None:
    terminal.line.switch(CutEvery(unit_bytes=64_000, share=0.2, seed=seed))
    written = platform.count(BLOB_BYTES)
    submissions = [terminal.seals(1_000_000), terminal.seals(1_000_000)]
    with terminal.agent():
        terminal.until_received(*submissions)
    counters = terminal.line.counters
    assert counters.cuts > 2
    again = counters.bytes_up - 2_000_000 - BESIDES_BYTES
    assert again < counters.cuts * FIRST_UNIT_BYTES
    assert platform.count(BLOB_BYTES) - written == 2_000_000


def test_a_gateway_that_is_killed_in_the_middle_of_an_upload_gets_the_rest(tmp_path: Path) -> None:
    data, size = tmp_path / "gateway", 1_500_000
    with gateway_process(data, *TLS) as first, Fitter(first, tmp_path).terminal() as terminal:
        submission = terminal.seals(size)
        terminal.line.switch(Rate(8_000))
        with terminal.agent():
            until(lambda: on_disk(data) > 2 * FIRST_UNIT_BYTES, "some units on disk")
            first.process.kill()
            first.process.wait()
            assert terminal.outbox.receipt_of(submission.sid) is None
            with gateway_process(data, *TLS, port=first.port) as second:
                terminal.line.switch(Clean())
                terminal.until_received(submission)
                until(lambda: second.handed_on(submission), "the city has it")
                second.process.kill()  # an orderly end would wait for the terminal's open connections
        assert second.has_whole(submission)
        assert terminal.line.counters.bytes_up < size + FIRST_UNIT_BYTES + BESIDES_BYTES + IN_FLIGHT_BYTES


def on_disk(data: Path) -> int:
    return sum(part.stat().st_size for part in (data / "parts").glob("*") if part.suffix != ".synced")
