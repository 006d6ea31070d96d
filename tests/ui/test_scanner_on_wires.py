"""A terminal with a document scanner, SANE's own library between: stacks, faults in their middle, the camera too."""

from collections.abc import Iterator

import pytest

from terminal.hand import Hand
from tests.system.citizen import Citizen
from tests.ui.stage import SAY, Stage, open_stage

REGISTER = ("household-front", "household-member")


@pytest.fixture(scope="module")
def terminal(qapp: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(tmp_path_factory.mktemp("stage"), papers=True) as terminal:
        yield terminal


@pytest.fixture
def stage(terminal: Stage) -> Stage:
    terminal.clear()
    return terminal


def come_to_the_scanner(stage: Stage, hand: Hand, citizen: Citizen) -> None:
    """With a photographed card, at the household register."""
    citizen.identifies("old-age-allowance")
    hand.tap("choice-same")
    stage.sim("card", "lift")
    hand.tap("primaryButton")
    hand.wait("question", name="key-1")
    hand.tap_keys("13800005678")
    hand.tap("primaryButton")
    hand.tap("choice-social-security-card")
    hand.tap("primaryButton")
    hand.wait("capture")
    stage.sim("page", "put", "social-security-card")
    hand.wait("capture", text=SAY("capture.heading.done", material="社保卡"), within_s=20)
    stage.sim("page", "put", "none")
    hand.tap("primaryButton")
    hand.tap("scannerButton")
    hand.wait("scan", text="请扫描户口簿")


def test_a_stack_is_read_put_in_order_and_comes_to_the_check(stage: Stage) -> None:
    def script(hand: Hand, citizen: Citizen) -> None:
        come_to_the_scanner(stage, hand, citizen)
        stage.ask("sheets feed", names=[*reversed(REGISTER), REGISTER[0]])
        hand.tap("feederButton")
        hand.wait("scan", text=SAY("papers.taken", count=3), within_s=30)
        hand.wait("scan", text="户口簿都扫好了", within_s=20)
        hand.tap("taken-1")
        hand.wait("pagesTaken", text="第 2 页，共 3 页")
        hand.tap("earlierButton")
        hand.wait("pagesTaken", text="第 1 页，共 3 页")
        hand.tap("primaryButton")
        hand.tap("primaryButton")
        hand.tap("laterButton")
        hand.wait("check")

    stage.play(script)


def test_what_was_read_before_a_jam_stays_and_the_rest_follows(stage: Stage) -> None:
    def script(hand: Hand, citizen: Citizen) -> None:
        come_to_the_scanner(stage, hand, citizen)
        stage.simulation.fault_set("sheets.jam", after_sheets=1)
        stage.ask("sheets feed", names=[*REGISTER])
        hand.tap("feederButton")
        hand.wait("scan", text=SAY("fault.scanner.jammed"), within_s=30)
        hand.wait("scan", text=SAY("scan.lead.stays", count=1))
        stage.simulation.fault_clear()
        stage.ask("sheets take")
        stage.ask("sheets feed", names=[REGISTER[1]])
        hand.tap("feederButton")
        hand.wait("scan", text="户口簿都扫好了", within_s=30)
        hand.wait("scan", text=SAY("papers.taken", count=2))

    stage.play(script)


def test_a_scan_is_stopped_at_once_and_where_the_scanner_goes_the_camera_goes_on(stage: Stage) -> None:
    def script(hand: Hand, citizen: Citizen) -> None:
        come_to_the_scanner(stage, hand, citizen)
        hand.tap("feederButton")
        hand.wait("scan", text=SAY("fault.scanner.no_sheets"), within_s=30)
        stage.ask("glass put", name=REGISTER[0])
        hand.tap("glassButton")
        hand.wait("scan", text=SAY("papers.taken", count=1), within_s=30)
        stage.simulation.fault_set("sheets.slow", page_s=60)
        stage.ask("sheets feed", names=[REGISTER[1]])
        hand.tap("feederButton")
        hand.tap("stopButton")
        hand.wait("scan", name="feederButton")
        hand.wait("scan", text=SAY("papers.taken", count=1))
        hand.tap("feederButton")
        hand.wait("scan", text=SAY("scan.heading.running", material="户口簿"))
        stage.ask("sheets plug", plugged=False)
        hand.wait("scan", text="扫描仪断开了", within_s=30)
        hand.wait("scan", text=SAY("papers.taken", count=1))
        hand.tap("backButton")
        hand.wait("capture", text="本人页")
        stage.sim("page", "put", REGISTER[1])
        hand.wait("capture", text=SAY("capture.heading.done", material="户口簿"), within_s=20)

    stage.play(script)
