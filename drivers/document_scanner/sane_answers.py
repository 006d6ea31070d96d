"""What the child that calls SANE answers, parsed, and what SANE's statuses come down to. Pure; never raises."""

import json
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from kiosk.faults import (
    SCANNER_BUSY,
    SCANNER_COVER_OPEN,
    SCANNER_DENIED,
    SCANNER_JAMMED,
    SCANNER_NO_MEMORY,
    SCANNER_NO_SHEETS,
    SCANNER_NOT_WORKING,
    SCANNER_UNPLUGGED,
    Fault,
)
from kiosk.ports import Disconnected, NeedsAttention, NotScanned, ScanEnded, SheetSource

LONGEST_SIDE = 100_000  # dots of a page that can be meant


class SaneStatus(IntEnum):
    """sane.h; from WARMING_UP on of a later SANE, which some backends give already."""

    GOOD = 0
    UNSUPPORTED = 1
    CANCELLED = 2
    DEVICE_BUSY = 3
    INVAL = 4
    EOF = 5
    JAMMED = 6
    NO_DOCS = 7
    COVER_OPEN = 8
    IO_ERROR = 9
    NO_MEM = 10
    ACCESS_DENIED = 11
    WARMING_UP = 12
    HW_LOCKED = 13


class FrameFormat(IntEnum):
    GRAY = 0
    RGB = 1
    RED = 2
    GREEN = 3
    BLUE = 4


@dataclass(frozen=True, slots=True)
class Opened:
    """The scanner answers. `name`: in full."""

    name: str
    sources: tuple[SheetSource, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What SANE finds: names, each with what it says of itself."""

    scanners: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FrameBegins:
    """`lines` is -1 where the scanner does not know yet; `depth`: bits of a sample."""

    format: FrameFormat
    bytes_per_line: int
    pixels_per_line: int
    lines: int
    depth: int


@dataclass(frozen=True, slots=True)
class Lines:
    octets: bytes


@dataclass(frozen=True, slots=True)
class PageWhole:
    pass


@dataclass(frozen=True, slots=True)
class Ended:
    """`status` as SANE gave it, known or not; `at`: the call that gave it."""

    status: int
    at: str


Answer = Opened | Found | FrameBegins | Lines | PageWhole | Ended

_FAULTS = {
    SaneStatus.DEVICE_BUSY: SCANNER_BUSY,
    SaneStatus.WARMING_UP: SCANNER_BUSY,
    SaneStatus.JAMMED: SCANNER_JAMMED,
    SaneStatus.NO_DOCS: SCANNER_NO_SHEETS,
    SaneStatus.COVER_OPEN: SCANNER_COVER_OPEN,
    SaneStatus.NO_MEM: SCANNER_NO_MEMORY,
    SaneStatus.ACCESS_DENIED: SCANNER_DENIED,
}
_NOT_THERE = (SaneStatus.INVAL, SaneStatus.IO_ERROR)


def outcome_of(
    ended: Ended, *, pages: int, source: SheetSource
) -> ScanEnded | NotScanned | NeedsAttention | Disconnected:
    """How a scan ended that brought so many pages.

    Cancelled at the device is an end like any; so is an empty feeder after the first page (some backends say EOF).
    """
    if ended.at == "open":
        return outcome_of_opening(ended.status)
    if ended.status in (SaneStatus.GOOD, SaneStatus.CANCELLED):
        return ScanEnded()
    if ended.status == SaneStatus.NO_DOCS or (ended.status == SaneStatus.EOF and source is SheetSource.FEEDER):
        return ScanEnded() if pages else NotScanned(SCANNER_NO_SHEETS)
    return NotScanned(fault_of(ended.status))


def outcome_of_opening(status: int) -> NeedsAttention | Disconnected:
    """Why a scanner could not be opened. SANE says "invalid" of one that is not there."""
    return Disconnected(SCANNER_UNPLUGGED) if status in _NOT_THERE else NeedsAttention(fault_of(status))


def fault_of(status: int) -> Fault:
    """Of any status but those that are no fault; one that nobody knows is the scanner's failure."""
    return _FAULTS.get(SaneStatus(status), SCANNER_NOT_WORKING) if status in _KNOWN else SCANNER_NOT_WORKING


_KNOWN = frozenset(SaneStatus)


def parse_answer(octets: bytes) -> Answer | None:
    """One answer of the child; None for what is none."""
    if octets[:1] == b"L":
        return Lines(octets[1:])
    try:
        said = json.loads(octets)
    except (ValueError, RecursionError):
        return None
    match said:
        case {"name": str(name), "sources": list(sources)}:
            return Opened(name, tuple(source for source in SheetSource if source.value in sources))
        case {"devices": list(devices)}:
            return Found(tuple(_described(device) for device in devices if isinstance(device, dict)))
        case {"frame": dict(frame)}:
            return _frame(frame)
        case {"page": True}:
            return PageWhole()
        case {"status": int(status), "at": str(at)}:
            return Ended(status, at)
    return None


def _described(device: dict[str, Any]) -> tuple[str, str]:
    return str(device.get("name")), " ".join(str(device.get(key)) for key in ("vendor", "model", "type"))


def _frame(said: dict[str, Any]) -> FrameBegins | None:
    match said:
        case {
            "format": (0 | 1 | 2 | 3 | 4) as kind,
            "bytes_per_line": int(bytes_per_line),
            "pixels_per_line": int(pixels_per_line),
            "lines": int(lines),
            "depth": (1 | 8 | 16) as depth,
        } if 0 < pixels_per_line <= LONGEST_SIDE and -1 <= lines <= LONGEST_SIDE:
            samples = pixels_per_line * (3 if kind == FrameFormat.RGB else 1)
            if (samples * depth + 7) // 8 <= bytes_per_line <= LONGEST_SIDE * 6:
                return FrameBegins(FrameFormat(kind), bytes_per_line, pixels_per_line, lines, depth)
    return None
