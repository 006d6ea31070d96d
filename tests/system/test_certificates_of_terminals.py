"""Terminals whose certificates, clocks or disks are not what they should be, at a real gateway: the queue stays."""

import shutil
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hardware_sim.line_modes import Clean, Rate
from hardware_sim.weak_line import WeakLine
from kiosk.configuration import Agent
from sync.agent.enrolment import Enrolled, enrol
from sync.agent.tus import FIRST_UNIT_BYTES
from sync.gateway.authority import Issued
from sync.gateway.opened import opened_parts
from sync.gateway.records import Certificate
from sync.outbox.identity import keep_identity, renewal_draft
from sync.outbox.schema import State
from tests.system.line_bench import TLS, AtTheWall, ClockOff, Fitter, Platform, gateway_process
from tests.system.waiting import until

TEN_YEARS, A_SEASON = timedelta(days=3650), timedelta(days=75)


def grow_old(platform: Platform, terminal: AtTheWall, age: timedelta) -> None:
    """Its certificate was made so long ago; both ends know no other."""
    draft, now = renewal_draft(terminal.identity), datetime.now(UTC)
    with opened_parts(platform.data, now=lambda: now) as parts:
        issued = parts.authority.for_terminal(draft.request, code=terminal.code, hall="xiangqiao", now=now - age)
        assert isinstance(issued, Issued)
        certificate = Certificate(issued.digest, issued.pem, "-", issued.not_before, issued.not_after)
        signing = terminal.identity.signing
        expires_at = now + timedelta(hours=1)
        parts.storage.add_terminal(terminal.code, hall="-", number="-", secret_hash="-", expires_at=expires_at)
        assert parts.storage.enrol(
            terminal.code, certificate, secret_hash="-", key_id=signing.key_id, public=signing.public, at=now - age
        )
    keep_identity(
        terminal.store,
        draft,
        certificate=issued.pem,
        authority=terminal.identity.authority.read_text("ascii"),
        gateway_keys=terminal.identity.gateway_keys,
        gateway_url=terminal.identity.gateway_url,
    )


@pytest.mark.parametrize("off", [timedelta(), -TEN_YEARS], ids=["", "and the clock's battery is empty"])
@pytest.mark.expects_warnings  # for as long as nobody believes it
def test_a_certificate_that_ran_out_is_renewed_late_and_the_queue_goes_out(fitter: Fitter, off: timedelta) -> None:
    with fitter.terminal(clock=ClockOff(off)) as terminal:
        submission = terminal.seals(20_000)
        grow_old(fitter.platform, terminal, timedelta(days=90 + 80))
        assert terminal.identity.not_after < datetime.now(UTC)
        with terminal.agent():
            terminal.until_received(submission)
        assert terminal.identity.not_after > datetime.now(UTC)


@pytest.mark.expects_warnings
def test_a_certificate_that_ran_out_too_long_ago_keeps_the_queue_until_there_is_a_new_code(
    platform: Platform, terminal: AtTheWall
) -> None:
    submission = terminal.seals(20_000)
    grow_old(platform, terminal, timedelta(days=90 + 91))
    with terminal.agent():
        until(lambda: terminal.note().get("renewal") == "too-late", "the gateway's refusal")
        assert terminal.note()["identity"]
        assert terminal.is_kept
        code = platform.code_for(terminal.code)
        assert isinstance(enrol(terminal.store, code, platform.url, now=datetime.now(UTC)), Enrolled)
        terminal.until_received(submission)
        assert terminal.note()["renewal"] is None


@pytest.mark.expects_warnings
def test_a_revoked_terminal_is_refused_at_once_on_an_open_connection_and_keeps_its_queue(
    platform: Platform, terminal: AtTheWall
) -> None:
    with terminal.agent():
        terminal.settle()
        connections = terminal.line.counters.connections
        platform.command("terminals", "revoke", terminal.code)
        submission = terminal.seals(20_000)
        until(lambda: terminal.note().get("identity"), "trouble of identity")
        assert terminal.outbox.state_of(submission.sid) is State.SEALED
        assert terminal.line.counters.connections == connections, "said on the connection that was open"
        code = platform.code_for(terminal.code)
        assert isinstance(enrol(terminal.store, code, platform.url, now=datetime.now(UTC)), Enrolled)
        terminal.until_received(submission)


