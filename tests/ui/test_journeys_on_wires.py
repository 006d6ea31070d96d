"""Journeys on real screen, drivers and wires in one process: simulated devices misbehave, the journey goes on."""

import contextlib
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from hardware_sim import cli
from hardware_sim.simulation import running
from kiosk.configuration import (
    Configuration,
    Devices,
    DocumentCameraDevice,
    Gateway,
    Hall,
    IdentityCardReaderDevice,
    ReceiptPrinterDevice,
    Store,
    Terminal,
    Times,
)
from kiosk.submission import Json
from sync.outbox.drain import Drain
from terminal.application import CONTENT, Application
from terminal.current import read_current
from terminal.hand import Hand
from terminal.runner import CHINA
from tests.system.citizen import Citizen
from tests.system.waiting import until
from ui.texts import texts_of

SCRIPT_WITHIN_MS = 60_000


class Stage:
    """One terminal and its devices. `sim` is `kiosk-sim`; `play` runs a citizen's script beside the GUI thread."""

    def __init__(self, qtbot: QtBot, directory: Path, socket: Path) -> None:
        self._qtbot = qtbot
        self._run_dir = directory / "sim"
        self._store = directory / "store"
        self._socket = socket

    def agent_notes(self, **note: Json) -> None:
        """What the agent would leave in the store."""
        with contextlib.closing(Drain(self._store)) as drain:
            drain.note_agent(note)

    def sim(self, *words: str) -> None:
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            status = cli.main([*words, "--run-dir", str(self._run_dir)])
        assert status == 0, said.getvalue()

    def play(self, script: Callable[[Hand, Citizen], None]) -> None:
        def run() -> None:
            with Hand(self._socket) as hand:
                script(hand, Citizen(self, hand))

        with ThreadPoolExecutor(1, "citizen") as pool:
            played = pool.submit(run)
            self._qtbot.waitUntil(played.done, timeout=SCRIPT_WITHIN_MS)
            played.result()


@pytest.fixture
def stage(qtbot: QtBot, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    socket = tmp_path_factory.mktemp("s") / "a"
    with running(tmp_path / "sim", pace=False) as simulation:
        status = simulation.status()
        configuration = Configuration(
            terminal=Terminal(code="CZ03", number="03 号机"),
            hall=Hall(name="大厅", short_name="大厅", desk="咨询台", telephone="0768-000 0000", hours="9:00-17:00"),
            gateway=Gateway(url="http://127.0.0.1:9"),
            store=Store(directory=str(tmp_path / "store"), reserve_mb=1),
            times=Times(acknowledge_wait_s=0.2, goodbye_s=0.5),
            devices=Devices(
                identity_card_reader=IdentityCardReaderDevice(
                    address=f"serial:{status['identity_card_reader']['address']}", simulated=True
                ),
                document_camera=DocumentCameraDevice(
                    driver="frames", address=status["document_camera"]["address"], simulated=True
                ),
                receipt_printer=ReceiptPrinterDevice(address=status["receipt_printer"]["address"], simulated=True),
            ),
        )
        application = Application(
            read_current(configuration, CONTENT / "items", at=datetime.now(CHINA)),
            texts_of("zh_hans"),
            full_screen=False,
            automation=str(socket),
        )
        application.start()
        yield Stage(qtbot, tmp_path, socket)
        application.stop()


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
    "fault", ["broken-checksum", "short-frame", "late-reply", "silent", "read-failed", "not-authentic", "noise-before"]
)
def test_whatever_the_reader_sends_the_next_good_card_identifies(stage: Stage, fault: str) -> None:
    def script(hand: Hand, citizen: Citizen) -> None:
        hand.tap("startButton")
        hand.tap("item-residents-medical-insurance")
        hand.tap("primaryButton")
        hand.wait("identify")
        stage.sim("reader", "fault", fault)
        stage.sim("card", "insert", "chen-guilan")
        if fault != "noise-before":  # which is skipped, and the card read at once
            hand.wait("identify", text=says[fault])
            stage.sim("reader", "fault", "none")
            stage.sim("card", "lift")
            stage.sim("card", "insert", "chen-guilan")
        hand.wait("question", text="陈桂兰", within_s=20)

    says = {
        "broken-checksum": "不太正常",
        "short-frame": "不太正常",
        "late-reply": "没有回应",
        "silent": "没有回应",
        "read-failed": "再放",
        "not-authentic": "没有读出来",
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
        stage.sim("printer", "silent", "on")
        citizen.signs()
        texts = hand.wait("done", name="reprintButton", within_s=40)
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
        hand.tap("retake-0")
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
        hand.wait("capture", name="retake-0", within_s=20)
        hand.tap("primaryButton")
        hand.wait("capture", text="户口簿")

    stage.play(script)
