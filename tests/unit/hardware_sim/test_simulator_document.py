"""`docs/simulator.md` says of acts, faults and people what the code says."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware_sim import device_acts, wire_services
from hardware_sim.acts import Act, Acts
from hardware_sim.crowd import KINDS
from hardware_sim.faults import FAULTS, FaultKind

DOCUMENT = (Path(__file__).parents[3] / "docs" / "simulator.md").read_text("utf-8")
DEVICES = [
    getattr(device_acts, name)
    for name in (
        "GeneralActs",
        "CardActs",
        "SmartCardActs",
        "CodeActs",
        "PageActs",
        "PaperActs",
        "SheetActs",
        "PrintedPageActs",
        "FaultActs",
        "ClockActs",
        "WireActs",
    )
]


def act_row(act: Act) -> str:
    parameters = ", ".join(f"`{one['name']}` {one['type']}" for one in act.parameters)
    return f"| `{act.name}` | {parameters or '-'} | {act.meaning} |"


def fault_row(kind: FaultKind) -> str:
    parameters = ", ".join(
        f"`{one.name}={one.default}` {' / '.join(one.choices) or one.unit}" for one in kind.parameters
    )
    moments = ", ".join(kind.on[1:]) + (", stays" if kind.stays else "")
    return f"| `{kind.name}` | {parameters or '-'} | {moments or '-'} | {kind.meaning} |"


def section(title: str) -> Iterator[str]:
    text = re.search(rf"^##+ {title}$(.*?)(?=^##|\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert text is not None
    return (line for line in text[1].splitlines() if line.startswith("| `"))


@pytest.mark.parametrize(
    ("title", "owners"),
    [("Acts", DEVICES), ("The weak line", [wire_services.LineActs]), ("The city", [wire_services.CityActs])],
)
def test_every_act_stands_in_its_table_and_no_other(title: str, owners: list[type]) -> None:
    acts = Acts(*(owner.__new__(owner) for owner in owners))
    assert list(section(title)) == [act_row(act) for act in acts.by_name.values()]


def test_every_fault_stands_in_the_table_and_no_other() -> None:
    assert list(section("Faults")) == [fault_row(kind) for kind in FAULTS.values()]


def test_every_kind_of_person_is_named() -> None:
    assert all(f"`{kind}`" in DOCUMENT for kind in KINDS)
