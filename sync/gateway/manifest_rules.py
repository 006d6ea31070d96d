"""What a manifest must be before the gateway takes it. Every fault is named, with its JSON pointer (RFC 6901).

A fault never repeats a value: answers and logs hold nothing personal.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from kiosk.check_digits import is_slip_code
from kiosk.submission import FORMAT, Json, digest_of, is_canonical
from sync.gateway.records import Attached, Manifest, TerminalIdentity
from sync.gateway.synthetic import is_synthetic
from sync.wire.signatures import is_signed, parse_signature

BODY_LIMIT_BYTES = 1_000_000
ATTACHMENTS_LIMIT = 200
ATTACHMENT_LIMIT_BYTES = 200_000_000
NAME_LIMIT_BYTES = 200

_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_FORMATS = re.compile(r"hall-terminal/submission/[1-9][0-9]{0,5}")  # later ones keep what is asked for here


@dataclass(frozen=True, slots=True)
class ManifestFault:
    """`pointer` names the place, `fault` what is wrong there."""

    pointer: str
    fault: str


@dataclass(frozen=True, slots=True)
class UnsignedBy:
    """Signed by a key that is not one of this terminal's."""

    key_id: str


def is_sid(text: str) -> bool:
    """A UUIDv7 (RFC 9562) as it is written: lower case, with dashes."""
    return _UUID7.fullmatch(text) is not None


def judge(
    content: bytes,
    *,
    sid: str,
    terminal: TerminalIdentity,
    signature: str | None,
    simulated: bool,
    catalogue_version: str | None,
) -> Manifest | UnsignedBy | tuple[ManifestFault, ...]:
    """The manifest under `sid`, or all its faults. Its signature is proved before anything is read.

    `simulated`: synthetic people and devices are welcome. `catalogue_version`: the current one, None where there is
    none. What a newer program or another catalogue made is taken, and parked for staff.
    """
    signed_by = parse_signature(signature or "")
    if signed_by is None:
        return (ManifestFault("", "not signed"),)
    if signed_by.key_id not in terminal.keys:
        return UnsignedBy(signed_by.key_id)
    if not is_signed(content, signed_by, terminal.keys):
        return (ManifestFault("", "the signature does not match"),)
    if not is_canonical(content):
        return (ManifestFault("", "not canonical JSON (RFC 8785)"),)
    value = json.loads(content)
    if not isinstance(value, dict):
        return (ManifestFault("", "not an object"),)
    faults = list(_faults(value, sid, terminal.code))
    if not simulated:
        faults += _not_real(value)
    if faults:
        return tuple(faults)
    return Manifest(
        sid=sid,
        slip_code=value["slip_code"],
        content=content,
        fingerprint=digest_of(content),
        attachments=tuple(Attached(one["name"], one["sha256"], one["size"]) for one in value["attachments"]),
        terminal=terminal.code,
        signature=signed_by.line,
        parked=_parked(value, catalogue_version),
    )


def _parked(value: dict[str, Json], catalogue_version: str | None) -> str | None:
    if value["format"] != FORMAT:
        return "format"
    if catalogue_version is not None and value.get("catalogue_version") != catalogue_version:
        return "catalogue-version"
    return None


def _faults(value: dict[str, Json], sid: str, terminal: str) -> Iterator[ManifestFault]:
    form = value.get("format")
    if not isinstance(form, str) or _FORMATS.fullmatch(form) is None:
        yield ManifestFault("/format", f"must be {FORMAT}")
    if not is_sid(sid) or value.get("sid") != sid:
        yield ManifestFault("/sid", "must be the UUIDv7 of the address")
    slip_code = value.get("slip_code")
    if not isinstance(slip_code, str) or not is_slip_code(slip_code):
        yield ManifestFault("/slip_code", "must be a slip code with its check character")
    made_at = value.get("terminal")
    if not isinstance(made_at, dict) or made_at.get("code") != terminal:
        yield ManifestFault("/terminal/code", "must be the terminal that speaks")
    if not isinstance(value.get("simulated", False), bool):
        yield ManifestFault("/simulated", "must be true or false")
    attachments = value.get("attachments")
    if not isinstance(attachments, list) or len(attachments) > ATTACHMENTS_LIMIT:
        yield ManifestFault("/attachments", f"must be a list of at most {ATTACHMENTS_LIMIT}")
        return
    sizes: dict[str, int] = {}
    for place, attachment in enumerate(attachments):
        yield from _attachment_faults(attachment, f"/attachments/{place}", sizes)


def _attachment_faults(attachment: Json, pointer: str, sizes: dict[str, int]) -> Iterator[ManifestFault]:
    if not isinstance(attachment, dict):
        yield ManifestFault(pointer, "must be an object")
        return
    name, digest, size = attachment.get("name"), attachment.get("sha256"), attachment.get("size")
    if not isinstance(name, str) or not is_file_name(name):
        yield ManifestFault(f"{pointer}/name", "must be a plain file name")
    if not isinstance(digest, str) or _DIGEST.fullmatch(digest) is None:
        yield ManifestFault(f"{pointer}/sha256", "must be sha256: and 64 lower-case hex digits")
        return
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= ATTACHMENT_LIMIT_BYTES:
        yield ManifestFault(f"{pointer}/size", f"must be a whole number up to {ATTACHMENT_LIMIT_BYTES}")
    elif sizes.setdefault(digest, size) != size:
        yield ManifestFault(f"{pointer}/size", "differs from another attachment's of the same digest")


def is_file_name(name: str) -> bool:
    """A name that stays in its folder on every system: no separators, no control or invisible characters."""
    return (
        0 < len(name.encode()) <= NAME_LIMIT_BYTES
        and not name.startswith((".", " "))
        and not name.endswith((".", " "))
        and not any(character in '/\\:*?"<>|' or unicodedata.category(character).startswith("C") for character in name)
    )


def _not_real(value: dict[str, Json]) -> Iterator[ManifestFault]:
    if value.get("simulated") is True:
        yield ManifestFault("/simulated", "made with simulated devices; this gateway takes real submissions only")
    for place, text in _strings(value):
        if is_synthetic(text):
            yield ManifestFault(_pointer(place), "in a range of synthetic people")


class _Place(NamedTuple):
    """Where a value stands: under which key, in which other value. The outermost has neither."""

    within: "_Place | None"
    key: str | int


def _strings(value: Json) -> Iterator[tuple[_Place, str]]:
    """Every text of a document, in order, however deep: each costs the same."""
    waiting: list[tuple[_Place, Json]] = [(_Place(None, ""), value)]
    while waiting:
        place, one = waiting.pop()
        match one:
            case str():
                yield place, one
            case dict():
                waiting += [(_Place(place, key), member) for key, member in reversed(one.items())]
            case list():
                waiting += [(_Place(place, at), one[at]) for at in range(len(one) - 1, -1, -1)]


def _pointer(place: _Place) -> str:
    keys = []
    while place.within is not None:
        keys.append(str(place.key).replace("~", "~0").replace("/", "~1"))
        place = place.within
    return "".join(f"/{key}" for key in reversed(keys))
