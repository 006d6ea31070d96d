"""Every fault at every moment of a visit: it ends finished, or the citizen can leave with what is true. Never stuck."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from hardware_sim.faults import FAULTS
from kiosk import faults
from kiosk.faults import Fault
from kiosk.items import Catalogue
from kiosk.journeys.effects import CapturePage, ScanPages
from kiosk.journeys.events import Device, DeviceChanged
from kiosk.ports import NotPrinted, PrintUnknown, Ready
from tests.journeys.trouble import Afternoon
from tests.journeys.visit import Visit
from tests.journeys.wrong import PagesTrouble, Trouble

MOMENTS = 48  # ticks of a visit without trouble, and some
SHORT = 6  # ticks
LONGER = 10  # ticks that printing on A4 takes


def _lost(device: Device, fault: Fault, *, gone: bool = False) -> Trouble:
    return Trouble(lost=(device, fault, gone))


def _sheets(fault: Fault, *, gone: bool = False) -> tuple[Trouble, ...]:
    """While nothing is scanned, and in the middle of a stack."""
    lost = Trouble(lost=(Device.SCANNER, fault, gone), scanner=True)
    return lost, Trouble(unscanned=fault, scanner=True)


def _camera(trouble: Trouble) -> tuple[Trouble, ...]:
    """Where there is no scanner, and where there is one."""
    return trouble, replace(trouble, scanner=True)


def _printer(fault: Fault, *, gone: bool = False) -> tuple[Trouble, ...]:
    """While nobody prints, and in the middle of a slip."""
    return _lost(Device.PRINTER, fault, gone=gone), Trouble(print_fault=fault)


def _pages(fault: Fault, *, waits: bool = False, unknown: bool = False, gone: bool = False) -> tuple[Trouble, ...]:
    """While nothing is printed on A4, and in the middle of a sheet."""
    lost = Trouble(lost=(Device.PAGE_PRINTER, fault, gone), pages=PagesTrouble())
    outcome = PrintUnknown(fault) if unknown else NotPrinted(fault)
    during = PagesTrouble(waits_for=fault) if waits else PagesTrouble(ends=outcome)
    return lost, Trouble(pages=during)


AS_PORTS_TELL_IT: dict[str, tuple[Trouble, ...]] = {
    "printer.jam-after-cut": _printer(faults.PRINTER_JAMMED),
    "printer.paper-near-end": (Trouble(),),
    "printer.paper-out": _printer(faults.PAPER_OUT),
    "printer.cover": _printer(faults.PRINTER_COVER_OPEN),
    "printer.cutter": _printer(faults.PRINTER_CUTTER),
    "printer.head-hot": _printer(faults.PRINTER_HEAD_HOT),
    "printer.no-answer": (
        _lost(Device.PRINTER, faults.PRINTER_SILENT, gone=True),
        Trouble(print_fault=faults.PRINTER_SILENT, print_unknown=True),
    ),
    "printer.half-answer": (Trouble(print_fault=faults.PRINTER_SILENT, print_unknown=True),),
    "printer.noise": (Trouble(print_fault=faults.PRINTER_SILENT, print_unknown=True),),
    "printer.slow": (Trouble(print_fault=faults.PRINTER_SILENT, print_unknown=True),),
    "printer.unplugged": (
        *_printer(faults.PRINTER_UNPLUGGED, gone=True),
        Trouble(print_fault=faults.PRINTER_UNPLUGGED, print_unknown=True),
    ),
    "reader.no-answer": (_lost(Device.READER, faults.READER_SILENT, gone=True),),
    "reader.half-frame": (
        _lost(Device.READER, faults.READER_NOT_WORKING),
        Trouble(unread=faults.CARD_UNREADABLE),
    ),
    "reader.wrong-checksum": (
        _lost(Device.READER, faults.READER_NOT_WORKING),
        Trouble(unread=faults.CARD_UNREADABLE),
    ),
    "reader.noise": (Trouble(unread=faults.CARD_UNREADABLE),),
    "reader.slow": (Trouble(unread=faults.CARD_LIFTED_TOO_EARLY),),
    "reader.late": (_lost(Device.READER, faults.READER_SILENT, gone=True),),
    "reader.self-test": (_lost(Device.READER, faults.READER_NOT_WORKING),),
    "reader.unplugged": (_lost(Device.READER, faults.READER_UNPLUGGED, gone=True),),
    "card.pulled": (Trouble(unread=faults.CARD_LIFTED_TOO_EARLY),),
    "card.two": (Trouble(unread=faults.CARDS_TWO),),
    "card.wrong": (Trouble(unread=faults.CARD_UNSUPPORTED),),
    "card.not-genuine": (Trouble(unread=faults.CARD_UNREADABLE),),
    "card.torn": (Trouble(unread=faults.CARD_UNREADABLE),),
    "smartcard.pulled": (Trouble(unread=faults.SMART_CARD_REMOVED),),
    "smartcard.mute": (Trouble(unread=faults.SMART_CARD_UNREADABLE),),
    "smartcard.unplugged": (_lost(Device.SMART_CARD, faults.SMART_CARD_READER_UNPLUGGED, gone=True),),
    "smartcard.service-restart": (_lost(Device.SMART_CARD, faults.SMART_CARD_SERVICE_AWAY, gone=True),),
    "smartcard.service-down": (_lost(Device.SMART_CARD, faults.SMART_CARD_SERVICE_AWAY, gone=True),),
    "scanner.double-fire": (Trouble(),),
    "scanner.no-answer": (_lost(Device.CODES, faults.CODE_READER_SILENT, gone=True),),
    "scanner.half-code": (Trouble(),),
    "scanner.noise": (_lost(Device.CODES, faults.CODE_READER_NOT_WORKING),),
    "scanner.slow": (Trouble(),),
    "scanner.hostile": (Trouble(),),
    "scanner.unplugged": (_lost(Device.CODES, faults.CODE_READER_UNPLUGGED, gone=True),),
    "sheets.jam": _sheets(faults.SCANNER_JAMMED),
    "sheets.cover": _sheets(faults.SCANNER_COVER_OPEN),
    "sheets.busy": _sheets(faults.SCANNER_BUSY),
    "sheets.io-error": _sheets(faults.SCANNER_NOT_WORKING),
    "sheets.no-memory": _sheets(faults.SCANNER_NO_MEMORY),
    "sheets.denied": _sheets(faults.SCANNER_DENIED),
    "sheets.no-answer": (*_sheets(faults.SCANNER_SILENT, gone=True), Trouble(scan_hangs=True, scanner=True)),
    "sheets.slow": (Trouble(scanner=True), Trouble(scan_hangs=True, scanner=True)),
    "sheets.unplugged": _sheets(faults.SCANNER_UNPLUGGED, gone=True),
    "camera.stale": _camera(_lost(Device.CAMERA, faults.CAMERA_FROZEN)),
    "camera.glare": (Trouble(sight_is_bad=True),),
    "camera.dark": (Trouble(sight_is_bad=True),),
    "camera.blurred": (Trouble(sight_is_bad=True), Trouble(uncaptured=faults.CAMERA_NO_PAGE)),
    "camera.unplugged": _camera(_lost(Device.CAMERA, faults.CAMERA_UNPLUGGED, gone=True)),
    "pages.jam": _pages(faults.SHEETS_JAMMED, waits=True),
    "pages.paper-out": _pages(faults.SHEETS_OUT, waits=True),
    "pages.paper-low": (Trouble(pages=PagesTrouble()),),
    "pages.toner-low": (Trouble(pages=PagesTrouble()),),
    "pages.toner-out": _pages(faults.TONER_OUT, waits=True),
    "pages.cover": _pages(faults.PAGE_PRINTER_COVER_OPEN, waits=True),
    "pages.tray-full": _pages(faults.PAGE_PRINTER_TRAY_FULL, waits=True),
    "pages.paused": _pages(faults.PAGE_PRINTER_PAUSED, waits=True),
    "pages.busy": _pages(faults.PAGE_PRINTER_BUSY, waits=True),
    "pages.never-prints": _pages(faults.PAGE_PRINTER_NOT_WORKING),
    "pages.aborts": _pages(faults.PAGE_PRINTER_NOT_WORKING),
    "pages.refuses": _pages(faults.PAGE_PRINTER_REFUSED),
    "pages.counts-nothing": _pages(faults.PAGE_PRINTER_UNCONFIRMED, unknown=True),
    "pages.no-answer": _pages(faults.PAGE_PRINTER_SILENT, unknown=True, gone=True),
    "pages.slow": (Trouble(pages=PagesTrouble()),),
    "pages.unplugged": _pages(faults.PAGE_PRINTER_UNPLUGGED, unknown=True, gone=True),
    # What a program that was started again finds; the crash harness and the scenarios cut the power itself.
    "power.cut": (Trouble(print_unknown=True),),
}
OF_THE_STORE: dict[str, Trouble] = {
    "the disk is full": Trouble(seal_fault=faults.STORE_FULL),
    "the disk fails": Trouble(seal_fault=faults.STORE_NOT_WORKING),
    "the disk fails, and nobody knows": Trouble(seal_fault=faults.STORE_NOT_WORKING, seal_certain=False),
    "the disk fails after all was written": Trouble(
        seal_fault=faults.STORE_NOT_WORKING, seal_certain=False, seals_after_all=True
    ),
    "the store is lost": _lost(Device.STORE, faults.STORE_NOT_WORKING),
    "the clock is wrong": _lost(Device.STORE, faults.CLOCK_WRONG),
    "the platform is away": Trouble(platform_away=True),
}
ALL = {**AS_PORTS_TELL_IT, **{name: (trouble,) for name, trouble in OF_THE_STORE.items()}}


def _visit(visit: Visit, trouble: Trouble) -> Visit:
    if trouble.pages:
        visit.happens(DeviceChanged(Device.PAGE_PRINTER, Ready()))
    return visit.happens(DeviceChanged(Device.SCANNER, Ready())) if trouble.scanner else visit


def _moments(trouble: Trouble) -> range:
    return range(MOMENTS + LONGER if trouble.pages else MOMENTS)


def test_every_fault_that_can_be_simulated_is_swept() -> None:
    assert AS_PORTS_TELL_IT.keys() == FAULTS.keys()


def test_without_trouble_the_visit_ends_received_printed_and_rated(
    catalogue: Catalogue, visit_to: Callable[[Catalogue], Visit]
) -> None:
    afternoon = Afternoon(visit_to(catalogue), Trouble(), 0, 0)
    afternoon.live()
    assert afternoon.sealed == afternoon.received
    assert len(afternoon.printed) == 1
    assert afternoon.tick <= MOMENTS - SHORT


def test_without_trouble_the_guide_and_the_copy_come_out_on_a4(
    catalogue: Catalogue, visit_to: Callable[[Catalogue], Visit]
) -> None:
    trouble = Trouble(pages=PagesTrouble())
    afternoon = Afternoon(_visit(visit_to(catalogue), trouble), trouble, 0, 0)
    afternoon.live()
    assert len(afternoon.tray.came_out) == 2
    assert afternoon.tick <= MOMENTS + LONGER - SHORT


def test_without_trouble_a_visit_with_a_scanner_scans_every_paper_within_the_moments_swept(
    catalogue: Catalogue, visit_to: Callable[[Catalogue], Visit]
) -> None:
    trouble = Trouble(scanner=True)
    afternoon = Afternoon(_visit(visit_to(catalogue), trouble), trouble, 0, 0)
    afternoon.live()
    asked = afternoon.visit.asked
    assert len([effect for effect in asked if isinstance(effect, ScanPages)]) == 3
    assert not [effect for effect in asked if isinstance(effect, CapturePage)]
    assert afternoon.sealed == afternoon.received
    assert afternoon.tick <= MOMENTS - SHORT


@pytest.mark.parametrize("name", ALL)
def test_a_fault_at_any_moment_that_goes_away_lets_the_visit_end_handed_in(
    name: str, catalogue: Catalogue, visit_to: Callable[[Catalogue], Visit]
) -> None:
    for trouble in ALL[name]:
        for begins in _moments(trouble):
            afternoon = Afternoon(_visit(visit_to(catalogue), trouble), trouble, begins, begins + SHORT)
            afternoon.live()
            assert len(afternoon.sealed) == 1, f"given up at {begins}: {trouble}"


@pytest.mark.parametrize("name", ALL)
def test_a_fault_at_any_moment_that_stays_leaves_nobody_stuck_and_says_nothing_untrue(
    name: str, catalogue: Catalogue, visit_to: Callable[[Catalogue], Visit]
) -> None:
    for trouble in ALL[name]:
        for begins in _moments(trouble):
            Afternoon(_visit(visit_to(catalogue), trouble), trouble, begins, None).live()
