"""The IPP driver against printers that lose answers, cannot count, or were made to do harm."""

import json
import logging
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.page_printer import ipp_printer, probe
from drivers.page_printer.ipp_printer import SILENT_S, TAKEN_BACK_S, IppPrinter
from kiosk.faults import (
    PAGE_PRINTER_BUSY,
    PAGE_PRINTER_CANCELLED,
    PAGE_PRINTER_NOT_WORKING,
    PAGE_PRINTER_REFUSED,
    PAGE_PRINTER_SILENT,
    PAGE_PRINTER_UNCONFIRMED,
    PAGE_PRINTER_UNPLUGGED,
    SHEETS_JAMMED,
    SHEETS_OUT,
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
from tests.wires import ipp_wire
from tests.wires.ipp_wire import (
    CANCEL_JOB,
    CREATE_JOB,
    GET_JOB,
    GET_JOBS,
    GET_PRINTER,
    INTEGER,
    JOB_GROUP,
    KEYWORD,
    MIME,
    PRINT_JOB,
    PRINTS,
    SEND_DOCUMENT,
    STOPPED,
    ScriptedPrinter,
    answer,
    http,
    scripted_printer,
)

WAITS, WORKS, HELD_UP, CANCELLED, ABORTED, COMPLETED = 3, 5, 6, 7, 8, 9
WORK = PageJob("job-1", b"%PDF-1.7 two pages", 2)
OK = http(answer())


def counted(sheets: int, *, of: str = "job-media-sheets-completed") -> tuple[ipp_wire.Attribute, ...]:
    return ((INTEGER, of, (sheets,)),)


def hangs_up(line: socket.socket) -> None:
    line.shutdown(socket.SHUT_RDWR)


def says_nothing(line: socket.socket) -> None:
    line.recv(1)  # until the driver gives up


def endless(head: bytes, again: bytes) -> Callable[[socket.socket], None]:
    def talk(line: socket.socket) -> None:
        line.sendall(head)
        with suppress(OSError):
            while True:
                line.sendall(again)

    return talk


def drips(line: socket.socket) -> None:
    """A byte at a time, each well before anybody's time is over."""
    with suppress(OSError):
        for octet in b"HTTP/1.1 200 OK\r\n" + b"X-Slow: 1\r\n" * 1000:
            line.sendall(bytes([octet]))
            line.settimeout(0.02)
            with suppress(TimeoutError):
                line.recv(1)


@pytest.fixture
def wire() -> Iterator[ScriptedPrinter]:
    with scripted_printer() as wire:
        wire.answers(CREATE_JOB, http(ipp_wire.job(WAITS))).answers(SEND_DOCUMENT, http(ipp_wire.job(WAITS)))
        wire.answers(CANCEL_JOB, OK)
        yield wire


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STATUS_WITHIN_S", "NEXT_WITHIN_S", "CANCEL_WITHIN_S"):
        monkeypatch.setattr(ipp_printer, name, 0.4)
    monkeypatch.setattr(ipp_printer, "BEGIN_WITHIN_S", 0.8)


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def begun(wire: ScriptedPrinter, clock: Clock | None = None) -> IppPrinter:
    printer = IppPrinter(wire.address, now=clock or time.monotonic)
    assert printer.begin(WORK) == PagesPrinting(0)
    return printer


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (http(ipp_wire.printer()), Ready()),
        (http(ipp_wire.printer("media-empty-error", state=STOPPED)), NeedsAttention(SHEETS_OUT)),
        (http(ipp_wire.printer("media-empty-warning", state=STOPPED)), NeedsAttention(SHEETS_OUT)),
        (http(ipp_wire.printer("media-empty-warning")), Degraded((SHEETS_OUT,))),
        (http(ipp_wire.printer(state=STOPPED)), NeedsAttention(PAGE_PRINTER_NOT_WORKING)),
        (http(ipp_wire.printer("acme-flux-error")), NeedsAttention(PAGE_PRINTER_NOT_WORKING)),
        (http(ipp_wire.printer(more=((KEYWORD, "media-ready", ("na_letter_8.5x11in",)),))), Degraded((SHEETS_OUT,))),
        (http(ipp_wire.printer(more=((INTEGER, "queued-job-count", (2,)),))), Degraded((PAGE_PRINTER_BUSY,))),
        (
            http(ipp_wire.printer(more=((MIME, "document-format-supported", ("image/urf",)),))),
            NeedsAttention(PAGE_PRINTER_REFUSED),
        ),
        (http(answer(0x0401)), NeedsAttention(PAGE_PRINTER_REFUSED)),
        (http(answer(0x0500)), NeedsAttention(PAGE_PRINTER_NOT_WORKING)),
        (http(answer(0x0507)), Degraded((PAGE_PRINTER_BUSY,))),
        (http(answer()), NeedsAttention(PAGE_PRINTER_NOT_WORKING)),
        (http(b"nonsense"), NeedsAttention(PAGE_PRINTER_NOT_WORKING)),
        (http(b"<html>", status="404 Not Found"), NeedsAttention(PAGE_PRINTER_REFUSED)),
        (b"SSH-2.0-dropbear\r\n", Disconnected(PAGE_PRINTER_SILENT)),
        (hangs_up, Disconnected(PAGE_PRINTER_SILENT)),
        (says_nothing, Disconnected(PAGE_PRINTER_SILENT)),
        (drips, Disconnected(PAGE_PRINTER_SILENT)),
        (endless(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 1000), Disconnected(PAGE_PRINTER_SILENT)),
        (endless(b"HTTP/1.1 200 OK\r\n\r\n", answer()), NeedsAttention(PAGE_PRINTER_NOT_WORKING)),
        (
            endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"4\r\n\x04\x04\x04\x04\r\n"),
            NeedsAttention(PAGE_PRINTER_NOT_WORKING),
        ),
    ],
)
def test_whatever_a_printer_answers_is_a_status_in_time(
    told: ScriptedPrinter.Answer, status: object, wire: ScriptedPrinter
) -> None:
    wire.answers(GET_PRINTER, told)
    began = time.monotonic()
    assert IppPrinter(wire.address).status() == status
    assert time.monotonic() - began < 3
    wire.answers(GET_PRINTER, http(ipp_wire.printer()))
    assert IppPrinter(wire.address).status() == Ready()