@pytest.mark.expects_warnings  # the old one is refused until the agent has seen the new one
def test_enrolled_anew_while_half_is_sent_the_other_half_follows_under_the_new_identity(
    platform: Platform, terminal: AtTheWall
) -> None:
    """Nobody revoked the old one; the manifest was signed with its key, the journal's first rows too."""
    size, before = 1_000_000, terminal.identity
    with terminal.agent():
        terminal.settle()
        terminal.line.switch(Rate(kbit_per_s=2000))
        began = terminal.line.counters.bytes_up
        submission = terminal.seals(size)
        terminal.line.wait_until(lambda counters: counters.bytes_up - began > size // 2)
        code = platform.code_for(terminal.code)
        assert isinstance(enrol(terminal.store, code, platform.url, now=datetime.now(UTC)), Enrolled)
        terminal.line.switch(Clean())
        terminal.until_received(submission)
        assert terminal.line.counters.bytes_up - began < size + 2 * FIRST_UNIT_BYTES, "one unit again at most"
    assert terminal.identity.signing.key_id != before.signing.key_id
    assert platform.row(submission.sid)["receipt_number"] == terminal.outbox.receipt_of(submission.sid).receipt_number
    assert not findings(platform, terminal.code), "no clone, no fork"
    assert platform.command("check")["findings"] == []


@pytest.mark.expects_warnings
def test_nothing_is_said_to_a_gateway_of_another_authority(
    platform: Platform, terminal: AtTheWall, tmp_path: Path
) -> None:
    with gateway_process(tmp_path / "foreign", *TLS) as foreign, WeakLine(("127.0.0.1", foreign.port)) as elsewhere:
        foreign.code_for(terminal.code)
        submission = terminal.seals(20_000)
        with terminal.agent(url=f"https://127.0.0.1:{elsewhere.port}"):
            until(lambda: terminal.note().get("identity"), "trouble of identity")
            elsewhere.wait_until(lambda counters: counters.connections >= 6)
        assert terminal.is_kept
        assert '"event": "request"' not in (tmp_path / "foreign.log").read_text()
    with terminal.agent():
        terminal.until_received(submission)


@pytest.mark.parametrize("off", [TEN_YEARS, -TEN_YEARS, A_SEASON], ids=["ahead", "behind", "a season ahead"])
@pytest.mark.expects_warnings  # a clock that is behind is said
def test_a_clock_that_is_off_keeps_nothing_back_and_the_order(fitter: Fitter, off: timedelta) -> None:
    with fitter.terminal(clock=ClockOff(off)) as terminal:
        submissions = [terminal.seals(1000) for _ in range(3)]
        with terminal.agent():
            terminal.until_received(*submissions)
        assert len(fitter.platform.command("terminals", "show", terminal.code)["certificates"]) <= 2
        overview = terminal.outbox.overview()
        assert overview.floor is not None
        assert abs(datetime.fromisoformat(overview.floor) - datetime.now(UTC)) < timedelta(minutes=5)
        offset_ms = terminal.note()["clock_offset_ms"]
        assert abs(offset_ms / 1000 + off.total_seconds()) < 300
        numbers = [terminal.outbox.receipt_of(one.sid).receipt_number for one in submissions]
        assert numbers == sorted(numbers)


@pytest.mark.expects_warnings
def test_of_a_cloned_disk_both_are_named(fitter: Fitter, tmp_path: Path) -> None:
    platform, often = fitter.platform, Agent(audit_s=0.1)
    with ExitStack() as stack:
        terminal = stack.enter_context(fitter.terminal(intervals=often))
        first = terminal.seals(1000)
        terminal.outbox.close()
        copy = tmp_path / "copy"
        shutil.copytree(terminal.store, copy, symlinks=True)
        clone = stack.enter_context(fitter.opened(terminal.code, copy, intervals=often))
        with terminal.agent(), clone.agent():
            terminal.until_received(first)
            clone.until_received(first)
            second, third = terminal.seals(1000), clone.seals(1000)
            terminal.until_received(second)
            clone.until_received(third)
            until(lambda: "clone" in findings(platform, terminal.code), "the finding")
            until(lambda: terminal.note().get("clone") or clone.note().get("clone"), "that one of them is told")
        shown = platform.command("terminals", "show", terminal.code)
        assert len({speaker["instance"] for speaker in shown["speakers"]}) >= 2
        (found,) = [one["detail"] for one in shown["findings"] if one["finding"] == "clone"][:1]
        assert sum(speaker["instance"] in found for speaker in shown["speakers"]) == 2
        assert terminal.outbox.receipt_of(first.sid) == clone.outbox.receipt_of(first.sid), "one effect"
        assert len({platform.row(one.sid)["receipt_number"] for one in (first, second, third)}) == 3


def findings(platform: Platform, terminal: str) -> set[str]:
    return {one["finding"] for one in platform.command("terminals", "show", terminal)["findings"]}


def test_two_agents_on_one_store_have_one_effect_over_tls_too(platform: Platform, terminal: AtTheWall) -> None:
    taken = platform.count("hall_submissions_received_total")
    submissions = [terminal.seals(200_000, 1000) for _ in range(3)]
    with terminal.agent(), terminal.agent():
        terminal.until_received(*submissions)
    assert platform.count("hall_submissions_received_total") - taken == 3
    numbers = {platform.row(one.sid)["receipt_number"] for one in submissions}
    assert numbers == {terminal.outbox.receipt_of(one.sid).receipt_number for one in submissions}
