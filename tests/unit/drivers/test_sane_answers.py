"""What the child that calls SANE says, what SANE's statuses mean, and what is chosen of what a backend offers."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.document_scanner.sane_answers import (
    Ended,
    FrameBegins,
    FrameFormat,
    Lines,
    Opened,
    SaneStatus,
    fault_of,
    outcome_of,
    outcome_of_opening,
    parse_answer,
)
from drivers.document_scanner.sane_process import kinds_of, mode_for, nearest, source_for
from kiosk import faults
from kiosk.ports import Disconnected, NeedsAttention, NotScanned, ScanEnded, SheetSource

FRAME = {"format": 1, "last_frame": 1, "bytes_per_line": 30, "pixels_per_line": 10, "lines": 4, "depth": 8}
NO_FAULT = {SaneStatus.GOOD, SaneStatus.CANCELLED}
FEEDER, GLASS = SheetSource


def ended(status: int, *, at: str = "read", pages: int = 0, source: SheetSource = FEEDER) -> object:
    return outcome_of(Ended(status, at), pages=pages, source=source)


@pytest.mark.parametrize("status", SaneStatus)
@pytest.mark.parametrize("pages", [0, 3])
def test_every_status_ends_a_scan_well_or_with_a_fault_of_the_scanner(status: SaneStatus, pages: int) -> None:
    match ended(status, pages=pages):
        case ScanEnded():
            assert status in NO_FAULT or (pages and status in (SaneStatus.NO_DOCS, SaneStatus.EOF))
        case NotScanned(fault):
            assert status not in NO_FAULT
            assert faults.ALL[fault.code] == fault
            assert fault.code.startswith("scanner.")


@given(st.integers())
def test_a_status_that_nobody_knows_is_the_scanners_failure(status: int) -> None:
    if status not in set(SaneStatus):
        assert ended(status) == NotScanned(faults.SCANNER_NOT_WORKING)
        assert outcome_of_opening(status) == NeedsAttention(faults.SCANNER_NOT_WORKING)


def test_an_empty_feeder_is_no_fault_once_a_page_came() -> None:
    assert ended(SaneStatus.NO_DOCS, at="start") == NotScanned(faults.SCANNER_NO_SHEETS)
    assert ended(SaneStatus.NO_DOCS, at="start", pages=1) == ScanEnded()
    assert ended(SaneStatus.EOF, at="start", pages=1) == ScanEnded()


def test_a_glass_that_gives_no_page_does_not_work() -> None:
    assert ended(SaneStatus.EOF, source=GLASS) == NotScanned(faults.SCANNER_NOT_WORKING)


@pytest.mark.parametrize("status", [SaneStatus.INVAL, SaneStatus.IO_ERROR])
def test_one_that_cannot_be_opened_because_it_is_not_there_is_unplugged(status: SaneStatus) -> None:
    assert ended(status, at="open") == Disconnected(faults.SCANNER_UNPLUGGED)
    assert ended(status, at="read") == NotScanned(faults.SCANNER_NOT_WORKING)


def test_one_that_refuses_to_be_opened_needs_somebody() -> None:
    assert ended(SaneStatus.DEVICE_BUSY, at="open") == NeedsAttention(faults.SCANNER_BUSY)
    assert ended(SaneStatus.ACCESS_DENIED, at="open") == NeedsAttention(faults.SCANNER_DENIED)
    assert fault_of(SaneStatus.WARMING_UP) == faults.SCANNER_BUSY


def test_what_the_child_says_is_read() -> None:
    said = {"name": "test:0", "sources": ["glass", "feeder", "slides"]}
    assert parse_answer(json.dumps(said).encode()) == Opened("test:0", (FEEDER, GLASS))
    assert parse_answer(b"Labc") == Lines(b"abc")
    assert parse_answer(json.dumps({"frame": FRAME}).encode()) == FrameBegins(FrameFormat.RGB, 30, 10, 4, 8)
    assert parse_answer(b'{"status": 99, "at": "start"}') == Ended(99, "start")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
SAID = st.dictionaries(
    st.sampled_from(["name", "sources", "devices", "frame", "page", "status", "at"]),
    JSON | st.lists(st.dictionaries(st.sampled_from(["name", "vendor"]), JSON), max_size=2),
)


@given(st.binary(max_size=60) | SAID.map(lambda said: json.dumps(said).encode()))
def test_whatever_the_child_says_is_an_answer_or_none(octets: bytes) -> None:
    parse_answer(octets)


@given(st.dictionaries(st.sampled_from(sorted(FRAME)), JSON | st.integers(-2, 200_000), max_size=2))
def test_a_frame_that_makes_no_sense_is_none(wrong: dict[str, Any]) -> None:
    frame = parse_answer(json.dumps({"frame": FRAME | wrong}).encode())
    if frame is not None:
        assert isinstance(frame, FrameBegins)
        samples = frame.pixels_per_line * (3 if frame.format is FrameFormat.RGB else 1)
        assert frame.pixels_per_line >= 1
        assert samples * frame.depth <= frame.bytes_per_line * 8


@pytest.mark.parametrize(
    ("names", "feeder", "glass"),
    [
        (["Flatbed", "Automatic Document Feeder"], "Automatic Document Feeder", "Flatbed"),
        (["ADF Duplex", "ADF Back", "ADF Front"], "ADF Front", None),
        (["FlatBed", "ADF"], "ADF", "FlatBed"),
        (["Flatbed", "ADF", "ADF Duplex"], "ADF", "Flatbed"),
        (["ADF(left aligned, Duplex)", "ADF(left aligned)", "FlatBed"], "ADF(left aligned)", "FlatBed"),
        (["Document Table", "ADF"], "ADF", "Document Table"),
        (["Normal", "Adf-duplex", "Adf-front"], "Adf-front", "Normal"),
        (["ADF Duplex"], "ADF Duplex", None),
        (["Transparency Unit", "Platen"], None, "Platen"),
        ([], None, None),
    ],
)
def test_a_source_is_found_under_each_of_its_names(names: list[str], feeder: str | None, glass: str | None) -> None:
    assert source_for("feeder", names) == feeder
    assert source_for("glass", names) == glass


def test_a_unit_for_slides_is_neither() -> None:
    assert kinds_of("Transparency Unit") == kinds_of("TPU8x10") == ()


def test_colour_is_chosen_else_grey() -> None:
    assert mode_for(["Lineart", "Gray", "Color"]) == "Color"
    assert mode_for(["Black & White", "True Gray", "24bit Color[Fast]", "24bit Color"]) == "24bit Color[Fast]"
    assert mode_for(["Lineart", "Gray"]) == "Gray"
    assert mode_for(["Lineart"]) is None


def test_a_number_is_the_nearest_that_may_be() -> None:
    assert nearest(200, among=[75, 150, 300, 600]) == 150
    assert nearest(200, among=[100, 300]) == 300
    assert nearest(200, least=50, most=150) == 150
    assert nearest(200, least=250, most=1200) == 250
    assert nearest(200) == 200