def test_nobody_at_the_address_is_unplugged() -> None:
    with scripted_printer() as wire:
        address = wire.address
    assert IppPrinter(address).status() == Disconnected(PAGE_PRINTER_UNPLUGGED)
    assert IppPrinter(address).begin(WORK) == NotPrinted(PAGE_PRINTER_UNPLUGGED)


def test_an_unknown_reason_is_written_down_once(wire: ScriptedPrinter, caplog: pytest.LogCaptureFixture) -> None:
    wire.answers(GET_PRINTER, http(ipp_wire.printer("acme-flux\n-warning")))
    printer = IppPrinter(wire.address)
    with caplog.at_level(logging.INFO):
        assert [printer.status(), printer.status()] == [Ready(), Ready()]
    assert [record.getMessage() for record in caplog.records if "flux" in record.getMessage()] == [
        r"page printer: a reason that nobody knows: 'acme-flux\n-warning'"
    ]


@pytest.mark.parametrize(
    ("job", "outcome"),
    [
        (ipp_wire.job(COMPLETED, more=counted(2)), PagesPrinted(2)),
        (ipp_wire.job(COMPLETED, more=counted(2, of="job-impressions-completed")), PagesPrinted(2)),
        (ipp_wire.job(COMPLETED, more=counted(1)), PrintUnknown(PAGE_PRINTER_UNCONFIRMED)),
        (ipp_wire.job(COMPLETED), PrintUnknown(PAGE_PRINTER_UNCONFIRMED)),
        (
            ipp_wire.job(COMPLETED, more=(*counted(2), (KEYWORD, "job-state-reasons", ("job-completed-with-errors",)))),
            PrintUnknown(PAGE_PRINTER_UNCONFIRMED),
        ),
        (
            ipp_wire.job(COMPLETED, more=(*counted(0), (KEYWORD, "job-state-reasons", ("queued-in-device",)))),
            PagesPrinting(0),
        ),
        (ipp_wire.job(ABORTED, more=counted(1)), NotPrinted(PAGE_PRINTER_NOT_WORKING)),
        (ipp_wire.job(CANCELLED), NotPrinted(PAGE_PRINTER_CANCELLED)),
        (ipp_wire.job(WORKS, more=counted(1)), PagesPrinting(1)),
        (answer(0x0406), PrintUnknown(PAGE_PRINTER_UNCONFIRMED)),
        (answer(0x0500), PagesPrinting(0, PAGE_PRINTER_NOT_WORKING)),
    ],
)
def test_only_sheets_that_the_printer_counted_are_printed(job: bytes, outcome: object, wire: ScriptedPrinter) -> None:
    wire.answers(GET_JOB, http(job))
    assert begun(wire).next() == outcome


