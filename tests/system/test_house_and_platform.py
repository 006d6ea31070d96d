"""A terminal under its platform: what is configured afar reaches the screen, and who is revoked is heard no longer."""

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.composing import slip_code, uuid7
from kiosk.ports import Sealed
from kiosk.submission import FORMAT, SealedSubmission, canonical
from provisioning.cli import main
from sync.agent.enrolment import Renewed, renew
from sync.outbox.identity import Identity, read_identity
from sync.outbox.store import Outbox
from sync.wire.enrolment_code import EnrolmentCode, parse_code
from terminal.hand import Hand
from terminal.supervisor import HALL, TERMINAL, House
from tests.system.waiting import until

CONTENT = Path(__file__).parents[2] / "content"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    quick = {"configuration_s": 0.5, "catalogue_s": 0.5}
    environment = {"QT_QPA_PLATFORM": "offscreen"}
    with House(tmp_path / "house", environment=environment, pulls=quick, pace=False) as house:
        house.start_gateway()
        yield house


def without_devices(house: House) -> None:
    devices = ("identity_card_reader", "document_camera", "receipt_printer")
    house.write_configuration({device: {"address": ""} for device in devices})


def configured_afar(house: House, text: str) -> None:
    layer = house.gateway_directory / "configuration" / "halls" / f"{HALL}.toml"
    layer.parent.mkdir(parents=True, exist_ok=True)
    layer.write_text(text, encoding="utf-8")


def seal(house: House) -> str:
    now = datetime.now(UTC)
    sid, code = uuid7(now, secrets.token_bytes(10)), slip_code(TERMINAL, secrets.token_bytes(7))
    manifest = {
        "format": FORMAT,
        "sid": sid,
        "slip_code": code,
        "terminal": {"code": TERMINAL, "hall": HALL},
        "simulated": True,
        "submitted_at": now.isoformat(),
        "item": {"id": "old-age-allowance"},
        "applicant": {"name": "陈桂兰", "number": "100101194401010028"},
        "answers": [],
        "materials": [],
        "attachments": [],
    }
    with closing(Outbox(house.directory / "store", reserve_mb=1)) as outbox:
        assert outbox.seal(SealedSubmission(sid, code, canonical(manifest), ())) == Sealed()
    return sid


def serial(house: House) -> str:
    return str(house.status()["store"]["configuration"])


def told(house: House, subject: str) -> tuple[str, str]:
    (finding,) = [finding for finding in house.status()["findings"] if finding["subject"] == subject]
    return finding["grade"], finding["what"]


def test_what_is_configured_afar_reaches_the_screen_between_two_visits_and_never_within_one(house: House) -> None:
    house.write_configuration(house.start_devices())
    house.start_agent()
    house.start_terminal()
    first = serial(house)
    with Hand(house.automation_socket) as hand:
        hand.wait("idle")
        hand.tap("startButton")
        hand.wait("home")
        configured_afar(house, '[hall]\nname = "另一个大厅"\n')
        until(lambda: serial(house) != first, "the new configuration in the store")
        hand.tap("item-old-age-allowance")
        hand.wait("guide")
        assert "starting anew" not in house.log_of("terminal"), "somebody stands here"
        house.automation_socket.unlink()
        hand.tap("backButton")
        hand.wait("home")
        hand.tap("backButton")
    until(house.automation_socket.exists, "the terminal again")
    with Hand(house.automation_socket) as hand:
        hand.wait("idle", text="另一个大厅")
    assert house.log_of("terminal").count("starting anew") == 1


def test_a_catalogue_of_the_platform_is_offered_from_the_next_visit_on(house: House, tmp_path: Path) -> None:
    house.write_configuration(house.start_devices())
    house.start_agent()
    house.start_terminal()
    with Hand(house.automation_socket) as hand:
        before = hand.wait("idle", text="高龄津贴")
        assert any("医保" in text for text in before)
        house.automation_socket.unlink()
        offer(house, tmp_path, "residents-medical-insurance")
        until(house.automation_socket.exists, "the terminal again")
    with Hand(house.automation_socket) as hand:
        after = hand.wait("idle", text="医保")
        assert not any("高龄津贴" in text for text in after)
    assert told(house, "runs with")[1].startswith("catalogue ")


