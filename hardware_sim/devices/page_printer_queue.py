"""The simulation's own jobs and questions at ippeveprinter's port, past the relay: a few operations of IPP by hand."""

import http.client
import re
import struct

from hardware_sim.devices.page_printer_relay import job_number, job_state
from hardware_sim.ippeveprinter import PATH

WITHIN_S = 5.0
_PRINT_JOB, _GET_JOB, _GET_PRINTER = 0x0002, 0x0009, 0x000B
_ENDED = 7  # job-state from here on: cancelled, aborted, completed
_REASONS = re.compile(rb"\x44\x00\x15printer-state-reasons((?:\x00[\x01-\xff][a-z-]+(?:\x44\x00\x00)?)+)")
_KEYWORD = re.compile(rb"[a-z-]{3,}")
_URI, _NAME, _KEYWORD_TAG, _CHARSET, _LANGUAGE, _MIME, _INTEGER = 0x45, 0x42, 0x44, 0x47, 0x48, 0x49, 0x21


def post(port: int, name: str) -> int | None:
    """A job whose document says nothing; its number, `None` when ippeveprinter refuses it."""
    wanted = ((_NAME, "requesting-user-name", b"simulation"), (_NAME, "job-name", name.encode()))
    return job_number(_asked(port, _PRINT_JOB, *wanted, (_MIME, "document-format", b"application/pdf"), document=b"%"))


def has_ended(port: int, number: int) -> bool:
    return job_state(_asked(port, _GET_JOB, (_INTEGER, "job-id", struct.pack(">i", number)))) >= _ENDED


def reasons(port: int) -> frozenset[str]:
    """What ippeveprinter says of the printer now, without the severity."""
    wanted = (_KEYWORD_TAG, "requested-attributes", b"printer-state-reasons")
    found = _REASONS.search(_asked(port, _GET_PRINTER, wanted))
    told = _KEYWORD.findall(found[1]) if found else []
    return frozenset(re.sub("-(error|warning|report)$", "", one.decode()) for one in told) - {"none"}


def _asked(port: int, operation: int, *attributes: tuple[int, str, bytes], document: bytes = b"") -> bytes:
    """RFC 8010, 3.1: version 2.0, operation, request, the operation's attributes."""
    first = ((_CHARSET, "attributes-charset", b"utf-8"), (_LANGUAGE, "attributes-natural-language", b"en"))
    printer = (_URI, "printer-uri", f"ipp://localhost:{port}{PATH}".encode())
    body = struct.pack(">BBHIB", 2, 0, operation, 1, 1)
    for tag, name, value in (*first, printer, *attributes):
        body += struct.pack(">BH", tag, len(name)) + name.encode() + struct.pack(">H", len(value)) + value
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)
    try:
        line.request("POST", PATH, body + b"\x03" + document, {"Content-Type": "application/ipp", "Host": "localhost"})
        with line.getresponse() as response:
            return response.read()
    finally:
        line.close()