@pytest.mark.parametrize(
    ("job", "printer", "waits_for"),
    [
        (ipp_wire.job(HELD_UP), ipp_wire.printer("media-jam-warning", state=PRINTS), SHEETS_JAMMED),
        (ipp_wire.job(WORKS), ipp_wire.printer("media-jam-warning", state=PRINTS), None),
        (ipp_wire.job(WAITS), ipp_wire.printer(more=counted(2, of="queued-job-count")), PAGE_PRINTER_BUSY),
        (ipp_wire.job(WAITS), ipp_wire.printer(more=counted(1, of="queued-job-count")), None),
    ],
)
def test_what_a_job_waits_for_is_told(job: bytes, printer: bytes, waits_for: object, wire: ScriptedPrinter) -> None:
    wire.answers(GET_JOB, http(job))
    driver = begun(wire)
    wire.answers(GET_PRINTER, http(printer))
    assert driver.next() == PagesPrinting(0, waits_for)  # type: ignore[arg-type]


def test_a_job_is_made_before_its_document_goes(wire: ScriptedPrinter) -> None:
    begun(wire)
    assert wire.said == [GET_PRINTER, CREATE_JOB, SEND_DOCUMENT]
    assert wire.documents == [WORK.pdf]


@pytest.mark.parametrize("lost", [hangs_up, says_nothing, http(b"nonsense")])
def test_a_job_that_could_not_be_made_is_not_printed(lost: ScriptedPrinter.Answer, wire: ScriptedPrinter) -> None:
    wire.answers(CREATE_JOB, lost)
    assert isinstance(IppPrinter(wire.address).begin(WORK), NotPrinted)
    assert wire.documents == []


@pytest.mark.parametrize("lost", [hangs_up, says_nothing, http(b"nonsense")])
def test_a_document_whose_answer_was_lost_is_followed_by_its_number(
    lost: ScriptedPrinter.Answer, wire: ScriptedPrinter
) -> None:
    wire.answers(SEND_DOCUMENT, lost).answers(GET_JOB, http(ipp_wire.job(COMPLETED, more=counted(2))))
    assert begun(wire).next() == PagesPrinted(2)
    assert len(wire.documents) == 1


def test_a_document_that_is_refused_leaves_no_job_behind(
    wire: ScriptedPrinter, caplog: pytest.LogCaptureFixture
) -> None:
    wire.answers(SEND_DOCUMENT, http(answer(0x040A)))
    with caplog.at_level(logging.INFO):
        assert IppPrinter(wire.address).begin(WORK) == NotPrinted(PAGE_PRINTER_REFUSED)
    assert wire.said[-1] == CANCEL_JOB
    assert any("refused with 0x040a" in record.getMessage() for record in caplog.records)


def test_where_only_print_job_is_known_a_lost_answer_is_made_up_for_by_name(wire: ScriptedPrinter) -> None:
    wire.answers(GET_PRINTER, http(ipp_wire.printer(operations=(PRINT_JOB,)))).answers(PRINT_JOB, hangs_up)
    others = ipp_wire.job_attributes(COMPLETED, number=6, name="job-0", more=counted(9))
    ours = ipp_wire.job_attributes(COMPLETED, number=7, name=WORK.job_id, more=counted(2))
    nothing, both = http(answer()), http(answer(0, (JOB_GROUP, others), (JOB_GROUP, ours)))
    wire.answers(GET_JOBS, hangs_up, nothing, both)
    printer = begun(wire)
    assert printer.next() == PagesPrinting(0, PAGE_PRINTER_SILENT)
    assert printer.next() == PagesPrinted(2)
    assert len(wire.documents) == 1


def test_a_job_that_nobody_knows_by_its_name_is_unknown(wire: ScriptedPrinter) -> None:
    wire.answers(GET_PRINTER, http(ipp_wire.printer(operations=(PRINT_JOB,)))).answers(PRINT_JOB, hangs_up)
    wire.answers(GET_JOBS, OK)
    assert begun(wire).next() == PrintUnknown(PAGE_PRINTER_UNCONFIRMED)


