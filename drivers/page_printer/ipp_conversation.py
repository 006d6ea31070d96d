"""The operations of RFC 8011 that printing a page needs, each one question and its answer."""

from itertools import count

from drivers.page_printer import job_course, printer_condition
from drivers.page_printer.ipp_messages import (
    Answer,
    Attribute,
    Group,
    Operation,
    Tag,
    Value,
    Values,
    encode_request,
    parse_answer,
    texts,
)
from drivers.page_printer.ipp_wire import Garbled, Wire
from drivers.page_printer.printer_condition import A4, PDF

USER = "terminal"


class IppConversation:
    """`until` is a moment of the monotonic clock. Every method raises `NoAnswer` where none came by then, none that can
    be understood, or none of IPP."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._uri = wire.address.uri
        self._request_ids = count(1)

    def printer(self, names: tuple[str, ...] = printer_condition.ASKED, *, until: float) -> Answer:
        return self._ask(Operation.GET_PRINTER_ATTRIBUTES, _keywords("requested-attributes", names), until=until)

    def print_job(self, name: str, pdf: bytes, *, until: float) -> Answer:
        wanted = (_operation(Tag.NAME, "job-name", name), _operation(Tag.MIME_TYPE, "document-format", PDF))
        return self._ask(Operation.PRINT_JOB, *wanted, *_SHEET, document=pdf, until=until)

    def create_job(self, name: str, *, until: float) -> Answer:
        return self._ask(Operation.CREATE_JOB, _operation(Tag.NAME, "job-name", name), *_SHEET, until=until)

    def send_document(self, number: int, pdf: bytes, *, until: float) -> Answer:
        wanted = (
            _operation(Tag.MIME_TYPE, "document-format", PDF),
            _operation(Tag.BOOLEAN, "last-document", True),
        )
        return self._ask(Operation.SEND_DOCUMENT, *wanted, job=number, document=pdf, until=until)

    def cancel_job(self, number: int, *, until: float) -> Answer:
        return self._ask(Operation.CANCEL_JOB, job=number, until=until)

    def job(self, number: int, *, until: float) -> Answer:
        wanted = _keywords("requested-attributes", job_course.ASKED)
        return self._ask(Operation.GET_JOB_ATTRIBUTES, wanted, job=number, until=until)

    def job_named(self, name: str, *, until: float) -> Values | None:
        """`None`: the printer knows no such job, neither to do nor done."""
        for which in ("not-completed", "completed"):
            wanted = (
                _keywords("which-jobs", (which,)),
                _keywords("requested-attributes", job_course.ASKED),
            )
            listed = self._ask(Operation.GET_JOBS, *wanted, until=until)
            if not listed.accepted:
                raise Garbled(f"{self._uri}: no list of jobs: {listed.status:#06x}")
            for job in listed.jobs:
                if name in texts(job, "job-name"):
                    return job
        return None

    def _ask(
        self, operation: Operation, *wanted: Attribute, until: float, job: int | None = None, document: bytes = b""
    ) -> Answer:
        attributes = [
            _operation(Tag.CHARSET, "attributes-charset", "utf-8"),
            _operation(Tag.LANGUAGE, "attributes-natural-language", "en"),
            _operation(Tag.URI, "printer-uri", self._uri),
        ]
        if job is not None:
            attributes.append(_operation(Tag.INTEGER, "job-id", job))
        attributes.append(_operation(Tag.NAME, "requesting-user-name", USER))
        request = encode_request(operation, [*attributes, *wanted], request_id=next(self._request_ids))
        answer = parse_answer(self._wire.ask(request + document, until=until))
        if answer is None:
            raise Garbled(f"{self._uri}: not an answer of IPP")
        return answer


def _operation(tag: Tag, name: str, value: Value) -> Attribute:
    return Attribute(Group.OPERATION, tag, name, (value,))


def _keywords(name: str, values: tuple[str, ...]) -> Attribute:
    return Attribute(Group.OPERATION, Tag.KEYWORD, name, values)


_SHEET = (
    Attribute(Group.JOB, Tag.INTEGER, "copies", (1,)),
    Attribute(Group.JOB, Tag.KEYWORD, "media", (A4,)),
    Attribute(Group.JOB, Tag.KEYWORD, "sides", ("one-sided",)),
)
