"""A terminal that prints on A4: real screen and driver, CUPS' own IPP printer, and what lies in its tray."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from hardware_sim.devices.page_printer import FULL_TRAY, PagePrinter
from sync.outbox.store import Outbox
from terminal.hand import Hand
from tests.system.citizen import Citizen
from tests.system.waiting import until
from tests.ui.stage import SAY, Stage, leave, open_stage

OUT_WITHIN_S = 20.0


@pytest.fixture(scope="module")
def tray(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagePrinter]:
    printer = PagePrinter(tmp_path_factory.mktemp("tray"), pace=False)
    printer.start()
    yield printer
    printer.stop()


@pytest.fixture(scope="module")
def terminal(qapp: object, tray: PagePrinter, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(tmp_path_factory.mktemp("stage"), page_printer=tray.address) as terminal:
        yield terminal


@pytest.fixture
def stage(terminal: Stage, tray: PagePrinter) -> Stage:
    tray.clear_fault(None)
    tray.clear()
    tray.load(FULL_TRAY)
    terminal.clear()
    return terminal


def newest(tray: PagePrinter, before: int) -> str:
    sheets = tray.printed(at_least=before + 1, within_s=OUT_WITHIN_S)
    assert len(sheets) == before + 1
    return "".join(sheets[-1].text_path.read_text("utf-8").split())


def reads_the_guide(hand: Hand) -> None:
    hand.tap("startButton")
    hand.tap("item-old-age-allowance")
    hand.wait_touchable("pagesButton")


def test_the_guide_comes_out_and_one_is_back_at_it(stage: Stage, tray: PagePrinter) -> None:
    before = len(tray.printed())

    def script(hand: Hand, citizen: Citizen) -> None:
        reads_the_guide(hand)
        hand.tap("pagesButton")
        hand.wait("printing", text=SAY("printing.there.guide"), within_s=OUT_WITHIN_S)
        hand.tap("primaryButton")
        hand.wait("guide")

    stage.play(script)
    sheet = newest(tray, before)
    assert "谁能办" in sheet
    assert "0768-0000000" in sheet
    assert "演示：设备为模拟" in sheet


def test_the_copy_says_what_was_handed_in_and_its_job_is_written_down(stage: Stage, tray: PagePrinter) -> None:
    before = len(tray.printed())

    def script(hand: Hand, citizen: Citizen) -> None:
        citizen.hands_in()
        hand.wait("done", text=SAY("done.slip.printed"), within_s=OUT_WITHIN_S)
        hand.tap("pagesButton")
        hand.wait("printing", text=SAY("printing.there.copy"), within_s=OUT_WITHIN_S)
        hand.tap("primaryButton")
        hand.wait("done")
        citizen.leaves()

    stage.play(script)
    sheet = newest(tray, before)
    assert "陈桂兰" in sheet
    assert "138****5678" in sheet
    assert "100101194401010028" not in sheet
    with closing(Outbox(stage.store)) as outbox:
        assert [state for job, _, state in outbox.print_jobs() if "#" not in job] == ["printed"]


def test_a_printer_without_paper_says_so_in_the_button_until_it_has_some(stage: Stage, tray: PagePrinter) -> None:
    tray.load(0)

    def script(hand: Hand, citizen: Citizen) -> None:
        hand.tap("startButton")
        hand.tap("item-old-age-allowance")
        hand.wait("guide", text="没有纸了")
        assert not hand.can_tap("pagesButton")
        tray.load(FULL_TRAY)
        hand.wait_touchable("pagesButton")

    stage.play(script)


def test_what_the_printer_does_not_count_is_never_said_to_be_there(stage: Stage, tray: PagePrinter) -> None:
    tray.set_fault("pages.counts-nothing")

    def script(hand: Hand, citizen: Citizen) -> None:
        reads_the_guide(hand)
        hand.tap("pagesButton")
        told = hand.wait("printing", text=SAY("printing.unknown.guide"), within_s=OUT_WITHIN_S)
        assert SAY("printing.there.guide") not in told

    stage.play(script)


def test_a_sheet_that_does_not_come_can_be_taken_back(stage: Stage, tray: PagePrinter) -> None:
    tray.set_fault("pages.never-prints")
    before = len(tray.printed())

    def script(hand: Hand, citizen: Citizen) -> None:
        reads_the_guide(hand)
        hand.tap("pagesButton")
        hand.wait("printing", text=SAY("printing.sheet", sheet=1, sheets=1))
        hand.tap("changeMind")
        hand.wait("printing", text=SAY("printing.cancelled"), within_s=OUT_WITHIN_S)

    stage.play(script)
    assert len(tray.printed()) == before


def test_paper_that_runs_out_is_waited_for_and_it_goes_on_by_itself(stage: Stage, tray: PagePrinter) -> None:
    tray.set_fault("pages.paper-out", on="next-job", after_sheets=0)
    before = len(tray.printed())

    def script(hand: Hand, citizen: Citizen) -> None:
        reads_the_guide(hand)
        hand.tap("pagesButton")
        hand.wait("printing", text=SAY("fault.page_printer.paper_out"))
        hand.wait("printing", text=SAY("printing.waits.paper"))
        tray.load(FULL_TRAY)
        hand.wait("printing", text=SAY("printing.there.guide"), within_s=OUT_WITHIN_S)

    stage.play(script)
    assert len(tray.printed()) == before + 1


def test_whoever_leaves_takes_the_sheet_back(stage: Stage, tray: PagePrinter) -> None:
    tray.set_fault("pages.never-prints")
    before = len(tray.printed())

    def script(hand: Hand, citizen: Citizen) -> None:
        reads_the_guide(hand)
        hand.tap("pagesButton")
        hand.wait("printing", text=SAY("printing.sheet", sheet=1, sheets=1))
        leave(hand)
        until(lambda: not tray.state()["printing"], "the job to be taken back")
        tray.clear_fault(None)
        reads_the_guide(hand)
        hand.tap("pagesButton")
        hand.wait("printing", text=SAY("printing.there.guide"), within_s=OUT_WITHIN_S)

    stage.play(script)
    assert len(tray.printed()) == before + 1
