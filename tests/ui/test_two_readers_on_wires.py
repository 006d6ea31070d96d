"""A terminal with two card readers on their wires, the social security card's under a smart card service of its own."""

from collections.abc import Iterator

import pytest

from hardware_sim.pcscd import is_possible
from terminal.hand import Hand
from tests.system.citizen import Citizen
from tests.ui.stage import SAY, Stage, open_stage


@pytest.fixture(scope="module")
def terminal(qapp: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    assert is_possible() is None, is_possible()
    with open_stage(tmp_path_factory.mktemp("stage"), smart_cards=True) as terminal:
        yield terminal


@pytest.fixture
def stage(terminal: Stage) -> Stage:
    terminal.clear()
    return terminal


def begin(hand: Hand) -> None:
    hand.tap("startButton")
    hand.tap("item-residents-medical-insurance")
    hand.tap("primaryButton")
    hand.wait("identify", text="或插社保卡")


def test_a_social_security_card_identifies_on_its_own_reader(stage: Stage) -> None:
    def script(hand: Hand, citizen: Citizen) -> None:
        begin(hand)
        stage.ask("smartcard insert", name="chen-guilan")
        hand.wait("question", text="陈桂兰")
        hand.wait("question", text="来自社保卡")

    stage.play(script)


def test_with_the_identity_card_reader_away_the_other_is_offered_and_both_again_once_it_is_back(stage: Stage) -> None:
    def script(hand: Hand, citizen: Citizen) -> None:
        begin(hand)
        stage.sim("reader", "unplug")
        hand.wait("identify", text="身份证读卡器断开了，可以插社保卡")
        stage.sim("reader", "plug")
        hand.wait("identify", text="正在等您的卡")
        stage.sim("card", "insert", "chen-guilan")
        hand.wait("question", text="陈桂兰")

    stage.play(script)


def test_a_card_that_comes_while_the_other_is_read_in_vain_is_read_next(stage: Stage) -> None:
    def script(hand: Hand, citizen: Citizen) -> None:
        begin(hand)
        stage.simulation.card_insert("chen-guilan", for_bytes=600)
        hand.wait("identify", text=SAY("identify.reading.state"))
        stage.ask("smartcard insert", name="chen-guilan")
        hand.wait("question", text="来自社保卡")

    stage.play(script)


def test_a_card_that_is_no_social_security_card_says_so_and_the_right_one_can_follow(stage: Stage) -> None:
    def script(hand: Hand, citizen: Citizen) -> None:
        begin(hand)
        stage.ask("smartcard insert", name="chen-guilan", kind="unknown")
        hand.wait("identify", text="请换成社保卡再插")
        stage.ask("smartcard remove")
        stage.ask("smartcard insert", name="chen-guilan")
        hand.wait("question", text="陈桂兰")

    stage.play(script)


def test_a_smart_card_service_that_restarts_is_followed_by_itself(stage: Stage) -> None:
    def script(hand: Hand, citizen: Citizen) -> None:
        begin(hand)
        stage.ask("fault set", name="smartcard.service-down")
        hand.wait("identify", text="可以放身份证")
        stage.ask("fault clear", name="smartcard.service-down")
        hand.wait("identify", text="正在等您的卡")
        stage.ask("smartcard insert", name="chen-guilan")
        hand.wait("question", text="陈桂兰")

    stage.play(script)
