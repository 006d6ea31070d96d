"""What a technician sees of a page printer: how it is, what it is, its paper and toner, what it takes."""

import argparse
import time
from collections.abc import Iterator, Sequence

from drivers.page_printer.ipp_conversation import IppConversation
from drivers.page_printer.ipp_messages import Answer, Value, number, texts
from drivers.page_printer.ipp_printer import STATUS_WITHIN_S, TESTED_AGAINST, IppPrinter
from drivers.page_printer.ipp_traces import IPP, wire_at
from drivers.page_printer.ipp_wire import NoAnswer
from drivers.page_printer.printer_condition import A4, PDF
from drivers.probing import Finding, patient_status, probe_main, status_finding, tape_of
from kiosk.ports import Disconnected

ASKED = {
    "printer-make-and-model": "model",
    "printer-firmware-string-version": "firmware",
    "printer-state-reasons": "reasons",
    "printer-state-message": "says",
    "queued-job-count": "jobs waiting",
    "media-ready": "paper in the trays",
    "marker-names": "supplies",
    "marker-levels": "their levels, %",
    "printer-supply": "supplies",
    "printer-input-tray": "trays",
    "printer-impressions-completed": "sides in its life",
    "ipp-features-supported": "features",
}


def probe(chosen: argparse.Namespace) -> Iterator[Finding]:
    try:
        wire = wire_at(chosen.address, tape_of(chosen, "page_printer", "ipp", IPP))
    except ValueError as error:
        yield Finding("settings", str(error), good=False)
        return
    yield Finding("tested against", TESTED_AGAINST)
    status = patient_status(IppPrinter(chosen.address, wire=wire))
    yield status_finding(status)
    if isinstance(status, Disconnected):
        return
    try:
        wanted = (*ASKED, "document-format-supported", "media-supported")
        answer = IppConversation(wire).printer(wanted, until=time.monotonic() + STATUS_WITHIN_S)
    except NoAnswer as lost:
        yield Finding("answer", f"lost: {lost}", good=False)
        return
    yield from _told(answer)


def _told(answer: Answer) -> Iterator[Finding]:
    for name, words in ASKED.items():
        if values := answer.printer.get(name):
            yield Finding(words, ", ".join(map(_shown, values)))
    formats, media = texts(answer.printer, "document-format-supported"), texts(answer.printer, "media-supported")
    yield Finding(
        "takes PDF", "yes" if PDF in formats else f"no, only {', '.join(formats) or 'nothing'}", PDF in formats
    )
    yield Finding("takes A4", "yes" if A4 in media else "it does not say so", A4 in media or not media)
    if number(answer.printer, "queued-job-count") is None:
        yield Finding("jobs waiting", "not told")


def _shown(value: Value) -> str:
    """A printer's words may hold anything."""
    return ascii(value)[1:-1] if isinstance(value, str) and not value.isprintable() else str(value)


def main(arguments: Sequence[str] | None = None) -> int:
    return probe_main(
        probe,
        program="drivers.page_printer.ipp_printer",
        address_example="ipp://192.0.2.9:631/ipp/print",
        arguments=arguments,
    )
