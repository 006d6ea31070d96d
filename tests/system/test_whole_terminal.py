"""A whole house of real processes: what the citizen is told, and what the platform has, agree in every weather."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from terminal.hand import Hand
from terminal.supervisor import House, NotStarted
from tests.system.citizen import Citizen
from tests.system.waiting import until


def received(house: House) -> list[Path]:
    folder = house.gateway_directory / "received"
    return [path for path in folder.iterdir() if (path / "receipt.json").exists()] if folder.exists() else []


def slips(house: House) -> list[str]:
    return [str(slip["text"]).replace(" ", "") for slip in house.sim("receipts")]


@pytest.fixture
def house(open_house: Callable[..., House]) -> House:
    return open_house()


def test_two_citizens_one_after_the_other(house: House) -> None:
    house.start_agent()
    house.start_terminal()
    with Hand(house.automation_socket) as hand:
        for card in ("chen-guilan", "lin-zhiqiang"):
            citizen = Citizen(house, hand, card)
            citizen.hands_in()
            hand.wait("done", name="reprintButton")
            citizen.leaves()
    assert len(received(house)) == 2
    receipts = {json.loads((path / "receipt.json").read_text())["receipt_number"] for path in received(house)}
    assert len(receipts) == 2
    assert all(any(number in slip for slip in slips(house)) for number in receipts)
    names = {json.loads((path / "submission.json").read_text())["applicant"]["name"] for path in received(house)}
    assert names == {"陈桂兰", "林志强"}


def test_a_social_security_card_is_enough_and_the_platform_hears_which_card_it_was(
    open_house: Callable[..., House],
) -> None:
    house = open_house("--smart-cards")
    house.start_agent()
    house.start_terminal()
    with Hand(house.automation_socket) as hand:
        Citizen(house, hand, social=True).hands_in()
        hand.wait("done", name="reprintButton")
    (path,) = received(house)
    applicant = json.loads((path / "submission.json").read_text())["applicant"]
    assert (applicant["name"], applicant["method"]) == ("陈桂兰", "social-security-card")
    assert (applicant["card"], applicant["address"]) == ("social-security-card", "")


def test_while_the_gateway_is_down_the_slip_says_kept_and_it_drains_when_it_is_back(
    open_house: Callable[..., House],
) -> None:
    house = open_house(acknowledge_wait_s=0.5)
    house.start_agent()
    house.end("gateway")
    house.start_terminal()
    with Hand(house.automation_socket) as hand:
        Citizen(house, hand).hands_in()
        hand.wait("done", text="已在本机存好")
        texts = hand.wait("done", name="reprintButton")
        (slip,) = slips(house)
        assert "暂存凭条" in slip
        assert not re.search(r"\d{16}", "".join(texts).replace(" ", "") + slip), (
            "no number before the platform gave one"
        )
        house.start_gateway()
        until(lambda: received(house), "the submission at the gateway", within_s=60)
    (path,) = received(house)
    assert json.loads((path / "submission.json").read_text())["slip_code"] in slip


def test_the_next_citizen_finds_no_trace_after_the_time_ran_out(open_house: Callable[..., House]) -> None:
    house = open_house(idle_timeout_s=2.0, answer_timeout_s=1.0, entry_timeout_s=2.0)
    house.start_terminal()
    with Hand(house.automation_socket) as hand:
        Citizen(house, hand).insures_themselves()
        hand.wait("check", text="陈桂兰")
        hand.wait("goodbye", within_s=20)
        hand.wait("idle", within_s=20)
        hand.tap("startButton")
        seen = hand.wait("home", name="item-old-age-allowance")
        assert not any("陈桂兰" in text or "13800005678" in text for text in seen)
    traces = ("陈桂兰", "100101194401010028", "13800005678")
    words = [trace.encode(encoding) for trace in traces for encoding in ("utf-8", "utf-16-le", "gb18030")]
    files = [path for path in house.directory.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files for word in words if word in path.read_bytes()]


def test_a_full_disk_promises_nothing(house: House) -> None:
    text = house.configuration.read_text(encoding="utf-8")
    directory = f'directory = "{house.directory / "store"}"'
    assert directory in text
    house.configuration.write_text(text.replace(directory, directory + "\nreserve_mb = 900_000_000"), encoding="utf-8")
    house.start_terminal()
    with Hand(house.automation_socket) as hand:
        hand.wait("outOfService", text="存满")
    house.configuration.write_text(text, encoding="utf-8")
    house.end("terminal")
    house.start_terminal()
    with Hand(house.automation_socket) as hand:
        Citizen(house, hand).hands_in()
        hand.wait("done", name="reprintButton", within_s=30)


def test_a_configuration_with_an_unknown_key_names_file_line_and_the_nearest_known_one(house: House) -> None:
    text = house.configuration.read_text(encoding="utf-8").replace("reserve_mb", "reserve")
    house.configuration.write_text(text.replace("[store]", "[store]\nreserv_mb = 1"), encoding="utf-8")
    with pytest.raises(NotStarted, match=r"terminal.toml:\d+: unknown key store.reserv_mb.*reserve_mb"):
        house.start_terminal()


def test_automation_is_refused_where_a_device_is_real(house: House) -> None:
    text = house.configuration.read_text(encoding="utf-8").replace("simulated = true", "simulated = false", 1)
    house.configuration.write_text(text, encoding="utf-8")
    with pytest.raises(NotStarted, match="automation needs every configured device to be simulated"):
        house.start_terminal()
