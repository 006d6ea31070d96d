"""`docs/terminal-operations.md` tells a technician of every fault that the code has, and who acts."""

import re
import tomllib
from pathlib import Path

from kiosk.configuration import Devices
from kiosk.faults import ALL
from kiosk.strict_toml import parse_layers
from provisioning.findings import WORDS

DOCUMENT = (Path(__file__).parents[3] / "docs" / "terminal-operations.md").read_text("utf-8")


def test_every_fault_stands_in_the_table_with_who_acts_and_no_other() -> None:
    table = DOCUMENT.partition("### Faults")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z_.]+)` \| ([^|]+) \| [^|]+ \|$", table, re.MULTILINE)
    assert rows == [(code, WORDS[fault.who_acts]) for code, fault in ALL.items()]


def test_the_devices_in_the_example_can_be_configured() -> None:
    example = re.search(r"^```toml\n(.*?)^```", DOCUMENT, re.DOTALL | re.MULTILINE)
    assert example is not None
    devices = tomllib.loads(example[1])["devices"]
    lines = "\n".join(
        f"[{device}]\n" + "\n".join(f"{key} = {value!r}" for key, value in table.items())
        for device, table in devices.items()
    )
    assert isinstance(parse_layers({"example": lines}, Devices), Devices)
