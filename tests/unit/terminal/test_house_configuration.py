"""A house is configured with the devices that its simulation says it has."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from kiosk.configuration import Configuration
from sync.configuration_file import read_configuration
from terminal.supervisor import House

EVERYWHERE = {
    "identity_card_reader": {"address": "/dev/pts/9"},
    "document_camera": {"address": "/tmp/frames"},
    "receipt_printer": {"address": "tcp:127.0.0.1:9100"},
}
PAPERS = {
    "document_scanner": {"address": "net:127.64.1.2:hall-scanner", "environment": {"SANE_CONFIG_DIR": "/tmp/sane"}},
    "page_printer": {"address": "ipp://127.0.0.1:8631/ipp/print"},
}


def configured(directory: Path, devices: Mapping[str, object]) -> Configuration:
    with House(directory) as house:
        house.gateway_url = "https://127.0.0.1:1"
        house.write_configuration(devices)
        return read_configuration([house.configuration])


@pytest.mark.parametrize("name", PAPERS)
def test_what_takes_papers_and_gives_them_is_there_when_it_is_simulated(tmp_path: Path, name: str) -> None:
    assert getattr(configured(tmp_path, EVERYWHERE).devices, name) is None
    device = getattr(configured(tmp_path, EVERYWHERE | PAPERS).devices, name)
    assert device.address == PAPERS[name]["address"]
    assert device.simulated
