"""IPP's operations and answers as bytes (RFC 8010), put together and read by CUPS' own library (libcups).

What a printer answers is what a stranger wrote: `parse_answer` gives `None` for whatever libcups does not understand,
and for more than a printer has to say.
"""

import ctypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

MOST_ANSWER = 1 << 18  # bytes; all that a big printer says of itself takes a quarter
_MOST_COLLECTIONS = 1500  # each takes a kilobyte of stack where it lies within another
_COLLECTION_WITHIN = b"\x34\x00"  # its tag, and the first byte of a name that is empty or short
_DATA = 3  # ipp_state_t: all of the message was read, or written
_MOST_MESSAGE = 255  # characters, as RFC 8011 has it
_SHORT = 1 << 15  # no value of RFC 8010 is longer


class Operation(IntEnum):
    """RFC 8011, 5.4.15."""

    PRINT_JOB = 0x0002
    CREATE_JOB = 0x0005
    SEND_DOCUMENT = 0x0006
    CANCEL_JOB = 0x0008
    GET_JOB_ATTRIBUTES = 0x0009
    GET_JOBS = 0x000A
    GET_PRINTER_ATTRIBUTES = 0x000B


class Group(IntEnum):
    """RFC 8010, 3.5.1."""

    OPERATION = 0x01
    JOB = 0x02
    PRINTER = 0x04


class Tag(IntEnum):
    """RFC 8010, 3.5.2: the kinds of values that are used here."""

    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    OCTETS = 0x30
    TEXT_WITH_LANGUAGE = 0x35
    NAME_WITH_LANGUAGE = 0x36
    TEXT = 0x41
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    CHARSET = 0x47
    LANGUAGE = 0x48
    MIME_TYPE = 0x49


