"""The city's book: cases, what was reported of them, and which deliveries came; in memory or in one JSON file."""

import json
import os
import uuid
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

CORRECTION_WANTED = ("近期照片不清晰，请重新提交",)


class State(StrEnum):
    PRE_EXAMINATION = "pre-examination"  # 预审
    CORRECTION = "correction"  # 补正
    ACCEPTED = "accepted"  # 受理
    DECIDED = "decided"  # 办结
    GONE = "gone"


NEXT = {
    State.PRE_EXAMINATION: State.ACCEPTED,
    State.CORRECTION: State.PRE_EXAMINATION,
    State.ACCEPTED: State.DECIDED,
}


class Delivery(StrEnum):
    WAITING = "waiting"
    TAKEN = "taken"
    REFUSED = "refused"


@dataclass(slots=True)
class Event:
    """What the city reports to the gateway: the fields of `hall-city/case/1`, and what became of it."""

    id: str
    sid: str
    fingerprint: str
    number: int
    state: State
    case_number: str | None
    at: str
    corrections: list[str]
    delivery: Delivery = Delivery.WAITING
    answers: list[int] = field(default_factory=list)

    def content(self, *, fingerprint: str) -> bytes:
        """The report as it is sent and signed, with the fingerprint it claims."""
        report: dict[str, Any] = {
            "format": "hall-city/case/1",
            "id": self.id,
            "sid": self.sid,
            "fingerprint": fingerprint,
            "number": self.number,
            "state": self.state,
            "case_number": self.case_number,
            "at": self.at,
        }
        if self.state is State.CORRECTION:
            report["corrections"] = self.corrections
        return json.dumps(report, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@dataclass(slots=True)
class Case:
    sid: str
    fingerprint: str
    slip_code: str
    state: State
    parked: str | None = None
    case_number: str | None = None
    corrections: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    rating: Any = None
    reported: int = 0


class Book:
    """Not for two threads at once. With a `file` every `keep` leaves it whole, old or new."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self.cases: dict[str, Case] = {}
        self.events: list[Event] = []
        self.deliveries: dict[str, int] = {}
        self.serial = 0
        if file is not None and file.exists():
            self._read(json.loads(file.read_text("utf-8")))

    def move(self, sid: str, state: State, *, at: datetime, corrections: tuple[str, ...] = ()) -> Event:
        """Bring a case into a state, and write the report of it down."""
        case = self.cases[sid]
        if state in (State.ACCEPTED, State.DECIDED) and case.case_number is None:
            self.serial += 1
            case.case_number = f"{datetime.now(UTC):%Y%m%d}{self.serial:06d}"
        case.state = state
        case.corrections = list(corrections or CORRECTION_WANTED) if state is State.CORRECTION else []
        case.reported += 1
        event = Event(
            id=str(uuid.uuid4()),
            sid=sid,
            fingerprint=case.fingerprint,
            number=case.reported,
            state=state,
            case_number=case.case_number,
            at=at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            corrections=case.corrections,
        )
        self.events.append(event)
        return event

    def forget(self, sid: str) -> None:
        """As if it had never come: the next delivery of the same submission is a new case."""
        del self.cases[sid]
        for key in (sid, f"{sid}:rating"):
            self.deliveries.pop(key, None)

    def keep(self) -> None:
        if self._file is None:
            return
        content = {
            "cases": [asdict(case) for case in self.cases.values()],
            "events": [asdict(event) for event in self.events],
            "deliveries": self.deliveries,
            "serial": self.serial,
        }
        draft = self._file.with_name(f".{self._file.name}.new")
        with draft.open("w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._file)

    def _read(self, content: dict[str, Any]) -> None:
        for case in content["cases"]:
            self.cases[case["sid"]] = Case(**case | {"state": State(case["state"])})
        self.events = [
            Event(**event | {"state": State(event["state"]), "delivery": Delivery(event["delivery"])})
            for event in content["events"]
        ]
        self.deliveries = content["deliveries"]
        self.serial = content["serial"]
