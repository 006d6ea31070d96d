"""What a printer's reasons mean: each keyword of the table, with each severity."""

import pytest

from drivers.page_printer.state_reasons import Judged, judge, meanings
from kiosk.faults import (
    ALL,
    PAGE_PRINTER_COVER_OPEN,
    PAGE_PRINTER_NOT_WORKING,
    PAGE_PRINTER_TRAY_FULL,
    SHEETS_JAMMED,
    SHEETS_LOW,
    SHEETS_OUT,
    TONER_LOW,
)

# RFC 8011, 5.4.12, every keyword.
STANDARD = """
none other connecting-to-device cover-open developer-empty developer-low door-open fuser-over-temp fuser-under-temp
input-tray-missing interlock-open interpreter-resource-unavailable marker-supply-empty marker-supply-low
marker-waste-almost-full marker-waste-full media-empty media-jam media-low media-needed moving-to-paused opc-life-over
opc-near-eol output-area-almost-full output-area-full output-tray-missing paused shutdown spool-area-full
stopped-partly stopping timed-out toner-empty toner-low
"""


def test_every_keyword_of_the_standard_is_known() -> None:
    assert set(STANDARD.split()) <= meanings().keys()
    assert {f"{part}-jam" for part in ("stapler", "stacker", "folder", "puncher")} <= meanings().keys()


@pytest.mark.parametrize("keyword", sorted(meanings()))
def test_an_error_stops_the_printer_and_a_warning_does_not(keyword: str) -> None:
    meaning = meanings()[keyword]
    assert judge([f"{keyword}-error"]).stops == (meaning.fault or PAGE_PRINTER_NOT_WORKING,)
    told = () if meaning.fault is None else (meaning.fault,)
    for severity in ("warning", "report"):
        judged = judge([f"{keyword}-{severity}"])
        assert (judged.stops, judged.warns, judged.unknown) == ((), told, ())
    alone = judge([keyword])
    assert (alone.stops, alone.warns) == ((), told) if meaning.low else ((told, ()))


def test_each_fault_that_a_reason_can_be_is_told_by_one() -> None:
    told = {meaning.fault.code for meaning in meanings().values() if meaning.fault}
    told_otherwise = {"refused", "cancelled", "unconfirmed", "unplugged", "silent"}
    assert told == {code for code in ALL if code.startswith("page_printer.")} - {
        f"page_printer.{one}" for one in told_otherwise
    }


@pytest.mark.parametrize(
    ("reasons", "judged"),
    [
        ([], Judged()),
        (["none"], Judged()),
        (["media-empty-error", "cover-open-error"], Judged((SHEETS_OUT, PAGE_PRINTER_COVER_OPEN))),
        (["media-low", "toner-low-report"], Judged((), (SHEETS_LOW, TONER_LOW))),
        (["media-jam-warning"], Judged((), (SHEETS_JAMMED,), (SHEETS_JAMMED,))),
        (["media-jam", "media-jam-warning"], Judged((SHEETS_JAMMED,), (), (SHEETS_JAMMED,))),
        (["stacker-full"], Judged((PAGE_PRINTER_TRAY_FULL,))),
        (["acme-flux-error"], Judged((PAGE_PRINTER_NOT_WORKING,), (), (), ("acme-flux-error",))),
        (["acme-flux-warning", "acme-flux"], Judged((), (), (), ("acme-flux-warning", "acme-flux"))),
    ],
)
def test_reasons_are_judged_together(reasons: list[str], judged: Judged) -> None:
    assert judge(reasons) == judged
