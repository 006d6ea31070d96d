"""IPP's bytes: what is asked comes out as RFC 8010 has it, and whatever is answered is read or refused."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from drivers.page_printer.ipp_messages import (
    MOST_ANSWER,
    Answer,
    Attribute,
    Group,
    Operation,
    Tag,
    encode_request,
    number,
    parse_answer,
    texts,
)
from drivers.page_printer.job_course import Course, course_of
from drivers.page_printer.printer_condition import Condition, condition_of
from kiosk.faults import Fault
from tests.wires import ipp_wire
from tests.wires.ipp_wire import BOOLEAN, COLLECTION, ENUM, INTEGER, JOB_GROUP, KEYWORD, OCTETS, PRINTER_GROUP, answer

NAMES = ("printer-state", "printer-state-reasons", "job-state", "job-id", "job-impressions-completed", "x", "")
TAGS = (INTEGER, BOOLEAN, ENUM, OCTETS, KEYWORD, COLLECTION, 0x37, 0x4A, 0x10, 0x35, 0x7F, 0x33)
PIECES = st.one_of(
    st.sampled_from([b"\x01", b"\x02", b"\x03", b"\x04", b"\x05"]),
    st.builds(
        lambda tag, name, length, value: (
            struct.pack(">BH", tag, len(name))
            + name.encode()
            + struct.pack(">H", (len(value) + length) % 65536)
            + value
        ),
        st.sampled_from(TAGS),
        st.sampled_from(NAMES),
        st.sampled_from([0, 0, 0, 0, 1, -1, -60000]),
        st.one_of(st.binary(max_size=12), st.integers(0, 12).map(lambda state: struct.pack(">i", state))),
    ),
)


def outcome_of(octets: bytes) -> tuple[Answer | None, Condition | Fault | None, Course | None]:
    """What the driver makes of an answer, both ways that it reads one."""
    told = parse_answer(octets)
    return (None, None, None) if told is None else (told, condition_of(told), course_of(told))


@given(st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=12).map(b"".join).map(lambda b: answer()[:-1] + b)))
def test_any_bytes_are_an_answer_or_none(octets: bytes) -> None:
    told, condition, course = outcome_of(octets)
    if told is not None:
        assert condition is not None
        assert course is None or (course.sheets_out or 0) >= 0


def test_a_request_stands_as_the_standard_has_it() -> None:
    wanted = (
        Attribute(Group.OPERATION, Tag.CHARSET, "attributes-charset", ("utf-8",)),
        Attribute(Group.OPERATION, Tag.LANGUAGE, "attributes-natural-language", ("en",)),
        Attribute(Group.OPERATION, Tag.INTEGER, "job-id", (7,)),
        Attribute(Group.OPERATION, Tag.BOOLEAN, "last-document", (True,)),
        Attribute(Group.OPERATION, Tag.KEYWORD, "requested-attributes", ("a", "b")),
    )
    charset = b"\x47\x00\x12attributes-charset\x00\x05utf-8\x48\x00\x1battributes-natural-language\x00\x02en"
    rest = b"\x21\x00\x06job-id\x00\x04\x00\x00\x00\x07\x22\x00\x0dlast-document\x00\x01\x01"
    keywords = b"\x44\x00\x14requested-attributes\x00\x01a\x44\x00\x00\x00\x01b"
    whole = b"\x02\x00\x00\x09\x00\x00\x00\x2a\x01" + charset + rest + keywords + b"\x03"
    assert encode_request(Operation.GET_JOB_ATTRIBUTES, wanted, request_id=42) == whole


def test_each_job_of_a_list_keeps_what_is_its_own() -> None:
    one, two = ipp_wire.job_attributes(9, number=1, name="a"), ipp_wire.job_attributes(5, number=2, name="b")
    told = parse_answer(answer(0, (JOB_GROUP, one), (JOB_GROUP, two)))
    assert told is not None
    assert [(number(job, "job-id"), texts(job, "job-name")) for job in told.jobs] == [(1, ("a",)), (2, ("b",))]


def test_what_a_printer_says_twice_counts_together() -> None:
    formats = [
        (PRINTER_GROUP, ((0x49, "document-format-supported", (one,)),)) for one in ("application/pdf", "image/urf")
    ]
    told = parse_answer(answer(0, *formats))
    assert told is not None
    assert texts(told.printer, "document-format-supported") == ("application/pdf", "image/urf")


def test_an_answer_without_end_or_depth_is_none() -> None:
    assert parse_answer(answer()[:-1] + b"\x04" + b"\x21\x00\x01a\x00\x04\x00\x00\x00\x01" * 30_000 + b"\x03") is None
    nested = (
        b"\x34\x00\x01a\x00\x00"
        + b"\x4a\x00\x00\x00\x01b\x34\x00\x00\x00\x00" * 9_000
        + b"\x37\x00\x00\x00\x00" * 9_001
    )
    assert len(nested) < MOST_ANSWER
    assert parse_answer(answer()[:-1] + b"\x04" + nested + b"\x03") is None