def offer(house: House, folder: Path, *items: str) -> None:
    """Sign a catalogue of some of the items that ship, and make it the current one."""
    chosen, signed = folder / "items", folder / "catalogue.json"
    chosen.mkdir()
    for item in items:
        shutil.copy(CONTENT / "items" / f"{item}.toml", chosen)
    data = ("--data", str(house.gateway_directory))
    house.said("kiosk-gateway", "catalogue", "sign", *data, "--out", str(signed), str(chosen))
    house.said("kiosk-gateway", "catalogue", "import", *data, str(signed))


@pytest.mark.expects_warnings
def test_a_broken_layer_afar_changes_nothing_here(house: House) -> None:
    without_devices(house)
    house.start_agent()
    until(lambda: serial(house) != "None", "the first configuration")
    first = serial(house)
    configured_afar(house, '[hall]\nnaem = "另一个大厅"\n[store]\ndirectory = "/"\n')
    until(lambda: "stays as it was" in house.log_of("gateway"), "the gateway's word")
    assert serial(house) == first


def test_a_revoked_terminal_keeps_its_queue_and_sends_it_once_it_is_enrolled_anew(house: House) -> None:
    without_devices(house)
    house.start_agent()
    until(lambda: told(house, "gateway")[1].startswith("reached"), "the gateway reached")
    data = ("--data", str(house.gateway_directory))
    house.said("kiosk-gateway", "terminals", "revoke", TERMINAL, *data)
    sid = seal(house)
    until(lambda: told(house, "gateway")[0] == "fail", "the refusal")
    assert told(house, "waiting")[1].startswith("1 on the way")
    assert not house.received()
    house.enrol()
    until(lambda: [row["sid"] for row in house.received() if row["receipt_number"]] == [sid], "the submission")
    until(lambda: told(house, "waiting")[1] == "nothing", "nothing waiting")
    assert told(house, "agent")[1] == "runs"
    house.kill("agent")
    assert told(house, "agent")[0] == "fail"


def test_a_code_counts_once_and_five_wrong_ones_lock_it(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    without_devices(house)
    data = ("--data", str(house.gateway_directory))

    def enrol(code: str) -> tuple[int, str]:
        status = main(["enrol", "--config", str(house.configuration), "--code", code, "--json"])
        return status, json.loads(capsys.readouterr().out)["reason"]

    def new_code() -> EnrolmentCode:
        added = house.said("kiosk-gateway", "terminals", "add", TERMINAL, "--hall", HALL, *data)
        code = parse_code(added["code"])
        assert isinstance(code, EnrolmentCode)
        return code

    first = new_code()
    assert enrol(first.text) == (0, "enrolled")
    assert enrol(first.text) == (65, "used"), "with other keys"
    second = new_code()
    guessed = [replace(second, secret=character * 9).text for character in "ABCDE"]
    assert [enrol(guess) for guess in guessed] == [(65, "wrong")] * 5
    assert enrol(second.text) == (65, "locked")
    assert house.status()["identity"]["terminal"] == TERMINAL, "who it was before, it still is"
    assert enrol(new_code().text) == (0, "enrolled")


def test_an_agent_speaks_on_with_a_renewed_certificate(house: House) -> None:
    without_devices(house)
    house.enrol()
    store = house.directory / "store"
    before = read_identity(store)
    assert isinstance(before, Identity)
    assert isinstance(renew(store, before, now=datetime.now(UTC)), Renewed)
    after = read_identity(store)
    assert isinstance(after, Identity)
    assert after.tls_certificate.read_bytes() != before.tls_certificate.read_bytes()
    sid = seal(house)
    house.start_agent()
    until(lambda: [row["sid"] for row in house.received() if row["receipt_number"]] == [sid], "the submission")
