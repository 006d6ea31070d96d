"""What every receipt printer must keep: printed means on paper, whole, once."""

from collections.abc import Iterator

import pytest

from kiosk.documents import Field, Note, Qr, Rule, Title
from kiosk.faults import (
    PAPER_OUT,
    PRINTER_COVER_OPEN,
    PRINTER_CUTTER,
    PRINTER_HEAD_HOT,
    PRINTER_SLIP_WAITING,
    PRINTER_UNPLUGGED,
    Fault,
)
from kiosk.ports import Degraded, Disconnected, NeedsAttention, NotPrinted, Printed, PrintJob, Ready, Used
from tests.contract.benches import PRESENTERS, RECEIPT_PRINTERS, PresenterBench, PrinterBench

WORDS = ("已收到您的申请", "凭条号", "K7QW-2MXD-90TZ", "请保管好这张凭条")
DOCUMENT = (Title(WORDS[0]), Rule(), Field(WORDS[1], WORDS[2]), Note(WORDS[3]), Qr(WORDS[2]), Note("谢谢"))


def job(number: int) -> PrintJob:
    return PrintJob(f"job-{number}", DOCUMENT)


@pytest.fixture(params=RECEIPT_PRINTERS)
def bench(request: pytest.FixtureRequest) -> Iterator[PrinterBench]:
    with RECEIPT_PRINTERS[request.param]() as bench:
        yield bench


def test_each_slip_comes_out_whole_and_once(bench: PrinterBench) -> None:
    assert bench.adapter.status() == Ready()
    for number in (1, 2):
        assert bench.adapter.print(job(number)) == Printed()
        slips = bench.hands.slips(at_least=number)
        assert len(slips) == number
        assert all(word in slips[-1] for word in WORDS)


def test_without_paper_nothing_is_printed_and_a_refill_prints_nothing_by_itself(bench: PrinterBench) -> None:
    bench.hands.take_paper_out()
    assert bench.adapter.status() == NeedsAttention(PAPER_OUT)
    assert bench.adapter.print(job(1)) == NotPrinted(PAPER_OUT)
    bench.hands.refill()
    assert bench.adapter.status() == Ready()
    assert bench.adapter.print(job(2)) == Printed()
    assert len(bench.hands.slips(at_least=1)) == 1


def test_paper_that_ends_within_a_slip_is_not_printed_and_the_reprint_is_one_whole_slip(bench: PrinterBench) -> None:
    bench.hands.nearly_use_up()
    assert isinstance(bench.adapter.status(), Degraded)
    assert bench.adapter.print(job(1)) == NotPrinted(PAPER_OUT)
    bench.hands.refill()
    assert bench.adapter.print(job(2)) == Printed()
    *halves, reprint = bench.hands.slips(at_least=1)
    assert reprint.startswith(WORDS[0])
    assert reprint.count(WORDS[0]) == 1
    assert all(word in reprint for word in WORDS)
    assert not any(WORDS[-1] in half for half in halves)


def test_an_open_cover_keeps_it_from_printing(bench: PrinterBench) -> None:
    bench.hands.open_cover()
    assert bench.adapter.status() == NeedsAttention(PRINTER_COVER_OPEN)
    assert bench.adapter.print(job(1)) == NotPrinted(PRINTER_COVER_OPEN)
    bench.hands.close_cover()
    assert bench.adapter.print(job(2)) == Printed()
    assert len(bench.hands.slips(at_least=1)) == 1


def test_a_printer_that_was_unplugged_comes_back_by_itself(bench: PrinterBench) -> None:
    assert bench.adapter.status() == Ready()
    bench.hands.unplug()
    assert bench.adapter.status() == Disconnected(PRINTER_UNPLUGGED)
    assert bench.adapter.print(job(1)) == NotPrinted(PRINTER_UNPLUGGED)
    bench.hands.plug()
    assert bench.adapter.print(job(2)) == Printed()
    assert len(bench.hands.slips(at_least=1)) == 1


@pytest.mark.parametrize(
    ("hand", "fault"),
    [("jam_cutter", PRINTER_CUTTER), ("heat_head", PRINTER_HEAD_HOT)],
)
def test_what_keeps_it_from_printing_is_told_apart_and_passes(bench: PrinterBench, hand: str, fault: Fault) -> None:
    getattr(bench.hands, hand)()
    assert bench.adapter.status() == NeedsAttention(fault)
    assert bench.adapter.print(job(1)) == NotPrinted(fault)
    bench.hands.put_right()
    assert bench.adapter.status() == Ready()
    assert bench.adapter.print(job(2)) == Printed()
    assert len(bench.hands.slips(at_least=1)) == 1


def test_what_is_used_only_grows_and_a_slip_that_was_never_begun_uses_nothing(bench: PrinterBench) -> None:
    bench.hands.take_paper_out()
    assert isinstance(bench.adapter.print(job(1)), NotPrinted)
    assert bench.adapter.used() == Used(0, 0)
    bench.hands.refill()
    assert bench.adapter.print(job(2)) == Printed()
    assert (bench.adapter.used().cuts, bench.adapter.used().paper_mm > 40) == (1, True)


@pytest.fixture(params=PRESENTERS)
def presenter(request: pytest.FixtureRequest) -> Iterator[PresenterBench]:
    with PRESENTERS[request.param]() as bench:
        yield bench


def test_a_slip_waits_in_the_mouth_until_it_is_taken(presenter: PresenterBench) -> None:
    assert presenter.adapter.print(job(1)) == Printed()
    assert presenter.adapter.status() == Degraded((PRINTER_SLIP_WAITING,))
    presenter.hands.take_slip()
    assert presenter.adapter.status() == Ready()
    assert presenter.hands.taken_back() == 0


def test_a_forgotten_slip_is_gone_before_the_next_comes(presenter: PresenterBench) -> None:
    assert presenter.adapter.print(job(1)) == Printed()
    assert presenter.adapter.print(job(2)) == Printed()
    assert presenter.hands.taken_back() == 1
    assert len(presenter.hands.slips(at_least=2)) == 2
