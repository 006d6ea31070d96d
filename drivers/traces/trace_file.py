"""Traces as files: JSON lines, first a header, then what was said in order.

    {"trace": 1, "device": "identity_card_reader", "driver": "sam", "protocol": "sam", "recorded": "2026-07-01"}
    {"at_ms": 0, "sent": "aaaaaa96690003200122"}
    {"at_ms": 31, "received": ["aaaaaa9669", 40, "0a"]}
    {"at_ms": 2040, "lost": "transport"}

`at_ms` counts from the first entry. Octets are hexadecimal digits, or a list in which a number stands for so many zero
bytes. `lost`: the wire failed, and in which way that kind of wire knows.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

VERSION = 1
LONGEST_LINE = 64_000_000
MOST_OCTETS = 256_000_000
RUN = 32  # zero bytes in a row are counted from so many on
_RUNS = re.compile(rb"\0{%d,}" % RUN)
_HEADER = ("device", "driver", "protocol")


class Way(StrEnum):
    """Seen from the driver."""

    SENT = "sent"
    RECEIVED = "received"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Header:
    """`device` and `driver` as in the configuration, `protocol` as in `protocols.PROTOCOLS`."""

    device: str
    driver: str
    protocol: str
    recorded: date


@dataclass(frozen=True, slots=True)
class Entry:
    """`octets` of a loss are its way in ASCII."""

    at_ms: int
    way: Way
    octets: bytes


@dataclass(frozen=True, slots=True)
class Trace:
    header: Header
    entries: tuple[Entry, ...]


class DamagedTrace(ValueError):
    """`line`: counted from 1; 0 where the file as a whole cannot be read."""

    def __init__(self, path: Path, line: int, why: str) -> None:
        super().__init__(f"{path}: line {line}: {why}" if line else f"{path}: {why}")
        self.line = line


class _Wrong(Exception):
    pass


def header_line(header: Header) -> str:
    told = {key: getattr(header, key) for key in _HEADER}
    return json.dumps({"trace": VERSION} | told | {"recorded": header.recorded.isoformat()}) + "\n"


def entry_line(entry: Entry) -> str:
    said: object = entry.octets.decode("ascii") if entry.way is Way.LOST else _parts(entry.octets)
    return json.dumps({"at_ms": entry.at_ms, entry.way.value: said}) + "\n"


def read_trace(path: Path) -> Trace:
    """Raises `DamagedTrace` with line and reason."""
    try:
        octets = path.read_bytes()
    except OSError as error:
        raise DamagedTrace(path, 0, f"cannot be read: {error.strerror}") from error
    return parse_trace(octets, path)


def parse_trace(octets: bytes, path: Path = Path("trace")) -> Trace:
    """Raises `DamagedTrace` with line and reason; `path` is what it calls the file."""
    lines = octets.splitlines()
    if not lines:
        raise DamagedTrace(path, 0, "is empty")
    number = 0
    try:
        for number, line in enumerate(lines, 1):
            if len(line) > LONGEST_LINE:
                raise _Wrong(f"longer than {LONGEST_LINE} characters")
            if number == 1:
                header, entries = _header(_object(line)), list[Entry]()
            else:
                entries.append(_entry(_object(line), entries[-1].at_ms if entries else 0))
    except _Wrong as wrong:
        raise DamagedTrace(path, number, str(wrong)) from None
    return Trace(header, tuple(entries))


def _object(line: bytes) -> dict[str, object]:
    try:
        read = json.loads(line)
    except (ValueError, RecursionError):
        raise _Wrong("is no JSON") from None
    if not isinstance(read, dict):
        raise _Wrong("is no JSON object")
    return read


def _header(read: dict[str, object]) -> Header:
    if read.get("trace") != VERSION:
        raise _Wrong(f"is no head of a trace of format version {VERSION}")
    told = [read.get(key) for key in (*_HEADER, "recorded")]
    texts = [one for one in told if isinstance(one, str)]
    if len(texts) != len(told):
        raise _Wrong(f"lacks one of {', '.join((*_HEADER, 'recorded'))}")
    device, driver, protocol, recorded = texts
    try:
        return Header(device, driver, protocol, date.fromisoformat(recorded))
    except ValueError:
        raise _Wrong(f"recorded on no day: {recorded:.40}") from None


def _entry(read: dict[str, object], after_ms: int) -> Entry:
    at_ms = read.pop("at_ms", None)
    if not isinstance(at_ms, int) or isinstance(at_ms, bool) or at_ms < after_ms:
        raise _Wrong(f"at_ms is no whole number from {after_ms} on")
    if len(read) != 1 or (word := next(iter(read))) not in Way.__members__.values():
        raise _Wrong("has not just one of sent, received, lost")
    way, said = Way(word), read[word]
    if way is not Way.LOST:
        return Entry(at_ms, way, b"".join(_octets(said)))
    if not isinstance(said, str) or not re.fullmatch(r"[a-z-]{1,40}", said):
        raise _Wrong("lost in no known way")
    return Entry(at_ms, way, said.encode("ascii"))


def _parts(octets: bytes) -> str | list[str | int]:
    runs = list(_RUNS.finditer(octets))
    if not runs:
        return octets.hex()
    parts: list[str | int] = []
    at = 0
    for run in runs:
        if run.start() > at:
            parts.append(octets[at : run.start()].hex())
        parts.append(run.end() - run.start())
        at = run.end()
    return parts if at == len(octets) else [*parts, octets[at:].hex()]


def _octets(said: object) -> Iterator[bytes]:
    total = 0
    for part in said if isinstance(said, list) else [said]:
        if isinstance(part, str):
            try:
                octets = bytes.fromhex(part)
            except ValueError:
                raise _Wrong(f"not hexadecimal digits: {part:.40}") from None
        elif isinstance(part, int) and not isinstance(part, bool) and 0 < part <= MOST_OCTETS:
            octets = bytes(part)
        else:
            raise _Wrong(f"neither digits nor a number of zero bytes: {part!r:.40}")
        total += len(octets)
        if total > MOST_OCTETS:
            raise _Wrong(f"more than {MOST_OCTETS} bytes")
        yield octets
