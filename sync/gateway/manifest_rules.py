"""What a manifest must be before the gateway takes it. Every fault is named, with its JSON pointer (RFC 6901).

A fault never repeats a value: answers and logs hold nothing personal.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from kiosk.check_digits import is_slip_code
from kiosk.submission import FORMAT, Json, digest_of, is_canonical
from sync.gateway.ports import Attached, Manifest
from sync.gateway.synthetic import is_synthetic

BODY_LIMIT_BYTES = 1_000_000
ATTACHMENTS_LIMIT = 200
ATTACHMENT_LIMIT_BYTES = 200_000_000
NAME_LIMIT_BYTES = 200

_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ManifestFault:
    """`pointer` names the place, `fault` what is wrong there."""

    pointer: str
    fault: str


def is_sid(text: str) -> bool:
    """A UUIDv7 (RFC 9562) as it is written: lower case, with dashes."""
    return _UUID7.fullmatch(text) is not None


def judge(content: bytes, *, sid: str, simulated: bool) -> Manifest | tuple[ManifestFault, ...]:
    """The manifest under `sid`, or all its faults. `simulated`: synthetic people and devices are welcome."""
    if not is_canonical(content):
        return (ManifestFault("", "not canonical JSON (RFC 8785)"),)
    value = json.loads(content)
    if not isinstance(value, dict):
        return (ManifestFault("", "not an object"),)
    faults = list(_faults(value, sid))
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
    )


def _faults(value: dict[str, Json], sid: str) -> Iterator[ManifestFault]:
    if value.get("format") != FORMAT:
        yield ManifestFault("/format", f"must be {FORMAT}")
    if not is_sid(sid) or value.get("sid") != sid:
        yield ManifestFault("/sid", "must be the UUIDv7 of the address")
    slip_code = value.get("slip_code")
    if not isinstance(slip_code, str) or not is_slip_code(slip_code):
        yield ManifestFault("/slip_code", "must be a slip code with its check character")
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
    for pointer, text in _strings(value, ""):
        if is_synthetic(text):
            yield ManifestFault(pointer, "in a range of synthetic people")


def _strings(value: Json, pointer: str) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield pointer, value
        case dict():
            for key, member in value.items():
                yield from _strings(member, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}")
        case list():
            for place, member in enumerate(value):
                yield from _strings(member, f"{pointer}/{place}")