def test_a_job_that_is_not_taken_back_is_unknown(wire: ScriptedPrinter) -> None:
    wire.answers(GET_JOB, http(ipp_wire.job(WORKS)))
    assert begun(wire).cancel() == PrintUnknown(PAGE_PRINTER_UNCONFIRMED)


def test_a_printer_that_falls_silent_in_a_job_is_believed_once_it_is_back(wire: ScriptedPrinter) -> None:
    clock = Clock()
    wire.answers(GET_JOB, hangs_up)
    printer = begun(wire, clock)
    clock.now_s += SILENT_S - 1
    assert printer.next() == PagesPrinting(0, PAGE_PRINTER_SILENT)
    wire.answers(GET_JOB, http(ipp_wire.job(WORKS, more=counted(1))))
    assert printer.next() == PagesPrinting(1)
    wire.answers(GET_JOB, hangs_up)
    clock.now_s += SILENT_S + 1
    assert printer.next() == PrintUnknown(PAGE_PRINTER_SILENT)


def test_a_job_that_stands_still_and_is_not_given_back_is_unknown(wire: ScriptedPrinter) -> None:
    clock = Clock()
    wire.answers(GET_JOB, http(ipp_wire.job(WORKS)))
    printer = begun(wire, clock)
    clock.now_s += ipp_printer.STANDS_STILL_S - 1
    assert printer.next() == PagesPrinting(0)
    clock.now_s += 2
    assert printer.next() == PagesPrinting(0)
    assert wire.said.count(CANCEL_JOB) == 1
    clock.now_s += TAKEN_BACK_S + 1
    assert printer.next() == PrintUnknown(PAGE_PRINTER_NOT_WORKING)


def test_a_job_that_moves_is_never_taken_back(wire: ScriptedPrinter) -> None:
    clock = Clock()
    printer = None
    for sheets in range(2):
        wire.answers(GET_JOB, http(ipp_wire.job(WORKS, more=counted(sheets))))
        printer = printer or begun(wire, clock)
        assert printer.next() == PagesPrinting(sheets)
        clock.now_s += ipp_printer.STANDS_STILL_S - 1
    assert CANCEL_JOB not in wire.said


@settings(max_examples=60)
@given(told=st.binary(max_size=300), course=st.binary(max_size=300), framed=st.booleans())
def test_any_bytes_end_in_an_outcome(told: bytes, course: bytes, framed: bool) -> None:
    with scripted_printer() as wire:
        wire.answers(CREATE_JOB, http(ipp_wire.job(WAITS))).answers(SEND_DOCUMENT, http(ipp_wire.job(WAITS)))
        wire.answers(CANCEL_JOB, http(told) if framed else told)
        wire.answers(GET_JOB, http(course) if framed else course)
        printer = begun(wire)
        wire.answers(GET_PRINTER, http(told) if framed else told)
        assert isinstance(printer.next(), PagesPrinting)
        assert not isinstance(printer.status(), Ready)


def test_a_technician_is_told_what_it_is_and_takes(wire: ScriptedPrinter, capsys: pytest.CaptureFixture[str]) -> None:
    told = ((KEYWORD, "media-supported", ("iso_a4_210x297mm",)), (MIME, "document-format-supported", ("image/urf",)))
    wire.answers(GET_PRINTER, http(ipp_wire.printer("toner-low-warning", more=told)))
    assert probe.main(["--probe", "--address", wire.address, "--json"]) == 1
    found = {one["name"]: one for one in map(json.loads, capsys.readouterr().out.splitlines())}
    assert found["status"]["value"] == "needs attention: page_printer.refused (configuration)"
    assert found["reasons"]["value"] == "toner-low-warning"
    assert found["takes PDF"] == {"name": "takes PDF", "value": "no, only image/urf", "good": False}
    assert found["takes A4"]["good"]


def test_a_technician_is_told_that_nobody_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    with scripted_printer() as wire:
        address = wire.address
    assert probe.main(["--probe", "--address", address]) == 1
    assert "BAD status: disconnected: page_printer.unplugged" in capsys.readouterr().out
    assert probe.main(["--probe", "--address", "ipp://localhost:631/printers/hall"]) == 1
    assert "queue of CUPS" in capsys.readouterr().out
