"""The A4 printer's mechanism, and what its relay makes of ippeveprinter's words."""

from pathlib import Path

import pytest

from hardware_sim.devices import page_printer_relay as relay
from hardware_sim.devices.page_printer_machine import FULL_TRAY, STOPPERS, Page, PagePrinterMachine, PagesJob
from hardware_sim.wire_log import FROM_DEVICE, TO_DEVICE
from tests.wires.ipp_wire import CANCEL_JOB, GET_PRINTER, IDLE, INTEGER, STOPPED, answer, job, printer


def two_pages() -> PagesJob:
    return PagesJob(1, (Page(Path("1.png"), "eins"), Page(Path("2.png"), "zwei")))


def test_a_job_takes_its_sheets_from_the_tray_and_no_more() -> None:
    machine, work = PagePrinterMachine(), two_pages()
    assert [machine.feed(work), machine.feed(work), machine.feed(work)] == [*work.pages, None]
    assert (work.out, machine.tray_sheets) == (2, FULL_TRAY - 2)


@pytest.mark.parametrize(
    ("fault", "keyword"),
    [
        ("pages.cover", "cover-open"),
        ("pages.toner-out", "toner-empty"),
        ("pages.paused", "paused"),
        ("pages.tray-full", "spool-area-full"),
    ],
)
def test_what_stands_in_the_way_stops_it_until_it_is_cleared(fault: str, keyword: str) -> None:
    machine, work = PagePrinterMachine(), two_pages()
    machine.set_fault(fault)
    assert machine.reasons(None) == (keyword,)
    assert machine.feed(work) is None
    machine.clear_fault(fault)
    assert machine.reasons(None) == ()
    assert machine.feed(work) == work.pages[0]


@pytest.mark.parametrize(("fault", "keyword"), [("pages.jam", "media-jam"), ("pages.paper-out", "media-needed")])
def test_a_fault_after_so_many_sheets_lets_so_many_out(fault: str, keyword: str) -> None:
    machine, work = PagePrinterMachine(), two_pages()
    machine.set_fault(fault, on="next-job", after_sheets=1)
    assert machine.reasons(None) == ()
    assert machine.begin(fault) == [fault]
    assert machine.feed(work) == work.pages[0]
    assert machine.feed(work) is None
    assert machine.reasons(work) == (keyword,)


def test_hands_mend_what_hands_can() -> None:
    machine = PagePrinterMachine()
    for fault in ("pages.jam", "pages.paper-out"):
        machine.set_fault(fault, after_sheets=0)
    for fault in ("pages.cover", "pages.tray-full", "pages.paused", "pages.toner-out"):
        machine.set_fault(fault)
    machine.remove_tray()
    machine.clear()
    assert machine.reasons(None) == ("input-tray-missing", "toner-empty")
    machine.load(10)
    assert machine.reasons(None) == ("toner-empty",)
    assert machine.tray_sheets == 10


def test_what_runs_low_stops_nothing() -> None:
    machine = PagePrinterMachine()
    machine.set_fault("pages.paper-low")
    machine.set_fault("pages.toner-low")
    assert machine.reasons(None) == ("media-low", "toner-low")
    assert not machine.stopped(None)


@pytest.mark.parametrize("keyword", sorted(STOPPERS))
@pytest.mark.parametrize("severity", ["report", "warning"])
def test_what_stops_the_printer_is_told_as_an_error(keyword: str, severity: str) -> None:
    told = relay.as_a_printer_says(printer(f"{keyword}-{severity}", "toner-low-report", state=IDLE), counts=True)
    assert told == printer(f"{relay.MEANT.get(keyword, keyword)}-error", "toner-low-report", state=STOPPED)


def test_what_does_not_stop_it_is_passed_on_as_it_is() -> None:
    for told in (printer(), printer("toner-low-warning"), job(5)):
        assert relay.as_a_printer_says(told, counts=True) == told


def test_a_printer_that_does_not_count_has_no_count() -> None:
    told = job(9, more=((INTEGER, "job-impressions-completed", (2,)),))
    assert b"job-impressions-completed" not in relay.as_a_printer_says(told, counts=False)
    assert len(relay.as_a_printer_says(told, counts=False)) == len(told)


def test_the_wire_is_told_in_words() -> None:
    cancel = (
        b"\x02\x00"
        + CANCEL_JOB.to_bytes(2, "big")
        + b"\x00\x00\x00\x01\x01\x21\x00\x06job-id\x00\x04\x00\x00\x00\x07\x03"
    )
    assert relay.words(TO_DEVICE, cancel) == "Cancel-Job, job 7"
    assert relay.words(TO_DEVICE, b"\x02\x00" + GET_PRINTER.to_bytes(2, "big")) == "Get-Printer-Attributes"
    assert relay.words(TO_DEVICE, b"\x02\x00\x40\x01") == "operation 0x4001"
    assert relay.words(FROM_DEVICE, job(9)) == "status 0x0000, job 7 completed"
    assert relay.words(FROM_DEVICE, printer("cover-open-error")) == "status 0x0000, cover-open-error"
    assert relay.words(FROM_DEVICE, answer(0x0507)) == "status 0x0507"
