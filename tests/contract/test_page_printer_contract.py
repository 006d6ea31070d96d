"""The driver over IPP against CUPS' own ippeveprinter, with each state and each fault, and the next job after it.

One adapter and one printer for all of them: nothing here may need a new one.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from drivers import configured
from drivers.page_printer.ipp_printer import SILENT_S, STANDS_STILL_S, WAITS_S, IppPrinter
from hardware_sim.control import Simulation
from hardware_sim.faults import FAULTS, PAGES
from hardware_sim.simulation import Conditions, running
from kiosk.configuration import PagePrinterDevice
from kiosk.faults import (
    PAGE_PRINTER_BUSY,
    PAGE_PRINTER_CANCELLED,
    PAGE_PRINTER_COVER_OPEN,
    PAGE_PRINTER_NOT_WORKING,
    PAGE_PRINTER_PAUSED,
    PAGE_PRINTER_REFUSED,
    PAGE_PRINTER_SILENT,
    PAGE_PRINTER_TRAY_FULL,
    PAGE_PRINTER_UNCONFIRMED,
    PAGE_PRINTER_UNPLUGGED,
    SHEETS_JAMMED,
    SHEETS_LOW,
    SHEETS_OUT,
    TONER_LOW,
    TONER_OUT,
)
from kiosk.ports import (
    Degraded,
    Disconnected,
    NeedsAttention,
    NotPrinted,
    PageJob,
    PagesPrinted,
    PagesPrinting,
    PrintUnknown,
    Ready,
)
from tests.system.waiting import until

STATUSES = {
    "pages.jam": NeedsAttention(SHEETS_JAMMED),
    "pages.paper-out": NeedsAttention(SHEETS_OUT),
    "pages.paper-low": Degraded((SHEETS_LOW,)),
    "pages.toner-low": Degraded((TONER_LOW,)),
    "pages.toner-out": NeedsAttention(TONER_OUT),
    "pages.cover": NeedsAttention(PAGE_PRINTER_COVER_OPEN),
    "pages.tray-full": NeedsAttention(PAGE_PRINTER_TRAY_FULL),
    "pages.paused": NeedsAttention(PAGE_PRINTER_PAUSED),
    "pages.busy": Degraded((PAGE_PRINTER_BUSY,)),
    "pages.unplugged": Disconnected(PAGE_PRINTER_UNPLUGGED),
    "pages.no-answer": Disconnected(PAGE_PRINTER_SILENT),
}
WITHIN_A_JOB: dict[str, tuple[dict[str, int], object]] = {
    "pages.jam": ({"after_sheets": 1}, PagesPrinting(1, SHEETS_JAMMED)),
    "pages.paper-out": ({"after_sheets": 1}, PagesPrinting(1, SHEETS_OUT)),
    "pages.toner-out": ({}, PagesPrinting(0, TONER_OUT)),
    "pages.cover": ({}, PagesPrinting(0, PAGE_PRINTER_COVER_OPEN)),
    "pages.tray-full": ({}, PagesPrinting(0, PAGE_PRINTER_TRAY_FULL)),
    "pages.paused": ({}, PagesPrinting(0, PAGE_PRINTER_PAUSED)),
    "pages.unplugged": ({}, PagesPrinting(0, PAGE_PRINTER_UNPLUGGED)),
    "pages.never-prints": ({}, PagesPrinting(0)),
    "pages.slow": ({"sheet_s": 1000}, PagesPrinting(0)),
    "pages.paper-low": ({}, PagesPrinted(2)),
    "pages.toner-low": ({}, PagesPrinted(2)),
    "pages.no-answer": ({}, PagesPrinted(2)),
    "pages.aborts": ({"after_sheets": 1}, NotPrinted(PAGE_PRINTER_NOT_WORKING)),
    "pages.refuses": ({}, NotPrinted(PAGE_PRINTER_REFUSED)),
    "pages.counts-nothing": ({}, PrintUnknown(PAGE_PRINTER_UNCONFIRMED)),
}


class MovedClock:
    """How long a job stands still is counted by it."""

    def __init__(self) -> None:
        self.moved_s = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.moved_s


CLOCK = MovedClock()


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulation]:
    with running(tmp_path_factory.mktemp("hall"), conditions=Conditions(pace=False, papers=True)) as simulation:
        yield simulation


@pytest.fixture(scope="module")
def shared(simulated: Simulation) -> IppPrinter:
    return IppPrinter(simulated.status()["page_printer"]["address"], now=CLOCK)


@pytest.fixture
def printer(shared: IppPrinter, simulated: Simulation) -> Iterator[IppPrinter]:
    """Well, and without a job: before and after."""
    yield shared
    simulated.fault_clear()
    simulated.pages_clear()
    simulated.tray_load()
    shared.cancel()
    until(lambda: shared.status() == Ready(), "the printer to be ready")


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Two pages of A4."""
    path = tmp_path_factory.mktemp("pages") / "two.pdf"
    pages = [Image.new("L", (620, 877), 255) for _ in range(2)]
    for at, page in enumerate(pages):
        ImageDraw.Draw(page).rectangle((100, 100, 200 + 200 * at, 300), fill=0)
    pages[0].save(path, save_all=True, append_images=pages[1:], resolution=75)
    return path.read_bytes()


