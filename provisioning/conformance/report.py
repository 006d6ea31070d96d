"""What a run of the kit comes to: for a person, as JSON, as JUnit XML. It holds nothing personal."""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

from provisioning.conformance.trying import Result, Verdict


@dataclass(frozen=True, slots=True)
class Report:
    """`complete` False: it was broken off, and the rules that are missing were not tried."""

    port: str
    driver: str
    address: str
    device: str
    tested_against: str
    began_at: datetime
    verdicts: tuple[Verdict, ...]
    complete: bool

    @property
    def conforms(self) -> bool:
        """Every rule was asked for, something passed, and nothing failed."""
        results = {verdict.result for verdict in self.verdicts}
        return self.complete and Result.PASSED in results and Result.FAILED not in results

    @property
    def summary(self) -> str:
        counts = Counter(verdict.result for verdict in self.verdicts)
        told = ", ".join(f"{counts[result]} {result}" for result in Result)
        return f"{len(self.verdicts)} rules: {told}" + ("" if self.complete else "; BROKEN OFF before the last rule")

    @property
    def as_json(self) -> str:
        about = asdict(self) | {"began_at": self.began_at.isoformat(timespec="seconds"), "conforms": self.conforms}
        return json.dumps(about, ensure_ascii=False, indent=2) + "\n"

    @property
    def as_junit(self) -> str:
        counts = Counter(verdict.result for verdict in self.verdicts)
        suite = ElementTree.Element(
            "testsuite",
            name=f"conform.{self.port}.{self.driver}",
            timestamp=self.began_at.isoformat(timespec="seconds"),
            tests=str(len(self.verdicts) + (not self.complete)),
            failures=str(counts[Result.FAILED]),
            skipped=str(counts[Result.NOT_TRIED]),
            errors=str(int(not self.complete)),
        )
        properties = ElementTree.SubElement(suite, "properties")
        for name in ("driver", "address", "device", "tested_against"):
            ElementTree.SubElement(properties, "property", name=name, value=getattr(self, name))
        for verdict in self.verdicts:
            case = ElementTree.SubElement(
                suite, "testcase", classname=self.port, name=verdict.rule, time=f"{verdict.took_s:.3f}"
            )
            match verdict.result:
                case Result.FAILED:
                    ElementTree.SubElement(case, "failure", message=verdict.why).text = verdict.sentence
                case Result.NOT_TRIED:
                    ElementTree.SubElement(case, "skipped", message=verdict.why)
                case Result.PASSED:
                    pass
        if not self.complete:
            case = ElementTree.SubElement(suite, "testcase", classname=self.port, name="all-rules-were-tried")
            ElementTree.SubElement(case, "error", message="broken off before the last rule")
        ElementTree.indent(suite)
        return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suite, encoding="unicode") + "\n"

    def write(self, path: Path) -> None:
        """JUnit XML for a name that ends in `.xml`, else JSON. Raises OSError."""
        path.write_text(self.as_junit if path.suffix == ".xml" else self.as_json, "utf-8")


def line_of(verdict: Verdict) -> str:
    why = f": {verdict.why}" if verdict.why else ""
    return f"{verdict.result:<9} {verdict.rule} ({verdict.took_s:.2f} s){why}"
