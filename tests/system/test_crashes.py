"""The power goes at the worst moment: each process is killed once at every named step.

Whatever was killed is started again, and then the platform has every printed slip's submission exactly once, whole,
byte for byte, and its rating if one was given.
"""

import json
import secrets
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from kiosk.check_digits import CROCKFORD, is_receipt_number
from kiosk.composing import slip_code, uuid7
from kiosk.ports import Sealed
from kiosk.submission import FORMAT, Attachment, Rating, SealedSubmission, canonical
from sync.outbox.store import Outbox
from sync.steps import STEPS
from terminal.hand import Hand
from terminal.supervisor import COMMANDS, House
from tests.system.citizen import Citizen
from tests.system.waiting import until

NOW = datetime(2026, 11, 23, 9, 46, tzinfo=timezone(timedelta(hours=8)))
PROCESS_OF = {"terminal": "terminal", "store": "terminal", "agent": "agent", "gateway": "gateway"}


def steps_of(process: str) -> list[str]:
    return [step for step in STEPS if PROCESS_OF[step.partition(".")[0]] == process]


@dataclass
class Trap:
    """Where a process stops itself at a step, to be killed exactly there."""

    step: str
    file: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"HALL_STOP_AT": self.step, "HALL_STOP_FILE": str(self.file)}

    def wait(self) -> None:
        until(lambda: self.file.exists() and self.file.read_text() == self.step, f"the step {self.step}")


def at_gateway(house: House) -> list[dict[str, object]]:
    command = [str(COMMANDS / "kiosk-gateway"), "list", "--data", str(house.gateway_directory), "--json"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    rows: list[dict[str, object]] = json.loads(listed.stdout)
    return rows


def handed_on(house: House, sid: str, *, rated: bool) -> bool:
    folder = house.gateway_directory / "received" / sid
    return (folder / "receipt.json").exists() and (not rated or (folder / "rating.json").exists())


def submission() -> SealedSubmission:
    """A simulated one with two attachments, one of them longer than an upload's chunk."""
    sid, code = uuid7(NOW, secrets.token_bytes(10)), slip_code("CZ03", secrets.token_bytes(7))
    attachments = (
        Attachment("household-register-1.jpg", "image/jpeg", secrets.token_bytes(300_000)),
        Attachment("household-register-2.jpg", "image/jpeg", secrets.token_bytes(1_000)),
    )
    manifest = {
        "format": FORMAT,
        "sid": sid,
        "slip_code": code,
        "terminal": {"code": "CZ03", "hall": "湘桥区政务服务大厅"},
        "simulated": True,
        "submitted_at": NOW.isoformat(),
        "item": {"id": "old-age-allowance"},
        "applicant": {"name": "陈桂兰", "number": "100101194401010028"},
        "answers": [],
        "materials": [],
        "attachments": [
            {"name": a.name, "media_type": a.media_type, "sha256": a.digest, "size": len(a.content)}
            for a in attachments
        ],
    }
    return SealedSubmission(sid, code, canonical(manifest), attachments)


def assert_whole_and_once(house: House, sealed: SealedSubmission) -> None:
    rows = [row for row in at_gateway(house) if row["sid"] == sealed.sid]
    assert len(rows) == 1
    assert is_receipt_number(str(rows[0]["receipt_number"]))
    folder = house.gateway_directory / "received" / sealed.sid
    assert (folder / "submission.json").read_bytes() == sealed.manifest
    kept = [file.read_bytes() for file in folder.iterdir()]
    assert all(attachment.content in kept for attachment in sealed.attachments)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path / "house") as house:
        yield house


@pytest.mark.parametrize("step", [*steps_of("agent"), *steps_of("gateway")])
def test_a_submission_survives_a_kill_of_agent_or_gateway(step: str, house: House) -> None:
    process = PROCESS_OF[step.partition(".")[0]]
    trap = Trap(step, house.directory / "stopped")
    sealed = submission()
    outbox = Outbox(house.directory / "store", reserve_mb=1)
    assert outbox.seal(sealed) == Sealed()
    outbox.keep_rating(Rating(uuid7(NOW, secrets.token_bytes(10)), sealed.sid, 5, NOW))
    outbox.close()

    house.start_gateway(**(trap.environment if process == "gateway" else {}))
    house.write_configuration(
        {key: {"address": ""} for key in ("identity_card_reader", "document_camera", "receipt_printer")}
    )
    house.start_agent(**(trap.environment if process == "agent" else {}))
    trap.wait()
    house.kill(process)
    if process == "gateway":
        house.start_gateway()
    else:
        house.start_agent()
    until(lambda: handed_on(house, sealed.sid, rated=True), "the submission and its rating at the gateway")
    assert_whole_and_once(house, sealed)


@pytest.mark.parametrize("step", steps_of("terminal"))
def test_a_printed_slip_is_kept_through_a_kill_of_the_terminal(step: str, open_house: Callable[..., House]) -> None:
    house = open_house()
    trap = Trap(step, house.directory / "stopped")
    house.start_agent()
    house.start_terminal(**trap.environment)
    with ThreadPoolExecutor(1, "citizen") as pool:
        handing_in = pool.submit(hands_in_and_rates, house)
        trap.wait()
        house.kill("terminal")
        assert isinstance(handing_in.exception(), ConnectionError | None)
    house.start_terminal()
    with Hand(house.automation_socket) as hand:
        hand.wait("idle")

    slips = house.sim("receipts")
    codes = [code for slip in slips for code in slip_codes(str(slip["text"]))]
    sealed_before = step not in {"terminal.before_seal", "store.in_transaction"}
    if not sealed_before:
        assert not codes, "no slip without a sealed submission"
        assert not at_gateway(house)
        return
    rated = step == "terminal.rating_kept"
    until(lambda: at_gateway(house) and at_gateway(house)[0]["receipt_number"], "the submission at the gateway")
    (row,) = at_gateway(house)
    assert set(codes) <= {row["slip_code"]}
    assert bool(codes) == (step in {"terminal.printed", "terminal.rating_kept"})
    until(lambda: handed_on(house, str(row["sid"]), rated=rated), "the hand-on, with the rating that was given")


def hands_in_and_rates(house: House) -> None:
    """Until the terminal is killed under the citizen's hands."""
    with Hand(house.automation_socket) as hand:
        Citizen(house, hand).hands_in()
        hand.tap("rate-4", within_s=30)
        hand.wait("done", text="谢谢")


def slip_codes(text: str) -> set[str]:
    words = (word.strip("[]") for word in text.split())
    return {
        word for word in words if len(word) == 14 and word[4] == word[9] == "-" and set(word) <= set(CROCKFORD + "-")
    }
