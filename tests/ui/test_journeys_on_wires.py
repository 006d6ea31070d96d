"""Journeys on real screen, drivers and wires in one process: simulated devices misbehave, the journey goes on."""

from collections.abc import Iterator

import pytest

from terminal.hand import Hand
from tests.system.citizen import Citizen
from tests.system.waiting import until
from tests.ui.stage import Stage, open_stage


@pytest.fixture(scope="module")
def terminal(qapp: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(tmp_path_factory.mktemp("stage")) as terminal:
        yield terminal


@pytest.fixture
def stage(terminal: Stage) -> Stage:
    terminal.clear()
    return terminal


def test_an_application_without_a_platform_is_kept_and_its_slip_says_so(stage: Stage) -> None:
    def script(hand: Hand, citizen: Citizen) -> None:
        citizen.hands_in()
        hand.wait("done", text="已在本机存好")
        hand.wait("done", name="reprintButton")
        citizen.leaves()

    stage.play(script)


def test_a_platform_long_not_reached_is_said_until_it_is_reached_again(stage: Stage) -> None:
    def script(hand: Hand, citizen: Citizen) -> None:
        stage.agent_notes(reachable=False, since="2026-01-01T00:00:00+00:00")
        hand.wait("idle", text="连不上平台")
        stage.agent_notes(reachable=True, since="2026-01-01T00:01:00+00:00")
        until(lambda: not any("连不上平台" in text for text in hand.look()["texts"]), "the line to go")

    stage.play(script)


def test_a_card_pulled_while_it_is_read_is_said_and_can_be_laid_again(stage: Stage) -> None:
    def script(hand: Hand, citizen: Citizen) -> None:
        hand.tap("startButton")
        hand.tap("item-residents-medical-insurance")
        hand.tap("primaryButton")
        hand.wait("identify")
        stage.sim("card", "insert", "chen-guilan", "--for-bytes", "600")
        hand.wait("identify", text="再")
        stage.sim("card", "lift")
        stage.sim("card", "insert", "chen-guilan")
        hand.wait("question", text="陈桂兰")

    stage.play(script)


@pytest.mark.parametrize(("person", "says"), [("wu-jianguo", "2023"), ("li-xinzheng", "不能用")])
def test_a_card_that_does_not_identify_says_why(stage: Stage, person: str, says: str) -> None:
    def script(hand: Hand, citizen: Citizen) -> None:
        citizen.card = person
        citizen.identifies()
        hand.wait("identify", text=says)

    stage.play(script)


def test_a_card_without_a_last_day_identifies(stage: Stage) -> None:
    def script(hand: Hand, citizen: Citizen) -> None:
        citizen.card = "chen-xiaoyu"
        citizen.identifies()
        hand.wait("question", text="陈晓雨")

    stage.play(script)


@pytest.mark.parametrize(
    "fault",
    [
        "reader.wrong-checksum",
        "reader.half-frame",
        "reader.late",
        "reader.no-answer",
        "reader.noise",
        "card.pulled after_bytes=0",
        "card.not-genuine",
    ],
)
def test_whatever_the_reader_sends_the_next_good_card_identifies(stage: Stage, fault: str) -> None:
    def script(hand: Hand, citizen: Citizen) -> None:
        hand.tap("startButton")
        hand.tap("item-residents-medical-insurance")
        hand.tap("primaryButton")
        hand.wait("identify")
        stage.sim("fault", "set", *fault.split())
        stage.sim("card", "insert", "chen-guilan")
        if fault != "reader.noise":  # which is skipped, and the card read at once
            hand.wait("identify", text=says[fault])
            stage.sim("fault", "clear")
            stage.sim("card", "lift")
            stage.sim("card", "insert", "chen-guilan")
        hand.wait("question", text="陈桂兰", within_s=20)

    says = {
        "reader.wrong-checksum": "不太正常",
        "reader.half-frame": "不太正常",
        "reader.late": "没有回应",
        "reader.no-answer": "没有回应",
        "card.pulled after_bytes=0": "再放",
        "card.not-genuine": "没有读出来",
    }
    stage.play(script)


def test_what_is_written_in_pinyin_is_what_is_checked(stage: Stage) -> None:
    def script(hand: Hand, citizen: Citizen) -> None:
        citizen.identifies()
        hand.tap("choice-child")
        hand.tap("primaryButton")
        hand.wait("question", name="key_x")
        for letter in "xiangqiao":
            hand.tap(f"key_{letter}")
        hand.tap("candidate_0")
        hand.tap("primaryButton")
        hand.wait("question", text="湘桥")
        hand.wait("question", name="key-X")
        hand.tap_keys("100101201609010046")
        hand.tap("primaryButton")
        hand.tap("choice-parent")
        hand.tap("primaryButton")
        hand.wait("question", name="key-1")
        hand.tap_keys("13800005678")
        hand.tap("primaryButton")
        hand.wait("check", text="湘桥")

    stage.play(script)


def test_a_reader_that_is_unplugged_and_comes_back_goes_on(stage: Stage) -> None:
    def script(hand: Hand, citizen: Citizen) -> None:
        hand.tap("startButton")
        hand.tap("item-residents-medical-insurance")
        hand.tap("primaryButton")
        hand.wait("identify")
        stage.sim("reader", "unplug")
        hand.wait("identify", text="断开")
        stage.sim("reader", "plug")
        stage.sim("card", "insert", "chen-guilan")
        hand.wait("question", text="陈桂兰")

    stage.play(script)


def test_without_paper_the_number_can_be_photographed_and_the_slip_printed_once_there_is_paper(stage: Stage) -> None:
    def script(hand: Hand, citizen: Citizen) -> None:
        stage.sim("paper", "remove")
        citizen.hands_in()
        hand.wait("done", text="没有纸")
        stage.sim("paper", "load")
        hand.tap("reprintButton")
        hand.wait("done", text="取走")

    stage.play(script)


def test_paper_that_runs_out_in_the_middle_leaves_no_success_on_the_screen(stage: Stage) -> None:
    def script(hand: Hand, citizen: Citizen) -> None:
        stage.sim("paper", "load", "--mm", "20")
        citizen.hands_in()
        texts = hand.wait("done", text="没有纸")
        assert not any("请取走" in text for text in texts)
        stage.sim("paper", "load")
        hand.tap("reprintButton")
        hand.wait("done", text="取走")

    stage.play(script)


def test_a_printer_that_says_nothing_is_not_believed(stage: Stage) -> None:
    def script(hand: Hand, citizen: Citizen) -> None:
        citizen.insures_themselves()
        stage.sim("fault", "set", "printer.no-answer")
        citizen.signs()
        texts = hand.wait("done", text="凭条没打出来", within_s=40)
        assert not any("请取走" in text for text in texts)

    stage.play(script)


def test_papers_are_found_photographed_and_can_be_taken_again(stage: Stage) -> None:
    def script(hand: Hand, citizen: Citizen) -> None:
        citizen.identifies("old-age-allowance")
        hand.tap("choice-same")
        hand.tap("primaryButton")
        hand.wait("question", name="key-1")
        hand.tap_keys("13800005678")
        hand.tap("primaryButton")
        hand.tap("choice-social-security-card")
        hand.tap("primaryButton")
        hand.wait("capture")
        stage.sim("page", "put", "social-security-card")
        hand.tap("taken-0")
        hand.tap("retakeButton")
        stage.sim("page", "put", "none")
        hand.wait("capture", text="请放上正面")
        stage.sim("page", "put", "social-security-card", "--dark")
        hand.wait("capture", text="暗")
        stage.sim("camera", "unplug")
        hand.wait("capture", text="断开")
        stage.sim("camera", "plug")
        stage.sim("page", "put", "none")
        hand.wait("capture", text="请放上正面")
        stage.sim("page", "put", "social-security-card")
        hand.wait("capture", text="社保卡都拍好了", within_s=20)
        hand.tap("primaryButton")
        hand.wait("capture", text="户口簿")

    stage.play(script)
