"""What a printer gives as `printer-state-reasons`, as faults; which keyword means what is in `state_reasons.toml`."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kiosk import faults
from kiosk.faults import PAGE_PRINTER_NOT_WORKING, Fault

TABLE = Path(__file__).with_name("state_reasons.toml")
_SEVERITY = re.compile(r"-(error|warning|report)$")


@dataclass(frozen=True, slots=True)
class Meaning:
    """`fault`: `None` for what needs nobody. `low`: the printer works on, unless it says that it is an error."""

    fault: Fault | None
    low: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """`stops`: nothing is printed before somebody acts; `warns`: it works, and somebody should look. The most urgent
    first. `suspects`: those warnings that do stop a printer which has no other paper, door or tray. `unknown`: as the
    printer wrote them."""

    stops: tuple[Fault, ...] = ()
    warns: tuple[Fault, ...] = ()
    suspects: tuple[Fault, ...] = ()
    unknown: tuple[str, ...] = ()


def judge(reasons: Iterable[str]) -> Judged:
    """RFC 8011, 5.4.12: `-error` stops the printer, `-warning` and `-report` do not, and a keyword without either is an
    error unless it only says that something runs low. An unknown keyword stops it only as an error."""
    table = meanings()
    stops: list[Fault] = []
    warns: list[Fault] = []
    suspects: list[Fault] = []
    unknown: list[str] = []
    for reason in reasons:
        keyword, severity = _SEVERITY.sub("", reason), _severity(reason)
        meaning = table.get(keyword) or table.get(reason)
        if meaning is None:
            unknown.append(reason)
        if severity == "error":
            stops.append((meaning and meaning.fault) or PAGE_PRINTER_NOT_WORKING)
        elif meaning is not None and meaning.fault is not None:
            (warns if meaning.low or severity else stops).append(meaning.fault)
            if severity and not meaning.low:
                suspects.append(meaning.fault)
    only_warned = tuple(one for one in _in_order(warns) if one not in stops)
    return Judged(_in_order(stops), only_warned, _in_order(suspects), tuple(unknown))


@cache
def meanings() -> Mapping[str, Meaning]:
    """By keyword, without its severity."""
    table = tomllib.loads(TABLE.read_text("utf-8"))
    found = {keyword: _meaning(row) for row in table["reasons"] for keyword in row["keywords"]}
    finishers = table["finishers"]
    for row in finishers["endings"]:
        found |= {f"{part}-{ending}": _meaning(row) for part in finishers["parts"] for ending in row["keywords"]}
    return found


def _meaning(row: Mapping[str, Any]) -> Meaning:
    return Meaning(faults.ALL[row["fault"]] if "fault" in row else None, bool(row.get("low", False)))


def _severity(reason: str) -> str:
    found = _SEVERITY.search(reason)
    return found[1] if found else ""


def _in_order(found: list[Fault]) -> tuple[Fault, ...]:
    """Each once, as the table has them: paper before covers before what only an engineer mends."""
    return tuple(dict.fromkeys(fault for fault in _urgency() if fault in found))


def _urgency() -> Iterator[Fault]:
    for meaning in meanings().values():
        if meaning.fault is not None:
            yield meaning.fault
