"""What a check of a terminal found: how bad, what, what to do, and who acts."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from kiosk.faults import WhoActs


class Grade(StrEnum):
    OK = "ok"
    WARN = "warn"  # it works, and somebody should look at it soon
    FAIL = "fail"  # citizens would notice


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a report. Only what is not ok has something to do, and somebody who does it."""

    grade: Grade
    subject: str
    what: str
    to_do: str = ""
    who_acts: WhoActs | None = None


WORDS = {
    WhoActs.CLEAR: "staff on site",
    WhoActs.MAINTENANCE: "engineer",
    WhoActs.CONFIGURATION: "operator",
    WhoActs.RESET: "the program itself",
}


def ok(subject: str, what: str) -> Finding:
    return Finding(Grade.OK, subject, what)


def line_of(finding: Finding) -> str:
    line = f"{finding.grade:<5} {finding.subject}: {finding.what}"
    if finding.to_do:
        line += f" -> {finding.to_do}"
    if finding.who_acts:
        line += f" [{WORDS[finding.who_acts]}]"
    return line


def as_json(findings: Sequence[Finding]) -> str:
    rows = [asdict(finding) | {"who_acts": finding.who_acts and finding.who_acts.value} for finding in findings]
    return json.dumps({"fit": is_fit(findings), "findings": rows}, ensure_ascii=False, indent=2)


def is_fit(findings: Sequence[Finding]) -> bool:
    """Whether citizens can use this terminal."""
    return all(finding.grade is not Grade.FAIL for finding in findings)
