"""The journal's chain, for both ends: what an entry is, how its digest follows from the one before, which events exist.

Pure but for the catalogue of events, which is read from the file beside this one.
"""

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from kiosk.submission import Json, canonical

GENESIS = bytes(32)
CATALOGUE = Path(__file__).with_name("journal_events.toml")

Value = str | int | datetime
Fields = Mapping[str, str | int]

_SID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_HEX = re.compile(r"[0-9a-f]{12}|[0-9a-f]{32}")
_TERMINAL = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}")
_CODE = re.compile(r"[a-z][a-z0-9]*([._-][a-z0-9]+)*")
CODE_LENGTH = 48
COUNT_LIMIT = 2**53  # what every JSON reader keeps exactly


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. `seq` counts from 1 without gaps; `at` is the terminal's own clock, RFC 3339 in UTC."""

    seq: int
    at: str
    event: str
    fields: Fields

    def as_json(self) -> dict[str, Json]:
        return {"seq": self.seq, "at": self.at, "event": self.event, "fields": dict(self.fields)}


@dataclass(frozen=True, slots=True)
class Head:
    """How far a journal has come: the last `seq`, 0 before the first, and the digest after it."""

    seq: int
    digest: bytes


EMPTY = Head(0, GENESIS)


def next_digest(previous: bytes, entry: Entry) -> bytes:
    """SHA-256 of the 32 bytes before and the entry's RFC 8785 form. Raises ValueError for what JSON cannot hold."""
    return hashlib.sha256(previous + canonical(entry.as_json())).digest()


def follow(after: Head, entries: Iterable[Entry]) -> Head | None:
    """The head after these entries; None when one of them is not the next."""
    for entry in entries:
        if entry.seq != after.seq + 1:
            return None
        after = Head(entry.seq, next_digest(after.digest, entry))
    return after


def holds(after_digest: bytes, rows: Iterable[tuple[Entry, bytes]]) -> bool:
    """Whether each row's digest follows from the one before it, and no row is missing between two."""
    seq = None
    for entry, digest in rows:
        if (seq is not None and entry.seq != seq + 1) or next_digest(after_digest, entry) != digest:
            return False
        seq, after_digest = entry.seq, digest
    return True


def write_digest(digest: bytes) -> str:
    """As digests are written on the wire: `sha256:<hex>`."""
    return f"sha256:{digest.hex()}"


def read_digest(written: str) -> bytes | None:
    """From `sha256:<hex>`; None when it is no such thing."""
    return bytes.fromhex(written[7:]) if _DIGEST.fullmatch(written) else None


def write_time(at: datetime) -> str:
    """In UTC, to the millisecond. Raises ValueError without a zone."""
    if at.tzinfo is None:
        raise ValueError("a time of the journal needs its zone")
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


@cache
def declared_events() -> Mapping[str, Mapping[str, str]]:
    """Field names and kinds by event, from the catalogue."""
    return read_events(CATALOGUE.read_text(encoding="utf-8"))


def read_events(text: str) -> Mapping[str, Mapping[str, str]]:
    """A catalogue in TOML. Raises ValueError for an event without a meaning or a field of an unknown kind."""
    events: dict[str, Mapping[str, str]] = {}
    for event, declaration in tomllib.loads(text).items():
        if not _is_code(event) or not declaration.get("meaning") or set(declaration) != {"meaning", "fields"}:
            raise ValueError(f"{event} is not declared as an event is")
        unknown = set(declaration["fields"].values()) - set(KINDS)
        if unknown:
            raise ValueError(f"{event} has fields of no known kind: {', '.join(sorted(unknown))}")
        events[event] = declaration["fields"]
    return events


def declared(event: str, fields: Mapping[str, Value]) -> Fields:
    """The fields as they are written. Raises ValueError when the catalogue does not have this event with just these."""
    kinds = declared_events().get(event)
    if kinds is None:
        raise ValueError(f"{event} is not in {CATALOGUE.name}")
    if fields.keys() != kinds.keys():
        raise ValueError(f"{event} has the fields {sorted(kinds)}, not {sorted(fields)}")
    written: dict[str, str | int] = {
        name: write_time(value) if isinstance(value, datetime) else value for name, value in fields.items()
    }
    for name, value in written.items():
        if not KINDS[kinds[name]](value):
            raise ValueError(f"{event}: {name} is no {kinds[name]}")
    return written


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < COUNT_LIMIT


def _is_code(value: object) -> bool:
    return isinstance(value, str) and len(value) <= CODE_LENGTH and _CODE.fullmatch(value) is not None


def _is_time(value: object) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


KINDS: Mapping[str, Callable[[object], bool]] = {
    "sid": lambda value: _matches(_SID, value),
    "digest": lambda value: _matches(_DIGEST, value),
    "hex": lambda value: _matches(_HEX, value),
    "count": _is_count,
    "code": _is_code,
    "time": _is_time,
    "terminal": lambda value: _matches(_TERMINAL, value),
}
