"""What a technician sees of a receipt printer: how it is, what it calls itself, what it has done, a test slip."""

import argparse
from collections.abc import Iterator

from drivers.probing import Finding, probe_main, status_finding, tape_of
from drivers.receipt_printer.conversation import Conversation
from drivers.receipt_printer.escpos_printer import TESTED_AGAINST, EscPosPrinter
from drivers.receipt_printer.escpos_status import parse_identity
from drivers.receipt_printer.escpos_traces import ESCPOS
from drivers.receipt_printer.profiles import profile_named
from drivers.traces.recording import recorded
from drivers.transport import TransportLost, open_transport
from kiosk.documents import Note, Qr, Rule, Title
from kiosk.ports import Degraded, NotPrinted, Printed, PrintJob, PrintUnknown, Ready

SLIP = (Title("自检"), Rule(), Note("这是一张测试小票，可以丢弃。䶮𬭎㛃·"), Qr("TEST"))
# `1D 49 n` and, counters that a reset leaves alone, `1D 67 32 00 n 00`. Not every make answers.
QUESTIONS = {
    "maker": b"\x1dI\x42",
    "model": b"\x1dI\x43",
    "firmware": b"\x1dI\x41",
    "lines fed in its life": b"\x1dg2\x00\x94\x00",
    "cuts in its life": b"\x1dg2\x00\xb2\x00",
    "hours in its life": b"\x1dg2\x00\xc6\x00",
}


def probe(chosen: argparse.Namespace) -> Iterator[Finding]:
    try:
        profile, transport = profile_named(chosen.profile), open_transport(chosen.address)
        transport = recorded(transport, tape_of(chosen, "receipt_printer", "escpos", ESCPOS))
    except ValueError as error:
        yield Finding("settings", str(error), good=False)
        return
    printer = EscPosPrinter(transport, profile)
    yield Finding("tested against", TESTED_AGAINST)
    status = printer.status()
    yield status_finding(status)
    if isinstance(status, Ready | Degraded):
        try:
            yield from _told(Conversation(transport, profile.status))
        except TransportLost as error:
            yield Finding("connection", f"lost: {error}", good=False)
        if chosen.slip:
            yield _slip(printer)
            used = printer.used()
            yield Finding("used", f"{used.paper_mm} mm of paper, {used.cuts} cuts")
    transport.close()


def _told(talk: Conversation) -> Iterator[Finding]:
    """Stops at the first question that is not answered: most printers answer all or none."""
    for name, question in QUESTIONS.items():
        talk.begin()
        answer = parse_identity(talk.answer_to(question))
        if not answer:
            yield Finding(name, "not answered")
            return
        yield Finding(name, answer[0])


def _slip(printer: EscPosPrinter) -> Finding:
    match printer.print(PrintJob(job_id="probe", document=SLIP)):
        case Printed():
            return Finding("test slip", "printed")
        case NotPrinted(fault):
            return Finding("test slip", f"not printed: {fault.code}", good=False)
        case PrintUnknown(fault):
            return Finding("test slip", f"unknown: {fault.code}", good=False)


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", default="80mm", help="a row of profiles.toml, or FILE.toml#ROW")
    parser.add_argument("--slip", action="store_true", help="print a test slip too")


def main() -> int:
    return probe_main(
        probe,
        program="drivers.receipt_printer.escpos_printer",
        address_example="tcp:192.0.2.7:9100",
        extend=_options,
    )