_TEXTS = frozenset({Tag.TEXT_WITH_LANGUAGE, Tag.NAME_WITH_LANGUAGE, *range(Tag.TEXT, Tag.MIME_TYPE + 1)})
Value = int | str
Values = Mapping[str, tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One that goes into a request; `values` are numbers for integers, enums and booleans, else texts."""

    group: Group
    tag: Tag
    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """`status`: RFC 8011, appendix B; `message`: the printer's words for it. Attributes by name, those of the printer,
    and those of each job."""

    status: int
    printer: Values
    jobs: tuple[Values, ...]
    message: str = ""

    @property
    def job(self) -> Values:
        return self.jobs[0] if self.jobs else {}

    @property
    def accepted(self) -> bool:
        return self.status < 0x0100


def texts(values: Values, name: str) -> tuple[str, ...]:
    return tuple(value for value in values.get(name, ()) if isinstance(value, str))


def number(values: Values, name: str) -> int | None:
    return next((value for value in values.get(name, ()) if isinstance(value, int)), None)


def encode_request(operation: Operation, attributes: Sequence[Attribute], *, request_id: int) -> bytes:
    """IPP 2.0. `attributes` in the order of RFC 8011, with charset and language first. A document follows the bytes."""
    lib = _libcups()
    message = lib.ippNew()
    try:
        lib.ippSetVersion(message, 2, 0)
        lib.ippSetOperation(message, operation)
        lib.ippSetRequestId(message, request_id)
        for one in attributes:
            _add(lib, message, one)
        written = bytearray()

        def write(_: int, chunk: int, length: int) -> int:
            written.extend(ctypes.string_at(chunk, length))
            return length

        state = lib.ippWriteIO(1, _Pass(write), 1, None, message)
    finally:
        lib.ippDelete(message)
    assert state == _DATA, attributes
    return bytes(written)


def parse_answer(octets: bytes) -> Answer | None:
    """`None` for what is no whole answer. Values of kinds that nobody here asks for are left out."""
    if len(octets) > MOST_ANSWER or octets.count(_COLLECTION_WITHIN) > _MOST_COLLECTIONS:
        return None
    lib = _libcups()
    read = 0

    def next_chunk(_: int, chunk: int, length: int) -> int:
        nonlocal read
        given = octets[read : read + length]
        ctypes.memmove(chunk, given, len(given))
        read += len(given)
        return len(given)

    message = lib.ippNew()
    try:
        if lib.ippReadIO(1, _Pass(next_chunk), 1, None, message) != _DATA:
            return None
        return _answer(lib, message)
    finally:
        lib.ippDelete(message)


def _answer(lib: ctypes.CDLL, message: int) -> Answer:
    printer: dict[str, tuple[Value, ...]] = {}
    jobs: list[dict[str, tuple[Value, ...]]] = []
    operation: dict[str, tuple[Value, ...]] = {}
    begun = False
    attribute = lib.ippFirstAttribute(message)
    while attribute:
        group, name = lib.ippGetGroupTag(attribute), lib.ippGetName(attribute)
        if name is None or group != Group.JOB:
            begun = False  # between two jobs stands an attribute without a name
        if name is not None and group in (Group.PRINTER, Group.OPERATION):
            said = printer if group == Group.PRINTER else operation
            said[_text(name)] = said.get(_text(name), ()) + _values(lib, attribute)  # some say a thing twice
        elif name is not None and group == Group.JOB:
            if not begun:
                jobs.append({})
                begun = True
            jobs[-1][_text(name)] = _values(lib, attribute)
        attribute = lib.ippNextAttribute(message)
    message_text = "".join(texts(operation, "status-message"))[:_MOST_MESSAGE]
    return Answer(lib.ippGetStatusCode(message), printer, tuple(jobs), message_text)


def _values(lib: ctypes.CDLL, attribute: int) -> tuple[Value, ...]:
    tag, places = lib.ippGetValueTag(attribute), range(lib.ippGetCount(attribute))
    if tag in (Tag.INTEGER, Tag.ENUM):
        return tuple(lib.ippGetInteger(attribute, at) for at in places)
    if tag == Tag.BOOLEAN:
        return tuple(lib.ippGetBoolean(attribute, at) for at in places)
    if tag == Tag.OCTETS:
        return tuple(_octets(lib, attribute, at) for at in places)
    if tag in _TEXTS:
        return tuple(_text(lib.ippGetString(attribute, at, None) or b"") for at in places)
    return ()


def _octets(lib: ctypes.CDLL, attribute: int, at: int) -> str:
    length = ctypes.c_int()
    first = lib.ippGetOctetString(attribute, at, ctypes.byref(length))
    return _text(ctypes.string_at(first, length.value)) if first else ""


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace")


def _add(lib: ctypes.CDLL, message: int, one: Attribute) -> None:
    count, name = len(one.values), one.name.encode()
    if one.tag in (Tag.INTEGER, Tag.ENUM):
        lib.ippAddIntegers(message, one.group, one.tag, name, count, (ctypes.c_int * count)(*map(int, one.values)))
    elif one.tag == Tag.BOOLEAN:
        lib.ippAddBoolean(message, one.group, name, bool(one.values[0]))
    else:
        texts_ = (ctypes.c_char_p * count)(*(str(value).encode()[:_SHORT] for value in one.values))
        lib.ippAddStrings(message, one.group, one.tag, name, count, None, texts_)


_Pass = ctypes.CFUNCTYPE(ctypes.c_ssize_t, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)  # ipp_io_cb_t


@cache
def _libcups() -> ctypes.CDLL:
    """Loaded at the first printer: 10 ms and 5 MB. Raises OSError where Debian's libcups2 is not installed."""
    pointer, text, whole = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    lib = ctypes.CDLL("libcups.so.2")
    for name, result, *arguments in (
        ("ippNew", pointer),
        ("ippDelete", None, pointer),
        ("ippSetVersion", whole, pointer, whole, whole),
        ("ippSetOperation", whole, pointer, whole),
        ("ippSetRequestId", whole, pointer, whole),
        ("ippAddIntegers", pointer, pointer, whole, whole, text, whole, pointer),
        ("ippAddBoolean", pointer, pointer, whole, text, ctypes.c_char),
        ("ippAddStrings", pointer, pointer, whole, whole, text, whole, text, pointer),
        ("ippWriteIO", whole, pointer, _Pass, ctypes.c_char, pointer, pointer),
        ("ippReadIO", whole, pointer, _Pass, ctypes.c_char, pointer, pointer),
        ("ippFirstAttribute", pointer, pointer),
        ("ippNextAttribute", pointer, pointer),
        ("ippGetGroupTag", whole, pointer),
        ("ippGetName", text, pointer),
        ("ippGetValueTag", whole, pointer),
        ("ippGetCount", whole, pointer),
        ("ippGetInteger", whole, pointer, whole),
        ("ippGetBoolean", whole, pointer, whole),
        ("ippGetString", text, pointer, whole, pointer),
        ("ippGetOctetString", pointer, pointer, whole, pointer),
        ("ippGetStatusCode", whole, pointer),
    ):
        function = getattr(lib, name)
        function.restype, function.argtypes = result, arguments
    return lib