def job(pdf: bytes, job_id: str, sheets: int = 2) -> PageJob:
    return PageJob(job_id, pdf, sheets)


def course(printer: IppPrinter, work: PageJob, wanted: object) -> object:
    """What is told of a job, until this is or something ended it."""
    told: list[object] = [printer.begin(work)]

    def so() -> bool:
        if told[-1] != wanted and isinstance(told[-1], PagesPrinting):
            told.append(printer.next())
        return told[-1] == wanted or not isinstance(told[-1], PagesPrinting)

    until(so, f"{wanted}, told {told[-1]}")
    return told[-1]


def test_each_fault_of_the_page_printer_is_told_here() -> None:
    assert {*STATUSES, *WITHIN_A_JOB} == {name for name, kind in FAULTS.items() if kind.device == PAGES}


def test_a_job_is_printed_once_its_sheets_lie_there(printer: IppPrinter, simulated: Simulation, pdf: bytes) -> None:
    before = len(simulated.pages_printed())
    assert course(printer, job(pdf, "happy"), PagesPrinted(2)) == PagesPrinted(2)
    sheets = simulated.pages_printed(at_least=before + 2)[before:]
    dark = [Image.open(sheet.picture_path).convert("L").histogram()[0] for sheet in sheets]
    assert 0 < dark[0] < dark[1], "page after page, as they were sent"


def test_the_same_job_is_never_printed_twice(printer: IppPrinter, simulated: Simulation, pdf: bytes) -> None:
    course(printer, job(pdf, "once"), PagesPrinted(2))
    before = len(simulated.pages_printed())
    assert printer.begin(job(pdf, "once")) == PagesPrinting(2)
    assert printer.next() == PagesPrinted(2) == printer.cancel()
    assert len(simulated.pages_printed()) == before


@pytest.mark.parametrize("fault", STATUSES)
def test_what_stands_in_the_way_is_told_and_passes(fault: str, printer: IppPrinter, simulated: Simulation) -> None:
    simulated.fault_set(fault)
    assert printer.status() == STATUSES[fault]
    simulated.fault_clear(fault)
    until(lambda: printer.status() == Ready(), f"{fault} to be over")


@pytest.mark.parametrize("fault", [name for name, status in STATUSES.items() if isinstance(status, NeedsAttention)])
def test_nothing_is_handed_to_a_printer_that_says_it_cannot(
    fault: str, printer: IppPrinter, simulated: Simulation, pdf: bytes
) -> None:
    simulated.fault_set(fault)
    status = STATUSES[fault]
    assert isinstance(status, NeedsAttention)
    assert printer.begin(job(pdf, f"not with {fault}")) == NotPrinted(status.fault)
    simulated.fault_clear(fault)
    assert printer.next() == NotPrinted(status.fault), "how it ended stays so"


@pytest.mark.parametrize("fault", WITHIN_A_JOB)
def test_a_fault_within_a_job_is_told_and_the_next_job_is_printed(
    fault: str, printer: IppPrinter, simulated: Simulation, pdf: bytes
) -> None:
    parameters, told = WITHIN_A_JOB[fault]
    simulated.fault_set(fault, on="next-job", **parameters)
    assert course(printer, job(pdf, f"within {fault}"), told) == told
    simulated.fault_clear(fault)
    if isinstance(told, PagesPrinting) and fault != "pages.slow":
        assert course(printer, job(pdf, f"within {fault}"), PagesPrinted(2)) == PagesPrinted(2), "it went on"
    printer.cancel()
    until(lambda: printer.status() == Ready(), "the printer to be ready")
    assert course(printer, job(pdf, f"after {fault}"), PagesPrinted(2)) == PagesPrinted(2)


