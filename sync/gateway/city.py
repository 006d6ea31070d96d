"""What the city says back: how its cases move. It may come late, twice, of somebody else's, or lie about the time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kiosk.submission import Json
from sync.gateway.connectors.webhook import is_signed_by_city
from sync.gateway.json_object import json_object
from sync.gateway.manifest_rules import ManifestFault, is_sid
from sync.gateway.outcomes import Faulty, SomethingElse, Unknown
from sync.gateway.ports import Storage
from sync.gateway.records import CaseEvent, CaseState, Kept

FORMAT = "hall-city/case/1"
STATES = ("received", "pre-examination", "correction", "accepted", "decided", "parked", "gone")
TEXT_LIMIT = 64
NUMBER_LIMIT = 2**53


@dataclass(frozen=True, slots=True)
class CaseTaken:
    """It is kept; `new` when it had not come before."""

    new: bool


@dataclass(frozen=True, slots=True)
class WrongSignature:
    """Not by the key that the city and this gateway share, or there is none."""


class City:
    """`key`: shared with the city; None where no webhook is set up, and then nobody is believed."""

    def __init__(self, storage: Storage, key: bytes | None, *, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._key = key
        self._now = now

    def case(
        self, content: bytes, signature: str | None
    ) -> CaseTaken | WrongSignature | Unknown | SomethingElse | Faulty:
        """Idempotent by its id. The highest number of a submission says its state, never the time it claims."""
        if self._key is None or not is_signed_by_city(content, signature, self._key):
            return WrongSignature()
        report = _report(content)
        if isinstance(report, Faulty):
            return report
        event, fingerprint = report
        sid = event.case.sid
        manifest = self._storage.manifest(sid)
        if manifest is None or self._storage.acknowledgement(sid) is None:
            self._storage.note("gateway.case_refused", {"sid": sid, "cause": "unknown"}, self._now())
            return Unknown()
        if manifest.fingerprint != fingerprint:
            self._storage.note("gateway.case_refused", {"sid": sid, "cause": "fingerprint"}, self._now())
            return SomethingElse()
        kept = self._storage.take_case(event)
        return CaseTaken(new=kept is Kept.NEW) if kept in (Kept.NEW, Kept.SAME) else SomethingElse()

    def may_fetch(self, path: str, signature: str | None) -> bool:
        """Whether the city asks for the blob at this path of ours."""
        return self._key is not None and is_signed_by_city(path.encode(), signature, self._key)


def _report(content: bytes) -> tuple[CaseEvent, str] | Faulty:
    value = json_object(content)
    if isinstance(value, Faulty):
        return value
    event_id, sid, fingerprint = value.get("id"), value.get("sid"), value.get("fingerprint")
    number, state, case_number = value.get("number"), value.get("state"), value.get("case_number")
    faults = []
    if value.get("format") != FORMAT:
        faults.append(ManifestFault("/format", f"must be {FORMAT}"))
    if not _is_text(event_id):
        faults.append(ManifestFault("/id", f"must be a text of 1 to {TEXT_LIMIT} characters"))
    if not isinstance(sid, str) or not is_sid(sid):
        faults.append(ManifestFault("/sid", "must be a UUIDv7"))
    if not isinstance(fingerprint, str):
        faults.append(ManifestFault("/fingerprint", "must be a text"))
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number < NUMBER_LIMIT:
        faults.append(ManifestFault("/number", "must count from 1"))
    if state not in STATES:
        faults.append(ManifestFault("/state", f"must be one of {', '.join(STATES)}"))
    if case_number is not None and not _is_text(case_number):
        faults.append(ManifestFault("/case_number", f"must be null or a text of 1 to {TEXT_LIMIT} characters"))
    if faults or not isinstance(number, int):
        return Faulty(tuple(faults))
    case = CaseState(str(sid), str(state), None if case_number is None else str(case_number))
    return CaseEvent(str(event_id), number, case, content), str(fingerprint)


def _is_text(value: Json) -> bool:
    return isinstance(value, str) and 0 < len(value) <= TEXT_LIMIT and value.isprintable()