def test_paper_that_is_put_in_lets_the_job_go_on(printer: IppPrinter, simulated: Simulation, pdf: bytes) -> None:
    simulated.tray_load(1)
    before = len(simulated.pages_printed())
    course(printer, job(pdf, "two sheets"), PagesPrinting(1, SHEETS_OUT))
    simulated.tray_load()
    assert course(printer, job(pdf, "two sheets"), PagesPrinted(2)) == PagesPrinted(2)
    assert len(simulated.pages_printed()) == before + 2


def test_after_a_cancel_nothing_more_comes_out(printer: IppPrinter, simulated: Simulation, pdf: bytes) -> None:
    before = len(simulated.pages_printed())
    simulated.tray_load(1)
    course(printer, job(pdf, "taken back"), PagesPrinting(1, SHEETS_OUT))
    assert printer.cancel() == NotPrinted(PAGE_PRINTER_CANCELLED) == printer.next()
    simulated.tray_load()
    assert course(printer, job(pdf, "after it"), PagesPrinted(2)) == PagesPrinted(2)
    assert len(simulated.pages_printed()) == before + 3


def test_a_printer_at_somebody_elses_job_takes_ours_after_it(
    printer: IppPrinter, simulated: Simulation, pdf: bytes
) -> None:
    simulated.fault_set("pages.busy")
    assert printer.begin(job(pdf, "beside")) == NotPrinted(PAGE_PRINTER_BUSY)
    simulated.fault_clear("pages.busy")
    assert course(printer, job(pdf, "behind"), PagesPrinted(2)) == PagesPrinted(2)


@pytest.mark.parametrize(
    ("fault", "patience_s", "why"),
    [
        ("pages.never-prints", STANDS_STILL_S, PAGE_PRINTER_NOT_WORKING),
        ("pages.cover", WAITS_S, PAGE_PRINTER_COVER_OPEN),
    ],
)
def test_a_job_that_stands_still_is_taken_back(
    fault: str, patience_s: float, why: Any, printer: IppPrinter, simulated: Simulation, pdf: bytes
) -> None:
    simulated.fault_set(fault, on="next-job")
    waits = PagesPrinting(0, None if fault == "pages.never-prints" else why)
    assert course(printer, job(pdf, f"stands still: {fault}"), waits) == waits
    assert printer.next() == waits
    CLOCK.moved_s += patience_s + 1
    assert course(printer, job(pdf, f"stands still: {fault}"), NotPrinted(why)) == NotPrinted(why)


def test_a_job_of_which_nothing_is_heard_any_more_is_unknown(
    printer: IppPrinter, simulated: Simulation, pdf: bytes
) -> None:
    simulated.fault_set("pages.unplugged", on="next-job")
    course(printer, job(pdf, "unheard"), PagesPrinting(0, PAGE_PRINTER_UNPLUGGED))
    CLOCK.moved_s += SILENT_S + 1
    assert printer.next() == PrintUnknown(PAGE_PRINTER_UNPLUGGED)


def test_what_is_no_pdf_is_not_printed(printer: IppPrinter, simulated: Simulation) -> None:
    before = len(simulated.pages_printed())
    not_printed = NotPrinted(PAGE_PRINTER_NOT_WORKING)
    assert course(printer, job(b"%PDF-1.7 and nothing behind it", "torn"), not_printed) == not_printed
    assert len(simulated.pages_printed()) == before


def test_a_job_of_more_sheets_than_came_out_is_unknown(printer: IppPrinter, pdf: bytes) -> None:
    unknown = PrintUnknown(PAGE_PRINTER_UNCONFIRMED)
    assert course(printer, job(pdf, "three of two", sheets=3), unknown) == unknown


def test_a_tray_that_was_pulled_out_is_no_paper(printer: IppPrinter, simulated: Simulation) -> None:
    simulated.tray_remove()
    assert printer.status() == NeedsAttention(SHEETS_OUT)


def test_the_configured_adapter_is_this_one(simulated: Simulation) -> None:
    settings = PagePrinterDevice(address=simulated.status()["page_printer"]["address"], simulated=True)
    assert configured.page_printer(settings).status() == Ready()


@pytest.mark.parametrize("address", ["ipp://h:631/printers/HP", "http://h/ipp/print", "ipp://h:x/", "ipp:///ipp/print"])
def test_what_is_no_printers_own_address_is_misconfigured(address: str) -> None:
    with pytest.raises(configured.Misconfigured, match=r"page_printer\.address"):
        configured.page_printer(PagePrinterDevice(address=address))


def test_a_queue_of_cups_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="printer's own address"):
        IppPrinter("ipp://localhost:631/printers/hall")
